"""Where the parts of a figure stand: the frame of the plot, the legend beside it, the title above, the origin below."""

from __future__ import annotations

from dataclasses import dataclass

from embedviz.raster.coloring import Legend
from embedviz.raster.figure_sheet import Sheet
from embedviz.raster.figure_text import elided, plain_line, wrapped
from embedviz.raster.placement import LabelBox

TITLE_PIXELS, CAPTION_PIXELS, ENTRY_PIXELS, HEAD_PIXELS = 16, 11.5, 12, 13
TITLE_LINE, CAPTION_LINE = 22, 16
SWATCH = 18
_LEFT, _TOP, _RIGHT, _AXIS = 76, 20, 20, 60
_LEGEND_SHARE = 0.3
_LEGEND_LEAST = 90
_MOST_TITLE_LINES, _MOST_CAPTION_LINES = 2, 3
_GLUE = "  ·  "


@dataclass(frozen=True)
class Layout:
    """The frame in whole pixels, the column of the legend if there is one, and the lines of title and caption."""

    frame: LabelBox
    legend: LabelBox | None
    title: tuple[str, ...]
    caption: tuple[str, ...]


def layout_of(
    sheet: Sheet, title: str, said: list[str], legend: Legend | None, legend_title: str, *, has_ticks: bool = True
) -> Layout:
    """Lay out a sheet; `said` are the statements of the caption, none where it is not wanted.

    Where the frame `has_ticks`, there is room for their numbers and the names of the axes beside it.
    """
    unit = sheet.unit
    beside, below = (_LEFT, _AXIS) if has_ticks else (_RIGHT, _RIGHT)
    wide = sheet.width - (beside + _RIGHT) * unit
    heading, small = sheet.font(TITLE_PIXELS, bold=True), sheet.font(CAPTION_PIXELS)
    words = plain_line(title, 400).split()
    title_lines = wrapped(words, wide, lambda text: sheet.width_of(text, heading))
    # A caption may begin left of the frame, under the numbers of the axis.
    said = [plain_line(each, 200) for each in said]
    room = sheet.width - 2 * _RIGHT * unit
    caption = wrapped(said, room, lambda text: sheet.width_of(text, small), glue=_GLUE, most=_MOST_CAPTION_LINES)
    upper = (_TOP + (12 + TITLE_LINE * len(title_lines) if title_lines else 0)) * unit
    lower = (below + (CAPTION_LINE * len(caption) + 16 if caption else 0)) * unit
    legend_width = _legend_width(sheet, legend, legend_title) if legend is not None else 0.0
    right = _RIGHT * unit + (legend_width + _RIGHT * unit if legend is not None else 0.0)
    left, top = round(beside * unit), round(upper)
    width = max(1, round(sheet.width - left - right))
    height = max(1, round(sheet.height - top - lower))
    frame = LabelBox(left, top, width, height)
    column = LabelBox(left + width + _RIGHT * unit, top, legend_width, height) if legend is not None else None
    return Layout(frame, column, tuple(title_lines), tuple(caption))


def draw_texts(sheet: Sheet, layout: Layout) -> None:
    """The title above the frame, and the caption at the bottom."""
    unit, font = sheet.unit, sheet.font(TITLE_PIXELS, bold=True)
    for number, line in enumerate(layout.title):
        y = (_TOP + TITLE_LINE * (number + 0.25)) * unit
        sheet.text(layout.frame.x, y, line, font, sheet.theme.text, va="center_baseline")
    small, n_lines = sheet.font(CAPTION_PIXELS), len(layout.caption)
    for number, line in enumerate(layout.caption):
        y = sheet.height - (16 + CAPTION_LINE * (n_lines - 1 - number)) * unit
        sheet.text(_RIGHT * unit, y, line, small, sheet.theme.muted, va="center_baseline")


def _legend_width(sheet: Sheet, legend: Legend, title: str) -> float:
    """As wide as its widest line, within a share of the sheet."""
    unit, font, head = sheet.unit, sheet.font(ENTRY_PIXELS), sheet.font(HEAD_PIXELS, bold=True)
    most = _LEGEND_SHARE * sheet.width
    entries = [
        sheet.width_of(plain_line(entry.name), font) + sheet.width_of(f"{entry.count:,}", font) + (SWATCH + 14) * unit
        for entry in legend.entries[:100]
    ]
    texts = [tick.text for tick in legend.ticks] or [legend.low, legend.high]
    scale = [sheet.width_of(text, font) + 26 * unit for text in texts]
    widest = max([*entries, *scale, sheet.width_of(plain_line(title), head), _LEGEND_LEAST * unit])
    return min(widest, most)


def fitted(sheet: Sheet, text: str, width: float, font: object) -> str:
    """A text from data as one line that is at most `width` pixels wide."""
    return elided(plain_line(text), width, lambda line: sheet.width_of(line, font))
