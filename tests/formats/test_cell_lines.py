"""Lines of cells: what a spreadsheet, a letter and a file get of them."""

from __future__ import annotations

import csv
import math

import pytest

from embedviz.formats.cell_lines import aligned, cells_table, tabbed

LINES = [["name", "score", "note"], ["a\tb\nc", 0.1 + 0.2, ""], ["länger", math.nan, "x"], ["z", 12345.678, "y"]]


def test_tabs_keep_every_cell_and_every_digit():
    rows = list(csv.reader(tabbed(LINES).split("\n"), delimiter="\t"))
    assert [len(row) for row in rows] == [3, 3, 3, 3]
    assert rows[1] == ["a b c", "0.30000000000000004", ""]
    assert rows[2] == ["länger", "", "x"]
    assert float(rows[3][1]) == 12345.678


def test_columns_stand_in_line():
    assert aligned(LINES).split("\n") == [
        "name       score  note",
        "a b c      0.300",
        "länger            x",
        "z       12,345.7  y",
    ]


def test_a_head_alone_is_a_line():
    assert aligned([["name", "score"]]) == "name  score"
    assert cells_table([["name", "score"]]).n_rows == 0


def test_a_table_has_numbers_where_all_are_numbers():
    table = cells_table([["a", "a", ""], ["x", 1, 2.5], ["", "", math.nan]])
    assert list(table) == ["a", "a (2)", "item"]
    assert [table[name].kind for name in table] == ["text", "number", "number"]
    assert table["a (2)"].values[0] == 1
    assert [table[name].missing.tolist() for name in table] == [[False, True]] * 3


@pytest.mark.parametrize("value", [5, 1_000_000, -3])
def test_counts_are_whole(value):
    assert tabbed([[value]]) == str(value)
    assert aligned([["n"], [value]]).split("\n")[1] == f"{value:,}"
