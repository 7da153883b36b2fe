"""Drawing without Qt: pictures of many points, picking, label placement, colours, and whole figures."""

from __future__ import annotations

from embedviz.raster.coloring import Coloring, Legend, LegendEntry, color_by, colorable
from embedviz.raster.figure import render_figure
from embedviz.raster.marks import Marks, ghost_point, marks_of
from embedviz.raster.painter import REST, Painter, paint
from embedviz.raster.picking import COMPILED, count_in_view, nearest, rows_in_polygon, rows_in_rectangle
from embedviz.raster.placement import LabelBox, Placed, place_labels
from embedviz.raster.plane import axis_title, plane_points
from embedviz.raster.style import DISCS_UP_TO, Style, style_for
from embedviz.raster.viewport import Viewport

KERNELS: tuple[str, ...] = (COMPILED,)

__all__ = [
    "DISCS_UP_TO",
    "KERNELS",
    "REST",
    "Coloring",
    "LabelBox",
    "Legend",
    "LegendEntry",
    "Marks",
    "Painter",
    "Placed",
    "Style",
    "Viewport",
    "axis_title",
    "color_by",
    "colorable",
    "count_in_view",
    "ghost_point",
    "marks_of",
    "nearest",
    "paint",
    "place_labels",
    "plane_points",
    "render_figure",
    "rows_in_polygon",
    "rows_in_rectangle",
    "style_for",
]
