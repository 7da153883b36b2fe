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
_BAR_WIDTH, _BAR_HEIGHT = 14, 180
_MOST_NOTE_LINES = 4


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
    left_out = len(legend.entries) - len(shown)
    if left_out and room:
        n_items = sum(entry.count for entry in legend.entries[len(shown) :])
        font = sheet.font(ENTRY_PIXELS)
        said = f"and {left_out:,} more ({n_items:,} items)"
        if sheet.width_of(said, font) > width:
            said = fitted(sheet, f"and {left_out:,} more", width, font)
        sheet.text(x, y + _LINE / 2 * unit, said, font, theme.muted, va="center_baseline")
        y += _LINE * unit
    for note in notes:
        sheet.text(x, y + _NOTE_LINE / 2 * unit, note, small, theme.muted, va="center_baseline")
        y += _NOTE_LINE * unit


def _draw_scale(sheet: Sheet, box: LabelBox, legend: Legend) -> float:
    """A bar of colours with the numbers of its ends; returns where the next part begins."""
    unit, font = sheet.unit, sheet.font(ENTRY_PIXELS)
    bar = LabelBox(round(box.x), round(box.y), round(_BAR_WIDTH * unit), round(box.height))
    sheet.picture(_bar(legend.colors, round(bar.width * sheet.scale), round(bar.height * sheet.scale)), bar)
    room = box.width - 22 * unit
    for text, y, place in ((legend.high, bar.y, "top"), (legend.low, bar.y + bar.height, "bottom")):
        said = fitted(sheet, text, room, font)
        sheet.text(box.x + 22 * unit, y, said, font, sheet.theme.text, va=place)
    return box.y + box.height + 12 * unit


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
    red, green, blue = entry.color
    sheet.circles(np.array([[line.x + 6 * unit, middle]]), 5, fill=f"#{red:02X}{green:02X}{blue:02X}")
    name = fitted(sheet, entry.name, room, font)
    sheet.text(line.x + SWATCH * unit, middle, name, font, sheet.theme.text, va="center_baseline")
    sheet.text(line.x + line.width, middle, count, font, sheet.theme.muted, va="center_baseline", ha="right")
