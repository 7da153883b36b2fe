"""How a text table is laid out: separator, quotes, header, decimal mark, what its columns hold; by its first rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from embedviz.formats.metadata_table import LABEL_NAMES
from embedviz.formats.number_grammar import is_number
from embedviz.formats.table_roles import Field, Use, candidates, is_numbered
from embedviz.formats.text_layout import BOM

SEPARATORS = (b"\t", b",", b";", b"|")
_ROWS_LOOKED_AT = 50
_MOST_COLUMNS = 20_000
_MOST_RAGGED = 0.5
_MOST_BAD = 0.1
_WHOLE = re.compile(rb"[+-]?[0-9]+")
_DECIMAL_COMMA = re.compile(rb"[+-]?(?:[0-9]+(?:,[0-9]*)?|,[0-9]+)(?:[eE][+-]?[0-9]+)?")
_OPENING, _CLOSING = (b"[", b"(", b"{"), (b"]", b")", b"}")
_BETWEEN = re.compile(rb"[\s,;]+")


@dataclass(frozen=True)
class CsvLayout:
    """A text table: its rows begin at byte `start` (behind a byte order mark), the first of them names the columns if
    `has_header`; `quoted` says whether quotes group, `decimal_comma` whether numbers are written 0,5."""

    start: int
    separator: bytes
    quoted: bool
    has_header: bool
    decimal_comma: bool
    fields: tuple[Field, ...]
    has_quotes: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, distinct."""
        return tuple(field.name for field in self.fields)


def csv_layout(sample: bytes, *, whole: bool) -> CsvLayout | None:
    """The layout of a file that begins with `sample` (all of it if `whole`), or None if it is no table of vectors."""
    layouts = (layout for layout in map(_with_vectors, _layouts(sample, whole=whole)) if layout is not None)
    return next(layouts, None)


def metadata_layout(sample: bytes, *, whole: bool) -> CsvLayout | None:
    """The layout of a table that need not hold vectors: the one with most columns, or None."""
    found = list(_layouts(sample, whole=whole))
    return max(found, key=lambda layout: len(layout.fields), default=None)


def _with_vectors(layout: CsvLayout) -> CsvLayout | None:
    return layout if candidates(layout.fields) else None


def _layouts(sample: bytes, *, whole: bool) -> list[CsvLayout]:
    start = len(BOM) if sample.startswith(BOM) else 0
    if b"\x00" in sample[:4096]:
        return []
    found = []
    for separator in SEPARATORS:
        if separator not in sample:
            continue
        for quoted in (True, False):
            if not quoted and b'"' not in sample:
                continue
            rows = records(sample[start:], separator, quoted=quoted, whole=whole)
            layout = _layout(rows, start, separator, quoted=quoted, has_quotes=b'"' in sample)
            if layout is not None:
                found.append(layout)
                break
    return found


def records(content: bytes, separator: bytes, *, quoted: bool, whole: bool) -> list[list[bytes]]:
    """The first rows of a table as cells; none where its quotes do not close."""
    mark = re.escape(separator)
    plain = rb"([^%b\r\n]*)(?:(%b)|(\r\n|\n|\r|\Z))" % (mark, mark)
    in_quotes = rb'"([^"]*(?:""[^"]*)*)"(?:(%b)|(\r\n|\n|\r|\Z))' % mark
    cell = re.compile(rb"(?:%b)|(?:%b)" % (in_quotes, plain) if quoted else rb"()()()" + plain)
    rows: list[list[bytes]] = [[]]
    at = 0
    while at < len(content) or rows[-1]:
        match = cell.match(content, at)
        if match is None or len(rows[-1]) > _MOST_COLUMNS:
            return []
        at = match.end()
        is_grouped = match[1] is not None and quoted
        rows[-1].append(match[1].replace(b'""', b'"') if is_grouped else match[4])
        if match[2] is None and match[5] is None:
            if rows[-1] == [b""]:
                rows.pop()  # a blank line
            if len(rows) > _ROWS_LOOKED_AT:
                return rows
            rows.append([])
            if at >= len(content):
                break
    rows.pop()
    return rows if whole else rows[:-1]


def _layout(
    rows: Sequence[Sequence[bytes]], start: int, separator: bytes, *, quoted: bool, has_quotes: bool
) -> CsvLayout | None:
    if not rows:
        return None
    widths = Counter(map(len, rows))
    n_columns = len(rows[0])
    alike = [row for row in rows if len(row) == n_columns]
    if n_columns < 2 or len(alike) < (1 - _MOST_RAGGED) * len(rows) or widths.most_common(1)[0][0] != n_columns:
        return None
    decimal_comma = _has_decimal_commas(alike[1:] or alike, separator)
    has_header = len(alike) > 1 and _is_header(alike, decimal_comma=decimal_comma)
    body = alike[1:] if has_header else alike
    names = _names(alike[0]) if has_header else [f"column {at + 1}" for at in range(n_columns)]
    fields = tuple(
        _field(name, [row[at].strip(b" ") for row in body], decimal_comma=decimal_comma)
        for at, name in enumerate(names)
    )
    return CsvLayout(start, separator, quoted, has_header, decimal_comma, fields, has_quotes)


def _has_decimal_commas(rows: Sequence[Sequence[bytes]], separator: bytes) -> bool:
    """Whether some column is all numbers, some with a comma, and no column of numbers has a point."""
    del separator
    some = False
    for column in zip(*rows, strict=True):
        cells = [cell.strip(b" ") for cell in column if cell.strip(b" ")]
        if not cells or b"[" in cells[0]:
            continue
        if all(map(is_number, cells)) and any(b"." in cell for cell in cells):
            return False
        some = some or (any(b"," in cell for cell in cells) and all(map(_DECIMAL_COMMA.fullmatch, cells)))
    return some


def _is_header(rows: Sequence[Sequence[bytes]], *, decimal_comma: bool) -> bool:
    """Whether the first row names the columns: no numbers where the others have them, or numbers that count 0, 1, 2.

    Where no column holds numbers, one of the usual names for labels must be there.
    """
    first, body = rows[0], rows[1:]
    columns = [
        _field("", [row[at].strip(b" ") for row in body], decimal_comma=decimal_comma) for at in range(len(first))
    ]
    counted = [at for at, column in enumerate(columns) if column.use in ("float", "whole", "vector")]
    above = [first[at].strip() for at in counted]
    if not above:
        return any(cell.decode("utf-8", "replace").casefold().strip() in LABEL_NAMES for cell in first)
    plain = [cell for cell in above if not (is_number(cell) or _DECIMAL_COMMA.fullmatch(cell) or vector_cell(cell))]
    if len(plain) == len(above):
        return all(plain) or len([cell for cell in plain if not cell]) == 1
    if not all(map(_WHOLE.fullmatch, above)) or len(above) < 3:
        return False
    low = int(above[0][:9])
    return low in (0, 1) and [int(cell[:9]) for cell in above] == list(range(low, low + len(above)))


def _field(name: str, cells: Sequence[bytes], *, decimal_comma: bool) -> Field:
    held = [cell for cell in cells if cell]
    if not held:
        return Field(name, "text", "text")
    lengths = list(islice(map(vector_cell, held), 10))
    if lengths[0] and 2 * sum(map(bool, lengths)) > len(lengths):
        n_dims = lengths[0]
        return Field(name, f"lists of {n_dims:,} numbers", "vector", n_dims)
    is_decimal = _DECIMAL_COMMA.fullmatch if decimal_comma else is_number
    n_bad = sum(not is_decimal(cell) for cell in held)
    if n_bad > (_MOST_BAD * len(held) if is_numbered(name) else 0):
        return Field(name, "text", "text")
    use: Use = "whole" if not n_bad and all(map(_WHOLE.fullmatch, held)) else "float"
    return Field(name, "whole numbers" if use == "whole" else "numbers", use)


def vector_cell(cell: bytes) -> int:
    """How many numbers a cell such as `[0.1, -2]` or `(0.1 -2)` lists; 0 if it is no such list.

    A list that was cut by its writer (`[0.1 0.2 ... 0.9]`) counts by what stands there, to be refused when read.
    """
    cell = cell.strip()
    if cell[:1] not in _OPENING or cell[-1:] not in _CLOSING or len(cell) < 4:
        return 0
    parts = _BETWEEN.split(cell[1:-1].strip(b" \t\r\n,;"))
    return len(parts) if len(parts) > 1 and all(is_number(part) or part == b"..." for part in parts) else 0


def _names(cells: Sequence[bytes]) -> list[str]:
    """Column names made distinct and not empty."""
    found: dict[str, None] = {}
    for at, cell in enumerate(cells):
        base = cell.decode("utf-8", "replace").strip() or f"column {at + 1}"
        name, count = base, 1
        while name in found:
            count += 1
            name = f"{base} ({count})"
        found[name] = None
    return list(found)
