"""Models and folders cut at every offset and with every byte flipped: a named error, or a space that is whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest
from model_files import (
    SPACY_HASHES,
    fasttext_bytes,
    png_header,
    projector_folder,
    safetensors_bytes,
    spacy_folder,
    tokenizer,
)

from embedviz import child, formats
from embedviz.errors import ChildError, EmbedvizError
from embedviz.progress import finish
from embedviz.space.embedding_space import EmbeddingSpace

SEED = 11
MOST_CASES = 400
MOST_SECONDS = 5.0  # the promise for any file, however it is damaged
TABLE = np.random.default_rng(SEED).normal(size=(3, 4)).astype("<f4")


def check(space: EmbeddingSpace) -> None:
    assert space.n_items == len(space.labels) == space.metadata.n_rows
    assert space.n_items > 0
    assert space.n_dims > 0
    assert space.vectors.dtype == np.float32
    assert not space.vectors.flags.writeable
    assert space.labels.buffer.tobytes().decode() == "".join(space.labels)
    assert all(note.count > 0 and note.text for note in space.notes)
    if space.subwords is not None:
        made = space.subwords.compose("unknown")
        assert made is None or made.vector.shape == (space.n_dims,)
    for column in space.metadata.values():
        assert isinstance(column.text(0), str)


def attack(path: Path) -> EmbeddingSpace | None:
    caught: EmbedvizError | None = None
    try:
        space = finish(formats.open_steps(path))
    except EmbedvizError as error:
        caught = error
    if caught is not None:
        assert str(caught)
        assert "\n" not in str(caught)
        return None
    check(space)
    return space


def places(n_bytes: int) -> Iterator[int]:
    """Every place of a short file; an even, fixed choice of a longer one."""
    yield from range(0, n_bytes, max(1, -(-n_bytes // MOST_CASES)))


def model(marked: bool) -> bytes:
    return fasttext_bytes(["the", "ü"], np.vstack([TABLE, TABLE])[:5], n_buckets=3, marked=marked)


FILES: dict[str, Callable[[], bytes]] = {
    "model.bin": lambda: model(True),
    "old.bin": lambda: model(False),
    "x.safetensors": lambda: safetensors_bytes({"embeddings": ("F32", TABLE.shape, TABLE.tobytes())}),
}


@pytest.mark.parametrize("name", FILES)
def test_a_model_cut_anywhere_is_refused(tmp_path: Path, name: str) -> None:
    whole = FILES[name]()
    for length in places(len(whole)):
        (tmp_path / name).write_bytes(whole[:length])
        assert attack(tmp_path / name) is None


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", FILES)
def test_a_model_with_any_byte_flipped(tmp_path: Path, name: str) -> None:
    whole = FILES[name]()
    generator = np.random.default_rng(SEED)
    for at in places(len(whole)):
        for flip in (0xFF, 1 << int(generator.integers(8))):
            (tmp_path / name).write_bytes(whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1 :])
            attack(tmp_path / name)


def token_folder(folder: Path) -> None:
    folder.mkdir()
    mapping = np.array([0, 2, 1, 1], "<i8").tobytes()
    tensors = {
        "embeddings": ("F32", TABLE.shape, TABLE.tobytes()),
        "mapping": ("I64", (4,), mapping),
        "weights": ("F64", (4,), np.ones(4).tobytes()),
    }
    (folder / "model.safetensors").write_bytes(safetensors_bytes(tensors))
    tokenizer(folder, ["a", "b", "c", "ü"])


def pipeline(folder: Path) -> None:
    spacy_folder(folder, TABLE, {hashed: row for row, hashed in enumerate(SPACY_HASHES.values())}, list(SPACY_HASHES))


def logdir(folder: Path) -> None:
    config = (
        'embeddings { tensor_name: "x" tensor_path: "t.bytes" metadata_path: "m.tsv" tensor_shape: 3 tensor_shape: 4 '
        'sprite { image_path: "s.png" single_image_dim: 2 single_image_dim: 2 } }'
    )
    projector_folder(folder, config, t__bytes=TABLE.tobytes(), m__tsv="a\nb\nc\n", s__png=png_header(8, 8))


FOLDERS: dict[str, Callable[[Path], None]] = {"tokens": token_folder, "spacy": pipeline, "projector": logdir}


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::UserWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("kind", FOLDERS)
def test_a_folder_with_any_file_cut_or_flipped(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / kind
    FOLDERS[kind](folder)
    assert attack(folder) is not None
    generator = np.random.default_rng(SEED)
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        whole = path.read_bytes()
        for at in range(0, len(whole), max(1, -(-len(whole) // 150))):
            flip = 1 << int(generator.integers(8))
            path.write_bytes(whole[:at])
            attack(folder)
            path.write_bytes(whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1 :])
            attack(folder)
        path.write_bytes(whole)


def small_hdf5(path: Path) -> None:
    with h5py.File(path, "w", libver="latest") as file:
        file["x"] = TABLE
        file.create_dataset("label", data=["a", "ü", "c"], dtype=h5py.string_dtype())
        file.create_group("g")["n"] = np.arange(3)


def test_hdf5_cut_or_flipped_never_reaches_the_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the child, one after the other; where HDF5 itself crashes or hangs, another child goes on behind that case."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
    path = tmp_path / "small.h5"
    small_hdf5(path)
    size = path.stat().st_size
    chosen = list(range(0, size, max(1, size // MOST_CASES)))
    generator = np.random.default_rng(SEED)
    flips = [0] * len(chosen) + [1 << int(bit) for bit in generator.integers(8, size=len(chosen))]
    arguments = {"path": str(path), "target": str(tmp_path / "out.npz"), "places": chosen * 2, "flips": flips}
    first, died = 0, []
    while first < len(flips):
        steps = child.run("child_functions:attack_hdf5", {**arguments, "first": first})
        case, since = f"case {first - 1}", time.monotonic()
        try:
            for step in steps:
                if step.text.startswith("case") and step.text != case:
                    case, since = step.text, time.monotonic()
                assert time.monotonic() - since < 2 * MOST_SECONDS, f"{case} hangs"
            break
        except ChildError as error:
            died.append(f"{case}: {error}")
            first = int(case.removeprefix("case ")) + 1
    assert not [words for words in died if "Error:" in words], died
