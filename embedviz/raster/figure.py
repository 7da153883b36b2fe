"""A whole figure as a PNG file, without a window: points, axes, an answer, a legend, and where it all comes from."""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embedviz import paths
from embedviz.errors import OptionError, OutputError
from embedviz.formats.atomic import atomic_output
from embedviz.raster.coloring import Coloring
from embedviz.raster.figure_parts import draw_answer, draw_axes, draw_legend
from embedviz.raster.figure_sheet import Sheet, on_ground, plain_line
from embedviz.raster.figure_theme import DARK, LIGHT
from embedviz.raster.marks import marks_of
from embedviz.raster.painter import Painter
from embedviz.raster.picking import count_in_view
from embedviz.raster.placement import LabelBox
from embedviz.raster.plane import Axes, axis_title, plane_points
from embedviz.raster.style import style_for
from embedviz.raster.viewport import Viewport
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.projection import Projection

if TYPE_CHECKING:
    from embedviz.space.answer import Answer

_SMALLEST, _LARGEST = 200, 12_000


def render_figure(
    space: EmbeddingSpace,
    projection: Projection,
    path: str | Path,
    *,
    answer: Answer | None = None,
    coloring: Coloring | None = None,
    legend_title: str = "",
    size: tuple[int, int] = (1600, 1000),
    dark: bool = False,
    axes: Axes = (0, 1),
    title: str | None = None,
) -> None:
    """Draw a projection to a PNG file of `size` pixels; it replaces `path` when complete.

    With an `answer` the query is ringed, its neighbours are marked, named and linked, and the rest is held back; with
    a `coloring` items have its colours and a legend. The line at the bottom says what is shown and how exact it is.
    Raises OptionError for a size or an axis that cannot be drawn, OutputError if the file cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() != ".png":
        raise OutputError(f"Figures are written as PNG, not “{target.suffix}”; give a name that ends in .png.")
    if not all(_SMALLEST <= side <= _LARGEST for side in size):
        raise OptionError(
            f"A figure of {size[0]} x {size[1]} pixels cannot be drawn; each side can be {_SMALLEST} to {_LARGEST:,}."
        )
    os.environ.setdefault("MPLCONFIGDIR", str(paths.cache() / "matplotlib"))
    with warnings.catch_warnings():
        # A character no font has is drawn as a box; it is not worth a line on the terminal.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        sheet = Sheet(*size, DARK if dark else LIGHT)
        _draw(sheet, space, projection, answer, coloring, legend_title, axes, title)
        picture = io.BytesIO()
        sheet.figure.savefig(picture, format="png", dpi="figure")
    with atomic_output(target, overwrite=True) as temporary:
        temporary.write_bytes(picture.getvalue())


def _draw(
    sheet: Sheet,
    space: EmbeddingSpace,
    projection: Projection,
    answer: Answer | None,
    coloring: Coloring | None,
    legend_title: str,
    axes: Axes,
    title: str | None,
) -> None:
    theme, unit = sheet.theme, sheet.unit
    heading = plain_line(title if title is not None else "", 90)
    upper, left, lower = (56 if heading else 20) * unit, 76 * unit, 92 * unit
    right = (212 if coloring is not None else 20) * unit
    x, y = round(left), round(upper)
    frame = LabelBox(x, y, max(1, round(sheet.width - left - right)), max(1, round(sheet.height - upper - lower)))
    points = plane_points(projection, axes)
    marks = None if answer is None else marks_of(space, projection, answer, axes=axes)
    seen = points
    if marks is not None and marks.query_point is not None:
        seen = np.concatenate([points, marks.query_point[None, :].astype(np.float32)])
    viewport = Viewport.around(seen, int(frame.width), int(frame.height))
    style = style_for(count_in_view(points, viewport), unit)
    style = style if coloring is None else style.vivid()
    style = style if answer is None else style.faded()
    with Painter() as painter:
        picture = painter.paint(
            points,
            viewport,
            style=style,
            color=theme.rest,
            codes=None if coloring is None else coloring.codes,
            palette=None if coloring is None else coloring.palette,
        )
    sheet.picture(on_ground(picture, _rgb(theme.ground)), x, y)
    draw_axes(sheet, frame, viewport, (axis_title(projection, axes[0]), axis_title(projection, axes[1])))
    if marks is not None and answer is not None:
        draw_answer(sheet, frame, viewport, marks, answer, [space.name(int(row)) for row in answer.rows])
    if coloring is not None:
        legend_x = frame.x + frame.width + 20 * unit
        draw_legend(sheet, legend_x, frame.y, frame.height, coloring.legend, legend_title)
    if heading:
        sheet.text(left, upper / 2, heading, sheet.font(16, bold=True), theme.text, va="center")
    caption = "  ·  ".join(_caption(space, projection, answer, axes))
    sheet.text(left, sheet.height - 20 * unit, caption, sheet.font(12), theme.muted, va="center")


def _caption(space: EmbeddingSpace, projection: Projection, answer: Answer | None, axes: Axes) -> list[str]:
    """What the figure shows, in a few short statements."""
    said = [plain_line(space.source.name), f"{space.n_items:,} items × {space.n_dims:,} dimensions"]
    method = projection.method.upper() if projection.method == "pca" else projection.method
    ratio = projection.explained_variance_ratio
    if ratio is not None:
        share = 100 * float(sum(ratio[axis] for axis in set(axes) if axis < len(ratio)))
        method += f", the axes show {share:.1f} % of the variance"
    said.append(method)
    n_hidden = int(np.count_nonzero(~np.isfinite(projection.points).all(axis=1)))
    if n_hidden:
        said.append(f"{n_hidden:,} not finite, not drawn")
    if answer is not None:
        extent = "exact over all items" if answer.exact else "by the index, not exact"
        said.append(f"{len(answer.rows):,} neighbours by {answer.metric}, {extent}")
    return said


def _rgb(color: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(color[1:])
    return red, green, blue
