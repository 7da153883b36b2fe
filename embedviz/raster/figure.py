"""A whole figure without a window, as PNG, SVG or PDF: points, axes, an answer, names, a legend, and its origin."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from embedviz import kernels
from embedviz.formats.atomic import atomic_output, check_output
from embedviz.progress import Progress, Steps, finish, within
from embedviz.raster.coloring import shown_legend
from embedviz.raster.figure_backend import backend
from embedviz.raster.figure_caption import day, program, statements
from embedviz.raster.figure_layout import draw_texts, layout_of
from embedviz.raster.figure_legend import draw_legend
from embedviz.raster.figure_names import draw_names
from embedviz.raster.figure_parts import draw_answer, draw_axes
from embedviz.raster.figure_points import draw_points, rows_in_view
from embedviz.raster.figure_sheet import Sheet
from embedviz.raster.figure_spec import FigureContent, FigureKind, FigureSpec, figure_kind
from embedviz.raster.marks import Marks, marks_of
from embedviz.raster.picking import COMPILED
from embedviz.raster.placement import LabelBox
from embedviz.raster.plane import axis_title, plane_points
from embedviz.raster.viewport import Viewport
from embedviz.space.arrays import FloatArray

_MANY = 1_000_000


def render_figure(
    content: FigureContent, path: str | Path, spec: FigureSpec | None = None, *, overwrite: bool = False
) -> None:
    """Draw a figure to a PNG, SVG or PDF file, by its suffix; whole or not at all.

    With an answer the query is ringed, its neighbours are marked, named and linked, and the rest is held back. Equal
    input on one day, or at one SOURCE_DATE_EPOCH, gives equal bytes. Raises OptionError for an axis that is not there,
    OutputError if the file exists and `overwrite` is False, or cannot be written.
    """
    finish(save_figure_steps(content, path, spec, overwrite=overwrite))


def save_figure_steps(
    content: FigureContent, path: str | Path, spec: FigureSpec | None = None, *, overwrite: bool = False
) -> Steps[None]:
    """Draw as `render_figure` does, yielding Progress between the parts of the work."""
    kind = figure_kind(path)
    check_output(path, overwrite=overwrite)
    written = yield from within(draw_figure_steps(content, spec, kind), 0.0, 0.95)
    yield Progress(0.95, f"Saving {Path(path).name}")
    with atomic_output(path, overwrite=overwrite) as temporary:
        temporary.write_bytes(written)


def draw_figure_steps(content: FigureContent, spec: FigureSpec | None = None, kind: FigureKind = "png") -> Steps[bytes]:
    """A figure as the bytes of a file."""
    spec = spec or FigureSpec()
    if content.space.n_items >= _MANY and kernels.loaded(COMPILED) is None:
        yield from within(kernels.load([COMPILED]), 0.0, 0.1)
    yield Progress(0.1, "Laying out the figure")
    points = plane_points(content.projection, spec.axes)
    marks = None
    if content.answer is not None:
        marks = marks_of(content.space, content.projection, content.answer, axes=spec.axes)
    with backend():
        sheet = Sheet(spec, kind)
        legend = shown_legend(content.coloring) if content.coloring is not None and spec.legend else None
        said = statements(content, spec) if spec.provenance else []
        layout = layout_of(sheet, spec.title, said, legend, content.coloring_name)
        viewport = _viewport(points, marks, layout.frame, spec)
        shown = content.coloring.shown() if content.coloring is not None else None
        if shown is not None:  # what is not finite is neither drawn nor named
            points = np.where(shown[:, None], points, np.float32(np.nan))
        rows = rows_in_view(points, viewport)
        yield from within(draw_points(sheet, layout.frame, viewport, points, rows, content, spec), 0.2, 0.7)
        draw_axes(sheet, layout.frame, viewport, _titles(content, spec))
        if marks is not None:
            draw_answer(sheet, layout.frame, viewport, marks)
        draw_names(sheet, layout.frame, viewport, points, rows, marks, content, spec)
        if layout.legend is not None and legend is not None:
            draw_legend(sheet, layout.legend, legend, content.coloring_name)
        draw_texts(sheet, layout)
        title, today = " ".join(layout.title), day() if spec.provenance else None
        return (yield from within(sheet.written(title=title, program=program(), day=today), 0.7, 1.0))


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


def _titles(content: FigureContent, spec: FigureSpec) -> tuple[str, str]:
    return axis_title(content.projection, spec.axes[0]), axis_title(content.projection, spec.axes[1])
