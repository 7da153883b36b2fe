"""The first items in view, in row order: in most files the most frequent, so the first to be named."""

from __future__ import annotations

import numpy as np

from embedviz.raster.viewport import Viewport
from embedviz.space.arrays import FloatArray, RowArray

_CHUNK_ROWS = 1 << 14


def first_in_view(points: FloatArray, viewport: Viewport, n: int) -> RowArray:
    """The `n` lowest rows of `points` (n_items, 2) in a viewport, ascending; stops looking when it has them."""
    found: list[RowArray] = []
    missing = n
    for start in range(0, len(points), _CHUNK_ROWS):
        x, y = points[start : start + _CHUNK_ROWS].T
        inside = (x >= viewport.x_low) & (x <= viewport.x_high) & (y >= viewport.y_low) & (y <= viewport.y_high)
        rows = np.flatnonzero(inside)[:missing] + start
        found.append(rows)
        missing -= len(rows)
        if missing <= 0:
            break
    return np.concatenate(found) if found else np.zeros(0, np.int64)
