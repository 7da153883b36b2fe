"""The picture on which the raster and Qt draw in turn; it comes to the widget as one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from embedviz.space.arrays import ByteArray, RowArray
from embedviz.views.plot.frame import Frame, frame_of


class Canvas:
    """A picture of a rectangle of the widget, uint8 `pixels` (height, width, 4) of premultiplied B, G, R, A.

    It has the size of the last frame it was fitted to, and that frame's whole device pixels.
    """

    def __init__(self, *, is_opaque: bool) -> None:
        self._form = QImage.Format.Format_RGB32 if is_opaque else QImage.Format.Format_ARGB32_Premultiplied
        self._frame: Frame | None = None
        self.pixels: ByteArray = np.zeros((1, 1, 4), np.uint8)
        self.image = QImage()

    @classmethod
    def clear(cls, area: QRectF, ratio: float) -> Canvas:
        """A transparent one of an `area` of the widget at a device pixel `ratio`."""
        canvas, frame = cls(is_opaque=False), frame_of(area, area, ratio)
        if frame is not None:
            canvas.fit(frame)
        return canvas

    def fit(self, frame: Frame) -> None:
        """Lie where a frame lies; what was drawn is lost where the size is another."""
        height, width = frame.viewport.height, frame.viewport.width
        if self.pixels.shape != (height, width, 4):
            self.pixels = np.zeros((height, width, 4), np.uint8)
        # anew each time: of one that somebody still holds, as a page to be printed does, Qt would paint on a copy
        self.image = QImage(self.pixels.data, width, height, 4 * width, self._form)
        self.image.setDevicePixelRatio(frame.ratio)
        self._frame = frame

    @property
    def frame(self) -> Frame:
        """Where it lies."""
        assert self._frame is not None, "it was fitted"
        return self._frame

    @property
    def corner(self) -> RowArray:
        """The device pixel (2,) of the widget where its upper left corner lies."""
        origin, ratio = self.frame.origin, self.frame.ratio
        return np.array([round(origin.x() * ratio), round(origin.y() * ratio)], np.int64)

    @contextmanager
    def painter(self, like: QPainter | None = None) -> Iterator[QPainter]:
        """A painter for it that takes places on the widget, with the font of another."""
        with QPainter(self.image) as painter:
            if like is not None:
                painter.setFont(like.font())
            painter.translate(-self.frame.origin)
            yield painter

    def show(self, painter: QPainter) -> None:
        """Draw it where it lies on the widget."""
        painter.drawImage(self.frame.origin, self.image)
