"""Tiles: sorted without loss, levels that add up, and pictures like those of the plain road."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedviz import kernels
from embedviz.errors import OptionError
from embedviz.progress import finish
from embedviz.raster import Painter, Style, Tiles, Viewport, bands, count_in_view, paint, style_for, tile_steps
from embedviz.raster.culling import Box, runs_in

VIEW = Viewport(-3, 3, -2, 2, 120, 80)
PALETTE = np.array([[255, 0, 0], [0, 0, 255], [10, 20, 30]], np.uint8)
SPLAT, DISC = Style(0.6, 0.2, splat=True), Style(1.7, 0.3)


def cloud(n: int, seed: int = 0) -> np.ndarray:
    """Clusters, doubles, points far out and points that are not finite."""
    random = np.random.default_rng(seed)
    points = random.standard_normal((n, 2)) * random.choice([0.02, 0.3, 1.0], (n, 1))
    points[n // 2 : n // 2 + n // 8] = points[: n // 8]
    points = points.astype(np.float32)
    points[::97, 0], points[5::101, 1], points[7::103] = np.nan, -np.inf, 1e30
    return points


def tiled(points: np.ndarray) -> Tiles:
    return finish(tile_steps(points))


@pytest.mark.parametrize("n", [0, 1, 2, 100, 30_000])
def test_no_item_is_lost_and_each_stays_beside_its_row(route: str, n: int) -> None:
    points = cloud(n)
    tiles = tiled(points)
    np.testing.assert_array_equal(np.sort(tiles.order), np.arange(n))
    np.testing.assert_array_equal(tiles.points, points[tiles.order])
    finite = np.isfinite(points).all(axis=1)
    assert tiles.n_finite == np.count_nonzero(finite)
    assert finite[tiles.order[: tiles.n_finite]].all()
    assert n < 100 or tiles.n_finite - tiles.n_gridded < n / 50


def test_the_order_follows_the_curve_of_the_grid(route: str) -> None:
    tiles = tiled(cloud(5000))
    grid, inside = tiles.grid, tiles.points[: tiles.n_gridded].astype(np.float64)
    columns = np.floor((inside[:, 0] - grid.x_low) * grid.scale).astype(int).tolist()
    rows = np.floor((inside[:, 1] - grid.y_low) * grid.scale).astype(int).tolist()
    keys = [
        sum(((x >> bit & 1) << 2 * bit) + ((y >> bit & 1) << 2 * bit + 1) for bit in range(grid.bits))
        for x, y in zip(columns, rows, strict=True)
    ]
    assert keys == sorted(keys)


def test_levels_hold_every_point_once_at_the_mean_of_its_cell(route: str) -> None:
    tiles = tiled(cloud(60_000))
    assert len(tiles.levels) > 2
    inside = tiles.points[: tiles.n_gridded].astype(np.float64)
    for finer, level in zip(tiles.levels, tiles.levels[1:], strict=False):
        assert (level.starts[0], level.starts[-1]) == (0, tiles.n_gridded)
        counts = np.diff(level.starts)
        assert counts.min() > 0
        assert len(level) <= 0.65 * len(finer)
        side = (1 << level.shift) / tiles.grid.scale
        for cell in np.random.default_rng(1).integers(0, len(level), 200):
            run = inside[level.starts[cell] : level.starts[cell + 1]]
            np.testing.assert_allclose(level.places[cell], run.mean(axis=0), rtol=1e-6, atol=1e-6)
            assert np.ptp(run, axis=0).max() <= side
        np.testing.assert_allclose((level.places * counts[:, None]).sum(axis=0), inside.sum(axis=0), rtol=1e-3, atol=1)


def test_arrays_are_read_only_and_small() -> None:
    points = cloud(200_000)
    tiles = tiled(points)
    assert not tiles.points.flags.writeable
    assert not tiles.order.flags.writeable
    assert tiles.nbytes < 28 * len(points)


@pytest.mark.parametrize("style", [SPLAT, DISC])
@pytest.mark.parametrize("zoom", [0.001, 0.1, 1.0, 40.0])
@pytest.mark.parametrize("colored", [False, True])
def test_kernels_draw_tiles_like_numpy(
    draw_plainly: pytest.MonkeyPatch, style: Style, zoom: float, colored: bool
) -> None:
    points = cloud(20_000)
    tiles = tiled(points)
    viewport = Viewport(-3 / zoom, 3 / zoom, -2 / zoom, 2 / zoom, 120, 80)
    codes = np.random.default_rng(1).integers(-1, 4, len(points)).astype(np.int32) if colored else None
    options = {"style": style, "codes": codes, "palette": PALETTE if colored else None}
    compiled = paint(tiles, viewport, **options)
    with draw_plainly.context() as patch:
        patch.setattr(kernels, "loaded", lambda name: None)
        plain = paint(tiles, viewport, **options)
    assert compiled[..., 3].any()
    np.testing.assert_allclose(compiled.astype(int), plain.astype(int), atol=1)
    if tiles.level_for(viewport).is_raw:
        np.testing.assert_allclose(compiled.astype(int), paint(points, viewport, **options).astype(int), atol=1)


@pytest.mark.parametrize("height", [1, 2, 13, 14, 15, 60, 97])
@pytest.mark.parametrize("style", [SPLAT, DISC, Style(9.0, 0.1)])
@pytest.mark.parametrize("colored", [False, True])
@pytest.mark.parametrize("n_threads", [1, 3])
def test_many_bands_make_one_picture(
    draw_plainly: pytest.MonkeyPatch,
    monkeypatch: pytest.MonkeyPatch,
    height: int,
    style: Style,
    colored: bool,
    n_threads: int,
) -> None:
    monkeypatch.setattr(bands, "MOST_ROWS", 7)
    points = cloud(3000)
    points[0] = 1e6  # the others lie on a grid that it does not stretch
    tiles, viewport = tiled(points), Viewport(-3, 3, -2, 2, 50, height)
    codes = np.arange(len(points), dtype=np.int32) % 4 if colored else None
    options = {"style": style, "codes": codes, "palette": PALETTE if colored else None}
    with Painter(n_threads=n_threads) as painter:
        compiled = painter.paint(tiles, viewport, **options)
    with draw_plainly.context() as patch:
        patch.setattr(kernels, "loaded", lambda name: None)
        plain = paint(tiles, viewport, **options)
    assert compiled[..., 3].any()
    np.testing.assert_allclose(compiled.astype(int), plain.astype(int), atol=1)


def test_cells_hold_the_ink_of_their_points(route: str) -> None:
    points = (np.random.default_rng(2).standard_normal((40_000, 2)) * 0.3).astype(np.float32)
    tiles, viewport = tiled(points), Viewport(-8, 8, -8, 8, 64, 64)
    assert not tiles.level_for(viewport).is_raw
    faint = Style(0.56, 1e-5, splat=True)
    ink = [-np.log1p(-paint(each, viewport, style=faint, color=(255,) * 3)[..., 3] / 255.0) for each in (points, tiles)]
    assert ink[1].sum() == pytest.approx(ink[0].sum(), rel=0.02)


@pytest.mark.parametrize("n_threads", [2, 3, 5])
def test_any_number_of_threads_makes_the_same_bytes(route: str, n_threads: int) -> None:
    points, codes = cloud(8000), np.arange(8000, dtype=np.int32) % 3
    tiles = tiled(points)
    with Painter(n_threads=n_threads) as painter:
        for options in ({}, {"codes": codes, "palette": PALETTE}):
            for style in (SPLAT, DISC):
                expected = paint(tiles, VIEW, style=style, **options)
                np.testing.assert_array_equal(painter.paint(tiles, VIEW, style=style, **options), expected)


@pytest.mark.parametrize("points", [np.zeros((300_000, 2)), np.full((70_000, 2), 1e30), np.full((9, 2), np.nan)])
def test_all_in_one_place(route: str, points: np.ndarray) -> None:
    tiles = tiled(points.astype(np.float32))
    picture = paint(tiles, VIEW, style=Style(1.0, 0.9, splat=True))
    assert (picture[..., 3] > 0).sum() == (4 if points[0, 0] == 0 else 0)
    assert count_in_view(tiles, VIEW) == (len(points) if points[0, 0] == 0 else 0)


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (7680, 4320)])
def test_from_one_pixel_to_8k(size: tuple[int, int]) -> None:
    tiles = tiled(cloud(3000))
    for style in (SPLAT, DISC):
        assert paint(tiles, Viewport(-3, 3, -2, 2, *size), style=style)[..., 3].any()


def test_a_view_far_from_all_points_is_empty(route: str) -> None:
    tiles = tiled(cloud(3000))
    for viewport in (Viewport(1e6, 2e6, 0, 1, 50, 50), Viewport(9, 9 + 1e-9, 9, 9 + 1e-9, 50, 50)):
        assert not paint(tiles, viewport).any()
        assert count_in_view(tiles, viewport) == 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 5), st.floats(-4, 4), st.floats(-4, 4), st.floats(1e-6, 8), st.floats(1e-6, 8))
def test_counts_and_runs_agree_with_a_scan(
    draw_plainly: pytest.MonkeyPatch, seed: int, x: float, y: float, width: float, height: float
) -> None:
    points = cloud(4000, seed)
    tiles = tiled(points)
    viewport = Viewport(x, x + width, y, y + height, 160, 100)
    assert count_in_view(tiles, viewport) == count_in_view(points, viewport)
    gridded = tiles.points[: tiles.n_gridded]
    for level in tiles.levels:
        box = Box(x, x + width, y, y + height)
        runs = runs_in(tiles, level, box, leaf=8)
        assert (np.diff(runs[:, :2].ravel()) >= 0).all()
        held = np.zeros(len(level), bool)
        for first, last, is_inside in runs.tolist():
            held[first:last] = True
            of = slice(first, last) if level.is_raw else slice(level.starts[first], level.starts[last])
            inner = gridded[of]
            assert not is_inside or ((inner >= [x, y]) & (inner <= [x + width, y + height])).all()
        inside = ((gridded >= [x, y]) & (gridded <= [x + width, y + height])).all(axis=1)
        cells = np.arange(len(level)) if level.is_raw else np.repeat(np.arange(len(level)), np.diff(level.starts))
        assert held[cells[inside]].all()


def test_work_can_be_left_at_any_step_and_tells_how_far_it_is() -> None:
    points = cloud(600_000)
    steps = tile_steps(points)
    fractions = [next(steps).fraction for _ in range(4)]
    steps.close()
    assert fractions == sorted(fractions)
    with pytest.raises(OptionError, match="two coordinates"):
        finish(tile_steps(np.zeros((4, 3), np.float32)))


def test_a_style_follows_the_users_factors() -> None:
    style = style_for(1_000_000)
    assert style.adjusted() == replace(style, opacity=pytest.approx(style.opacity))
    assert not style.adjusted(size=3).splat
    assert style.adjusted(size=3).radius == pytest.approx(3 * style.radius)
    assert style.adjusted(opacity=0.5).opacity < style.opacity < style.adjusted(opacity=2).opacity < 1
    assert style.adjusted(opacity=0).opacity == 0
