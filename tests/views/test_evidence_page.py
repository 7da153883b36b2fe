"""Evidence: from a neighbour to the sentences and counts that make it near, by mouse and by keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QGuiApplication, QTextCharFormat
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from embedviz.operations.evidence import NO_SECOND
from embedviz.progress import finish
from embedviz.training import TrainingOptions, train_steps
from embedviz.training.trained_text import NOT_TRAINED
from embedviz.views.learn.concordance_table import BESIDE, KEYWORD, LEFT, PLACE, RIGHT, SPOT_ROLE, laid_out
from embedviz.views.learn.evidence_page import EvidencePage
from embedviz.views.mnemonics import without_mnemonic

WARD = "The doctor saw the patient.\n\nA nurse saw the patient, too!\nThe Doctor and nurse left.\n"


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "ward.txt"
    path.write_text(WARD, encoding="utf-8")
    return path


@pytest.fixture
def ward(show, corpus):
    """A space of nine words that was trained on a small text."""
    options = TrainingOptions(algorithm="random", n_dims=3, min_count=1, window=2, epochs=1)
    return show(finish(train_steps(corpus, options, keep=False)))


@pytest.fixture
def page(window):
    return window.drawer.open(EvidencePage)


def cells(table) -> list[list[str]]:
    model = table.model()
    return [
        [model.index(row, column).data() for column in range(model.columnCount())] for row in range(model.rowCount())
    ]


def heads(table) -> list[str]:
    return [table.model().headerData(at, Qt.Orientation.Horizontal) for at in range(table.model().columnCount())]


def test_empty_states(page, window, show, words, ward, ask, idle):
    assert "Choose a neighbour" in page.empty_label.text()
    show(words)
    assert page.empty_label.text() == NOT_TRAINED
    ask("word1")
    assert not page.explain_button.isEnabled()
    window.named_actions["action_explain_neighbor"].trigger()
    idle()
    assert page.empty_label.isVisible()
    assert not page.summary_label.isVisible()


def test_nothing_open(page):
    assert "There is no open space" in page.empty_label.text()
    assert not page.explain_button.isEnabled()
    assert not page.copy_button.isEnabled()


def test_no_second_word(page, window, ward, idle):
    window.named_actions["action_explain_neighbor"].trigger()
    idle()
    assert (page.summary_label.text(), page.summary_label.property("role")) == (NO_SECOND, "error")


def test_a_neighbor_is_explained_by_keys(window, session, ward, ask, idle):
    answer = ask("doctor")
    window.named_actions["action_show_neighbors"].trigger()
    rank = answer.rows.tolist().index(ward.row("nurse"))
    for _ in range(rank):
        QTest.keyClick(window.neighbor_table, Qt.Key.Key_Down)
    QTest.keyClick(
        window.neighbor_table, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    idle()
    page = window.drawer.page(EvidencePage)
    assert page.isVisible()
    assert page.summary_label.text() == (
        "doctor stands twice, nurse twice; they stand together once, 1.3 times as often as by chance (PMI 0.25 nats)."
    )
    assert "at most 2 words apart in one sentence of ward.txt" in page.summary_label.toolTip()
    assert heads(page.table) == ["Near both: 1", "doctor", "PMI", "nurse", "PMI", "In all"]
    assert cells(page.table) == [["and", "1", "0.65", "1", "0.65", "1"]]


def test_lines_with_their_keywords_below_each_other(page, ward, ask, idle):
    page.first_edit.setText("nurse")
    page.second_edit.setText("doctor")
    QTest.keyClick(page.second_edit, Qt.Key.Key_Return)
    idle()
    table = page.concordance_table
    assert heads(table) == ["Line", "With", "", "Keyword", "1 of 1 sentences with both"]
    assert cells(table) == [
        ["4", "doctor", "The Doctor and", "nurse", "left."],
        ["4", "and", "The Doctor and", "nurse", "left."],
        ["4", "and", "The", "Doctor", "and nurse left."],
    ]
    model = table.model()
    spots = [[model.index(row, column).data(SPOT_ROLE) for column in (LEFT, KEYWORD, RIGHT)] for row in range(3)]
    assert spots == [[(4, 10), None, None], [(11, 14), None, None], [None, None, (0, 3)]]
    sides = [model.index(0, column).data(Qt.ItemDataRole.TextAlignmentRole) for column in (LEFT, KEYWORD, RIGHT)]
    flags = Qt.AlignmentFlag
    assert [flags(side) & flags.AlignHorizontal_Mask for side in sides] == [
        flags.AlignRight,
        flags.AlignHCenter,
        flags.AlignLeft,
    ]
    told = model.index(0, RIGHT).data(Qt.ItemDataRole.AccessibleTextRole)
    assert told == "Line 4 of ward.txt, nurse with doctor: The Doctor and nurse left."
    assert table.columnWidth(LEFT) == pytest.approx(table.columnWidth(RIGHT), abs=1)


def test_the_columns_make_room(qapp, page, window, ward, idle):
    window.operations.find_evidence_of("doctor", "nurse")
    idle()
    for width, hidden in ((1600, False), (800, True)):
        window.resize(width, 800)
        qapp.processEvents()
        assert page.concordance_table.isColumnHidden(BESIDE) is hidden
        assert not page.concordance_table.isColumnHidden(PLACE)


def test_the_context_menu_of_a_neighbor(qtbot, window, ward, ask, idle):
    answer = ask("doctor")
    table = window.neighbor_table
    place = table.visualRect(table.model().index(2, 1)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.RightButton, pos=place)
    assert window.session.state.answer.text == "doctor"
    assert window.session.focus == answer.rows[2]
    assert table.contextMenuPolicy() == Qt.ContextMenuPolicy.ActionsContextMenu
    assert "Why is it near?" in [without_mnemonic(action.text()) for action in table.actions()]
    menu = QMenu(table)
    qtbot.addWidget(menu)
    menu.addActions(table.actions())
    menu.actions()[0].trigger()
    idle()
    assert window.drawer.page(EvidencePage).shown.rows == (ward.row("doctor"), int(answer.rows[2]))


def test_a_click_on_a_neighbor_while_the_page_is_open(page, window, ward, ask, idle):
    answer = ask("doctor")
    table = window.neighbor_table
    rank = answer.rows.tolist().index(ward.row("nurse"))
    QTest.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(table.model().index(rank, 1)).center()
    )
    idle()
    assert window.session.state.answer.text == "nurse"
    assert page.shown.words == ("nurse", "doctor")
    assert (page.first_edit.placeholderText(), page.second_edit.placeholderText()) == ("nurse", "doctor")
    window.drawer.hide()
    ask("doctor")
    ask("patient")
    assert page.shown.words == ("nurse", "doctor")


def test_the_button_asks_about_the_neighbor_under_attention(page, window, session, ward, ask, idle):
    answer = ask("doctor")
    assert page.second_edit.placeholderText() == ward.labels[int(answer.rows[0])]
    session.set_focus(ward.row("doctor"))
    assert page.second_edit.placeholderText() == ward.labels[int(answer.rows[0])]
    session.set_focus(ward.row("too"))
    session.set_focus(None)
    assert page.second_edit.placeholderText() == "too"
    QTest.mouseClick(page.explain_button, Qt.MouseButton.LeftButton)
    idle()
    assert page.shown.words == ("doctor", "too")
    assert "they never stand together" in page.summary_label.text()
    QTest.keyClicks(page.second_edit, "left")
    page.second_edit.hide_choices()
    QTest.mouseClick(page.explain_button, Qt.MouseButton.LeftButton)
    idle()
    assert page.shown.words == ("doctor", "left")


def test_contexts_are_walked_and_asked_about(page, window, session, ward, ask, idle):
    window.operations.find_evidence_of("doctor", "nurse")
    idle()
    page.table.setFocus()
    page.table.setCurrentIndex(page.table.model().index(0, 0))
    assert session.focus == ward.row("and")
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    idle()
    assert session.state.answer.text == "and"
    ask("doctor")
    place = page.table.visualRect(page.table.model().index(0, 0)).center()
    QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    idle()
    assert session.state.answer.text == "and"


def test_a_changed_text_is_said_on_the_page(page, window, ward, idle, corpus):
    window.operations.find_evidence_of("doctor", "nurse")
    idle()
    corpus.write_text("another", encoding="utf-8")
    window.operations.find_evidence_of("doctor", "left")
    idle()
    assert "was changed since" in page.summary_label.text()
    assert page.summary_label.property("role") == "error"
    assert page.shown is None
    assert page.empty_label.isVisible()


def test_a_cancelled_search_leaves_what_is_shown(page, window, ward, idle):
    window.operations.find_evidence_of("doctor", "nurse")
    idle()
    said = page.summary_label.text()
    window.operations.find_evidence_of("doctor", "left")
    assert page.summary_label.text() == "doctor and left …"
    window.operations.jobs.cancel("evidence")
    idle()
    assert page.summary_label.text() == said


def test_another_space_empties_the_page(page, window, ward, idle, show, words):
    window.operations.find_evidence_of("doctor", "nurse")
    idle()
    show(words)
    assert page.empty_label.isVisible()
    assert page.concordance_table.model().rowCount() == 0


def test_copying(page, window, ward, idle):
    window.operations.find_evidence_of("doctor", "nurse")
    idle()
    QTest.mouseClick(page.copy_button, Qt.MouseButton.LeftButton)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == page.summary_label.text()
    assert "Near both: 1\tdoctor\tPMI\tnurse\tPMI\tIn all" in lines
    assert "and\t1\t0.65\t1\t0.65\t1" in lines
    assert lines[-1] == "4\tand\tThe Doctor and \tnurse\t left."


def test_what_does_not_fit_is_cut_away_from_the_keyword(qapp):
    text, marked, font = "one two three four five", QTextCharFormat(), QFont()
    whole = laid_out(text, font, 1000, (4, 7), marked, from_end=True)
    assert (whole.text(), whole.formats()[0].start, whole.formats()[0].length) == (text, 4, 3)
    width = whole.lineAt(0).naturalTextWidth() * 0.7
    left = laid_out(text, font, width, (8, 13), marked, from_end=True)
    assert left.text().startswith("…")
    assert left.text().endswith("four five")
    assert left.text()[left.formats()[0].start :][:5] in ("three", "hree ", "ree f", "ee fo", "e fou", " four")
    right = laid_out(text, font, width, (19, 23), marked, from_end=False)
    assert right.text().startswith("one two")
    assert right.text().endswith("…")
    assert not right.formats()
