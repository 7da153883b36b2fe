"""Looking into a table: its columns, guesses of their parts, and its first rows."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from embedviz import formats
from embedviz.errors import FileAccessError, FormatError, UnknownFormatError
from embedviz.formats import ColumnChoice, Contents
from embedviz.progress import finish


def inspected(path: Path) -> Contents:
    return finish(formats.inspect_steps(path))


def test_a_wide_csv_is_one_choice_and_its_first_rows_are_elided(tmp_path: Path) -> None:
    lines = ["word,kind," + ",".join(f"d{at}" for at in range(300))]
    lines += [f"{'x' * 500},k{row}," + ",".join(["0.25"] * 300) for row in range(30)]
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    contents = inspected(tmp_path / "a.csv.gz")
    assert contents.format == "CSV table"
    assert contents.n_rows is None
    assert contents.columns == (
        ColumnChoice("word", "text", False, None, "label"),
        ColumnChoice("kind", "text", False, None, "metadata"),
        ColumnChoice("d0..d299", "300 number columns", True, 300, "vector"),
    )
    assert len(contents.first_rows) == 20
    assert contents.first_rows[3][1:] == ("k3", "[0.25, 0.25, 0.25, 0.25, …]")
    assert len(contents.first_rows[0][0]) == 80


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_candidates_of_a_typed_table(tmp_path: Path, kind: str) -> None:
    lists = pa.array([[1.0, 2.0], [3.0, 4.0]], pa.list_(pa.float32(), 2))
    table = pa.table({"title": lists, "body": lists, "text": ["a", None], "neighbors": [[1], [2]]})
    path = tmp_path / f"t.{kind}"
    if kind == "parquet":
        pq.write_table(table, path)
    else:
        with pa.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table)
    contents = inspected(path)
    assert contents.n_rows == (2 if kind == "parquet" else None)
    assert [(each.name, each.is_vector_candidate, each.role_guess) for each in contents.columns] == [
        ("title", True, "ignored"),
        ("body", True, "ignored"),
        ("text", False, "label"),
        ("neighbors", False, "ignored"),
    ]
    assert contents.first_rows[1] == ("[3, 4]", "[3, 4]", "", "[2]")


def test_json_and_npz(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"t": "a", "v": [1, 2, 3, 4, 5]}\n')
    contents = inspected(tmp_path / "a.jsonl")
    assert [each.role_guess for each in contents.columns] == ["label", "vector"]
    assert contents.first_rows == (("a", "[1, 2, 3, 4, …]"),)
    sink = io.BytesIO()
    np.savez(sink, vectors=np.ones((3, 2)), other=np.ones((3, 4)), words=np.array(["a", "b", "c"]), n=np.arange(3))
    (tmp_path / "a.npz").write_bytes(sink.getvalue())
    contents = inspected(tmp_path / "a.npz")
    assert contents.n_rows == 3
    assert [(each.name, each.role_guess, each.n_dims) for each in contents.columns] == [
        ("vectors", "vector", 2),
        ("other", "ignored", 4),
        ("words", "label", None),
        ("n", "metadata", None),
    ]


def test_files_that_are_no_tables(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("king 1 2\nqueen 3 4\n")
    assert inspected(tmp_path / "a.txt") == Contents("GloVe text", None, ())
    (tmp_path / "empty").touch()
    with pytest.raises(FormatError, match="is empty"):
        inspected(tmp_path / "empty")
    (tmp_path / "zeros").write_bytes(bytes(1000))
    with pytest.raises(UnknownFormatError):
        inspected(tmp_path / "zeros")
    with pytest.raises(FileAccessError):
        inspected(tmp_path / "nowhere")
