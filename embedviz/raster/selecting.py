"""Selecting: which items lie inside a rectangle, a lasso, or under a brush. Exact, over all items."""

from __future__ import annotations

import numpy as np

from embedviz import kernels
from embedviz.raster.culling import TILE_KERNELS, Box, outliers, runs_in
from embedviz.raster.inking import view_numbers
from embedviz.raster.tiles import Tiles
from embedviz.raster.viewport import Viewport
from embedviz.space.arrays import DoubleArray, FlagArray, FloatArray, RowArray

TOUCH_KERNELS = "embedviz.raster.touch_kernels"

_CHUNK_ROWS = 1 << 16
_PIECES = 4096  # runs cut no finer than the blocks of the kernels


def rows_in_rectangle(points: FloatArray | Tiles, x0: float, x1: float, y0: float, y1: float) -> RowArray:
    """Rows of `points` inside a data rectangle, its edges included, ascending; its corners in any order."""
    if isinstance(points, Tiles):
        return _tiles_in_rectangle(points, min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1))
    rows = rows_in_box(points, *widened(x0, x1), *widened(y0, y1))
    x, y = points[rows].astype(np.float64).T
    inside = (x >= min(x0, x1)) & (x <= max(x0, x1)) & (y >= min(y0, y1)) & (y <= max(y0, y1))
    found: RowArray = rows[inside]
    return found


def rows_in_polygon(points: FloatArray | Tiles, polygon: DoubleArray) -> RowArray:
    """Rows of `points` inside a `polygon` (m, 2) of data coordinates by the even-odd rule, ascending.

    The polygon closes itself. Each edge looks only at the items of its own height, found in one sorted order; it is
    crossed between its ends, whatever the rounding.
    """
    corners = np.asarray(polygon, np.float64).reshape(-1, 2)
    if len(corners) < 3 or not np.isfinite(corners).all():
        return np.empty(0, np.int64)
    if isinstance(points, Tiles):
        return _tiles_in_polygon(points, corners)
    (x_low, y_low), (x_high, y_high) = corners.min(axis=0), corners.max(axis=0)
    rows = rows_in_rectangle(points, x_low, x_high, y_low, y_high)
    order = np.argsort(points[rows, 1], kind="stable")
    x, y = points[rows[order]].astype(np.float64).T
    inside = np.zeros(len(rows), np.bool_)
    ends = np.roll(corners, -1, axis=0)
    first = np.searchsorted(y, np.minimum(corners[:, 1], ends[:, 1]))
    last = np.searchsorted(y, np.maximum(corners[:, 1], ends[:, 1]))
    for (xa, ya), (xb, yb), low, high in zip(corners, ends, first, last, strict=True):
        if low < high:
            crossed = xa + (y[low:high] - ya) / (yb - ya) * (xb - xa)
            inside[low:high] ^= x[low:high] < np.clip(crossed, min(xa, xb), max(xa, xb))
    return np.sort(rows[order[inside]])


def rows_in_brush(points: FloatArray | Tiles, viewport: Viewport, path: DoubleArray, radius: float) -> RowArray:
    """Rows of `points` under a brush of `radius` pixels drawn along `path` (m, 2) in pixels, its rim included.

    A brush covers all that lies within its radius of the line, so that a fast stroke leaves no gaps. Rows ascend.
    """
    spots = np.asarray(path, np.float64).reshape(-1, 2)
    if not len(spots) or not np.isfinite(spots).all() or not radius >= 0:
        return np.empty(0, np.int64)
    stretches = np.column_stack([spots[:-1], spots[1:]]) if len(spots) > 1 else np.tile(spots, 2)
    (left, top), (right, bottom) = spots.min(axis=0) - radius, spots.max(axis=0) + radius
    box = Box.of_pixels(viewport, left, right, top, bottom)
    if not isinstance(points, Tiles):
        rows = rows_in_box(points, *widened(box.x_low, box.x_high), *widened(box.y_low, box.y_high))
        return rows[_under_brush(points[rows], viewport, stretches, radius)]
    compiled, flags = kernels.loaded(TOUCH_KERNELS), np.zeros(len(points), np.uint8)
    if compiled is None:
        return _rows_of(points, rows_in_brush(points.points, viewport, path, radius))
    room = np.empty(2 * len(stretches), np.int64)
    for first, last, _ in _runs(points, box):
        facts = first, last, *view_numbers(viewport), stretches, float(radius), room, flags
        compiled.flag_brush(points.points, points.order, *facts)
    return np.flatnonzero(flags.view(np.bool_))  # several times quicker than for bytes


def _under_brush(points: FloatArray, viewport: Viewport, stretches: DoubleArray, radius: float) -> FlagArray:
    x, y = viewport.exact_pixels(points)
    under = np.zeros(len(points), np.bool_)
    for xa, ya, xb, yb in stretches.tolist():
        along_x, along_y = xb - xa, yb - ya
        length = along_x * along_x + along_y * along_y
        share = ((x - xa) * along_x + (y - ya) * along_y) / length if length > 0 else np.zeros(len(x))
        share = np.clip(share, 0.0, 1.0)
        away_x, away_y = x - xa - share * along_x, y - ya - share * along_y
        under |= away_x * away_x + away_y * away_y <= radius * radius
    return under


def _tiles_in_rectangle(tiles: Tiles, x_low: float, x_high: float, y_low: float, y_high: float) -> RowArray:
    compiled = kernels.loaded(TILE_KERNELS)
    if compiled is None:
        return _rows_of(tiles, rows_in_rectangle(tiles.points, x_low, x_high, y_low, y_high))
    flags = np.zeros(len(tiles), np.uint8)
    runs = runs_in(tiles, tiles.levels[0], Box(x_low, x_high, y_low, y_high))
    edges = np.array([x_low, x_high, y_low, y_high], np.float64)
    compiled.flag_runs(tiles.points, tiles.order, np.concatenate([runs, outliers(tiles)]), edges, flags)
    return np.flatnonzero(flags.view(np.bool_))  # several times quicker than for bytes


def _tiles_in_polygon(tiles: Tiles, corners: DoubleArray) -> RowArray:
    compiled = kernels.loaded(TOUCH_KERNELS)
    if compiled is None:
        return _rows_of(tiles, rows_in_polygon(tiles.points, corners))
    (x_low, y_low), (x_high, y_high) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    flags, room = np.zeros(len(tiles), np.uint8), np.empty(2 * len(corners), np.int64)
    edges = np.column_stack([corners, np.roll(corners, -1, axis=0)])
    for first, last, _ in _runs(tiles, Box(x_low, x_high, y_low, y_high)):
        compiled.flag_polygon(tiles.points, tiles.order, first, last, edges, room, flags)
    return np.flatnonzero(flags.view(np.bool_))  # several times quicker than for bytes


def _runs(tiles: Tiles, box: Box) -> list[list[int]]:
    """The runs of points in a box, and those far out."""
    runs: list[list[int]] = np.concatenate([runs_in(tiles, tiles.levels[0], box, _PIECES), outliers(tiles)]).tolist()
    return runs


def _rows_of(tiles: Tiles, places: RowArray) -> RowArray:
    return np.sort(tiles.order[places].astype(np.int64))


def widened(one: float, other: float) -> tuple[np.float32, np.float32]:
    """A range of float32 that holds the float64 range between two ends, whatever the rounding."""
    low, high = np.float64(min(one, other)), np.float64(max(one, other))
    with np.errstate(over="ignore"):
        return np.nextafter(np.float32(low), np.float32(-np.inf)), np.nextafter(np.float32(high), np.float32(np.inf))


def rows_in_box(points: FloatArray, x0: np.float32, x1: np.float32, y0: np.float32, y1: np.float32) -> RowArray:
    found = [np.empty(0, np.int64)]
    for start in range(0, len(points), _CHUNK_ROWS):
        x = points[start : start + _CHUNK_ROWS, 0]
        rows = np.flatnonzero((x >= x0) & (x <= x1)) + start
        y = points[rows, 1]
        found.append(rows[(y >= y0) & (y <= y1)])
    return np.concatenate(found)
