"""The plot's ground: pan, wheel zoom, click, rectangle and lasso."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsPathItem

from embedviz.operations.looking import Combining

Tool = Literal["pan", "rectangle", "lasso"]
LASSO_STEP_PX = 3.0


def combining(modifiers: Qt.KeyboardModifier) -> Combining:
    """Shift adds to the selection, Alt takes away, neither replaces it."""
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return "add"
    return "remove" if modifiers & Qt.KeyboardModifier.AltModifier else "replace"


class PlotViewBox(pg.ViewBox):
    """Tells of clicks (scene position, modifiers) and of drawn outlines (data coordinates (n, 2), how to combine)."""

    clicked = Signal(object, object)
    rectangle_drawn = Signal(object, object)
    lasso_drawn = Signal(object, object)

    def __init__(self) -> None:
        super().__init__(lockAspect=True, enableMenu=False, defaultPadding=0.04)
        self.disableAutoRange()
        self.tool: Tool = "pan"
        self._trace: list[QPointF] = []
        self._outline = QGraphicsPathItem(self)
        self._outline.setZValue(1000)

    def set_outline_color(self, color: QColor) -> None:
        """Draw rectangle and lasso in this colour."""
        self._outline.setPen(QPen(color, 1.5, Qt.PenStyle.DashLine))
        fill = QColor(color)
        fill.setAlpha(28)
        self._outline.setBrush(fill)

    def mouseClickEvent(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self.clicked.emit(event.scenePos(), event.modifiers())

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        if self.tool == "pan" or axis is not None or event.button() != Qt.MouseButton.LeftButton:
            super().mouseDragEvent(event, axis)
            return
        event.accept()
        here = event.pos()
        if event.isStart():
            self._trace = [event.buttonDownPos()]
        if self.tool == "rectangle":
            self._trace = [self._trace[0], here]
        elif (here - self._trace[-1]).manhattanLength() >= LASSO_STEP_PX:
            self._trace.append(here)
        if event.isFinish():
            self._finish(combining(event.modifiers()))
        else:
            self._outline.setPath(self._path())

    def _path(self) -> QPainterPath:
        path = QPainterPath()
        path.addPolygon(QPolygonF(self._corners()))
        path.closeSubpath()
        return path

    def _corners(self) -> list[QPointF]:
        if self.tool != "rectangle":
            return self._trace
        first, last = self._trace[0], self._trace[-1]
        return [first, QPointF(last.x(), first.y()), last, QPointF(first.x(), last.y())]

    def _finish(self, how: Combining) -> None:
        corners = [self.mapToView(corner) for corner in self._corners()]
        self._trace = []
        self._outline.setPath(QPainterPath())
        polygon = np.array([(corner.x(), corner.y()) for corner in corners], np.float64)
        (self.rectangle_drawn if self.tool == "rectangle" else self.lasso_drawn).emit(polygon, how)
