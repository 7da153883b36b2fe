"""Lines of cells below a head: with tabs for a spreadsheet, in columns for a letter, as a table for a file."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embedviz.space.labels import Labels
from embedviz.space.table import Column, Table

Cell = str | int | float

_BREAKS = dict.fromkeys(map(ord, "\t\r\n"), " ")  # what would break a row of a pasted table


def one_cell(text: str) -> str:
    """A text that stays within its cell: tabs and line breaks become spaces."""
    return text.translate(_BREAKS)


def tabbed(lines: Sequence[Sequence[Cell]]) -> str:
    """Lines of cells with tabs between them; numbers to their last digit, nothing for NaN."""
    return "\n".join("\t".join(_exactly(cell) for cell in line) for line in lines)


def aligned(lines: Sequence[Sequence[Cell]]) -> str:
    """A head and lines of cells, their columns in line: words to the left, numbers (three decimals) to the right."""
    texts = [[_shortly(cell) for cell in line] for line in lines]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    are_numbers = [bool(column) and not any(isinstance(cell, str) for cell in column) for column in _columns(lines[1:])]
    are_numbers = are_numbers or [False] * len(widths)
    return "\n".join(
        "  ".join(
            text.rjust(width) if is_number else text.ljust(width)
            for text, width, is_number in zip(line, widths, are_numbers, strict=True)
        ).rstrip()
        for line in texts
    )


def cells_table(lines: Sequence[Sequence[Cell]]) -> Table:
    """A head and lines of cells as columns; a head that repeats gets its count, an empty one is called `item`."""
    heads, *below = lines
    columns: dict[str, Column] = {}
    for at, head in enumerate(heads):
        name, cells = str(head) or "item", [line[at] for line in below]
        n_alike = sum(each.split(" (")[0] == name for each in columns)
        missing = np.array([cell == "" or cell != cell for cell in cells], np.bool_)
        key = f"{name} ({n_alike + 1})" if n_alike else name
        if all(isinstance(cell, (int, float)) or cell == "" for cell in cells):
            numbers = np.array([float(cell) if cell != "" else np.nan for cell in cells])
            columns[key] = Column("number", numbers, missing)
        else:
            columns[key] = Column("text", Labels.from_strings(map(str, cells)), missing)
    return Table(len(below), columns)


def _columns(lines: Sequence[Sequence[Cell]]) -> list[tuple[Cell, ...]]:
    return list(zip(*lines, strict=True))


def _exactly(cell: Cell) -> str:
    return one_cell(cell) if isinstance(cell, str) else "" if cell != cell else repr(cell)


def _shortly(cell: Cell) -> str:
    if isinstance(cell, str):
        return one_cell(cell)
    if isinstance(cell, int):
        return f"{cell:,}"
    return "" if cell != cell else f"{cell:.3f}" if abs(cell) < 1000 else f"{cell:,.1f}"
