"""The 64-bit hash by which spaCy files name strings: MurmurHash64A with seed 1, for all labels at once.

Austin Appleby, MurmurHash2 (public domain), variant A for 64-bit machines.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from embedviz.space.labels import Labels

_MULTIPLIER = np.uint64(0xC6A4A7935BD1E995)
_SHIFT = np.uint64(47)
_SEED = np.uint64(1)


def string_hashes(labels: Labels) -> NDArray[np.uint64]:
    """The hash of each label (n, uint64); that of the empty string is 0, as spaCy has it."""
    starts, lengths = labels.offsets[:-1], np.diff(labels.offsets)
    padded = np.concatenate([labels.buffer, np.zeros(8, np.uint8)])
    with np.errstate(over="ignore"):
        hashes = _SEED ^ (lengths.astype(np.uint64) * _MULTIPLIER)
        order = np.argsort(-lengths, kind="stable")
        ascending = lengths[order][::-1]
        for block in range(int(lengths.max(initial=0)) // 8):
            whole = order[: len(order) - int(np.searchsorted(ascending, 8 * block + 8))]
            part = _little_endian(padded, starts[whole] + 8 * block, 8) * _MULTIPLIER
            part = (part ^ (part >> _SHIFT)) * _MULTIPLIER
            hashes[whole] = (hashes[whole] ^ part) * _MULTIPLIER
        for n_left in range(1, 8):
            rows = np.flatnonzero(lengths % 8 == n_left)
            tail = _little_endian(padded, starts[rows] + lengths[rows] // 8 * 8, n_left)
            hashes[rows] = (hashes[rows] ^ tail) * _MULTIPLIER
        hashes = (hashes ^ (hashes >> _SHIFT)) * _MULTIPLIER
        hashes ^= hashes >> _SHIFT
    hashes[lengths == 0] = 0
    return hashes


def _little_endian(buffer: NDArray[np.uint8], at: NDArray[np.int64], n_bytes: int) -> NDArray[np.uint64]:
    value = np.zeros(len(at), np.uint64)
    for place in range(n_bytes):
        value |= buffer[at + place].astype(np.uint64) << np.uint64(8 * place)
    return value
