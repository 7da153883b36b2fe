"""The compiled kernels of tints: codes brought into the order of the tiles, and the mean colour of every cell."""

from __future__ import annotations

from numpy import float32, uint16, uint64

from embedviz.kernels import kernel
from embedviz.raster.drawing import ShareArray
from embedviz.space.arrays import CodeArray, FlagArray, FloatArray

_INTS = "Array(int32, 1, 'C', True)"


@kernel(f"void({_INTS}, Array(uint8, 1, 'C', True), {_INTS}, int64, int64, int64, int32[::1])")
def gather_codes(
    codes: CodeArray, shown: FlagArray, order: CodeArray, n_codes: int, first: int, last: int, out: CodeArray
) -> None:
    """Put the codes of rows `order[first:last]` into `out`: n_codes where not `shown`, n_codes - 1 where out of range.

    Without `codes` all are 0, and without `shown` all are shown; it holds a bit a row, the lowest of a byte first.
    """
    has_codes, has_shown = codes.shape[0] > 0, shown.shape[0] > 0
    n_rows = order.shape[0]
    if has_codes:
        n_rows = min(n_rows, codes.shape[0])
    if has_shown:
        n_rows = min(n_rows, 8 * shown.shape[0])
    for i in range(max(0, first), min(last, order.shape[0], out.shape[0])):
        row, code = order[i], 0
        if not 0 <= row < n_rows:
            row = 0
        if has_codes:
            code = codes[uint64(row)]
            code = code if (code >= 0) & (code < n_codes) else n_codes - 1
        if has_shown:  # without a branch: half of a selection cannot be foreseen
            bit = (int(shown[uint64(row >> 3)]) >> (row & 7)) & 1
            code += (n_codes - code) * (1 - bit)
        out[uint64(i)] = code


@kernel(f"void({_INTS}, Array(float32, 2, 'C', True), {_INTS}, int64, int64, uint16[:, ::1])", lanes=True)
def tint_cells(
    codes: CodeArray, table: FloatArray, starts: CodeArray, first: int, last: int, shares: ShareArray
) -> None:
    """Fill the shares of cells `first` to `last`: mean light of the shown ink, and the shown share of the points.

    `table` holds light times what is shown, and what is shown; its last row is for codes out of it.
    """
    beyond, full = table.shape[0] - 1, float32(65535)
    for cell in range(max(0, first), min(last, starts.shape[0] - 1, shares.shape[0])):
        red = green = blue = weight = float32(0)
        start, end = max(0, starts[cell]), min(starts[cell + 1], codes.shape[0])
        if beyond == 1:
            n_shown = 0
            for i in range(start, end):
                n_shown += int(codes[uint64(i)] == 0)
            weight = table[0, 3] * float32(n_shown)
            red, green, blue = table[0, 0] * n_shown, table[0, 1] * n_shown, table[0, 2] * n_shown
        else:
            for i in range(start, end):
                code = codes[uint64(i)]
                at = uint64(code if (code >= 0) & (code < beyond) else beyond)
                red += table[at, 0]
                green += table[at, 1]
                blue += table[at, 2]
                weight += table[at, 3]
        scale = full / weight if weight > 0 else float32(0)
        out = uint64(cell)
        shares[out, 0] = uint16(min(red * scale + float32(0.5), full))
        shares[out, 1] = uint16(min(green * scale + float32(0.5), full))
        shares[out, 2] = uint16(min(blue * scale + float32(0.5), full))
        # never 0 where anything is shown, so that a single item among a million is not lost
        mean = max(weight * full / max(end - start, 1) + float32(0.5), float32(1)) if weight > 0 else float32(0)
        shares[out, 3] = uint16(min(mean, full))


READY = True
