"""Suggestions, the marked place, completion of the query language, the mean or each apart, and pasted labels."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from embedviz.views.apart_tabs import ANY, APART, MEAN


@pytest.fixture
def edit(qtbot, window):
    window.activateWindow()
    window.query_edit.setFocus()
    qtbot.waitUntil(window.query_edit.hasFocus)
    return window.query_edit


@pytest.fixture
def panel(window):
    return window.answer_panel


def enter(edit, idle, text):
    edit.setText(text)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    idle()


def shown(panel):
    return [choice.button.text() for choice in panel.suggestions.choices if not choice.button.isHidden()]


def click_tab(panel, index):
    tabs = panel.apart_tabs
    QTest.mouseClick(tabs, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, tabs.tabRect(index).center())


def test_an_unknown_word_offers_what_may_have_been_meant(edit, panel, session, space, idle):
    assert panel.suggestions.isHidden()
    enter(edit, idle, "word3 + wrod12")
    assert panel.suggestions.sentence.text() == "No item “wrod12”. Did you mean"
    assert shown(panel)[0] == "word12"
    QTest.mouseClick(panel.suggestions.choices[0].button, Qt.MouseButton.LeftButton)
    idle()
    assert session.state.answer.text == edit.text() == "word3 + word12"
    assert panel.suggestions.isHidden()


def test_the_place_is_marked_so_that_typing_replaces_it(edit, session, space, idle):
    enter(edit, idle, "word3 + wrod12 - word4")
    assert edit.selectedText() == "wrod12"
    QTest.keyClicks(edit, "word5")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    idle()
    assert session.state.answer.text == "word3 + word5 - word4"
    enter(edit, idle, "😀 word3")
    assert edit.selectedText() == "😀"
    enter(edit, idle, "word3 -")
    assert (edit.selectedText(), edit.cursorPosition()) == ("", 7)


def test_what_is_still_typed_is_not_refused(edit, window, panel, session, space, idle, ask, qtbot):
    ask("word3")
    message = window.message_bar.message_line
    for text in ("word3 + wor", "word3 -", "word3 where", "word3 where frequency >", "(word3"):
        window.operations.ask(text, live=True)
        idle()
        assert message.text() == ""
        assert panel.suggestions.isHidden()
    window.operations.ask("wrod12 + word3", live=True)
    idle()
    assert message.property("role") == "muted"
    assert shown(panel)[0] == "word12"
    window.operations.clear_question()
    assert panel.suggestions.isHidden()


def test_an_unknown_column_or_value_can_be_repaired_too(edit, panel, session, space, idle):
    enter(edit, idle, "word3 where frequncy > 3")
    assert panel.suggestions.sentence.text() == "Did you mean"
    QTest.keyClick(panel.suggestions.choices[0].button, Qt.Key.Key_Space)
    idle()
    assert session.state.answer.text == "word3 where frequency > 3"
    enter(edit, idle, "word3 where part_of_speech = nuon")
    assert shown(panel) == ["noun"]


def test_the_sentence_says_over_which_items(edit, panel, session, space, idle):
    enter(edit, idle, "word3 where part_of_speech = NOUN")
    answer = session.state.answer
    column = space.metadata["part_of_speech"]
    nouns = set((column.values == 0).nonzero()[0].tolist()) - {3}
    assert set(answer.rows.tolist()) <= nouns
    said = panel.sentence.text()
    assert f"over {len(nouns)} of 60 items where part_of_speech = noun, exact" in said
    assert "“NOUN” was read as “noun”." in said


def test_in_selection_ranks_what_is_selected_now(window, edit, session, space, idle):
    enter(edit, idle, "word3 in selection")
    assert session.state.answer is None
    assert "Nothing is selected" in window.message_bar.message_line.text()
    for rows in ([4, 5, 6], [7, 8]):
        window.operations.select_rows(np.array(rows))
        enter(edit, idle, "word3 in selection")
        assert sorted(session.state.answer.rows.tolist()) == rows
    window.operations.ask("word3 not in selection")
    idle()
    assert session.state.answer.n_ranked == 57


def test_columns_and_values_are_offered(edit, session, space, idle):
    popup = edit.choices

    def offered():
        model = popup.model()
        return [model.index(row, 0).data() for row in range(model.rowCount())] if popup.isVisible() else []

    QTest.keyClicks(edit, "word3 wh")
    assert offered() == ["where"]
    QTest.keyClick(edit, Qt.Key.Key_Down)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert edit.text() == "word3 where "
    assert offered() == ["part_of_speech", "frequency", "comment", "checked"]
    QTest.keyClicks(edit, "par")
    assert offered() == ["part_of_speech"]
    QTest.keyClick(edit, Qt.Key.Key_Down)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert edit.text() == "word3 where part_of_speech "
    QTest.keyClicks(edit, "= v")
    assert offered() == ["verb"]
    QTest.keyClick(edit, Qt.Key.Key_Down)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    idle()
    assert session.state.answer.text == "word3 where part_of_speech = verb"


def test_a_list_is_asked_as_its_mean_or_apart(edit, panel, window, session, space, idle):
    tabs, table = panel.apart_tabs, window.neighbor_table.model()
    enter(edit, idle, "word3")
    assert tabs.isHidden()
    enter(edit, idle, "word3, word4 top 30")
    assert [tabs.tabText(at) for at in range(tabs.count())] == ["Mean", "Each apart"]
    assert tabs.currentIndex() == MEAN
    click_tab(panel, APART)
    idle()
    assert edit.text() == "each: word3, word4 top 30"
    assert [tabs.tabText(at) for at in range(tabs.count())] == ["Mean", "Any", "word3", "word4"]
    assert tabs.currentIndex() == ANY
    click_tab(panel, 3)
    alone = window.session.state.space.neighbors("word4 top 30")
    assert [table.index(row, 1).data() for row in range(10)] == list(alone.labels)
    assert edit.text() == "each: word3, word4 top 30"
    assert session.state.answer.inputs == (4,)
    click_tab(panel, ANY)
    assert session.state.answer.part is None
    window.operations.add_item(9)
    idle()
    assert edit.text() == "each: word3, word4, word9 top 30"
    click_tab(panel, MEAN)
    idle()
    assert edit.text() == "word3, word4, word9 top 30"
    assert tabs.currentIndex() == MEAN


@pytest.mark.parametrize(
    ("typed", "grown"),
    [
        ("word3 not word4", "word3 + word9 not word4"),
        ("word3 where frequency > 3", "word3 + word9 where frequency > 3"),
        ("word3, word4 top 20", "(word3, word4) + word9 top 20"),
        ("[1, 2, 3, 4, 5, 6]", "([1, 2, 3, 4, 5, 6]) + word9"),
        ("1 2 3 4 5 6", "[1 2 3 4 5 6] + word9"),
    ],
)
def test_an_item_is_added_before_what_ends_the_question(window, session, space, ask, idle, typed, grown):
    ask(typed)
    window.operations.add_item(9)
    idle()
    assert session.state.answer.text == grown
    assert 9 in session.state.answer.inputs


def test_pasted_labels_are_selected_and_the_missing_said(window, session, space, idle):
    message, clipboard = window.message_bar.message_line, QGuiApplication.clipboard()
    clipboard.setText("word3\nWORD7\nnobody\n#9\n")
    window.named_actions["action_select_pasted"].trigger()
    idle()
    assert session.state.selection.tolist() == [3, 7, 9]
    assert message.text() == "3 items are selected. 1 of 4 labels were not found: “nobody”."
    clipboard.setText("nobody, nothing, none, no")
    window.named_actions["action_select_pasted"].trigger()
    idle()
    assert session.state.selection.tolist() == [3, 7, 9]
    assert "None of the 4 labels was found" in message.text()
    clipboard.clear()
    window.named_actions["action_select_pasted"].trigger()
    assert "no labels to select" in message.text()
    window.operations.undo()
    assert session.state.selection is None


@pytest.mark.parametrize("live", [True, False])
def test_escape_clears_what_was_said_of_a_question(window, edit, panel, session, space, idle, ask, live):
    ask("word3")
    edit.selectAll()
    QTest.keyClicks(edit, "wrod12 + word3")
    if not live:
        QTest.keyClick(edit, Qt.Key.Key_Return)
    QApplication.processEvents()
    idle()
    message = window.message_bar.message_line
    assert panel.suggestions.isVisible()
    assert "wrod12" in message.text()
    for _ in range(2 if edit.choices.isVisible() else 1):  # the list of names goes first
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_Escape)
    assert edit.text() == ""
    assert session.state.answer is None
    assert not panel.suggestions.isVisible()
    assert message.text() == ""


def test_what_was_said_since_stays(window, panel, session, space, idle):
    window.operations.ask("wrod12")
    idle()
    window.operations.say("Saved out.npz.")
    window.operations.ask("word3")
    idle()
    window.operations.ask("wrod12")
    idle()
    window.operations.say("Saved out.npz.")
    window.operations.step_back_out()
    assert window.message_bar.message_line.text() == "Saved out.npz."
    assert not panel.suggestions.isVisible()
