"""The parts of a figure: the answer over the points, the axes, and the legend beside them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from embedviz.raster.coloring import Legend
from embedviz.raster.figure_sheet import Sheet, plain_line
from embedviz.raster.marks import Marks
from embedviz.raster.placement import LabelBox, place_labels
from embedviz.raster.viewport import Viewport
from embedviz.space.arrays import DoubleArray

if TYPE_CHECKING:
    from embedviz.space.answer import Answer

_LABEL_PIXELS = 13


def draw_axes(sheet: Sheet, frame: LabelBox, viewport: Viewport, titles: tuple[str, str]) -> None:
    """Ticks, their values and the titles of both axes round `frame`, in data coordinates."""
    theme = sheet.theme
    axes: Any = sheet.figure.add_axes(
        (
            frame.x / sheet.width,
            1 - (frame.y + frame.height) / sheet.height,
            frame.width / sheet.width,
            frame.height / sheet.height,
        ),
        zorder=1,
        facecolor="none",
    )
    axes.set_xlim(viewport.x_low, viewport.x_high)
    axes.set_ylim(viewport.y_low, viewport.y_high)
    for spine in axes.spines.values():
        spine.set(color=theme.hairline, linewidth=sheet.points(1))
    for axis, title in ((axes.xaxis, titles[0]), (axes.yaxis, titles[1])):
        axis.set_label_text(title, fontproperties=sheet.font(13), color=theme.muted, parse_math=False)
        axis.labelpad = sheet.points(6)
        axis.set_tick_params(color=theme.hairline, labelcolor=theme.muted, length=sheet.points(4), pad=sheet.points(4))
        for label in axis.get_ticklabels():
            label.set_fontproperties(sheet.font(12))


def draw_answer(
    sheet: Sheet, frame: LabelBox, viewport: Viewport, marks: Marks, answer: Answer, names: list[str]
) -> None:
    """Links, neighbours and the query over the points, and as many of their names as have room."""
    theme = sheet.theme
    neighbors = _on_sheet(marks.neighbor_points, viewport, frame)
    query = None if marks.query_point is None else _on_sheet(marks.query_point[None, :], viewport, frame)
    if query is not None:
        segments = np.stack([np.broadcast_to(query, neighbors.shape), neighbors], axis=1)
        sheet.lines(segments, theme.neighbors, 0.15 + 0.65 * marks.strengths)
    sheet.circles(neighbors, 5, fill=theme.neighbors, edge=theme.ground, edge_width=1.5)
    if query is not None:
        sheet.circles(query, 8, fill="none", edge=theme.ground, edge_width=5)
        sheet.circles(query, 8, fill="none", edge=theme.query, edge_width=2.25)
        if not marks.is_ghost:
            sheet.circles(query, 3.5, fill=theme.query, edge="none", edge_width=0)
    anchors = neighbors if query is None else np.concatenate([query, neighbors])
    asked = [] if query is None else [plain_line(answer.text)]
    _draw_labels(sheet, frame, anchors, asked, [plain_line(name) for name in names])


def draw_legend(sheet: Sheet, x: float, y: float, height: float, legend: Legend, title: str) -> None:
    """Classes with their counts, or a scale with its ends, in a column of `height` pixels."""
    theme, unit, bottom = sheet.theme, sheet.unit, y + height
    font, line = sheet.font(12), 22 * unit
    if title:
        sheet.text(x, y, plain_line(title, 24), sheet.font(13, bold=True), theme.text, va="top")
        y += 28 * unit
    if legend.kind == "scale":
        for place, color in enumerate(legend.colors):
            step = 180 * unit / len(legend.colors)
            sheet.box(x, y + 180 * unit - (place + 1) * step, 14 * unit, step + 0.5, _unit_color(color))
        sheet.text(x + 22 * unit, y, legend.high, font, theme.text, va="top")
        sheet.text(x + 22 * unit, y + 180 * unit, legend.low, font, theme.text, va="bottom")
        y += 204 * unit
    note_lines = _wrapped(legend.note, 26)
    room = max(1, int((bottom - y - len(note_lines) * line) // line))
    shown = legend.entries if len(legend.entries) <= room else legend.entries[: room - 1]
    for entry in shown:
        sheet.circles(np.array([[x + 6 * unit, y + line / 2]]), 5, fill=_hex(entry.color), edge="none", edge_width=0)
        sheet.text(x + 18 * unit, y + line / 2, plain_line(entry.name, 18), font, theme.text, va="center")
        sheet.text(x + 176 * unit, y + line / 2, f"{entry.count:,}", font, theme.muted, va="center", ha="right")
        y += line
    if len(shown) < len(legend.entries):
        more = f"and {len(legend.entries) - len(shown):,} more"
        sheet.text(x, y + line / 2, more, font, theme.muted, va="center")
        y += line
    for note_line in note_lines:
        sheet.text(x, y + line / 2, note_line, sheet.font(11), theme.muted, va="center")
        y += 16 * unit


def _draw_labels(sheet: Sheet, frame: LabelBox, anchors: DoubleArray, asked: list[str], names: list[str]) -> None:
    """The query's own label always, then names in the order of the neighbours where they have room."""
    theme, unit, texts = sheet.theme, sheet.unit, asked + names
    fonts = [sheet.font(_LABEL_PIXELS, bold=index < len(asked)) for index in range(len(texts))]
    line = sheet.measure("Ålg", fonts[-1] if fonts else sheet.font(_LABEL_PIXELS))[1] + 3 * unit
    sizes = np.array([(sheet.measure(text, font)[0], line) for text, font in zip(texts, fonts, strict=True)])
    sizes = sizes.reshape(-1, 2)
    inside = anchors - (frame.x, frame.y)
    size, offset, n_asked = (frame.width, frame.height), 11 * unit, len(asked)
    radii = np.where(np.arange(len(texts)) < n_asked, 9.0, 6.0) * unit
    occupied = [(x - r, y - r, 2 * r, 2 * r) for (x, y), r in zip(inside.tolist(), radii.tolist(), strict=True)]
    own = place_labels(inside[:n_asked], sizes[:n_asked], *size, occupied=occupied, offset=offset)
    own = own or place_labels(inside[:n_asked], sizes[:n_asked], *size, offset=offset)
    occupied += [(label.x, label.y, *sizes[label.index]) for label in own]
    others = place_labels(inside[n_asked:], sizes[n_asked:], *size, occupied=occupied, offset=offset)
    placed = own + [replace(label, index=label.index + n_asked) for label in others]
    for label in placed:
        color = theme.query if label.index < n_asked else theme.text
        place = frame.x + label.x, frame.y + label.y + line / 2
        sheet.text(*place, texts[label.index], fonts[label.index], color, halo=True, va="center_baseline")


def _on_sheet(points: DoubleArray, viewport: Viewport, frame: LabelBox) -> DoubleArray:
    x, y = viewport.exact_pixels(points)
    return np.column_stack([x + frame.x, y + frame.y])


def _wrapped(text: str, width: int) -> list[str]:
    import textwrap

    return textwrap.wrap(text, width)


def _unit_color(color: tuple[int, int, int]) -> tuple[float, float, float]:
    red, green, blue = color
    return red / 255, green / 255, blue / 255


def _hex(color: tuple[int, int, int]) -> str:
    return "#{:02X}{:02X}{:02X}".format(*color)
