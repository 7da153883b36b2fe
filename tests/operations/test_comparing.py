"""Comparing: lists by every metric, two items, random pairs in the background, pins, and lists in a file."""

from __future__ import annotations

import csv
import gc
import weakref

import numpy as np
import pytest

from embedviz.analysis.null_scores import null_steps
from embedviz.formats.answer_lists import AnswerList, answer_list
from embedviz.operations.comparing import MOST_PINS
from embedviz.progress import finish
from embedviz.space.answer import ask
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source


def make_space(n_items: int = 50) -> EmbeddingSpace:
    vectors = np.random.default_rng(9).normal(size=(n_items, 5)).astype(np.float32)
    labels = Labels.from_strings(f"w{row}" for row in range(n_items))
    return EmbeddingSpace(vectors, labels, Source("made", "made for a test"))


@pytest.fixture
def space(session):
    made = make_space()
    session.replace(space=made)
    return made


@pytest.fixture
def asked(session, operations, space, idle):
    operations.ask("w3")
    idle()
    return session.state.answer


def test_the_open_question_is_answered_in_every_way(operations, asked, idle):
    came = []
    operations.metrics_compared.connect(came.append)
    operations.compare_metrics()
    idle()
    assert [each.name for each in came[0].lists][:2] == ["cosine", "dot"]
    assert came[0].answer is asked
    assert len(came[0].lists) == 7


def test_an_answer_brings_the_random_pairs_of_its_metric(operations, asked, space, idle):
    expected = finish(null_steps(space, "cosine"))
    assert operations.null_scores("cosine").nearness.tolist() == expected.nearness.tolist()
    assert operations.null_scores("dot") is None


def test_pairs_are_those_of_the_open_space(session, operations, asked):
    session.replace(space=make_space(n_items=20), answer=None)
    assert operations.null_scores("cosine") is None


def test_a_space_of_one_item_has_no_pairs_and_no_error(session, operations, said, idle):
    session.replace(space=make_space(n_items=1))
    operations.ask("w0")
    idle()
    assert operations.null_scores("cosine") is None
    assert not [message for message in said if message.kind == "error"]


def test_two_items_are_compared_and_calibrated_by_all_metrics(operations, space, idle):
    came = []
    operations.items_compared.connect(came.append)
    operations.compare_items("w1", "w2")
    idle()
    assert came[0].rows == (1, 2)
    assert all(operations.null_scores(metric) is not None for metric in came[0].scores)


def test_what_cannot_be_compared_says_why(operations, space, idle):
    why = []
    operations.items_refused.connect(why.append)
    operations.compare_items("w1", "nowhere")
    idle()
    assert "nowhere" in why[0]


def test_pins_stay_while_asking_on(operations, asked, said, idle):
    operations.pin_answer()
    operations.pin_answer()
    assert "already" in said[-1].text
    operations.ask("w4")
    idle()
    operations.pin_answer()
    assert [pin.title for pin in operations.pins] == ["w3", "w4"]
    operations.unpin(operations.pins[0])
    assert [pin.title for pin in operations.pins] == ["w4"]
    operations.clear_pins()
    assert operations.pins == ()


def test_a_pin_is_the_list_of_its_answer(operations, asked, space):
    operations.pin_answer()
    (pin,) = operations.pins
    assert pin.is_answer
    assert pin.about == asked.reading
    assert (pin.ranked.rows.tolist(), pin.ranked.labels) == (asked.rows.tolist(), asked.labels)
    assert pin.shows(answer_list(asked, "made"), space)
    assert not pin.shows(answer_list(asked, "made"), make_space())


def test_any_list_can_be_pinned_once(operations, asked, said):
    one, other, none = (
        AnswerList("made", title, "count", np.arange(n), ("x",) * n, np.arange(n))
        for title, n in (("A", 2), ("B", 3), ("C", 0))
    )
    operations.pin_lists([one, other, none], "how")
    assert [(pin.title, pin.about, pin.is_answer) for pin in operations.pins] == [
        ("A", "how", False),
        ("B", "how", False),
    ]
    operations.pin_lists([other], "how")
    assert said[-1].text == "This is pinned already."
    operations.pin_lists([none], "how")
    assert "There is no list to pin" in said[-1].text
    assert len(operations.pins) == 2


def test_lists_that_do_not_all_fit_are_not_pinned_by_halves(operations, asked, said):
    lists = [
        AnswerList("made", f"L{at}", "count", np.arange(2), ("x", "y"), np.arange(2)) for at in range(MOST_PINS + 1)
    ]
    operations.pin_lists(lists[:-2], "how")
    operations.pin_lists(lists[-2:], "how")
    assert len(operations.pins) == MOST_PINS - 1
    assert "Unpin one" in said[-1].text


def test_without_an_answer_there_is_nothing_to_pin(operations, space, said):
    operations.pin_answer()
    assert "Ask about an item first" in said[-1].text
    assert operations.pins == ()


def test_pins_do_not_pile_up_without_end(session, operations, space, said):
    for row in range(MOST_PINS + 1):
        session.replace(answer=ask(space, f"w{row}"))
        operations.pin_answer()
    assert len(operations.pins) == MOST_PINS
    assert "Unpin one" in said[-1].text


def test_a_pin_outlives_its_space_and_does_not_keep_it(qtbot, session, operations, idle):
    session.replace(space=make_space())
    operations.ask("w3")
    idle()
    operations.pin_answer()
    (pin,) = operations.pins
    assert pin.is_of(session.state.space)
    first = weakref.ref(session.state.space)
    for _ in range(3):
        session.replace(space=make_space(n_items=20), answer=None, projection=None)
    idle()
    qtbot.waitUntil(lambda: gc.collect() >= 0 and first() is None)  # a thread that ends lets go of it last
    assert not pin.is_of(session.state.space)
    assert pin.space_name == "made"


def test_lists_are_exported_below_each_other(operations, asked, tmp_path, idle):
    path = tmp_path / "lists.csv"
    operations.export_lists([answer_list(asked, "made"), answer_list(asked, "=other")], path)
    idle()
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["space", "question", "comparison", "rank", "label", "row", "score"]
    assert len(rows) == 21
    assert rows[1][:5] == ["made", "w3", "cosine", "1", asked.labels[0]]
    assert float(rows[1][6]) == asked.scores[0]
    assert rows[11][0] == "'=other"
    assert [row[3] for row in rows[11:]] == [str(rank) for rank in range(1, 11)]
