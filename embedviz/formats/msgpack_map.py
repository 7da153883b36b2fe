"""One msgpack map of whole numbers to whole numbers, and nothing else of that format.

The layout is that of the MessagePack specification: a count, then keys and values, each an int or uint.
"""

from __future__ import annotations

import struct
from array import array

import numpy as np

from embedviz.errors import FormatError
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import RowArray

_COUNTS = {0xDE: ">H", 0xDF: ">I"}
_NUMBERS = {
    **{0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q"},
    **{0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q"},
}
_WRAP = 1 << 64
_PAIRS_PER_STEP = 1 << 14


def read_map(content: bytes, name: str) -> Steps[tuple[np.ndarray[tuple[int], np.dtype[np.uint64]], RowArray]]:
    """The keys (uint64) and values (int64) of a map. Raises FormatError, with the byte, for anything else."""
    keys, values = array("Q"), array("q")
    try:
        count, at = _count(content)
        if 2 * count > len(content) - at:
            raise FormatError(f"“{name}” declares {count:,} pairs, more than its {len(content):,} bytes hold.")
        for pair in range(count):
            if pair % _PAIRS_PER_STEP == 0:
                yield Progress(pair / count, f"Reading {name}: {pair:,} keys")
            key, at = _number(content, at)
            value, at = _number(content, at)
            keys.append(key % _WRAP)
            values.append(value)
    except (struct.error, IndexError, KeyError, OverflowError) as error:
        raise FormatError(f"“{name}” is no map of numbers, or was cut off, near byte {len(keys) * 2:,}.") from error
    if at != len(content):
        raise FormatError(f"“{name}” goes on after its map, at byte {at:,}; it is damaged.")
    return np.array(keys, np.uint64), np.array(values, np.int64)


def _count(content: bytes) -> tuple[int, int]:
    first = content[0]
    if first & 0xF0 == 0x80:
        return first & 0x0F, 1
    form = _COUNTS[first]
    return int(struct.unpack_from(form, content, 1)[0]), 1 + struct.calcsize(form)


def _number(content: bytes, at: int) -> tuple[int, int]:
    first = content[at]
    if first < 0x80:
        return first, at + 1
    if first >= 0xE0:
        return first - 0x100, at + 1
    form = _NUMBERS[first]
    return int(struct.unpack_from(form, content, at + 1)[0]), at + 1 + struct.calcsize(form)
