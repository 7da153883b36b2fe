"""Projections as tables of labels and coordinates."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from embedviz.errors import OptionError, OutputError
from embedviz.formats import save_projection
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.projection import Projection
from embedviz.space.source import Source

LABELS = ["plain", "=SUM(A1)", 'a,"b"', "-x", "two\nlines", "@c", "\td", "+1"]
POINTS = np.random.default_rng(2).normal(size=(8, 4)).astype(np.float32)


@pytest.fixture
def space() -> EmbeddingSpace:
    return EmbeddingSpace(np.ones((8, 2), np.float32), Labels.from_strings(LABELS), Source("s", "made"))


def projection(n_components: int) -> Projection:
    points = POINTS[:, :n_components].copy()
    points[3] = np.nan
    return Projection(points, "pca", tuple("abcd"[:n_components]))


@pytest.mark.parametrize(("n_components", "names"), [(2, "x y"), (3, "x y z"), (4, "x y z c4")])
def test_csv_reads_back_bit_for_bit(space: EmbeddingSpace, tmp_path: Path, n_components: int, names: str) -> None:
    save_projection(space, projection(n_components), tmp_path / "p.csv")
    with (tmp_path / "p.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["label", *names.split()]
    assert [row[0] for row in rows[1:]] == ["plain", "'=SUM(A1)", 'a,"b"', "'-x", "two\nlines", "'@c", "'\td", "'+1"]
    assert rows[4][1:] == [""] * n_components
    for row in (0, 1, 7):
        assert (
            np.array([float(cell) for cell in rows[row + 1][1:]], np.float32).tolist()
            == POINTS[row, :n_components].tolist()
        )


def test_tsv_parquet_and_npy(space: EmbeddingSpace, tmp_path: Path) -> None:
    for suffix in (".tsv", ".parquet", ".npy"):
        save_projection(space, projection(2), tmp_path / f"p{suffix}")
    lines = (tmp_path / "p.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "label\tx\ty"
    assert [line.split("\t")[0] for line in lines[1:]] == [
        "plain",
        "'=SUM(A1)",
        'a,"b"',
        "'-x",
        "two lines",
        "'@c",
        "' d",
        "'+1",
    ]
    table = pq.read_table(tmp_path / "p.parquet")
    assert table.column("label").to_pylist() == LABELS
    assert np.array_equal(table.column("y").to_numpy(), projection(2).points[:, 1], equal_nan=True)
    assert np.array_equal(np.load(tmp_path / "p.npy"), projection(2).points, equal_nan=True)


def test_refusals(space: EmbeddingSpace, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"choose \.csv"):
        save_projection(space, projection(2), tmp_path / "p.png")
    with pytest.raises(OptionError, match="7 points and the space 8 items"):
        save_projection(space, Projection(POINTS[:7], "pca", ("a",)), tmp_path / "p.csv")
    (tmp_path / "p.csv").write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        save_projection(space, projection(2), tmp_path / "p.csv")
    assert (tmp_path / "p.csv").read_text() == "mine"
