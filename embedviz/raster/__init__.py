"""Drawing without Qt: pictures of many points, picking, label placement, colours, and whole figures."""

from __future__ import annotations

from embedviz.raster.coloring import Coloring, Legend, LegendEntry, color_by, colorable
from embedviz.raster.culling import TILE_KERNELS
from embedviz.raster.figure import draw_figure_steps, render_figure, save_figure_steps
from embedviz.raster.figure_spec import FIGURE_KINDS, FIGURE_SCALES, FigureContent, FigureKind, FigureSpec, figure_kind
from embedviz.raster.halo import HALO_COMPILED
from embedviz.raster.inking import DRAWING_KERNELS
from embedviz.raster.marks import Marks, ghost_point, marks_of
from embedviz.raster.painter import REST, Painter, paint
from embedviz.raster.picking import count_in_view, estimate_in_view, nearest, nearest_in_direction
from embedviz.raster.placement import LABELS_COMPILED, LabelBox, Placed, place_labels
from embedviz.raster.plane import Axes, axis_title, is_solid, plane_points, solid_points
from embedviz.raster.selecting import TOUCH_KERNELS, rows_in_brush, rows_in_polygon, rows_in_rectangle
from embedviz.raster.solid import SOLID_KERNELS, Camera, nearest_solid, project_solid
from embedviz.raster.solid_places import SolidPlaces
from embedviz.raster.style import DISCS_UP_TO, Style, style_for
from embedviz.raster.tiles import Tiles, tile_steps
from embedviz.raster.tints import TINT_KERNELS, Tints, tint_steps
from embedviz.raster.viewport import Viewport
from embedviz.raster.zorder import SORT_KERNELS

KERNELS: tuple[str, ...] = (
    *DRAWING_KERNELS,
    SORT_KERNELS,
    TILE_KERNELS,
    TINT_KERNELS,
    TOUCH_KERNELS,
    LABELS_COMPILED,
    HALO_COMPILED,
    SOLID_KERNELS,
)

__all__ = [
    "DISCS_UP_TO",
    "FIGURE_KINDS",
    "FIGURE_SCALES",
    "KERNELS",
    "REST",
    "Axes",
    "Camera",
    "Coloring",
    "FigureContent",
    "FigureKind",
    "FigureSpec",
    "LabelBox",
    "Legend",
    "LegendEntry",
    "Marks",
    "Painter",
    "Placed",
    "SolidPlaces",
    "Style",
    "Tiles",
    "Tints",
    "Viewport",
    "axis_title",
    "color_by",
    "colorable",
    "count_in_view",
    "draw_figure_steps",
    "estimate_in_view",
    "figure_kind",
    "ghost_point",
    "is_solid",
    "marks_of",
    "nearest",
    "nearest_in_direction",
    "nearest_solid",
    "paint",
    "place_labels",
    "plane_points",
    "project_solid",
    "render_figure",
    "rows_in_brush",
    "rows_in_polygon",
    "rows_in_rectangle",
    "save_figure_steps",
    "solid_points",
    "style_for",
    "tile_steps",
    "tint_steps",
]
