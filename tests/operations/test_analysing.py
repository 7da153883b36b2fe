"""Analyses: what is found is put into words and listed; what cannot be is said; another space begins anew."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz.operations.analysing import Arrow
from embedviz.operations.findings import analogy_finding, finding_table, known_pairs_finding, rules_finding, table_lines


@pytest.fixture
def found(operations):
    """Every finding, oldest first."""
    made = []
    operations.finding_made.connect(made.append)
    return made


@pytest.fixture
def refused(operations):
    reasons = []
    operations.analysis_refused.connect(reasons.append)
    return reasons


def test_questions_about_a_selection(space, session, operations, idle, found):
    session.replace(selection=np.array([0, 1, 2, 5]))
    for wish in (operations.find_odd_one_out, operations.find_pairs, operations.find_matrix):
        wish()
        idle()
    odd, pairs, matrix = found
    assert operations.findings == (matrix, pairs, odd)
    assert odd.title == f"Odd one out: {odd.cells[0][0]}"
    assert {line[0] for line in odd.cells} == {"king", "queen", "man", "rivers"}
    assert [space.name(items[0]) for items in odd.items] == [line[0] for line in odd.cells]
    assert "All 6 pairs" in pairs.summary
    assert len(pairs.cells) == 12
    assert pairs.cells[0][1:3] == tuple(space.name(row) for row in pairs.items[0])
    copied = table_lines(matrix)
    assert copied[0] == ["", *(line[0] for line in matrix.cells)]
    assert copied[1][1] == pytest.approx(1.0)


def test_questions_about_two_items_and_one(space, operations, idle, found):
    operations.find_path("king", "river")
    idle()
    operations.find_line("king", "river")
    idle()
    operations.find_within("king", -1.0)
    idle()
    operations.find_mutual("#0")
    idle()
    operations.find_hubs()
    idle()
    path, line, within, mutual, hubs = found
    assert (path.cells[0][0], path.cells[-1][0]) == ("king", "river")
    assert "No path is shorter." in path.summary
    assert all("nearest of" in str(step[2]) for step in path.cells[1:])
    assert (line.cells[0][:2], line.cells[-1][:2]) == (("king", 0.0), ("river", 1.0))
    assert within.summary.startswith("6 of 6 items score at least -1.000 with “king”")
    assert mutual.title == "Mutual neighbours of king"
    assert "7 lists" in hubs.summary


def test_the_graph_of_all_neighbors_is_kept(space, operations, idle, found, monkeypatch):
    operations.find_hubs()
    idle()
    monkeypatch.setattr("embedviz.analysis.neighbor_graph_steps", None)
    operations.find_hubs()
    idle()
    assert found[1].cells == found[0].cells


def test_an_analogy_and_pairs_in_words(space, operations, idle):
    made = []
    operations.analogy_made.connect(made.append)
    operations.pairs_scored.connect(made.append)
    operations.try_analogy("man", "king", "woman")
    idle()
    operations.try_pairs("man king\nwoman queen\nriver rivers\nx y")
    idle()
    analogy, pairs = made
    words = analogy_finding(space, analogy)
    assert words.title == "man : king :: woman : ?"
    assert "  (b)" in "".join(str(cell) for line in words.cells for cell in line)
    assert words.heads[1] == "3CosAdd"
    assert list(finding_table(words))[:5] == ["Rank", "3CosAdd", "Score", "3CosAdd + inputs", "Score (2)"]
    for line, items in zip(words.cells, words.items, strict=True):
        for column in (1, 3, 5, 7):
            row = items[words.columns[column]]
            assert line[column] == "" if row < 0 else str(line[column]).startswith(space.name(row))
    assert "Not known: x y (1 in all)." in rules_finding(pairs).summary
    assert next(line[3] for line in rules_finding(pairs).cells).endswith("of 6")
    assert len(known_pairs_finding(space, pairs).cells) == 3


def test_what_cannot_be_is_said(session, operations, space, idle, refused, said):
    operations.find_odd_one_out()
    assert "Nothing is selected" in refused[-1]
    operations.find_path("king", "king - man")
    idle()
    assert "no single item" in refused[-1]
    operations.find_path("king", "nobody")
    idle()
    assert "No item is called “nobody”" in refused[-1]
    operations.try_pairs("one")
    idle()
    assert "fewer than two pairs" in refused[-1]
    session.replace(space=None, projection=None)
    operations.find_hubs()
    assert refused[-1].startswith("There is no open space")
    assert said[-1].text == refused[-1]
    assert operations.findings == ()


def test_another_space_begins_anew(space, show, make_space, operations, idle, found):
    drawn = []
    operations.arrows_changed.connect(lambda: drawn.append(operations.arrows))
    operations.draw_arrows((Arrow(0, 1),))
    operations.draw_arrows((Arrow(0, 1),))
    operations.find_hubs()
    idle()
    show(make_space(seed=2))
    assert drawn == [(Arrow(0, 1),), ()]
    assert operations.findings == ()


def test_two_items_are_asked_about_together(space, session, operations, idle):
    operations.ask_two(0, 4)
    idle()
    assert session.state.answer.inputs == (0, 4)
    operations.ask_two(3, 3)
    idle()
    assert session.state.answer.text == "woman"


def test_a_cancelled_analysis_leaves_nothing(space, operations, idle, found):
    ended = []
    operations.analysis_ended.connect(lambda: ended.append(True))
    operations.find_hubs()
    operations.cancel_analysis()
    idle()
    assert (found, ended) == ([], [True])
