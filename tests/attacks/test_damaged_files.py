"""Every truncation and every flipped byte of a small file: a named error, or a space that keeps its invariants."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from damaged import attack, flips, places

from embedviz import formats
from embedviz.progress import finish
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source
from embedviz.space.table import Column, Table

SUFFIXES = (".txt", ".bin", ".npy", ".npz", ".tsv", ".parquet", ".arrow")
SEED = 11
MOST_CASES = 350
pytestmark = pytest.mark.usefixtures("memory_bounded")


def fixture_space() -> EmbeddingSpace:
    vectors = np.random.default_rng(SEED).normal(size=(4, 3)).astype(np.float32)
    labels = Labels.from_strings(["the", "señor", "of", "x"])
    column = Column("category", np.array([0, 1, 0, -1], np.int32), np.array([False, False, False, True]), ("a", "b"))
    return EmbeddingSpace(vectors, labels, Source("small", "made"), Table(4, {"kind": column}))


@pytest.fixture(params=SUFFIXES)
def saved(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"small{request.param}"
    finish(formats.save_steps(fixture_space(), path))
    return path


def test_truncated_anywhere(saved: Path) -> None:
    whole, original = saved.read_bytes(), fixture_space()
    for length in places(len(whole), MOST_CASES):
        space = attack(saved, whole[:length])
        if space is None:
            continue
        if b"\n" not in whole[:length]:
            continue  # the beginning of a first line is a whole file of fewer dimensions
        if saved.suffix == ".bin":
            assert length == len(whole) - 1, "only the last line break may be missing"
        else:
            assert saved.suffix in (".txt", ".tsv"), "formats that declare their size refuse a shorter file"
        intact = space.n_items - (saved.suffix != ".bin")
        assert np.array_equal(space.vectors[:intact], original.vectors[:intact])
        if saved.suffix == ".txt":
            assert space.labels[: space.n_items] == original.labels[: space.n_items]
            assert space.n_items == original.n_items or "header_mismatch" in {note.kind for note in space.notes}


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
def test_any_byte_flipped(saved: Path) -> None:
    for content in flips(saved.read_bytes(), MOST_CASES):
        attack(saved, content)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_noise_of_every_length(tmp_path: Path, suffix: str) -> None:
    generator = np.random.default_rng(SEED)
    for length in range(1, 120):
        attack(tmp_path / f"noise{suffix}", generator.bytes(length))
        attack(tmp_path / f"text{suffix}", bytes(generator.choice(np.frombuffer(b"ab 1.5e-\n\t2\r", np.uint8), length)))
