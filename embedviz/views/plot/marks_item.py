"""What is marked on the plot: the query, its neighbours with rings and links, and the item under attention."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from embedviz.raster import Marks
from embedviz.views.plot.eye import Eye
from embedviz.views.theme import Theme

QUERY_RADIUS = 8.0
NEIGHBOR_RADIUS = 4.5
FOCUS_RADIUS = 7.0
LINK_PX, CROWDED_LINK_PX, MANY_LINKS = 1.2, 1.0, 100  # Qt draws lines of one pixel many times faster

Box = tuple[float, float, float, float]


class MarksItem:
    """Draws marks over the points."""

    def __init__(self, update: Callable[[], None]) -> None:
        self._update = update
        self._marks: Marks | None = None
        self._focus: tuple[float, ...] | None = None
        self._theme: Theme | None = None

    def show_marks(self, marks: Marks | None, theme: Theme) -> None:
        """Mark another answer, or draw in another theme."""
        self._marks, self._theme = marks, theme
        self._update()

    def show_focus(self, point: tuple[float, ...] | None) -> None:
        """Ring the item under attention, or none."""
        self._focus = point
        self._update()

    def boxes(self, camera: Eye) -> list[Box]:
        """The boxes (x, y, width, height) on the widget that names leave free; the last is the query's, if any."""
        if self._marks is None:
            return []
        neighbors, query = _places(self._marks, camera)
        boxes = [_box(point, NEIGHBOR_RADIUS) for point in neighbors if _finite(point)]
        return boxes if query is None else [*boxes, _box(query, QUERY_RADIUS)]

    def paint(self, painter: QPainter, camera: Eye) -> None:
        """Draw what the camera sees."""
        if self._theme is None or self._marks is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_marks(painter, camera, self._marks, self._theme)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    def paint_focus(self, painter: QPainter, camera: Eye) -> None:
        """Ring the item under attention; over all else, so that no name hides it."""
        if self._focus is None or self._theme is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self._theme.text), 1.5))
        painter.drawEllipse(camera.to_pixel(*self._focus), FOCUS_RADIUS, FOCUS_RADIUS)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    def _paint_marks(self, painter: QPainter, camera: Eye, marks: Marks, theme: Theme) -> None:
        neighbors, query = _places(marks, camera)
        width = LINK_PX if len(neighbors) <= MANY_LINKS else CROWDED_LINK_PX
        for point, strength in zip(neighbors, marks.strengths.tolist(), strict=True):
            if query is not None and _finite(point):
                link = QColor(theme.neighbor)
                link.setAlphaF(0.15 + 0.65 * strength)
                painter.setPen(QPen(link, width))
                painter.drawLine(query, point)
        painter.setPen(QPen(QColor(theme.ground), 1.5))
        painter.setBrush(QColor(theme.neighbor))
        for point in filter(_finite, neighbors):
            painter.drawEllipse(point, NEIGHBOR_RADIUS, NEIGHBOR_RADIUS)
        if query is None:
            return
        tone = QColor(theme.query)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(tone, 2.2, Qt.PenStyle.DashLine if marks.is_ghost else Qt.PenStyle.SolidLine))
        painter.drawEllipse(query, QUERY_RADIUS, QUERY_RADIUS)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tone)
        painter.drawEllipse(query, 2.5, 2.5)


def _places(marks: Marks, camera: Eye) -> tuple[list[QPointF], QPointF | None]:
    """Where the neighbours are seen, and the query if it is."""
    neighbors = [QPointF(x, y) for x, y in camera.to_pixels(marks.neighbor_points).tolist()]
    query = camera.to_pixel(*map(float, marks.query_point)) if marks.query_point is not None else None
    return neighbors, query if query is not None and _finite(query) else None


def _box(center: QPointF, radius: float) -> Box:
    return center.x() - radius, center.y() - radius, 2 * radius, 2 * radius


def _finite(point: QPointF) -> bool:
    return math.isfinite(point.x()) and math.isfinite(point.y()) and abs(point.x()) < 1e7 and abs(point.y()) < 1e7
