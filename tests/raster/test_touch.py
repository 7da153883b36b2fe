"""Touching tiles: the same answers as a scan over all items, for any cursor, direction, rectangle, lasso and brush."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from embedviz.progress import finish
from embedviz.raster import (
    Tiles,
    Viewport,
    nearest,
    nearest_in_direction,
    rows_in_brush,
    rows_in_polygon,
    rows_in_rectangle,
    tile_steps,
)


def cloud(seed: int, n: int = 3000) -> np.ndarray:
    """Clusters, doubles, whole numbers that make ties, points far out and points that are not finite."""
    random = np.random.default_rng(seed)
    points = (random.standard_normal((n, 2)) * random.choice([0.001, 0.2, 1.5], (n, 1))).astype(np.float32)
    points[: n // 4] = np.round(points[: n // 4] * 2)
    points[::97, 0], points[5::101, 1], points[7::211] = np.nan, np.inf, 1e30
    return points


def tiled(points: np.ndarray) -> Tiles:
    return finish(tile_steps(points))


anything = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PLACE = st.floats(-5, 5) | st.integers(-6, 6).map(float)
PIXEL = st.floats(-50, 350) | st.sampled_from([0.0, 150.0, 1e5, -1e9])
HALF = st.sampled_from([3.0, 0.5, 0.01, 1e-6, 1e4])


@anything
@given(st.integers(0, 5), PLACE, PLACE, HALF, PIXEL, PIXEL, st.sampled_from([0.0, 1.0, 8.0, 500.0, 1e7]))
def test_nearest_agrees_with_a_scan(
    route: str, seed: int, x: float, y: float, half: float, px: float, py: float, within: float
) -> None:
    points = cloud(seed)
    viewport = Viewport(x - half, x + half, y - half, y + half, 300, 200)
    assert nearest(tiled(points), viewport, px, py, within) == nearest(points, viewport, px, py, within)


@anything
@given(st.integers(0, 5), st.integers(-1, 3000), st.floats(-math.pi, math.pi) | st.sampled_from([0.0, math.pi / 2]))
def test_nearest_in_direction_agrees_with_a_scan(route: str, seed: int, row: int, angle: float) -> None:
    points, viewport = cloud(seed), Viewport(-2, 2, -3, 3, 400, 300)
    dx, dy = math.cos(angle), math.sin(angle)
    found = nearest_in_direction(tiled(points), viewport, row, 3 * dx, 3 * dy)
    if not 0 <= row < len(points) or not np.isfinite(points[row]).all():
        assert found is None
        return
    x, y = viewport.exact_pixels(points)
    with np.errstate(invalid="ignore", over="ignore"):
        x, y = x - x[row], y - y[row]
        away = np.hypot(x, y)
        turned = np.abs(np.angle((x + 1j * y) / (dx + 1j * dy)))
    sure, possible = (away > 0) & (turned < math.pi / 4 - 1e-9), (away > 0) & (turned < math.pi / 4 + 1e-9)
    if found is None:
        assert not (sure & np.isfinite(away)).any()
    else:
        assert possible[found]
        assert away[found] <= away[sure & np.isfinite(away)].min(initial=np.inf) * (1 + 1e-12)


def test_the_lowest_row_of_equals_is_taken_in_a_direction(route: str) -> None:
    points = np.array([[2, 0], [0, 0], [1, 0], [1, 0], [0, 1], [0, 0]], np.float32)
    tiles, viewport = tiled(points), Viewport(-3, 3, -3, 3, 60, 60)
    steps = {"right": (1, 0), "up": (0, -1), "left": (-1, 0), "down": (0, 1)}
    assert {name: nearest_in_direction(tiles, viewport, 1, *step) for name, step in steps.items()} == {
        "right": 2,
        "up": 4,
        "left": None,
        "down": None,
    }
    assert nearest_in_direction(tiles, viewport, 1, 0, 0) is None


@anything
@given(st.integers(0, 5), PLACE, PLACE, PLACE, PLACE)
def test_rectangle_agrees_with_a_scan(route: str, seed: int, x0: float, x1: float, y0: float, y1: float) -> None:
    points = cloud(seed)
    rows = rows_in_rectangle(tiled(points), x0, x1, y0, y1)
    assert rows.dtype == np.int64
    np.testing.assert_array_equal(rows, rows_in_rectangle(points, x0, x1, y0, y1))


@anything
@given(st.integers(0, 5), st.lists(st.tuples(PLACE, PLACE), max_size=12))
@example(0, [(1.0, 0.0), (1.0, -1.0), (1e-167, 1e-167)])  # many points stand at 0, just outside
def test_polygon_agrees_with_a_scan(route: str, seed: int, polygon: list[tuple[float, float]]) -> None:
    points, corners = cloud(seed), np.array(polygon, np.float64).reshape(-1, 2)
    rows = rows_in_polygon(tiled(points), corners)
    assert rows.dtype == np.int64
    np.testing.assert_array_equal(rows, rows_in_polygon(points, corners))


@anything
@given(st.integers(0, 5), st.lists(st.tuples(PIXEL, PIXEL), max_size=8), st.floats(0, 90) | st.just(math.nan))
def test_brush_agrees_with_a_scan(route: str, seed: int, path: list[tuple[float, float]], radius: float) -> None:
    points, viewport = cloud(seed), Viewport(-3, 3, -2, 2, 300, 200)
    spots = np.array(path, np.float64).reshape(-1, 2)
    rows = rows_in_brush(tiled(points), viewport, spots, radius)
    np.testing.assert_array_equal(rows, rows_in_brush(points, viewport, spots, radius))
    expected = np.zeros(len(points), bool)
    x, y = viewport.exact_pixels(points)
    for start, end in zip(spots, spots[1:] if len(spots) > 1 else spots, strict=False):
        for share in np.linspace(0, 1, 7):
            spot = start + share * (end - start)
            expected |= np.hypot(x - spot[0], y - spot[1]) < radius * (1 - 1e-9)
    assert np.isin(np.flatnonzero(expected), rows).all()


def test_a_large_lasso_over_many_items(route: str) -> None:
    points = np.random.default_rng(0).standard_normal((120_000, 2)).astype(np.float32)
    turn = np.linspace(0, 2 * np.pi, 300)
    lasso = np.column_stack([np.sin(turn), np.cos(turn)]) * (1.3 + 0.4 * np.sin(7 * turn))[:, None]
    np.testing.assert_array_equal(rows_in_polygon(tiled(points), lasso), rows_in_polygon(points, lasso))


def test_what_is_no_place_finds_nothing(route: str) -> None:
    tiles, viewport = tiled(np.full((4, 2), np.nan, np.float32)), Viewport(-1, 1, -1, 1, 50, 50)
    assert nearest(tiles, viewport, 25, 25, 1e9) is None
    assert nearest(tiles, viewport, math.nan, 25) is None
    assert nearest_in_direction(tiles, viewport, 0, 1, 0) is None
    assert len(rows_in_rectangle(tiles, -9, 9, -9, 9)) == 0
    assert len(rows_in_brush(tiles, viewport, np.array([[25, 25]]), 1e9)) == 0
    assert len(rows_in_brush(tiles, viewport, np.array([[25, np.nan]]), 9)) == 0
