"""The compiled kernels of drawing: entries add ink to a buffer, and rows of a buffer are turned into colours.

`splat_kernels.py` has those of the smallest entries. An entry is a point, or a cell of points drawn at their mean with
their number as its weight; which it is, `starts` tell (empty: points). Runs (first, last) say which entries are drawn.
A buffer holds the picture's rows from `top` on, with `pad` pixels around them, so that no stamp needs clipping. Every
index is compared with the buffer in floating point, where NaN and huge coordinates compare false, before it becomes an
integer; unsigned ones spare the kernels the question whether an index counts from the end.
"""

from __future__ import annotations

import math

from numpy import float32, uint32, uint64

from embedviz.kernels import kernel
from embedviz.raster.drawing import ShareArray
from embedviz.space.arrays import CodeArray, FloatArray, PixelArray, RowArray

_POINTS = "Array(float32, 2, 'C', True)"
_TABLE = "Array(float32, 1, 'C', True)"
_STAMPS = "Array(float32, 4, 'C', True)"
_VIEW = "float64, float64, float64, float64"
_RUNS = "Array(int64, 2, 'C', True)"
_ENTRIES = f"{_POINTS}, Array(int32, 1, 'C', True), {_RUNS}"
_TINTS = "Array(int32, 1, 'C', True), Array(float32, 2, 'C', True), Array(uint16, 2, 'C', True)"


@kernel(f"int64({_POINTS}, {_RUNS}, {_VIEW}, float64, float64)")
def count(
    points: FloatArray,
    runs: RowArray,
    x_low: float,
    scale_x: float,
    y_high: float,
    scale_y: float,
    width: float,
    height: float,
) -> int:
    """Count the points of the runs that are on the picture."""
    found = 0
    for run in range(runs.shape[0]):
        for i in range(max(0, runs[run, 0]), min(points.shape[0], runs[run, 1])):
            x = (points[i, 0] - x_low) * scale_x
            y = (y_high - points[i, 1]) * scale_y
            if (x >= 0) & (x <= width) & (y >= 0) & (y <= height):
                found += 1
    return found


@kernel(f"void({_ENTRIES}, {_TINTS}, {_VIEW}, int64, {_STAMPS}, float32[:, ::1])")
def discs(
    places: FloatArray,
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
    stamps: FloatArray,
    ink: FloatArray,
) -> None:
    """Add a disc per entry to `ink`, padded by the size of a stamp on each side."""
    size = stamps.shape[3]
    reach, height, width = size // 2, ink.shape[0] - 2 * size, ink.shape[1] - 2 * size
    n_entries, n_codes = places.shape[0], table.shape[0]
    is_cell, has_codes = starts.shape[0] > n_entries, codes.shape[0] > 0
    has_shares = shares.shape[0] > 0 and shares.shape[0] >= n_entries
    if has_codes and not is_cell:
        n_entries = min(n_entries, codes.shape[0])
    for run in range(runs.shape[0]):
        for i in range(max(0, runs[run, 0]), min(n_entries, runs[run, 1])):
            x = (places[i, 0] - x_low) * scale_x
            y = (y_high - places[i, 1]) * scale_y
            if not ((x > -reach) & (x < width + reach) & (y > top - reach) & (y < top + height + reach)):
                continue
            weight = float32(1)
            if is_cell:
                weight = float32(starts[i + 1] - starts[i])
                if has_shares:
                    weight *= shares[i, 3] * float32(1 / 65535)
            elif has_codes:
                code = codes[i]
                if code < 0 or code >= n_codes:
                    code = n_codes - 1
                weight = table[code, 3]
            column, row = math.floor(x * 8 + 0.5), math.floor(y * 8 + 0.5)
            eighth_y, eighth_x = uint64(row & 7), uint64(column & 7)
            left, upper = uint64((column >> 3) - reach + size), uint64((row >> 3) - top - reach + size)
            for tap_y in range(size):
                for tap_x in range(size):
                    share = weight * stamps[eighth_y, eighth_x, tap_y, tap_x]
                    ink[upper + uint64(tap_y), left + uint64(tap_x)] += share


@kernel(f"void({_ENTRIES}, {_TINTS}, {_VIEW}, int64, {_STAMPS}, float32[:, :, ::1])", reorder=True, lanes=True)
def discs_colored(
    places: FloatArray,
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
    stamps: FloatArray,
    ink: FloatArray,
) -> None:
    """Add a coloured disc per entry to `ink` (height, width, 4), padded by the size of a stamp on each side."""
    size = stamps.shape[3]
    reach, height, width = size // 2, ink.shape[0] - 2 * size, ink.shape[1] - 2 * size
    n_entries, n_codes = places.shape[0], table.shape[0]
    is_cell = starts.shape[0] > n_entries and shares.shape[0] >= n_entries
    if not is_cell:
        n_entries = min(n_entries, codes.shape[0])
    for run in range(runs.shape[0]):
        for i in range(max(0, runs[run, 0]), min(n_entries, runs[run, 1])):
            x = (places[i, 0] - x_low) * scale_x
            y = (y_high - places[i, 1]) * scale_y
            if not ((x > -reach) & (x < width + reach) & (y > top - reach) & (y < top + height + reach)):
                continue
            if is_cell:
                each = float32(1 / 65535)
                weight = float32(starts[i + 1] - starts[i]) * (shares[i, 3] * each)
                red, green, blue = shares[i, 0] * each, shares[i, 1] * each, shares[i, 2] * each
            else:
                code = codes[i]
                if code < 0 or code >= n_codes:
                    code = n_codes - 1
                weight = table[code, 3]
                red, green, blue = table[code, 0], table[code, 1], table[code, 2]
            red, green, blue = red * weight, green * weight, blue * weight
            column, row = math.floor(x * 8 + 0.5), math.floor(y * 8 + 0.5)
            eighth_y, eighth_x = uint64(row & 7), uint64(column & 7)
            left, upper = uint64((column >> 3) - reach + size), uint64((row >> 3) - top - reach + size)
            for tap_y in range(size):
                for tap_x in range(size):
                    share = stamps[eighth_y, eighth_x, tap_y, tap_x]
                    at_y, at_x = upper + uint64(tap_y), left + uint64(tap_x)
                    ink[at_y, at_x, 0] += share * red
                    ink[at_y, at_x, 1] += share * green
                    ink[at_y, at_x, 2] += share * blue
                    ink[at_y, at_x, 3] += share * weight


@kernel("void(float32[:, ::1], int64, int64, float32, Array(uint32, 1, 'C', True), uint32[:, ::1], int64, int64)")
def tone(
    ink: FloatArray, pad: int, ink_top: int, step: float, picture: PixelArray, out: PixelArray, top: int, bottom: int
) -> None:
    """Turn ink into the colour of its tone; `picture` (tones,) and `out` (height, width) hold B, G, R, A as one."""
    last, width = float32(picture.shape[0] - 1), out.shape[1]
    for row in range(max(0, top), min(bottom, out.shape[0])):
        at = row - ink_top + pad
        if at < 0 or at >= ink.shape[0] or ink.shape[1] < width + pad:
            continue
        for column in range(width):
            place = min(ink[uint64(at), uint64(column + pad)] * step, last) + float32(0.5)
            out[uint64(row), uint64(column)] = picture[uint32(place)]


@kernel(
    f"void(float32[:, :, ::1], int64, int64, float32, {_TABLE}, {_TABLE}, {_TABLE}, uint32[:, ::1], int64, int64)",
    reorder=True,
    lanes=True,
)
def tone_colored(
    ink: FloatArray,
    pad: int,
    ink_top: int,
    step: float,
    alphas: FloatArray,
    values: FloatArray,
    under: FloatArray,
    out: PixelArray,
    top: int,
    bottom: int,
) -> None:
    """Turn four channels of ink into premultiplied B, G, R, A of the mean colour, by the tables of `ink.py`.

    `under` (4,) is B, G, R, A of the ground, 0..255.
    """
    if under.shape[0] < 4:
        return
    under_blue, under_green, under_red, under_alpha = under[0], under[1], under[2], under[3]
    bare = uint32(under_blue) | (uint32(under_green) << uint32(8)) | (uint32(under_red) << uint32(16))
    bare |= uint32(under_alpha) << uint32(24)
    width, most, half = out.shape[1], float32(alphas.shape[0] - 1), float32(0.5)
    brightest = float32(values.shape[0] - 1)
    for row in range(max(0, top), min(bottom, out.shape[0])):
        at = row - ink_top + pad
        if at < 0 or at >= ink.shape[0] or ink.shape[1] < width + pad:
            continue
        for place in range(width):
            row_of_ink, column = uint64(at), uint64(place + pad)
            weight = ink[row_of_ink, column, 3]
            if not weight > 0:
                out[uint64(row), uint64(place)] = bare
                continue
            alpha, share = alphas[uint32(min(weight * step, most) + half)], brightest / weight
            red = values[uint32(min(ink[row_of_ink, column, 0] * share, brightest) + half)]
            green = values[uint32(min(ink[row_of_ink, column, 1] * share, brightest) + half)]
            blue = values[uint32(min(ink[row_of_ink, column, 2] * share, brightest) + half)]
            rest = float32(1) - alpha
            out[uint64(row), uint64(place)] = (
                uint32(blue * alpha + under_blue * rest + half)
                | (uint32(green * alpha + under_green * rest + half) << uint32(8))
                | (uint32(red * alpha + under_red * rest + half) << uint32(16))
                | (uint32(alpha * float32(255) + under_alpha * rest + half) << uint32(24))
            )


READY = True
