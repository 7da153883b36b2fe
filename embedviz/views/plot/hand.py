"""What the mouse does on the plot: click, move the view, turn the wheel, draw a rectangle or a lasso."""

from __future__ import annotations

from typing import Literal

import numpy as np
from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QPolygonF, QWheelEvent

from embedviz.operations.looking import Combining
from embedviz.views.plot.camera import Camera

Tool = Literal["pan", "rectangle", "lasso"]
CLICK_PX = 4.0
LASSO_STEP_PX = 3.0
WHEEL_STEP = 1.02**15
DRAG_ZOOM = 1.01

_LEFT, _MIDDLE, _RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton


def combining(modifiers: Qt.KeyboardModifier) -> Combining:
    """Shift adds to the selection, Alt takes away, neither replaces it."""
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return "add"
    return "remove" if modifiers & Qt.KeyboardModifier.AltModifier else "replace"


class Hand(QObject):
    """Moves a camera, and tells of clicks (pixel, modifiers) and drawn outlines (data (n, 2), how to combine).

    The left button does what `tool` says; the middle one always moves the view, the right one zooms about its start.
    """

    clicked = Signal(object, object)
    rectangle_drawn = Signal(object, object)
    lasso_drawn = Signal(object, object)
    outline_changed = Signal()

    def __init__(self, camera: Camera, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tool: Tool = "pan"
        self._camera = camera
        self._button = Qt.MouseButton.NoButton
        self._pressed_at = QPointF()
        self._last = QPointF()
        self._is_dragging = False
        self._trace: list[QPointF] = []

    @property
    def outline(self) -> QPolygonF:
        """The rectangle or lasso being drawn, in pixels; empty while none is."""
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
        if self._button == _RIGHT:
            moved = at - self._last
            self._camera.zoom(DRAG_ZOOM ** (moved.x() - moved.y()), self._pressed_at)
        elif self._button == _LEFT and self.tool != "pan":
            self._draw(at)
        elif self._button in (_LEFT, _MIDDLE):
            scale, moved = self._camera.scale, at - self._last
            self._camera.move(-moved.x() / scale, moved.y() / scale)
        self._last = at

    def release(self, event: QMouseEvent) -> None:
        """The button comes up: a click if it never dragged, else the end of what was drawn."""
        if event.button() != self._button:
            return
        self.move(event)
        button, self._button = self._button, Qt.MouseButton.NoButton
        if self._trace:
            self._finish(combining(event.modifiers()))
        elif button == _LEFT and not self._is_dragging:
            self.clicked.emit(event.position(), event.modifiers())

    def turn(self, event: QWheelEvent) -> None:
        """The wheel zooms about the cursor."""
        turns = (event.angleDelta().y() or event.angleDelta().x()) / 120
        if turns:
            self._camera.zoom(WHEEL_STEP**turns, event.position())
        event.accept()

    def paint_outline(self, painter: QPainter, color: QColor) -> None:
        """Draw the rectangle or lasso as far as it has come."""
        outline = self.outline
        if outline.size() > 1:
            fill = QColor(color)
            fill.setAlpha(28)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(color, 1.5, Qt.PenStyle.DashLine))
            painter.setBrush(fill)
            painter.drawPolygon(outline)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    def _draw(self, at: QPointF) -> None:
        self._trace = self._trace or [self._pressed_at]
        if self.tool == "rectangle":
            self._trace = [self._trace[0], at]
        elif (at - self._trace[-1]).manhattanLength() >= LASSO_STEP_PX:
            self._trace.append(at)
        self.outline_changed.emit()

    def _corners(self) -> list[QPointF]:
        if self.tool != "rectangle" or not self._trace:
            return self._trace
        first, last = self._trace[0], self._trace[-1]
        return [first, QPointF(last.x(), first.y()), last, QPointF(first.x(), last.y())]

    def _finish(self, how: Combining) -> None:
        corners = [self._camera.to_data(corner) for corner in self._corners()]
        self._trace = []
        self.outline_changed.emit()
        polygon = np.array(corners, np.float64).reshape(-1, 2)
        (self.rectangle_drawn if self.tool == "rectangle" else self.lasso_drawn).emit(polygon, how)
