"""Several lists as one table and as text: every label in its own cell, every list whole."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz.formats.answer_lists import AnswerList, answer_list, lists_table, lists_text, lists_tsv
from embedviz.space.answer import ask
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source


@pytest.fixture
def lists():
    names = ["a\tb", "c\nd", *(f"w{row}" for row in range(48))]
    vectors = np.random.default_rng(9).normal(size=(50, 5)).astype(np.float32)
    odd = EmbeddingSpace(vectors, Labels.from_strings(names), Source("made", "made for a test"))
    return [answer_list(ask(odd, "#5", 49), "a\tspace"), answer_list(ask(odd, "#6", 2), "other")]


def test_copies_keep_to_their_cells(lists):
    lines = lists_tsv(lists).split("\n")
    assert len(lines) == 50
    assert {line.count("\t") for line in lines} == {4}
    assert lines[3].endswith("\t\t")
    assert "a b" in lists_tsv(lists)
    assert float(lines[1].split("\t")[2]) == lists[0].scores[0]


def test_text_has_a_line_a_neighbour(lists):
    first, second = lists_text(lists).split("\n\n")
    assert len(first.split("\n")) == 50
    assert second.split("\n")[0] == "#6, cosine, in other"
    assert second.split("\n")[1] == f"1. {lists[1].labels[0]} ({lists[1].scores[0]:.3f})"


def test_a_table_has_a_row_a_neighbour(lists):
    table = lists_table(lists)
    assert list(table) == ["space", "question", "comparison", "rank", "label", "row", "score"]
    assert table.n_rows == 51
    assert table["label"].text(0) == lists[0].labels[0]
    assert [table["rank"].values[at] for at in (0, 48, 49, 50)] == [1, 49, 1, 2]
    assert table["row"].values[49] == lists[1].rows[0]


def test_no_lists_are_an_empty_table():
    assert lists_table([]).n_rows == 0
    assert lists_text([]) == ""
    assert lists_tsv([]) == "rank"


@pytest.fixture
def pairs():
    rows, others = np.array([3, 4]), np.array([5, 6])
    return AnswerList("made", "Pairs", "cosine", rows, ("a · b", "c · d"), np.array([0.5, np.nan]), others)


@pytest.fixture
def hubs():
    return AnswerList(
        "made", "Hubs", "lists it is in", np.array([7]), ("hub",), np.array([1200]), None, ("9\t% of all",)
    )


def test_pairs_counts_and_details_are_told(pairs, hubs):
    assert lists_text([pairs, hubs]).split("\n") == [
        *("Pairs, cosine, in made", "1. a · b (0.500)", "2. c · d", ""),
        *("Hubs, lists it is in, in made", "1. hub (1,200, 9 % of all)"),
    ]
    assert [line.split("\t") for line in lists_tsv([pairs, hubs]).split("\n")] == [
        ["rank", "Pairs, cosine", "score", "Hubs, lists it is in", "score", "detail"],
        ["1", "a · b", "0.5", "hub", "1200", "9 % of all"],
        ["2", "c · d", "", "", "", ""],
    ]


def test_a_table_names_both_rows_of_a_pair(pairs, hubs):
    table = lists_table([pairs, hubs])
    assert list(table)[-2:] == ["other row", "detail"]
    assert table["row"].values.tolist() == [3, 4, 7]
    assert table["other row"].values[:2].tolist() == [5, 6]
    assert table["other row"].missing.tolist() == [False, False, True]
    assert table["score"].missing.tolist() == [False, True, False]
    assert [table["detail"].text(row) for row in range(3)] == ["", "", "9\t% of all"]


def test_a_list_equals_what_says_the_same(pairs, hubs, lists):
    same = AnswerList("made", "Pairs", "cosine", pairs.rows.copy(), pairs.labels, pairs.scores.copy(), pairs.others)
    assert pairs.equals(same)
    assert not pairs.equals(hubs)
    assert not lists[0].equals(lists[1])
