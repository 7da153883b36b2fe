"""Points sorted along a Z-order curve, with levels of aggregated cells: what makes drawing and picking cheap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedviz import kernels
from embedviz.progress import Progress, Steps
from embedviz.raster.drawing import CELL_PX, box_px, checked_points
from embedviz.raster.viewport import Viewport
from embedviz.raster.zorder import SORT_KERNELS, Grid, grid_of, sorted_keys
from embedviz.space.arrays import CodeArray, FloatArray, read_only

_TEXT = "Sorting the plot"
_WORTH = 0.65  # a level that has more than this share of the next finer one's entries is left out
_FEW_CELLS = 4096
_TABLE_DEPTH = 8
_CHUNK = 1 << 19


@dataclass(frozen=True, eq=False)
class Level:
    """Entries that can be drawn: cells of 2**shift grid units, each a contiguous run of the sorted points.

    Cell i stands for the points `starts[i]` to `starts[i + 1]` (int32, one more than there are cells) by their mean
    `places[i]` float32. The raw points are the level whose `starts` are empty, with a `shift` of 0. `table[tile]`
    (int32) is the first entry of a tile, of which the grid has 4**`table_depth` along the curve.
    """

    places: FloatArray
    starts: CodeArray
    shift: int
    table: CodeArray
    table_depth: int

    def __len__(self) -> int:
        return len(self.starts) - 1 if len(self.starts) else len(self.table) and int(self.table[-1])

    @property
    def is_raw(self) -> bool:
        return not len(self.starts)


@dataclass(frozen=True, eq=False)
class Tiles:
    """All items of a plot, sorted. Made by `tile_steps` or `tiles_of`; arrays are read-only and may be shared.

    `points` float32 (n, 2) are the given ones in the order `order` int32 (n,) of their rows: first `n_gridded` along
    the curve of `grid`, then up to `n_finite` those that lie far out of it, then those that are not finite and never
    drawn. `levels` run from the raw points to the coarsest cells.
    """

    points: FloatArray
    order: CodeArray
    grid: Grid
    n_gridded: int
    n_finite: int
    levels: tuple[Level, ...]

    def __len__(self) -> int:
        return len(self.points)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays together."""
        arrays = [self.points, self.order]
        arrays += [array for level in self.levels for array in (level.starts, level.table)]
        arrays += [level.places for level in self.levels if not level.is_raw]
        return sum(array.nbytes for array in arrays)

    def level_for(self, viewport: Viewport, cell_px: float = CELL_PX) -> Level:
        """The coarsest level whose cells are at most `cell_px` pixels wide and high."""
        unit = max(viewport.scale_x, viewport.scale_y) / self.grid.scale
        fit = [level for level in self.levels if level.is_raw or unit * (1 << level.shift) <= cell_px]
        return fit[-1]

    def box_px(self, level: Level, viewport: Viewport) -> tuple[float, float]:
        """Width and height of the box, in pixels, as which a splat draws an entry of a level."""
        if level.is_raw:
            return 1.0, 1.0
        side = (1 << level.shift) / self.grid.scale
        return box_px(side * viewport.scale_x), box_px(side * viewport.scale_y)


def tile_steps(points: FloatArray) -> Steps[Tiles]:
    """Sort `points` float32 (n, 2) into tiles, in pieces of well under 0.1 s up to some million points.

    Points need not be finite. Raises OptionError for another shape.
    """
    points = checked_points(points)
    n_points = len(points)
    yield Progress(0.0, _TEXT)
    grid = grid_of(points)
    keys, order = yield from sorted_keys(points, grid)
    yield Progress(0.6, _TEXT)
    n_gridded = int(np.searchsorted(keys, grid.n_keys))
    n_finite = int(np.searchsorted(keys, grid.n_keys + 1))
    keys = keys[:n_gridded]
    depth = _table_depth(n_gridded, grid.bits)
    edges = np.arange(4**depth + 1, dtype=np.uint64) << np.uint64(2 * (grid.bits - depth))
    table = np.searchsorted(keys, edges).astype(np.int32)
    steps = np.empty(n_gridded, np.uint8)
    for rows in _chunks(n_gridded):
        steps[rows] = _steps_up(keys, rows, grid.bits)
        yield Progress(0.6 + 0.1 * rows.stop / n_gridded, _TEXT)
    del keys
    ordered = np.empty((n_points, 2), np.float32)
    for rows in _chunks(n_points):
        ordered[rows] = np.take(points, order[rows], axis=0)
        yield Progress(0.7 + 0.15 * rows.stop / n_points, _TEXT)
    levels = [Level(read_only(ordered), np.empty(0, np.int32), 0, read_only(table), depth)]
    n_starts = n_gridded - np.cumsum(np.bincount(steps, minlength=grid.bits + 2))
    for shift in range(1, grid.bits + 1):
        n_cells = int(n_starts[shift])
        n_finer = len(levels[-1])
        if n_finer <= _FEW_CELLS:
            break
        if n_cells <= _WORTH * n_finer:
            levels.append((yield from _level(ordered, steps, shift, levels[0])))
    return Tiles(read_only(ordered), read_only(order), grid, n_gridded, n_finite, tuple(levels))


def _table_depth(n_points: int, bits: int) -> int:
    depth = 0
    while depth < min(_TABLE_DEPTH, bits) and 4**depth * 64 < n_points:
        depth += 1
    return depth


def _steps_up(keys: NDArray[np.uint64], rows: slice, bits: int) -> NDArray[np.uint8]:
    """For each point, the side (as a power of two) up to which a cell that starts with it is the same as before."""
    before = keys[max(rows.start - 1, 0) : rows.stop - 1]
    if rows.start == 0:
        before = np.concatenate([~keys[:1] & np.uint64(4**bits - 1) if len(keys) else keys[:0], before])
    changed = keys[rows] ^ before
    steps: NDArray[np.uint8] = ((np.frexp(changed.astype(np.float64))[1] + 1) >> 1).astype(np.uint8)
    if rows.start == 0 and len(steps):
        steps[0] = bits + 1
    return steps


def _level(ordered: FloatArray, steps: NDArray[np.uint8], shift: int, raw: Level) -> Steps[Level]:
    """Aggregate the sorted points in cells of 2**shift grid units."""
    found = []
    for rows in _chunks(len(steps)):
        found.append((np.flatnonzero(steps[rows] > shift) + rows.start).astype(np.int32))
        yield Progress(0.9, _TEXT)
    starts = np.concatenate([*found, np.array([len(steps)], np.int32)])
    n_cells = len(starts) - 1
    places = np.empty((n_cells, 2), np.float32)
    n_at_once = max(1, _CHUNK * n_cells // max(1, len(steps)))
    for first in range(0, n_cells, n_at_once):
        last = min(first + n_at_once, n_cells)
        compiled = kernels.loaded(SORT_KERNELS)
        if compiled is not None:
            compiled.cell_means(ordered, starts, first, last, places)
        else:
            run = ordered[starts[first] : starts[last]].astype(np.float64)
            counts = np.diff(starts[first : last + 1])[:, None]
            places[first:last] = np.add.reduceat(run, starts[first:last] - starts[first], axis=0) / counts
        yield Progress(0.95, _TEXT)
    table = np.searchsorted(starts[:-1], raw.table).astype(np.int32)
    return Level(read_only(places), read_only(starts), shift, read_only(table), raw.table_depth)


def _chunks(n: int) -> Iterator[slice]:
    for start in range(0, n, _CHUNK):
        yield slice(start, min(start + _CHUNK, n))
