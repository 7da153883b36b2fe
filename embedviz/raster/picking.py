"""Picking: which items are in view, nearest to the cursor, inside a rectangle or a lasso. Exact, over all items."""

from __future__ import annotations

import math

import numpy as np

from embedviz import kernels
from embedviz.raster.shares import view_numbers
from embedviz.raster.viewport import Viewport
from embedviz.space.arrays import DoubleArray, FloatArray, RowArray

COMPILED = "embedviz.raster.compiled"

_CHUNK_ROWS = 1 << 16


def count_in_view(points: FloatArray, viewport: Viewport) -> int:
    """How many of `points` float32 (n, 2) lie on the picture, its edges included."""
    compiled = kernels.loaded(COMPILED)
    if compiled is not None:
        size = float(viewport.width), float(viewport.height)
        return int(compiled.count(np.ascontiguousarray(points, np.float32), *view_numbers(viewport), *size))
    found = 0
    for start in range(0, len(points), _CHUNK_ROWS):
        x, y = viewport.exact_pixels(points[start : start + _CHUNK_ROWS])
        found += int(np.count_nonzero((x >= 0) & (x <= viewport.width) & (y >= 0) & (y <= viewport.height)))
    return found


def nearest(points: FloatArray, viewport: Viewport, px: float, py: float, within: float = 8.0) -> int | None:
    """The row nearest to a pixel position on the screen, at most `within` pixels away, or None.

    Distances are float64; of items equally near the lowest row is taken. Items that are not finite are never picked.
    """
    if not (math.isfinite(px) and math.isfinite(py)):
        return None
    corners = [viewport.to_data(px + side, py + side) for side in (-within, within)]
    (x0, y0), (x1, y1) = corners
    rows = _rows_in_box(points, *_widened(x0, x1), *_widened(y0, y1))
    if not len(rows):
        return None
    x, y = viewport.exact_pixels(points[rows])
    away = (x - px) ** 2 + (y - py) ** 2
    best = int(away.argmin())
    return int(rows[best]) if away[best] <= within**2 else None


def rows_in_rectangle(points: FloatArray, x0: float, x1: float, y0: float, y1: float) -> RowArray:
    """Rows of `points` inside a data rectangle, its edges included, ascending; its corners in any order."""
    rows = _rows_in_box(points, *_widened(x0, x1), *_widened(y0, y1))
    x, y = points[rows].astype(np.float64).T
    inside = (x >= min(x0, x1)) & (x <= max(x0, x1)) & (y >= min(y0, y1)) & (y <= max(y0, y1))
    found: RowArray = rows[inside]
    return found


def rows_in_polygon(points: FloatArray, polygon: DoubleArray) -> RowArray:
    """Rows of `points` inside a `polygon` (m, 2) of data coordinates by the even-odd rule, ascending.

    The polygon closes itself. Each edge looks only at the items of its own height, found in one sorted order.
    """
    corners = np.asarray(polygon, np.float64).reshape(-1, 2)
    if len(corners) < 3 or not np.isfinite(corners).all():
        return np.empty(0, np.int64)
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
            inside[low:high] ^= x[low:high] < xa + (y[low:high] - ya) / (yb - ya) * (xb - xa)
    return np.sort(rows[order[inside]])


def _widened(one: float, other: float) -> tuple[np.float32, np.float32]:
    """A range of float32 that holds the float64 range between two ends, whatever the rounding."""
    low, high = np.float64(min(one, other)), np.float64(max(one, other))
    with np.errstate(over="ignore"):
        return np.nextafter(np.float32(low), np.float32(-np.inf)), np.nextafter(np.float32(high), np.float32(np.inf))


def _rows_in_box(points: FloatArray, x0: np.float32, x1: np.float32, y0: np.float32, y1: np.float32) -> RowArray:
    found = [np.empty(0, np.int64)]
    for start in range(0, len(points), _CHUNK_ROWS):
        x = points[start : start + _CHUNK_ROWS, 0]
        rows = np.flatnonzero((x >= x0) & (x <= x1)) + start
        y = points[rows, 1]
        found.append(rows[(y >= y0) & (y <= y1)])
    return np.concatenate(found)
