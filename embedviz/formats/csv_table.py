"""CSV and TSV tables: vectors as number columns or as `[0.1, ...]` cells, beside labels and metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from embedviz.errors import FormatError
from embedviz.formats.arrow_errors import arrow_errors
from embedviz.formats.arrow_table import ArrowSource, inspected, read_source
from embedviz.formats.blocks import BLOCK_BYTES
from embedviz.formats.contents import Contents
from embedviz.formats.csv_batches import Beginning, csv_batches
from embedviz.formats.csv_layout import CsvLayout, csv_layout
from embedviz.formats.csv_wide import read_wide, wide_layout
from embedviz.formats.probe import Probe
from embedviz.formats.registry import Format, Reading, Wish
from embedviz.formats.table_roles import roles_of
from embedviz.formats.text_layout import SPACE, looks_utf16
from embedviz.progress import Progress, Steps
from embedviz.space.source import Note

_LARGEST_SAMPLE = 1 << 24
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")


def _detect(probe: Probe) -> bool:
    if _CONTROL.search(probe.head[:4096]) or looks_utf16(probe.head[:4096]):
        return False
    rows = probe.layout
    if rows is not None and ((rows.separator == SPACE and rows.n_dims > 1) or rows.declared or rows.doubtful):
        return False  # lines that end in numbers with spaces between them are word vectors, whatever else is in them
    layout = sniffed(probe)
    if layout is None:
        return False
    # tab-separated numbers under no header are the Projector's, or word vectors
    return layout.separator != b"\t" or layout.has_header or rows is None


def sniffed(probe: Probe) -> CsvLayout | None:
    """The layout of a table of vectors, by its first rows; more of it is looked at where a row is very long."""
    sample = probe.head
    layout = csv_layout(sample, whole=len(sample) >= probe.size)
    if layout is None and len(sample) < probe.size and sample.count(b"\n") < 3:
        with probe.path.open("rb") as file:
            sample = file.read(_LARGEST_SAMPLE)
        layout = csv_layout(sample, whole=len(sample) >= probe.size)
    return layout


def _read(probe: Probe, wish: Wish) -> Steps[Reading]:
    layout = _layout(probe)
    with arrow_errors(probe.name), _source(probe, layout) as source:
        roles = roles_of(layout.fields, wish, probe.name, probe.shown, lambda: inspected(source))
    wide = wide_layout(probe, layout, roles)
    if wide is not None:
        try:
            return _named(probe, layout, (yield from read_wide(probe, wish, wide)))
        except FormatError:
            if wide.is_plain and not _has_quotes(probe):
                raise
    try:
        with arrow_errors(probe.name), _source(probe, layout) as source:
            return _named(probe, layout, (yield from read_source(source, wish)))
    except FormatError as error:
        end = _last_break(probe)
        if end is None:
            raise
        cut_off = FormatError(
            f"{str(error).rstrip('.')}. The file does not end with a line break and was probably cut off; get it "
            "again, or leave its last row out.",
            remedy="partial",
        )
        if not wish.partial:
            raise cut_off from error
        with arrow_errors(probe.name), _source(probe, layout, end) as source:
            reading = yield from read_source(source, wish)
    note = Note("partial", 1, "The last row was cut off; it was left out.")
    return _named(probe, layout, replace(reading, notes=(*reading.notes, note)))


def _last_break(probe: Probe) -> int | None:
    """Where the last whole line ends, if another begins behind it; None if none does or it is very long."""
    with probe.path.open("rb") as file:
        start = max(0, probe.size - BLOCK_BYTES)
        file.seek(start)
        tail = file.read()
    end = start + tail.rfind(b"\n") + 1
    return end if start < end < probe.size else None


def _has_quotes(probe: Probe) -> bool:
    with probe.path.open("rb") as file:
        return any(b'"' in block for block in iter(lambda: file.read(BLOCK_BYTES), b""))


def _named(probe: Probe, layout: CsvLayout, reading: Reading) -> Reading:
    notes = reading.notes
    if layout.decimal_comma:
        text = f"The numbers of “{probe.name}” are written with decimal commas (0,5)."
        notes = (*notes, Note("decimal_comma", len(reading.vectors), text))
    if not layout.has_header:
        text = f"“{probe.name}” has no header line; its columns are numbered."
        notes = (*notes, Note("no_header", len(layout.fields), text))
    return replace(reading, format=_title(layout), notes=notes)


def _inspect(probe: Probe) -> Steps[Contents]:
    yield Progress(0.0, f"Looking into {probe.name}")
    with arrow_errors(probe.name), _source(probe, _layout(probe)) as source:
        return inspected(source)


def _layout(probe: Probe) -> CsvLayout:
    layout = sniffed(probe)
    assert layout is not None, "read after detection"
    return layout


def _title(layout: CsvLayout) -> str:
    return "TSV table" if layout.separator == b"\t" else FORMAT.title


@contextmanager
def _source(probe: Probe, layout: CsvLayout, size: int | None = None) -> Iterator[ArrowSource]:
    """The table while it is open, or the first `size` bytes of it."""
    with probe.path.open("rb") as file:
        rows = file if size is None else Beginning(file, size)

        def batches(vectors: Sequence[str], others: Sequence[str]) -> Iterator[Any]:
            return csv_batches(rows, layout, vectors, others, probe.name)

        yield ArrowSource(
            probe, _title(layout), None, None, batches, layout.fields, lambda: file.tell() / max(1, probe.size)
        )


FORMAT = Format("csv", "CSV table", (".csv", ".tsv", ".tab", ".txt"), _detect, _read, inspect=_inspect)
