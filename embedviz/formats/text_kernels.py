"""The compiled parser of text rows: bytes to float32, bit for bit what `np.float32(float(token))` gives.

A decimal of at most 53 bits and a power of ten up to 22 is one exact float64 operation (Clinger 1990, "How to read
floating point numbers accurately"). Others are computed within 3 ulp of float64 and kept only where 16 ulp cannot cross
a float32 rounding boundary; the rest are left to Python in `slow` (row, column, start, end).

The usual token is a minus or none, one digit, a point and 1 to 13 digits: followed by zeros, a whole number below 10^16
that 100 divides, over 10^15, both of which float64 holds. A row is read in three passes, none of which branches on what
its tokens hold, since that cannot be foreseen: where they begin, 64 bytes at a time; the 16 bytes from there on; and
their values, which the compiler computes for several tokens at once. Digits are put together eight by eight (D. Lemire,
"Number Parsing at a Gigabyte per Second", 2021, section 5). What is not usual is read by itself after that.
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
    Words,
)
from embedviz.formats.text_layout import SPACE, TAB
from embedviz.kernels import kernel
from embedviz.space.arrays import ByteArray, DoubleArray, FloatArray, RowArray

_EXACT, _NEARLY, _LEFT_TO_PYTHON, _WORD, _NO_NUMBER = range(5)
_LOWEST_POWER, _HIGHEST_POWER = -70, 40
_POWERS = np.array([float(f"1e{power}") for power in range(_LOWEST_POWER, _HIGHEST_POWER + 1)])
_MOST_EXACT = np.uint64(2**53)
_LOW_BITS, _HALFWAY, _MARGIN = np.uint64(2**29 - 1), 2**28, 16
_SMALLEST, _GREATEST = 1.1755e-38, 3.4028e38
_STRIDE, _WORD_BYTES, _USUALLY_FOUND = 64, 16, 8
_ONE, _EIGHT, _ALL = np.uint64(1), np.uint64(8), np.uint64(2**64 - 1)
_LOWEST_BYTE, _SECOND_BYTE = np.uint64(0xFF), np.uint64(0xFF00)
_MINUS, _POINT, _ZEROS = np.uint64(0x2D), np.uint64(0x2E00), np.uint64(0x3030303030303030)
_TOP_BITS, _LOW_SEVEN = np.uint64(0x8080808080808080), np.uint64(0x7F7F7F7F7F7F7F7F)
_PAST_NINE = np.uint64(0x7676767676767676)
_DIGITS_AT_ONCE, _MOST_DIGITS_AFTER = np.uint64(7), np.uint64(13)
_PAIRS, _FOURS = np.uint64(0x00FF00FF00FF00FF), np.uint64(0x0000FFFF0000FFFF)
_TO_PAIRS, _TO_FOURS, _TO_EIGHT = np.uint64(2561), np.uint64(6553601), np.uint64(42949672960001)
_TWICE_EIGHT, _UNIT = np.uint64(10**8), 1e15
_DE_BRUIJN, _TO_SIX_BITS = np.uint64(0x03F79D71B4CB0A89), np.uint64(58)
_BIT_OF = np.array(sorted(range(64), key=lambda bit: (int(_DE_BRUIJN) << bit) % 2**64 >> 58), np.uint64)
_IN_TWOS, _IN_FOURS, _IN_EIGHTS = (np.uint64(2**64 // each) for each in (3, 5, 17))
_SUM_OF_BYTES, _TOP_BYTE = np.uint64(0x0101010101010101), np.uint64(56)


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


@kernel("uint64(uint64)")
def of_eight_digits(digits: np.uint64) -> np.uint64:
    """The number that eight bytes of 0 to 9 make, the lowest of them its first digit."""
    pairs = ((digits * _TO_PAIRS) >> np.uint64(8)) & _PAIRS
    fours = ((pairs * _TO_FOURS) >> np.uint64(16)) & _FOURS
    return (fours * _TO_EIGHT) >> np.uint64(32)


@kernel("uint64(uint8[::1], int64, uint8)")
def places_of(block: ByteArray, start: int, byte: np.uint8) -> np.uint64:
    """Where a byte is found among the 64 from `start` on, as bits, the first lowest."""
    found = np.uint64(0)
    for place in range(_STRIDE):
        found |= np.uint64(block[np.uint64(start) + np.uint64(place)] == byte) << np.uint64(place)
    return found


@kernel("uint64(uint64)")
def lowest_bit(word: np.uint64) -> np.uint64:
    """Which bit is the lowest that is set."""
    bit: np.uint64 = _BIT_OF[((word & (~word + _ONE)) * _DE_BRUIJN) >> _TO_SIX_BITS]
    return bit


@kernel("int64(uint64)")
def n_bits(word: np.uint64) -> int:
    """How many bits are set."""
    word -= (word >> _ONE) & _IN_TWOS
    word = (word & _IN_FOURS) + ((word >> np.uint64(2)) & _IN_FOURS)
    word = (word + (word >> np.uint64(4))) & _IN_EIGHTS
    return int((word * _SUM_OF_BYTES) >> _TOP_BYTE)


@kernel("int64(uint8[::1], int64, int64, int64, int64, uint64[::1])")
def find_tokens(block: ByteArray, start: int, end: int, separator: int, n_dims: int, starts: Words) -> int:
    """Write where tokens begin between `start` and `end`, at least the last `n_dims` + 1, then `end` + 1; how many.

    `starts` has room for 2 * (n_dims + 65).
    """
    starts[0] = start
    n = 1
    for at in range(start, end, _STRIDE):
        if n + _STRIDE >= len(starts):
            for kept in range(n_dims + 1):  # all before belong to the label
                starts[kept] = starts[n - n_dims - 1 + kept]
            n = n_dims + 1
        if at + _STRIDE > len(block):
            for place in range(at, end):
                starts[n] = place + 1
                n += block[place] == separator
            break
        found = places_of(block, at, np.uint8(separator))
        if end - at < _STRIDE:
            found &= (_ONE << np.uint64(end - at)) - _ONE
        n_after = n + n_bits(found)
        for _ in range(_USUALLY_FOUND):  # a few too many do no harm, and cost less than an end that was not foreseen
            starts[np.uint64(n)] = np.uint64(at + 1) + lowest_bit(found)
            found &= found - _ONE
            n += 1
        while found:
            starts[np.uint64(n)] = np.uint64(at + 1) + lowest_bit(found)
            found &= found - _ONE
            n += 1
        n = n_after
    starts[n] = end + 1
    return n


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


@kernel("boolean(uint8[::1], uint64[::1], uint64[::1], uint64[::1], float32[::1])")
def read_usual(block: ByteArray, starts: Words, unusual: Words, tails: Words, values: FloatArray) -> bool:
    """Write the values of the tokens that begin at `starts`, and which of them are not usual; whether any is not.

    16 bytes of the block follow each beginning. Meanwhile `unusual` and `tails` hold these.
    """
    for at in range(len(values)):
        start = int(starts[np.uint64(at)])
        unusual[np.uint64(at)] = eight_bytes(block, start)
        tails[np.uint64(at)] = eight_bytes(block, start + 8)
    any_unusual = np.uint64(0)
    for at in range(len(values)):
        token = np.uint64(at)
        head, tail = unusual[token], tails[token]
        is_minus = np.uint64((head & _LOWEST_BYTE) == _MINUS)
        n_after = starts[token + _ONE] - starts[token] - is_minus - np.uint64(3)
        shift = is_minus << np.uint64(3)
        head = (head >> shift) | (tail << np.uint64(56) if is_minus else np.uint64(0))
        tail >>= shift
        bad = np.uint64((head & _SECOND_BYTE) != _POINT) | np.uint64(n_after - _ONE >= _MOST_DIGITS_AFTER)
        whole = (head ^ _ZEROS) & _LOWEST_BYTE
        bits = n_after << np.uint64(3)
        is_long = n_after > _DIGITS_AT_ONCE
        first = _ALL if is_long else _ALL >> ((np.uint64(56) - bits) & np.uint64(63))
        later = _ALL >> ((np.uint64(120) - bits) & np.uint64(63)) if is_long else np.uint64(0)
        first &= ((head >> _EIGHT) | (tail << np.uint64(56))) ^ _ZEROS
        first = (first & ~_LOWEST_BYTE) | whole
        later &= (tail >> _EIGHT) ^ _ZEROS
        bad |= (
            (((first & _LOW_SEVEN) + _PAST_NINE) | first) | (((later & _LOW_SEVEN) + _PAST_NINE) | later)
        ) & _TOP_BITS
        mantissa = of_eight_digits(first) * _TWICE_EIGHT + of_eight_digits(later)
        values[token] = np.float32(np.divide(np.float64(np.int64(mantissa)), -_UNIT if is_minus else _UNIT))
        unusual[token] = bad
        any_unusual |= bad
    return bool(any_unusual != 0)


@kernel(
    "void(uint8[::1], int64, boolean, float32[:, ::1], uint8[::1], int64[::1], int64[:, ::1], int64[::1], "
    "uint64[:, ::1])",
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
    work: Words,
) -> None:
    """Parse lines until the block ends, a line is no row, or `slow` is full; every index stays inside its line."""
    n_dims = vectors.shape[1]
    unusual = work[1]
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
            n_tokens = find_tokens(block, start, end, separator, n_dims, work[0])
            n_before = n_tokens - n_dims
            good = n_before > 0 if has_label else n_before == 0
            label_end = start
            if good:
                starts = work[0][n_before:]
                label_end = max(start, int(starts[0]) - 1)
                some_unusual = True
                if end + _WORD_BYTES <= len(block):
                    some_unusual = read_usual(block, starts, unusual, work[2], vectors[row])
                else:
                    unusual[:n_dims] = 1
                column = 0
                while some_unusual and good and column < n_dims:
                    if unusual[column]:
                        token, token_end = int(starts[column]), int(starts[column + 1]) - 1
                        kind, value = read_number(block, token, token_end)
                        if kind == _NEARLY:
                            bits = np.float64(value).view(np.uint64)
                            away = abs(np.int64(bits & _LOW_BITS) - _HALFWAY)
                            if away <= _MARGIN or not _SMALLEST <= abs(value) <= _GREATEST:
                                kind = _LEFT_TO_PYTHON
                        if kind in (_LEFT_TO_PYTHON, _WORD):
                            at = state[N_SLOW]
                            slow[at, 0], slow[at, 1], slow[at, 2], slow[at, 3] = row, column, token, token_end
                            state[N_SLOW] = at + 1
                        vectors[row, column] = np.float32(value)
                        good = kind != _NO_NUMBER
                    column += 1
            if good and has_label:
                word = int(work[0, n_before - 1])
                good = word == start or not ends_in_fraction(block, word, label_end)
            if not good:
                state[STATUS], state[BAD_START], state[BAD_END] = BAD_LINE, start, line_end
                return
            length = label_end - start
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
