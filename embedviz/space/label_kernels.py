"""The compiled kernels of the order of labels: eight bytes of each at a time, merged beside half a copy."""

from __future__ import annotations

import numpy as np
from numpy import uint64
from numpy.typing import NDArray

from embedviz.kernels import kernel
from embedviz.space.arrays import ByteArray, CodeArray, FlagArray, RowArray

KEY_BYTES = 8
_INSERTED = 16  # so few are sorted by insertion

_BYTES = "Array(uint8, 1, 'C', True)"
_OFFSETS = "Array(int64, 1, 'C', True)"
_ROWS = "Array(int32, 1, 'C', True)"

KeyArray = NDArray[np.uint64]


@kernel(f"uint64({_BYTES}, int64, int64)")
def key_at(buffer: ByteArray, start: int, end: int) -> uint64:
    """Up to eight bytes of `buffer[start:end]` as one big-endian number, padded with zeros."""
    key, stop = uint64(0), min(end, buffer.shape[0])
    for at in range(max(0, start), max(0, start) + KEY_BYTES):
        key <<= uint64(8)
        if at < stop:
            key |= uint64(buffer[at])
    return key


@kernel("void(int32[::1], uint64[::1], int64, int64, int32[::1], uint64[::1])")
def sort_run(
    order: CodeArray, keys: KeyArray, low: int, high: int, spare_order: CodeArray, spare_keys: KeyArray
) -> None:
    """Sort `order[low:high]` by their `keys`, which move along; those of equal keys stay as they stand.

    Merging moves the left part out of the way, to the spare arrays, which hold 9 for every 16 that are sorted: the
    first parts are `ceil(n / 2**k)` long, at most 16, and the last `2**(k - 1)` times that, less than n / 2 + n / 16.
    """
    width = high - low
    while width > _INSERTED:
        width = (width + 1) // 2
    width = max(1, width)
    for first in range(low, high, width):
        for at in range(first + 1, min(first + width, high)):
            row, key, place = order[at], keys[at], at
            while place > first and keys[place - 1] > key:
                order[place], keys[place] = order[place - 1], keys[place - 1]
                place -= 1
            order[place], keys[place] = row, key
    while width < high - low:
        for first in range(low, high, 2 * width):
            middle, last = first + width, min(first + 2 * width, high)
            if middle >= last or keys[middle - 1] <= keys[middle]:
                continue
            for at in range(width):
                spare_order[at], spare_keys[at] = order[first + at], keys[first + at]
            left, right, place = 0, middle, first
            while left < width and right < last:  # both are looked at, so that no branch is to be foretold
                one, other = spare_keys[left], keys[right]
                one_row, other_row = spare_order[left], order[right]
                from_left = int(one <= other)
                keys[place] = one if from_left else other
                order[place] = one_row if from_left else other_row
                left += from_left
                right += 1 - from_left
                place += 1
            while left < width:
                order[place], keys[place] = spare_order[left], spare_keys[left]
                left += 1
                place += 1
        width *= 2


@kernel(
    f"int64({_BYTES}, {_OFFSETS}, int64, int32[::1], uint64[::1], boolean[::1], int32[::1], uint64[::1])",
)
def sort_deeper(
    buffer: ByteArray,
    offsets: RowArray,
    depth: int,
    order: CodeArray,
    keys: KeyArray,
    ties: FlagArray,
    spare_order: CodeArray,
    spare_keys: KeyArray,
) -> int:
    """Sort `order` within its runs of labels that are alike in `depth` bytes by the eight bytes that follow.

    `ties` (n, bool) is True for each label that is alike so far to the one before it and goes on; it is brought up to
    date, and how many there are is returned. Labels that end there are in order, equal ones as they stood. `keys` is
    worked in, and so are the spare arrays: see `sort_run`.
    """
    n, n_ties, low = order.shape[0], 0, 0
    while low < n:
        high = low + 1
        while high < n and ties[high]:
            high += 1
        if high - low > 1:
            for at in range(low, high):
                row = order[at]
                keys[at] = key_at(buffer, offsets[row] + depth, offsets[row + 1])
            sort_run(order, keys, low, high, spare_order, spare_keys)
            start = low
            while start < high:
                end, key, shortest, longest = start, keys[start], KEY_BYTES, 0
                while end < high and keys[end] == key:
                    row = order[end]
                    left = min(offsets[row + 1] - offsets[row] - depth, KEY_BYTES)
                    shortest, longest = min(shortest, left), max(longest, left)
                    end += 1
                if shortest < longest:  # an end and a zero byte look alike
                    for at in range(start, end):
                        row = order[at]
                        keys[at] = uint64(max(0, min(offsets[row + 1] - offsets[row] - depth, KEY_BYTES)))
                    sort_run(order, keys, start, end, spare_order, spare_keys)
                for at in range(start, end):
                    goes_on = longest == KEY_BYTES
                    if goes_on and shortest < longest:
                        goes_on = at > start and keys[at - 1] == KEY_BYTES
                    ties[at] = goes_on and at > start
                    n_ties += ties[at]
                start = end
        low = high
    return n_ties


@kernel(f"int64({_BYTES}, {_OFFSETS}, {_ROWS}, int64, int64)")
def count_repeats(buffer: ByteArray, offsets: RowArray, order: CodeArray, first: int, last: int) -> int:
    """How many of `order[first:last]` have the label of the one before them, and one that is not empty."""
    n_repeats = 0
    for at in range(max(1, first), min(last, order.shape[0])):
        one, other = order[at - 1], order[at]
        begin, start = offsets[one], offsets[other]
        length = offsets[other + 1] - start
        if length <= 0 or offsets[one + 1] - begin != length:
            continue
        if min(begin, start) < 0 or max(begin, start) + length > buffer.shape[0]:
            continue
        place = 0
        while place < length and buffer[begin + place] == buffer[start + place]:
            place += 1
        n_repeats += place == length
    return n_repeats


READY = True
