"""A whole figure without a window, as PNG, SVG or PDF: points, axes, an answer, names, a legend, and its origin."""

from __future__ import annotations

from dataclasses import replace
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
from embedviz.raster.figure_parts import draw_answer, draw_arrows
from embedviz.raster.figure_points import draw_points, rows_in_view
from embedviz.raster.figure_sheet import Sheet
from embedviz.raster.figure_solid import SolidView
from embedviz.raster.figure_spec import FigureContent, FigureKind, FigureSpec, figure_kind
from embedviz.raster.figure_view import FigureView, PlaneView
from embedviz.raster.inking import DRAWING_KERNELS, is_compiled
from embedviz.raster.marks import Marks, marks_of
from embedviz.raster.plane import N_SOLID, plane_points, solid_points
from embedviz.space.arrays import FloatArray

_MANY = 1_000_000


def render_figure(
    content: FigureContent, path: str | Path, spec: FigureSpec | None = None, *, overwrite: bool = False
) -> None:
    """Draw a figure to a PNG, SVG or PDF file, by its suffix; whole or not at all.

    Three axes are drawn in space, as a camera sees them. With an answer the query is ringed, its neighbours are marked,
    named and linked, and the rest is held back. Equal
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
    if content.space.n_items >= _MANY and not is_compiled():
        yield from within(kernels.load(DRAWING_KERNELS), 0.0, 0.1)
    yield Progress(0.1, "Laying out the figure")
    is_solid = len(spec.axes) == N_SOLID
    whole = (solid_points if is_solid else plane_points)(content.projection, spec.axes)
    with backend():
        sheet = Sheet(spec, kind)
        legend = shown_legend(content.coloring) if content.coloring is not None and spec.legend else None
        said = statements(content, spec) if spec.provenance else []
        layout = layout_of(sheet, spec.title, said, legend, content.coloring_name, has_ticks=not is_solid)
        frame, (points, marks) = layout.frame, _left(whole, content, spec)
        view: FigureView
        if is_solid:
            view = SolidView.of(whole, points, marks, frame, content, spec)
        else:
            view = PlaneView.of(points, marks, frame, content, spec)
        rows = rows_in_view(view.places, view.viewport)
        view.draw_back(sheet, frame)
        yield from within(draw_points(sheet, frame, view, rows, content, spec), 0.2, 0.7)
        covered = view.draw_front(sheet, frame)
        draw_arrows(sheet, frame, view.viewport, view.places, content.arrows)
        if view.marks is not None:
            draw_answer(sheet, frame, view.viewport, view.marks)
        draw_names(sheet, frame, view, rows, content, spec, covered=covered)
        if layout.legend is not None and legend is not None:
            draw_legend(sheet, layout.legend, legend, content.coloring_name)
        draw_texts(sheet, layout)
        title, today = " ".join(layout.title), day() if spec.provenance else None
        return (yield from within(sheet.written(title=title, program=program(), day=today), 0.7, 1.0))


def _left(whole: FloatArray, content: FigureContent, spec: FigureSpec) -> tuple[FloatArray, Marks | None]:
    """Points and marks without what is hidden, or not finite: that is neither drawn nor named."""
    answer, shown, marks = content.answer, None, None
    if content.coloring is not None:
        shown = content.coloring.shown()
    if answer is not None:
        marks = marks_of(content.space, content.projection, answer, axes=spec.axes)
    if shown is None:
        return whole, marks
    if answer is not None and marks is not None:
        left = np.where(shown[answer.rows][:, None], marks.neighbor_points, np.nan)
        marks = replace(marks, neighbor_points=left)
    return np.where(shown[:, None], whole, np.float32(np.nan)), marks
