"""Picking against slow loops over all items."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.path import Path as Polygon

from embedviz.raster import Viewport, count_in_view, estimate_in_view, nearest, rows_in_polygon, rows_in_rectangle

VIEW = Viewport(-3, 3, -2, 2, 600, 400)


def cloud(n: int, seed: int = 0) -> np.ndarray:
    points = np.random.default_rng(seed).standard_normal((n, 2)).astype(np.float32)
    points[::97, 0], points[5::101, 1] = np.nan, np.inf
    return points


def test_count_in_view_counts_the_edges_too(route: str) -> None:
    points = np.array([[-3, -2], [3, 2], [0, 0], [3.01, 0], [0, -2.01], [np.nan, 0], [np.inf, 0]], np.float32)
    assert count_in_view(points, VIEW) == 3
    many = cloud(70_000)
    inside = (np.abs(many[:, 0]) <= 3) & (np.abs(many[:, 1]) <= 2)
    assert count_in_view(many, VIEW) == np.count_nonzero(inside)
    assert count_in_view(np.empty((0, 2), np.float32), VIEW) == 0


def test_of_very_many_in_view_some_are_counted() -> None:
    few, many = cloud(200_000), cloud(1_200_000)
    assert estimate_in_view(few, VIEW) == count_in_view(few, VIEW)
    assert estimate_in_view(many, VIEW) == pytest.approx(count_in_view(many, VIEW), rel=0.01)
    assert estimate_in_view(np.empty((0, 2), np.float32), VIEW) == 0


def slowly_nearest(points: np.ndarray, px: float, py: float, within: float) -> int | None:
    best, row = within, None
    for at, (x, y) in enumerate(points.astype(np.float64)):
        away = math.hypot((x + 3) * 100 - px, (2 - y) * 100 - py)
        if away < best or (away <= best and row is None):
            best, row = away, at
    return row


@pytest.mark.parametrize("seed", range(4))
def test_nearest_agrees_with_a_slow_loop(seed: int) -> None:
    points, random = cloud(2000, seed), np.random.default_rng(seed)
    for px, py in random.uniform([-20, -20], [620, 420], (40, 2)):
        assert nearest(points, VIEW, px, py) == slowly_nearest(points, px, py, 8.0)


def test_nearest_takes_the_lowest_row_of_a_tie_and_none_beyond_reach() -> None:
    points = np.array([[2, 1], [0, 0], [0, 0], [np.nan, 0]], np.float32)
    assert nearest(points, VIEW, 300, 200) == 1
    assert nearest(points, VIEW, 308, 200) == 1
    assert nearest(points, VIEW, 308.001, 200) is None
    assert nearest(points, VIEW, math.nan, 200) is None
    assert nearest(np.empty((0, 2), np.float32), VIEW, 300, 200) is None


def test_nearest_measures_on_the_screen_where_axes_differ() -> None:
    stretched = Viewport(0, 1000, 0, 1, 100, 100)
    points = np.array([[530, 0.5], [500, 0.55]], np.float32)
    assert nearest(points, stretched, 50, 50) == 0


def test_rectangle_includes_its_edges_in_any_order() -> None:
    points = np.array([[0, 0], [1, 1], [0.5, 2], [np.nan, 0.5], [1, 0.1], [1e30, 0]], np.float32)
    assert rows_in_rectangle(points, 0, 1, 0, 1).tolist() == [0, 1, 4]
    assert rows_in_rectangle(points, 1, 0, 1, 0).tolist() == [0, 1, 4]
    assert rows_in_rectangle(points, 0, 1, 0, 1).dtype == np.int64
    # In float32 0.1 is a little more than 0.1, so a rectangle that ends at 0.1 does not hold it.
    assert rows_in_rectangle(points, 0, 1, 0.05, 0.1).tolist() == []


def test_polygon_agrees_with_matplotlib_on_a_star_with_holes() -> None:
    points = cloud(20_000)
    turn = np.linspace(0, 4 * np.pi, 6)[:-1]
    star = np.column_stack([1.5 * np.sin(turn), 1.5 * np.cos(turn)])
    rows = rows_in_polygon(points, star)
    finite = np.flatnonzero(np.isfinite(points).all(axis=1))
    turns = Polygon(star).contains_points(points[finite])
    # matplotlib fills the inner pentagon, which even-odd leaves out; it holds a circle of radius 0.46 and lies in 0.58.
    distance = np.hypot(*points[finite].T)
    middle, outside = finite[distance < 0.46], distance > 0.58
    np.testing.assert_array_equal(np.intersect1d(rows, finite[outside]), finite[turns & outside])
    assert not np.isin(middle, rows).any()
    assert len(rows) > 1000


def crosses(polygon: list[tuple[float, float]], x: float, y: float) -> bool:
    inside = False
    for (xa, ya), (xb, yb) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        if (ya <= y) != (yb <= y) and x < xa + (y - ya) * ((xb - xa) / (yb - ya)):
            inside = not inside
    return inside


GRID = st.integers(-4, 4).map(float)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(GRID, GRID), min_size=3, max_size=9))
def test_polygon_agrees_with_a_slow_loop_also_on_its_corners_and_edges(polygon: list[tuple[float, float]]) -> None:
    sides = np.arange(-4.5, 5, 0.5)
    points = np.stack(np.meshgrid(sides, sides), axis=-1).reshape(-1, 2).astype(np.float32)
    expected = [row for row, (x, y) in enumerate(points.tolist()) if crosses(polygon, x, y)]
    assert rows_in_polygon(points, np.array(polygon)).tolist() == expected


@pytest.mark.parametrize("polygon", [np.empty((0, 2)), [[0, 0], [1, 1]], [[0, 0], [1, np.nan], [1, 0]]])
def test_what_is_no_polygon_holds_nothing(polygon: np.ndarray) -> None:
    assert len(rows_in_polygon(cloud(100), np.asarray(polygon))) == 0


def test_a_lasso_whose_edge_is_almost_level() -> None:
    points = np.array([[0.0, 0.0], [0.0, 1.0], [0.0, -1.0]], np.float32)
    polygon = np.array([[-1e300, 0.0], [1e300, 1e-300], [0.0, 1e300]])
    assert rows_in_polygon(points, polygon).tolist() == [1]
