"""The text in a column of a table: CSV, TSV or Parquet, read in batches."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from embedviz.errors import FormatError, MissingLibraryError, OptionError
from embedviz.formats.parquet_file import parquet_file
from embedviz.formats.probe import Probe
from embedviz.formats.text_layout import BOM

PARQUET_MAGIC = b"PAR1"
TABLE_SUFFIXES = (".csv", ".tsv", ".tab")
_USUAL_NAMES = ("text", "sentence", "content", "body", "document")
_ROWS_AT_ONCE = 256
_BLOCK_BYTES = 1 << 20
_PIECE_BYTES = 1 << 17


def text_column(probe: Probe, wanted: str | None) -> str:
    """Which column holds the text: the one named, else one of a usual name, else the only one; or OptionError."""
    names = _parquet_names(probe) if _is_parquet(probe) else _header(probe)
    if wanted is None:
        folded = {name.casefold().strip(): name for name in reversed(names)}
        usual = next((folded[name] for name in _USUAL_NAMES if name in folded), None)
        wanted = names[0] if usual is None and len(names) == 1 else usual
    shown = ", ".join(f"“{name}”" for name in names[:12]) or "none"
    if wanted is None:
        raise OptionError(f"“{probe.name}” is a table; name the column that holds the text (--column): {shown}.")
    if wanted not in names:
        raise OptionError(f"There is no column of text “{wanted}” in “{probe.name}”; it has {shown}.")
    if names.count(wanted) > 1:
        raise OptionError(f"Several columns of “{probe.name}” are called “{wanted}”; give each its own name.")
    return wanted


def cells_of(probe: Probe, column: str, end: bytes = b"\n") -> Iterator[tuple[bytes, float]]:
    """The cells of a column as UTF-8, each closed by `end`, with the share of the table read so far."""
    with _arrow_errors(probe.name):
        batches = _parquet_batches(probe, column) if _is_parquet(probe) else _csv_batches(probe, column)
        for cells, share in batches:
            yield from ((piece, share) for piece in _pieces(cells, end))


def _pieces(cells: list[bytes], end: bytes) -> Iterator[bytes]:
    gathered: list[bytes] = []
    size = 0
    for cell in cells:
        gathered.append(cell)
        size += len(cell)
        if size >= _PIECE_BYTES:
            yield end.join([*gathered, b""])
            gathered, size = [], 0
    if gathered:
        yield end.join([*gathered, b""])


def _is_parquet(probe: Probe) -> bool:
    return probe.head.startswith(PARQUET_MAGIC)


def _separator(probe: Probe) -> str:
    return "\t" if probe.shown.suffix.lower() in (".tsv", ".tab") else ","


def _header(probe: Probe) -> list[str]:
    lines = probe.head.removeprefix(BOM).decode("utf-8", "replace").splitlines()
    if not lines:
        return []
    if _separator(probe) == "\t":
        return lines[0].split("\t")
    try:
        return next(csv.reader(lines[:1]))
    except csv.Error as error:
        raise FormatError(f"“{probe.name}” does not begin with the names of its columns ({error}).") from error


def _parquet_names(probe: Probe) -> list[str]:
    with _arrow_errors(probe.name):
        import pyarrow.types as types

        with parquet_file(probe.path) as file:
            return [
                field.name
                for field in file.schema_arrow
                if types.is_string(field.type) or types.is_large_string(field.type) or types.is_dictionary(field.type)
            ]


def _parquet_batches(probe: Probe, column: str) -> Iterator[tuple[list[bytes], float]]:
    with parquet_file(probe.path) as file:
        done, n_rows = 0, max(1, file.metadata.num_rows)
        for batch in file.iter_batches(_ROWS_AT_ONCE, columns=[column]):
            done += len(batch)
            yield _encoded(batch.column(0)), done / n_rows


def _csv_batches(probe: Probe, column: str) -> Iterator[tuple[list[bytes], float]]:
    import pyarrow as pa
    import pyarrow.csv

    separator = _separator(probe)
    quoted = separator == ","
    with (
        probe.path.open("rb") as file,
        pa.csv.open_csv(
            file,
            pa.csv.ReadOptions(use_threads=False, block_size=_BLOCK_BYTES),
            pa.csv.ParseOptions(delimiter=separator, quote_char='"' if quoted else False, newlines_in_values=quoted),
            pa.csv.ConvertOptions(
                include_columns=[column], column_types={column: pa.binary()}, strings_can_be_null=False
            ),
        ) as reader,
    ):
        for batch in reader:
            yield _encoded(batch.column(0)), min(1.0, file.tell() / max(1, probe.size))


def _encoded(cells: Any) -> list[bytes]:
    """Cells as bytes, missing ones left out; dictionaries of words are looked up."""
    return [
        cell.encode("utf-8", "replace") if isinstance(cell, str) else cell
        for cell in cells.to_pylist()
        if isinstance(cell, str | bytes)
    ]


@contextmanager
def _arrow_errors(name: str) -> Iterator[None]:
    try:
        import pyarrow as pa
    except ImportError as error:
        raise MissingLibraryError(f"Tables need pyarrow, which did not import ({error}); reinstall pyarrow.") from error
    try:
        yield
    except (pa.ArrowException, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise FormatError(f"The table “{name}” could not be read: {reason}.") from error
