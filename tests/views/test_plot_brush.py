"""The brush selects what lies within its radius of the stroke; its cursor is as wide."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


def under(plot, stroke, radius):
    """One item and one stretch at a time."""
    found = []
    for row, (x, y) in enumerate(plot.camera.to_pixels(plot.scene.points).tolist()):
        for one, other in pairwise(stroke if len(stroke) > 1 else [*stroke, *stroke]):
            along = np.array([other.x() - one.x(), other.y() - one.y()], float)
            way = np.array([x - one.x(), y - one.y()])
            share = np.clip(way @ along / max(along @ along, 1e-12), 0, 1)
            if np.hypot(*(way - share * along)) <= radius:
                found.append(row)
                break
    return found


def traced(corners):
    """Where the mouse goes between some corners, on whole pixels as `drag` moves it."""
    ways = pairwise(corners)
    return [corners[0], *(one + (other - one) * share for one, other in ways for share in (0.25, 0.5, 0.75, 1.0))]


def selected(session):
    return [] if session.state.selection is None else session.state.selection.tolist()


@pytest.fixture(params=[400, 21_000], ids=["few", "many"])
def crowd(request, show, make_space, idle):
    made = show(make_space(np.random.default_rng(9).normal(size=(request.param, 2)) * [3, 2]))
    idle()
    return made


@pytest.fixture
def brush(window, plot):
    window.named_actions["action_select_brush"].trigger()
    return plot.hand


@pytest.fixture
def middle(plot):
    return plot.camera.ground.center().toPoint()


def test_a_stroke_selects_what_it_sweeps_and_shift_and_alt_combine(plot, session, window, crowd, brush, middle, drag):
    one = [middle + QPoint(-200, -40), middle + QPoint(40, 60), middle + QPoint(90, -80)]
    other = [middle + QPoint(100, 100), middle + QPoint(-60, 20)]
    drag(plot, *one)
    first = under(plot, traced(one), brush.brush_radius)
    assert len(first) >= 5
    assert selected(session) == first
    assert f"{len(first):,} items" in window.message_bar.message_line.text()
    second = under(plot, traced(other), brush.brush_radius)
    drag(plot, *other, modifiers=SHIFT)
    assert selected(session) == sorted({*first, *second})
    drag(plot, *other, modifiers=ALT)
    assert selected(session) == sorted({*first} - {*second})


def test_a_dab_adds_or_takes_away_and_a_click_asks(plot, session, space, brush, idle):
    at = plot.pixel_of(3)
    QTest.mouseClick(plot, LEFT, SHIFT, at)
    assert selected(session) == under(plot, [at], brush.brush_radius)
    QTest.mouseClick(plot, LEFT, ALT, at)
    assert selected(session) == []
    assert session.state.answer is None
    QTest.mouseClick(plot, LEFT, NONE, at)
    idle()
    assert session.state.answer is not None


def test_brackets_and_shift_wheel_change_the_brush_and_its_cursor(plot, window, space, brush):
    def width():
        return plot.cursor().pixmap().width() / plot.cursor().pixmap().devicePixelRatio()

    usual = brush.brush_radius
    assert 2 * usual < width() < 2 * usual + 10
    window.activateWindow()
    plot.setFocus()
    window.named_actions["action_enlarge_brush"].trigger()
    assert brush.brush_radius == pytest.approx(1.25 * usual)
    assert width() > 2 * 1.25 * usual
    window.named_actions["action_shrink_brush"].trigger()
    assert brush.brush_radius == pytest.approx(usual)
    shown = plot.camera.shown
    for delta in (QPoint(0, 120), QPoint(120, 0)):  # some systems turn the wheel sideways while Shift is held
        place = QPointF(200, 200)
        event = QWheelEvent(
            place, plot.mapToGlobal(place), QPoint(), delta, Qt.MouseButton.NoButton, SHIFT,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(plot, event)
    assert brush.brush_radius == pytest.approx(1.25**2 * usual)
    assert plot.camera.shown == shown
    for _ in range(40):
        window.named_actions["action_shrink_brush"].trigger()
    assert brush.brush_radius >= 2
    window.named_actions["action_pan_view"].trigger()
    assert plot.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_a_wider_brush_selects_more(plot, session, crowd, brush, middle, drag):
    stroke = [middle + QPoint(-100, 0), middle + QPoint(100, 0)]
    counts = []
    for steps in (0, 3):
        brush.widen_brush(steps)
        drag(plot, *stroke)
        counts.append(len(selected(session)))
    assert counts[1] > 1.3 * counts[0]


def test_what_is_swept_is_seen_while_brushing(plot, window, show, make_space, brush, middle, drag):
    show(make_space([[0, 0], [10, 10]]))
    start, end = middle + QPoint(60, 60), middle + QPoint(160, 60)
    images = []
    brush.outline_changed.connect(lambda: images.append(plot.grab().toImage()))
    drag(plot, start, end)
    *_, drawn, gone = images
    on, beyond = start + QPoint(50, 10), start + QPoint(50, round(brush.brush_radius) + 4)
    ground = QColor(window.appearance.theme.ground)
    assert drawn.pixelColor(on) != ground
    assert drawn.pixelColor(beyond) == ground
    assert gone.pixelColor(on) == ground


def test_the_button_stands_beside_the_other_tools(window, plot, space, qtbot):
    button = next(b for b in window.plot_tools.findChildren(QToolButton) if b.accessibleName() == "Select with a brush")
    qtbot.mouseClick(button, LEFT)
    assert plot.hand.tool == "brush"
    assert window.named_actions["action_select_brush"].isChecked()
    assert not window.named_actions["action_pan_view"].isChecked()
