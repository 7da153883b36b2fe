"""The viewport's arithmetic, and its patience with odd numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.raster import Viewport

ODD = st.sampled_from([0.0, -0.0, 1.0, 1e30, -1e30, 1e-30, math.nan, math.inf, -math.inf, 5e-324, 1e308]) | st.floats()


def test_corners_and_middle_lie_where_they_should() -> None:
    viewport = Viewport(-1, 3, 10, 20, 400, 100)
    pixels = viewport.to_pixels(np.array([[-1, 20], [3, 10], [1, 15]], np.float32))
    np.testing.assert_array_equal(pixels, [[0, 0], [400, 100], [200, 50]])
    assert (viewport.scale_x, viewport.scale_y) == (100, 10)
    assert pixels.dtype == np.float32


def test_to_data_turns_to_pixels_back() -> None:
    viewport = Viewport(-1, 3, 10, 20, 640, 480)
    for point in ([0.25, 11.5], [2.75, 19.0]):
        px, py = viewport.to_pixels(np.array([point], np.float32))[0]
        assert viewport.to_data(px, py) == pytest.approx(point, abs=1e-5)


def test_deep_zoom_keeps_neighbouring_float32_values_apart() -> None:
    here = np.float32(1000.0)
    there = np.nextafter(here, np.float32(2000))
    viewport = Viewport(float(here), float(there), 0, 1, 1000, 10)
    assert viewport.to_pixels(np.array([[here, 0], [there, 0]], np.float32))[:, 0].tolist() == [0, 1000]


@given(ODD, ODD, ODD, ODD, st.integers(-5, 3000), st.integers(-5, 3000))
def test_any_numbers_make_a_usable_viewport(a: float, b: float, c: float, d: float, width: int, height: int) -> None:
    viewport = Viewport(a, b, c, d, width, height)
    assert viewport.width >= 1
    assert viewport.height >= 1
    assert math.isfinite(viewport.scale_x)
    assert math.isfinite(viewport.scale_y)
    assert viewport.scale_x != 0
    viewport.to_pixels(np.array([[0, 0], [np.nan, np.inf], [3e38, -3e38]], np.float32))
    assert all(map(math.isfinite, viewport.to_data(0, 0)))


def test_around_holds_all_finite_points_with_room() -> None:
    points = np.array([[0, 0], [10, 5], [np.nan, 100], [np.inf, 0]], np.float32)
    viewport = Viewport.around(points, 100, 50, margin=0.1)
    assert (viewport.x_low, viewport.x_high) == (-1, 11)
    assert (viewport.y_low, viewport.y_high) == (-0.5, 5.5)


@pytest.mark.parametrize("points", [np.empty((0, 2)), np.full((3, 2), np.nan), np.full((3, 2), 7.0)])
def test_around_nothing_or_one_place_has_a_length(points: np.ndarray) -> None:
    viewport = Viewport.around(points.astype(np.float32), 10, 10)
    assert viewport.x_high > viewport.x_low
    assert viewport.y_high > viewport.y_low


def test_around_gives_both_axes_one_scale() -> None:
    points = np.array([[0, 0], [1, 10]], np.float32)
    viewport = Viewport.around(points, 300, 100, margin=0.1)
    assert viewport.scale_x == pytest.approx(viewport.scale_y)
    assert (viewport.x_low + viewport.x_high) / 2 == pytest.approx(0.5)
    assert (viewport.y_low, viewport.y_high) == (-1, 11)
