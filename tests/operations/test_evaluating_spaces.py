"""Evaluating from the window's side: what is found stays listed, what is refused is said, what is late is dropped."""

from __future__ import annotations

import pytest

from embedviz.operations.evaluating import COLUMNS, evaluation_rows


@pytest.fixture
def pairs(tmp_path):
    path = tmp_path / "pairs.txt"
    path.write_text("king queen 9\nman woman 8\nriver king 1\nkings nobody 4\n", encoding="utf-8")
    return path


@pytest.fixture
def heard(operations):
    """The names of what was told, in order."""
    names = []
    for name in ("evaluation_began", "evaluated", "evaluation_refused", "evaluation_ended"):
        getattr(operations, name).connect(lambda *about, name=name: names.append(name))
    return names


def test_an_evaluation_is_told_and_listed(operations, space, pairs, heard, idle):
    operations.evaluate(pairs)
    idle()
    assert heard == ["evaluation_began", "evaluated", "evaluation_ended"]
    (made,) = operations.evaluations
    assert (made.space_name, made.n_epochs, made.metric) == ("words", None, "cosine")
    (row,) = evaluation_rows(operations.evaluations)
    facts = dict(zip(COLUMNS, row, strict=True))
    assert (facts["file"], facts["measure"], facts["n_used"], facts["n_all"]) == ("pairs.txt", "spearman_rho", 3, 4)
    assert facts["score"] == made.result.rho


def test_what_cannot_be_evaluated_is_refused_in_words(operations, space, heard, tmp_path, idle):
    reasons = []
    operations.evaluation_refused.connect(reasons.append)
    operations.evaluate(tmp_path / "missing.txt")
    idle()
    assert heard == ["evaluation_began", "evaluation_refused", "evaluation_ended"]
    assert "missing.txt" in reasons[0]
    assert operations.evaluations == ()


def test_without_a_space_nothing_is_evaluated(operations, said, pairs, heard):
    operations.evaluate(pairs)
    assert heard == ["evaluation_refused"]
    assert said[-1].text == "There is no open space to evaluate. Open a file first."


def test_the_result_of_a_space_that_was_left_is_dropped(operations, session, space, show, make_space, pairs, idle):
    operations.evaluate(pairs)
    show(make_space(seed=2))
    idle()
    assert operations.evaluations == ()


def test_nothing_found_cannot_be_saved(operations, said, tmp_path):
    operations.save_evaluations(tmp_path / "none.csv")
    assert "no evaluation to save" in said[-1].text
    assert not (tmp_path / "none.csv").exists()


def test_a_folder_that_cannot_be_written_is_said(operations, space, pairs, said, tmp_path, idle):
    operations.evaluate(pairs)
    idle()
    operations.save_evaluations(tmp_path / "missing" / "found.csv")
    assert said[-1].kind == "error"
