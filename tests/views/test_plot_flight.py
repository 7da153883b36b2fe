"""Flights: the way, its end, and that any action of the person ends them."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtTest import QTest

from embedviz.views.plot.camera import Camera
from embedviz.views.plot.flight import FLIGHT_S, Flight, Path

sizes = st.floats(-6, 6).map(lambda power: 10.0**power)
places = st.floats(-1e4, 1e4)


@given(places, places, places, places, sizes, sizes)
def test_a_way_begins_and_ends_where_it_should(x0, y0, x1, y1, w0, w1):
    path = Path(QPointF(x0, y0), QPointF(x1, y1), w0, w1)
    scale = max(w0, w1, math.hypot(x1 - x0, y1 - y0))
    for share, center, width in ((0.0, path.start, w0), (1.0, path.end, w1)):
        found, found_width = path.at(share)
        assert found_width == pytest.approx(width, rel=1e-6)
        assert math.hypot(found.x() - center.x(), found.y() - center.y()) <= 1e-6 * scale


def test_far_flights_rise_and_near_ones_do_not():
    def widest(far):
        path = Path(QPointF(0, 0), QPointF(far, 0), 1.0, 1.0)
        return max(path.at(share)[1] for share in np.linspace(0, 1, 51))

    assert widest(100.0) > 20
    assert widest(0.2) < 1.02
    assert widest(1e-12) == pytest.approx(1.0)


def test_the_view_moves_at_an_even_speed():
    """The measure of van Wijk and Nuij: ds^2 = (rho^2 du^2 + dw^2 / rho^2) / w^2, with rho^2 = 2."""
    path = Path(QPointF(0, 0), QPointF(30, -40), 2.0, 9.0)
    steps = []
    for one, other in pairwise(path.at(share) for share in np.linspace(0, 1, 2001)):
        moved, width = other[0] - one[0], (one[1] + other[1]) / 2
        along = math.hypot(moved.x(), moved.y())
        steps.append(math.sqrt(2 * along**2 + (other[1] - one[1]) ** 2 / 2) / width)
    assert max(steps) / min(steps) < 1.001


@pytest.fixture
def now(monkeypatch, plot):
    """The time of the flight, in a list."""
    moment = [100.0]
    monkeypatch.setattr(plot.flight, "_clock", lambda: moment[0])
    return moment


def test_a_flight_is_on_its_way_and_then_there(plot, window, space, now):
    plot.camera.show(QRectF(2, 2, 0.5, 0.5))
    start = plot.camera.shown
    window.named_actions["action_fit_all"].trigger()
    assert plot.flight.is_on
    assert plot.camera.shown == start
    seen = []
    for share in (0.3, 0.6, 0.9, 1.1):
        now[0] = 100.0 + share * FLIGHT_S
        plot.flight._on_step()
        seen.append(plot.camera.shown.width())
    assert start.width() < seen[0] < seen[1] < seen[2] < seen[3]
    assert not plot.flight.is_on
    end = plot.camera.shown
    plot.fit_all()
    assert plot.camera.shown == end


def test_a_flight_ends_by_itself(qtbot, plot, window, space):
    plot.camera.move(x=1000.0)
    with qtbot.waitSignal(plot.flight.ended):
        window.named_actions["action_fit_all"].trigger()
    assert plot.camera.ground.contains(QPointF(plot.pixel_of(0)))


def test_reduced_motion_turns_flights_off(plot, window, space):
    window.named_actions["action_toggle_motion"].trigger()
    assert window.appearance.settings.reduced_motion
    assert window.named_actions["action_toggle_motion"].isChecked()
    plot.camera.move(x=1000.0)
    window.named_actions["action_fit_all"].trigger()
    assert not plot.flight.is_on
    assert plot.camera.ground.contains(QPointF(plot.pixel_of(0)))
    window.named_actions["action_toggle_motion"].trigger()
    assert not window.appearance.settings.reduced_motion


ACTS = {
    "a key": lambda plot: QTest.keyClick(plot, Qt.Key.Key_Plus),
    "a click": lambda plot: QTest.mouseClick(plot, Qt.MouseButton.MiddleButton, pos=QPoint(200, 200)),
    "the overview": lambda plot: plot.overview.pointed.emit(0.0, 0.0),
    "zooming": lambda plot: plot.zoom(2.0),
}


@pytest.mark.parametrize("act", ACTS)
def test_what_a_person_does_ends_a_flight(plot, window, space, now, act):
    plot.camera.show(QRectF(40, 40, 1, 1))
    window.named_actions["action_fit_all"].trigger()
    now[0] += FLIGHT_S / 2
    plot.flight._on_step()
    assert plot.flight.is_on
    ACTS[act](plot)
    assert not plot.flight.is_on
    after = plot.camera.shown
    now[0] += FLIGHT_S
    plot.flight._on_step()
    assert plot.camera.shown == after


def test_asking_about_an_item_out_of_view_flies_there_at_the_same_zoom(plot, space, ask):
    plot.zoom(3.0)
    plot.camera.move(x=500.0)
    width = plot.camera.shown.width()
    ask("word4")
    plot.flight.land()
    assert plot.camera.shown.width() == pytest.approx(width)
    middle = plot.camera.ground.center()
    assert (plot.pixel_of(4) - middle.toPoint()).manhattanLength() <= 2


def test_fly_to_the_item_goes_to_the_focus_else_to_the_question(plot, window, session, space, ask):
    fly = window.named_actions["action_fly_to_item"].trigger
    fly()
    assert not plot.flight.is_on
    assert "no item to fly to" in window.message_bar.message_line.text()
    ask("word7")
    fly()
    plot.flight.land()
    middle = plot.camera.ground.center().toPoint()
    assert (plot.pixel_of(7) - middle).manhattanLength() <= 2
    assert plot.scene.depth() > 5
    session.set_focus(9)
    fly()
    plot.flight.land()
    assert (plot.pixel_of(9) - middle).manhattanLength() <= 2


def test_flights_of_any_width_end(qapp):
    camera = Camera()
    camera.set_ground(QRectF(0, 0, 800, 500))
    flight = Flight(camera)
    for wanted in (
        QRectF(0, 0, 1e-200, 1e-200),
        QRectF(1e30, -1e30, 1e30, 1e29),
        QRectF(3, 4, 0, 0),
        QRectF(0, 0, 1, 1),
    ):
        flight.fly_to(wanted)
        flight._on_step()
        flight.land()
        assert not flight.is_on
        assert math.isfinite(camera.scale)
    assert camera.shown.contains(QRectF(0, 0, 1, 1))
