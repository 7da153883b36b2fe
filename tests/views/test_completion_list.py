"""The list of what may be typed next: a press elsewhere does what it was aimed at, the keyboard stays in the box."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListView, QMenu, QWidget

from embedviz.views.query_bar import MOST_COMPLETIONS

NAMES = ("category", "cathedral", "cattle", "catholic", "catch", "catalog", "cat", "catcher", "caterer", "dog", "cow")


@pytest.fixture
def edit(qtbot, window, show, make_space):
    show(make_space([[len(name), row, row % 3, 1.0] for row, name in enumerate(NAMES)], NAMES))
    window.activateWindow()
    window.query_edit.setFocus()
    qtbot.waitUntil(window.query_edit.hasFocus)
    return window.query_edit


@pytest.fixture
def choices(window):
    return window.query_edit.choices


@pytest.fixture
def typed(qtbot, edit, choices, session):
    """`cat` is typed and answered, and the list lies open."""
    QTest.keyClicks(edit, "cat")
    qtbot.waitUntil(lambda: session.state.answer is not None)
    qtbot.waitUntil(choices.isVisible)


def click(widget: QWidget, place: QPoint) -> None:
    """Press and release where the screen shows a widget, as the window system reports it: to whoever is there."""
    window = widget.window().windowHandle()
    at = widget.mapTo(widget.window(), place)
    QTest.mouseClick(window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    QApplication.processEvents()


def offered(choices: QListView):
    return [choices.model().index(row, 0).data() for row in range(choices.model().rowCount())]


def marked(choices: QListView):
    return choices.currentIndex().data()


def test_the_exact_word_stands_first_then_those_of_the_lowest_rows(edit, choices):
    QTest.keyClicks(edit, "cat")
    assert offered(choices) == ["cat", *NAMES[:6], "catcher"]
    assert len(offered(choices)) == MOST_COMPLETIONS


def test_the_first_click_on_a_neighbour_asks_about_it(typed, window, choices, session, idle):
    table = window.neighbor_table
    wanted = session.state.answer.labels[5]
    click(table.viewport(), table.visualRect(table.model().index(5, 1)).center())
    idle()
    assert session.state.answer.text == wanted
    assert not choices.isVisible()


def test_the_first_click_on_a_menu_opens_it(typed, window, choices):
    bar = window.menuBar()
    file = bar.actions()[0]
    click(bar, bar.actionGeometry(file).center())
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert menu is file.menu()
    assert not choices.isVisible()
    menu.close()


def test_the_first_click_on_the_plot_asks_about_the_item_there(typed, window, plot, choices, session, idle):
    row = NAMES.index("dog")
    assert plot.row_at(plot.pixel_of(row)) == row
    click(plot, plot.pixel_of(row))
    idle()
    assert session.state.answer.text == "dog"
    assert not choices.isVisible()


def test_a_click_on_what_takes_no_clicks_closes_the_list_too(typed, window, edit, choices):
    click(window.answer_panel, QPoint(5, 5))
    assert not choices.isVisible()
    assert edit.hasFocus()


def test_a_click_into_the_box_keeps_the_list(typed, edit, choices):
    click(edit, QPoint(20, edit.height() // 2))
    assert choices.isVisible()


def test_a_click_on_an_offered_name_asks_about_it(typed, edit, choices, session, idle):
    click(choices.viewport(), choices.visualRect(choices.model().index(4, 0)).center())
    idle()
    assert edit.text() == session.state.answer.text == "catholic"
    assert edit.hasFocus()
    assert not choices.isVisible()


def test_arrows_walk_the_list_round_and_enter_takes_what_is_marked(typed, edit, choices, session, idle):
    assert marked(choices) is None
    for key, expected in (
        (Qt.Key.Key_Down, "cat"),
        (Qt.Key.Key_Down, "category"),
        (Qt.Key.Key_Up, "cat"),
        (Qt.Key.Key_Up, None),
        (Qt.Key.Key_Up, "catcher"),
        (Qt.Key.Key_Down, None),
        (Qt.Key.Key_PageDown, "catcher"),
        (Qt.Key.Key_PageUp, "cat"),
        (Qt.Key.Key_Down, "category"),
    ):
        QTest.keyClick(edit, key)
        assert marked(choices) == expected
        assert edit.text() == "cat"
    QTest.keyClick(edit, Qt.Key.Key_Return)
    idle()
    assert session.state.answer.text == "category"


def test_escape_closes_the_list_and_no_more(typed, edit, choices, session):
    QTest.keyClick(edit.window().windowHandle(), Qt.Key.Key_Escape)
    assert not choices.isVisible()
    assert edit.text() == session.state.answer.text == "cat"


def test_tab_goes_on_to_the_next_control(typed, window, edit, choices):
    QTest.keyClick(edit.window().windowHandle(), Qt.Key.Key_Tab)
    assert not choices.isVisible()
    assert window.focusWidget() is not edit


@pytest.mark.parametrize("size", [(1280, 800), (800, 600), (420, 260)])
def test_the_list_is_as_large_as_what_it_offers_and_lies_in_the_window(qtbot, window, edit, choices, size):
    window.resize(*size)
    QApplication.processEvents()
    QTest.keyClicks(edit, "cat")
    qtbot.waitUntil(choices.isVisible)
    assert window.rect().contains(choices.geometry())
    assert choices.width() <= edit.width()
    if size[1] >= 600:
        assert not choices.verticalScrollBar().isVisible()
        assert choices.width() < 0.4 * window.width()
        last = choices.visualRect(choices.model().index(MOST_COMPLETIONS - 1, 0))
        assert choices.viewport().rect().contains(last)


def test_the_list_is_gone_with_the_space_it_is_of(typed, choices, show, make_space):
    show(make_space([[1, 2], [3, 4]], ["one", "two"]))
    assert not choices.isVisible()
