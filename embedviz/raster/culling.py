"""Which entries of tiles lie in a box: the runs to draw, and how many items are in view."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz import kernels
from embedviz.raster.tiles import Level, Tiles
from embedviz.raster.viewport import Viewport
from embedviz.space.arrays import RowArray

TILE_KERNELS = "embedviz.raster.tile_kernels"

LEAF = 192
MOST_RUNS = 1 << 14
STACK = 4 * 24, 5


@dataclass(frozen=True)
class Box:
    """A rectangle of the data, its edges included."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float

    @classmethod
    def of_pixels(cls, viewport: Viewport, left: float, right: float, top: float, bottom: float) -> Box:
        """The data under a rectangle of pixels, made a hundredth of a pixel wider against rounding."""
        (x_low, y_high), (x_high, y_low) = (
            viewport.to_data(left - 0.01, top - 0.01),
            viewport.to_data(right + 0.01, bottom + 0.01),
        )
        return cls(x_low, x_high, y_low, y_high)


def runs_in(tiles: Tiles, level: Level, box: Box, leaf: int = LEAF) -> RowArray:
    """Runs (first, last, inside), int64 (r, 3), that together hold all gridded entries of `level` in `box`.

    Ascending; where `inside` is 1, all entries lie in the box. Without kernels there is one run that holds all.
    """
    compiled = kernels.loaded(TILE_KERNELS)
    if compiled is None:
        return np.array([[0, len(level), 0]], np.int64)
    runs = np.empty((MOST_RUNS, 3), np.int64)
    facts = *facts_of(tiles, level), cells_of(tiles, box), leaf, np.empty(STACK, np.int64), runs
    n_runs = compiled.runs_in_box(tiles.points, level.starts, level.table, *facts)
    found: RowArray = runs[:n_runs]
    return found


def facts_of(tiles: Tiles, level: Level) -> tuple[int, int, float, float, float, int]:
    """What kernels are told of a level and the grid of its tiles."""
    grid = tiles.grid
    return level.table_depth, level.shift, grid.x_low, grid.y_low, grid.scale, grid.bits


def cells_of(tiles: Tiles, box: Box) -> RowArray:
    """The first and last column and the first and last row of the grid in a box, int64 (4,)."""
    grid = tiles.grid
    edges = (box.x_low, grid.x_low), (box.x_high, grid.x_low), (box.y_low, grid.y_low), (box.y_high, grid.y_low)
    return np.array([grid.clamped(value, low) for value, low in edges], np.int64)


def outliers(tiles: Tiles) -> RowArray:
    """The run of points that are finite but off the grid, int64 (1, 3)."""
    return np.array([[tiles.n_gridded, tiles.n_finite, 0]], np.int64)
