"""A figure of three components: the cloud as a camera sees it, in its box, nearer items larger and with more ink."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from embedviz.raster.figure_sheet import Sheet
from embedviz.raster.figure_spec import FigureContent, FigureSpec
from embedviz.raster.figure_text import plain_line
from embedviz.raster.marks import Marks
from embedviz.raster.painter import Painter
from embedviz.raster.placement import LabelBox
from embedviz.raster.plane import axis_title
from embedviz.raster.solid import Camera, depth_steps, depth_table, name_order, project_solid
from embedviz.raster.solid_box import SolidBox, title_boxes
from embedviz.raster.viewport import Viewport
from embedviz.space.arrays import ByteArray, DoubleArray, FloatArray, RowArray

_CHUNK_ROWS = 1 << 16
_TITLE_PIXELS = 13
_TITLE_GAP, _MARGIN = 8.0, 4.0


@dataclass(frozen=True, eq=False)
class SolidView:
    """`points` float32 (n, 3) as `camera` sees them on the frame.

    `places` float32 (n, 2) are pixels of the frame, y upwards, and `depths` float32 (n,) larger for what is nearer.
    """

    points: FloatArray
    camera: Camera
    viewport: Viewport
    places: FloatArray
    depths: FloatArray
    marks: Marks | None
    titles: tuple[str, ...]
    box: SolidBox

    @classmethod
    def of(
        cls,
        whole: FloatArray,
        points: FloatArray,
        marks: Marks | None,
        frame: LabelBox,
        content: FigureContent,
        spec: FigureSpec,
    ) -> SolidView:
        """What is seen of `points` (n, 3), the `whole` cloud but for what is hidden: as wished, or as at first."""
        width, height = int(frame.width), int(frame.height)
        camera = spec.camera or Camera.first(whole, 1, 1)
        camera = camera.resized(min(width, height))
        places, depths = _seen(points, camera, width, height)
        if marks is not None:
            query = marks.query_point
            marks = replace(
                marks,
                query_point=None if query is None else _finite(_upright(query[None], camera, width, height)[0]),
                neighbor_points=_upright(marks.neighbor_points, camera, width, height),
            )
        titles = tuple(plain_line(axis_title(content.projection, axis)) for axis in spec.axes)
        viewport = Viewport(0, width, 0, height, width, height)
        return cls(points, camera, viewport, places, depths, marks, titles, SolidBox.around(whole))

    def draw_back(self, sheet: Sheet, frame: LabelBox) -> None:
        """Draw the walls that the eye sees from inside, and the axes."""
        sheet.lay_behind(lambda under: self._draw_box(under, frame))

    def draw_front(self, sheet: Sheet, frame: LabelBox) -> list[LabelBox]:
        """Write the names of the axes, over the points, where they can be read."""
        unit, font = sheet.unit, sheet.font(_TITLE_PIXELS)
        pixels = self._on_frame(np.vstack([self.box.middle, self.box.title_ends()]))
        sizes = np.array([(sheet.width_of(title, font), (_TITLE_PIXELS + 3) * unit) for title in self.titles])
        room = LabelBox(0, 0, frame.width, frame.height)
        boxes = title_boxes(pixels[0], pixels[1:], sizes, room, gap=_TITLE_GAP * unit, margin=_MARGIN * unit)
        for title, box in zip(self.titles, boxes, strict=True):
            if box is not None:
                x, y = frame.x + box.x, frame.y + box.y + box.height / 2
                sheet.text(x, y, title, font, sheet.theme.text, halo=True, va="center_baseline")
        return [box for box in boxes if box is not None]

    def paint(
        self, painter: Painter, rows: RowArray | None, scale: int, lines: tuple[int, int], **look: Any
    ) -> ByteArray:
        """Paint some lines of the picture."""
        (top, bottom), width, height = lines, self.viewport.width * scale, self.viewport.height * scale
        camera = self.camera.resized(scale).shifted(0, (height - top - bottom) / 2)
        points = self.points if rows is None else self.points[rows]
        return painter.paint_solid(points, camera, width, bottom - top, **look)

    def shapes(self, rows: RowArray) -> Iterator[tuple[RowArray, float, float]]:
        """From the farthest to the nearest, each step of depth in the order of rows."""
        steps, table = depth_steps(self.depths[rows]), depth_table(self.camera)
        for step, (area, share) in enumerate(table.tolist()):
            yield rows[steps == step], area**0.5, share

    def most_important_first(self, rows: RowArray) -> RowArray:
        """The frequent and the near ones."""
        return rows[np.argsort(name_order(rows, self.depths[rows]), kind="stable")]

    def _draw_box(self, sheet: Sheet, frame: LabelBox) -> None:
        hairline, muted = sheet.theme.hairline, sheet.theme.muted
        parts = [(*wall, hairline) for wall in self.box.walls(self.camera)]
        parts += [(*axis, muted) for axis in self.box.axes()]
        for lines, strength, color in parts:
            segments = np.add(self._on_frame(lines.reshape(-1, 3)), (frame.x, frame.y)).reshape(-1, 2, 2)
            if np.isfinite(segments).all():
                sheet.lines(segments, color, np.full(len(segments), strength), frame, width=1.0)

    def _on_frame(self, places: DoubleArray) -> DoubleArray:
        """Pixels (n, 2) of the frame, y downwards, of places (n, 3) in space."""
        with np.errstate(over="ignore"):
            seen = places.astype(np.float32)
        return project_solid(seen, self.camera, self.viewport.width, self.viewport.height)[0]


def _seen(points: FloatArray, camera: Camera, width: int, height: int) -> tuple[FloatArray, FloatArray]:
    """Places and depths, worked out alike whether kernels are ready or not: figures are equal to the byte."""
    places, depths = np.empty((len(points), 2), np.float32), np.empty(len(points), np.float32)
    for start in range(0, len(points), _CHUNK_ROWS):
        rows = slice(start, start + _CHUNK_ROWS)
        pixels, depth = project_solid(points[rows], camera, width, height)
        with np.errstate(over="ignore"):
            places[rows, 0], places[rows, 1], depths[rows] = pixels[:, 0], height - pixels[:, 1], depth
    return places, depths


def _upright(places: DoubleArray, camera: Camera, width: int, height: int) -> DoubleArray:
    """Pixels (k, 2), y upwards, of places (k, 3)."""
    with np.errstate(over="ignore"):
        pixels, _ = project_solid(places.astype(np.float32), camera, width, height)
    return np.column_stack([pixels[:, 0], height - pixels[:, 1]])


def _finite(place: DoubleArray) -> DoubleArray | None:
    return place if np.isfinite(place).all() else None
