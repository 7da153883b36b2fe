"""How a figure looks at the points: on a plane between its axes, or in space before the walls of a box."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from embedviz.raster.figure_parts import draw_axes
from embedviz.raster.figure_sheet import Sheet
from embedviz.raster.figure_spec import FigureContent, FigureSpec
from embedviz.raster.marks import Marks
from embedviz.raster.painter import Painter
from embedviz.raster.placement import LabelBox
from embedviz.raster.plane import axis_title
from embedviz.raster.viewport import Viewport
from embedviz.space.arrays import ByteArray, FloatArray, RowArray


class FigureView(Protocol):
    """Where all items are seen: `places` float32 (n, 2) and `marks` in the data coordinates of the `viewport`.

    The viewport covers the frame at scale 1. What is not seen has NaN.
    """

    @property
    def viewport(self) -> Viewport: ...

    @property
    def places(self) -> FloatArray: ...

    @property
    def marks(self) -> Marks | None: ...

    def draw_back(self, sheet: Sheet, frame: LabelBox) -> None:
        """Draw what stands behind the points."""

    def draw_front(self, sheet: Sheet, frame: LabelBox) -> list[LabelBox]:
        """Draw what stands before them, and return the boxes on the frame that names keep off."""

    def paint(
        self, painter: Painter, rows: RowArray | None, scale: int, lines: tuple[int, int], **look: Any
    ) -> ByteArray:
        """Paint `rows`, or all items, on some lines (first, behind the last) of the picture at a `scale`."""

    def shapes(self, rows: RowArray) -> Iterator[tuple[RowArray, float, float]]:
        """`rows` in the order in which they lie over each other: some, their growth, and their share of the ink."""

    def most_important_first(self, rows: RowArray) -> RowArray:
        """`rows`, ascending, in the order in which they are worth a name."""


@dataclass(frozen=True, eq=False)
class PlaneView:
    """The plane of two components, with numbers along its sides."""

    places: FloatArray
    marks: Marks | None
    viewport: Viewport
    titles: tuple[str, str]

    @classmethod
    def of(
        cls, points: FloatArray, marks: Marks | None, frame: LabelBox, content: FigureContent, spec: FigureSpec
    ) -> PlaneView:
        """What is seen of `points` (n, 2)."""
        titles = axis_title(content.projection, spec.axes[0]), axis_title(content.projection, spec.axes[1])
        return cls(points, marks, _viewport(points, marks, frame, spec), titles)

    def draw_back(self, sheet: Sheet, frame: LabelBox) -> None:
        """Draw nothing."""

    def draw_front(self, sheet: Sheet, frame: LabelBox) -> list[LabelBox]:
        """Draw the axes round the frame."""
        draw_axes(sheet, frame, self.viewport, self.titles)
        return []

    def paint(
        self, painter: Painter, rows: RowArray | None, scale: int, lines: tuple[int, int], **look: Any
    ) -> ByteArray:
        """Paint some lines of the picture."""
        fine = replace(self.viewport, width=self.viewport.width * scale, height=self.viewport.height * scale)
        top, bottom = lines
        if (top, bottom) != (0, fine.height):
            y_high, y_low = (fine.to_data(0, line)[1] for line in lines)
            fine = replace(fine, y_low=y_low, y_high=y_high, height=bottom - top)
        return painter.paint(self.places if rows is None else self.places[rows], fine, **look)

    def shapes(self, rows: RowArray) -> Iterator[tuple[RowArray, float, float]]:
        """All of them alike."""
        yield rows, 1.0, 1.0

    def most_important_first(self, rows: RowArray) -> RowArray:
        """As they are: in most files the first items are the most frequent."""
        return rows


def _viewport(points: FloatArray, marks: Marks | None, frame: LabelBox, spec: FigureSpec) -> Viewport:
    """What is seen: what was wished and, as a unit is as long upwards as to the right, what lies beside it."""
    width, height = int(frame.width), int(frame.height)
    if spec.shown is not None:
        x_low, x_high, y_low, y_high = spec.shown
        unit = max((x_high - x_low) / width, (y_high - y_low) / height)
        x_spare, y_spare = (unit * width - (x_high - x_low)) / 2, (unit * height - (y_high - y_low)) / 2
        return Viewport(x_low - x_spare, x_high + x_spare, y_low - y_spare, y_high + y_spare, width, height)
    seen = points
    if marks is not None and marks.query_point is not None:
        seen = np.concatenate([points, marks.query_point[None, :].astype(np.float32)])
    return Viewport.around(seen, width, height)
