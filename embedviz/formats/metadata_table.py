"""Tab-separated metadata as bytes to typed columns; quotes mean nothing in this format."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from embedviz.errors import FormatError, OptionError
from embedviz.formats.label_bytes import clean_labels, line_labels
from embedviz.formats.number_grammar import number
from embedviz.formats.text_layout import BOM
from embedviz.progress import Progress, Steps
from embedviz.space.labels import Labels
from embedviz.space.source import Note
from embedviz.space.table import Column

LABEL_NAMES = ("label", "word", "token", "name", "title", "text")
_CELLS_AT_ONCE = 1 << 14
_LEAST_CATEGORIES = 50
_MOST_COLUMNS = 4096
_MOST_EXACT = 2.0**53
_MOST_DIGITS = 400
_BLANK_LINE = re.compile(rb"^(?=\r?\n)", re.MULTILINE)


@dataclass(frozen=True)
class Cells:
    """A table of text: column names, and every column as Labels of one length."""

    names: tuple[str, ...]
    columns: tuple[Labels, ...]
    notes: tuple[Note, ...] = ()

    def label_column(self, wanted: str | None) -> int:
        """Which column holds the labels: the one named, else one of the usual names, else the first."""
        if wanted is not None:
            if wanted not in self.names:
                raise OptionError(f"There is no column “{wanted}” in the metadata; it has {', '.join(self.names)}.")
            return self.names.index(wanted)
        folded = [name.casefold().strip() for name in self.names]
        return next((folded.index(usual) for usual in LABEL_NAMES if usual in folded), 0)


def read_cells(content: bytes, n_items: int, name: str) -> Cells:
    """Split a table for `n_items` items; FormatError if it has other than one line per item and at most a header."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise FormatError(f"“{name}” is UTF-16 text; save it as UTF-8 and open again.")
    content = content.removeprefix(BOM)
    if not content.endswith(b"\n"):
        content += b"\n"
    n_lines = content.count(b"\n")
    if n_lines > n_items and content.endswith((b"\n\n", b"\n\r\n")):
        content = content[: -2 if content.endswith(b"\r\n") else -1]
        n_lines -= 1
    if n_lines not in (n_items, n_items + 1):
        raise FormatError(
            f"“{name}” has {n_lines:,} lines for {n_items:,} items; it needs one line for each, and a header only if "
            "it has several columns."
        )
    n_columns = content[: content.index(b"\n")].count(b"\t") + 1
    if n_columns > _MOST_COLUMNS:
        raise FormatError(f"“{name}” has {n_columns:,} columns; metadata can have {_MOST_COLUMNS:,} at most.")
    columns, n_bad = _split(content, n_columns, name)
    notes = []
    if n_lines == n_items:
        names = [f"column {at + 1}" for at in range(n_columns)] if n_columns > 1 else ["label"]
        if n_columns > 1:
            notes.append(Note("companion", n_columns, f"“{name}” has no header line; its columns are numbered."))
    else:
        names = _distinct([column[0] for column in columns])
        columns = [_without_first(column) for column in columns]
        if n_columns == 1:
            notes.append(Note("companion", 1, f"The first line of “{name}” was taken as a header: “{names[0][:40]}”."))
    if n_bad:
        notes.append(
            Note("bad_utf8", n_bad, f"{n_bad:,} cells of “{name}” are not valid UTF-8; bad bytes show as “\ufffd”.")
        )
    return Cells(tuple(names), tuple(columns), tuple(notes))


def typed_column(
    cells: Labels, text: str, *, numbers: bool = True, notes: list[Note] | None = None, name: str = ""
) -> Steps[Column]:
    """A column of text as numbers if all its cells are (and `numbers`), else categories if few are distinct, else text.

    Whole numbers that float64 cannot hold stay texts; `notes` gets a line about that, with the column's `name`.
    """
    n_items = len(cells)
    values: list[float] = []
    codes: list[int] | None = []
    seen: dict[bytes, int] = {b"": -1}
    most = max(_LEAST_CATEGORIES, n_items // 10)
    for start in range(0, n_items, _CELLS_AT_ONCE):
        yield Progress(start / n_items, text)
        chunk = [cells.encoded(row) for row in range(start, min(n_items, start + _CELLS_AT_ONCE))]
        if numbers:
            found = [number(cell) if cell else np.nan for cell in chunk]
            values += [value for value in found if value is not None]
            numbers = None not in found
            if numbers and not all(map(_is_exact, chunk, found)):
                numbers = False
                if notes is not None:
                    notes.append(kept_exactly(name, n_items))
        if codes is not None:
            codes += [seen.setdefault(cell, len(seen) - 1) for cell in chunk]
            if len(seen) - 1 > most:
                codes = None
    missing = np.diff(cells.offsets) == 0
    if numbers and not missing.all():
        return Column("number", np.array(values, np.float64), missing)
    if codes is not None:
        names = tuple(cell.decode("utf-8", "replace") for cell in seen if cell)
        return Column("category", np.array(codes, np.int32), missing, names)
    return Column("text", cells, missing)


def kept_exactly(name: str, n_items: int) -> Note:
    """The note about whole numbers too long for float64."""
    text = f"“{name}” holds whole numbers beyond 2^53, which would lose digits as numbers; they are kept as texts."
    return Note("kept_as_text", n_items, text)


def _is_exact(cell: bytes, value: float | None) -> bool:
    if value is None or not _MOST_EXACT <= abs(value) < np.inf:
        return True
    return len(cell) > _MOST_DIGITS or not cell.lstrip(b"+-").isdigit() or int(cell) == int(value)


def _split(content: bytes, n_columns: int, name: str) -> tuple[list[Labels], int]:
    if n_columns == 1:
        labels, n_bad = line_labels(content)
        if b"\t" in content:
            line = content[: content.index(b"\t")].count(b"\n") + 1
            raise FormatError(f"Line {line:,} of “{name}” has more columns than the first line, which has 1.")
        return [labels], n_bad
    content = _BLANK_LINE.sub(b"\t" * (n_columns - 1), content)
    data = np.frombuffer(content, np.uint8)
    is_mark = (data == 0x09) | (data == 0x0A)
    marks = np.flatnonzero(is_mark)
    breaks = np.flatnonzero(data[marks] == 0x0A)
    widths = np.diff(breaks, prepend=-1)
    ragged = np.flatnonzero(widths != n_columns)
    if len(ragged):
        line = int(ragged[0])
        raise FormatError(
            f"Line {line + 1:,} of “{name}” has {int(widths[line]):,} columns and the first has {n_columns:,}; "
            "correct that line."
        )
    dropped = is_mark.copy()
    dropped[:-1] |= (data[:-1] == 0x0D) & (data[1:] == 0x0A)
    kept = np.concatenate([[0], np.cumsum(~dropped, dtype=np.int64)])
    bounds = np.concatenate([[0], kept[marks]])
    cells = data[~dropped]
    columns, n_bad = [], 0
    for at in range(n_columns):
        starts, ends = bounds[at:-1:n_columns], bounds[at + 1 :: n_columns]
        offsets = np.concatenate([[0], np.cumsum(ends - starts)])
        mine = np.arange(offsets[-1]) + np.repeat(starts - offsets[:-1], ends - starts)
        labels, bad = clean_labels(cells[mine], offsets)
        columns.append(labels)
        n_bad += bad
    return columns, n_bad


def _distinct(names: list[str]) -> list[str]:
    """Column names made distinct and not empty."""
    found: dict[str, None] = {}
    counts: dict[str, int] = {}
    for at, name in enumerate(names):
        base = name.strip() or f"column {at + 1}"
        unique = base
        while unique in found:
            counts[base] = counts.get(base, 1) + 1
            unique = f"{base} ({counts[base]})"
        found[unique] = None
    return list(found)


def _without_first(labels: Labels) -> Labels:
    first = int(labels.offsets[1])
    return Labels(labels.buffer[first:], labels.offsets[1:] - first)
