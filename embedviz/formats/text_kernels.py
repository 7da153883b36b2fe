"""The compiled parser of text rows: bytes to float32, bit for bit what `np.float32(float(token))` gives.

A decimal of at most 53 bits and a power of ten up to 22 is one exact float64 operation (Clinger 1990, "How to read
floating point numbers accurately"). Others are computed within 3 ulp of float64 and kept only where 16 ulp cannot cross
a float32 rounding boundary; the rest are left to Python in `slow` (row, column, start, end).

The common token, a sign or none, up to seven digits, a point and one to seven digits, is at most 14 digits over a power
of ten, both of which float64 holds. Its digits are looked at eight together (D. Lemire, "Number Parsing at a Gigabyte
per Second", 2021, section 5), and its length is first taken to be that of the token before, so that the processor
runs ahead; nothing in it branches on the sign, which cannot be foreseen. Where one digit stands before the point, the
usual case, that digit is put where the point was, and all are read at once.
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
from embedviz.space.arrays import ByteArray, DoubleArray, FloatArray, RowArray

_EXACT, _NEARLY, _LEFT_TO_PYTHON, _WORD, _NO_NUMBER = range(5)
_LOWEST_POWER, _HIGHEST_POWER = -70, 40
_POWERS = np.array([float(f"1e{power}") for power in range(_LOWEST_POWER, _HIGHEST_POWER + 1)])
_WHOLE_POWERS = np.array([10**power for power in range(8)], np.int64)
_MOST_EXACT = np.uint64(2**53)
_LOW_BITS, _HALFWAY, _MARGIN = np.uint64(2**29 - 1), 2**28, 16
_SMALLEST, _GREATEST = 1.1755e-38, 3.4028e38
_FRACTION_UNITS = np.array([float(10**power) for power in range(8)])
_SIGNS = np.array([1.0, -1.0])
_MOST_WHOLE_DIGITS = 7
_USUAL_BYTES = 11  # seven digits, the point, one digit, the minus and the separator before it
_TOP_BITS, _LOW_SEVEN = np.uint64(0x8080808080808080), np.uint64(0x7F7F7F7F7F7F7F7F)
_ZEROS = np.uint64(0x3030303030303030)
_LOWEST_TOP, _LOWEST_BYTE, _NINE = np.uint64(128), np.uint64(255), np.uint64(9)
_STRIDE = 64
_PAST_NINE = np.uint64(0x7676767676767676)
_DIGITS, _PAIRS, _FOURS = np.uint64(0x0F0F0F0F0F0F0F0F), np.uint64(0x00FF00FF00FF00FF), np.uint64(0x0000FFFF0000FFFF)
_TO_PAIRS, _TO_FOURS, _TO_EIGHT = np.uint64(2561), np.uint64(6553601), np.uint64(42949672960001)


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


@kernel("uint64(uint8[::1], int64)")
def eight_bytes(block: ByteArray, start: int) -> np.uint64:
    """Eight bytes from `start` on as one number, the first lowest; the compiler makes one load of them."""
    at = np.uint64(start)
    word = np.uint64(block[at])
    word |= np.uint64(block[at + np.uint64(1)]) << np.uint64(8)
    word |= np.uint64(block[at + np.uint64(2)]) << np.uint64(16)
    word |= np.uint64(block[at + np.uint64(3)]) << np.uint64(24)
    word |= np.uint64(block[at + np.uint64(4)]) << np.uint64(32)
    word |= np.uint64(block[at + np.uint64(5)]) << np.uint64(40)
    word |= np.uint64(block[at + np.uint64(6)]) << np.uint64(48)
    word |= np.uint64(block[at + np.uint64(7)]) << np.uint64(56)
    return word


@kernel("int64(uint8[::1], int64)")
def end_of_line(block: ByteArray, start: int) -> int:
    """Where the next newline stands, from `start` on, or the end of the block."""
    at = start
    while at + _STRIDE <= len(block):
        found = 0
        for place in range(_STRIDE):
            found |= block[np.uint64(at) + np.uint64(place)] == NEWLINE
        if found:
            break
        at += _STRIDE
    while at < len(block) and block[at] != NEWLINE:
        at += 1
    return at


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
    guess = 6
    state[STATUS] = DONE
    while state[POSITION] < len(block):
        start = state[POSITION]
        line_end = end_of_line(block, start)
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
                token, value, kind = -1, 0.0, _EXACT
                if end >= 8:
                    digits = eight_bytes(block, end - 8) ^ _ZEROS
                    others = (((digits & _LOW_SEVEN) + _PAST_NINE) | digits) & _TOP_BITS
                    n_after = guess
                    if others >> np.uint64(56 - 8 * guess) != _LOWEST_TOP:
                        n_after = 0
                        if others != 0:
                            n_after = 7 - ((int(np.float64(others).view(np.int64) >> 52) - 1023) >> 3)
                        if n_after > 0:
                            guess = n_after
                    point = end - n_after - 1
                    if n_after > 0 and point >= start and block[np.uint64(point)] == 46:
                        place = np.uint64(56 - 8 * n_after)
                        digits = ((digits >> place) >> np.uint64(8)) << (place + np.uint64(8))
                        is_usual = False
                        if end >= start + _USUAL_BYTES:
                            earlier = eight_bytes(block, end - 9) ^ _ZEROS  # the digit before stands at the point here
                            whole = (earlier >> place) & _LOWEST_BYTE
                            minus = np.uint64(block[np.uint64(point - 2)] == 45)
                            if whole <= _NINE and block[np.uint64(point - 2) - minus] == separator:
                                is_usual = True
                                digits |= whole << place
                                token = point - 1 - np.int64(minus)  # type: ignore[assignment]  # an int64 to the kernel
                        digits = ((digits & _DIGITS) * _TO_PAIRS) >> np.uint64(8)
                        digits = ((digits & _PAIRS) * _TO_FOURS) >> np.uint64(16)
                        mantissa = np.int64(((digits & _FOURS) * _TO_EIGHT) >> np.uint64(32))
                        if is_usual:
                            value = np.float64(mantissa) / _FRACTION_UNITS[np.uint64(n_after)]
                            vectors[np.uint64(row), np.uint64(column)] = np.float32(value * _SIGNS[minus])
                            end = token - 1
                            continue
                        at, unit = point - 1, int(_WHOLE_POWERS[n_after])
                        lowest = max(start, point - _MOST_WHOLE_DIGITS)
                        while at >= lowest and 48 <= block[at] <= 57:
                            mantissa += unit * int(block[at] - 48)
                            unit *= 10
                            at -= 1
                        value = np.float64(mantissa) / _POWERS[n_after - _LOWEST_POWER]
                        if at >= start:
                            mark = block[at]
                            is_minus = int(mark == 45)
                            at -= is_minus + int(mark == 43)
                            value *= np.float64(1 - 2 * is_minus)
                        if at < start or block[at] == separator:
                            token = at + 1
                if token < 0:
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
            for letter in range(length):
                labels[used + letter] = block[start + letter]
            offsets[row + 1] = offsets[row] + length
            state[LABEL_BYTES] = used + length
            state[ROW] = row + 1
        else:
            state[N_BLANK] += 1
        state[POSITION] = min(line_end + 1, len(block))
        state[LINE] += 1


@kernel("int64(uint8[::1])", reorder=True)
def newlines_in(block: ByteArray) -> int:
    """How many newlines a block holds."""
    found = 0
    for at in range(len(block)):
        found += block[at] == NEWLINE
    return found


@kernel("void(float32[:, ::1], float64[::1])", reorder=True)
def measure_rows(vectors: FloatArray, norms: DoubleArray) -> None:
    """The Euclidean length of every row, in float64."""
    for row in range(len(vectors)):
        total = 0.0
        for column in range(vectors.shape[1]):
            value = np.float64(vectors[row, column])
            total += value * value
        norms[row] = np.sqrt(total)


READY = True
