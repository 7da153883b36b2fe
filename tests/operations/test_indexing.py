"""Large spaces get an index in the background; a first answer comes from it, the exact one takes its place."""

from __future__ import annotations

import pytest

from embedviz.operations import indexing

LABELS = [f"w{row}" for row in range(1_500)]


@pytest.fixture
def large(monkeypatch, operations, show, make_space, idle):
    """A space that counts as large, with its index standing."""
    monkeypatch.setattr(indexing, "WORTH_FLOATS", 0)
    monkeypatch.setattr(indexing, "AFTER_SECONDS", 0.0)
    space = show(make_space(LABELS, n_dims=8))
    assert operations.jobs.newest("index").is_quiet
    idle()
    assert list(space.indexes) == ["cosine"]
    return space


@pytest.fixture
def answers(session):
    """Every answer that was shown, oldest first."""
    shown = []
    session.answer_changed.connect(lambda: shown.append(session.state.answer))
    return shown


def test_a_first_answer_comes_from_the_index_and_the_exact_one_takes_its_place(large, session, ask, answers):
    answer = ask("w7")
    assert [each.exact for each in answers] == [False, True]
    assert answers[0].recall == large.indexes["cosine"].recall
    assert answers[0].rows.tolist() == answers[1].rows.tolist() == answer.rows.tolist()
    session.undo()
    assert session.state.answer is None


def test_items_clicked_one_after_the_other_are_two_questions(large, session, operations, idle):
    for row in (3, 4):
        operations.ask_item(row)
        idle()
    assert session.state.answer.text == "w4"
    session.go_back()
    assert session.state.answer.text == "w3"
    assert session.state.answer.exact
    assert not session.can_go_back


def test_a_first_answer_is_asked_again_until_it_is_exact(large, session, operations, qtbot, idle):
    with qtbot.waitSignal(session.answer_changed):
        operations.ask("w9", live=True)
    operations.ask("w9", live=True)
    idle()
    assert session.state.answer.exact


def test_another_metric_gets_its_own_index(large, operations, idle):
    operations.set_metric("euclidean")
    idle()
    assert set(large.indexes) == {"cosine", "euclidean"}
    operations.set_metric("manhattan")
    idle()
    assert set(large.indexes) == {"cosine", "euclidean"}


def test_another_space_ends_the_work_for_the_one_before(monkeypatch, operations, show, make_space, idle):
    monkeypatch.setattr(indexing, "WORTH_FLOATS", 0)
    before = show(make_space(LABELS, n_dims=8))
    job = operations.jobs.newest("index")
    after = show(make_space(LABELS, n_dims=8, seed=2))
    assert job.is_cancelled
    operations.jobs.cancel("index")
    idle()
    assert (before.indexes, after.indexes) == ({}, {})


def test_a_small_space_needs_none(operations, space, ask, answers):
    ask("king")
    assert [each.exact for each in answers] == [True]
    assert operations.jobs.newest("index") is None
    assert space.indexes == {}
