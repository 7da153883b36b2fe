"""The axes in space: three named lines through the middle of the cloud, before the far walls of a light box."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from embedviz.raster import LabelBox
from embedviz.raster.solid_box import SolidBox, title_boxes
from embedviz.space.arrays import DoubleArray
from embedviz.views.plot.label_pictures import HALO_PX, LabelPictures, Lettering
from embedviz.views.plot.solid_camera import SolidCamera
from embedviz.views.theme import Theme

TITLE_GAP_PX = 8.0
MARGIN_PX = 4.0
FARTHEST_PX = 1e6


@dataclass(frozen=True)
class Title:
    """What an axis is called, and where its name stands on the widget."""

    text: str
    box: QRectF


class SolidAxes:
    """Draws behind the points; the box is as large as the cloud reaches."""

    def __init__(self) -> None:
        self._titles = ("", "", "")
        self._box = SolidBox(np.zeros(3), np.ones(3))
        self._covered: list[QRectF] = []
        self._theme: Theme | None = None
        self._metrics = QFontMetricsF(QFont())
        self._pictures = LabelPictures(Lettering(QFont(), "white"))

    def set_look(self, theme: Theme, font: QFont) -> None:
        """Draw in another theme or font."""
        self._theme, self._metrics = theme, QFontMetricsF(font)
        self._pictures = LabelPictures(Lettering(font, theme.ground))

    def set_titles(self, titles: tuple[str, str, str]) -> None:
        """Name the axes."""
        self._titles = titles

    def set_box(self, box: SolidBox) -> None:
        """Stand around another cloud."""
        self._box = box

    def keep_off(self, covered: list[QRectF]) -> None:
        """Write the names below what lies over the plot, as its buttons."""
        self._covered = covered

    def titles(self, camera: SolidCamera) -> list[Title]:
        """The names of the axes where they stand now; one that points at the eye has none."""
        places = camera.to_pixels(np.vstack([self._box.middle, self._box.title_ends()]))
        height, ground = self._metrics.height(), camera.ground
        sizes = np.array([(self._metrics.horizontalAdvance(text), height) for text in self._titles])
        room = LabelBox(ground.left(), ground.top(), ground.width(), ground.height())
        boxes = title_boxes(places[0], places[1:], sizes, room, gap=TITLE_GAP_PX, margin=MARGIN_PX)
        return [
            Title(text, self._beside(QRectF(*box)))
            for text, box in zip(self._titles, boxes, strict=True)
            if box is not None
        ]

    def paint(self, painter: QPainter, camera: SolidCamera) -> None:
        """Draw the walls that the eye sees from inside, and the axes."""
        if self._theme is None or not any(self._titles):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for lines, strength in self._box.walls(camera.lens):
            self._paint_lines(painter, camera, lines, self._tone(self._theme.hairline, strength))
        for lines, strength in self._box.axes():
            self._paint_lines(painter, camera, lines, self._tone(self._theme.muted, strength))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    def paint_titles(self, painter: QPainter, camera: SolidCamera) -> None:
        """Write the names of the axes, over the points, where they can be read."""
        if self._theme is None:
            return
        ratio, tone = painter.device().devicePixelRatioF(), QColor(self._theme.text)
        for title in self.titles(camera):
            key = (title.text, ratio)
            picture = self._pictures.find(key) or self._pictures.make(key, title.text, tone, ratio)
            place = title.box.topLeft() - QPointF(HALO_PX, HALO_PX)
            painter.drawPixmap(QPointF(round(place.x() * ratio) / ratio, round(place.y() * ratio) / ratio), picture)

    def _beside(self, box: QRectF) -> QRectF:
        """A box, moved down below what would cover it."""
        for cover in self._covered:
            if cover.intersects(box):
                box.moveTop(cover.bottom() + MARGIN_PX)
        return box

    def _paint_lines(self, painter: QPainter, camera: SolidCamera, lines: DoubleArray, tone: QColor) -> None:
        """Draw lines (k, 2, 3) of space; none of them where one end cannot be seen."""
        pixels = camera.to_pixels(lines.reshape(-1, 3))
        if np.isfinite(pixels).all() and np.abs(pixels).max() < FARTHEST_PX:
            painter.setPen(QPen(tone, 1.0))
            painter.drawLines([QLineF(*ends) for ends in pixels.reshape(-1, 4).tolist()])

    def _tone(self, color: str, strength: float) -> QColor:
        """A colour as it looks over the ground; opaque, as Qt draws transparent lines many times slower."""
        assert self._theme is not None
        over, under, rest = QColor(color), QColor(self._theme.ground), 1 - strength
        return QColor.fromRgbF(
            strength * over.redF() + rest * under.redF(),
            strength * over.greenF() + rest * under.greenF(),
            strength * over.blueF() + rest * under.blueF(),
        )
