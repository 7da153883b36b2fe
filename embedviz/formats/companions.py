"""Labels and metadata that stand in files beside the vectors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from embedviz.errors import FileAccessError, FormatError, MemoryPlanError, OptionError
from embedviz.formats.blocks import BLOCK_BYTES
from embedviz.formats.csv_layout import metadata_layout
from embedviz.formats.joining import Join, aligned, join, key_column
from embedviz.formats.label_bytes import line_labels
from embedviz.formats.memory_plan import check_memory
from embedviz.formats.metadata_files import MetadataFile, is_typed_table, read_metadata
from embedviz.formats.metadata_table import LABEL_NAMES, read_cells, typed_column
from embedviz.formats.probe import Probe, access_error, check_readable
from embedviz.formats.registry import Reading, Wish
from embedviz.formats.text_layout import layout_of
from embedviz.progress import Steps
from embedviz.space.labels import Labels
from embedviz.space.source import Note
from embedviz.space.table import Column, Table

_TABLE_SUFFIXES = (".tsv", ".tab")
_BYTES_PER_BYTE = 6
_SAMPLE_BYTES = 1 << 18


@dataclass(frozen=True)
class Companion:
    """What one file beside the vectors holds: labels, further columns, and what was noticed."""

    path: Path
    labels: Labels
    columns: dict[str, Column]
    notes: tuple[Note, ...] = ()


def attach(reading: Reading, probe: Probe, wish: Wish) -> Steps[Reading]:
    """Give `reading` its labels and metadata: from the paths that were named, else from files found beside it.

    A named file whose count differs raises FormatError; a found one is ignored, with a note.
    """
    if wish.labels is not None:
        companion = yield from read_companion(wish.labels, len(reading.vectors), wish.label_column)
        reading = _with_labels(reading, companion)
    if wish.metadata is not None:
        reading = yield from _with_metadata(reading, wish.metadata, wish)
    if wish.labels is None and wish.metadata is None and reading.labels is None:
        reading = yield from _attach_found(reading, probe, wish)
    return reading


def read_companion(path: Path, n_items: int, label_column: str | None, *, as_table: bool = False) -> Steps[Companion]:
    """Read a labels file (one per line) or, by suffix or `as_table`, a tab-separated table for `n_items` items."""
    check_readable(path)
    check_memory(path.name, 0, 0, extra_bytes=_BYTES_PER_BYTE * path.stat().st_size)
    content = path.read_bytes()
    if not as_table and path.suffix.lower() not in _TABLE_SUFFIXES:
        return _plain_labels(path, content, n_items)
    cells = read_cells(content, n_items, path.name)
    chosen = cells.label_column(label_column)
    columns = {}
    notes = list(cells.notes)
    for at, (name, column) in enumerate(zip(cells.names, cells.columns, strict=True)):
        if at != chosen:
            columns[name] = yield from typed_column(column, f"Reading “{name}” of {path.name}", notes=notes, name=name)
    return Companion(path, cells.columns[chosen], columns, tuple(notes))


def _with_metadata(reading: Reading, path: Path, wish: Wish) -> Steps[Reading]:
    """Join a named table: by row where it has one for each item in their order, by label otherwise."""
    check_readable(path)
    n_items = len(reading.vectors)
    check_memory(path.name, 0, 0, extra_bytes=_BYTES_PER_BYTE * path.stat().st_size)
    if not is_typed_table(path) and (reading.labels is None or _has_a_row_each(path, n_items)):
        return (yield from _with_table(reading, path, wish))
    table = yield from read_metadata(path)
    wanted = wish.label_column if wish.labels is None else None
    if wanted is not None and wanted not in table.columns and reading.labels is None:
        raise OptionError(f"There is no column “{wanted}” in the metadata; it has {', '.join(table.columns)}.")
    if reading.labels is None:
        return _by_row(reading, table, _label_name(table.texts, wanted))
    key = key_column(table.texts, reading.labels, wanted)
    if key is None:
        return _by_row(reading, table, None)
    found = yield from join(reading.labels, table.texts[key])
    if table.n_rows == n_items and (found.is_by_row or reading.labels == table.texts[key]):
        return _by_row(reading, table, key)
    if not found.n_matched:
        raise FormatError(
            f"No “{key[:60]}” in “{path.name}” is the label of an item; {table.n_rows:,} rows, {n_items:,} items."
        )
    columns = {name: aligned(column, found.rows) for name, column in table.columns.items() if name != key}
    note = _joined(found, path, f"“{key[:60]}”")
    companion = Companion(path, reading.labels, columns, (note, *table.notes))
    return _with_columns(reading, companion)


def _with_table(reading: Reading, path: Path, wish: Wish) -> Steps[Reading]:
    """Tab-separated metadata by row, or by label where their label column holds other labels than the items."""
    wanted = wish.label_column if wish.labels is None else None
    companion = yield from read_companion(path, len(reading.vectors), wanted, as_table=True)
    if wish.labels is None and (reading.labels is None or wish.label_column is not None):
        return _with_columns(_with_labels(reading, companion), companion)
    assert reading.labels is not None, "labels stand in the file or were named"
    if companion.labels != reading.labels and key_column({"": companion.labels}, reading.labels, None) is not None:
        found = yield from join(reading.labels, companion.labels)
        if not found.is_by_row:
            columns = {name: aligned(column, found.rows) for name, column in companion.columns.items()}
            note = _joined(found, path, "label")
            companion = replace(companion, columns=columns, notes=(note, *companion.notes))
    return _with_columns(reading, companion)


def _joined(found: Join, path: Path, key: str) -> Note:
    text = f"Metadata from “{path.name}” joined by {key}: {found.n_matched:,} of {len(found.rows):,} items matched"
    text += f"; {found.n_unused:,} of its keys name no item" if found.n_unused else ""
    text += f"; {found.n_repeated:,} of its rows repeat a key, and the first of each counts" if found.n_repeated else ""
    return Note("joined", found.n_matched, f"{text}.")


def _by_row(reading: Reading, table: MetadataFile, label: str | None) -> Reading:
    n_items = len(reading.vectors)
    if table.n_rows != n_items:
        raise FormatError(
            f"“{table.path.name}” has {table.n_rows:,} rows for {n_items:,} items, and no column that holds their "
            "labels; it needs one row for each, or such a column.",
            remedy="label_column",
        )
    columns = {name: column for name, column in table.columns.items() if name != label}
    labels = reading.labels if label is None else table.texts[label]
    if labels is None:
        labels = Labels(np.zeros(0, np.uint8), np.zeros(n_items + 1, np.int64))
    companion = Companion(table.path, labels, columns, table.notes)
    if reading.labels is None and label is not None:
        reading = _with_labels(reading, companion)
    return _with_columns(reading, companion)


def _label_name(texts: dict[str, Labels], wanted: str | None) -> str | None:
    if wanted is not None:
        return wanted
    usual = (name for known in LABEL_NAMES for name in texts if name.casefold().strip() == known)
    return next(usual, next(iter(texts), None))


def _has_a_row_each(path: Path, n_items: int) -> bool:
    """Whether a tab-separated table has one line for each item, and perhaps a header above."""
    n_lines, last = 0, b"\n"
    with path.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
        layout = metadata_layout(head, whole=len(head) < _SAMPLE_BYTES)
        file.seek(0)
        while block := file.read(BLOCK_BYTES):
            n_lines, last = n_lines + block.count(b"\n"), block[-1:]
    n_lines += last != b"\n"
    return n_lines == n_items + 1 or (n_lines == n_items and (layout is None or not layout.has_header))


def _plain_labels(path: Path, content: bytes, n_items: int) -> Companion:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise FormatError(f"“{path.name}” is UTF-16 text; save it as UTF-8 and open again.")
    labels, n_bad = line_labels(content)
    notes = []
    if len(labels) > n_items and not labels.encoded(len(labels) - 1):
        labels = _rows(labels, 0, len(labels) - 1)
    if len(labels) == n_items + 1:
        text = f"The first line of “{path.name}” was taken as a header: “{labels[0][:40]}”."
        notes.append(Note("companion", 1, text))
        labels = _rows(labels, 1, len(labels))
    if len(labels) != n_items:
        raise FormatError(
            f"“{path.name}” has {len(labels):,} lines for {n_items:,} items; a labels file needs one line for each."
        )
    if n_bad:
        text = f"{n_bad:,} labels of “{path.name}” are not valid UTF-8; bad bytes show as “\ufffd”."
        notes.append(Note("bad_utf8", n_bad, text))
    return Companion(path, labels, {}, tuple(notes))


def _rows(labels: Labels, low: int, high: int) -> Labels:
    first, last = int(labels.offsets[low]), int(labels.offsets[high])
    return Labels(labels.buffer[first:last], labels.offsets[low : high + 1] - first)


def beside(path: Path) -> tuple[Path, ...]:
    """The files that are tried for labels and metadata where none are named, for vectors at `path`."""
    stem = path.stem
    names = (f"{stem}.labels.txt", f"{stem}.txt", f"{stem}.tsv", f"{stem}.metadata.tsv", "metadata.tsv")
    return tuple(path.with_name(name) for name in names if name != path.name)


def _attach_found(reading: Reading, probe: Probe, wish: Wish) -> Steps[Reading]:
    for path in beside(probe.shown):
        name = path.name
        if not path.is_file():
            continue
        is_table = path.suffix in _TABLE_SUFFIXES
        if reading.labels is not None and (not is_table or reading.metadata is not None):
            continue
        try:
            if _holds_vectors(path):
                raise FormatError(f"“{name}” looks like vectors itself")
            companion = yield from read_companion(path, len(reading.vectors), wish.label_column)
        except (FormatError, FileAccessError, MemoryPlanError, OSError) as error:
            why = access_error(path, error) if isinstance(error, OSError) else error
            note = Note("companion", 1, f"“{name}” beside the file was ignored: {why}")
            reading = replace(reading, notes=(*reading.notes, note))
            continue
        if reading.labels is None:
            reading = _with_labels(reading, companion)
        if companion.columns:
            reading = _with_columns(reading, companion)
    return reading


def _holds_vectors(path: Path) -> bool:
    with path.open("rb") as file:
        sample = file.read(1 << 16)
    layout = layout_of(sample, whole=len(sample) < 1 << 16, suffix="")
    return layout is not None and layout.n_dims >= 3 and path.suffix not in _TABLE_SUFFIXES


def _with_labels(reading: Reading, companion: Companion) -> Reading:
    text = f"The labels were read from “{companion.path.name}”."
    if reading.labels is not None:
        text += " They replace those in the file."
    notes = (*reading.notes, Note("companion", len(companion.labels), text), *companion.notes)
    return replace(reading, labels=companion.labels, notes=notes, companions=_named(reading.companions, companion.path))


def _with_columns(reading: Reading, companion: Companion) -> Reading:
    table = reading.metadata if reading.metadata is not None else Table(len(reading.vectors))
    table = Table(table.n_rows, {**table.columns, **companion.columns})
    names = ", ".join(companion.columns)
    notes = reading.notes
    if companion.columns:
        notes = (*notes, Note("companion", len(companion.columns), f"Metadata from “{companion.path.name}”: {names}."))
    if companion.path not in reading.companions:
        notes = (*notes, *companion.notes)
    return replace(reading, metadata=table, notes=notes, companions=_named(reading.companions, companion.path))


def _named(paths: tuple[Path, ...], path: Path) -> tuple[Path, ...]:
    return paths if path in paths else (*paths, path)
