"""JSON Lines and JSON: objects with a vector in each, also as embedding services answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import numpy as np

from embedviz.errors import FormatError
from embedviz.formats.contents import N_FIRST_ROWS, Contents, named, shown
from embedviz.formats.growing_rows import GrowingRows
from embedviz.formats.json_columns import fields_of, flat, json_column, text_of, texts, vector_of
from embedviz.formats.json_stream import JsonStream, Record
from embedviz.formats.probe import Probe
from embedviz.formats.registry import Format, Reading, Wish
from embedviz.formats.table_roles import Field, Roles, choices, members_of, roles_of
from embedviz.formats.text_layout import BOM
from embedviz.progress import Progress, Steps, within
from embedviz.space.arrays import RowArray
from embedviz.space.labels import Labels
from embedviz.space.source import Note
from embedviz.space.table import Column, Table

_BEGINS = re.compile(
    rb'\s*(?:\{\s*(?:"|\}\s*$)|\[\s*(?:\{\s*["}]|\[\s*-?[0-9NI.][^\s,\]]*\s*[,\]]))',
)
_SAMPLE_RECORDS = 100
_ROWS_AT_ONCE = 256
_READ_SHARE = 0.8


def _detect(probe: Probe) -> bool:
    return _BEGINS.match(probe.head.removeprefix(BOM)) is not None


@contextmanager
def _stream(probe: Probe) -> Iterator[JsonStream]:
    with probe.path.open("rb") as file:
        yield JsonStream(file, probe.name)


def _sample(stream: JsonStream) -> list[Record]:
    return [flat(record) for record, _ in islice(stream.records(), _SAMPLE_RECORDS)]


def _inspect(probe: Probe) -> Steps[Contents]:
    yield Progress(0.0, f"Looking into {probe.name}")
    with _stream(probe) as stream:
        records = _sample(stream)
    return _contents(records, fields_of(records))


def _contents(records: list[Record], fields: tuple[Field, ...]) -> Contents:
    entries = choices(fields)
    names = [field.name for field in fields]
    rows = []
    for record in records[:N_FIRST_ROWS]:
        cells: list[object] = []
        for entry in entries:
            members = members_of(entry.name, names)
            if entry.name in names or not members:
                cells.append(record.get(entry.name))
            else:
                cells.append([record.get(name) for name in members[:5]])
        rows.append(tuple(map(shown, cells)))
    return Contents(FORMAT.title, None, entries, tuple(rows))


def _read(probe: Probe, wish: Wish) -> Steps[Reading]:
    with _stream(probe) as stream:
        records = _sample(stream)
        if not records:
            raise FormatError(f"“{probe.name}” holds no objects with vectors.")
        fields = fields_of(records)
        roles = roles_of(fields, wish, probe.name, probe.shown, lambda: _contents(records, fields))
        rows, columns = yield from within(_rows(stream, probe, roles, wish), 0.0, _READ_SHARE)
        n_failed, n_bad = stream.n_failed, stream.n_bad
    notes = _stream_notes(probe.name, n_failed, n_bad)
    vectors = rows.whole()
    order = _order(columns.get("index"), len(vectors))
    if order is not None:
        vectors = vectors[order]
        columns = {name: [values[row] for row in order.tolist()] for name, values in columns.items()}
        text = "The objects stood in another order than their “index”; the rows follow the index."
        notes.append(Note("reordered", len(vectors), text))
    labels: Labels | None = None
    metadata: dict[str, Column] = {}
    skipped = list(roles.skipped)
    for at, (name, values) in enumerate(columns.items()):
        low = _READ_SHARE + (1 - _READ_SHARE) * at / len(columns)
        if name == roles.label:
            labels = texts(values)
        elif any(isinstance(value, list | dict) for value in values):
            skipped.append(name)
        elif name not in roles.skipped:
            metadata[name] = yield from within(json_column(values, name, notes), low, low)
    if skipped:
        skipped = list(dict.fromkeys(skipped))
        text = f"Columns that hold neither labels nor metadata were not read: {named(skipped)}."
        notes.append(Note("columns_skipped", len(skipped), text))
    table = Table(len(vectors), metadata) if metadata else None
    return Reading(vectors, FORMAT.title, labels, table, tuple(notes))


def _rows(
    stream: JsonStream, probe: Probe, roles: Roles, wish: Wish
) -> Steps[tuple[GrowingRows, dict[str, list[object]]]]:
    """All vectors, and all other values by column, None where an object lacks one."""
    members, n_set = roles.vector.members, len(roles.vector.members) if roles.vector.is_set else 0
    rows = GrowingRows(probe.name)
    wanted = None if wish.metadata_columns is None else {roles.label, "index", *wish.metadata_columns}
    columns: dict[str, list[object]] = {}
    for at, (record, where) in enumerate(stream.records()):
        record = flat(record)
        vector = vector_of([record.get(name) for name in members] if n_set else record.get(members[0]))
        if vector is None or (rows.n_dims is not None and len(vector) != rows.n_dims):
            raise FormatError(f"{where} of “{probe.name}” {_wrong(record, roles, vector, rows.n_dims)}.")
        rows.room(1, len(vector))[0] = vector
        for name, value in record.items():
            if name in members or (wanted is not None and name not in wanted):
                continue
            column = columns.get(name)
            if column is None:
                column = columns[name] = []
            if len(column) < at:
                column.extend([None] * (at - len(column)))
            column.append(value)
        if at % _ROWS_AT_ONCE == 0:
            yield Progress(min(1.0, stream.n_bytes / max(1, probe.size)), f"Opening {probe.name}: {at:,} items")
    if not rows.n_rows:
        raise FormatError(f"“{probe.name}” holds no objects with vectors.")
    for column in columns.values():
        column.extend([None] * (rows.n_rows - len(column)))
    return rows, columns


def _wrong(record: Record, roles: Roles, vector: object, n_dims: int | None) -> str:
    name = roles.vector.name[:60]
    if roles.vector.members[0] not in record:
        return f"has no “{name}”; it has {named(record, 6)}"
    if isinstance(vector, np.ndarray):
        return f"has {len(vector):,} numbers in “{name}”, and {n_dims or 0:,} are needed"
    return f"has “{text_of(record[roles.vector.members[0]])[:40]}” in “{name}”, which is no list of numbers"


def _order(index: list[object] | None, n_items: int) -> RowArray | None:
    """The order of rows by an `index` that counts all of them from 0 or 1; None where it does not, or they stand so."""
    if index is None or not all(type(number) is int and 0 <= number <= n_items for number in index):
        return None
    numbers = np.array(index, np.int64)
    order = np.argsort(numbers, kind="stable")
    if np.any(np.diff(numbers[order]) != 1) or np.all(np.diff(numbers) == 1):
        return None
    return order


def _stream_notes(name: str, n_failed: int, n_bad: int) -> list[Note]:
    notes = []
    if n_failed:
        text = f"{n_failed:,} answers in “{name}” hold an error and no vector; they were left out."
        notes.append(Note("failed_answers", n_failed, text))
    if n_bad:
        text = f"“{name}” is not valid UTF-8 in {n_bad:,} places; bad bytes show as “\ufffd”."
        notes.append(Note("bad_utf8", n_bad, text))
    return notes


FORMAT = Format("json", "JSON", (".json", ".jsonl", ".ndjson"), _detect, _read, inspect=_inspect)
