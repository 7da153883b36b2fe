"""The plot by keyboard: from item to item, asking, moving the view."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from embedviz.space.projection import Projection

WAYS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


@pytest.fixture(params=[60, 21_000], ids=["few", "many"])
def crowd(request, show, make_space, idle):
    made = show(make_space(np.random.default_rng(8).normal(size=(request.param, 2)) * [3, 2]))
    idle()
    return made


def nearest_towards(plot, row, dx, dy):
    """One item after the other: the nearest within 45 degrees of a direction."""
    pixels = plot.camera.to_pixels(plot.scene.points)
    x, y = (pixels - pixels[row]).T
    ahead, beside = x * dx + y * dy, np.abs(x * dy - y * dx)
    away = np.where((ahead > 0) & (ahead >= beside - 1e-9), np.hypot(x, y), np.inf)
    return int(away.argmin()) if np.isfinite(away).any() else None


@pytest.mark.parametrize("key", WAYS)
def test_arrows_go_to_the_nearest_item_in_their_direction(plot, session, crowd, key):
    session.set_focus(7)
    for _ in range(4):
        before = session.focus
        expected = nearest_towards(plot, before, *WAYS[key])
        QTest.keyClick(plot, key)
        plot.flight.land()
        assert session.focus == (before if expected is None else expected)


def test_the_card_and_the_view_follow(plot, session, crowd):
    plot.zoom(6.0)
    for key in [Qt.Key.Key_Right] * 12 + [Qt.Key.Key_Up] * 12:
        QTest.keyClick(plot, key)
        plot.flight.land()
        row = session.focus
        place = QPointF(plot.pixel_of(row))
        assert plot.camera.ground.adjusted(10, 10, -10, -10).contains(place)
        assert plot.hover_card.isVisible()
        assert plot.hover_card.label.text() == f"item {row}"
        card = plot.hover_card.geometry().center()
        assert math.hypot(card.x() - place.x(), card.y() - place.y()) < 250
        assert plot.marks_item._focus == pytest.approx(tuple(plot.scene.points[row].tolist()))


def test_without_a_focus_the_first_step_goes_to_the_middle(plot, session, crowd):
    QTest.keyClick(plot, Qt.Key.Key_Right)
    middle = plot.camera.ground.center()
    pixels = plot.camera.to_pixels(plot.scene.points)
    assert session.focus == int(np.hypot(*(pixels - [middle.x(), middle.y()]).T).argmin())


def test_the_first_step_begins_at_the_item_asked_about(plot, session, space, ask):
    ask("word5")
    expected = nearest_towards(plot, 5, 1, 0)
    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert session.focus == expected
    session.set_focus(None)
    plot.camera.move(x=1000.0)
    QTest.keyClick(plot, Qt.Key.Key_Left)
    plot.flight.land()
    assert session.focus == 5
    assert plot.camera.ground.contains(QPointF(plot.pixel_of(5)))


def test_enter_asks_and_ctrl_enter_adds(plot, session, space, idle):
    QTest.keyClick(plot, Qt.Key.Key_Return)
    assert session.state.answer is None
    QTest.keyClick(plot, Qt.Key.Key_Right)
    first = session.focus
    QTest.keyClick(plot, Qt.Key.Key_Return)
    idle()
    assert session.state.answer.inputs == (first,)
    QTest.keyClick(plot, Qt.Key.Key_Right)
    second = session.focus
    assert second != first
    QTest.keyClick(plot, Qt.Key.Key_Enter, Qt.KeyboardModifier.ControlModifier)
    idle()
    assert session.state.answer.inputs == (first, second)


def test_the_mouse_takes_the_attention_back(qtbot, plot, session, space):
    QTest.keyClick(plot, Qt.Key.Key_Right)
    stepped = session.focus
    other = next(row for row in range(60) if row != stepped and plot.row_at(plot.pixel_of(row)) == row)
    for place in (QPoint(5, 5), plot.pixel_of(other)):
        QTest.mouseMove(plot, place)
    qtbot.waitUntil(lambda: session.focus == other)
    assert plot.hover_card.label.text() == f"word{other}"
    plot.zoom(1.5)
    assert not plot.hover_card.isVisible()


def test_another_focus_hides_the_card_of_a_step(plot, session, space):
    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert plot.hover_card.isVisible()
    session.set_focus(None)
    assert not plot.hover_card.isVisible()


def test_nothing_open_one_item_and_items_at_one_place(plot, session, show, make_space):
    for key in WAYS:
        QTest.keyClick(plot, key)
    assert session.focus is None
    for vectors in ([[1.0, 2.0]], [[1.0, 2.0]] * 4):
        show(make_space(vectors))
        for key in WAYS:
            QTest.keyClick(plot, key)
        assert session.focus == 0
    nowhere = Projection(np.full((3, 2), np.nan, np.float32), "pca", ("PC 1", "PC 2"))
    session.replace(space=make_space([[np.nan, 1.0]] * 3), projection=nowhere)
    QTest.keyClick(plot, Qt.Key.Key_Left)
    assert session.focus is None
