"""What the mouse does on the plot: click, move the view, turn the wheel, draw a rectangle or a lasso, brush."""

from __future__ import annotations

from typing import Literal

import numpy as np
from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QPolygonF, QWheelEvent

from embedviz.operations.looking import Combining
from embedviz.views.plot.eye import Eye

Tool = Literal["pan", "rectangle", "lasso", "brush"]
CLICK_PX = 4.0
TRACE_STEP_PX = 3.0
BRUSH_PX, SMALLEST_BRUSH_PX, LARGEST_BRUSH_PX = 16.0, 3.0, 60.0
BRUSH_STEP = 1.25
WHEEL_STEP = 1.02**15
DRAG_ZOOM = 1.01

_LEFT, _MIDDLE, _RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton


def combining(modifiers: Qt.KeyboardModifier) -> Combining:
    """Shift adds to the selection, Alt takes away, neither replaces it."""
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return "add"
    return "remove" if modifiers & Qt.KeyboardModifier.AltModifier else "replace"


class Hand(QObject):
    """Moves a camera, and tells of clicks (pixel, modifiers), drawn outlines (data (n, 2), how to combine) and strokes.

    The left button does what `tool` says; the middle one always moves the view, the right one zooms about its start.
    A stroke of the brush is a line of pixels (n, 2), its radius in pixels, and how to combine.
    """

    clicked = Signal(object, object)
    rectangle_drawn = Signal(object, object)
    lasso_drawn = Signal(object, object)
    stroke_drawn = Signal(object, float, object)
    outline_changed = Signal()
    brush_changed = Signal()

    def __init__(self, camera: Eye, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tool: Tool = "pan"
        self.brush_radius = BRUSH_PX
        self._camera = camera
        self._button = Qt.MouseButton.NoButton
        self._pressed_at = QPointF()
        self._last = QPointF()
        self._is_dragging = False
        self._trace: list[QPointF] = []

    @property
    def outline(self) -> QPolygonF:
        """The rectangle, lasso or stroke being drawn, in pixels; empty while none is."""
        return QPolygonF(self._corners())

    def press(self, event: QMouseEvent) -> None:
        """A button goes down; a second one while the first is held is not heard."""
        if self._button == Qt.MouseButton.NoButton:
            self._button, self._is_dragging = event.button(), False
            self._pressed_at = self._last = event.position()

    def move(self, event: QMouseEvent) -> None:
        """The mouse moves; with a button held, farther than a click may, it drags."""
        if self._button == Qt.MouseButton.NoButton:
            return
        at = event.position()
        if not self._is_dragging and (at - self._pressed_at).manhattanLength() < CLICK_PX:
            return
        self._is_dragging = True
        if self._button == _LEFT and self.tool != "pan":
            self._draw(at)
        else:
            self._drag(at - self._last, event.modifiers())
        self._last = at

    def release(self, event: QMouseEvent) -> None:
        """The button comes up: a click if it never dragged, else the end of what was drawn."""
        if event.button() != self._button:
            return
        self.move(event)
        button, self._button = self._button, Qt.MouseButton.NoButton
        if self._trace:
            if self._trace[-1] != event.position():
                self._trace.append(event.position())
            self._finish(combining(event.modifiers()))
        elif button == _LEFT and self.tool == "brush" and combining(event.modifiers()) != "replace":
            self._trace = [event.position()]  # a dab adds or takes away; without a key it is a click, as anywhere
            self._finish(combining(event.modifiers()))
        elif button == _LEFT and not self._is_dragging:
            self.clicked.emit(event.position(), event.modifiers())

    def turn(self, event: QWheelEvent) -> None:
        """The wheel zooms about the cursor; with Shift it makes a brush wider."""
        turns = (event.angleDelta().y() or event.angleDelta().x()) / 120
        if self.tool == "brush" and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.widen_brush(turns)
        elif turns:
            self._camera.zoom(WHEEL_STEP**turns, event.position())
        event.accept()

    def widen_brush(self, steps: float) -> None:
        """Make the brush wider by steps of a quarter, or narrower."""
        radius = min(max(self.brush_radius * BRUSH_STEP**steps, SMALLEST_BRUSH_PX), LARGEST_BRUSH_PX)
        if radius != self.brush_radius:
            self.brush_radius = radius
            self.brush_changed.emit()

    def paint_outline(self, painter: QPainter, color: QColor) -> None:
        """Draw the rectangle, lasso or stroke as far as it has come."""
        outline = self.outline
        if outline.size() > 1:
            fill = QColor(color)
            fill.setAlpha(56 if self.tool == "brush" else 28)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(color, 1.5, Qt.PenStyle.DashLine))
            painter.setBrush(fill)
            if self.tool == "brush":
                self._paint_stroke(painter, outline)
            else:
                painter.drawPolygon(outline)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    def _paint_stroke(self, painter: QPainter, line: QPolygonF) -> None:
        """All that the brush has swept."""
        pen = QPen(painter.brush().color(), 2 * self.brush_radius)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(line)

    def _drag(self, moved: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The mouse, with a button held that draws nothing, has moved on."""
        if self._button == _RIGHT:
            self._camera.zoom(DRAG_ZOOM ** (moved.x() - moved.y()), self._pressed_at)
        elif self._button in (_LEFT, _MIDDLE):
            self._camera.pan(moved.x(), moved.y())

    def _draw(self, at: QPointF) -> None:
        self._trace = self._trace or [self._pressed_at]
        if self.tool == "rectangle":
            self._trace = [self._trace[0], at]
        elif (at - self._trace[-1]).manhattanLength() >= TRACE_STEP_PX:
            self._trace.append(at)
        self.outline_changed.emit()

    def _corners(self) -> list[QPointF]:
        if self.tool != "rectangle" or not self._trace:
            return self._trace
        first, last = self._trace[0], self._trace[-1]
        return [first, QPointF(last.x(), first.y()), last, QPointF(first.x(), last.y())]

    def _finish(self, how: Combining) -> None:
        if self.tool == "brush":
            stroke = np.array([(at.x(), at.y()) for at in self._trace], np.float64)
            self._trace = []
            self.outline_changed.emit()
            self.stroke_drawn.emit(stroke, self.brush_radius, how)
            return
        corners = [self._camera.to_data(corner) for corner in self._corners()]
        self._trace = []
        self.outline_changed.emit()
        polygon = np.array(corners, np.float64).reshape(-1, 2)
        (self.rectangle_drawn if self.tool == "rectangle" else self.lasso_drawn).emit(polygon, how)
