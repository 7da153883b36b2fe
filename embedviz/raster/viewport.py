"""The viewport: which rectangle of the data is seen, and on how many pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from embedviz.space.arrays import DoubleArray, FloatArray

_SMALLEST_SHARE = 1e-12
_SMALLEST = 1e-290


@dataclass(frozen=True)
class Viewport:
    """A data rectangle shown on `width` x `height` device pixels; y points up in data and down in pixels.

    Pixel (column, row) covers [column, column + 1) x [row, row + 1), so `x_low` is pixel 0 and `x_high` is `width`.
    Any numbers will do: sides without length, or not finite, are widened; sizes below one pixel count as one.
    """

    x_low: float
    x_high: float
    y_low: float
    y_high: float
    width: int
    height: int

    def __post_init__(self) -> None:
        for low, high in (("x_low", "x_high"), ("y_low", "y_high")):
            start, end = _side(float(getattr(self, low)), float(getattr(self, high)))
            object.__setattr__(self, low, start)
            object.__setattr__(self, high, end)
        object.__setattr__(self, "width", max(1, int(self.width)))
        object.__setattr__(self, "height", max(1, int(self.height)))

    @classmethod
    def around(cls, points: FloatArray, width: int, height: int, *, margin: float = 0.04) -> Viewport:
        """The viewport that holds all finite `points` (n, 2) with a margin, a share of each side.

        A unit is as long upwards as to the right, so that distances on the picture can be compared.
        """
        finite = points[np.isfinite(points).all(axis=1)]
        if not len(finite):
            return cls(-1.0, 1.0, -1.0, 1.0, width, height)
        low, high = finite.min(axis=0).astype(np.float64), finite.max(axis=0).astype(np.float64)
        room = (high - low) * margin
        room[room == 0] = 0.5
        low, high = low - room, high + room
        sides = np.array([width, height], np.float64)
        spare = (sides * ((high - low) / sides).max() - (high - low)) / 2
        (x_low, y_low), (x_high, y_high) = low - spare, high + spare
        return cls(x_low, x_high, y_low, y_high, width, height)

    @property
    def scale_x(self) -> float:
        """Pixels per unit of x."""
        return self.width / (self.x_high - self.x_low)

    @property
    def scale_y(self) -> float:
        """Pixels per unit of y."""
        return self.height / (self.y_high - self.y_low)

    def to_pixels(self, points: FloatArray | DoubleArray) -> FloatArray:
        """Pixel positions (n, 2) float32 of data `points` (n, 2); NaN stays NaN."""
        x, y = self.exact_pixels(points)
        with np.errstate(over="ignore"):
            return np.column_stack([x, y]).astype(np.float32)

    def exact_pixels(self, points: FloatArray | DoubleArray) -> tuple[DoubleArray, DoubleArray]:
        """Pixel x and y of data `points` (n, 2), each (n,) float64: the arithmetic of all drawing and picking."""
        with np.errstate(over="ignore", invalid="ignore"):
            x = (points[:, 0].astype(np.float64) - self.x_low) * self.scale_x
            y = (self.y_high - points[:, 1].astype(np.float64)) * self.scale_y
        return x, y

    def to_data(self, px: float, py: float) -> tuple[float, float]:
        """The data point under a pixel position."""
        return self.x_low + px / self.scale_x, self.y_high - py / self.scale_y


def _side(low: float, high: float) -> tuple[float, float]:
    """A side with a length: `low` and `high` as they are, or half a unit about them where they have none."""
    limit = float(np.finfo(np.float32).max)
    low, high = (min(max(0.0 if math.isnan(end) else end, -limit), limit) for end in (low, high))
    size = max(abs(low), abs(high))
    if abs(high - low) > max(size * _SMALLEST_SHARE, _SMALLEST):
        return low, high
    half = size if _SMALLEST < size < 1e-6 else max(0.5, size * 1e-6)
    middle = (low + high) / 2
    return middle - half, middle + half
