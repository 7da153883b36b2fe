"""Three components and points on their way, against sums worked out by hand and against numpy."""

from __future__ import annotations

import math

import numpy as np
import pytest

from embedviz import kernels
from embedviz.errors import OptionError
from embedviz.raster import Camera, Painter, Style, Viewport, nearest_solid, project_solid
from embedviz.raster.solid import depth_table

PALETTE = np.array([[255, 0, 0], [0, 0, 255], [10, 20, 30]], np.uint8)
SPLAT, DISC = Style(0.6, 0.3, splat=True), Style(2.5, 0.4)


def cloud(n: int) -> np.ndarray:
    points = np.random.default_rng(5).standard_normal((n, 3)).astype(np.float32)
    points[::60, 1], points[1::70] = np.nan, 1e30
    return points


def flat(distance: float | None = None) -> Camera:
    return Camera(np.eye(3), np.zeros(3), 10.0, 2.0, distance)


def test_without_perspective_a_place_is_scaled_and_upright() -> None:
    pixels, depth = project_solid(np.array([[1, 2, 0.5], [0, 0, -2]], np.float32), flat(), 100, 80)
    np.testing.assert_allclose(pixels, [[60, 20], [50, 40]])
    np.testing.assert_allclose(depth, [0.25, -1])


def test_with_perspective_what_is_nearer_is_larger_and_what_is_behind_the_eye_is_gone() -> None:
    points = np.array([[1, 0, 2], [1, 0, 0], [1, 0, -2], [1, 0, 9], [np.nan, 0, 0]], np.float32)
    pixels, depth = project_solid(points, flat(4.0), 100, 80)
    np.testing.assert_allclose(pixels[:3, 0] - 50, [10 * 4 / 3, 10, 10 * 4 / 5])
    assert np.isnan(pixels[3:]).all()
    assert np.isnan(depth[3:]).all()


def test_a_drag_to_the_right_moves_the_near_side_to_the_right_and_stays_a_rotation() -> None:
    camera = flat()
    near = np.array([[0, 0, 1]], np.float32)
    ((x, _),) = project_solid(near, camera.turned(50, 0), 100, 80)[0]
    ((_, y),) = project_solid(near, camera.turned(0, 50), 100, 80)[0]
    assert x > 50
    assert y > 40
    for step in range(300):
        camera = camera.turned(step % 17 - 8, 5)
    np.testing.assert_allclose(camera.rotation @ camera.rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(camera.rotation) == pytest.approx(1)
    moved = flat().zoomed(2).shifted(3, -4)
    np.testing.assert_allclose(project_solid(np.array([[1, 0, 0]], np.float32), moved, 100, 80)[0], [[73, 36]])


def test_a_camera_around_points_shows_nearly_all() -> None:
    points = np.random.default_rng(1).standard_normal((20_000, 3)).astype(np.float32) * 7 + 100
    points[:3] = [np.nan, np.inf, 1e30]
    for distance in (None, 4.0):
        pixels, depth = project_solid(points, Camera.around(points, 400, 300, distance=distance), 400, 300)
        seen = (pixels >= 0).all(axis=1) & (pixels <= [400, 300]).all(axis=1)
        assert seen.mean() > 0.98
        assert np.nanpercentile(np.abs(depth), 98) < 1.05
    for none in (np.empty((0, 3)), np.full((3, 3), np.nan), np.ones((5, 3))):
        camera = Camera.around(none.astype(np.float32), 400, 300)
        assert camera.scale > 0
        assert math.isfinite(camera.scale)


@pytest.mark.parametrize("distance", [None, 4.0])
@pytest.mark.parametrize("style", [SPLAT, DISC])
@pytest.mark.parametrize("colored", [False, True])
def test_kernels_draw_space_like_numpy(
    draw_plainly: pytest.MonkeyPatch, distance: float | None, style: Style, colored: bool
) -> None:
    points = cloud(3000)
    camera = Camera.around(points, 120, 80, distance=distance).turned(30, 20)
    codes = np.arange(len(points), dtype=np.int32) % 5 - 1 if colored else None
    options = {"style": style, "codes": codes, "palette": PALETTE if colored else None}
    with Painter(n_threads=2) as painter:
        compiled = painter.paint_solid(points, camera, 120, 80, **options)
        np.testing.assert_array_equal(painter.paint_solid(points, camera, 120, 80, **options), compiled)
        with draw_plainly.context() as patch:
            patch.setattr(kernels, "loaded", lambda name: None)
            plain = painter.paint_solid(points, camera, 120, 80, **options)
    assert compiled[..., 3].max() > 60
    np.testing.assert_allclose(compiled.astype(int), plain.astype(int), atol=1)


def test_nearer_items_have_more_ink_and_larger_discs(route: str) -> None:
    points = np.array([[-1, 0, -1.9], [1, 0, 1.9]], np.float32)
    with Painter(n_threads=1) as painter:
        picture = painter.paint_solid(points, flat(4.0), 100, 80, style=Style(4, 0.5))
    far, near = picture[:, :50, 3], picture[:, 50:, 3]
    assert near.max() > far.max() > 0
    assert (near > 0).sum() > 1.4 * (far > 0).sum()
    for distance in (None, 4.0):
        areas, shares = depth_table(flat(distance)).T
        assert (np.diff(areas) > 0).all()
        assert (np.diff(shares) > 0).all()


def test_nearest_in_space_prefers_the_nearer_to_the_eye() -> None:
    points = np.array([[0, 0, -1], [0.1, 0, 1], [0.1, 0, 1], [1, 0, 2], [np.nan, 0, 0]], np.float32)
    assert nearest_solid(points, flat(), 100, 80, 50, 40) == 1
    assert nearest_solid(points, flat(), 100, 80, 60, 40) == 3
    assert nearest_solid(points, flat(), 100, 80, 80, 40) is None
    assert nearest_solid(points[:0], flat(), 100, 80, 80, 40) is None


@pytest.mark.parametrize("t", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("style", [SPLAT, DISC])
def test_points_on_their_way_are_drawn_where_they_are(route: str, t: float, style: Style) -> None:
    before, after = np.random.default_rng(2).uniform(0, 40, (2, 2000, 2)).astype(np.float32)
    before[3] = np.nan
    view, codes = Viewport(0, 40, 0, 40, 50, 50), np.arange(2000, dtype=np.int32) % 3
    there = (before * np.float32(1 - t) + after * np.float32(t)).astype(np.float32)
    with Painter(n_threads=2) as painter:
        for options in ({}, {"codes": codes, "palette": PALETTE}):
            moving = painter.paint_between(before, after, t, view, style=style, **options)
            still = painter.paint(there, view, style=style, **options)
            np.testing.assert_allclose(moving.astype(int), still.astype(int), atol=1)


def test_arrays_that_do_not_fit_are_refused() -> None:
    with Painter(n_threads=1) as painter:
        with pytest.raises(OptionError, match="as many of both"):
            painter.paint_between(
                np.zeros((3, 2), np.float32), np.zeros((4, 2), np.float32), 0.5, Viewport(0, 1, 0, 1, 9, 9)
            )
        with pytest.raises(OptionError, match="three coordinates"):
            painter.paint_solid(np.zeros((3, 2), np.float32), flat(), 9, 9)
    with pytest.raises(OptionError, match="3 x 3"):
        Camera(np.eye(2), np.zeros(3), 1.0, 1.0)
