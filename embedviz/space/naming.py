"""A pasted list of labels to the rows it names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.progress import Progress, Steps
from embedviz.space.arrays import RowArray, read_only
from embedviz.space.labels import Labels
from embedviz.space.lookup import Lookup

_NAMES_A_STEP = 256


@dataclass(frozen=True, eq=False)
class Named:
    """What a list of labels names: `rows` int64 ascending, all items of each label; and the names nobody has."""

    rows: RowArray
    n_names: int
    missing: tuple[str, ...]


def names_in(text: str) -> list[str]:
    """The names of a pasted list: one a line, or one line with commas or tabs between them; each once."""
    lines = [line.strip() for line in text.splitlines()]
    if sum(map(bool, lines)) == 1:
        line = next(filter(None, lines))
        lines = [piece.strip() for piece in line.split("\t" if "\t" in line else ",")]
    return list(dict.fromkeys(filter(None, lines)))


def named_rows_steps(labels: Labels, names: list[str]) -> Steps[Named]:
    """Find the items of each name: by label as a question finds it, with all that share it, or as `#row`."""
    lookup, rows, missing = Lookup(labels), [], []
    for at, name in enumerate(names):
        if at % _NAMES_A_STEP == 0:
            yield Progress(at / len(names), f"Looking up {at:,} of {len(names):,} names")
        found = _rows_of(lookup, name)
        if found is None:
            missing.append(name)
        else:
            rows.append(found)
    return Named(read_only(np.unique(np.concatenate([np.empty(0, np.int64), *rows]))), len(names), tuple(missing))


def _rows_of(lookup: Lookup, name: str) -> RowArray | None:
    match = lookup.find(name)
    if match is not None:
        assert isinstance(match.operand, int), "a found name has a row"
        return lookup.labels.find_all(lookup.labels[match.operand])
    digits = name[1:]
    if name.startswith("#") and digits.isascii() and digits.isdigit() and len(digits) < 19:
        row = int(digits)
        return np.array([row]) if row < len(lookup.labels) else None
    return None
