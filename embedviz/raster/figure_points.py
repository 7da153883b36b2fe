"""The points of a figure: painted as in the window, or one shape each where they are few and the file has shapes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from embedviz.progress import Progress, Steps
from embedviz.raster.drawing import Color
from embedviz.raster.figure_png import over
from embedviz.raster.figure_sheet import Sheet, on_sheet
from embedviz.raster.figure_spec import FigureContent, FigureSpec
from embedviz.raster.figure_theme import rgb
from embedviz.raster.figure_view import FigureView
from embedviz.raster.painter import Painter
from embedviz.raster.placement import LabelBox
from embedviz.raster.style import Style, style_for
from embedviz.raster.viewport import Viewport
from embedviz.space.arrays import DoubleArray, FloatArray, RowArray

_BAND_PIXELS = 4_000_000
_CHUNK_ROWS = 1 << 16
_SELECTED, _SELECTED_COLORED = 2.0, 1.2


@dataclass(frozen=True, eq=False)
class Layer:
    """Some `rows` drawn in one style; all of them where `rows` is None."""

    rows: RowArray | None
    style: Style
    color: Color

    def adjusted(self, size: float, opacity: float) -> Layer:
        """The same with larger or stronger points."""
        return replace(self, style=self.style.adjusted(size, opacity))


def draw_points(
    sheet: Sheet, frame: LabelBox, view: FigureView, rows: RowArray, content: FigureContent, spec: FigureSpec
) -> Steps[None]:
    """Draw all items, of which `rows` are in view, on the `frame` that the view's viewport covers at scale 1."""
    ratio = sheet.unit
    if sheet.kind != "png" and len(rows) <= spec.vector_points:
        yield Progress(None, "Drawing points as shapes")
        for layer in _layers(content, spec, style_for(len(rows), ratio), sheet):
            seen = rows if layer.rows is None else np.intersect1d(rows, layer.rows, assume_unique=True)
            for some, growth, share in view.shapes(seen):
                _draw_shapes(sheet, frame, view, some, layer.adjusted(growth, share), content)
        return
    width, height = view.viewport.width * sheet.scale, view.viewport.height * sheet.scale
    picture = np.zeros((height, width, 4), np.uint8)
    layers = _layers(content, spec, style_for(len(rows), ratio * sheet.scale), sheet)
    with Painter() as painter:
        for top, bottom in _bands(width, height):
            yield Progress(top / height, "Drawing points")
            for number, layer in enumerate(layers):
                look = _look(layer, content)
                laid = view.paint(painter, layer.rows, sheet.scale, (top, bottom), **look)
                picture[top:bottom] = laid if number == 0 else over(picture[top:bottom], laid)
    yield Progress(1.0, "Drawing points")
    sheet.points_picture(picture, frame)


def rows_in_view(points: FloatArray, viewport: Viewport) -> RowArray:
    """Rows of `points` (n, 2) that lie on the picture, its edges included, ascending."""
    found: list[RowArray] = [np.empty(0, np.int64)]
    for start in range(0, len(points), _CHUNK_ROWS):
        x, y = viewport.exact_pixels(points[start : start + _CHUNK_ROWS])
        inside = (x >= 0) & (x <= viewport.width) & (y >= 0) & (y <= viewport.height)
        found.append(np.flatnonzero(inside) + start)
    return np.concatenate(found)


def _layers(content: FigureContent, spec: FigureSpec, style: Style, sheet: Sheet) -> list[Layer]:
    """All items, held back behind an answer or a selection, and the selected ones once more, stronger."""
    style = style.adjusted(spec.point_size, spec.opacity)
    style = style if content.coloring is None else style.vivid()
    held_back = content.answer is not None or content.selection is not None
    layers = [Layer(None, style.faded() if held_back else style, sheet.theme.rest)]
    if content.selection is not None:
        strength = _SELECTED if content.coloring is None else _SELECTED_COLORED
        strong = replace(style, opacity=min(1.0, strength * style.opacity))
        layers.append(Layer(content.selection, strong, rgb(sheet.theme.accent)))
    return layers


def _look(layer: Layer, content: FigureContent) -> dict[str, Any]:
    """How a painter draws a layer."""
    coloring, rows = content.coloring, layer.rows
    codes = None if coloring is None else coloring.codes if rows is None else coloring.codes[rows]
    palette = None if coloring is None else coloring.palette
    return {"style": layer.style, "color": layer.color, "codes": codes, "palette": palette}


def _bands(width: int, height: int) -> Iterator[tuple[int, int]]:
    """A picture in bands of lines, top to bottom, so that a large one needs no large buffers."""
    step = max(1, min(height, _BAND_PIXELS // width))
    for top in range(0, height, step):
        yield top, min(top + step, height)


def _draw_shapes(
    sheet: Sheet, frame: LabelBox, view: FigureView, rows: RowArray, layer: Layer, content: FigureContent
) -> None:
    """A circle for each row in the order of rows, cut off at the frame."""
    if not len(rows):
        return
    colors: DoubleArray = np.empty((len(rows), 4))
    colors[:, :3] = np.array(layer.color) / 255
    colors[:, 3] = layer.style.opacity
    if content.coloring is not None:
        codes, palette = content.coloring.codes[rows], content.coloring.palette
        known = (codes >= 0) & (codes < len(palette))
        colors[:, :3] = palette[np.where(known, codes, len(palette) - 1)] / 255
    one_color = content.coloring is None
    sheet.circles(
        on_sheet(view.places[rows], view.viewport, frame),
        layer.style.radius / sheet.unit,
        fill=[tuple(colors[0])] if one_color else colors,
        clip=frame,
    )
