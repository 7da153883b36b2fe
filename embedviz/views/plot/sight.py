"""What was seen last: where each item stood on the widget, and what else was there, kept for what comes after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, QPixmap

from embedviz.raster import Camera, Marks, SolidPlaces
from embedviz.space.answer import Answer
from embedviz.space.arrays import DoubleArray, FloatArray, RowArray

Rows = RowArray | slice
Places = Callable[[Rows], FloatArray]


@dataclass(frozen=True, eq=False)
class Sight:
    """One look at the items. `subject` is what was shown (labels, projection, axes), `view` how the camera stood.

    `places` gives the pixels float32 (m, 2) of rows, y downwards; `marks` are in pixels too. `names` tells pictures
    of names and where they lie, until others are painted. Where the sight `is_solid`, a cloud in space, `pictures` are
    those of the cloud, and `paint_back` draws what stood behind it.
    """

    subject: tuple[object, ...]
    view: object
    area: QRectF
    n_items: int
    places: Places
    answer: Answer | None = None
    marks: Marks | None = None
    names: Callable[[], list[tuple[QPointF, QPixmap]]] = list
    pictures: tuple[tuple[np.ndarray, QImage], ...] = ()
    paint_back: Callable[[QPainter], None] | None = None
    is_solid: bool = False

    def can_become(self, later: Sight) -> bool:
        """Whether the same items stand elsewhere later, on a widget of the same size."""
        return (
            self.subject != later.subject
            and self.subject[0] is later.subject[0]
            and self.n_items == later.n_items > 0
            and self.area == later.area
        )


def plane_places(points: FloatArray, shown: QRectF, ground: QRectF) -> Places:
    """Where `points` (n, 2) stand while the data rectangle `shown` fills the `ground`."""
    units = ground.width() / shown.width(), -ground.height() / shown.height()
    starts = (shown.left(), ground.left()), (shown.bottom(), ground.top())

    def places(rows: Rows) -> FloatArray:
        taken = points[rows]
        pixels = np.empty((len(taken), 2), np.float32)
        with np.errstate(over="ignore", invalid="ignore"):
            for axis, (unit, (start, at)) in enumerate(zip(units, starts, strict=True)):
                pixels[:, axis] = (taken[:, axis].astype(np.float64) - start) * unit + at
        return pixels

    return places


def space_places(points: FloatArray, lens: Camera, middle: tuple[float, float]) -> Places:
    """Where `points` (n, 3) are seen by a lens whose middle is at a pixel of the widget."""

    def places(rows: Rows) -> FloatArray:
        pixels = SolidPlaces(points[rows], lens, 0, 0).places
        return np.add(pixels, np.array(middle, np.float32))

    return places


def marks_seen(marks: Marks | None, seen: Callable[[DoubleArray], DoubleArray]) -> Marks | None:
    """Marks at the pixels where their places are seen."""
    if marks is None:
        return None
    query = seen(marks.query_point[None])[0] if marks.query_point is not None else None
    return Marks(query, seen(marks.neighbor_points), marks.strengths, marks.is_ghost)


def marks_between(before: Marks | None, after: Marks | None, share: float) -> Marks | None:
    """Marks of one answer on their way; where they do not answer each other they stand at the end."""
    if before is None or after is None or len(before.neighbor_points) != len(after.neighbor_points):
        return after
    query = after.query_point
    if query is not None and before.query_point is not None:
        query = _between(before.query_point, query, share)
    neighbors = _between(before.neighbor_points, after.neighbor_points, share)
    return Marks(query, neighbors, after.strengths, after.is_ghost)


def _between(before: DoubleArray, after: DoubleArray, share: float) -> DoubleArray:
    with np.errstate(over="ignore", invalid="ignore"):
        way: DoubleArray = before * (1 - share) + after * share
    return way
