"""Pointing at the plot: which item is where, clicking, hovering."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

LEFT, NONE, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


def pixels(plot, n_items):
    return np.array([(plot.pixel_of(row).x(), plot.pixel_of(row).y()) for row in range(n_items)], float)


def alone(plot, n_items):
    """Rows with no other within 20 pixels."""
    places = pixels(plot, n_items)
    away = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(away, np.inf)
    rows = np.flatnonzero(away.min(axis=1) > 20)
    assert len(rows) >= 5
    return rows.tolist()


def empty_ground(plot, n_items) -> QPoint:
    """A place in the plot with no item within 20 pixels."""
    places = pixels(plot, n_items)
    for x in range(120, plot.width() - 20, 15):
        for y in range(60, plot.height() - 60, 15):
            if np.hypot(*(places - [x, y]).T).min() > 20:
                return QPoint(x, y)
    raise AssertionError("the plot is full")


def test_pixels_are_spread_as_the_projection_is(plot, session, space):
    places, points = pixels(plot, 60), session.state.projection.points[:, :2].astype(float)
    for axis, sign in ((0, 1), (1, -1)):
        slope, offset = np.polyfit(points[:, axis], places[:, axis], 1)
        assert sign * slope > 0
        assert np.abs(places[:, axis] - slope * points[:, axis] - offset).max() <= 1.0
    assert plot.viewport().rect().contains(QPoint(*places.min(axis=0).astype(int)))
    assert plot.viewport().rect().contains(QPoint(*places.max(axis=0).astype(int)))


def test_the_item_at_its_pixel_is_the_item(plot, space):
    for row in alone(plot, 60):
        assert plot.row_at(plot.pixel_of(row)) == row
        assert plot.row_at(QPointF(plot.pixel_of(row)) + QPointF(3, -3)) == row


def test_the_nearer_of_two_items_is_taken(plot, show, make_space):
    show(make_space([[0, 0], [1, 0], [100, 50], [-100, -50]]))
    one, other = plot.pixel_of(0), plot.pixel_of(1)
    assert 3 <= (other - one).manhattanLength() <= 14
    assert plot.row_at(one) == 0
    assert plot.row_at(other) == 1


def test_a_marked_item_comes_before_a_nearer_one(plot, session, window, show, make_space, ask):
    show(make_space([[0, 0.01], [1, 0], [100, 50], [-100, -50], [100, 49]]))
    window.operations.set_k(1)
    window.operations.set_metric("euclidean")
    one = plot.pixel_of(1)
    assert plot.row_at(one) == 1
    ask("item 4")
    assert session.state.answer.labels == ("item 2",)
    assert plot.row_at(one) == 1
    ask("#0 + #2")
    assert session.state.answer.inputs == (0, 2)
    if (plot.pixel_of(0) - one).manhattanLength() <= 6:
        assert plot.row_at(one) == 0


def test_there_is_no_item_on_empty_ground(plot, space):
    assert plot.row_at(empty_ground(plot, 60)) is None
    assert plot.row_at(QPoint(-500, -500)) is None


@pytest.mark.parametrize("on", ["viewport", "plot"])
def test_a_click_asks_about_the_item(plot, session, space, idle, on):
    row = alone(plot, 60)[2]
    QTest.mouseClick(plot.viewport() if on == "viewport" else plot, LEFT, NONE, plot.pixel_of(row))
    idle()
    assert session.state.answer.inputs == (row,)
    assert session.state.answer.text == f"word{row}"


@pytest.mark.parametrize("on", ["viewport", "plot"])
def test_a_click_arrives_once(qapp, plot, space, on):
    heard = []
    plot.hand.clicked.connect(lambda place, modifiers: heard.append(modifiers))
    QTest.mouseClick(plot.viewport() if on == "viewport" else plot, LEFT, NONE, plot.pixel_of(0))
    qapp.processEvents()
    assert heard == [NONE]


def test_ctrl_click_adds_the_item_to_the_question(plot, session, space, idle):
    first, second = alone(plot, 60)[:2]
    QTest.mouseClick(plot.viewport(), LEFT, NONE, plot.pixel_of(first))
    idle()
    QTest.mouseClick(plot.viewport(), LEFT, CTRL, plot.pixel_of(second))
    idle()
    assert session.state.answer.text == f"word{first} + word{second}"
    assert session.state.answer.is_formula


def test_a_click_on_empty_ground_changes_nothing(plot, session, space, ask, window):
    ask("word3")
    before = session.state
    QTest.mouseClick(plot.viewport(), LEFT, NONE, empty_ground(plot, 60))
    QTest.mouseClick(plot.viewport(), LEFT, CTRL, empty_ground(plot, 60))
    assert window.operations.jobs.alive() == []
    assert session.state is before


def test_a_click_with_the_right_button_changes_nothing(plot, session, space, window):
    before = session.state
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.RightButton, NONE, plot.pixel_of(0))
    assert window.operations.jobs.alive() == []
    assert session.state is before


def test_hovering_names_the_item_and_leaving_hides_the_name(qtbot, plot, session, space):
    row = alone(plot, 60)[0]
    QTest.mouseMove(plot.viewport(), plot.pixel_of(row))
    qtbot.waitUntil(plot.hover_card.isVisible)
    assert plot.hover_card.label.text() == f"word{row}"
    assert session.focus == row
    assert not plot.hover_card._picture.isVisible()
    assert plot.rect().contains(plot.hover_card.geometry())
    QTest.mouseMove(plot.viewport(), empty_ground(plot, 60))
    qtbot.waitUntil(plot.hover_card.isHidden)


def pass_over(plot, row, modifiers):
    """Move the mouse onto an item, no button held."""
    at = QPointF(plot.pixel_of(row))
    where = plot.mapToGlobal(at)
    QApplication.sendEvent(
        plot, QMouseEvent(QEvent.Type.MouseMove, at, where, Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, modifiers)
    )


def test_with_shift_held_the_question_follows_the_cursor(qtbot, plot, session, space, idle):
    first, *followed = alone(plot, 60)[:4]
    QTest.mouseClick(plot, LEFT, NONE, plot.pixel_of(first))
    idle()
    for row in followed:
        pass_over(plot, row, Qt.KeyboardModifier.ShiftModifier)
        qtbot.waitUntil(lambda row=row: session.state.answer is not None and session.state.answer.inputs == (row,))
    pass_over(plot, first, NONE)
    qtbot.waitUntil(lambda: session.focus == first)
    assert session.state.answer.inputs == (followed[-1],)
    idle()
    session.go_back()  # what was passed is one question
    assert session.state.answer.inputs == (first,)


def test_hovering_a_digit_shows_its_picture(qtbot, window, plot, session, idle):
    window.operations.open_sample("digits")
    idle()
    space = session.state.space
    QTest.mouseMove(plot.viewport(), plot.pixel_of(11))
    qtbot.waitUntil(plot.hover_card.isVisible)
    row = session.focus
    assert plot.hover_card.label.text() == space.labels[row]
    shown = plot.hover_card._picture.pixmap().toImage()
    pixels = space.metadata["image"].values[row]
    side = shown.width() // 8
    grey = [[shown.pixelColor(x * side + side // 2, y * side + side // 2).red() for x in range(8)] for y in range(8)]
    assert np.array_equal(grey, pixels)


def test_the_card_stays_inside_at_every_border(qtbot, plot, space):
    card = plot.hover_card
    for corner in (QPoint(0, 0), plot.rect().topRight(), plot.rect().bottomRight(), plot.rect().bottomLeft()):
        card.show_item(space, 0, corner)
        assert plot.rect().contains(card.geometry())


def test_a_hovered_name_is_plain_text(plot, show, make_space):
    space = show(make_space(np.eye(3), ["<b>bold</b>", "nul\0", "ש"]))
    for row, shown in enumerate(("<b>bold</b>", "nul␀", "\u2068ש\u2069")):
        plot.hover_card.show_item(space, row, QPoint(50, 50))
        assert plot.hover_card.label.text() == shown
        assert plot.hover_card.label.textFormat() == Qt.TextFormat.PlainText


def wheel(widget, place: QPoint, turns: int) -> None:
    at, none = QPointF(place), Qt.MouseButton.NoButton
    event = QWheelEvent(
        at,
        QPointF(widget.mapToGlobal(place)),
        QPoint(),
        QPoint(0, 120 * turns),
        none,
        NONE,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    QApplication.processEvents()


@pytest.mark.parametrize("on", ["viewport", "plot"])
@pytest.mark.parametrize("turns", [1, -2])
def test_the_wheel_zooms_about_the_cursor(plot, space, on, turns):
    row = alone(plot, 60)[1]
    place, size = plot.pixel_of(row), plot.camera.shown.width()
    wheel(plot.viewport() if on == "viewport" else plot, place, turns)
    assert (plot.camera.shown.width() < size) == (turns > 0)
    assert (plot.pixel_of(row) - place).manhattanLength() <= 2


def test_the_wheel_turns_once_whoever_gets_it(plot, space):
    sizes = []
    for widget in (plot.viewport(), plot):
        plot.fit_all()
        wheel(widget, plot.pixel_of(0), 1)
        sizes.append(plot.camera.shown.width())
    assert sizes[0] == pytest.approx(sizes[1], rel=1e-9)


@pytest.mark.parametrize("on", ["viewport", "plot"])
def test_dragging_moves_the_view_with_the_hand(plot, session, space, drag, on):
    before, start = plot.pixel_of(0), empty_ground(plot, 60)
    drag(plot.viewport() if on == "viewport" else plot, start, start + QPoint(60, -40))
    moved = plot.pixel_of(0) - before
    assert (moved - QPoint(60, -40)).manhattanLength() <= 3
    assert session.state.answer is None
    assert session.state.selection is None
