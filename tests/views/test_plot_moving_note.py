"""While many points move only some are drawn: the plot says so, and shows all once it rests."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest

from embedviz.views.plot import moving_points, solid_points
from embedviz.views.plot.glide import GLIDE_S
from embedviz.views.plot.moving_note import moving_note, note_box

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def few(monkeypatch):
    """Sixty points are many."""
    monkeypatch.setattr(solid_points, "MOST_MOVING", 20)
    monkeypatch.setattr(moving_points, "MOST_MOVING", 16)


@pytest.fixture
def solid(qapp, plot, window, space):
    window.operations.set_axes(0, 1, 2)
    qapp.processEvents()
    plot.glide.land()
    plot.grab()
    return plot.solid


def note_shown(plot, step: int) -> bool:
    """Whether a card with the words lies where it belongs: text on the ground of a panel."""
    ground, theme = QRectF(plot._stage.camera.ground), plot._appearance.theme
    place = note_box(moving_note(step), QFontMetricsF(plot.font()), ground).toRect()
    image = plot.grab().toImage()
    edge = image.pixelColor(place.center().x(), place.top()).name()
    return edge != theme.ground.lower() and edge != theme.panel.lower()


def test_the_words():
    assert moving_note(1) == ""
    assert moving_note(4) == "Moving: 1 of 4 points drawn"


def test_a_cloud_says_so_while_it_turns_and_is_whole_at_rest(qtbot, few, plot, solid):
    at_rest = solid.points_item.pictures[0][0].copy()
    assert solid.points_item.step == 1
    QTest.mousePress(plot, LEFT, pos=QPoint(200, 300))
    plot.solid.camera.turn(7.0, 0.0)
    assert note_shown(plot, 3)
    assert solid.points_item.step == 3
    plot.solid.camera.turn(-7.0, 0.0)
    QTest.mouseRelease(plot, LEFT, pos=QPoint(200, 300))
    qtbot.waitUntil(lambda: not solid._resting.isActive())
    assert not note_shown(plot, 3)
    assert solid.points_item.step == 1
    difference = np.abs(solid.points_item.pictures[0][0].astype(int) - at_rest.astype(int))
    assert difference.max() <= 2


def test_a_cloud_that_is_drawn_whole_says_nothing(plot, solid):
    plot.solid.camera.turn(7.0, 0.0)
    assert not note_shown(plot, 3)
    assert solid.points_item.step == 1


def test_a_glide_says_so_while_it_lasts(few, plot, window, space):
    now = [0.0]
    plot.glide.clock = lambda: now[0]
    plot.grab()
    window.operations.set_axes(1, 2)
    plot.grab()
    now[0] = GLIDE_S / 2
    assert note_shown(plot, 4)
    assert plot.glide._moving.step == 4
    now[0] = GLIDE_S * 2
    assert not note_shown(plot, 4)
    assert not plot.glide.is_on
