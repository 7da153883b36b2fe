"""The compiled kernels of splats: entries so small that their ink goes to four pixels; see `compiled.py`.

Places are found for a block of entries at once, which fills the processor's vectors, and then inked in another order:
neighbours on the curve of the tiles share pixels, and one that follows at once waits for what the one before stores.
"""

from __future__ import annotations

from numpy import float32, int32, uint64

from embedviz.kernels import kernel
from embedviz.raster.drawing import ShareArray
from embedviz.space.arrays import CodeArray, FloatArray, RowArray

BLOCK = 256
_MOST_PIXELS = 1 << 30  # whose places are counted in 32 bits

_TABLE = "Array(float32, 1, 'C', True)"
_VIEW = "float64, float64, float64, float64"
_LOCATED = "int32[::1], float32[:, ::1]"
_SPREAD = (
    f"{_TABLE}, Array(int32, 1, 'C', True), Array(int64, 2, 'C', True), Array(int32, 1, 'C', True), "
    f"Array(float32, 2, 'C', True), Array(uint16, 2, 'C', True), {_VIEW}, int64, float64, float64, float64, "
    f"int64, int64, {_LOCATED}"
)


@kernel(
    f"void({_TABLE}, int64, int64, {_VIEW}, int64, float64, float64, int64, int64, {_LOCATED})",
    reorder=True,
)
def locate(
    plane: FloatArray,
    first: int,
    n_entries: int,
    x_low: float,
    scale_x: float,
    y_high: float,
    scale_y: float,
    top: int,
    across: float,
    upright: float,
    height: int,
    width: int,
    corners: CodeArray,
    shares: FloatArray,
) -> None:
    """Find, for `n_entries` from `first` on, the upper left of the four pixels that each lies over, and its shares.

    `corners` (BLOCK,) count pixels of a buffer (height + 2, width + 2); `shares` (3, BLOCK) are 1 where the entry is in
    view, else 0, then the parts of it that lie to the right and below.
    """
    stride, one, nothing = int32(width + 2), float32(1), float32(0)
    wide, tall = float32(across), float32(upright)
    aside, over = (one - wide) / 2, (one - tall) / 2
    x_edge, y_edge, y_start = width + 1.0, height + 1.0, 0.5 - top
    for place in range(n_entries):
        at, entry = uint64(place), uint64(first + place)
        x = (plane[uint64(2) * entry] - x_low) * scale_x + 0.5
        y = (y_high - plane[uint64(2) * entry + uint64(1)]) * scale_y + y_start
        seen = (x > 0) & (x < x_edge) & (y > 0) & (y < y_edge)
        x, y = x if seen else 0.5, y if seen else 0.5
        column, row = int32(x), int32(y)
        corners[at] = row * stride + column
        shares[0, at] = one if seen else nothing
        shares[1, at] = min(max(float32(x - column) * wide + aside, nothing), one)
        shares[2, at] = min(max(float32(y - row) * tall + over, nothing), one)


@kernel(f"void({_SPREAD}, float32[::1])", reorder=True, lanes=True)
def splats(
    plane: FloatArray,
    starts: CodeArray,
    runs: RowArray,
    codes: CodeArray,
    table: FloatArray,
    shares: ShareArray,
    x_low: float,
    scale_x: float,
    y_high: float,
    scale_y: float,
    top: int,
    amount: float,
    across: float,
    upright: float,
    height: int,
    width: int,
    corners: CodeArray,
    parts: FloatArray,
    ink: FloatArray,
) -> None:
    """Spread `amount` of ink per point over its four nearest pixels of `ink` (height + 2) x (width + 2).

    `plane` (2 n,) holds x and y of each place; what `corners` and `parts` hold, `locate` tells.
    A cell is a box 1 / `across` wide and 1 / `upright` high, at most a pixel, which gives each pixel what lies over it.
    """
    stride, n_entries, n_codes, amount_each = uint64(width + 2), plane.shape[0] // 2, table.shape[0], float32(amount)
    if ink.shape[0] < (height + 2) * (width + 2) or (height + 2) * (width + 2) > _MOST_PIXELS:
        return
    is_cell, has_codes, has_shares = starts.shape[0] > n_entries, codes.shape[0] > 0, shares.shape[0] > 0
    has_shares = has_shares and shares.shape[0] >= n_entries
    if has_codes and not is_cell:
        n_entries = min(n_entries, codes.shape[0])
    for run in range(runs.shape[0]):
        last = min(n_entries, runs[run, 1])
        for first in range(max(0, runs[run, 0]), last, corners.shape[0]):
            n = min(corners.shape[0], last - first)
            locate(
                plane, first, n, x_low, scale_x, y_high, scale_y, top, across, upright, height, width, corners, parts
            )
            for place in range(n):
                at, entry = uint64(place), uint64(first + place)
                weight = amount_each * parts[0, at]
                if is_cell:
                    weight *= float32(starts[entry + uint64(1)] - starts[entry])
                    if has_shares:
                        weight *= float32(shares[entry, 3]) * float32(1 / 65535)
                elif has_codes:
                    code = codes[entry]
                    if code < 0 or code >= n_codes:
                        code = n_codes - 1
                    weight *= table[uint64(code), 3]
                parts[0, at] = weight
            length = (n + 7) >> 3
            for place in range(length << 3):
                at = uint64((place & 7) * length + (place >> 3))
                if at >= uint64(n):
                    continue
                weight, right, below = parts[0, at], parts[1, at], parts[2, at]
                lower = weight * below
                upper = weight - lower
                upper_right, lower_right = upper * right, lower * right
                above = uint64(corners[at])
                under = above + stride
                ink[above] += upper - upper_right
                ink[above + uint64(1)] += upper_right
                ink[under] += lower - lower_right
                ink[under + uint64(1)] += lower_right


@kernel(f"void({_SPREAD}, float32[::1])", reorder=True, lanes=True)
def splats_colored(
    plane: FloatArray,
    starts: CodeArray,
    runs: RowArray,
    codes: CodeArray,
    table: FloatArray,
    shares: ShareArray,
    x_low: float,
    scale_x: float,
    y_high: float,
    scale_y: float,
    top: int,
    amount: float,
    across: float,
    upright: float,
    height: int,
    width: int,
    corners: CodeArray,
    parts: FloatArray,
    ink: FloatArray,
) -> None:
    """Spread coloured ink over `ink` (height + 2) x (width + 2) x 4: its red, green and blue light, and ink itself."""
    stride, n_entries, n_codes = uint64(4 * (width + 2)), plane.shape[0] // 2, table.shape[0]
    if ink.shape[0] < 4 * (height + 2) * (width + 2) or (height + 2) * (width + 2) > _MOST_PIXELS:
        return
    is_cell = starts.shape[0] > n_entries and shares.shape[0] >= n_entries
    if not is_cell:
        n_entries = min(n_entries, codes.shape[0])
    one, each, amount_each = float32(1), float32(1 / 65535), float32(amount)
    for run in range(runs.shape[0]):
        last = min(n_entries, runs[run, 1])
        for first in range(max(0, runs[run, 0]), last, corners.shape[0]):
            n = min(corners.shape[0], last - first)
            locate(
                plane, first, n, x_low, scale_x, y_high, scale_y, top, across, upright, height, width, corners, parts
            )
            length = (n + 7) >> 3
            for place in range(length << 3):  # in the order of `splats`
                at = uint64((place & 7) * length + (place >> 3))
                if at >= uint64(n):
                    continue
                entry, dense = uint64(first) + at, amount_each * parts[0, at]
                if is_cell:
                    most = dense * float32(starts[entry + uint64(1)] - starts[entry]) * each
                    full = most * float32(shares[entry, 3]) * each
                    red, green = float32(shares[entry, 0]) * full, float32(shares[entry, 1]) * full
                    blue, weight = float32(shares[entry, 2]) * full, float32(shares[entry, 3]) * most
                else:
                    code = codes[entry]
                    if code < 0 or code >= n_codes:
                        code = n_codes - 1
                    row = uint64(code)
                    full = dense * table[row, 3]
                    red, green = table[row, 0] * full, table[row, 1] * full
                    blue, weight = table[row, 2] * full, table[row, 3] * dense
                right, below = parts[1, at], parts[2, at]
                above = uint64(4) * uint64(corners[at])
                under = above + stride
                # channel by channel alike, and pixels in this order: so each pixel is one addition of four lanes
                share = (one - below) * (one - right)
                ink[above] += share * red
                ink[above + uint64(1)] += share * green
                ink[above + uint64(2)] += share * blue
                ink[above + uint64(3)] += share * weight
                share = below * (one - right)
                ink[under] += share * red
                ink[under + uint64(1)] += share * green
                ink[under + uint64(2)] += share * blue
                ink[under + uint64(3)] += share * weight
                share = (one - below) * right
                ink[above + uint64(4)] += share * red
                ink[above + uint64(5)] += share * green
                ink[above + uint64(6)] += share * blue
                ink[above + uint64(7)] += share * weight
                share = below * right
                ink[under + uint64(4)] += share * red
                ink[under + uint64(5)] += share * green
                ink[under + uint64(6)] += share * blue
                ink[under + uint64(7)] += share * weight


READY = True
