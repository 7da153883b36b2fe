"""The legend of a figure: the most frequent classes with their counts, or a scale with its numbers."""

from __future__ import annotations

import numpy as np

from embedviz.raster.coloring import Legend, LegendEntry
from embedviz.raster.drawing import Color
from embedviz.raster.figure_layout import ENTRY_PIXELS, HEAD_PIXELS, SWATCH, fitted
from embedviz.raster.figure_sheet import Sheet
from embedviz.raster.figure_text import wrapped
from embedviz.raster.placement import LabelBox
from embedviz.space.arrays import ByteArray

_HEAD, _LINE, _NOTE_LINE = 28, 22, 16
_BAR_WIDTH, _BAR_HEIGHT, _ARROW = 14, 180, 8
_MOST_NOTE_LINES = 7


def draw_legend(sheet: Sheet, column: LabelBox, legend: Legend, title: str) -> None:
    """Fill a column: the title, a scale, classes, how many more there are, and what the colours leave out."""
    theme, unit = sheet.theme, sheet.unit
    x, y, width, height = column
    small = sheet.font(ENTRY_PIXELS - 1)
    notes = wrapped(legend.note.split(), width, lambda text: sheet.width_of(text, small), most=_MOST_NOTE_LINES)
    bottom = y + height
    if title:
        head = sheet.font(HEAD_PIXELS, bold=True)
        sheet.text(x, y, fitted(sheet, title, width, head), head, theme.text, va="top")
        y += _HEAD * unit
    if bottom - y < (_LINE + _NOTE_LINE * len(notes)) * unit:
        notes = []
    bottom -= _NOTE_LINE * len(notes) * unit
    if legend.kind == "scale":
        room = bottom - y - (_LINE * len(legend.entries) + 12) * unit
        y = _draw_scale(sheet, LabelBox(x, y, width, max(20 * unit, min(_BAR_HEIGHT * unit, room))), legend)
    room = max(0, int((bottom - y) / (_LINE * unit)))
    shown = legend.entries if len(legend.entries) <= room else legend.entries[: max(0, room - 1)]
    for entry in shown:
        _draw_entry(sheet, LabelBox(x, y, width, _LINE * unit), entry)
        y += _LINE * unit
    left_out = len(legend.entries) - len(shown) + legend.n_more
    if left_out and room:
        n_items = sum(entry.count for entry in legend.entries[len(shown) :])
        font = sheet.font(ENTRY_PIXELS)
        said = f"and {left_out:,} more ({n_items:,} items)"
        if legend.n_more or sheet.width_of(said, font) > width:
            said = fitted(sheet, f"and {left_out:,} more", width, font)
        sheet.text(x, y + _LINE / 2 * unit, said, font, theme.muted, va="center_baseline")
        y += _LINE * unit
    for note in notes:
        sheet.text(x, y + _NOTE_LINE / 2 * unit, note, small, theme.muted, va="center_baseline")
        y += _NOTE_LINE * unit


def _draw_scale(sheet: Sheet, box: LabelBox, legend: Legend) -> float:
    """A bar of colours with round numbers beside it, or those of its ends; returns where the next part begins.

    An arrow at an end says that values lie beyond it.
    """
    unit, font = sheet.unit, sheet.font(ENTRY_PIXELS)
    arrow = _ARROW * unit
    upper, lower = (arrow if count else 0.0 for count in (legend.n_above, legend.n_below))
    height = max(1.0, box.height - upper - lower)
    bar = LabelBox(round(box.x), round(box.y + upper), round(_BAR_WIDTH * unit), round(height))
    sheet.picture(_bar(legend.colors, round(bar.width * sheet.scale), round(bar.height * sheet.scale)), bar)
    for length, base, color in ((upper, bar.y, legend.colors[-1:]), (-lower, bar.y + bar.height, legend.colors[:1])):
        if length:
            tip = (bar.x + bar.width / 2, base - length)
            sheet.polygon(np.array([(bar.x, base), tip, (bar.x + bar.width, base)]), _hex(color[0]))
    room = box.width - 26 * unit
    for share, text, place in _marks(legend):
        y = bar.y + bar.height * (1 - share)
        if legend.ticks:
            sheet.box(LabelBox(bar.x + bar.width, y - unit / 2, 4 * unit, unit), sheet.theme.muted)
        sheet.text(box.x + 22 * unit, y, fitted(sheet, text, room, font), font, sheet.theme.text, va=place)
    return box.y + box.height + 12 * unit


def _marks(legend: Legend) -> list[tuple[float, str, str]]:
    """Places along the bar with their texts, and how these are aligned: the ticks, else the two ends."""
    if legend.ticks:
        return [(tick.share, tick.text, "center_baseline") for tick in legend.ticks]
    return [(1.0, legend.high, "top"), (0.0, legend.low, "bottom")]


def _hex(color: Color) -> str:
    red, green, blue = color
    return f"#{red:02X}{green:02X}{blue:02X}"


def _bar(colors: tuple[Color, ...], width: int, height: int) -> ByteArray:
    """Colours from bottom to top, opaque R, G, B, A uint8 (height, width, 4)."""
    steps = np.array(colors or [(0, 0, 0)], np.uint8)
    picked = steps[((np.arange(height)[::-1] + 0.5) / height * len(steps)).astype(int)]
    pixels = np.full((height, width, 4), 255, np.uint8)
    pixels[..., :3] = picked[:, None, :]
    return pixels


def _draw_entry(sheet: Sheet, line: LabelBox, entry: LegendEntry) -> None:
    """A dot in its colour, the name as far as there is room, and the count."""
    unit, font, middle = sheet.unit, sheet.font(ENTRY_PIXELS), line.y + line.height / 2
    count = f"{entry.count:,}"
    room = line.width - sheet.width_of(count, font) - (SWATCH + 10) * unit
    sheet.circles(np.array([[line.x + 6 * unit, middle]]), 5, fill=_hex(entry.color))
    name = fitted(sheet, entry.name, room, font)
    sheet.text(line.x + SWATCH * unit, middle, name, font, sheet.theme.text, va="center_baseline")
    sheet.text(line.x + line.width, middle, count, font, sheet.theme.muted, va="center_baseline", ha="right")
