"""The session: what changed is told, what was is kept."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz.session import Session, State, View
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source

SIGNALS = ("space", "projection", "answer", "selection", "coloring", "view")


class FakeAnswer:
    metric = "cosine"
    k = 10

    def __init__(self, text: str) -> None:
        self.text = text


def space(name: str = "a") -> EmbeddingSpace:
    return EmbeddingSpace(np.eye(2, dtype=np.float32), Labels.from_strings(["x", "y"]), Source(name, "test"))


@pytest.fixture
def told():
    return []


@pytest.fixture
def session(told):
    made = Session(State(space=space()))
    for name in SIGNALS:
        getattr(made, f"{name}_changed").connect(lambda name=name: told.append(name))
    return made


def texts(session: Session) -> str | None:
    return session.state.answer.text if session.state.answer is not None else None


def test_only_fields_that_differ_are_told(session, told):
    session.replace(coloring="kind", space=session.state.space)
    assert told == ["coloring"]


def test_a_change_that_changes_nothing_is_no_step(session, told):
    session.replace(coloring=None)
    assert told == []
    assert not session.can_undo


def test_undo_and_redo_walk_the_states(session, told):
    session.replace(coloring="kind")
    session.replace(selection=np.array([1]))
    session.undo()
    assert session.state.coloring == "kind"
    assert session.state.selection is None
    session.undo()
    assert session.state.coloring is None
    assert not session.can_undo
    session.redo()
    assert session.state.coloring == "kind"
    session.replace(coloring="other")
    assert not session.can_redo
    assert told == ["coloring", "selection", "selection", "coloring", "coloring", "coloring"]


def test_back_and_forward_walk_the_questions_and_leave_the_rest_alone(session):
    first, second = FakeAnswer("river"), FakeAnswer("king")
    session.replace(answer=first)
    session.replace(answer=second)
    session.replace(coloring="kind")
    session.go_back()
    assert (texts(session), session.state.coloring) == ("river", "kind")
    assert session.can_go_forward
    assert not session.can_go_back
    session.go_forward()
    assert texts(session) == "king"


def test_a_new_question_ends_the_way_forward(session):
    for text in ("a", "b", "c"):
        session.replace(answer=FakeAnswer(text))
    session.go_back()
    session.go_back()
    session.replace(answer=FakeAnswer("d"))
    assert not session.can_go_forward
    session.go_back()
    assert texts(session) == "a"


def test_letters_of_one_word_are_one_step_and_one_question(session):
    session.replace(answer=FakeAnswer("river"))
    for text in ("k", "ki", "king"):
        session.replace(merge="typing", answer=FakeAnswer(text))
    session.settle()
    session.replace(merge="typing", answer=FakeAnswer("queen"))
    session.go_back()
    assert texts(session) == "king"
    session.go_back()
    assert texts(session) == "river"
    session.undo()
    session.undo()
    session.undo()
    assert texts(session) == "king"


def test_back_restores_the_metric_and_k_of_the_question(session):
    first, second = FakeAnswer("a"), FakeAnswer("b")
    session.replace(answer=first)
    session.replace(view=View(metric="dot", k=3))
    second.metric, second.k = "dot", 3
    session.replace(answer=second)
    session.go_back()
    assert (session.state.view.metric, session.state.view.k) == ("cosine", 10)


def test_another_space_starts_a_new_trail_and_undo_brings_the_old_one_back(session):
    old = session.state.space
    session.replace(answer=FakeAnswer("river"))
    session.replace(space=space("b"), answer=None)
    assert not session.can_go_back
    session.undo()
    assert session.state.space is old
    assert texts(session) == "river"


def test_no_more_than_two_spaces_are_kept(session):
    spaces = [space(name) for name in "bcd"]
    for each in spaces:
        session.replace(space=each)
    session.undo()
    assert session.state.space is spaces[1]
    assert not session.can_undo


def test_focus_is_told_once_and_forgotten_with_the_space(session):
    heard = []
    session.focus_changed.connect(lambda: heard.append(session.focus))
    session.set_focus(1)
    session.set_focus(1)
    session.replace(space=space("b"))
    assert heard == [1, None]
