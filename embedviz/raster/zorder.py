"""The Z-order curve: a grid over the bulk of the points, the key of each point on it, and the points' order by key."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from embedviz import kernels
from embedviz.progress import Progress, Steps
from embedviz.raster.drawing import KeyArray
from embedviz.space.arrays import CodeArray, DoubleArray, FlagArray, FloatArray

SORT_KERNELS = "embedviz.raster.sort_kernels"

_MOST_BITS = 20
_PROBE = 100_000
_TAIL_PERCENTS = 0.5, 2, 10
_VOID = 64
_CHUNK = 1 << 18
_SORTED_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Grid:
    """A square of 2**bits by 2**bits cells; `scale` cells a unit, from the corner (`x_low`, `y_low`) of the data.

    The key of a point interleaves the bits of its cell's column (even bits) and row (odd bits). Points out of the
    square have the key `n_keys`, points that are not finite `n_keys` + 1.
    """

    x_low: float
    y_low: float
    scale: float
    bits: int

    @property
    def n_keys(self) -> int:
        return 1 << 2 * self.bits

    def cells(self, values: DoubleArray, low: float) -> DoubleArray:
        """The column (or row) of coordinates, as whole float64; it never falls where the coordinate rises."""
        with np.errstate(over="ignore", invalid="ignore"):
            cells: DoubleArray = np.floor((values - low) * self.scale)
        return cells

    def keys(self, points: FloatArray) -> KeyArray:
        """The keys of `points` (n, 2), uint64 (n,)."""
        x, y = (
            self.cells(points[:, axis].astype(np.float64), low) for axis, low in enumerate((self.x_low, self.y_low))
        )
        side = 1 << self.bits
        inside: FlagArray = (x >= 0) & (x < side) & (y >= 0) & (y < side)
        column, row = (np.where(inside, cells, 0).astype(np.uint64) for cells in (x, y))
        keys: KeyArray = spread(column) | (spread(row) << np.uint64(1))
        if not inside.all():
            finite: FlagArray = np.isfinite(points[:, 0]) & np.isfinite(points[:, 1])
            outside = np.flatnonzero(~inside)
            keys[outside] = self.n_keys + 1 - finite[outside]
        return keys

    def clamped(self, value: float, low: float) -> int:
        """The column (or row) of a coordinate, or the nearest of the grid."""
        cell = (value - low) * self.scale
        return 0 if not cell > 0 else min(int(min(cell, 2.0**62)), (1 << self.bits) - 1)


def spread(cells: KeyArray) -> KeyArray:
    """Put a zero between any two of the lower 32 bits (Morton)."""
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        cells = (cells | (cells << np.uint64(shift))) & np.uint64(mask)
    return cells


def grid_of(points: FloatArray) -> Grid:
    """A grid over `points` that a few far outliers do not widen.

    Its square holds the bulk of an even sample, 99 % or less, and as much again on each side, unless all lie closer.
    """
    bits = min(_MOST_BITS, (62 - row_bits(len(points))) // 2)
    probe = points[:: max(1, len(points) // _PROBE)].astype(np.float64)
    probe = probe[np.isfinite(probe).all(axis=1)]
    if not len(probe):
        return Grid(0.0, 0.0, 1.0, bits)
    low, high = _bulk(probe)
    room = max(float((high - low).max()), float(np.abs([low, high]).max()) * 1e-9, 1e-300)
    low, high = low - room, high + room
    finite_low, finite_high = _extent(points)
    low, high = np.maximum(low, finite_low), np.minimum(high, finite_high)
    side = max(float((high - low).max()), room * 1e-3) * (1 + 1e-6)
    return Grid(float(low[0]), float(low[1]), (1 << bits) / side, bits)


def _bulk(probe: DoubleArray) -> tuple[DoubleArray, DoubleArray]:
    """The corners of the most of `probe` (n, 2) that is not a few points and a void around them."""
    low, high = np.percentile(probe, [_TAIL_PERCENTS[0], 100 - _TAIL_PERCENTS[0]], axis=0)
    for tail in _TAIL_PERCENTS[1:]:
        inner_low, inner_high = np.percentile(probe, [tail, 100 - tail], axis=0)
        if 0 < (inner_high - inner_low).max() * _VOID < (high - low).max():
            low, high = inner_low, inner_high
    return low, high


def row_bits(n: int) -> int:
    """How many bits a row number of n takes."""
    return max(1, math.ceil(math.log2(max(n, 2))))


def sorted_keys(points: FloatArray, grid: Grid) -> Steps[tuple[KeyArray, CodeArray]]:
    """The keys of `points` in ascending order, and the row of each, int32; rows of one key ascend."""
    n_points, bits = len(points), np.uint64(row_bits(len(points)))
    packed = np.empty(n_points, np.uint64)
    for start in range(0, n_points, _CHUNK):
        rows = slice(start, min(start + _CHUNK, n_points))
        compiled = kernels.loaded(SORT_KERNELS)
        if compiled is not None:
            facts = grid.x_low, grid.y_low, grid.scale, grid.bits, int(bits), rows.start, rows.stop
            compiled.pack_keys(points, *facts, packed)
        else:
            packed[rows] = (grid.keys(points[rows]) << bits) | np.arange(rows.start, rows.stop, dtype=np.uint64)
        yield Progress(0.2 * rows.stop / n_points, "Sorting the plot")
    packed = yield from _sorted(packed, int(bits), 2 * grid.bits + 1)
    yield Progress(0.6, "Sorting the plot")
    order = (packed & np.uint64((1 << int(bits)) - 1)).astype(np.int32)
    packed >>= bits
    return packed, order


def _sorted(packed: KeyArray, shift: int, n_bits: int) -> Steps[KeyArray]:
    """`packed`, which is overwritten, by `n_bits` bits from `shift` on; those below must rise already."""
    compiled = kernels.loaded(SORT_KERNELS)
    if compiled is None:
        packed.sort()
        return packed
    n, digit_bits = len(packed), compiled.DIGIT_BITS
    counts, spare = np.zeros((-(-n_bits // digit_bits), 1 << digit_bits), np.int64), np.empty_like(packed)
    for start in range(0, n, _SORTED_AT_ONCE):
        compiled.count_digits(packed, start, start + _SORTED_AT_ONCE, shift, counts)
        yield Progress(0.2 + 0.1 * start / n, "Sorting the plot")
    for digit, count in enumerate(counts):
        if count.max(initial=0) == n:
            continue
        places = np.cumsum(count) - count
        for start in range(0, n, _SORTED_AT_ONCE):
            end = min(start + _SORTED_AT_ONCE, n)
            compiled.scatter_by_digit(packed, start, end, shift + digit * digit_bits, places, spare)
            yield Progress(0.3 + 0.3 * (digit + end / n) / len(counts), "Sorting the plot")
        packed, spare = spare, packed
    return packed


def _extent(points: FloatArray) -> tuple[DoubleArray, DoubleArray]:
    """The lowest and highest finite coordinates, each (2,) float64."""
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    for start in range(0, len(points), _CHUNK):
        for axis in range(2):  # numpy is slow along an axis of two
            values = points[start : start + _CHUNK, axis]
            least, most = values.min(), values.max()
            if not np.isfinite(least) or not np.isfinite(most):
                values = values[np.isfinite(values)]
                least, most = values.min(initial=np.inf), values.max(initial=-np.inf)
            low[axis], high[axis] = min(low[axis], least), max(high[axis], most)
    return low, high
