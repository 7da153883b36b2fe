"""The camera in space: how the data are turned, and where on the widget each place of them is seen."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, Signal

from embedviz.raster import Camera as Lens
from embedviz.raster import project_solid
from embedviz.space.arrays import DoubleArray, FloatArray

_SMALLEST, _LARGEST = 1e-3, 1e5  # zoom, as shares of the scale that shows all


class SolidCamera(QObject):
    """Has a lens for its ground, the part of the widget where data are shown; `changed` when either differs."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ground = QRectF(0, 0, 1, 1)
        self._lens = Lens(np.eye(3), np.zeros(3), 1.0, 1.0)
        self._all_scale = 1.0

    @property
    def ground(self) -> QRectF:
        """Where on the widget data are shown."""
        return QRectF(self._ground)

    @property
    def shown(self) -> QRectF:
        """The same, as the plane on which places are seen."""
        return QRectF(self._ground)

    @property
    def lens(self) -> Lens:
        """How the ground sees the data, in logical pixels."""
        return self._lens

    def lens_at(self, ratio: float) -> tuple[Lens, int, int]:
        """The lens for a picture of the ground in device pixels, and the picture's width and height."""
        across, down = self._ground.width() * ratio, self._ground.height() * ratio
        width, height = max(1, math.ceil(across - 1e-6)), max(1, math.ceil(down - 1e-6))
        return self._lens.resized(ratio).shifted((across - width) / 2, (down - height) / 2), width, height

    def lens_of_figure(self) -> Lens:
        """The lens for a picture whose shorter side is 1 pixel long: that of any figure, once it is resized."""
        return self._lens.resized(1 / _side(self._ground))

    def set_ground(self, ground: QRectF) -> None:
        """Show the same on another part of the widget, as large as its shorter side allows."""
        ground = QRectF(ground.left(), ground.top(), max(1.0, ground.width()), max(1.0, ground.height()))
        if ground != self._ground:
            share = _side(ground) / _side(self._ground)
            self._ground, self._all_scale = ground, self._all_scale * share
            self._look(self._lens.resized(share))

    def show(self, points: FloatArray, *, turned: bool = False) -> None:
        """Show all of `points` (n, 3), turned as they are, or as one first looks at them."""
        sides = round(self._ground.width()), round(self._ground.height())
        lens = Lens.around(points, *sides)
        self._all_scale = lens.scale
        self._look(replace(lens, rotation=self._lens.rotation) if turned else Lens.first(points, *sides))

    def show_near(self, points: FloatArray) -> None:
        """Turn about the middle of some `points` and show them as large as fits; the rest stays around them."""
        lens = Lens.around(points, round(self._ground.width()), round(self._ground.height()))
        scale = min(lens.scale, _LARGEST * self._all_scale)
        self._look(replace(self._lens, center=lens.center, scale=scale, shift=(0.0, 0.0)))

    def look_at(self, place: DoubleArray, closer: float) -> None:
        """Turn about a place (3,) from now on, and show it in the middle, at least so many times closer than all."""
        scale = max(self._lens.scale, closer * self._all_scale)
        self._look(replace(self._lens, center=place, scale=scale, shift=(0.0, 0.0)))

    def turn(self, right: float, down: float) -> None:
        """Turn the data as a hand that moves over them by so many pixels."""
        self._look(self._lens.turned(right, down))

    def pan(self, right: float, down: float) -> None:
        """Move the picture by pixels."""
        self._look(self._lens.shifted(right, down))

    def zoom(self, factor: float, about: QPointF | None = None) -> None:
        """Enlarge (above 1) or shrink; what is seen at the pixel `about`, by default the middle, stays there."""
        scale = min(max(self._lens.scale * factor, _SMALLEST * self._all_scale), _LARGEST * self._all_scale)
        share, middle = scale / self._lens.scale, self._ground.center()
        x, y = (about.x() - middle.x(), about.y() - middle.y()) if about is not None else (0.0, 0.0)
        shift = x + (self._lens.shift[0] - x) * share, y + (self._lens.shift[1] - y) * share
        self._look(replace(self._lens, scale=scale, shift=shift))

    def to_data(self, position: QPointF) -> tuple[float, float]:
        """A pixel of the widget as it is: no place in space belongs to it."""
        return position.x(), position.y()

    def to_pixel(self, x: float, y: float, z: float) -> QPointF:
        """Where a place of the data is seen on the widget."""
        return QPointF(*self.to_pixels(np.array([[x, y, z]]))[0].tolist())

    def to_pixels(self, points: FloatArray | DoubleArray) -> DoubleArray:
        """Where places (n, 3) are seen on the widget, (n, 2); NaN where they are not."""
        return self.seen(points)[0]

    def seen(self, points: FloatArray | DoubleArray) -> tuple[DoubleArray, DoubleArray]:
        """Where places (n, 3) are seen on the widget (n, 2), and how near: -1 behind the cloud to 1 before it."""
        with np.errstate(over="ignore"):
            places = np.asarray(points, np.float32)
        pixels, depths = project_solid(places, self._lens, 0, 0)
        middle = self._ground.center()
        return np.add(pixels, (middle.x(), middle.y())), depths

    def _look(self, lens: Lens) -> None:
        self._lens = lens
        self.changed.emit()


def _side(ground: QRectF) -> float:
    return min(ground.width(), ground.height())
