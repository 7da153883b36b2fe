"""Texts that repeat themselves, read as classes: a code for every row, without a Python string for each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from embedviz.errors import OptionError
from embedviz.space.arrays import FlagArray, RowArray
from embedviz.space.labels import Labels

_SAMPLE, _FEW = 2_000, 50
_MOST_CLASSES = 10_000
_CHUNK_ROWS = 1 << 16
_BASE = np.uint64(0x9E3779B97F4A7C15)

Hashes = NDArray[np.uint64]


def has_few_classes(texts: Labels) -> bool:
    """Whether the first of some texts repeat few values often enough to be called classes."""
    first = [texts.encoded(row) for row in range(min(_SAMPLE, len(texts)))]
    return 0 < len(set(first)) <= min(_FEW, len(first) // 2)


def text_classes(texts: Labels, missing: FlagArray) -> tuple[RowArray, tuple[str, ...]]:
    """A code (n, int64) for every text, and the names of the classes in the order in which they first appear.

    Texts that are `missing` (n, bool) have the code 0. Raises OptionError where there are more than 10,000 classes.
    """
    codes, rows = np.zeros(len(texts), np.int64), np.flatnonzero(~missing)
    if not len(rows):
        return codes, ()
    hashes = np.concatenate([_hashes(texts, rows[at : at + _CHUNK_ROWS]) for at in range(0, len(rows), _CHUNK_ROWS)])
    _, first, found = np.unique(hashes, return_index=True, return_inverse=True)
    if len(first) > _MOST_CLASSES:
        raise OptionError(
            f"The texts have {len(first):,} different values; up to {_MOST_CLASSES:,} can colour the plot. "
            "Choose another column."
        )
    order = np.argsort(first)
    rank = np.empty(len(first), np.int64)
    rank[order] = np.arange(len(first))
    codes[rows] = rank[found]
    return codes, texts.take(rows[first[order]])


def _hashes(texts: Labels, rows: RowArray) -> Hashes:
    """A polynomial in the bytes of each text, modulo 2**64, with its length, scattered (n, uint64)."""
    starts, lengths = texts.offsets[rows], texts.offsets[rows + 1] - texts.offsets[rows]
    ends = np.cumsum(lengths)
    places = np.arange(ends[-1]) - np.repeat(ends - lengths, lengths)
    powers = np.cumprod(np.full(int(lengths.max(initial=0)) + 1, _BASE, np.uint64))
    terms = (_scattered(texts.buffer[np.repeat(starts, lengths) + places].astype(np.uint64) + np.uint64(1))) * powers[
        places
    ]
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(terms, dtype=np.uint64)])
    return _scattered(sums[ends] - sums[ends - lengths] + lengths.astype(np.uint64))


def _scattered(values: Hashes) -> Hashes:
    """The finalizer of splitmix64 (Steele, Lea and Flood 2014), so that no pattern in the bytes survives."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
