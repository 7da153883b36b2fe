"""The kernels of drawing as Python, on arrays that refuse indices out of range; compiled they would crash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from embedviz import kernels
from embedviz.progress import finish
from embedviz.raster import (
    KERNELS,
    Painter,
    Style,
    Viewport,
    band_kernels,
    bands,
    compiled,
    label_kernels,
    splat_kernels,
    tile_kernels,
    tile_steps,
)
from embedviz.raster.laying import lay_over

ODD = np.array([np.nan, np.inf, -np.inf, 1e30, -1e30, 3e38, 0, -0.0], np.float32)
PALETTE = np.array([[255, 0, 0], [0, 0, 255]], np.uint8)
SIZES = [(1, 1), (1, 3), (3, 1), (5, 4), (17, 9), (12, 33)]


class Strict(np.ndarray):
    """An array that has nothing before its first and after its last element, in any direction."""

    def __getitem__(self, key: Any) -> Any:
        refuse_outside(key, self.shape)
        return super().__getitem__(key)

    def __setitem__(self, key: Any, value: Any) -> None:
        refuse_outside(key, self.shape)
        super().__setitem__(key, value)


def refuse_outside(key: Any, shape: tuple[int, ...]) -> None:
    for part, n in zip(key if isinstance(key, tuple) else (key,), shape, strict=False):
        if isinstance(part, int | np.integer) and not 0 <= int(part) < n:
            raise IndexError(f"index {part} of {n}")


def strictly(kernel: Callable[..., Any]) -> Callable[..., Any]:
    def called(*arguments: Any) -> Any:
        with np.errstate(all="ignore"):
            return kernel(*(each.view(Strict) if isinstance(each, np.ndarray) else each for each in arguments))

    return called


@pytest.fixture(autouse=True)
def _strict(monkeypatch: pytest.MonkeyPatch) -> None:
    finish(kernels.load(KERNELS))
    for module in (splat_kernels, label_kernels, tile_kernels, band_kernels, compiled):
        for kernel in kernels.kernels_of(module).values():
            monkeypatch.setattr(kernel, "_native", strictly(kernel.py_func))


def test_an_index_out_of_range_is_seen() -> None:
    with pytest.raises(IndexError):
        strictly(lambda array: array[3])(np.zeros(3))
    with pytest.raises(IndexError):
        strictly(lambda array: array[0, -1])(np.zeros((3, 3)))


@pytest.mark.parametrize("case", range(24))
def test_any_points_are_drawn_inside_of_the_picture(case: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bands, "MOST_ROWS", 4)
    random = np.random.default_rng(case)
    n, size = int(random.choice([0, 1, 2, 255, 256, 257])), SIZES[case % len(SIZES)]
    points = random.standard_normal((n, 2)).astype(np.float32) * 8
    if case % 2:  # on the edges of pixels, or next to them
        points = np.nextafter(np.round(points), np.float32(random.choice([-1e9, 0, 1e9])))
    if case % 3 == 0:
        points[random.random(n) < 0.2] = random.choice(ODD, 2)
    view = Viewport(0, size[0], 0, size[1], *size)
    codes = random.integers(-2, 4, n).astype(np.int32)
    tiles = finish(tile_steps(points))
    with Painter(n_threads=1) as painter:
        for style in (Style(0.6, 0.5, splat=True, shoulder=1.0), Style(2.5, 0.5)):
            for source in (points, tiles):
                assert painter.paint(source, view, style=style, cell_px=9.0).shape == (size[1], size[0], 4)
                painter.paint(source, view, style=style, cell_px=9.0, codes=codes, palette=PALETTE, ground=(9, 9, 9))
            tints = painter.tint(tiles, shown=codes > 0)
            painter.paint(tiles, view, style=style, cell_px=9.0, tints=tints)


def test_kernels_of_splats_refuse_buffers_that_are_too_small() -> None:
    plane, table = np.zeros(20, np.float32), np.ones((2, 4), np.float32)
    starts, codes, shares = np.zeros(0, np.int32), np.zeros(10, np.int32), np.zeros((0, 4), np.uint16)
    runs = np.array([[-5, 99], [3, 1], [10, 10]])
    work = np.zeros(splat_kernels.BLOCK, np.int32), np.zeros((3, splat_kernels.BLOCK), np.float32)
    view = -1.0, 1.0, 1.0, 1.0, 0, 0.5, 1.0, 1.0
    for kernel, n_channels in ((splat_kernels.splats, 1), (splat_kernels.splats_colored, 4)):
        for size in (0, n_channels * 36 - 1, n_channels * 36):
            ink = np.zeros(size, np.float32)
            kernel(plane, starts, runs, codes, table, shares, *view, 4, 4, *work, ink)
            assert bool(ink.any()) == (size == n_channels * 36)


@pytest.mark.parametrize("case", range(20))
def test_names_anywhere_are_laid_inside_of_the_picture(case: int) -> None:
    random = np.random.default_rng(case)
    width, height = SIZES[case % len(SIZES)]
    sides = random.integers(-1, 7, (8, 2))
    starts = np.concatenate([[-1], random.integers(0, 200, 7)])
    table, places = np.column_stack([starts, sides]), random.integers(-9, 40, (8, 2))
    places[random.random((8, 2)) < 0.1] = random.choice([-(2**62), 2**62])
    pixels = np.zeros((height, width, 4), np.uint8)
    lay_over(pixels, np.full(210, 0xFFFFFFFF, np.uint32), table, places, np.full(8, 255))
    assert set(np.unique(pixels).tolist()) <= {0, 255}
