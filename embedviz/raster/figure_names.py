"""The names on a figure: the query, its neighbours, the selected, then the first items in view, where there is room."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedviz.raster.figure_sheet import Sheet, on_sheet
from embedviz.raster.figure_spec import FigureContent, FigureSpec
from embedviz.raster.figure_text import plain_line
from embedviz.raster.figure_view import FigureView
from embedviz.raster.placement import LabelBox, place_labels
from embedviz.space.arrays import DoubleArray, RowArray

_NAME_PIXELS = 13
_MOST_SELECTED = 30
_FEW_IN_VIEW = 250
_AREA_PER_NAME = 26_000
_TRIES_PER_NAME = 4
_MOST_NAMES = 2_000
_MOST_LOOKED_AT = 500_000


@dataclass(frozen=True)
class _Group:
    """Names of one look, most important first, at `anchors` (n, 2) pixels of the sheet; at most `most` of them."""

    texts: list[str]
    anchors: DoubleArray
    color: str
    radius: float
    bold: bool = False
    most: int | None = None


def draw_names(
    sheet: Sheet,
    frame: LabelBox,
    view: FigureView,
    rows: RowArray,
    content: FigureContent,
    spec: FigureSpec,
    *,
    covered: Sequence[LabelBox] = (),
) -> None:
    """Name items where no name would touch another, a mark, the frame or what is `covered` of it; `rows` in view."""
    theme, answer, space, marks = sheet.theme, content.answer, content.space, view.marks
    groups: list[_Group] = []
    named: set[int] = set()
    if answer is not None and marks is not None:
        if marks.query_point is not None:
            place = on_sheet(marks.query_point[None, :], view.viewport, frame)
            groups.append(_Group([plain_line(answer.text)], place, theme.query_text, 9.0, bold=True))
            named.update(answer.inputs if not answer.is_formula else ())
        texts = [plain_line(space.name(int(row))) for row in answer.rows]
        groups.append(_Group(texts, on_sheet(marks.neighbor_points, view.viewport, frame), theme.text, 6.0))
        named.update(answer.rows.tolist())
    most = _n_names(frame, sheet, len(rows), spec, is_asked=answer is not None)
    ranked = _spread(view.most_important_first(rows), view, frame, most)
    wanted = [(ranked, theme.text if content.coloring is None else theme.muted, most)]
    if content.selection is not None:
        wanted.insert(0, (content.selection, theme.accent, _MOST_SELECTED))
    for candidates, color, limit in wanted:
        fresh = [row for row in candidates[: _TRIES_PER_NAME * limit].tolist() if row not in named]
        named.update(fresh)
        place = on_sheet(view.places[np.array(fresh, np.int64)], view.viewport, frame)
        groups.append(_Group([plain_line(space.name(row)) for row in fresh], place, color, 2.0, most=limit))
    _draw_groups(sheet, frame, groups, covered)


def _spread(rows: RowArray, view: FigureView, frame: LabelBox, most: int) -> RowArray:
    """`rows`, the most important first, so that names come from all over the frame.

    The first of each square cell comes before all others, then that of each cell half as wide, as most clouds leave a
    part of the frame empty. There are about as many of the wider cells as names.
    """
    rows = rows[:_MOST_LOOKED_AT]
    side = math.sqrt(frame.width * frame.height / max(1, most))
    x, y = view.viewport.exact_pixels(view.places[rows])
    turns = np.full(len(rows), 2)
    for turn, width in (1, side / 2), (0, side):
        cells = np.floor(y / width) * (math.ceil(frame.width / width) + 1) + np.floor(x / width)
        turns[np.unique(cells, return_index=True)[1]] = turn
    return rows[np.argsort(turns, kind="stable")]


def _n_names(frame: LabelBox, sheet: Sheet, n_in_view: int, spec: FigureSpec, *, is_asked: bool) -> int:
    """How many items to name beside an answer: as wished, all of a few, or what a crowd has room for."""
    if spec.names is not None:
        return min(spec.names, _MOST_NAMES)
    if n_in_view <= _FEW_IN_VIEW:
        return n_in_view
    return 0 if is_asked else int(frame.width * frame.height / (_AREA_PER_NAME * sheet.unit**2))


def _draw_groups(sheet: Sheet, frame: LabelBox, groups: list[_Group], covered: Sequence[LabelBox]) -> None:
    unit = sheet.unit
    line = sheet.extent("Ålg", sheet.font(_NAME_PIXELS))[1] + 3 * unit
    marked = [(group, x - frame.x, y - frame.y) for group in groups for x, y in group.anchors.tolist()]
    marked = [each for each in marked if each[0].most is None]
    dots = [(x - g.radius * unit, y - g.radius * unit, 2 * g.radius * unit, 2 * g.radius * unit) for g, x, y in marked]
    taken: list[tuple[float, float, float, float]] = list(covered)
    for group in groups:
        font = sheet.font(_NAME_PIXELS, bold=group.bold)
        sizes = np.array([(sheet.width_of(text, font) + 2 * unit, line) for text in group.texts]).reshape(-1, 2)
        inside = group.anchors - (frame.x, frame.y)
        offset = (11.0 if group.most is None else 6.0) * unit
        for occupied in ([*taken, *dots], taken):
            placed = place_labels(
                inside, sizes, frame.width, frame.height, occupied=occupied, offset=offset, limit=group.most
            )
            if placed or not group.bold:  # what was asked is named in any case, over marks if it must be
                break
        for label in placed:
            taken.append((label.x, label.y, float(sizes[label.index, 0]), line))
            x, y = frame.x + label.x + unit, frame.y + label.y + line / 2
            sheet.text(x, y, group.texts[label.index], font, group.color, halo=True, va="center_baseline")
