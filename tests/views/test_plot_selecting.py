"""Rectangle and lasso drawn with the mouse select what numpy selects from the projection."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor

SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


def data_at(plot, place: QPoint) -> tuple[float, float]:
    """Data coordinates of a pixel, from the ranges of the axes alone."""
    ground, shown = plot.camera.ground, plot.camera.shown
    x = shown.left() + (place.x() - ground.left()) / ground.width() * shown.width()
    y = shown.bottom() - (place.y() - ground.top()) / ground.height() * shown.height()
    return x, y


def in_polygon(points, corners):
    """Even-odd rule, one point and one edge at a time."""
    found = []
    for row, (x, y) in enumerate(points.tolist()):
        inside = False
        for (xa, ya), (xb, yb) in zip(corners, corners[1:] + corners[:1], strict=True):
            if (ya > y) != (yb > y) and x < xa + (y - ya) / (yb - ya) * (xb - xa):
                inside = not inside
        if inside:
            found.append(row)
    return found


@pytest.fixture
def points(session, space):
    return session.state.projection.points[:, :2].astype(float)


@pytest.fixture
def middle(plot):
    return plot.camera.ground.center().toPoint()


def selected(session):
    return [] if session.state.selection is None else session.state.selection.tolist()


def rectangle(points, plot, one, other):
    (xa, ya), (xb, yb) = data_at(plot, one), data_at(plot, other)
    low, high = np.minimum([xa, ya], [xb, yb]), np.maximum([xa, ya], [xb, yb])
    return np.flatnonzero(((points >= low) & (points <= high)).all(axis=1)).tolist()


@pytest.mark.parametrize("on", ["viewport", "plot"])
@pytest.mark.parametrize(("dx", "dy"), [(150, 120), (-150, 120), (150, -120), (-150, -120)])
def test_a_rectangle_from_any_corner(plot, session, window, points, middle, drag, on, dx, dy):
    window.named_actions["action_select_rectangle"].trigger()
    end = middle + QPoint(dx, dy)
    drag(plot.viewport() if on == "viewport" else plot, middle, end)
    expected = rectangle(points, plot, middle, end)
    assert 1 <= len(expected) < 60
    assert selected(session) == expected
    assert f"{len(expected):,} items" in window.message_bar.message_line.text()


def test_shift_adds_and_alt_removes(plot, session, points, middle, drag):
    plot.set_tool("rectangle")
    right, left, lower = middle + QPoint(200, 150), middle + QPoint(-200, -150), middle + QPoint(200, 60)
    drag(plot.viewport(), middle, right)
    first = rectangle(points, plot, middle, right)
    drag(plot.viewport(), middle, left, modifiers=SHIFT)
    both = sorted({*first, *rectangle(points, plot, middle, left)})
    assert selected(session) == both
    drag(plot.viewport(), middle, lower, modifiers=ALT)
    gone = set(rectangle(points, plot, middle, lower))
    assert gone
    assert selected(session) == [row for row in both if row not in gone]


def test_a_lasso_selects_inside_its_line(plot, session, window, points, middle, drag):
    window.named_actions["action_select_lasso"].trigger()
    corners = [middle + QPoint(*place) for place in ((-220, 0), (0, -160), (210, 10), (30, 40), (0, 170))]
    drag(plot.viewport(), *corners)
    expected = in_polygon(points, [data_at(plot, corner) for corner in corners])
    assert 3 <= len(expected) < 60
    assert selected(session) == expected


def test_a_lasso_adds_and_removes_too(plot, session, points, middle, drag):
    plot.set_tool("lasso")
    everything = [middle + QPoint(*place) for place in ((-150, -150), (150, -150), (150, 150), (-150, 150))]
    half = [middle + QPoint(*place) for place in ((0, -200), (250, -200), (250, 200), (0, 200))]
    drag(plot.viewport(), *everything)
    first = in_polygon(points, [data_at(plot, corner) for corner in everything])
    second = in_polygon(points, [data_at(plot, corner) for corner in half])
    drag(plot.viewport(), *half, modifiers=SHIFT)
    assert selected(session) == sorted({*first, *second})
    drag(plot.viewport(), *half, modifiers=ALT)
    assert selected(session) == sorted({*first} - {*second})


def test_a_rectangle_without_items_selects_nothing(plot, session, show, make_space, drag):
    show(make_space([[0, 0], [10, 10]]))
    plot.set_tool("rectangle")
    one = (plot.pixel_of(0) + plot.pixel_of(1)) / 2 + QPoint(0, 0)
    drag(plot.viewport(), one, one + QPoint(30, 30))
    assert session.state.selection is None


def test_the_outline_is_seen_while_dragging_and_gone_after(plot, space, middle, drag):
    plot.set_tool("rectangle")
    left = []
    plot.hand.rectangle_drawn.connect(lambda polygon, how: left.append(plot.hand.outline.size()))
    seen = []
    plot.hand.outline_changed.connect(lambda: seen.append(plot.hand.outline.boundingRect()))
    drag(plot.viewport(), middle, middle + QPoint(100, 80))
    assert left == [0]
    assert max(rect.width() for rect in seen) == pytest.approx(100, abs=1)
    assert max(rect.height() for rect in seen) == pytest.approx(80, abs=1)


def test_the_outline_is_painted_in_the_accent_over_its_tint(plot, window, show, make_space, middle, drag):
    show(make_space([[0, 0], [10, 10]]))
    plot.set_tool("rectangle")
    start, end = middle + QPoint(60, 40), middle + QPoint(160, 120)
    images = []
    plot.hand.outline_changed.connect(lambda: images.append(plot.grab().toImage()))
    drag(plot, start, end)
    *_, drawn, gone = images
    inside, outside = (drawn.pixelColor(start + QPoint(*place)) for place in ((50, 15), (-20, 15)))
    edge = min(drawn.pixelColor(start.x() + x, start.y()).red() for x in range(100))
    theme = window.appearance.theme
    assert outside == QColor(theme.ground)
    assert 200 < inside.red() < outside.red()
    assert edge < QColor(theme.accent).red() + 100
    assert gone.pixelColor(start + QPoint(50, 15)) == outside


def test_a_click_with_a_selecting_tool_still_asks(qtbot, plot, session, space, idle):
    plot.set_tool("lasso")
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=plot.pixel_of(0))
    idle()
    assert session.state.answer is not None
    assert session.state.selection is None


def test_selecting_shows_in_the_panel_and_clears_there(qtbot, plot, session, window, space, middle, drag):
    plot.set_tool("rectangle")
    drag(plot.viewport(), middle, middle + QPoint(200, 150))
    panel = window.space_panel
    assert panel.selection_label.isVisible()
    assert panel.selection_label.text() == f"{len(session.state.selection)} items"
    qtbot.mouseClick(panel.clear_button, Qt.MouseButton.LeftButton)
    assert session.state.selection is None
    assert not panel.selection_label.isVisible()


def test_places_that_are_not_finite_are_never_selected(plot, session, show, make_space, drag):
    show(make_space([[0, 0], [np.nan, 1], [10, 10], [5, 4]]))
    plot.set_tool("rectangle")
    corner = (plot.camera.ground.topLeft() + QPointF(2, 2)).toPoint()
    far = (plot.camera.ground.bottomRight() - QPointF(2, 2)).toPoint()
    drag(plot.viewport(), corner, far)
    assert selected(session) == [0, 2, 3]
