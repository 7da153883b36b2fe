"""Folders that are one space: model2vec, StaticEmbedding, spaCy, and those of the Projector."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from model_files import SPACY_HASHES, png_header, projector_folder, safetensors_bytes, spacy_folder, tokenizer
from opener import Opener

from embedviz.errors import ChoiceNeededError, FileAccessError, FormatError, OptionError
from embedviz.formats.string_hashing import string_hashes
from embedviz.space.images import ImageColumn, Picture
from embedviz.space.labels import Labels

TABLE = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]], np.float32)
TOKENS = ["[PAD]", "king", "queen", "ünï"]
CONFIG = 'embeddings {{ tensor_name: "words" tensor_path: "{tensor}" metadata_path: "{metadata}" {more} }}\n'


def model2vec(folder: Path, **tensors: tuple[str, tuple[int, ...], bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    own = {"embeddings": ("F32", TABLE.shape, TABLE.tobytes())}
    (folder / "model.safetensors").write_bytes(safetensors_bytes({**own, **tensors}))
    tokenizer(folder, TOKENS)
    (folder / "config.json").write_text(json.dumps({"model_type": "model2vec", "normalize": True}))


def test_model2vec_gives_each_token_the_vector_the_model_gives_it(opened: Opener, tmp_path: Path) -> None:
    mapping, weights = np.array([0, 1, 1, 2], "<i8"), np.array([1, 0.5, 2, 0.1], "<f8")
    model2vec(tmp_path / "m", mapping=("I64", (4,), mapping.tobytes()), weights=("F64", (4,), weights.tobytes()))
    space = opened("m")
    expected = (TABLE[mapping] * weights[:, None]).astype(np.float32)
    assert np.array_equal(space.vectors, expected)
    assert space.labels[:] == TOKENS
    assert space.metadata["weight"].values.tolist() == weights.tolist()
    assert {note.kind for note in space.notes} == {"shared_vectors", "weighted", "companion"}
    assert space.source.name == "m"
    assert [path.name for path in space.source.companions] == ["model.safetensors", "tokenizer.json"]
    assert np.array_equal(opened("m/model.safetensors").vectors, expected)


@pytest.mark.parametrize(
    "extra",
    [
        {"mapping": ("I64", (4,), np.array([0, 1, 1, 3], "<i8").tobytes())},
        {"mapping": ("I64", (4,), np.array([0, -1, 1, 2], "<i8").tobytes())},
        {"mapping": ("F32", (1,), bytes(4))},
        {"weights": ("F64", (4,), bytes(32))},
    ],
)
def test_mappings_and_weights_that_do_not_fit(opened: Opener, tmp_path: Path, extra: dict) -> None:
    model2vec(tmp_path / "m", **extra)
    with pytest.raises(FormatError, match="damaged"):
        opened("m")


def test_static_embedding_folders(opened: Opener, tmp_path: Path) -> None:
    inner = tmp_path / "s" / "0_StaticEmbedding"
    inner.mkdir(parents=True)
    content = safetensors_bytes({"embedding.weight": ("F32", TABLE.shape, TABLE.tobytes())})
    (inner / "model.safetensors").write_bytes(content)
    tokenizer(inner, TOKENS[:3])
    (tmp_path / "s" / "modules.json").write_text("[]")
    space = opened("s")
    assert space.labels[:] == TOKENS[:3]
    assert np.array_equal(space.vectors, TABLE)


def test_hashes_are_spacys() -> None:
    texts = [*SPACY_HASHES, ""]
    assert string_hashes(Labels.from_strings(texts)).tolist() == [*SPACY_HASHES.values(), 0]
    assert string_hashes(Labels.from_strings(["I"])).tolist() == [4690420944186131903]


def test_spacy_vectors_have_one_item_for_each_word(opened: Opener, tmp_path: Path) -> None:
    coffee, apple = SPACY_HASHES["coffee"], SPACY_HASHES["apple"]
    spacy_folder(tmp_path / "nlp", TABLE, {coffee: 2, apple: 2, 12345: 0, 77: 9}, ["apple", "tea", "coffee"])
    space = opened("nlp")
    assert space.labels[:] == ["coffee", "apple", ""]
    assert np.array_equal(space.vectors, TABLE[[2, 2, 0]])
    assert {(note.kind, note.count) for note in space.notes} == {
        ("keys_without_vector", 1),
        ("shared_vectors", 1),
        ("unnamed", 1),
    }
    assert space.neighbors("coffee", 1).scores[0] == pytest.approx(1)
    assert opened("nlp/vocab").labels == space.labels


def test_floret_and_damaged_spacy_folders(opened: Opener, tmp_path: Path) -> None:
    spacy_folder(tmp_path / "nlp", TABLE, {1: 0}, [])
    vocab = tmp_path / "nlp" / "vocab"
    for packed in (b"", b"\xde\xff\xff", b"\x81\xcf", b"\x81\xa1a\x00", b"\x81\x01\x00\x00", b"\x80"):
        (vocab / "key2row").write_bytes(packed)
        with pytest.raises(FormatError):
            opened("nlp")
    (vocab / "vectors.cfg").write_text('{"mode": "floret"}')
    with pytest.raises(FormatError, match="floret"):
        opened("nlp")


def tsv(rows: np.ndarray) -> str:
    return "".join("\t".join(str(value) for value in row) + "\n" for row in rows.tolist())


def test_a_projector_folder_with_metadata_and_pictures(opened: Opener, tmp_path: Path) -> None:
    sprite = 'sprite { image_path: "sheet.png" single_image_dim: 8 single_image_dim: 4 }'
    sheet = png_header(16, 8)
    projector_folder(
        tmp_path / "log",
        "# made by hand\n" + CONFIG.format(tensor="run/t.tsv", metadata="m.tsv", more=sprite),
        m__tsv="label\tkind\nking\tman\n\tplace\nqueen\twoman\n",
        sheet__png=sheet,
    )
    (tmp_path / "log" / "run").mkdir()
    (tmp_path / "log" / "run" / "t.tsv").write_text(tsv(TABLE))
    space = opened("log")
    assert np.array_equal(space.vectors, TABLE)
    assert space.labels[:] == ["king", "", "queen"]
    assert [space.metadata["kind"].text(row) for row in range(3)] == ["man", "place", "woman"]
    pictures = space.metadata["picture"].values
    assert isinstance(pictures, ImageColumn)
    assert pictures.image(2) == Picture(sheet, (0, 4, 8, 4))
    assert pictures.subset(np.array([1, 0])).image(0) == Picture(sheet, (8, 0, 8, 4))
    assert space.metadata["picture"].take(np.array([2])).text(0) == "picture"
    assert {path.name for path in space.source.companions} == {
        "projector_config.pbtxt",
        "t.tsv",
        "m.tsv",
        "sheet.png",
    }


def test_raw_tensors_and_a_choice_in_json(opened: Opener, tmp_path: Path) -> None:
    folder = tmp_path / "log"
    folder.mkdir()
    entries = [
        {"tensorName": "a", "tensorShape": [3, 3], "tensorPath": "a.bytes"},
        {"tensorName": "b", "tensorShape": [3, 2], "tensorPath": "b.bytes"},
    ]
    (folder / "projector_config.json").write_text(json.dumps({"embeddings": entries}))
    (folder / "a.bytes").write_bytes(TABLE.tobytes())
    (folder / "b.bytes").write_bytes(TABLE.tobytes())
    with pytest.raises(ChoiceNeededError, match=r"“a” \(3 × 3\), “b”"):
        opened("log")
    assert np.array_equal(opened("log", vector_column="a").vectors, TABLE)
    with pytest.raises(FormatError, match=r"36 bytes, and 3 × 2 numbers need 24"):
        opened("log", vector_column="b")
    with pytest.raises(OptionError):
        opened("log", vector_column="c")


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (CONFIG.format(tensor="", metadata="", more=""), "checkpoint"),
        (CONFIG.format(tensor="../t.tsv", metadata="", more=""), "leads out of the folder"),
        (CONFIG.format(tensor="/etc/hostname", metadata="", more=""), "leads out of the folder"),
        (CONFIG.format(tensor="C:\\\\t.tsv", metadata="", more=""), "leads out of the folder"),
        (CONFIG.format(tensor="https://example.org/t.tsv", metadata="", more=""), "on the network"),
        (CONFIG.format(tensor="t.tsv", metadata="file:///m.tsv", more=""), "on the network"),
        (CONFIG.format(tensor="t.tsv", metadata="a/../../m.tsv", more=""), "leads out of the folder"),
        (CONFIG.format(tensor="t.txt", metadata="", more=""), "no tab-separated numbers"),
        ("embeddings { " * 50, "cannot be read"),
        ("embeddings { tensor_name: ", "cannot be read"),
        ("}", "bracket too many"),
        ("nothing: 1", "names no embeddings"),
        ("embeddings { tensor_shape: 9e99 }", "no whole numbers"),
        ("\x00", "Line 1"),
    ],
)
def test_configurations_that_are_refused(opened: Opener, tmp_path: Path, config: str, message: str) -> None:
    projector_folder(tmp_path / "log", config, t__tsv=tsv(TABLE), t__txt="a 1 2 3\nb 1 2 3\n")
    (tmp_path / "t.tsv").write_text(tsv(TABLE))
    with pytest.raises(FormatError, match=message):
        opened("log")


@pytest.mark.parametrize(
    ("path", "content"),
    [("../sheet.png", b""), ("gone.png", b""), ("sheet.png", b"GIF89a"), ("sheet.png", png_header(8, 4))],
)
def test_pictures_that_cannot_be_used_are_noted(opened: Opener, tmp_path: Path, path: str, content: bytes) -> None:
    sprite = f'sprite {{ image_path: "{path}" single_image_dim: 8 single_image_dim: 4 }}'
    config = CONFIG.format(tensor="t.tsv", metadata="", more=sprite)
    projector_folder(tmp_path / "log", config, t__tsv=tsv(TABLE), sheet__png=content)
    space = opened("log")
    assert len(space.metadata) == 0
    assert any("ignored" in note.text for note in space.notes)


def test_links_out_of_a_folder_are_not_followed(opened: Opener, tmp_path: Path) -> None:
    (tmp_path / "secret.tsv").write_text(tsv(TABLE))
    folder = projector_folder(tmp_path / "log", CONFIG.format(tensor="t.tsv", metadata="", more=""))
    (folder / "t.tsv").symlink_to(tmp_path / "secret.tsv")
    with pytest.raises(FormatError, match="leads out of the folder"):
        opened("log")
    (folder / "t.tsv").unlink()
    (folder / "t.tsv").symlink_to("t.tsv")
    with pytest.raises(FormatError, match="leads out of the folder"):
        opened("log")
    (folder / "t.tsv").unlink()
    (folder / "real.tsv").write_text(tsv(TABLE))
    (folder / "t.tsv").symlink_to("real.tsv")
    assert opened("log").n_items == 3


def test_a_folder_of_no_known_kind_says_which_there_are(opened: Opener, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileAccessError, match=r"is a folder of no kind known.*model2vec.*spaCy|spaCy.*model2vec"):
        opened("empty")


def test_the_configuration_stands_for_its_folder(opened: Opener, tmp_path: Path) -> None:
    config = CONFIG.format(tensor="t.tsv", metadata="", more="")
    projector_folder(tmp_path / "log", config, t__tsv=tsv(TABLE))
    space = opened("log/projector_config.pbtxt")
    assert np.array_equal(space.vectors, TABLE)
    assert space.source.path == tmp_path / "log"
