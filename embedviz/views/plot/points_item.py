"""All items of the space as one picture, painted by the raster for what is in view."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from embedviz.raster import Coloring, Painter, Style, count_in_view, style_for
from embedviz.space.arrays import CodeArray, FloatArray, RowArray
from embedviz.views.plot.frame import Frame, frame_of
from embedviz.views.theme import Theme

SELECTED_STRENGTH, SELECTED_COLORED_STRENGTH = 2.0, 1.2


class PointsItem(pg.GraphicsObject):
    """Draws points (n, 2); remembers its last picture, so that only a moved camera costs a new one."""

    def __init__(self, painter: Painter) -> None:
        super().__init__()
        self._painter = painter
        self._points: FloatArray = np.zeros((0, 2), np.float32)
        self._coloring: Coloring | None = None
        self._selection: RowArray | None = None
        self._selected: FloatArray | None = None
        self._is_faded = False
        self._theme: Theme | None = None
        self._pictures: list[tuple[np.ndarray, QImage]] = []
        self._drawn_for: object = None
        self._wish: tuple[object, ...] = (None,) * 5

    def show_points(
        self,
        points: FloatArray,
        *,
        coloring: Coloring | None,
        selection: RowArray | None,
        is_faded: bool,
        theme: Theme,
    ) -> None:
        """Draw other points, or the same in another way; the picture is kept where neither differs."""
        wish = (points, coloring, selection, is_faded, theme)
        if all(one is other for one, other in zip(wish, self._wish, strict=True)):
            return
        self._wish = wish
        self._points, self._coloring, self._theme = points, coloring, theme
        self._selection = selection
        self._selected = points[selection] if selection is not None else None
        self._is_faded = is_faded or selection is not None
        self.redraw()

    @property
    def is_painted(self) -> bool:
        """Whether points have come to the screen."""
        return bool(self._pictures) and len(self._points) > 0

    def redraw(self) -> None:
        """Paint a new picture at the next occasion."""
        self._drawn_for = None
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(self.viewRect())

    def viewTransformChanged(self) -> None:
        super().viewTransformChanged()
        self.prepareGeometryChange()

    def paint(self, painter: QPainter, *args: Any) -> None:
        if self._theme is None:
            return
        frame = frame_of(self.viewRect(), painter.worldTransform(), painter.device().devicePixelRatioF())
        if frame is None:
            return
        if frame != self._drawn_for:
            self._pictures = [_image(picture, frame.ratio) for picture in self._layers(frame, self._theme)]
            self._drawn_for = frame
        painter.save()
        painter.resetTransform()
        for _pixels, image in self._pictures:
            painter.drawImage(frame.origin, image)
        painter.restore()

    def _layers(self, frame: Frame, theme: Theme) -> list[np.ndarray]:
        """The pictures to lay over each other: all items, and the selected ones once more, stronger."""
        style = style_for(count_in_view(self._points, frame.viewport), pixel_ratio=frame.ratio)
        if self._coloring is not None:
            style = style.vivid()
        faint = style.faded() if self._is_faded else style
        codes = self._coloring.codes if self._coloring is not None else None
        layers = [self._paint(self._points, frame, faint, theme.rest, codes)]
        if self._selected is not None:
            strength = SELECTED_STRENGTH if self._coloring is None else SELECTED_COLORED_STRENGTH
            strong = replace(style, opacity=min(1.0, strength * style.opacity))
            chosen = codes[self._selection] if codes is not None and self._selection is not None else None
            layers.append(self._paint(self._selected, frame, strong, theme.accent, chosen))
        return layers

    def _paint(self, points: FloatArray, frame: Frame, style: Style, color: str, codes: CodeArray | None) -> np.ndarray:
        tone = QColor(color)
        return self._painter.paint(
            points,
            frame.viewport,
            style=style,
            color=(tone.red(), tone.green(), tone.blue()),
            codes=codes,
            palette=self._coloring.palette if self._coloring is not None else None,
        )


def _image(picture: np.ndarray, ratio: float) -> tuple[np.ndarray, QImage]:
    """A Qt image over the picture's own memory, which must be kept beside it."""
    height, width = picture.shape[:2]
    image = QImage(picture.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    return picture, image
