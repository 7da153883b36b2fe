"""Which rectangle of the data holds some points."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF

from embedviz.space.arrays import DoubleArray, FloatArray

_POINTS_A_LINE = 1 << 10


def rectangle_around(points: FloatArray) -> QRectF | None:
    """The rectangle around the finite ones of `points` (n, 2), None if there are none; one without width gets some."""
    ends = _ends(points)
    if not np.isfinite(ends).all():
        ends = _ends(points[np.isfinite(points[:, 0]) & np.isfinite(points[:, 1])])
    low, high = ends
    if not np.isfinite(ends).all():
        return None
    size = high - low
    spare = 0.5 * max(float(size.max()), float(np.abs(low).max()) * 1e-6, 1e-6)
    low, high = np.where(size > 0, low, low - spare), np.where(size > 0, high, high + spare)
    return QRectF(float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))


def _ends(points: FloatArray) -> DoubleArray:
    """The lowest and the highest x and y (2, 2) of `points` (n, 2), not finite where there are none or one is not.

    Points are looked at in long lines, which is ten times faster than two by two.
    """
    n_lined = len(points) // _POINTS_A_LINE * _POINTS_A_LINE
    lines = np.ascontiguousarray(points[:n_lined]).reshape(-1, 2 * _POINTS_A_LINE)
    ends = np.empty((2, 2))
    for at, (reduce, none) in enumerate(((np.minimum.reduce, np.inf), (np.maximum.reduce, -np.inf))):
        lined = reduce(lines, axis=0, initial=none).reshape(-1, 2)
        ends[at] = reduce(np.concatenate([lined, points[n_lined:]]), axis=0)
    return ends
