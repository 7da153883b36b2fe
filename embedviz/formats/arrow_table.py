"""Any table that gives Arrow batches, as a space: its vectors, labels and metadata, read in steps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from embedviz.errors import FormatError
from embedviz.formats.arrow_columns import column_of, field_of, is_list, plain_array, texts_of
from embedviz.formats.arrow_pictures import is_picture, pictures_of
from embedviz.formats.contents import N_FIRST_ROWS, Contents, named, shown
from embedviz.formats.growing_rows import GrowingRows
from embedviz.formats.probe import Probe
from embedviz.formats.registry import Reading, Wish
from embedviz.formats.table_roles import Field, Roles, choices, members_of, roles_of
from embedviz.progress import Progress, Steps, within
from embedviz.space.source import Note
from embedviz.space.table import Column, Table

_MOST_FIELDS = 20_000


@dataclass(frozen=True)
class ArrowSource:
    """A table while it is open: its Arrow schema, and `batches(vectors, others)` as often as asked, in order.

    A batch holds the columns of both lists; those in `vectors` as numbers or lists of numbers, and where the file has
    no `schema` (None), `others` as they are written.

    `n_rows` is None where the file does not say. `progress` tells how much of the file has been taken in, 0..1, where
    rows cannot. `fields` are the uses of the columns; by default their types decide.
    """

    probe: Probe
    title: str
    schema: Any
    n_rows: int | None
    batches: Callable[[Sequence[str], Sequence[str]], Iterator[Any]]
    fields: tuple[Field, ...]
    progress: Callable[[], float] | None = None
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def typed(
        cls,
        probe: Probe,
        title: str,
        schema: Any,
        n_rows: int | None,
        batches: Callable[[Sequence[str], Sequence[str]], Iterator[Any]],
        progress: Callable[[], float] | None = None,
    ) -> ArrowSource:
        """A table whose schema says what its columns are; FormatError where columns share a name."""
        if len(set(schema.names)) < len(schema.names):
            raise FormatError(f"“{probe.name}” has several columns of one name; give each its own.")
        if len(schema.names) > _MOST_FIELDS:
            raise FormatError(f"“{probe.name}” has {len(schema.names):,} columns; {_MOST_FIELDS:,} can be read.")
        fields = tuple(Field(each.name, "pictures", "plain") if is_picture(each) else field_of(each) for each in schema)
        return cls(probe, title, schema, n_rows, batches, fields, progress, _classes(schema))

    @property
    def name(self) -> str:
        """What messages call the file."""
        return self.probe.name


def inspected(source: ArrowSource) -> Contents:
    """What the table holds: every column, and its first rows."""
    entries = choices(source.fields)
    names = [each.name for each in source.fields]
    columns: dict[str, list[Any]] = {name: [] for name in names}
    for batch in source.batches((), names):
        head = batch.slice(0, N_FIRST_ROWS)
        columns = {name: _values(head.column(head.schema.get_field_index(name))) for name in names}
        if len(head):
            break
    n_rows = max(map(len, columns.values()), default=0)
    members = {entry.name: members_of(entry.name, names) for entry in entries if entry.name not in columns}
    rows = []
    for row in range(n_rows):
        cells: list[object] = []
        for entry in entries:
            inside = members.get(entry.name)
            cells.append(
                columns[entry.name][row] if inside is None else [columns[member][row] for member in inside[:5]]
            )
        rows.append(tuple(map(shown, cells)))
    return Contents(source.title, source.n_rows, entries, tuple(rows))


def read_source(source: ArrowSource, wish: Wish) -> Steps[Reading]:
    """Read the vectors and everything beside them, batch by batch. Raises what `roles_of` does, and FormatError."""
    roles = roles_of(source.fields, wish, source.name, source.probe.shown, lambda: inspected(source))
    if source.n_rows == 0:
        raise FormatError(f"“{source.name}” has no rows.")
    if source.n_rows is not None and source.n_rows < 0:
        raise FormatError(f"“{source.name}” declares {source.n_rows:,} rows; it is damaged. Get it again.")
    can_sample = source.n_rows is not None and roles.label is not None and not (wish.labels or wish.metadata)
    wanted = wish.sample.rows(source.n_rows) if wish.sample and can_sample and source.n_rows is not None else None
    rows = GrowingRows(source.name, source.n_rows if wanted is None else None, can_sample=can_sample)
    n_read = 0
    others = [*([roles.label] if roles.label is not None else []), *roles.metadata]
    kept: dict[str, list[Any]] = {name: [] for name in others}
    for batch in source.batches(roles.vector.members, others):
        if not len(batch):
            continue
        _fill(rows, batch, roles, source, n_read)
        if wanted is not None:
            first, end = np.searchsorted(wanted, [n_read, n_read + len(batch)])
            places = wanted[first:end] - n_read
            rows.keep(len(batch), places)
        n_read += len(batch)
        for name in others:
            column = batch.column(batch.schema.get_field_index(name))
            kept[name].append(column if wanted is None else column.take(places))
        yield Progress(0.7 * _done(source, n_read), f"Opening {source.name}: {n_read:,} items")
    if not rows.n_rows:
        raise FormatError(f"“{source.name}” has no rows.")
    if source.n_rows is not None and n_read != source.n_rows:
        raise FormatError(f"“{source.name}” declares {source.n_rows:,} rows and holds {n_read:,}; it is damaged.")
    notes = _converted(source, roles, rows.n_rows)
    columns: dict[str, Column] = {}
    labels = None
    for at, name in enumerate(others):
        low = 0.7 + 0.3 * at / len(others)
        yield Progress(low, f"Reading “{name}”")
        if name == roles.label:
            labels, n_bad = texts_of(kept.pop(name))
            notes += _bad_labels(n_bad)
        elif source.schema is not None and is_picture(source.schema.field(name)):
            columns[name] = pictures_of(kept.pop(name), source.probe.shown.parent, source.name)
        else:
            reading = column_of(kept.pop(name), name, notes, source.classes.get(name, ()))
            columns[name] = yield from within(reading, low, low + 0.3 / len(others))
    if roles.skipped:
        text = f"Columns that hold neither labels nor metadata were not read: {named(roles.skipped)}."
        notes.append(Note("columns_skipped", len(roles.skipped), text))
    metadata = Table(rows.n_rows, columns) if columns else None
    drawn_from = None if wanted is None else n_read
    return Reading(rows.whole(), source.title, labels, metadata, tuple(notes), drawn_from=drawn_from)


def _fill(rows: GrowingRows, batch: Any, roles: Roles, source: ArrowSource, done: int) -> None:
    """Put the vectors of a batch behind those before it; FormatError names the first row that has none.

    `done` rows of the file were read before.
    """
    members = [plain_array(batch.column(batch.schema.get_field_index(name))) for name in roles.vector.members]
    if not roles.vector.is_set:
        _fill_lists(rows, members[0], roles.vector.name, source.name, done)
        return
    target = rows.room(len(batch), len(members))
    with np.errstate(over="ignore"):
        for at, (name, numbers) in enumerate(zip(roles.vector.members, members, strict=True)):
            if numbers.null_count:
                row = done + int(np.flatnonzero(np.asarray(numbers.is_null()))[0])
                raise FormatError(
                    f"Row {row:,} of “{source.name}” has no number in “{name[:60]}”; fill it or drop the row."
                )
            target[:, at] = numbers.to_numpy(zero_copy_only=False)


def _fill_lists(rows: GrowingRows, cells: Any, column: str, name: str, done: int) -> None:
    lengths = np.asarray(cells.value_lengths().fill_null(-1))
    if cells.null_count:
        lengths = np.where(np.asarray(cells.is_null()), -1, lengths)
    n_dims = rows.n_dims if rows.n_dims is not None else int(lengths[lengths > 0][0]) if (lengths > 0).any() else 1
    bad = np.flatnonzero(lengths != n_dims)
    if len(bad):
        row = int(bad[0])
        raise FormatError(
            f"Row {done + row:,} of “{name}” has {_has(int(lengths[row]))} in “{column[:60]}”, and {n_dims:,} numbers "
            "are needed."
        )
    values = cells.flatten()  # honors the offset of a slice, which `.values` does not
    if values.null_count:
        row = int(np.flatnonzero(np.asarray(values.is_null()))[0]) // n_dims
        raise FormatError(
            f"Row {done + row:,} of “{name}” has missing numbers in “{column[:60]}”; fill them or drop the row."
        )
    with np.errstate(over="ignore"):
        rows.room(len(cells), n_dims)[:] = values.to_numpy(zero_copy_only=False).reshape(len(cells), n_dims)


def _has(length: int) -> str:
    return "no vector" if length < 0 else f"a vector of {length:,} numbers"


def _done(source: ArrowSource, n_read: int) -> float:
    if source.progress is not None:
        return min(1.0, source.progress())
    return n_read / source.n_rows if source.n_rows else 0.0


def _converted(source: ArrowSource, roles: Roles, n_items: int) -> list[Note]:
    """A note where the numbers of the file have more digits than float32."""
    import pyarrow.types as types

    if source.schema is None:
        return []
    kind = source.schema.field(roles.vector.members[0]).type
    storage = getattr(kind, "storage_type", kind)
    kind = storage.value_type if is_list(storage) else storage
    if types.is_float32(kind) or types.is_float16(kind) or getattr(kind, "bit_width", 64) <= 16:
        return []
    return [Note("converted", n_items, f"The numbers were {kind}; they are held as float32, about seven digits.")]


def _bad_labels(n_bad: int) -> list[Note]:
    if not n_bad:
        return []
    return [Note("bad_utf8", n_bad, f"{n_bad:,} labels are not valid UTF-8; the bad bytes are shown as “\ufffd”.")]


def _classes(schema: Any) -> dict[str, tuple[str, ...]]:
    """The names of classes that Hugging Face data sets keep in the schema's metadata, by column."""
    try:
        features = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))["info"]["features"]
        found = {name: tuple(feature["names"]) for name, feature in features.items() if "names" in feature}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    return {name: names for name, names in found.items() if names and all(isinstance(each, str) for each in names)}


def _values(array: Any) -> list[Any]:
    try:
        values: list[Any] = array.to_pylist()
    except (UnicodeDecodeError, ValueError, OverflowError):
        return [None] * len(array)
    return values
