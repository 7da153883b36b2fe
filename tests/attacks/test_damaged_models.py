"""Models and folders cut at every offset and with every byte flipped: a named error, or a space that is whole."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import closing
from itertools import chain
from pathlib import Path

import h5py
import numpy as np
import pytest
from damaged import MOST_SECONDS, attack, flips, open_damaged, places
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
from embedviz.errors import ChildError
from embedviz.formats import hdf5
from embedviz.progress import finish

SEED = 11
MOST_CASES, MOST_OF_A_FOLDER = 400, 150
pytestmark = pytest.mark.usefixtures("memory_bounded")
TABLE = np.random.default_rng(SEED).normal(size=(3, 4)).astype("<f4")


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
    for length in places(len(whole), MOST_CASES):
        assert attack(tmp_path / name, whole[:length]) is None


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", FILES)
def test_a_model_with_any_byte_flipped(tmp_path: Path, name: str) -> None:
    for content in flips(FILES[name](), MOST_CASES):
        attack(tmp_path / name, content)


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
    assert open_damaged(folder) is not None
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        whole = path.read_bytes()
        cut = (whole[:at] for at in places(len(whole), MOST_OF_A_FOLDER))
        for content in chain(cut, flips(whole, MOST_OF_A_FOLDER)):
            path.write_bytes(content)
            open_damaged(folder)
        path.write_bytes(whole)


def plain_hdf5(path: Path) -> None:
    with h5py.File(path, "w", libver="latest") as file:
        file["x"] = TABLE
        file.create_dataset("label", data=["a", "ü", "c"], dtype=h5py.string_dtype())
        file.create_group("g")["n"] = np.arange(3)


def packed_hdf5(path: Path) -> None:
    with h5py.File(path, "w", libver="earliest") as file:
        file.create_dataset("x", data=TABLE, chunks=(2, 2), compression="gzip", shuffle=True, fletcher32=True)


def cells(path: Path) -> None:
    """As AnnData's specification has it, with categories."""
    with h5py.File(path, "w") as file:
        file.attrs["encoding-type"] = "anndata"
        obs = file.create_group("obs")
        obs.attrs.update({"encoding-type": "dataframe", "_index": "cell", "column-order": ["kind"]})
        obs.create_dataset("cell", data=["a", "b", "c"], dtype=h5py.string_dtype())
        obs.create_group("kind").attrs["encoding-type"] = "categorical"
        obs["kind"].create_dataset("categories", data=["u", "v"], dtype=h5py.string_dtype())
        obs["kind"]["codes"] = np.array([1, -1, 0], np.int8)
        file.create_group("obsm")["X_pca"] = TABLE


@pytest.mark.parametrize("made", [plain_hdf5, packed_hdf5, cells])
def test_hdf5_cut_or_flipped_never_reaches_the_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: Callable[[Path], None]
) -> None:
    """In the child, one after the other; where HDF5 itself crashes or hangs, another child goes on behind that case."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
    path = tmp_path / "small.h5"
    made(path)
    size = path.stat().st_size
    chosen = list(places(size, MOST_OF_A_FOLDER))
    generator = np.random.default_rng(SEED)
    bits = [0] * len(chosen) + [1 << int(bit) for bit in generator.integers(8, size=len(chosen))]
    arguments = {"path": str(path), "target": str(tmp_path / "out.npz"), "places": chosen * 2, "flips": bits}
    first, died = 0, []
    while first < len(bits):
        steps = child.run("child_functions:attack_hdf5", {**arguments, "first": first})
        case, since = f"case {first - 1}", time.monotonic()
        try:
            with closing(steps):
                for step in steps:  # HDF5 is ended after a second of the processor
                    if step.text.startswith("case") and step.text != case:
                        case, since = step.text, time.monotonic()
                    assert time.monotonic() - since < 6 * MOST_SECONDS, f"{case} hangs"
            break
        except ChildError as error:
            died.append(f"{case}: {error}")
            first = int(case.removeprefix("case ")) + 1
    assert not [words for words in died if "Error:" in words], died


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no clock that ends a process")
def test_a_heap_in_which_hdf5_goes_round_for_ever_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first object of the global heap reaches beyond the others into its end."""
    path = tmp_path / "circle.h5"
    plain_hdf5(path)
    content = bytearray(path.read_bytes())
    size_of_first = content.index(b"GCOL") + 16 + 8
    assert content[size_of_first] == 1
    content[size_of_first + 1] = 1
    path.write_bytes(content)
    monkeypatch.setattr(hdf5, "MOST_STEP_SECONDS", 1.0)
    with pytest.raises(ChildError, match="could not be read, it is probably damaged"):
        finish(formats.open_steps(path))
