"""The axes in space: three named lines through the middle of the cloud, before the far walls of a light box."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from embedviz.space.arrays import DoubleArray
from embedviz.views.plot.label_pictures import HALO_PX, LabelPictures
from embedviz.views.plot.solid_camera import SolidCamera
from embedviz.views.theme import Theme

DIVISIONS = 4
WALL_STRENGTH, AXIS_STRENGTH = 0.85, 0.75
EDGE_ON = 0.35  # a wall seen at a flatter angle than this (cosine) fades, so that none appears at once
TITLE_GAP_PX = 8.0
TITLE_SHARE = 1.06
MARGIN_PX = 4.0


@dataclass(frozen=True)
class Title:
    """What an axis is called, and where its name stands on the widget."""

    text: str
    box: QRectF


class SolidAxes:
    """Draws behind the points; the box is as large as the cloud reaches."""

    def __init__(self) -> None:
        self._titles = ("", "", "")
        self._middle: DoubleArray = np.zeros(3)
        self._half: DoubleArray = np.ones(3)
        self._theme: Theme | None = None
        self._metrics = QFontMetricsF(QFont())
        self._pictures = LabelPictures(QFont(), "white")

    def set_look(self, theme: Theme, font: QFont) -> None:
        """Draw in another theme or font."""
        self._theme, self._metrics, self._pictures = theme, QFontMetricsF(font), LabelPictures(font, theme.ground)

    def set_titles(self, titles: tuple[str, str, str]) -> None:
        """Name the axes."""
        self._titles = titles

    def set_box(self, middle: DoubleArray, half: DoubleArray) -> None:
        """Stand around another cloud: its middle (3,), and how far the box reaches from it each way (3,)."""
        self._middle, self._half = middle, half

    def titles(self, camera: SolidCamera) -> list[Title]:
        """The names of the axes where they stand now; one that points at the eye has none."""
        ends, depths = camera.seen(self._middle + np.diag(self._half * TITLE_SHARE))
        start, ground, found = camera.to_pixel(*self._middle.tolist()), camera.ground, []
        for text, (x, y), depth in zip(self._titles, ends.tolist(), depths.tolist(), strict=True):
            away = QPointF(x, y) - start
            length = math.hypot(away.x(), away.y())
            if not (text and math.isfinite(length) and length > 2 * self._metrics.height() and math.isfinite(depth)):
                continue
            width, height = self._metrics.horizontalAdvance(text), self._metrics.height()
            center = QPointF(x, y) + away * ((TITLE_GAP_PX + height / 2) / length)
            left = center.x() - width / 2 + away.x() / length * width / 2
            box = QRectF(left, center.y() - height / 2, width, height)
            box.moveLeft(min(max(box.left(), ground.left() + MARGIN_PX), ground.right() - width - MARGIN_PX))
            if ground.contains(box.center()):
                found.append(Title(text, box))
        return found

    def paint(self, painter: QPainter, camera: SolidCamera) -> None:
        """Draw the walls that the eye sees from inside, and the axes."""
        if self._theme is None or not any(self._titles):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for axis, side in itertools.product(range(3), (-1.0, 1.0)):
            self._paint_wall(painter, camera, axis, side)
        for axis in range(3):
            reach = np.zeros(3)
            reach[axis] = self._half[axis]
            low, high = (camera.to_pixel(*(self._middle + sign * reach).tolist()) for sign in (-1, 1))
            if _finite(low) and _finite(high):
                for end, strength in (low, AXIS_STRENGTH * 0.5), (high, AXIS_STRENGTH):
                    painter.setPen(QPen(self._tone(self._theme.muted, strength), 1.0))
                    painter.drawLine(camera.to_pixel(*self._middle.tolist()), end)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    def paint_titles(self, painter: QPainter, camera: SolidCamera) -> None:
        """Write the names of the axes, over the points, where they can be read."""
        if self._theme is None:
            return
        ratio, tone = painter.device().devicePixelRatioF(), QColor(self._theme.muted)
        for title in self.titles(camera):
            key = (title.text, ratio)
            picture = self._pictures.find(key) or self._pictures.make(key, title.text, tone, ratio)
            place = title.box.topLeft() - QPointF(HALO_PX, HALO_PX)
            painter.drawPixmap(QPointF(round(place.x() * ratio) / ratio, round(place.y() * ratio) / ratio), picture)

    def _paint_wall(self, painter: QPainter, camera: SolidCamera, axis: int, side: float) -> None:
        """One face of the box with its grid, where it lies behind what is in the box."""
        assert self._theme is not None
        toward = camera.lens.rotation[2, axis] * -side  # how far its inner face is turned to the eye
        strength = min(1.0, max(0.0, float(toward) / EDGE_ON))
        if strength <= 0:
            return
        one, other = (axis + 1) % 3, (axis + 2) % 3
        corners = []
        for along, across in (one, other), (other, one):
            for step in range(DIVISIONS + 1):
                for end in (-1.0, 1.0):
                    place = np.zeros(3)
                    place[axis], place[across], place[along] = side, end, 2 * step / DIVISIONS - 1
                    corners.append(self._middle + place * self._half)
        pixels = camera.to_pixels(np.array(corners))
        if not np.isfinite(pixels).all() or np.abs(pixels).max() > 1e6:
            return
        painter.setPen(QPen(self._tone(self._theme.hairline, WALL_STRENGTH * strength), 1.0))
        ends = pixels.reshape(-1, 4).tolist()
        painter.drawLines([QLineF(*end) for end in ends])

    def _tone(self, color: str, strength: float) -> QColor:
        """A colour as it looks over the ground; opaque, as Qt draws transparent lines many times slower."""
        assert self._theme is not None
        over, under, rest = QColor(color), QColor(self._theme.ground), 1 - strength
        return QColor.fromRgbF(
            strength * over.redF() + rest * under.redF(),
            strength * over.greenF() + rest * under.greenF(),
            strength * over.blueF() + rest * under.blueF(),
        )


def _finite(point: QPointF) -> bool:
    return math.isfinite(point.x()) and math.isfinite(point.y()) and abs(point.x()) < 1e6 and abs(point.y()) < 1e6
