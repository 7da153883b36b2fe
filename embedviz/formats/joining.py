"""Metadata that stand in another order than the items, or are about some of them only: joined by label."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from embedviz.formats.metadata_table import LABEL_NAMES
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import RowArray
from embedviz.space.labels import Labels
from embedviz.space.table import Column

_ROWS_AT_ONCE = 1 << 15
_SAMPLE = 1000
_LEAST_MATCHING = 0.5


@dataclass(frozen=True)
class Join:
    """For each item the row of the table that tells of it, -1 where none does; and what did not match.

    `n_matched` items found a row; `n_unused` rows are about no item; `n_repeated` rows have the key of an earlier one,
    which is the one that counts.
    """

    rows: RowArray
    n_matched: int
    n_unused: int
    n_repeated: int

    @property
    def is_by_row(self) -> bool:
        """Whether every item has the row of its own number."""
        return bool(np.array_equal(self.rows, np.arange(len(self.rows))))


def key_column(texts: dict[str, Labels], labels: Labels, wanted: str | None) -> str | None:
    """The column whose values are the labels: the one named, else the one with most values among them, if half are.

    Only a sample of each column is looked at, against all labels.
    """
    if wanted is not None and wanted in texts:
        return wanted
    held = {labels.encoded(row) for row in range(len(labels))} - {b""}
    shares: dict[str, float] = {}
    for name, values in texts.items():
        sample = [values.encoded(row) for row in range(0, len(values), max(1, len(values) // _SAMPLE))]
        found = sum(value in held for value in sample)
        some = {values.encoded(row) for row in range(len(values))} if len(values) < len(labels) else set(sample)
        shares[name] = found / max(1, min(len(sample), len(some)))
    usual = [name for name in texts if name.casefold().strip() in LABEL_NAMES and shares[name] > 0]
    best = max(shares, key=lambda name: shares[name], default=None)
    if best is not None and shares[best] >= _LEAST_MATCHING:
        return best
    return usual[0] if usual else None


def join(labels: Labels, keys: Labels) -> Steps[Join]:
    """Find for every label the first row with that key; empty labels and keys match nothing."""
    first: dict[bytes, int] = {}
    n_repeated = 0
    for chunk in _chunks(len(keys)):
        yield Progress(0.5 * chunk.start / len(keys), "Joining the metadata")
        for row in chunk:
            key = keys.encoded(row)
            if key and first.setdefault(key, row) != row:
                n_repeated += 1
    rows = np.full(len(labels), -1, np.int64)
    for chunk in _chunks(len(labels)):
        yield Progress(0.5 + 0.5 * chunk.start / len(labels), "Joining the metadata")
        rows[chunk.start : chunk.stop] = [first.get(labels.encoded(row), -1) for row in chunk]
    used = np.unique(rows[rows >= 0])
    return Join(rows, int(np.count_nonzero(rows >= 0)), len(first) - len(used), n_repeated)


def aligned(column: Column, rows: RowArray) -> Column:
    """The column with one value per item: that of the item's row, missing where the row is -1."""
    lost = rows < 0
    if not len(column):
        lost = np.ones(len(rows), bool)
    taken = column.take(np.where(lost, 0, rows))
    missing = taken.missing | lost
    if isinstance(taken.values, Labels):
        pieces = [b"" if gone else taken.values.encoded(row) for row, gone in enumerate(missing)]
        return Column("text", Labels.from_encoded(pieces), missing)
    if column.kind == "category" and isinstance(taken.values, np.ndarray):
        return Column("category", np.where(missing, np.int32(-1), taken.values), missing, column.names)
    return Column(column.kind, taken.values, missing, column.names)


def _chunks(n: int) -> Iterator[range]:
    return (range(start, min(n, start + _ROWS_AT_ONCE)) for start in range(0, n, _ROWS_AT_ONCE))
