"""How the lines of a text file hold vectors: separator, labels, dimensions, header. Decided by the first lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from embedviz.formats.number_grammar import trailing_numbers

BOM = b"\xef\xbb\xbf"
SPACE, TAB = 0x20, 0x09
_LINES_LOOKED_AT = 50
_HEADER = re.compile(rb"([0-9]{1,18}) ([0-9]{1,18})[ \r]*")
_PRINTABLE = re.compile(rb"[!-~]+")


@dataclass(frozen=True)
class Layout:
    """How vectors stand in a text file.

    The rows begin at byte `start`; a header before them declared `declared` (items, dimensions). Where the first line
    may be either a header or a one-dimensional row, `doubtful` is its (items, dimensions, length in bytes), and it is a
    header where the rows are as many as it says. `n_lines_before` are lines that stand before `start` and are no header
    of that kind.
    """

    start: int
    separator: int
    has_label: bool
    n_dims: int
    declared: tuple[int, int] | None = None
    doubtful: tuple[int, int, int] | None = None
    n_lines_before: int = 0


def layout_of(sample: bytes, *, whole: bool, suffix: str) -> Layout | None:
    """The layout of a file that begins with `sample` (all of it if `whole`), or None if its lines hold no vectors."""
    start = len(BOM) if sample.startswith(BOM) else 0
    lines = sample[start:].split(b"\n")
    if not whole:
        lines = lines[:-1]
    if not lines:
        return None
    header = _HEADER.fullmatch(lines[0])
    after_header = start + len(lines[0]) + 1
    rest = _meaningful(lines[1:] if header else lines)
    if header is None:
        return _rows_layout(rest, start, suffix, preferred=None)
    declared = int(header[1]), int(header[2])
    if not rest:
        return Layout(after_header, SPACE, True, declared[1], declared) if len(lines) > 1 or whole else None
    rows = _rows_layout(rest, after_header, suffix, preferred=declared[1])
    if rows is None or rows.n_dims < declared[1]:
        as_declared = _rows_of_width(rest, after_header, declared)
        if rows is None or as_declared is not None:
            return as_declared
    is_cut = whole and len(rest) == 1 and bool(lines[-1])
    if rows.n_dims == 1 and rows.has_label and not is_cut:
        doubtful = (*declared, len(lines[0]) + 1)
        return Layout(start, rows.separator, True, 1, None, doubtful)
    return Layout(after_header, rows.separator, rows.has_label, rows.n_dims, declared)


def looks_utf16(head: bytes) -> bool:
    """Whether the beginning of a file reads as UTF-16 text: by its mark, or by every other byte being zero."""
    n_even, n_odd = head[::2].count(0), head[1::2].count(0)
    marked = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return marked or max(n_even, n_odd) * 3 > len(head) > 6 * min(n_even, n_odd)


def meaningful_end(line: bytes) -> bytes:
    """A line without the carriage return and the separators at its end."""
    return line.rstrip(b" \t\r")


def _meaningful(lines: Sequence[bytes]) -> list[bytes]:
    stripped = (meaningful_end(line) for line in lines[: 2 * _LINES_LOOKED_AT])
    return [line for line in stripped if line][:_LINES_LOOKED_AT]


def _rows_layout(rows: Sequence[bytes], start: int, suffix: str, preferred: int | None) -> Layout | None:
    """The layout most rows agree on, or None."""
    if not rows:
        return None
    separator = max((SPACE, TAB), key=lambda byte: _n_numbers(rows, byte))
    counted = [_counted(row, separator) for row in rows]
    all_numbers = sum(whole for _, whole in counted) * 2 > len(counted)
    if all_numbers and (separator == TAB or (suffix == ".tsv" and all(n == 1 for n, _ in counted))):
        return Layout(start, TAB, False, _most_common([n for n, _ in counted], preferred))
    n_dims = _most_common([n - whole for n, whole in counted], preferred)
    return Layout(start, separator, True, n_dims) if n_dims else None


def _n_numbers(rows: Sequence[bytes], separator: int) -> int:
    return sum(_counted(row, separator)[0] for row in rows)


def _counted(row: bytes, separator: int) -> tuple[int, bool]:
    """How many numbers end a row, and whether they are all of it."""
    fields = row.split(bytes([separator]))
    n_numbers = trailing_numbers(fields)
    return n_numbers, n_numbers == len(fields)


def _most_common(counts: Sequence[int], preferred: int | None) -> int:
    tally = Counter(counts)
    return max(tally, key=lambda count: (tally[count], count == preferred, count))


def _rows_of_width(rows: Sequence[bytes], start: int, declared: tuple[int, int]) -> Layout | None:
    """A header before rows of the declared width that are not all numbers: vectors still, to be refused by line."""
    for separator in (SPACE, TAB):
        split = [row.split(bytes([separator])) for row in rows]
        alike = [fields for fields in split if len(fields) == declared[1] + 1]
        if declared[1] and 2 * len(alike) > len(rows) and all(map(_PRINTABLE.fullmatch, alike[0][1:])):
            return Layout(start, separator, True, declared[1], declared)
    return None
