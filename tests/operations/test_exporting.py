"""Exports: what stands in the files, and what is said where there is nothing to export."""

from __future__ import annotations

import csv

import numpy as np
import pyarrow.parquet as pq
import pytest

from embedviz.space.table import Column


@pytest.fixture
def rated(session, space):
    """The open space with a column of numbers."""
    from dataclasses import replace

    ratings = Column("number", np.arange(7.0), np.zeros(7, bool))
    session.replace(space=replace(space, metadata=space.metadata.with_column("rating", ratings)))
    return session.state.space


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t" if path.suffix == ".tsv" else ","))


def test_the_selection_with_its_coordinates_and_metadata(session, operations, idle, rated, tmp_path, said):
    session.replace(selection=np.array([1, 4]))
    operations.export("selection", tmp_path / "s.csv")
    idle()
    head, *rows = rows_of(tmp_path / "s.csv")
    assert head[:4] == ["row", "label", "x", "y"]
    assert head[-1] == "rating"
    assert [(row[0], row[1], float(row[-1])) for row in rows] == [("1", "queen", 1.0), ("4", "river", 4.0)]
    assert np.allclose([float(row[2]) for row in rows], session.state.projection.points[[1, 4], 0])
    assert said[-1].text == "Exported 2 rows to s.csv."


def test_the_neighbours_with_rank_and_score(operations, idle, space, ask, tmp_path):
    answer = ask("king")
    operations.export("neighbors", tmp_path / "n.tsv")
    idle()
    head, *rows = rows_of(tmp_path / "n.tsv")
    assert head == ["rank", "label", "row", "score", "query", "metric"]
    assert {tuple(row[4:]) for row in rows} == {("king", answer.metric)}
    assert [row[1] for row in rows] == list(answer.labels)
    assert [float(row[3]) for row in rows] == answer.scores.tolist()


def test_coordinates_and_metadata_are_tables_of_all_items(operations, idle, rated, tmp_path):
    operations.export("coordinates", tmp_path / "c.parquet")
    idle()
    operations.export("metadata", tmp_path / "m.parquet")
    idle()
    coordinates, metadata = (pq.read_table(tmp_path / name) for name in ("c.parquet", "m.parquet"))
    assert coordinates.num_rows == metadata.num_rows == 7
    assert "rating" not in coordinates.column_names
    assert {"x", "y"} <= set(coordinates.column_names)
    assert metadata.column_names == ["row", "label", "rating"]


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("selection", "Draw a rectangle"),
        ("neighbors", "Type a question or click an item"),
        ("metadata", "Add metadata"),
    ],
)
def test_where_there_is_nothing_it_says_what_to_do(operations, space, said, tmp_path, what, words):
    operations.export(what, tmp_path / "x.csv")
    assert words in said[-1].text
    assert list(tmp_path.iterdir()) == []


def test_with_nothing_open_every_export_says_so(operations, said, tmp_path):
    for what in ("selection", "neighbors", "coordinates", "metadata"):
        operations.export(what, tmp_path / "x.csv")
        assert "no open space" in said[-1].text


def test_a_file_that_exists_is_kept_unless_it_may_be_replaced(operations, idle, space, said, tmp_path):
    path = tmp_path / "c.csv"
    path.write_text("mine", encoding="utf-8")
    operations.export("coordinates", path)
    idle()
    assert said[-1].kind == "error"
    assert path.read_text(encoding="utf-8") == "mine"
    operations.export("coordinates", path, overwrite=True)
    idle()
    assert rows_of(path)[0][:2] == ["row", "label"]


def test_an_unknown_suffix_is_an_error_that_names_those_there_are(operations, idle, space, said, tmp_path):
    operations.export("coordinates", tmp_path / "c.xlsx")
    idle()
    assert said[-1].kind == "error"
    assert ".parquet" in said[-1].text


def test_pictures_are_left_out_and_named(session, operations, idle, tmp_path, said):
    operations.open_sample("digits")
    idle()
    operations.export("metadata", tmp_path / "d.csv")
    idle()
    assert rows_of(tmp_path / "d.csv")[0] == ["row", "label", "digit"]
    assert "image was left out" in said[-1].text
