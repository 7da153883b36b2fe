"""Landmarks: which items to name when only some can be, spread over the picture, and more of them the closer one looks.

Nested square grids lie over the data, each cell half as wide as those of the grid before. A landmark is the lowest row
in its cell, in most files the most frequent item there. Cells do not move with the view, so panning changes no
landmark; and those of one grid are among those of every finer one, so zooming in only adds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from embedviz.progress import Progress, Steps
from embedviz.raster.viewport import Viewport
from embedviz.space.arrays import CodeArray, FloatArray, RowArray, read_only

_CHUNK_ROWS = 1 << 18
_SAMPLE = 100_000
_OUTSIDE = 0.05  # percent of the items at each end that may lie outside of the grid
_MOST_LEVELS = 11


@dataclass(frozen=True, eq=False)
class Landmarks:
    """`grids[k]` int32 (2**k, 2**k), by y and x: the lowest row in each cell, or `n_items` where there is none.

    The grids cover the square of `side` at `x_low`, `y_low`; what lies outside counts to the nearest cell.
    """

    grids: tuple[CodeArray, ...]
    n_items: int
    x_low: float
    y_low: float
    side: float

    def covers(self, viewport: Viewport, cell_px: float) -> bool:
        """Whether the finest grid has cells as small on the picture as `cell_px` pixels."""
        return self._cell_px(len(self.grids) - 1, viewport) <= cell_px

    def in_view(self, points: FloatArray, viewport: Viewport, cell_px: float) -> RowArray:
        """Landmarks on the picture, ascending, of the coarsest grid with cells of at most `cell_px` pixels."""
        level = next((k for k in range(len(self.grids)) if self._cell_px(k, viewport) <= cell_px), len(self.grids) - 1)
        grid = self.grids[level]
        x = slice(*self._cells(viewport.x_low, viewport.x_high, self.x_low, len(grid)))
        y = slice(*self._cells(viewport.y_low, viewport.y_high, self.y_low, len(grid)))
        rows = np.sort(grid[y, x], axis=None)
        rows = rows[: np.searchsorted(rows, self.n_items)]
        seen, (px, py) = rows.astype(np.int64), viewport.exact_pixels(points[rows])
        return seen[(px >= 0) & (px <= viewport.width) & (py >= 0) & (py <= viewport.height)]

    def among(self, points: FloatArray, rows: RowArray, viewport: Viewport, cell_px: float) -> RowArray:
        """Landmarks among a few `rows` in view (ascending), of a grid finer than those that are kept."""
        if not len(rows):
            return rows
        level = math.ceil(math.log2(max(self.side * viewport.scale_x / cell_px, 1.0)))
        places = (points[rows].astype(np.float64) - (self.x_low, self.y_low)) / (self.side / 2.0**level)
        cells = np.floor(places)
        cells -= cells.min(axis=0)
        firsts = np.unique(cells[:, 1] * (cells[:, 0].max() + 1) + cells[:, 0], return_index=True)[1]
        return np.sort(rows[firsts])

    def _cell_px(self, level: int, viewport: Viewport) -> float:
        return float(self.side * viewport.scale_x / (1 << level))

    def _cells(self, low: float, high: float, start: float, n_cells: int) -> tuple[int, int]:
        """The first cell that a range of the data touches, and the one after the last."""
        first, last = (min(max((end - start) / self.side * n_cells, 0.0), n_cells - 1.0) for end in (low, high))
        return int(first), int(last) + 1


def landmark_steps(points: FloatArray) -> Steps[Landmarks]:
    """Find the landmarks of `points` float32 (n, 2); those that are not finite are none."""
    n = len(points)
    sample = points[:: max(1, n // _SAMPLE)]
    sample = sample[np.isfinite(sample).all(axis=1)].astype(np.float64)
    low, high = np.percentile(sample, [_OUTSIDE, 100 - _OUTSIDE], axis=0) if len(sample) else np.zeros((2, 2))
    side = float((high - low).max())
    if not side > 0:
        side = max(1e-6 * float(np.abs(low).max()), 1e-30)
    n_levels = min(_MOST_LEVELS, max(1, math.ceil(math.log2(max(n, 1)) / 2)))
    n_cells = 1 << n_levels
    finest = np.full(n_cells * n_cells, n, np.int32)
    for end in range(n, 0, -_CHUNK_ROWS):  # from the last row to the first: what is written last stays
        yield Progress(1 - end / n, "Choosing which items to name")
        start = max(0, end - _CHUNK_ROWS)
        chunk = points[start:end].astype(np.float64)
        rows = np.flatnonzero(np.isfinite(chunk).all(axis=1))[::-1]
        with np.errstate(over="ignore"):
            cells = np.clip((chunk[rows] - low) / side * n_cells, 0, n_cells - 1).astype(np.int64)
        finest[cells[:, 1] * n_cells + cells[:, 0]] = (rows + start).astype(np.int32)
    grids = [finest.reshape(n_cells, n_cells)]
    while len(grids[-1]) > 1:
        fine = grids[-1]
        halved = np.minimum(fine[::2], fine[1::2])
        grids.append(np.ascontiguousarray(np.minimum(halved[:, ::2], halved[:, 1::2])))
    return Landmarks(tuple(read_only(grid) for grid in reversed(grids)), n, float(low[0]), float(low[1]), side)
