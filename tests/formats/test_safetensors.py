""".safetensors: every type, against the library; choice of the tensor; labels beside it; lies of the header."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from model_files import safetensors_bytes, tokenizer
from opener import Opener
from safetensors.numpy import load_file, save_file

from embedviz import formats
from embedviz.errors import ChoiceNeededError, FormatError, MemoryPlanError, OptionError
from embedviz.progress import finish
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source

TABLE = np.array([[1, -2, 3.5], [0.25, 5, 100]])
FLOATS = TABLE.astype("<f4").tobytes()


@pytest.mark.parametrize("dtype", ["f4", "f2", "f8", "i1", "i4", "i8", "u1", "u2"])
def test_every_type_as_the_library_writes_it(opened: Opener, tmp_path: Path, dtype: str) -> None:
    array = np.abs(TABLE).astype(dtype)
    save_file({"embeddings": array}, tmp_path / "t.safetensors")
    space = opened("t.safetensors")
    assert np.array_equal(space.vectors, array.astype(np.float32))
    assert space.source.format == "safetensors"
    assert [note.kind for note in space.notes] == (["converted"] if dtype in ("f8", "i4", "i8") else [])


def test_bfloat16_keeps_its_bits(opened: Opener) -> None:
    halves = np.array([[0x3F80, 0xC000, 0x7F80], [0x0001, 0x4049, 0x8000]], "<u2")
    space = opened("b.safetensors", safetensors_bytes({"w": ("BF16", (2, 3), halves.tobytes())}))
    assert np.array_equal(space.vectors.view(np.uint32), halves.astype(np.uint32) << 16)
    assert space.vectors[0, :2].tolist() == [1, -2]


def test_blocks_meet(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedviz.formats.safetensors_file.BLOCK_BYTES", 64)
    array = np.random.default_rng(1).normal(size=(31, 7)).astype("<f4")
    space = opened("t.safetensors", safetensors_bytes({"x": ("F32", array.shape, array.tobytes())}))
    assert np.array_equal(space.vectors, array)


def test_which_tensor(opened: Opener) -> None:
    flat = {"bias": ("F32", (6,), FLOATS)}
    two = {"a": ("F32", (2, 3), FLOATS), "b": ("F32", (3, 2), FLOATS)}
    assert opened("one.safetensors", safetensors_bytes({**flat, "a": two["a"]})).n_items == 2
    with pytest.raises(ChoiceNeededError, match=r"“a” \(2 × 3 numbers\), “b”") as caught:
        opened("two.safetensors", safetensors_bytes(two))
    assert [column.name for column in caught.value.contents.columns] == ["a", "b"]
    assert opened("two.safetensors", vector_column="b").n_items == 3
    with pytest.raises(OptionError, match="no vectors called “c”"):
        opened("two.safetensors", vector_column="c")
    usual = opened("usual.safetensors", safetensors_bytes({**two, "embedding.weight": two["b"]}))
    assert usual.n_items == 3
    assert [note.kind for note in usual.notes] == ["array_chosen"]
    with pytest.raises(FormatError, match="no table of numbers"):
        opened("flat.safetensors", safetensors_bytes(flat))
    with pytest.raises(FormatError, match="F8_E4M3"):
        opened("eight.safetensors", safetensors_bytes({"a": ("F8_E4M3", (2, 3), bytes(6))}))


def test_labels_come_from_what_lies_beside_it(opened: Opener, tmp_path: Path) -> None:
    content = safetensors_bytes({"embeddings": ("F32", (2, 3), FLOATS)}, __metadata__={"format": "pt"})
    assert opened("m.safetensors", content).name(1) == "#1"
    (tmp_path / "vocab.txt").write_text("eins\nzwei\n")
    assert opened("m.safetensors").labels[:] == ["eins", "zwei"]
    tokenizer(tmp_path, ["one", "two"])
    space = opened("m.safetensors")
    assert space.labels[:] == ["one", "two"]
    assert space.source.companions == (tmp_path / "tokenizer.json",)
    (tmp_path / "m.labels.txt").write_text("un\ndeux\n")
    assert opened("m.safetensors").labels[:] == ["un", "deux"]
    (tmp_path / "m.labels.txt").unlink()
    unigram = {"model": {"type": "Unigram", "vocab": [["a", -1.0]]}, "added_tokens": [{"id": 1, "content": "<s>"}]}
    (tmp_path / "tokenizer.json").write_text(json.dumps(unigram))
    assert opened("m.safetensors").labels[:] == ["a", "<s>"]


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "{}", '{"model": {"vocab": {"a": -1}}}', '{"model": {"vocab": {"a": 999999999999}}}', "\xff", "3"],
)
def test_a_vocabulary_that_does_not_fit_is_noted(opened: Opener, tmp_path: Path, text: str) -> None:
    (tmp_path / "tokenizer.json").write_text(text)
    space = opened("m.safetensors", safetensors_bytes({"embeddings": ("F32", (2, 3), FLOATS)}))
    assert space.labels[:] == ["", ""]
    assert [note.kind for note in space.notes] == ["companion"]
    assert "was ignored" in space.notes[0].text


def header(facts: object, data: bytes = FLOATS) -> bytes:
    text = json.dumps(facts).encode()
    return len(text).to_bytes(8, "little") + text + data


def one(shape: object, offsets: object, kind: object = "F32") -> dict[str, object]:
    return {"a": {"dtype": kind, "shape": shape, "data_offsets": offsets}}


@pytest.mark.parametrize(
    "facts",
    [
        one([2, 3], [0, 25]),
        one([2, 3], [0, 20]),
        one([2, 3], [4, 28]),
        one([2, 3], [24, 0]),
        one([2, 3], [-4, 20]),
        one([2, 3], [0, 24, 30]),
        one([2, -3], [0, 24]),
        one([2.0, 3], [0, 24]),
        one([True, 6], [0, 24]),
        one([1 << 61, 4], [0, 24]),
        one(["2", 3], [0, 24]),
        one([2, 3], [0, 24], 7),
        one([1] * 40, [0, 4]),
        {"a": 3},
        {**one([1, 3], [0, 12]), "b": one([1, 3], [8, 20])["a"]},
        {**one([1, 3], [0, 12]), "b": one([1, 2], [16, 24])["a"]},
    ],
)
def test_lies_of_the_header_are_refused_before_anything_is_read(opened: Opener, facts: object) -> None:
    with pytest.raises(FormatError) as caught:
        opened("lie.safetensors", header(facts))
    assert len(str(caught.value)) < 300


def test_headers_without_end_and_petabytes(opened: Opener) -> None:
    whole = header(one([2, 3], [0, 24]))
    with pytest.raises(FormatError):
        opened("a.safetensors", (1 << 20).to_bytes(8, "little") + whole[8:])
    with pytest.raises(FormatError, match="cut off"):
        opened("c.safetensors", whole[:-1])
    assert [note.kind for note in opened("d.safetensors", whole + b"xx").notes] == ["trailing_bytes"]
    with pytest.raises(FormatError, match="JSON"):
        opened("e.safetensors", header({})[:8] + b'{"' + b"x" * 30)


def test_memory_is_planned(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedviz.formats.memory_plan.free_memory", lambda: 20)
    with pytest.raises(MemoryPlanError):
        opened("m.safetensors", header(one([2, 3], [0, 24])))


@given(
    arrays.arrays(np.float32, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.floats(width=32)),
    st.data(),
)
def test_what_is_written_is_read_by_us_and_by_the_library(
    tmp_path_factory: pytest.TempPathFactory, vectors: np.ndarray, data: st.DataObject
) -> None:
    letters = st.text(st.characters(exclude_characters="\n\r", exclude_categories=("Cs",)), min_size=1)
    names = data.draw(st.lists(letters, min_size=len(vectors), max_size=len(vectors)))
    names = [f"label {name}" for name in names]
    space = EmbeddingSpace(vectors, Labels.from_strings(names), Source("made", "made"))
    path = tmp_path_factory.mktemp("round") / "x.safetensors"
    finish(formats.save_steps(space, path))
    back = finish(formats.open_steps(path))
    assert np.array_equal(back.vectors.view(np.uint32), vectors.view(np.uint32))
    assert back.labels[:] == names
    assert np.array_equal(load_file(path)["embeddings"].view(np.uint32), vectors.view(np.uint32))
