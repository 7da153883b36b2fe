"""Arrows on the plot: offsets between items, such as those of an analogy."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from embedviz.operations.analysing import Arrow
from embedviz.space.arrays import FloatArray
from embedviz.views.plot.eye import Eye
from embedviz.views.theme import Theme

LINE_PX, HEAD_PX, HALF_WIDTH_PX, GAP_PX = 2.0, 10.0, 4.0, 5.0
FAR_PX = 1e5


class ArrowsItem:
    """Draws arrows over the points."""

    def __init__(self, update: Callable[[], None]) -> None:
        self._update = update
        self._arrows: tuple[Arrow, ...] = ()
        self._theme: Theme | None = None

    def show_arrows(self, arrows: tuple[Arrow, ...], theme: Theme) -> None:
        """Draw other arrows, or in another theme."""
        self._arrows, self._theme = arrows, theme
        self._update()

    def paint(self, painter: QPainter, camera: Eye, points: FloatArray) -> None:
        """Draw the arrows between `points` (n_items, d) that the camera sees; items without a place have none."""
        rows = np.array([(arrow.start, arrow.end) for arrow in self._arrows], np.int64).reshape(-1, 2)
        if self._theme is None or not len(rows) or rows.max() >= len(points):
            return
        starts, ends = camera.to_pixels(points[rows[:, 0]]).tolist(), camera.to_pixels(points[rows[:, 1]]).tolist()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tone = QColor(self._theme.accent)
        painter.setBrush(tone)
        for start, end in zip(starts, ends, strict=True):
            self._paint_one(painter, start, end, tone)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    def _paint_one(self, painter: QPainter, start: list[float], end: list[float], tone: QColor) -> None:
        """A line from near one item to near the other, and a head; none where there is no room or no place."""
        (x0, y0), (x1, y1) = start[:2], end[:2]
        length = math.hypot(x1 - x0, y1 - y0)
        if not 2 * GAP_PX + HEAD_PX < length < FAR_PX:
            return
        dx, dy = (x1 - x0) / length, (y1 - y0) / length
        tip = QPointF(x1 - GAP_PX * dx, y1 - GAP_PX * dy)
        neck = QPointF(tip.x() - HEAD_PX * dx, tip.y() - HEAD_PX * dy)
        painter.setPen(QPen(tone, LINE_PX))
        painter.drawLine(QPointF(x0 + GAP_PX * dx, y0 + GAP_PX * dy), neck)
        painter.setPen(Qt.PenStyle.NoPen)
        side = QPointF(-dy * HALF_WIDTH_PX, dx * HALF_WIDTH_PX)
        painter.drawPolygon(QPolygonF([tip, neck + side, neck - side]))
