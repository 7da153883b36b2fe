"""The compiled parser of text rows: bytes to float32, bit for bit what `np.float32(float(token))` gives.

A decimal of at most 53 bits and a power of ten up to 22 is one exact float64 operation (Clinger 1990, "How to read
floating point numbers accurately"). Others are computed within 3 ulp of float64 and kept only where 16 ulp cannot cross
a float32 rounding boundary; the rest are left to Python in `slow` (row, column, start, end).
"""

from __future__ import annotations

import numpy as np

from embedviz.formats.text_block import (
    BAD_END,
    BAD_LINE,
    BAD_START,
    DONE,
    LABEL_BYTES,
    LINE,
    N_BLANK,
    N_SLOW,
    NEWLINE,
    POSITION,
    RETURN,
    ROW,
    ROWS_FULL,
    SLOW_FULL,
    STATUS,
)
from embedviz.formats.text_layout import SPACE, TAB
from embedviz.kernels import kernel
from embedviz.space.arrays import ByteArray, FloatArray, RowArray

_EXACT, _NEARLY, _LEFT_TO_PYTHON, _WORD, _NO_NUMBER = range(5)
_LOWEST_POWER, _HIGHEST_POWER = -70, 40
_POWERS = np.array([float(f"1e{power}") for power in range(_LOWEST_POWER, _HIGHEST_POWER + 1)])
_MOST_EXACT = np.uint64(2**53)
_LOW_BITS, _HALFWAY, _MARGIN = np.uint64(2**29 - 1), 2**28, 16
_SMALLEST, _GREATEST = 1.1755e-38, 3.4028e38


@kernel("Tuple((int64, float64))(uint8[::1], int64, int64)")
def read_number(block: ByteArray, start: int, end: int) -> tuple[int, float]:
    """The kind and float64 value of the token at `start` to `end`, both within the block."""
    at = start
    sign = 1.0
    if at < end and (block[at] == 43 or block[at] == 45):
        if block[at] == 45:
            sign = -1.0
        at += 1
    mantissa = np.uint64(0)
    n_digits = 0
    power = 0
    seen = False
    fraction = False
    while at < end:
        byte = block[at]
        if byte == 46 and not fraction:
            fraction = True
        elif 48 <= byte <= 57:
            seen = True
            if n_digits < 19:
                mantissa = mantissa * np.uint64(10) + np.uint64(byte - 48)
                if mantissa != 0:
                    n_digits += 1
                if fraction:
                    power -= 1
            elif not fraction:
                power += 1
        else:
            break
        at += 1
    if not seen:
        if at < end and not fraction and (block[at] | 32 == 110 or block[at] | 32 == 105):
            return _WORD, 0.0
        return _NO_NUMBER, 0.0
    if at < end and block[at] | 32 == 101:
        at += 1
        down = False
        if at < end and (block[at] == 43 or block[at] == 45):
            down = block[at] == 45
            at += 1
        if at >= end:
            return _NO_NUMBER, 0.0
        exponent = 0
        while at < end and 48 <= block[at] <= 57:
            if exponent < 100000000:
                exponent = exponent * 10 + int(block[at] - 48)
            at += 1
        power = power - exponent if down else power + exponent
    if at != end:
        return _NO_NUMBER, 0.0
    if mantissa == 0:
        return _EXACT, sign * 0.0
    value = sign * np.float64(mantissa)
    if mantissa < _MOST_EXACT and -22 <= power <= 22:
        if power < 0:
            return _EXACT, value / _POWERS[-power - _LOWEST_POWER]
        return _EXACT, value * _POWERS[power - _LOWEST_POWER]
    if _LOWEST_POWER <= power <= _HIGHEST_POWER:
        return _NEARLY, value * _POWERS[power - _LOWEST_POWER]
    return _LEFT_TO_PYTHON, 0.0


@kernel("boolean(uint8[::1], int64, int64)")
def ends_in_fraction(block: ByteArray, start: int, end: int) -> bool:
    """Whether the token at `start` to `end` is a decimal fraction: a number of the vector, not a part of the label."""
    marked = False
    for at in range(start, end):
        if block[at] == 46 or block[at] | 32 == 101:
            marked = True
    if not marked:
        return False
    kind, _ = read_number(block, start, end)
    return kind < _WORD and (48 <= block[end - 1] <= 57 or block[end - 1] == 46)


@kernel(
    "void(uint8[::1], int64, boolean, float32[:, ::1], uint8[::1], int64[::1], int64[:, ::1], int64[::1])",
)
def parse_block(
    block: ByteArray,
    separator: int,
    has_label: bool,
    vectors: FloatArray,
    labels: ByteArray,
    offsets: RowArray,
    slow: RowArray,
    state: RowArray,
) -> None:
    """Parse lines until the block ends, a line is no row, or `slow` is full; every index stays inside its line."""
    n_dims = vectors.shape[1]
    state[STATUS] = DONE
    while state[POSITION] < len(block):
        start = state[POSITION]
        line_end = start
        while line_end < len(block) and block[line_end] != NEWLINE:
            line_end += 1
        end = line_end
        while end > start and (block[end - 1] == SPACE or block[end - 1] == TAB or block[end - 1] == RETURN):
            end -= 1
        if end > start or not has_label:
            row = state[ROW]
            if row >= len(vectors):
                state[STATUS] = ROWS_FULL
                return
            if state[N_SLOW] + n_dims > len(slow):
                state[STATUS] = SLOW_FULL
                return
            good = True
            for back in range(n_dims):
                column = n_dims - 1 - back
                token = end
                while token > start and block[token - 1] != separator:
                    token -= 1
                kind, value = read_number(block, token, end)
                if kind == _NEARLY:
                    bits = np.float64(value).view(np.uint64)
                    away = abs(np.int64(bits & _LOW_BITS) - _HALFWAY)
                    if away <= _MARGIN or not _SMALLEST <= abs(value) <= _GREATEST:
                        kind = _LEFT_TO_PYTHON
                if kind in (_LEFT_TO_PYTHON, _WORD):
                    at = state[N_SLOW]
                    slow[at, 0], slow[at, 1], slow[at, 2], slow[at, 3] = row, column, token, end
                    state[N_SLOW] = at + 1
                elif kind == _NO_NUMBER:
                    good = False
                    break
                else:
                    vectors[row, column] = np.float32(value)
                if token == start and (has_label or column > 0):
                    good = False
                    break
                end = token - 1
            if good and not has_label and end >= start:
                good = False
            if good and has_label:
                word = end
                while word > start and block[word - 1] != separator:
                    word -= 1
                if word > start and word < end:
                    good = not ends_in_fraction(block, word, end)
            if not good:
                state[STATUS], state[BAD_START], state[BAD_END] = BAD_LINE, start, line_end
                return
            length = end - start if has_label else 0
            used = state[LABEL_BYTES]
            for place in range(length):
                labels[used + place] = block[start + place]
            offsets[row + 1] = offsets[row] + length
            state[LABEL_BYTES] = used + length
            state[ROW] = row + 1
        else:
            state[N_BLANK] += 1
        state[POSITION] = min(line_end + 1, len(block))
        state[LINE] += 1


READY = True
