"""Wide tables, whose number columns stand last: our own parser reads those, and pyarrow the few columns before them."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

import numpy as np

from embedviz.errors import FormatError
from embedviz.formats.arrow_columns import column_of, texts_of
from embedviz.formats.arrow_errors import arrow_errors
from embedviz.formats.csv_batches import csv_batches
from embedviz.formats.csv_layout import CsvLayout
from embedviz.formats.probe import Probe
from embedviz.formats.registry import Reading, Wish
from embedviz.formats.table_roles import Roles
from embedviz.formats.text_layout import Layout
from embedviz.formats.text_vectors import read_text
from embedviz.progress import Steps, within
from embedviz.space.labels import Labels
from embedviz.space.source import Note
from embedviz.space.table import Column, Table

_READ_SHARE = 0.8


@dataclass(frozen=True)
class Wide:
    """A table as lines of text: the layout of its numbers, and the columns that stand before them."""

    rows: Layout
    before: CsvLayout
    roles: Roles

    @property
    def is_plain(self) -> bool:
        """Whether at most one column stands before the numbers."""
        return len(self.before.fields) < 2


def wide_layout(probe: Probe, layout: CsvLayout, roles: Roles) -> Wide | None:
    """How to read a table line by line, or None where the numbers are not the last columns, or not plain."""
    n_dims, names = len(roles.vector.members), layout.names
    before = layout.fields[: len(names) - n_dims]
    is_wide = roles.vector.is_set and names[len(before) :] == roles.vector.members and not layout.decimal_comma
    if not is_wide or (len(before) > 1 and before[-1].use != "text"):
        return None
    start = layout.start
    if layout.has_header:
        end = probe.head.find(b"\n", start) + 1
        if not end or probe.head.count(b'"', start, end) % 2:
            return None
        start = end
    rows = Layout(start, layout.separator[0], bool(before), n_dims, n_lines_before=int(layout.has_header))
    return Wide(rows, replace(layout, start=0, has_header=False, fields=before), roles)


def read_wide(probe: Probe, wish: Wish, wide: Wide) -> Steps[Reading]:
    """Read the numbers, then the columns before them; FormatError for a line that is no row."""
    reading = yield from within(read_text(probe, wish, wide.rows), 0.0, _READ_SHARE)
    texts = reading.labels
    if texts is None:
        return reading
    if wide.is_plain:
        labels = unquoted(texts) if wide.before.quoted else texts
        notes = list(reading.notes)
        if wide.roles.label is not None:
            return replace(reading, labels=labels)
        columns = yield from _only(labels, wide, notes)
        metadata = Table(len(texts), columns) if columns else None
        return replace(reading, labels=None, metadata=metadata, notes=tuple(notes))
    return (yield from within(_split(probe, reading, texts, wide), _READ_SHARE, 1.0))


def _only(cells: Labels, wide: Wide, notes: list[Note]) -> Steps[dict[str, Column]]:
    from embedviz.formats.metadata_table import typed_column

    columns = {}
    for name in wide.roles.metadata:
        columns[name] = yield from typed_column(cells, f"Reading “{name}”", notes=notes, name=name)
    return columns


def _split(probe: Probe, reading: Reading, texts: Labels, wide: Wide) -> Steps[Reading]:
    """The columns before the numbers, each of its own."""
    roles, n_items, notes = wide.roles, len(texts), list(reading.notes)
    wanted = [*([roles.label] if roles.label is not None else []), *roles.metadata]
    if not wanted:
        return replace(reading, labels=None)
    content = np.insert(texts.buffer, texts.offsets[1:], 0x0A).tobytes()
    with arrow_errors(probe.name):
        batches = list(csv_batches(io.BytesIO(content), wide.before, (), wanted, probe.name))
    if sum(map(len, batches)) != n_items:
        raise FormatError(f"“{probe.name}” has quoted cells that go over several lines.")
    columns: dict[str, Column] = {}
    labels = None
    for name in wanted:
        arrays = [batch.column(batch.schema.get_field_index(name)) for batch in batches]
        if name == roles.label:
            labels, _ = texts_of(arrays)
        else:
            columns[name] = yield from column_of(arrays, name, notes)
    metadata = Table(n_items, columns) if columns else None
    return replace(reading, labels=labels, metadata=metadata, notes=tuple(notes))


def unquoted(labels: Labels) -> Labels:
    """Labels without the quotes around them, and with doubled quotes inside as one."""
    if not np.any(labels.buffer == 0x22):
        return labels
    pieces = [labels.encoded(row) for row in range(len(labels))]
    return Labels.from_encoded(
        [
            piece[1:-1].replace(b'""', b'"') if len(piece) > 1 and piece[:1] == piece[-1:] == b'"' else piece
            for piece in pieces
        ]
    )
