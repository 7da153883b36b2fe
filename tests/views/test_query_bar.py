"""The query box: asking while typing, completion, Escape; metric and k beside it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListView

from embedviz.space.query import LONGEST_QUERY
from embedviz.views.query_bar import MOST_COMPLETIONS


@pytest.fixture
def edit(qtbot, window):
    window.activateWindow()
    window.query_edit.setFocus()
    qtbot.waitUntil(window.query_edit.hasFocus)
    return window.query_edit


@pytest.fixture
def popup(edit):
    """The list of offered labels."""
    return edit.choices


@pytest.fixture
def towns(show, make_space):
    names = [
        "new york",
        "new jersey",
        "newton",
        "king",
        "kings",
        "kingdom",
        "Oslo",
        "o'hare",
        *(f"k{n}" for n in range(20)),
    ]
    vectors = [[len(name), row, row % 3, 1.0] for row, name in enumerate(names)]
    return show(make_space(vectors, names))


def offered(popup: QListView):
    model = popup.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def asked(session):
    return None if session.state.answer is None else session.state.answer.text


def test_typing_asks_once_after_a_pause(qtbot, monkeypatch, edit, window, session, space):
    heard = []
    ask = window.operations.ask
    monkeypatch.setattr(
        window.operations, "ask", lambda text, **options: (heard.append((text, options)), ask(text, **options))
    )
    QTest.keyClicks(edit, "word3")
    assert heard == []
    assert session.state.answer is None
    qtbot.waitUntil(lambda: asked(session) == "word3")
    assert heard == [("word3", {"live": True})]


def test_enter_asks_at_once(edit, session, space, idle):
    edit.setText("word4")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    idle()
    assert asked(session) == "word4"


def test_labels_that_start_with_the_word_are_offered(edit, popup, towns):
    QTest.keyClicks(edit, "king")
    assert popup.isVisible()
    assert offered(popup) == towns.labels.starting_with("king", MOST_COMPLETIONS) == ["king", "kings", "kingdom"]


def test_no_more_than_a_handful_is_offered_and_nothing_for_the_unknown(edit, popup, towns):
    QTest.keyClicks(edit, "k")
    assert offered(popup) == towns.labels.starting_with("k", MOST_COMPLETIONS)
    assert len(offered(popup)) == MOST_COMPLETIONS
    QTest.keyClicks(edit, "zzz")
    assert not popup.isVisible()


def test_the_only_label_already_typed_is_not_offered(edit, popup, towns):
    QTest.keyClicks(edit, "kingdom")
    assert not popup.isVisible()


def test_choosing_with_the_keyboard_inserts_and_asks(edit, popup, session, towns, idle):
    QTest.keyClicks(edit, "king - new")
    assert offered(popup) == ["new york", "new jersey", "newton"]
    QTest.keyClick(edit, Qt.Key.Key_Down)
    QTest.keyClick(edit, Qt.Key.Key_Down)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert edit.text() == "king - new jersey"
    assert edit.cursorPosition() == len("king - new jersey")
    assert not popup.isVisible()
    idle()
    assert asked(session) == "king - new jersey"


def test_choosing_with_the_mouse_inserts_and_asks(edit, popup, session, towns, idle):
    QTest.keyClicks(edit, "king")
    place = popup.visualRect(popup.model().index(2, 0)).center()
    QTest.mouseClick(popup.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert edit.text() == "kingdom"
    idle()
    assert asked(session) == "kingdom"


def test_what_stands_behind_the_cursor_stays(edit, popup, towns):
    edit.setText(" + king")
    edit.setCursorPosition(0)
    QTest.keyClicks(edit, "newt")
    assert offered(popup) == ["newton"]
    QTest.keyClick(edit, Qt.Key.Key_Down)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert edit.text() == "newton + king"
    assert edit.cursorPosition() == len("newton")


def test_enter_with_nothing_marked_asks_what_was_typed(edit, popup, session, show, make_space, idle):
    show(make_space([[1, 2], [3, 4], [5, 9]], ["category", "cat", "cats"]))
    QTest.keyClicks(edit, "cat")
    assert offered(popup) == ["cat", "category", "cats"]
    assert popup.isVisible()
    assert not edit.is_choosing
    QTest.keyClick(edit, Qt.Key.Key_Return)
    idle()
    assert asked(session) == "cat"
    assert not popup.isVisible()


def test_letters_typed_while_the_list_is_open_go_into_the_box(edit, popup, towns):
    QTest.keyClicks(edit, "k")
    QTest.keyClicks(edit, "in")
    assert edit.text() == "kin"
    assert offered(popup) == ["king", "kings", "kingdom"]


def test_escape_closes_the_list_then_the_question(qtbot, edit, popup, window, session, towns, ask):
    ask("Oslo")
    edit.selectAll()
    QTest.keyClicks(edit, "king")
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: session.state.answer is None)
    assert edit.text() == ""
    assert not edit.isHidden()


def test_the_box_shows_the_question_that_is_answered(edit, window, session, space, ask):
    ask("word3")
    assert edit.text() == "word3"
    ask("word4")
    window.operations.go_back()
    assert edit.text() == "word3"
    window.operations.clear_question()
    assert edit.text() == ""


def test_an_answer_that_comes_while_typing_does_not_touch_the_text(edit, session, space, ask):
    QTest.keyClicks(edit, "word4 + wo")
    ask("word3")
    assert edit.text() == "word4 + wo"


def test_back_and_forward_buttons_know_when_they_can(qtbot, window, space, ask, session):
    bar = window.query_bar
    assert not bar.back_button.isEnabled()
    ask("word3")
    ask("word4")
    assert bar.back_button.isEnabled()
    qtbot.mouseClick(bar.back_button, Qt.MouseButton.LeftButton)
    assert asked(session) == "word3"
    assert not bar.back_button.isEnabled()
    qtbot.mouseClick(bar.forward_button, Qt.MouseButton.LeftButton)
    assert asked(session) == "word4"
    assert not bar.forward_button.isEnabled()


def test_metric_and_k_are_chosen_by_keyboard(window, session, space, ask, idle):
    ask("word3")
    bar = window.query_bar
    QTest.keyClicks(bar.metric_combo, "E")
    QTest.keyClick(bar.k_spin, Qt.Key.Key_Up)
    idle()
    assert (session.state.view.metric, session.state.view.k) == ("euclidean", 11)
    assert session.state.answer.metric == "euclidean"
    assert len(session.state.answer.rows) == 11


def test_k_runs_from_1_to_1000_and_follows_undo(window, session, space):
    spin = window.query_bar.k_spin
    assert (spin.minimum(), spin.maximum(), spin.value()) == (1, 1000, 10)
    spin.setValue(5000)
    assert session.state.view.k == 1000
    window.operations.undo()
    assert spin.value() == 10


@pytest.mark.parametrize("text", ["", "   ", "+ - *", "((((", '"', "\0", "#99999", "<b>x</b>", "a" * 40_000])
def test_nothing_typed_breaks_the_box(edit, session, space, ask, idle, text):
    before = ask("word3")
    edit.setText(text)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    idle()
    assert session.state.answer is (before if text.strip() else None)


def test_a_question_of_ten_thousand_words_is_taken_whole(edit, session, space, idle):
    text = " ".join(f"word{row % 60}" for row in range(10_000))
    edit.setText(text)
    assert edit.text() == text
    QTest.keyClick(edit, Qt.Key.Key_Return)
    idle()
    assert asked(session) == text
    assert session.state.answer.inputs == tuple(range(60))


def test_a_question_that_is_too_long_is_refused_not_cut(edit, window, session, space, idle):
    edit.setText("word1 " * (LONGEST_QUERY // 6 + 10))
    QTest.keyClick(edit, Qt.Key.Key_Return)
    idle()
    assert session.state.answer is None
    assert "at most 100,000 are read" in window.message_bar.message_line.text()
