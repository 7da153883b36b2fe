"""What is marked on the plot: the query, its neighbours with rings and links, and labels that never overlap."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap

from embedviz.raster import Marks, place_labels
from embedviz.space.arrays import DoubleArray
from embedviz.views.plot.captions import Caption
from embedviz.views.theme import Theme

QUERY_RADIUS = 8.0
NEIGHBOR_RADIUS = 4.5
FOCUS_RADIUS = 7.0
LABEL_OFFSET = 11.0
HALO_PX = 3.0
WIDEST_SHARE = 0.4
MOST_PIXMAPS = 4000
LINK_PX, CROWDED_LINK_PX, MANY_LINKS = 1.2, 1.0, 100  # Qt draws lines of one pixel many times faster


class MarksItem(pg.GraphicsObject):
    """Draws marks over the points, and the names that `captions` finds for what is in view, most important first."""

    def __init__(self, captions: Callable[[], list[Caption]]) -> None:
        super().__init__()
        self._captions = captions
        self._marks: Marks | None = None
        self._focus: tuple[float, float] | None = None
        self._theme: Theme | None = None
        self._font = QFont()
        self._pixmaps: dict[tuple[str, str, float], QPixmap] = {}

    def show_marks(self, marks: Marks | None, theme: Theme, font: QFont) -> None:
        """Mark another answer, or draw in another theme."""
        if theme is not self._theme or font != self._font:
            self._pixmaps.clear()
        self._marks, self._theme, self._font = marks, theme, font
        self.update()

    def show_focus(self, point: tuple[float, float] | None) -> None:
        """Ring the item under attention, or none."""
        self._focus = point
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(self.viewRect())

    def viewTransformChanged(self) -> None:
        super().viewTransformChanged()
        self.prepareGeometryChange()

    def paint(self, painter: QPainter, *args: Any) -> None:
        if self._theme is None:
            return
        transform = painter.worldTransform()
        ground = transform.mapRect(QRectF(self.viewRect()))
        painter.save()
        painter.resetTransform()
        painter.setClipRect(ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

        def on_screen(points: DoubleArray) -> list[QPointF]:
            return [transform.map(QPointF(float(x), float(y))) for x, y in points]

        taken = self._draw_marks(painter, self._marks, on_screen, self._theme) if self._marks is not None else []
        if self._focus is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._theme.text), 1.5))
            painter.drawEllipse(transform.map(QPointF(*self._focus)), FOCUS_RADIUS, FOCUS_RADIUS)
        boxes = [(box.x() - ground.x(), box.y() - ground.y(), box.width(), box.height()) for box in taken]
        self._draw_captions(painter, ground, on_screen, self._theme, boxes)
        painter.restore()

    def _draw_marks(self, painter: QPainter, marks: Marks, on_screen: Any, theme: Theme) -> list[QRectF]:
        """Draw links, neighbours and the query; returns the boxes that names must leave free."""
        neighbors = on_screen(marks.neighbor_points)
        query = on_screen(marks.query_point[None])[0] if marks.query_point is not None else None
        width = LINK_PX if len(neighbors) <= MANY_LINKS else CROWDED_LINK_PX
        for point, strength in zip(neighbors, marks.strengths, strict=True):
            if query is not None and _finite(point) and _finite(query):
                link = QColor(theme.neighbor)
                link.setAlphaF(0.15 + 0.65 * float(strength))
                painter.setPen(QPen(link, width))
                painter.drawLine(query, point)
        painter.setPen(QPen(QColor(theme.ground), 1.5))
        painter.setBrush(QColor(theme.neighbor))
        for point in filter(_finite, neighbors):
            painter.drawEllipse(point, NEIGHBOR_RADIUS, NEIGHBOR_RADIUS)
        if query is not None and _finite(query):
            tone = QColor(theme.query)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(tone, 2.2, Qt.PenStyle.DashLine if marks.is_ghost else Qt.PenStyle.SolidLine))
            painter.drawEllipse(query, QUERY_RADIUS, QUERY_RADIUS)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tone)
            painter.drawEllipse(query, 2.5, 2.5)
        boxes = [_box(point, NEIGHBOR_RADIUS) for point in filter(_finite, neighbors)]
        return [*boxes, _box(query, QUERY_RADIUS)] if query is not None and _finite(query) else boxes

    def _draw_captions(
        self,
        painter: QPainter,
        ground: QRectF,
        on_screen: Any,
        theme: Theme,
        taken: list[tuple[float, float, float, float]],
    ) -> None:
        metrics = QFontMetricsF(self._font)
        widest = WIDEST_SHARE * ground.width()
        captions = [
            replace(caption, text=metrics.elidedText(caption.text, Qt.TextElideMode.ElideRight, widest))
            for caption in self._captions()
        ]
        if not captions:
            return
        anchors = on_screen(np.array([caption.point for caption in captions]))
        inside = [index for index, anchor in enumerate(anchors) if _finite(anchor) and ground.contains(anchor)]
        if not inside:
            return
        sizes = np.array(
            [(metrics.horizontalAdvance(captions[index].text) + 4, metrics.height()) for index in inside]
        ).reshape(-1, 2)
        places = np.array([(anchors[i].x() - ground.left(), anchors[i].y() - ground.top()) for i in inside]).reshape(
            -1, 2
        )
        size = ground.width(), ground.height()
        first = 1 if captions[inside[0]].role == "query_text" else 0
        placed = place_labels(places[:first], sizes[:first], *size, occupied=taken, offset=LABEL_OFFSET)
        if first and not placed:  # in a crowd the query's name gives way to its own ring alone
            placed = place_labels(places[:first], sizes[:first], *size, occupied=taken[-1:], offset=LABEL_OFFSET)
        named = [(spot.x, spot.y, *sizes[spot.index]) for spot in placed]
        others = place_labels(places[first:], sizes[first:], *size, occupied=[*taken, *named], offset=LABEL_OFFSET)
        ratio = painter.device().devicePixelRatioF()
        for spot, skipped in (*((spot, 0) for spot in placed), *((spot, first) for spot in others)):
            caption = captions[inside[spot.index + skipped]]
            pixmap = self._pixmap(caption.text, getattr(theme, caption.role), ratio, metrics, theme)
            corner = QPointF(spot.x + ground.left() - HALO_PX, spot.y + ground.top() - HALO_PX)
            painter.drawPixmap(corner, pixmap)

    def _pixmap(self, text: str, color: str, ratio: float, metrics: QFontMetricsF, theme: Theme) -> QPixmap:
        """A caption drawn once with a halo of the ground's colour, then kept."""
        key = (text, color, ratio)
        if key not in self._pixmaps:
            if len(self._pixmaps) >= MOST_PIXMAPS:
                self._pixmaps.clear()
            width = metrics.horizontalAdvance(text) + 4 + 2 * HALO_PX
            pixmap = QPixmap(int(width * ratio) + 1, int((metrics.height() + 2 * HALO_PX) * ratio) + 1)
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            path = QPainterPath()
            path.addText(QPointF(HALO_PX + 2, HALO_PX + metrics.ascent()), self._font, text)
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            halo = QPen(QColor(theme.ground), HALO_PX)
            halo.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.strokePath(path, halo)
            painter.setPen(QColor(color))
            painter.setFont(self._font)
            painter.drawText(QPointF(HALO_PX + 2, HALO_PX + metrics.ascent()), text)
            painter.end()
            self._pixmaps[key] = pixmap
        return self._pixmaps[key]


def _box(center: QPointF, radius: float) -> QRectF:
    return QRectF(center.x() - radius, center.y() - radius, 2 * radius, 2 * radius)


def _finite(point: QPointF) -> bool:
    return math.isfinite(point.x()) and math.isfinite(point.y())
