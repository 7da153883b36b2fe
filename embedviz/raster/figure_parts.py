"""The vector parts about the points of a figure: axes, and the marks of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from embedviz.raster.figure_sheet import Sheet, on_sheet
from embedviz.raster.figure_text import plain_line
from embedviz.raster.marks import Marks
from embedviz.raster.placement import LabelBox
from embedviz.raster.viewport import Viewport
from embedviz.space.arrays import FloatArray

_PIXELS_PER_TICK_X, _PIXELS_PER_TICK_Y = 90, 50
_ARROW_GAP, _ARROW_HEAD = 6.0, 10.0  # units


def draw_axes(sheet: Sheet, frame: LabelBox, viewport: Viewport, titles: tuple[str, str]) -> None:
    """Ticks, their values and the titles of both axes round `frame`, in data coordinates."""
    from matplotlib.ticker import MaxNLocator

    theme, unit = sheet.theme, sheet.unit
    place = (
        frame.x / sheet.width,
        1 - (frame.y + frame.height) / sheet.height,
        frame.width / sheet.width,
        frame.height / sheet.height,
    )
    axes: Any = sheet.figure.add_axes(place, zorder=1, facecolor="none")
    axes.set_xlim(viewport.x_low, viewport.x_high)
    axes.set_ylim(viewport.y_low, viewport.y_high)
    for spine in axes.spines.values():
        spine.set(color=theme.hairline, linewidth=sheet.points(1))
    sides = (
        (axes.xaxis, titles[0], frame.width / _PIXELS_PER_TICK_X),
        (axes.yaxis, titles[1], frame.height / _PIXELS_PER_TICK_Y),
    )
    for axis, title, n_ticks in sides:
        axis.set_major_locator(MaxNLocator(min(max(int(n_ticks / unit), 2), 10), steps=[1, 2, 2.5, 5, 10]))
        axis.set_label_text(plain_line(title), fontproperties=sheet.font(13), color=theme.muted, parse_math=False)
        axis.labelpad = sheet.points(6)
        axis.set_tick_params(
            color=theme.hairline,
            labelcolor=theme.muted,
            length=sheet.points(4),
            width=sheet.points(1),
            pad=sheet.points(4),
        )
        power = axis.get_offset_text()
        power.set(color=theme.muted, fontproperties=sheet.font(11))
        for label in axis.get_ticklabels():
            label.set_fontproperties(sheet.font(12))


def draw_arrows(
    sheet: Sheet, frame: LabelBox, viewport: Viewport, places: FloatArray, arrows: Sequence[tuple[int, int]]
) -> None:
    """Arrows from row to row of `places` (n, 2); one that is too short, or has an end that is not seen, is none."""
    rows = np.array(arrows, np.int64).reshape(-1, 2)
    starts, ends = (on_sheet(places[rows[:, end]], viewport, frame) for end in range(2))
    gap, head, half = (units * sheet.unit for units in (_ARROW_GAP, _ARROW_HEAD, _ARROW_HEAD / 2.5))
    for start, end in zip(starts, ends, strict=True):
        length = float(np.hypot(*(end - start)))
        if not 2 * gap + head < length < np.inf:
            continue
        along = (end - start) / length
        tip, neck = end - gap * along, end - (gap + head) * along
        side = half * np.array([-along[1], along[0]])
        line = np.stack([start + gap * along, neck])[None]
        sheet.lines(line, sheet.theme.accent, np.ones(1), frame, width=2)
        sheet.polygon(np.stack([tip, neck + side, neck - side]), sheet.theme.accent, clip=frame)


def draw_answer(sheet: Sheet, frame: LabelBox, viewport: Viewport, marks: Marks) -> None:
    """Links, neighbours and the query over the points."""
    theme = sheet.theme
    neighbors = on_sheet(marks.neighbor_points, viewport, frame)
    query = None if marks.query_point is None else on_sheet(marks.query_point[None, :], viewport, frame)
    if query is not None:
        segments = np.stack([np.broadcast_to(query, neighbors.shape), neighbors], axis=1)
        sheet.lines(segments, theme.neighbors, 0.15 + 0.65 * marks.strengths, frame)
    sheet.circles(neighbors, 5, fill=theme.neighbors, edge=theme.ground, edge_width=1.5, clip=frame)
    if query is not None:
        sheet.circles(query, 8, fill="none", edge=theme.ground, edge_width=5, clip=frame)
        sheet.circles(query, 8, fill="none", edge=theme.query, edge_width=2.25, clip=frame)
        if not marks.is_ghost:
            sheet.circles(query, 3.5, fill=theme.query, clip=frame)
