"""Asking: typed words, items, metrics, k, the way back, and answers that come too late."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from embedviz.operations import questions
from embedviz.operations.questions import item_text, operand_text
from embedviz.progress import Progress
from embedviz.space.composing import Composition
from embedviz.space.query import parse

ODD_LABELS = (
    "plain",
    "two words",
    "c++",
    'say "hi"',
    "",
    "plain",
    "e-mail",
    " ",
    "#3",
    "naïve, or not",
    "a",
    "b",
    "« »",
    "no\u00a0break",
    "“",
)


def nearest_by_cosine(space, vector, leave_out):
    unit = space.vectors / np.linalg.norm(space.vectors, axis=1, keepdims=True)
    order = np.argsort(-(unit @ vector), kind="stable")
    return [int(row) for row in order if row not in leave_out]


def test_a_typed_word_is_answered_by_all_other_items(space, ask):
    answer = ask("king")
    assert answer.rows.tolist() == nearest_by_cosine(space, space.vectors[0], {0})
    assert answer.metric == "cosine"


def test_nothing_is_asked_without_a_space(operations, said):
    operations.ask("king")
    operations.ask_item(0)
    operations.add_item(0)
    assert operations.jobs.alive() == []
    assert said == []


def test_an_empty_text_closes_the_question(session, operations, space, ask):
    ask("king")
    operations.ask("   ")
    assert session.state.answer is None


def test_asking_the_same_again_starts_no_work(operations, space, ask):
    ask("king")
    operations.ask("king")
    assert operations.jobs.alive() == []


def test_typing_is_one_step_to_undo_and_one_question(session, operations, space, ask):
    ask("river")
    for text in ("king", "kings"):
        ask(text, live=True)
    ask("kings")
    assert session.state.answer.text == "kings"
    operations.go_back()
    assert session.state.answer.text == "river"
    operations.go_forward()
    assert session.state.answer.text == "kings"
    operations.undo()
    operations.undo()
    operations.undo()
    assert session.state.answer.text == "river"


def test_a_word_entered_after_another_is_a_step_of_its_own(session, operations, space, ask):
    ask("king", live=True)
    ask("king")
    ask("river", live=True)
    operations.go_back()
    assert session.state.answer.text == "king"


def test_an_unknown_word_keeps_the_answer_and_names_near_spellings(session, space, ask, said):
    before = ask("river")
    ask("kingg")
    assert session.state.answer is before
    assert said[-1].kind == "error"
    assert "king" in said[-1].text
    assert said[-1].details == ""


def test_while_typing_an_unknown_word_is_no_error(session, space, ask, said):
    ask("kingg", live=True)
    assert said[-1].kind == "info"
    assert "Near spellings: king" in said[-1].text


@pytest.mark.parametrize("text", ["+", "- * /", "(", "king +", '"', "?"])
def test_a_question_that_cannot_be_read_keeps_the_answer(session, space, ask, said, text):
    before = ask("river")
    ask(text)
    assert session.state.answer is before
    assert said[-1].kind == "error"
    assert said[-1].text


def test_ten_thousand_words_are_their_mean(space, ask):
    answer = ask(" ".join(["king", "queen"] * 5000))
    unit = space.vectors[:2] / np.linalg.norm(space.vectors[:2], axis=1, keepdims=True)
    assert answer.inputs == (0, 1)
    assert answer.rows.tolist() == nearest_by_cosine(space, unit.sum(axis=0), {0, 1})


def test_the_metric_asks_again_and_is_one_step(session, operations, space, ask, idle):
    before = ask("king")
    operations.set_metric("euclidean")
    idle()
    distances = np.linalg.norm(space.vectors - space.vectors[0], axis=1)
    answer = session.state.answer
    assert answer.rows.tolist() == np.argsort(distances, kind="stable")[1:].tolist()
    assert answer.scores == pytest.approx(np.sort(distances)[1:], rel=1e-6)
    operations.undo()
    assert session.state.answer is before
    assert session.state.view.metric == "cosine"


def test_k_asks_again_and_is_one_step(session, operations, space, ask, idle):
    before = ask("king")
    operations.set_k(2)
    idle()
    assert len(session.state.answer.rows) == 2
    assert session.state.answer.labels == before.labels[:2]
    operations.undo()
    assert session.state.answer is before
    assert session.state.view.k == 10
    operations.redo()
    assert len(session.state.answer.rows) == 2
    assert session.state.view.k == 2


def test_k_larger_than_the_space_gives_all_and_says_so(operations, space, ask, said):
    operations.set_k(1000)
    answer = ask("king")
    assert len(answer.rows) == space.n_items - 1
    assert said[-1].text == "k is 1,000 but only 6 items can be ranked."


def test_metric_and_k_without_a_question_only_change_the_view(session, operations, space):
    operations.set_metric("dot")
    operations.set_k(5)
    operations.set_k(5)
    assert operations.jobs.alive() == []
    assert (session.state.view.metric, session.state.view.k) == ("dot", 5)


def test_k_belongs_to_the_question_under_way(session, operations, space, ask, idle):
    ask("king")
    operations.ask("queen")
    operations.set_k(2)
    idle()
    assert session.state.answer.text == "queen"
    assert len(session.state.answer.rows) == 2


def test_typing_back_to_the_open_question_gives_up_the_one_under_way(session, operations, space, ask, idle):
    ask("king")
    operations.ask("queen", live=True)
    operations.ask("king", live=True)
    idle()
    assert session.state.answer.text == "king"


def test_back_and_forward_give_up_the_question_under_way(session, operations, space, ask, idle):
    ask("river")
    ask("king")
    operations.ask("queen")
    operations.go_back()
    idle()
    assert session.state.answer.text == "river"
    operations.ask("queen")
    operations.go_forward()
    idle()
    assert session.state.answer.text == "king"


def test_undo_and_redo_give_up_the_question_under_way(session, operations, space, ask, idle):
    ask("river")
    ask("king")
    operations.ask("queen")
    operations.undo()
    idle()
    assert session.state.answer.text == "river"
    operations.ask("queen")
    operations.redo()
    idle()
    assert session.state.answer.text == "king"


def test_clearing_gives_up_the_question_under_way(session, operations, space, idle):
    operations.ask("queen")
    operations.clear_question()
    idle()
    assert session.state.answer is None


def test_an_answer_about_a_space_that_is_gone_is_dropped(session, operations, space, show, make_space, idle, said):
    operations.ask("king")
    assert operations.jobs.newest("query").wait(5.0)  # answered, but not yet taken over
    show(make_space(name="another"))
    idle()
    assert session.state.answer is None
    assert said == []


def test_an_error_about_a_space_that_is_gone_is_dropped(session, operations, space, show, make_space, idle, said):
    operations.ask("nobody has this")
    assert operations.jobs.newest("query").wait(5.0)
    show(make_space(name="another"))
    idle()
    assert said == []


@pytest.mark.parametrize("live", [False, True])
def test_an_unexpected_error_is_one_message_with_details(monkeypatch, session, space, ask, said, live):
    before = ask("river")

    def broken(*args, **options):
        yield Progress(0.0, "about to fail")
        raise ZeroDivisionError("deep inside")

    monkeypatch.setattr(questions, "ask_steps", broken)
    said.clear()
    ask("king", live=live)
    assert [message.kind for message in said] == ["error"]
    assert "ZeroDivisionError" in said[0].text
    assert said[0].details.startswith("Traceback")
    assert session.state.answer is before


def test_an_item_is_asked_about_by_its_label_or_its_row(session, operations, show, make_space, idle):
    space = show(make_space(ODD_LABELS))
    for row in range(space.n_items):
        operations.ask_item(row)
        idle()
        assert session.state.answer.inputs == (row,), space.labels[row]
        assert not session.state.answer.is_formula


def test_only_the_first_of_equal_labels_is_asked_by_name(make_space):
    space = make_space(ODD_LABELS)
    assert item_text(space, 0) == "plain"
    assert item_text(space, 5) == "#5"
    assert item_text(space, 4) == "#4"
    assert item_text(space, 7) == "#7"


def test_an_operand_is_read_as_its_item_in_any_formula(make_space):
    space = make_space(ODD_LABELS)
    for row in range(space.n_items):
        for other in range(space.n_items):
            text = f"{operand_text(space, other)} + {operand_text(space, row)}"
            query = parse(text, space.labels)
            weights = {term.row: term.weight for term in query.expression}
            assert weights == ({row: 1.0, other: 1.0} if row != other else {row: 2.0}), text


def test_adding_items_sums_them_whatever_they_are_called(session, operations, show, make_space, idle):
    space = show(make_space(ODD_LABELS))
    for row in (3, 1, 5, 4, 2, 7):
        operations.add_item(row)
        idle()
    assert session.state.answer.inputs == (3, 1, 5, 4, 2, 7)
    unit = space.vectors / np.linalg.norm(space.vectors, axis=1, keepdims=True)
    assert session.state.answer.vector == pytest.approx(unit[[3, 1, 5, 4, 2, 7]].sum(axis=0), rel=1e-5)


def test_adding_to_a_formula_keeps_it(session, operations, space, ask, idle):
    ask("king - man")
    operations.add_item(3)
    idle()
    assert session.state.answer.text == "king - man + woman"


@pytest.mark.parametrize("typed", ["king queen", "king, queen", "king : man :: woman : ?", "king : 2 * man :: woman"])
def test_adding_to_words_or_an_analogy_keeps_what_they_mean(session, operations, space, ask, idle, typed):
    before = ask(typed).vector
    operations.add_item(4)
    idle()
    river = space.vectors[4] / np.linalg.norm(space.vectors[4])
    assert session.state.answer.text != typed
    assert session.state.answer.vector == pytest.approx(before + river, rel=1e-5)


class Speller:
    """Composes any word of letters: the vector counts four of them."""

    n_bytes = 0

    def compose(self, word: str) -> Composition | None:
        counts = np.array([word.count(letter) for letter in "xyzw"], np.float64)
        return Composition(word, counts, int(counts.sum())) if counts.any() else None


def test_a_composed_word_is_asked_and_extended(session, operations, show, make_space, ask, idle):
    space = show(replace(make_space(), subwords=Speller()))
    answer = ask("xxy")
    assert answer.inputs == ()
    assert "composed from 3 sub-words" in answer.remarks[0]
    operations.add_item(0)
    idle()
    assert session.state.answer.inputs == (0,)
    assert "xxy" in session.state.answer.reading
    ask("xxy : king :: zw : ?")
    operations.add_item(1)
    idle()
    query = parse(session.state.answer.text, space.labels, space.subwords)
    assert [term.composed.text for term in query.expression if term.composed is not None] == ["xxy", "zw"]
    assert session.state.answer.inputs == query.inputs


def test_a_question_about_the_selection_is_asked_again_of_another_one(session, operations, space, idle) -> None:
    session.replace(selection=np.array([1, 2, 3]))
    operations.ask("king in selection")
    idle()
    assert set(session.state.answer.rows.tolist()) <= {1, 2, 3}
    session.replace(selection=np.array([4, 5]))
    idle()
    assert set(session.state.answer.rows.tolist()) <= {4, 5}
    assert session.state.answer.text == "king in selection"
    answer = session.state.answer
    session.replace(selection=None)
    idle()
    assert session.state.answer is answer, "what was asked stays as it was answered"


def test_other_questions_do_not_mind_the_selection(session, operations, space, idle) -> None:
    operations.ask("king")
    idle()
    answer = session.state.answer
    session.replace(selection=np.array([1, 2, 3]))
    idle()
    assert session.state.answer is answer
