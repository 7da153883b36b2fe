"""Landmarks against a search of every cell, one item at a time."""

from __future__ import annotations

import math

import numpy as np
import pytest

from embedviz.progress import finish
from embedviz.raster.landmarks import Landmarks, landmark_steps
from embedviz.raster.viewport import Viewport

RNG = np.random.default_rng(4)
CLOUD = np.concatenate([RNG.normal(size=(3000, 2)), RNG.normal(size=(1000, 2)) * 0.05 + 1]).astype(np.float32)


def lowest_rows(landmarks: Landmarks, points: np.ndarray, viewport: Viewport, cell_px: float) -> list[int]:
    """The lowest row in each cell of the first level that is fine enough, if it is in view."""
    level = 0
    while landmarks.side / 2**level * viewport.scale_x > cell_px:
        level += 1
    is_kept = level < len(landmarks.grids)
    first: dict[tuple[int, int], int] = {}
    for row, (x, y) in enumerate(points.astype(float).tolist()):
        if not (math.isfinite(x) and math.isfinite(y)):
            continue
        cell = [
            math.floor((place - low) / landmarks.side * 2**level)
            for place, low in ((x, landmarks.x_low), (y, landmarks.y_low))
        ]
        if is_kept:
            cell = [min(max(place, 0), 2**level - 1) for place in cell]
        px, py = viewport.exact_pixels(np.array([[x, y]]))
        seen = 0 <= px[0] <= viewport.width and 0 <= py[0] <= viewport.height
        if is_kept or seen:
            first.setdefault((cell[0], cell[1]), row if seen else -1)
    return sorted(row for row in first.values() if row >= 0)


@pytest.mark.parametrize(("zoom", "cell_px"), [(1.0, 30.0), (1.0, 77.0), (3.0, 77.0), (8.0, 150.0)])
def test_the_lowest_row_of_each_cell_in_view(zoom: float, cell_px: float) -> None:
    landmarks = finish(landmark_steps(CLOUD))
    size = 6 / zoom
    viewport = Viewport(0.9 - size / 2, 0.9 + size / 2, 0.9 - size / 3, 0.9 + size / 3, 900, 600)
    assert landmarks.covers(viewport, cell_px)
    found = landmarks.in_view(CLOUD, viewport, cell_px)
    assert found.tolist() == lowest_rows(landmarks, CLOUD, viewport, cell_px)
    assert len(found) > 10


def test_a_deep_look_finds_them_among_the_rows_in_view() -> None:
    landmarks = finish(landmark_steps(CLOUD))
    viewport = Viewport(0.98, 1.02, 0.98, 1.02, 800, 800)
    assert not landmarks.covers(viewport, 110.0)
    x, y = viewport.exact_pixels(CLOUD)
    rows = np.flatnonzero((x >= 0) & (x <= 800) & (y >= 0) & (y <= 800))
    found = landmarks.among(CLOUD, rows, viewport, 110.0)
    assert found.tolist() == lowest_rows(landmarks, CLOUD, viewport, 110.0)
    assert 20 < len(found) < len(rows)


def test_panning_changes_none_that_stay_in_view_and_zooming_in_only_adds() -> None:
    landmarks = finish(landmark_steps(CLOUD))

    def seen(x: float, y: float, size: float) -> set[int]:
        return set(landmarks.in_view(CLOUD, Viewport(x, x + size, y, y + size, 500, 500), 40.0).tolist())

    def inside(rows: set[int], x: float, y: float, size: float) -> set[int]:
        return {row for row in rows if x <= CLOUD[row, 0] <= x + size and y <= CLOUD[row, 1] <= y + size}

    whole = seen(-2, -2, 4)
    assert inside(seen(-1.9, -1.7, 4), -1.9, -1.7, 3.7) == inside(whole, -1.9, -1.7, 3.7)
    for size in (2.0, 1.0, 0.7):
        assert inside(whole, 0, 0, size) <= seen(0, 0, size)
        assert len(seen(0, 0, size)) > len(inside(whole, 0, 0, size))


ODD = {
    "none": np.zeros((0, 2)),
    "one": [[1.0, 2.0]],
    "all at one place": [[3.0, 4.0]] * 50,
    "some not finite": [[np.nan, 0.0], [1.0, np.inf], [2.0, 2.0], [5.0, 1.0]],
    "none finite": [[np.nan, 0.0]] * 3,
    "huge": [[1e30, 0.0], [-1e30, 1e30], [3e38, -3e38]],
    "tiny": [[1e-30, 0.0], [-1e-30, 1e-30]],
}


@pytest.mark.parametrize("kind", ODD)
def test_odd_points(kind: str) -> None:
    points = np.array(ODD[kind], np.float32).reshape(-1, 2)
    landmarks = finish(landmark_steps(points))
    viewport = Viewport.around(points, 400, 300)
    rows = np.arange(len(points))
    finite = rows[np.isfinite(points).all(axis=1)]
    for found in (landmarks.in_view(points, viewport, 40.0), landmarks.among(points, finite, viewport, 40.0)):
        assert set(found.tolist()) <= set(finite.tolist())
        assert not len(finite) or found[0] == finite[0]
        assert (np.diff(found) > 0).all()
