"""The compiled kernels of tints: codes brought into the order of the tiles, and the mean colour of every cell."""

from __future__ import annotations

from numpy import float32

from embedviz.kernels import kernel
from embedviz.raster.drawing import ShareArray
from embedviz.space.arrays import CodeArray, FlagArray, FloatArray

_INTS = "Array(int32, 1, 'C', True)"


@kernel(f"void({_INTS}, Array(uint8, 1, 'C', True), {_INTS}, int64, int64, int64, int32[::1])")
def gather_codes(
    codes: CodeArray, shown: FlagArray, order: CodeArray, n_codes: int, first: int, last: int, out: CodeArray
) -> None:
    """Put the codes of rows `order[first:last]` into `out`: n_codes where not `shown`, n_codes - 1 where out of range.

    Without `codes` all are 0, and without `shown` all are shown.
    """
    for i in range(max(0, first), min(last, order.shape[0], out.shape[0])):
        row, code = order[i], 0
        if codes.shape[0] > 0:
            code = codes[row] if 0 <= row < codes.shape[0] else -1
            if code < 0 or code >= n_codes:
                code = n_codes - 1
        if shown.shape[0] > 0 and not (0 <= row < shown.shape[0] and shown[row]):
            code = n_codes
        out[i] = code


@kernel(f"void({_INTS}, Array(float32, 2, 'C', True), {_INTS}, int64, int64, uint16[:, ::1])")
def tint_cells(
    codes: CodeArray, table: FloatArray, starts: CodeArray, first: int, last: int, shares: ShareArray
) -> None:
    """Fill the shares of cells `first` to `last`: mean light of the shown ink, and the shown share of the points."""
    n_codes, full = table.shape[0], float32(65535)
    for cell in range(max(0, first), min(last, starts.shape[0] - 1, shares.shape[0])):
        red = green = blue = weight = float32(0)
        start, end = max(0, starts[cell]), min(starts[cell + 1], codes.shape[0])
        for i in range(start, end):
            code = codes[i]
            if 0 <= code < n_codes:
                shown = table[code, 3]
                red += table[code, 0] * shown
                green += table[code, 1] * shown
                blue += table[code, 2] * shown
                weight += shown
        if weight > 0:
            scale = full / weight
            shares[cell, 0] = int(min(red * scale + float32(0.5), full))
            shares[cell, 1] = int(min(green * scale + float32(0.5), full))
            shares[cell, 2] = int(min(blue * scale + float32(0.5), full))
            # never 0 where anything is shown, so that a single item among a million is not lost
            shares[cell, 3] = int(min(max(weight * full / (end - start) + float32(0.5), float32(1)), full))
        else:
            shares[cell, 0] = shares[cell, 1] = shares[cell, 2] = shares[cell, 3] = 0


@kernel(f"void(Array(uint16, 2, 'C', True), {_INTS}, {_INTS}, int64, int64, uint16[:, ::1])")
def merge_cells(
    finer: ShareArray, finer_starts: CodeArray, starts: CodeArray, first: int, last: int, shares: ShareArray
) -> None:
    """Fill the shares of cells `first` to `last` from those of the next finer level, of which each holds some."""
    first, last = max(0, first), min(last, starts.shape[0] - 1, shares.shape[0])
    n_finer, full, place = min(finer.shape[0], finer_starts.shape[0] - 1), float32(65535), 0
    if first < last:
        end = n_finer
        while place < end:
            middle = (place + end) >> 1
            if finer_starts[middle] < starts[first]:
                place = middle + 1
            else:
                end = middle
    for cell in range(first, last):
        red = green = blue = weight = float32(0)
        while place < n_finer and finer_starts[place] < starts[cell + 1]:
            shown = float32(finer[place, 3]) * (finer_starts[place + 1] - finer_starts[place])
            red += finer[place, 0] * shown
            green += finer[place, 1] * shown
            blue += finer[place, 2] * shown
            weight += shown
            place += 1
        for channel in range(4):
            shares[cell, channel] = 0
        if weight > 0:
            shares[cell, 0] = int(min(red / weight + float32(0.5), full))
            shares[cell, 1] = int(min(green / weight + float32(0.5), full))
            shares[cell, 2] = int(min(blue / weight + float32(0.5), full))
            mean = weight / (starts[cell + 1] - starts[cell])
            shares[cell, 3] = int(min(max(mean + float32(0.5), float32(1)), full))


READY = True
