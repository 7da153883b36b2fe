"""Tables with several vector columns: asked once, remembered by the kind of name, and asked again when wished."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from embedviz.formats import ColumnChoice, Contents
from embedviz.operations.importing import Chosen, can_label, members, name_pattern


def fixed(values):
    return pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), values.shape[1])


@pytest.fixture
def table(tmp_path):
    """Write a Parquet with two vector columns, a text, a number and another text."""

    def write(name="part-1.parquet", small="small"):
        rng = np.random.default_rng(3)
        columns = {
            "word": pa.array(["one", "two", "three"]),
            small: fixed(rng.normal(size=(3, 2)).astype(np.float32)),
            "large": fixed(rng.normal(size=(3, 4)).astype(np.float32)),
            "year": pa.array([1901, 1902, 1903]),
            "remark": pa.array(["a", "b", "c"]),
        }
        pq.write_table(pa.table(columns), tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def requests(operations):
    """Every request to choose."""
    found = []
    operations.choice_needed.connect(found.append)
    return found


def test_an_ambiguous_table_is_asked_about_and_nothing_is_complained_of(
    session, operations, idle, table, requests, said
):
    path = table()
    operations.open_file(path)
    idle()
    assert [request.path for request in requests] == [path]
    assert [column.name for column in requests[0].contents.columns if column.is_vector_candidate] == ["small", "large"]
    assert requests[0].contents.first_rows[1][0] == "two"
    assert said == []
    assert session.state.space is None


def test_the_chosen_columns_open(session, operations, idle, table, requests):
    operations.open_file(table())
    idle()
    operations.open_chosen(requests[0], Chosen("large", "remark", ("year",)))
    idle()
    space = session.state.space
    assert space.n_dims == 4
    assert list(space.labels) == ["a", "b", "c"]
    assert list(space.metadata) == ["year"]
    assert space.metadata["year"].values.tolist() == [1901, 1902, 1903]


def test_a_file_of_the_same_kind_of_name_opens_as_before_and_says_so(session, operations, idle, table, requests, said):
    operations.open_file(table("part-1.parquet"))
    idle()
    operations.open_chosen(requests[0], Chosen("large"))
    idle()
    operations.open_file(table("part-22.parquet"))
    idle()
    assert len(requests) == 1
    assert session.state.space.source.name == "part-22.parquet"
    assert session.state.space.n_dims == 4
    assert "“large”, as chosen before" in said[-1].text
    operations.open_file(table("other.parquet"))
    idle()
    assert len(requests) == 2


def test_what_was_chosen_before_is_not_used_where_the_columns_differ(operations, idle, table, requests):
    operations.open_file(table("part-1.parquet"))
    idle()
    operations.open_chosen(requests[0], Chosen("small"))
    idle()
    operations.open_file(table("part-2.parquet", small="tiny"))
    idle()
    assert len(requests) == 2


def test_choices_can_be_asked_for_and_begin_with_those_before(operations, idle, table, requests):
    operations.open_file(table())
    idle()
    operations.open_chosen(requests[0], Chosen("large"))
    idle()
    operations.open_with_choices(table())
    idle()
    assert requests[1].before == Chosen("large")


def test_a_table_with_one_vector_column_has_choices_too(operations, idle, tmp_path, requests):
    path = tmp_path / "one.csv"
    path.write_text("word,x1,x2\na,1,2\nb,3,4\n", encoding="utf-8")
    operations.open_with_choices(path)
    idle()
    assert [column.name for column in requests[0].contents.columns] == ["word", "x1..x2"]


def test_what_is_no_table_opens_and_says_that_there_is_nothing_to_choose(
    session, operations, idle, vector_file, requests, said
):
    operations.open_with_choices(vector_file())
    idle()
    assert requests == []
    assert session.state.space.source.name == "small.txt"
    assert said[-1].text.endswith("has no columns to choose from.")


def test_a_choice_that_does_not_open_is_an_error_and_is_not_remembered(operations, idle, table, requests, said):
    operations.open_file(table())
    idle()
    operations.open_chosen(requests[0], Chosen("year"))
    idle()
    assert said[-1].kind == "error"
    assert "year" in said[-1].text
    operations.open_file(table())
    idle()
    assert len(requests) == 2


def test_of_several_dropped_files_a_table_that_needs_a_choice_is_asked_about(
    operations, idle, table, tmp_path, requests
):
    (tmp_path / "empty.txt").write_bytes(b"")
    operations.open_dropped([str(tmp_path / "empty.txt"), str(table())])
    idle()
    assert [request.path.name for request in requests] == ["part-1.parquet"]


def test_options_of_opening_travel_with_the_request(session, operations, idle, table, requests, tmp_path):
    names = tmp_path / "names.txt"
    names.write_text("x\ny\nz\n", encoding="utf-8")
    operations.open_file(table(), labels=names)
    idle()
    operations.open_chosen(requests[0], Chosen("small"))
    idle()
    assert list(session.state.space.labels) == ["x", "y", "z"]


@pytest.mark.parametrize(
    ("name", "n_dims", "found"),
    [
        ("x1..x3", 3, ("x1", "x2", "x3")),
        ("dim 08..dim 11", 4, ("dim 08", "dim 09", "dim 10", "dim 11")),
        ("a..b..0..a..b..1", 2, ("a..b..0", "a..b..1")),
        ("x1..x3", 300, ("x1..x3",)),
        ("plain", 3, ("plain",)),
    ],
)
def test_a_set_of_columns_stands_for_its_members(name, n_dims, found):
    assert members(ColumnChoice(name, "number columns", True, n_dims, "metadata")) == found


@pytest.mark.parametrize(
    ("kind", "is_vector", "possible"),
    [("text", False, True), ("int64", False, True), ("double", False, False), ("384 x float", True, False)],
)
def test_texts_and_whole_numbers_can_be_labels(kind, is_vector, possible):
    assert can_label(ColumnChoice("c", kind, is_vector, None, "metadata")) == possible


def test_names_are_of_one_kind_without_their_numbers():
    assert name_pattern(Path("/a/Part-001.parquet")) == name_pattern(Path("/b/part-23.parquet"))
    assert name_pattern(Path("part-1.csv")) != name_pattern(Path("part-1.parquet"))


def test_a_choice_fits_a_file_that_has_its_columns():
    contents = Contents(
        "Parquet",
        3,
        (
            ColumnChoice("x1..x3", "3 number columns", True, 3, "vector"),
            ColumnChoice("word", "text", False, None, "label"),
        ),
    )
    assert Chosen("x1..x3", "word", ()).fits(contents)
    assert Chosen("x1..x3", "word", ("x2",)).fits(contents)
    assert not Chosen("word").fits(contents)
    assert not Chosen("x1..x3", "year").fits(contents)
