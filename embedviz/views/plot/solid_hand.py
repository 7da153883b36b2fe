"""What the mouse does on a plot in space: turn the cloud, move it, zoom, draw on the picture."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, Qt

from embedviz.views.plot.hand import Hand
from embedviz.views.plot.solid_camera import SolidCamera


class SolidHand(Hand):
    """Turns with the left button where the tool is `pan`; right, middle or Shift with left move the picture.

    Outlines are told in pixels of the widget.
    """

    def __init__(self, camera: SolidCamera, parent: QObject | None = None) -> None:
        super().__init__(camera, parent)
        self._solid = camera

    def _drag(self, moved: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        if self._button == Qt.MouseButton.LeftButton and not modifiers & Qt.KeyboardModifier.ShiftModifier:
            self._solid.turn(moved.x(), moved.y())
        else:
            self._solid.pan(moved.x(), moved.y())
