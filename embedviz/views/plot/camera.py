"""The camera: which part of the data is seen on which part of the widget, one unit as long upwards as to the right."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, Signal

from embedviz.space.arrays import DoubleArray, FloatArray

_SMALLEST_SHARE = 1e-12  # of the distance from the origin: what float64 can tell apart, with a margin
_SMALLEST, _LARGEST = 1e-290, 6e38


class Camera(QObject):
    """Keeps the rectangle that was asked for in view, whatever the shape of the ground; `changed` when either differs.

    Data rectangles are QRectF whose top is the lowest y; pixels are logical ones of the widget, y downwards.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ground = QRectF(0, 0, 1, 1)
        self._x, self._y = 0.0, 0.0
        self._width, self._height = 2.0, 2.0

    @property
    def ground(self) -> QRectF:
        """Where on the widget data are shown."""
        return QRectF(self._ground)

    @property
    def scale(self) -> float:
        """Pixels per unit of data."""
        return min(self._ground.width() / self._width, self._ground.height() / self._height)

    @property
    def shown(self) -> QRectF:
        """The data rectangle that is seen; it holds the one that was asked for."""
        scale = self.scale
        width, height = self._ground.width() / scale, self._ground.height() / scale
        return QRectF(self._x - width / 2, self._y - height / 2, width, height)

    def set_ground(self, ground: QRectF) -> None:
        """Show the same on another part of the widget."""
        ground = QRectF(ground.left(), ground.top(), max(1.0, ground.width()), max(1.0, ground.height()))
        if ground != self._ground:
            self._ground = ground
            self.changed.emit()

    def show(self, wanted: QRectF, margin: float = 0.0) -> None:
        """Show all of a data rectangle, with a margin on each side that is a share of it."""
        center, grown = wanted.center(), 1 + 2 * margin
        self._look_at(center.x(), center.y(), grown * wanted.width(), grown * wanted.height())

    def move(self, x: float = 0.0, y: float = 0.0) -> None:
        """Move the view over the data, in units of data."""
        self._look_at(self._x + x, self._y + y, self._width, self._height)

    def pan(self, right: float, down: float) -> None:
        """Move the picture by pixels."""
        self.move(-right / self.scale, down / self.scale)

    def zoom(self, factor: float, about: QPointF | None = None) -> None:
        """Enlarge (above 1) or shrink; the data at the pixel `about`, by default the middle, stay where they are."""
        x, y = self.to_data(about) if about is not None else (self._x, self._y)
        width, height = (self._sized(side / factor) for side in (self._width, self._height))
        share = width / self._width
        self._look_at(x + (self._x - x) * share, y + (self._y - y) * share, width, height)

    def to_pixel(self, x: float, y: float) -> QPointF:
        """Where a place of the data lies on the widget."""
        middle, scale = self._ground.center(), self.scale
        return QPointF(middle.x() + (x - self._x) * scale, middle.y() - (y - self._y) * scale)

    def to_pixels(self, points: FloatArray | DoubleArray) -> DoubleArray:
        """Where data points (n, 2) lie on the widget, (n, 2) float64; NaN stays NaN."""
        middle = self._ground.center()
        with np.errstate(over="ignore", invalid="ignore"):
            away = (points.astype(np.float64) - (self._x, self._y)) * (self.scale, -self.scale)
            pixels: DoubleArray = np.add(away, (middle.x(), middle.y()))
        return pixels

    def to_data(self, position: QPointF) -> tuple[float, float]:
        """The place of the data under a pixel of the widget."""
        middle, scale = self._ground.center(), self.scale
        return self._x + (position.x() - middle.x()) / scale, self._y - (position.y() - middle.y()) / scale

    def _sized(self, side: float) -> float:
        smallest = max(_SMALLEST, _SMALLEST_SHARE * max(abs(self._x), abs(self._y)))
        return min(max(side, smallest), _LARGEST)

    def _look_at(self, x: float, y: float, width: float, height: float) -> None:
        self._x, self._y = (min(max(place, -_LARGEST), _LARGEST) for place in (x, y))
        self._width, self._height = self._sized(width), self._sized(height)
        self.changed.emit()
