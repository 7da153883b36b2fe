"""The palette of commands, the list of shortcuts, About."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QTextDocument, QTextTable
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel

from embedviz.views.actions import ACTIONS
from embedviz.views.dialogs import Palette


@pytest.fixture
def opened(qtbot, window):
    """Trigger an action and return the dialog it opens."""

    def run(action: str, name: str) -> QDialog:
        window.named_actions[action].trigger()
        dialog = window.findChild(QDialog, name)
        qtbot.waitUntil(dialog.isVisible)
        return dialog

    return run


@pytest.fixture
def palette(opened):
    return opened("action_show_palette", "command_palette")


def offered(palette: Palette):
    return [palette.list.item(row).text().split("   ")[0] for row in range(palette.list.count())]


def test_the_palette_offers_every_action_that_is_possible(palette, window):
    possible = [spec.text for spec in ACTIONS if window.named_actions[f"action_{spec.name}"].isEnabled()]
    assert offered(palette) == possible
    assert "Undo" not in possible


def test_typing_filters_by_all_words_whatever_their_case(palette):
    QTest.keyClicks(palette.filter_edit, "SELECT rect")
    assert offered(palette) == ["Select a rectangle"]
    palette.filter_edit.setText("sample")
    assert offered(palette) == ["Open sample: English words", "Open sample: handwritten digits"]
    palette.filter_edit.setText("no such command")
    assert offered(palette) == []


def test_enter_runs_the_marked_command_and_closes(qtbot, palette, window):
    QTest.keyClicks(palette.filter_edit, "lasso")
    QTest.keyClick(palette.filter_edit, Qt.Key.Key_Return)
    assert window.plot.hand.tool == "lasso"
    assert not palette.isVisible()


def test_arrows_in_the_box_walk_the_list(palette, window):
    QTest.keyClicks(palette.filter_edit, "select a rect")
    palette.filter_edit.setText("select")
    names = offered(palette)
    for _ in range(names.index("Select with a lasso")):
        QTest.keyClick(palette.filter_edit, Qt.Key.Key_Down)
    QTest.keyClick(palette.filter_edit, Qt.Key.Key_Down)
    QTest.keyClick(palette.filter_edit, Qt.Key.Key_Up)
    QTest.keyClick(palette.filter_edit, Qt.Key.Key_Return)
    assert window.plot.hand.tool == "lasso"


def test_enter_with_nothing_offered_does_nothing(palette, window):
    palette.filter_edit.setText("no such command")
    QTest.keyClick(palette.filter_edit, Qt.Key.Key_Return)
    assert palette.isVisible()
    QTest.keyClick(palette, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_the_shortcuts_are_those_of_the_table(opened):
    dialog = opened("action_list_shortcuts", "keyboard_shortcuts")
    label = dialog.findChild(QLabel)
    assert label.textFormat() == Qt.TextFormat.RichText
    document = QTextDocument()
    document.setHtml(label.text())
    (table,) = (frame for frame in document.rootFrame().childFrames() if isinstance(frame, QTextTable))
    assert table.columns() == 2
    cells = [
        [table.cellAt(row, column).firstCursorPosition().block().text() for column in range(2)]
        for row in range(table.rows())
    ]
    said = {what: keys for keys, what in cells}
    for spec in ACTIONS:
        if spec.keys:
            assert all(QKeySequence(keys).toString() in said[spec.text] for keys in spec.keys)
    assert said["Ask about the neighbour"] == "Enter in the table"
    dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Close).click()
    assert not dialog.isVisible()


def test_about_names_the_licences_as_plain_text(opened):
    label = opened("action_show_about", "about_embedviz").findChild(QLabel)
    for word in ("BSD-3-Clause", "LGPL", "Public Domain Dedication", "WordNet", "CC BY 4.0"):
        assert word in label.text()
    assert label.textFormat() == Qt.TextFormat.PlainText


@pytest.mark.parametrize(
    ("typed", "first"), [("dark", "Dark"), ("LIGHT", "Light"), ("save f", "Save figure…"), ("fig", "Save figure…")]
)
def test_the_command_that_is_called_so_comes_first(palette, typed, first):
    QTest.keyClicks(palette.filter_edit, typed)
    assert palette.list.currentItem().text().split("   ")[0] == first
