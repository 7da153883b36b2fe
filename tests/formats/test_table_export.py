"""Tables for other programs: values as they were, formulas disarmed, nothing half written."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from embedviz import formats
from embedviz.errors import OutputError
from embedviz.progress import finish
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.projection import Projection
from embedviz.space.source import Source
from embedviz.space.table import Column, Table

FORMULAS = ["=1+1", "+x", "-x", "@x", "\tx", "\rx", "plain", "a=b"]


@pytest.fixture
def space() -> EmbeddingSpace:
    n = len(FORMULAS)
    gone = np.zeros(n, bool)
    gone[1] = True
    columns = {
        "=n": Column("number", -np.arange(n) / 3, gone),
        "kind": Column("category", np.array([0, -1, *[1] * (n - 2)], np.int32), gone, ("=evil", 'b"\n')),
        "picture": Column("image", np.zeros((n, 2, 2), np.uint8), np.zeros(n, bool)),
    }
    return EmbeddingSpace(
        np.eye(n, 3, dtype=np.float32), Labels.from_strings(FORMULAS), Source("s", "made"), Table(n, columns)
    )


@pytest.mark.parametrize(("suffix", "delimiter"), [(".csv", ","), (".tsv", "\t")])
def test_texts_are_disarmed_and_numbers_are_not_touched(
    space: EmbeddingSpace, tmp_path: Path, suffix: str, delimiter: str
) -> None:
    points = np.array([[-0.1, at] for at in range(space.n_items)], np.float32)
    table = formats.items_table(space, None, Projection(points, "pca", ("a", "b")))
    notes = finish(formats.export_steps(table, tmp_path / f"out{suffix}"))
    assert [note.kind for note in notes] == ["left_out"]
    with (tmp_path / f"out{suffix}").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if suffix == ".csv" else 3))
    assert rows[0] == ["row", "label", "x", "y", "'=n", "kind"]
    labels = [row[1] for row in rows[1:]]
    expected = [f"'{label}" if at < 6 else label for at, label in enumerate(FORMULAS)]
    assert labels == (
        expected if suffix == ".csv" else [label.replace("\t", " ").replace("\r", " ") for label in expected]
    )
    assert [float(row[2]) for row in rows[1:]] == points[:, 0].tolist()
    assert [float(row[4]) for row in rows[1:] if row[4]] == [-at / 3 for at in range(len(FORMULAS)) if at != 1]
    assert [row[5] for row in rows[1:3]] == ["'=evil", ""]


def test_parquet_holds_everything_as_it_is(space: EmbeddingSpace, tmp_path: Path) -> None:
    finish(formats.export_steps(formats.items_table(space, np.array([3, 1])), tmp_path / "out.parquet"))
    table = pq.read_table(tmp_path / "out.parquet").to_pydict()
    assert table["row"] == [3, 1]
    assert table["label"] == ["@x", "+x"]
    assert table["=n"] == [-1, None]
    assert table["kind"] == ['b"\n', None]


def test_an_answer_is_a_table(small_space: EmbeddingSpace, tmp_path: Path) -> None:
    answer = small_space.neighbors("king", metric="dot", k=1)
    finish(formats.export_steps(formats.answer_table(answer), tmp_path / "a.csv"))
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["rank", "label", "row", "score", "query", "metric"]
    assert [row[4:] for row in rows[1:]] == [["king", "dot"]]
    assert [row[1] for row in rows[1:]] == list(answer.labels)
    assert [float(row[3]) for row in rows[1:]] == [float(score) for score in answer.scores]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet"])
def test_many_answers_name_the_metric_of_each(small_space: EmbeddingSpace, tmp_path: Path, suffix: str) -> None:
    asked = [
        (text, small_space.neighbors(text, metric=metric, k=1))
        for text, metric in (("king", "dot"), ("señor", "euclidean"))
    ]
    path = tmp_path / f"a{suffix}"
    finish(formats.export_steps(formats.answers_table(asked), path))
    if suffix == ".parquet":
        table = pq.read_table(path)
        names, metrics = table.schema.names, table.column("metric").to_pylist()
    else:
        with path.open(newline="", encoding="utf-8") as file:
            names, *rows = csv.reader(file, delimiter="," if suffix == ".csv" else "\t")
        metrics = [row[-1] for row in rows]
    assert names == ["query", "rank", "label", "row", "score", "metric"]
    assert metrics == ["dot", "euclidean"]


def test_one_picture_was_left_out(space: EmbeddingSpace, tmp_path: Path) -> None:
    (note,) = finish(formats.export_steps(formats.items_table(space), tmp_path / "a.csv"))
    assert note.text == "A table cannot hold pictures; picture was left out."


def test_nothing_is_replaced_unasked_or_written_in_part(space: EmbeddingSpace, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        finish(formats.export_steps(formats.items_table(space), tmp_path / "a.csv"))
    with pytest.raises(OutputError, match=r"choose \.csv, \.tsv, \.parquet"):
        finish(formats.export_steps(formats.items_table(space), tmp_path / "a.xls"))
    steps = formats.export_steps(formats.items_table(space), tmp_path / "a.csv", overwrite=True)
    next(steps)
    steps.close()
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.csv", "mine")]
