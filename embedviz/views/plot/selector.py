"""From what a hand has drawn to a selection, on the plane or in space."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from embedviz.operations import Operations
from embedviz.operations.looking import Combining
from embedviz.space.arrays import DoubleArray
from embedviz.views.plot.frame import frame_of
from embedviz.views.plot.hand import Hand
from embedviz.views.plot.scene import Scene
from embedviz.views.plot.solid_scene import SolidScene


class Selector(QObject):
    """Selects what lies in a rectangle, in a lasso or under a brush."""

    def __init__(self, operations: Operations, scene: Scene, solid: SolidScene, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._operations, self._scene, self._solid = operations, scene, solid

    def listen(self, hand: Hand) -> None:
        """Select what this hand draws."""
        hand.rectangle_drawn.connect(self._on_rectangle_drawn)
        hand.lasso_drawn.connect(self._on_lasso_drawn)
        hand.stroke_drawn.connect(self._on_stroke_drawn)

    @Slot(object, object)
    def _on_rectangle_drawn(self, corners: DoubleArray, how: Combining) -> None:
        if self._solid.is_on:
            self._operations.select_rows(self._solid.rows_in(corners, is_rectangle=True), how)
            return
        (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
        self._operations.select_rectangle(float(x0), float(x1), float(y0), float(y1), how)

    @Slot(object, object)
    def _on_lasso_drawn(self, polygon: DoubleArray, how: Combining) -> None:
        if self._solid.is_on:
            self._operations.select_rows(self._solid.rows_in(polygon), how)
        else:
            self._operations.select_lasso(polygon, how)

    @Slot(object, float, object)
    def _on_stroke_drawn(self, stroke: DoubleArray, radius: float, how: Combining) -> None:
        if self._solid.is_on:
            self._operations.select_rows(self._solid.rows_under(stroke, radius), how)
            return
        frame = frame_of(self._scene.camera.shown, self._scene.camera.ground, 1.0)
        if frame is not None:
            path = stroke - (frame.origin.x(), frame.origin.y())
            self._operations.select_brush(frame.viewport, path, radius, how)
