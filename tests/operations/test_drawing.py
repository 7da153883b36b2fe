"""Preparing the plot in the background: sorted points and landmarks, of the points that are shown and no others."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz import raster
from embedviz.operations.drawing import AT_ONCE_UP_TO

FEW, MANY = 500, AT_ONCE_UP_TO + 1


@pytest.fixture
def heard(operations):
    """What was prepared: (kind, points, result)."""
    prepared = []
    operations.tiles_made.connect(lambda points, tiles: prepared.append(("tiles", points, tiles)))
    operations.landmarks_found.connect(lambda points, found: prepared.append(("landmarks", points, found)))
    return prepared


def points_of(n: int) -> np.ndarray:
    return np.random.default_rng(n).normal(size=(n, 2)).astype(np.float32)


def test_a_few_points_are_prepared_at_once(operations, heard):
    points = points_of(FEW)
    operations.prepare_drawing(points)
    ((kind, given, landmarks),) = heard
    assert (kind, landmarks.n_items) == ("landmarks", FEW)
    assert given is points
    assert operations.jobs.alive() == []


def test_many_points_are_sorted_in_the_background(qtbot, operations, heard):
    points = points_of(MANY)
    operations.prepare_drawing(points)
    assert heard == []
    qtbot.waitUntil(lambda: len(heard) == 2, timeout=30_000)
    found = {kind: result for kind, given, result in heard if given is points}
    assert len(found["tiles"]) == MANY
    assert np.array_equal(found["tiles"].points, points[found["tiles"].order])
    assert found["landmarks"].grids[0].tolist() == [[0]]


def test_only_the_newest_points_are_reported(qtbot, operations, heard):
    older, newer = points_of(MANY), points_of(MANY + 5)
    operations.prepare_drawing(older)
    operations.prepare_drawing(newer)
    qtbot.waitUntil(lambda: len(heard) == 2 and not operations.jobs.alive(), timeout=30_000)
    assert {kind for kind, given, _ in heard if given is newer} == {"tiles", "landmarks"}


def test_selecting_among_sorted_points_finds_the_same(qtbot, session, operations, show, make_space, heard):
    show(make_space([f"w{row}" for row in range(MANY)]))
    points = raster.plane_points(session.state.projection, session.state.view.axes)
    corners = np.array([[-1, -1], [2, 0], [0.5, 1.5]], np.float64)
    found = []
    for _ in range(2):
        operations.select_rectangle(-0.5, 0.7, -1.0, 0.2)
        found.append(session.state.selection.tolist())
        operations.select_lasso(corners)
        found.append(session.state.selection.tolist())
        operations.prepare_drawing(points)
        qtbot.waitUntil(lambda: not operations.jobs.alive(), timeout=30_000)
    assert found[:2] == found[2:]
    x, y = points.T
    assert found[0] == np.flatnonzero((x >= -0.5) & (x <= 0.7) & (y >= -1) & (y <= np.float64(0.2))).tolist()
    operations.set_axes(1, 2)
    operations.select_rectangle(-0.5, 0.7, -1.0, 0.2)
    assert session.state.selection.tolist() != found[0]
