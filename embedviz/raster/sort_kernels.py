"""The compiled kernels of sorting: keys on the Z-order curve, their order by digits, and the mean place of cells."""

from __future__ import annotations

import math

from numpy import float32, uint64

from embedviz.kernels import kernel
from embedviz.raster.drawing import KeyArray
from embedviz.space.arrays import CodeArray, FloatArray, RowArray

DIGIT_BITS = 11

_POINTS = "Array(float32, 2, 'C', True)"


@kernel(f"void({_POINTS}, float64, float64, float64, int64, int64, int64, int64, uint64[::1])")
def pack_keys(
    points: FloatArray,
    x_low: float,
    y_low: float,
    scale: float,
    bits: int,
    row_bits: int,
    first: int,
    last: int,
    packed: KeyArray,
) -> None:
    """Fill `packed[first:last]` with the keys of these points, shifted by `row_bits`, and their rows below."""
    side = float(1 << bits)
    for i in range(max(0, first), min(last, points.shape[0], packed.shape[0])):
        x = (points[i, 0] - x_low) * scale
        y = (points[i, 1] - y_low) * scale
        if (x >= 0) & (x < side) & (y >= 0) & (y < side):
            column, row = uint64(int(x)), uint64(int(y))
            column = (column | (column << uint64(16))) & uint64(0x0000FFFF0000FFFF)
            column = (column | (column << uint64(8))) & uint64(0x00FF00FF00FF00FF)
            column = (column | (column << uint64(4))) & uint64(0x0F0F0F0F0F0F0F0F)
            column = (column | (column << uint64(2))) & uint64(0x3333333333333333)
            column = (column | (column << uint64(1))) & uint64(0x5555555555555555)
            row = (row | (row << uint64(16))) & uint64(0x0000FFFF0000FFFF)
            row = (row | (row << uint64(8))) & uint64(0x00FF00FF00FF00FF)
            row = (row | (row << uint64(4))) & uint64(0x0F0F0F0F0F0F0F0F)
            row = (row | (row << uint64(2))) & uint64(0x3333333333333333)
            row = (row | (row << uint64(1))) & uint64(0x5555555555555555)
            key = column | (row << uint64(1))
        else:
            key = uint64(1) << uint64(2 * bits)
            if not (math.isfinite(points[i, 0]) and math.isfinite(points[i, 1])):
                key += uint64(1)
        packed[i] = (key << uint64(row_bits)) | uint64(i)


@kernel("void(uint64[::1], int64, int64, int64, int64[:, ::1])")
def count_digits(packed: KeyArray, first: int, last: int, shift: int, counts: RowArray) -> None:
    """Add to `counts` (digits, 2**DIGIT_BITS) how often `packed[first:last]` have each digit from bit `shift` on."""
    mask = uint64(counts.shape[1] - 1)
    for i in range(max(0, first), min(last, packed.shape[0])):
        rest = packed[uint64(i)] >> uint64(shift)
        for digit in range(counts.shape[0]):
            counts[uint64(digit), rest & mask] += 1
            rest >>= uint64(DIGIT_BITS)


@kernel("void(uint64[::1], int64, int64, int64, int64[::1], uint64[::1])")
def scatter_by_digit(packed: KeyArray, first: int, last: int, shift: int, places: RowArray, out: KeyArray) -> None:
    """Put each of `packed[first:last]` where `places` says for its digit from bit `shift`, and move that place on."""
    mask, n = uint64(places.shape[0] - 1), uint64(out.shape[0])
    for i in range(max(0, first), min(last, packed.shape[0])):
        value = packed[uint64(i)]
        digit = (value >> uint64(shift)) & mask
        place = uint64(places[digit])
        if place < n:
            out[place] = value
        places[digit] += 1


@kernel(f"void({_POINTS}, Array(int32, 1, 'C', True), int64, int64, float32[:, ::1])")
def cell_means(points: FloatArray, starts: CodeArray, first: int, last: int, places: FloatArray) -> None:
    """Fill the mean places of cells `first` to `last`, summed in float64."""
    for cell in range(max(0, first), min(last, starts.shape[0] - 1, places.shape[0])):
        x = y = 0.0
        start, end = max(0, starts[cell]), min(starts[cell + 1], points.shape[0])
        for i in range(start, end):
            x += points[i, 0]
            y += points[i, 1]
        if end > start:
            places[cell, 0], places[cell, 1] = float32(x / (end - start)), float32(y / (end - start))


READY = True
