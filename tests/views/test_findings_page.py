"""Findings: the Analyze menu asks, tables answer, a matrix is a map to walk on; earlier findings stay."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog

from embedviz.views.ask.list_model import MARK_ROLE, SCORE_ROLE
from embedviz.views.ask.pinned_page import PinnedPage
from embedviz.views.lab.findings_page import FindingsPage
from embedviz.views.lab.items_dialog import ItemsDialog
from embedviz.views.lab.matrix_window import MatrixWindow


@pytest.fixture
def page(window):
    window.named_actions["action_show_findings"].trigger()
    return window.drawer.page(FindingsPage)


@pytest.fixture
def act(window, idle):
    def run(name: str) -> None:
        window.named_actions[f"action_{name}"].trigger()
        idle()

    return run


@pytest.fixture
def matrix(page, space, session, act):
    session.replace(selection=np.arange(8))
    act("find_matrix")
    return page.heat_map


def test_the_empty_page_says_what_can_be_asked(page):
    assert page.empty_label.isVisible()
    assert "the odd one out" in page.empty_label.text()
    assert not page.copy_button.isEnabled()


def test_nothing_selected_is_said_on_the_page(page, space, act):
    act("find_odd")
    assert "Nothing is selected" in page.summary_label.text()
    assert page.summary_label.property("role") == "error"


def test_the_odd_one_out_is_listed_and_asked_about(page, space, session, act, idle):
    session.replace(selection=np.arange(5))
    act("find_odd")
    first = page.table.model().index(0, 0)
    assert page.choice_combo.currentText() == f"Odd one out: {first.data()}"
    page.table.setFocus()
    page.table.setCurrentIndex(first)
    assert space.name(session.focus) == first.data()
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    idle()
    assert session.state.answer.text == first.data()


def test_two_items_come_from_the_open_question(page, space, ask, act):
    ask("word1 - word2")
    act("find_path")
    assert page.shown.title == "Path: word1 → word2"
    act("find_line")
    assert page.shown.title == "Line: word1 → word2"
    assert page.choice_combo.count() == 2
    page.choice_combo.setCurrentIndex(1)
    page.choice_combo.activated.emit(1)
    assert page.table.model().index(0, 0).data() == "word1"
    QTest.mouseClick(page.clear_button, Qt.MouseButton.LeftButton)
    assert page.empty_label.isVisible()


def test_two_items_come_from_a_selection_of_two(page, space, session, act):
    session.replace(selection=np.array([7, 9]))
    act("find_path")
    assert page.shown.title == "Path: word7 → word9"


def test_else_a_dialog_asks(page, window, space, ask, act, idle):
    ask("word1")
    act("find_path")
    dialog = window.findChild(ItemsDialog)
    ok = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert dialog.edits[0].text() == "word1"
    assert not ok.isEnabled()
    QTest.keyClicks(dialog.edits[1], "word2")
    dialog.edits[1].hide_choices()
    QTest.mouseClick(ok, Qt.MouseButton.LeftButton)
    idle()
    assert page.shown.title == "Path: word1 → word2"


def test_a_radius_is_asked_for(page, window, space, ask, act, idle):
    ask("word1")
    act("find_within")
    dialog = window.findChild(ItemsDialog)
    dialog.number_spin.setValue(0.25)
    QTest.mouseClick(dialog.buttons.button(QDialogButtonBox.StandardButton.Ok), Qt.MouseButton.LeftButton)
    idle()
    assert "score at least 0.250 with “word1”" in page.summary_label.text()


def test_mutual_neighbors_and_hubs(page, space, ask, act):
    ask("word1")
    act("find_mutual")
    assert page.shown.title == "Mutual neighbours of word1"
    act("find_hubs")
    assert page.shown.title == "Hubs"
    QTest.mouseClick(page.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text().splitlines()[0] == "Rank\tItem\tLists it is in\tPer cent of all"


def exported(page, monkeypatch, idle, path):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(path), "CSV table (*.csv)"))
    QTest.mouseClick(page.export_button, Qt.MouseButton.LeftButton)
    idle()
    return list(csv.reader(path.with_suffix(".csv").read_text(encoding="utf-8-sig").splitlines()))


def test_a_finding_is_exported_as_it_is_shown(page, space, ask, act, idle, monkeypatch, tmp_path):
    assert not page.export_button.isEnabled()
    ask("word1")
    act("find_hubs")
    heads, *lines = exported(page, monkeypatch, idle, tmp_path / "hubs")
    assert heads == list(page.shown.heads)
    shown = [[str(cell) for cell in cells[:2]] for cells in page.shown.cells]
    assert [[str(int(float(line[0]))), line[1]] for line in lines] == shown


def test_a_matrix_is_exported_with_all_its_scores(page, matrix, monkeypatch, idle, tmp_path):
    heads, *lines = exported(page, monkeypatch, idle, tmp_path / "matrix.csv")
    names = [str(cells[0]) for cells in page.shown.cells]
    assert (heads, [line[0] for line in lines]) == (["item", *names], names)
    scores = [[float(cell) for cell in line[1:]] for line in lines]
    np.testing.assert_allclose(scores, page.shown.matrix.scores, rtol=1e-6)


def test_the_matrix_is_read_with_the_mouse(page, matrix, session, idle):
    assert matrix.isVisible()
    area = matrix.cells()
    cell = area.width() / 8
    place = QPoint(int(area.left() + 2.5 * cell), int(area.top() + 5.5 * cell))
    QTest.mouseMove(matrix, place)
    assert matrix.cell_at(place) == (5, 2)
    found = page.shown.matrix
    names = [line[0] for line in page.shown.cells]
    assert page.readout.text() == f"{names[5]}  ·  {names[2]}   cosine {found.scores[5, 2]:.3f}"
    QTest.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=place)
    idle()
    assert session.state.answer.inputs == (found.rows[5], found.rows[2])


def test_the_matrix_is_walked_with_the_keys(page, matrix):
    matrix.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Up):
        QTest.keyClick(matrix, key)
    assert matrix.sentence().endswith("cosine 1.000")
    assert matrix.accessibleDescription() == matrix.sentence()
    assert matrix.cell_at(QPoint(-3, 2)) is None


def test_the_matrix_in_a_window_of_its_own(page, matrix, window, qapp, show, make_space):
    QTest.mouseClick(page.enlarge_button, Qt.MouseButton.LeftButton)
    large = window.findChild(MatrixWindow)
    qapp.processEvents()
    assert large.isVisible()
    assert large.heat_map.cells().left() > 10  # there is room for names
    large.grab()
    show(make_space([[1.0, 0.0], [0.0, 1.0]]))
    assert window.findChild(MatrixWindow) is None


def menu_of(table) -> list[str]:
    return [action.text() for action in table.actions()]


def heads(window) -> list[str]:
    model = window.drawer.page(PinnedPage).table.model()
    return [model.headerData(at, Qt.Orientation.Horizontal) for at in range(model.columnCount())]


def column(window, at: int) -> list[str]:
    model = window.drawer.page(PinnedPage).table.model()
    cells = [model.index(rank, at).data() for rank in range(model.rowCount())]
    return [cell for cell in cells if cell is not None]


def test_hubs_are_pinned_beside_an_answer(page, window, space, ask, act):
    answer = ask("word1")
    act("find_hubs")
    named = [str(cells[1]) for cells in page.shown.cells]
    counts = [cells[2] for cells in page.shown.cells]
    QTest.mouseClick(page.pin_button, Qt.MouseButton.LeftButton)
    assert page.pin_button.objectName() == "pin_findings_button"
    assert heads(window) == ["word1", "Hubs"]
    assert column(window, 0) == list(answer.labels)
    assert column(window, 1) == named
    pinned = window.drawer.page(PinnedPage)
    index = pinned.table.model().index(0, 1)
    assert index.data(SCORE_ROLE) == str(counts[0])
    assert index.data(MARK_ROLE) is None  # ranks of hubs and of neighbours have nothing to do with each other
    assert "% of all lists" in index.data(Qt.ItemDataRole.ToolTipRole)
    pinned.copy_text_action.trigger()
    assert f"1. {named[0]} ({counts[0]}, " in QGuiApplication.clipboard().text()


@pytest.mark.parametrize(
    ("question", "action"), [("word1 - word2", "find_path"), ("word1 - word2", "find_line"), ("word1", "find_mutual")]
)
def test_what_was_found_of_one_or_two_items_is_pinned(page, window, space, ask, act, question, action):
    ask(question)
    act(action)
    found = page.shown
    page.pin_action.trigger()
    assert heads(window) == [question, found.title]
    (ranked,) = found.lists
    assert column(window, 1) == [space.name(row) for row in ranked.rows.tolist()]


def test_the_mutual_ones_are_those_of_the_table(page, window, space, ask, act):
    ask("word1")
    act("find_mutual")
    QTest.mouseClick(page.pin_button, Qt.MouseButton.LeftButton)
    assert column(window, 1) == [cells[1] for cells in page.shown.cells if isinstance(cells[3], int)]


def test_the_odd_one_out_is_pinned(page, window, space, session, act):
    session.replace(selection=np.arange(5))
    act("find_odd")
    QTest.mouseClick(page.pin_button, Qt.MouseButton.LeftButton)
    assert column(window, 0) == [cells[0] for cells in page.shown.cells]


def test_pairs_stand_in_one_cell_and_are_asked_together(page, window, space, session, act, idle):
    session.replace(selection=np.arange(6))
    act("find_pairs")
    QTest.mouseClick(page.pin_button, Qt.MouseButton.LeftButton)
    assert heads(window) == ["Least similar pairs", "Most similar pairs"]
    vectors = space.vectors[:6].astype(float)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = unit @ unit.T
    order = sorted((-cosines[a, b], a, b) for a in range(6) for b in range(a + 1, 6))
    assert column(window, 1) == [f"word{a} · word{b}" for _, a, b in order]
    table = window.drawer.open(PinnedPage).table
    table.setCurrentIndex(table.model().index(0, 1))
    assert session.focus == order[0][1]
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Return)
    idle()
    assert session.state.answer.inputs == order[0][1:]


def test_a_pinned_finding_is_taken_away_and_stays_when_another_space_opens(
    page, window, space, session, ask, act, show, make_space
):
    ask("word1")
    act("find_hubs")
    QTest.mouseClick(page.pin_button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(page.pin_button, Qt.MouseButton.LeftButton)
    assert len(window.operations.pins) == 1
    window.operations.undo()
    show(make_space(np.eye(3), ["a", "b", "c"], name="other"))
    assert heads(window) == ["Hubs"]
    pinned = window.drawer.open(PinnedPage)
    pinned.table.setCurrentIndex(pinned.table.model().index(0, 0))
    assert session.focus is None
    QTest.mouseClick(pinned.unpin_button, Qt.MouseButton.LeftButton)
    assert heads(window) == []


def test_a_matrix_is_no_list(page, matrix, window):
    assert not page.pin_button.isEnabled()
    assert "no list to pin" in page.pin_button.toolTip()
    page.copy_button.copy_text_action.trigger()
    lines = QGuiApplication.clipboard().text().split("\n")
    names = [str(cells[0]) for cells in page.shown.cells]
    assert lines[0] == page.shown.summary
    assert [line.split()[0] for line in lines[-8:]] == names
    assert [float(text) for text in lines[-8].split()[1:]] == pytest.approx(page.shown.matrix.scores[0], abs=6e-4)


def test_the_table_has_a_menu(page, space, ask, act):
    ask("word1")
    act("find_hubs")
    assert menu_of(page.table) == ["Pin this list", "Copy as table", "Copy as text", "Export…"]
    assert page.table.contextMenuPolicy() == Qt.ContextMenuPolicy.ActionsContextMenu
    page.copy_button.copy_text_action.trigger()
    said = QGuiApplication.clipboard().text().split("\n")
    assert said[0] == page.shown.summary
    assert said[2:4] == ["Hubs, lists it is in, in sixty words", said[3]]
    assert said[3].startswith(f"1. {page.shown.cells[0][1]} ({page.shown.cells[0][2]}, ")
