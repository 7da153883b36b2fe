"""Glides: items on their way between two projections, followed by a clock that the test turns."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from embedviz.settings import Settings
from embedviz.space.projection import Projection
from embedviz.views.plot.glide import GLIDE_S

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(plot):
    clock = Clock()
    plot.glide.clock = clock
    return clock


@pytest.fixture
def at(plot, clock):
    """Look at the plot a share of a glide's time after it began."""
    began = clock.now

    def look(share: float):
        clock.now = began + share * GLIDE_S
        return plot.grab().toImage()

    return look


def targets(plot, n=60):
    """Where the camera that is used now sees the items, worked out from its own numbers."""
    return np.array([[plot._stage.pixel_of(row).x(), plot._stage.pixel_of(row).y()] for row in range(n)])


def now(plot, n=60):
    return plot.glide.places(np.arange(n)).astype(float)


def pixels(image):
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1).copy()


def test_items_move_from_their_old_places_to_the_new_ones(plot, window, space, at):
    at(0)
    before = targets(plot)
    window.operations.set_axes(1, 2)
    at(0)
    after = targets(plot)
    assert plot.glide.is_on
    assert np.abs(after - before).max() > 50
    np.testing.assert_allclose(now(plot), before, atol=0.01)
    at(0.25)
    np.testing.assert_allclose(now(plot), before + (after - before) * 0.15625, atol=0.01)
    at(0.5)
    np.testing.assert_allclose(now(plot), (before + after) / 2, atol=0.01)
    at(0.999999)
    np.testing.assert_allclose(now(plot), after, atol=0.01)
    at(1)
    assert not plot.glide.is_on


def test_the_picture_at_the_end_is_the_one_that_stays(plot, window, space, at):
    at(0)
    window.operations.set_axes(2, 1)
    at(0)
    nearly = pixels(at(0.999999)).astype(int)
    there = pixels(at(1)).astype(int)
    assert not plot.glide.is_on
    assert np.abs(nearly - there).max() <= 6
    assert np.array_equal(pixels(at(2)), there)


def test_a_frame_half_way_differs_from_both_ends(plot, window, space, at):
    first = pixels(at(0))
    window.operations.set_axes(2, 1)
    start, middle, end = (pixels(at(share)).astype(int) for share in (0, 0.5, 1))
    ground = plot.camera.ground
    rows = slice(0, int(ground.height()) - 6)
    left = 4 * (int(ground.left()) + 6)
    assert np.abs(start[rows, left:] - first[rows, left:]).max() <= 6
    for other in (start, end):
        assert (np.abs(middle - other).max(axis=1) > 60).mean() > 0.2


@pytest.mark.parametrize(("first", "then"), [((0, 1), (0, 1, 2)), ((0, 1, 2), (0, 1)), ((0, 1, 2), (3, 1, 2))])
def test_a_plane_and_a_space_become_each_other(plot, window, space, at, first, then):
    window.operations.set_axes(*first)
    at(0)
    plot.glide.land()
    at(0)
    before = targets(plot)
    window.operations.set_axes(*then)
    at(0)
    after = targets(plot)
    assert plot.glide.is_on
    np.testing.assert_allclose(now(plot), before, atol=0.01)
    at(0.5)
    np.testing.assert_allclose(now(plot), (before + after) / 2, atol=0.01)
    nearly = pixels(at(0.999999)).astype(int)
    assert np.abs(nearly - pixels(at(1)).astype(int)).max() <= 6


def test_a_change_on_the_way_starts_from_where_the_items_are(plot, window, space, at, clock):
    at(0)
    window.operations.set_axes(1, 2)
    at(0)
    at(0.5)
    half = now(plot)
    window.operations.set_axes(0, 1, 3)
    at(0.5)
    np.testing.assert_allclose(now(plot), half, atol=0.01)
    at(1.0)
    np.testing.assert_allclose(now(plot), (half + targets(plot)) / 2, atol=0.01)
    at(1.51)
    assert not plot.glide.is_on


def test_another_projection_of_the_same_space_glides_too(plot, session, space, at):
    at(0)
    before = targets(plot)
    points = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
    session.replace(projection=Projection(points, "other", ("x", "y")))
    at(0)
    np.testing.assert_allclose(now(plot), before, atol=0.01)


def test_marks_move_along(plot, window, space, ask, at):
    ask("word3")
    at(0)
    before = plot.glide._last.marks
    window.operations.set_axes(1, 2)
    at(0)
    at(0.5)
    after = plot.glide._end.marks
    assert np.abs(before.neighbor_points - after.neighbor_points).max() > 20
    moving = plot.glide._marks_item._marks
    np.testing.assert_allclose(moving.query_point * [1, -1], (before.query_point + after.query_point) / 2)
    np.testing.assert_allclose(moving.neighbor_points * [1, -1], (before.neighbor_points + after.neighbor_points) / 2)


def test_another_space_does_not_glide(plot, show, make_space, space, at):
    at(0)
    show(make_space(np.random.default_rng(0).normal(size=(60, 3))))
    at(0)
    assert not plot.glide.is_on


def test_reduced_motion_turns_glides_off(make_window, qapp, words):
    from embedviz.progress import finish
    from embedviz.projection import project_steps

    window = make_window(Settings(theme="light", reduced_motion=True))
    window.session.replace(space=words, projection=finish(project_steps(words, n_components=6)))
    qapp.processEvents()
    window.plot.grab()
    window.operations.set_axes(1, 2)
    window.plot.grab()
    assert not window.plot.glide.is_on


def test_a_hand_on_the_plot_ends_the_glide(plot, window, space, at):
    for touch in (
        lambda: QTest.mousePress(plot, LEFT, NONE, QPoint(5, 5)),
        lambda: QTest.keyClick(plot, Qt.Key.Key_Plus),
        lambda: plot.resize(plot.size() / 2),
    ):
        window.operations.set_axes(0, 1)
        at(0)
        plot.glide.land()
        at(0)
        window.operations.set_axes(1, 2)
        at(0)
        assert plot.glide.is_on
        touch()
        at(0.1)
        assert not plot.glide.is_on
    QTest.mouseRelease(plot, LEFT, NONE, QPoint(5, 5))  # a button left pressed would drag in the tests to come


def test_a_glide_ends_by_itself(qtbot, plot, window, space):
    plot.grab()
    window.operations.set_axes(1, 2)
    plot.grab()
    assert plot.glide.is_on
    qtbot.waitUntil(lambda: not plot.glide.is_on, timeout=5000)
