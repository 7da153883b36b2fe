"""Which rectangle of the data holds some points."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF

from embedviz.space.arrays import FloatArray


def rectangle_around(points: FloatArray) -> QRectF | None:
    """The rectangle around the finite ones of `points` (n, 2), None if there are none; one without width gets some."""
    finite = np.isfinite(points[:, 0]) & np.isfinite(points[:, 1])
    if not finite.any():
        return None
    columns = [points[finite, axis] for axis in (0, 1)]  # a column at a time: ten times faster than axis=0
    low = np.array([column.min() for column in columns], np.float64)
    high = np.array([column.max() for column in columns], np.float64)
    size = high - low
    spare = 0.5 * max(float(size.max()), float(np.abs(low).max()) * 1e-6, 1e-6)
    low, high = np.where(size > 0, low, low - spare), np.where(size > 0, high, high + spare)
    return QRectF(float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))
