"""Tints: means in linear light over any number of classes, filtering, fading, and selections."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz.errors import OptionError
from embedviz.progress import finish
from embedviz.raster import Painter, Style, Viewport, paint, tile_steps, tint_steps
from embedviz.raster.ink import to_light

PALETTE = np.array([[255, 0, 0], [0, 0, 255], [10, 20, 30]], np.uint8)
NEAR, FAR = Viewport(-1, 1, -1, 1, 100, 100), Viewport(-40, 40, -40, 40, 100, 100)


def cloud(n: int) -> np.ndarray:
    points = np.random.default_rng(3).standard_normal((n, 2)).astype(np.float32)
    points[::50] = np.nan
    return points


@pytest.mark.parametrize("n_codes", [1, 3, 10_000])
def test_shares_are_the_mean_light_of_what_is_shown(route: str, n_codes: int) -> None:
    random, points = np.random.default_rng(4), cloud(30_000)
    codes = random.integers(-2, n_codes + 2, len(points)).astype(np.int32)
    palette = random.integers(0, 256, (n_codes, 3)).astype(np.uint8)
    alphas = random.choice([0, 0.15, 1], n_codes).astype(np.float32)
    alphas[0] = 1
    shown = random.random(len(points)) < 0.7
    tiles = finish(tile_steps(points))
    tints = finish(tint_steps(tiles, codes, palette, alphas, shown))
    with Painter(n_threads=3) as painter:
        again = painter.tint(tiles, codes, palette, alphas, shown)
    light, within = to_light(palette), np.where((codes >= 0) & (codes < n_codes), codes, n_codes - 1)
    weight = (alphas[within] * shown)[tiles.order]
    lights = light[within][tiles.order] * weight[:, None]
    for place, level in enumerate(tiles.levels[1:], 1):
        np.testing.assert_array_equal(again.shares[place], tints.shares[place])
        starts = level.starts[:-1]
        sums = np.add.reduceat(weight[: tiles.n_gridded].astype(float), starts)
        means = np.add.reduceat(lights[: tiles.n_gridded].astype(float), starts, axis=0)
        means[sums > 0] /= sums[sums > 0][:, None]
        np.testing.assert_allclose(tints.shares[place][:, :3] / 65535, means, atol=5e-5)
        np.testing.assert_allclose(tints.shares[place][:, 3] / 65535, sums / np.diff(level.starts), atol=5e-5)
        assert ((tints.shares[place][:, 3] > 0) == (sums > 0)).all()


@pytest.mark.parametrize("viewport", [NEAR, FAR])
@pytest.mark.parametrize("style", [Style(0.6, 0.4, splat=True), Style(2.0, 0.4)])
def test_what_is_filtered_out_might_as_well_not_be_there(route: str, viewport: Viewport, style: Style) -> None:
    points = cloud(20_000)
    tiles, codes = finish(tile_steps(points)), np.arange(len(points), dtype=np.int32) % 3
    tints = finish(tint_steps(tiles, codes, PALETTE, np.array([1, 0, 0], np.float32)))
    shown = finish(tint_steps(tiles, shown=codes == 0))
    only = finish(tile_steps(points[codes == 0]))
    assert tints.is_colored
    assert not shown.is_colored
    red = paint(tiles, viewport, style=style, tints=tints)
    also = paint(tiles, viewport, style=style, tints=shown, color=(255, 0, 0))
    assert red[..., 3].any()
    np.testing.assert_allclose(red.astype(int), also.astype(int), atol=1)
    if viewport is NEAR:
        alone = paint(only, viewport, style=style, color=(255, 0, 0))
        np.testing.assert_allclose(red.astype(int), alone.astype(int), atol=1)
    assert (
        abs(int(red[..., 3].sum()) - int(paint(only, viewport, style=style)[..., 3].sum())) < 0.02 * red[..., 3].sum()
    )


def test_a_single_item_shown_among_many_in_a_cell_is_not_lost(route: str) -> None:
    points = np.zeros((300_000, 2), np.float32)
    points[:200_000] = np.random.default_rng(0).standard_normal((200_000, 2)) * 5
    tiles = finish(tile_steps(points))
    shown = np.arange(len(points)) == 250_000
    tints = finish(tint_steps(tiles, shown=shown))
    assert not tiles.level_for(FAR).is_raw
    assert paint(tiles, FAR, style=Style(3, 0.9), tints=tints)[..., 3].any()


def test_arrays_that_do_not_fit_are_refused() -> None:
    tiles = finish(tile_steps(cloud(50)))
    with pytest.raises(OptionError, match="50 items need as many"):
        finish(tint_steps(tiles, shown=np.ones(49, bool)))
    with pytest.raises(OptionError, match="50 points need as many"):
        finish(tint_steps(tiles, np.zeros(3, np.int32), PALETTE))
    with pytest.raises(OptionError, match="3 colours need as many"):
        finish(tint_steps(tiles, np.zeros(50, np.int32), PALETTE, np.ones(2, np.float32)))
    with pytest.raises(OptionError, match="other tiles"):
        paint(finish(tile_steps(cloud(50))), NEAR, tints=finish(tint_steps(tiles)))


def test_tints_of_no_items(route: str) -> None:
    tiles = finish(tile_steps(np.empty((0, 2), np.float32)))
    tints = finish(tint_steps(tiles, np.empty(0, np.int32), PALETTE))
    assert not paint(tiles, NEAR, tints=tints).any()


def test_memory_of_tiles_and_tints_together() -> None:
    points = np.random.default_rng(1).standard_normal((300_000, 2)).astype(np.float32)
    tiles = finish(tile_steps(points))
    tints = finish(tint_steps(tiles, np.zeros(len(points), np.int32), PALETTE))
    assert (tiles.nbytes + tints.nbytes) / len(points) <= 40
