"""Tables of items: what is walked to or pointed at has the attention, Enter or a click asks; a cell may be of none."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest

from embedviz.views.item_table import ItemModel, ItemTable
from embedviz.views.table_heads import TO_CENTER, TO_LEFT, TO_RIGHT, Heads

ITEMS = (7, None, 3)
DOWN, ENTER, LEFT = Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.MouseButton.LeftButton


class Model(ItemModel):
    def item_at(self, index):
        return ITEMS[index.row()] if index.isValid() else None

    def rowCount(self, parent=QModelIndex()):  # noqa: B008  # Qt's own signature
        return len(ITEMS)

    def columnCount(self, parent=QModelIndex()):  # noqa: B008  # Qt's own signature
        return 1

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        return f"item {ITEMS[index.row()]}" if role == Qt.ItemDataRole.DisplayRole else None


class DoubleClicked(ItemTable):
    asks_by_click = False


@pytest.fixture
def make_table(window, space, session):
    """A table that lies upon the window."""

    def make(kind=ItemTable):
        given = (Model(), session, window.operations, window.appearance)
        made = kind("table", "Three rows", *given, row_px=22, parent=window)
        made.setGeometry(200, 100, 300, 200)
        made.show()
        return made

    return make


def place(table, row: int):
    return table.visualRect(table.model().index(row, 0)).center()


def asked(session) -> str | None:
    return None if session.state.answer is None else session.state.answer.text


def test_walking_gives_the_attention_and_enter_asks(make_table, session, idle):
    table = make_table()
    QTest.keyClick(table, DOWN)
    assert session.focus == 7
    QTest.keyClick(table, DOWN)
    QTest.keyClick(table, ENTER)
    idle()
    assert (session.focus, asked(session)) == (7, None), "the second row is about no item"
    QTest.keyClick(table, DOWN)
    QTest.keyClick(table, ENTER)
    idle()
    assert asked(session) == "word3"


def test_pointing_gives_the_attention_and_a_click_asks(qtbot, make_table, session, idle):
    table = make_table()
    QTest.mouseMove(table.viewport(), place(table, 2))
    qtbot.waitUntil(lambda: session.focus == 3)
    for row in (1, 0):
        QTest.mouseClick(table.viewport(), Qt.MouseButton.RightButton, pos=place(table, 0))
        QTest.mouseClick(table.viewport(), LEFT, pos=place(table, row))
        idle()
        assert asked(session) == (None if row else "word7")


def test_a_click_need_not_ask(make_table, session, idle):
    table = make_table(DoubleClicked)
    QTest.mouseClick(table.viewport(), LEFT, pos=place(table, 0))
    idle()
    assert (session.focus, asked(session)) == (7, None)


def test_rows_follow_the_scale(make_table, window):
    table = make_table()
    assert table.rowHeight(0) == 22
    window.appearance.zoom(3)
    assert table.rowHeight(0) == window.appearance.px(22) > 22
    window.appearance.zoom(0)


def test_heads_say_what_columns_are():
    heads = Heads(("Word", "Bar", "Score"), ("a", "b", "c"), left=frozenset({0}), center=frozenset({1}))
    role, across = Qt.ItemDataRole, Qt.Orientation.Horizontal
    assert len(heads) == 3
    assert [heads.data(at, across, role.DisplayRole) for at in range(3)] == ["Word", "Bar", "Score"]
    assert heads.data(2, across, role.ToolTipRole) == "c"
    assert [heads.data(at, across, role.TextAlignmentRole) for at in range(3)] == [TO_LEFT, TO_CENTER, TO_RIGHT]
    assert heads.data(0, across, role.FontRole) is None
    assert heads.data(0, Qt.Orientation.Vertical, role.DisplayRole) is None
