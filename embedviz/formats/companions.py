"""Labels and metadata that stand in files beside the vectors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from embedviz.errors import FileAccessError, FormatError, MemoryPlanError
from embedviz.formats.label_bytes import line_labels
from embedviz.formats.memory_plan import check_memory
from embedviz.formats.metadata_table import read_cells, typed_column
from embedviz.formats.probe import Probe, access_error, check_readable
from embedviz.formats.registry import Reading, Wish
from embedviz.formats.text_layout import layout_of
from embedviz.progress import Steps
from embedviz.space.labels import Labels
from embedviz.space.source import Note
from embedviz.space.table import Column, Table

_TABLE_SUFFIXES = (".tsv", ".tab")
_BYTES_PER_BYTE = 6


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
        wanted = wish.label_column if wish.labels is None else None
        companion = yield from read_companion(wish.metadata, len(reading.vectors), wanted, as_table=True)
        if wish.labels is None and (reading.labels is None or wish.label_column is not None):
            reading = _with_labels(reading, companion)
        reading = _with_columns(reading, companion)
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
    for at, (name, column) in enumerate(zip(cells.names, cells.columns, strict=True)):
        if at != chosen:
            columns[name] = yield from typed_column(column, f"Reading “{name}” of {path.name}")
    return Companion(path, cells.columns[chosen], columns, cells.notes)


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


def _attach_found(reading: Reading, probe: Probe, wish: Wish) -> Steps[Reading]:
    folder, stem = probe.shown.parent, probe.shown.stem
    for name in (f"{stem}.labels.txt", f"{stem}.txt", f"{stem}.tsv", f"{stem}.metadata.tsv", "metadata.tsv"):
        path = folder / name
        if path == probe.shown or not path.is_file():
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
