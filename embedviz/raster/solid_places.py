"""Where all items in space are seen, worked out once for a camera, and which of them lie where on the picture."""

from __future__ import annotations

import numpy as np

from embedviz.raster.selecting import rows_in_brush, rows_in_polygon, rows_in_rectangle
from embedviz.raster.solid import Camera, checked_solid, projected
from embedviz.raster.viewport import Viewport
from embedviz.space.arrays import DoubleArray, FloatArray, RowArray, read_only

_SAME_PX = 2.0


class SolidPlaces:
    """`places` float32 (n, 2) in pixels of a picture, y downwards, and `depths` float32 (n,), larger being nearer."""

    def __init__(self, points: FloatArray, camera: Camera, width: int, height: int) -> None:
        places, depths, _ = projected(checked_solid(points), camera, width, height)
        self._width, self._height = width, height
        np.subtract(np.float32(height), places[:, 1], out=places[:, 1])
        self.places, self.depths = read_only(places), read_only(depths)
        self._x, self._y = (np.ascontiguousarray(places[:, axis]) for axis in range(2))

    def nearest(self, px: float, py: float, within: float = 8.0) -> int | None:
        """The row seen nearest to a pixel position, at most `within` pixels away, or None.

        Of items within two pixels of the nearest the one nearest to the eye is taken, of these the lowest row.
        """
        near = (self._x >= px - within) & (self._x <= px + within)
        rows = np.flatnonzero(near)
        rows = rows[(self._y[rows] >= py - within) & (self._y[rows] <= py + within)]
        away = np.hypot(self._x[rows].astype(np.float64) - px, self._y[rows].astype(np.float64) - py)
        if not len(rows) or not away.min() <= within:
            return None
        rows = rows[away <= min(float(away.min()) + _SAME_PX, within)]
        return int(rows[self.depths[rows].argmax()])

    def in_rectangle(self, x0: float, x1: float, y0: float, y1: float) -> RowArray:
        """Rows seen inside a rectangle of the picture, ascending."""
        return rows_in_rectangle(self.places, x0, x1, y0, y1)

    def under_brush(self, path: DoubleArray, radius: float) -> RowArray:
        """Rows seen under a brush of `radius` pixels along `path` (m, 2), ascending."""
        upright = np.column_stack([self._x, np.float32(self._height) - self._y])
        view = Viewport(0, self._width, 0, self._height, self._width, self._height)
        return rows_in_brush(upright, view, path, radius)

    def in_polygon(self, polygon: DoubleArray) -> RowArray:
        """Rows seen inside a `polygon` (m, 2) of pixels by the even-odd rule, ascending."""
        return rows_in_polygon(self.places, polygon)
