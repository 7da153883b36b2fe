"""A table of metadata in a file of its own: TSV, CSV, Parquet, Arrow or JSON, as columns of text or typed columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedviz.errors import FormatError
from embedviz.formats.arrow_columns import column_of, field_of, is_text, plain_type, texts_of
from embedviz.formats.arrow_errors import arrow_errors
from embedviz.formats.csv_batches import csv_batches
from embedviz.formats.csv_layout import metadata_layout
from embedviz.formats.json_columns import flat, json_column, texts
from embedviz.formats.json_stream import JsonStream
from embedviz.formats.parquet_file import parquet_file
from embedviz.formats.table_roles import Field
from embedviz.progress import Progress, Steps
from embedviz.space.labels import Labels
from embedviz.space.source import Note
from embedviz.space.table import Column

_ROWS_AT_ONCE = 1 << 14
_SAMPLE_BYTES = 1 << 18
_PARQUET, _ARROW, _STREAM = b"PAR1", b"ARROW1\x00\x00", b"\xff\xff\xff\xff"


@dataclass(frozen=True)
class MetadataFile:
    """The columns of a metadata file: `texts` are those that can be labels or keys, `columns` all, both by name."""

    path: Path
    n_rows: int
    texts: dict[str, Labels]
    columns: dict[str, Column]
    notes: tuple[Note, ...] = ()


def is_typed_table(path: Path) -> bool:
    """Whether a file is a Parquet, Arrow or JSON table, or a text table with other separators than tabs."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
    return _is_arrow(head) or _is_json(head) or _is_csv(head)


def read_metadata(path: Path) -> Steps[MetadataFile]:
    """Read all columns that can be metadata; FormatError where the file is damaged or no table."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
    with arrow_errors(path.name):
        if _is_arrow(head):
            return (yield from _from_batches(path, _arrow_batches(path, head), None))
        if _is_json(head):
            return (yield from _from_json(path))
        layout = metadata_layout(head, whole=len(head) < _SAMPLE_BYTES)
        if layout is None:
            raise FormatError(f"“{path.name}” is no table of metadata; use TSV, CSV, Parquet, Arrow or JSON Lines.")
        with path.open("rb") as file:
            rows = csv_batches(file, layout, (), layout.names, path.name)
            return (yield from _from_batches(path, rows, layout.fields))


def _is_arrow(head: bytes) -> bool:
    return head.startswith((_PARQUET, _ARROW, _STREAM))


def _is_json(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") and b'"' in head


def _is_csv(head: bytes) -> bool:
    layout = metadata_layout(head, whole=len(head) < _SAMPLE_BYTES)
    return layout is not None and layout.separator != b"\t"


def _arrow_batches(path: Path, head: bytes) -> Iterator[Any]:
    import pyarrow as pa

    if head.startswith(_PARQUET):
        with parquet_file(path) as table:
            names = [field.name for field in table.schema_arrow if _is_metadata(field)]
            yield from table.iter_batches(_ROWS_AT_ONCE, columns=names)
        return
    is_file = head.startswith(_ARROW)
    opened = pa.ipc.open_file if is_file else pa.ipc.open_stream
    with pa.OSFile(str(path)) as file:
        with opened(file) as reader:
            wanted = [at for at, field in enumerate(reader.schema) if _is_metadata(field)]
        file.seek(0)
        with opened(file, options=pa.ipc.IpcReadOptions(included_fields=wanted)) as reader:
            for batch in (reader.get_batch(at) for at in range(reader.num_record_batches)) if is_file else reader:
                batch.validate(full=True)
                yield batch


def _is_metadata(field: Any) -> bool:
    return field_of(field).use not in ("vector", "unknown")


def _from_batches(path: Path, batches: Iterator[Any], fields: Sequence[Field] | None) -> Steps[MetadataFile]:
    kept: dict[str, list[Any]] = {}
    n_rows = 0
    for batch in batches:
        n_rows += len(batch)
        for field, array in zip(batch.schema, batch.columns, strict=True):
            if fields is not None or _is_metadata(field):
                kept.setdefault(field.name, []).append(array)
        yield Progress(None, f"Reading {path.name}: {n_rows:,} rows")
    labels: dict[str, Labels] = {}
    columns: dict[str, Column] = {}
    notes: list[Note] = []
    for name, arrays in kept.items():
        kind = plain_type(arrays[0].type)
        if fields is not None or is_text(getattr(kind, "value_type", kind)) or field_of_type(kind) == "whole":
            labels[name] = texts_of(arrays)[0]
        columns[name] = yield from column_of(arrays, name, notes)
    if not columns or not n_rows:
        raise FormatError(f"“{path.name}” holds no metadata.")
    return MetadataFile(path, n_rows, labels, columns, tuple(notes))


def field_of_type(kind: Any) -> str:
    """The use of a column of this Arrow type."""
    import pyarrow as pa

    return field_of(pa.field("", kind)).use


def _from_json(path: Path) -> Steps[MetadataFile]:
    values: dict[str, list[object]] = {}
    n_rows = 0
    with path.open("rb") as file:
        for record, _ in JsonStream(file, path.name).records():
            for name, value in flat(record).items():
                column = values.setdefault(name, [])
                column.extend([None] * (n_rows - len(column)))
                column.append(value)
            n_rows += 1
            if n_rows % _ROWS_AT_ONCE == 0:
                yield Progress(None, f"Reading {path.name}: {n_rows:,} rows")
    notes: list[Note] = []
    labels: dict[str, Labels] = {}
    columns: dict[str, Column] = {}
    for name, column in values.items():
        column.extend([None] * (n_rows - len(column)))
        if any(isinstance(value, list | dict) for value in column):
            continue
        labels[name] = texts(column)
        columns[name] = yield from json_column(column, name, notes)
    if not columns:
        raise FormatError(f"“{path.name}” holds no metadata.")
    return MetadataFile(path, n_rows, labels, columns, tuple(notes))
