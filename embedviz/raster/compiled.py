"""The compiled kernels of drawing: points add ink to a buffer, and rows of a buffer are turned into colours.

Threads draw shares of the points into buffers of their own. (Bands of one buffer would halve the ink but not the time:
whether a point falls into a band is a branch no processor can foresee.) Every index is compared with the buffer in
floating point, where NaN and huge coordinates compare false, before it becomes an integer.
"""

from __future__ import annotations

import math

from numpy import float32

from embedviz.kernels import kernel
from embedviz.space.arrays import ByteArray, CodeArray, FloatArray

_POINTS = "Array(float32, 2, 'C', True)"
_CODES = "Array(int32, 1, 'C', True)"
_TABLE = "Array(float32, 1, 'C', True)"
_LIGHTS = "Array(float32, 2, 'C', True)"
_STAMPS = "Array(float32, 4, 'C', True)"
_VIEW = "float64, float64, float64, float64"


@kernel(f"int64({_POINTS}, {_VIEW}, float64, float64)")
def count(
    points: FloatArray, x_low: float, scale_x: float, y_high: float, scale_y: float, width: float, height: float
) -> int:
    """Count the points on the picture."""
    found = 0
    for i in range(points.shape[0]):
        x = (points[i, 0] - x_low) * scale_x
        y = (y_high - points[i, 1]) * scale_y
        if (x >= 0) & (x <= width) & (y >= 0) & (y <= height):
            found += 1
    return found


@kernel(f"void({_POINTS}, {_VIEW}, {_STAMPS}, float32[:, ::1])")
def discs(
    points: FloatArray,
    x_low: float,
    scale_x: float,
    y_high: float,
    scale_y: float,
    stamps: FloatArray,
    ink: FloatArray,
) -> None:
    """Add a disc per point to `ink` (height, width)."""
    height, width, size = ink.shape[0], ink.shape[1], stamps.shape[3]
    reach = size // 2
    for i in range(points.shape[0]):
        x = (points[i, 0] - x_low) * scale_x
        y = (y_high - points[i, 1]) * scale_y
        if not ((x > -reach) & (x < width + reach) & (y > -reach) & (y < height + reach)):
            continue
        column, row = math.floor(x * 8 + 0.5), math.floor(y * 8 + 0.5)
        eighth_y, eighth_x = row & 7, column & 7
        left, upper = (column >> 3) - reach, (row >> 3) - reach
        first_x, last_x = max(0, -left), min(size, width - left)
        for tap_y in range(max(0, -upper), min(size, height - upper)):
            for tap_x in range(first_x, last_x):
                ink[upper + tap_y, left + tap_x] += stamps[eighth_y, eighth_x, tap_y, tap_x]


@kernel(f"void({_POINTS}, {_VIEW}, {_STAMPS}, {_CODES}, {_LIGHTS}, float32[:, :, ::1])")
def discs_colored(
    points: FloatArray,
    x_low: float,
    scale_x: float,
    y_high: float,
    scale_y: float,
    stamps: FloatArray,
    codes: CodeArray,
    lights: FloatArray,
    ink: FloatArray,
) -> None:
    """Add a disc per point to `ink` (height, width, 4): ink, and ink times the light of the point's colour."""
    height, width, n_lights = ink.shape[0], ink.shape[1], lights.shape[0]
    size = stamps.shape[3]
    reach = size // 2
    for i in range(points.shape[0]):
        x = (points[i, 0] - x_low) * scale_x
        y = (y_high - points[i, 1]) * scale_y
        if not ((x > -reach) & (x < width + reach) & (y > -reach) & (y < height + reach)):
            continue
        column, row = math.floor(x * 8 + 0.5), math.floor(y * 8 + 0.5)
        eighth_y, eighth_x = row & 7, column & 7
        left, upper = (column >> 3) - reach, (row >> 3) - reach
        first_x, last_x = max(0, -left), min(size, width - left)
        code = codes[i]
        if code < 0 or code >= n_lights:
            code = n_lights - 1
        red, green, blue = lights[code, 0], lights[code, 1], lights[code, 2]
        for tap_y in range(max(0, -upper), min(size, height - upper)):
            for tap_x in range(first_x, last_x):
                weight = stamps[eighth_y, eighth_x, tap_y, tap_x]
                at_y, at_x = upper + tap_y, left + tap_x
                ink[at_y, at_x, 0] += weight
                ink[at_y, at_x, 1] += weight * red
                ink[at_y, at_x, 2] += weight * green
                ink[at_y, at_x, 3] += weight * blue


@kernel(f"void({_POINTS}, {_VIEW}, float64, float32[:, ::1])")
def splats(
    points: FloatArray,
    x_low: float,
    scale_x: float,
    y_high: float,
    scale_y: float,
    amount: float,
    ink: FloatArray,
) -> None:
    """Spread `amount` of ink per point over its four nearest pixels of `ink` (height, width)."""
    height, width = ink.shape[0], ink.shape[1]
    for i in range(points.shape[0]):
        x = (points[i, 0] - x_low) * scale_x - 0.5
        y = (y_high - points[i, 1]) * scale_y - 0.5
        if not ((x > -1) & (x < width) & (y > -1) & (y < height)):
            continue
        column, row = math.floor(x), math.floor(y)
        right, below = x - column, y - row
        for down in range(2):
            if not 0 <= row + down < height:
                continue
            share = amount * (below if down else 1 - below)
            if column >= 0:
                ink[row + down, column] += share * (1 - right)
            if column + 1 < width:
                ink[row + down, column + 1] += share * right


@kernel(f"void({_POINTS}, {_VIEW}, float64, {_CODES}, {_LIGHTS}, float32[:, :, ::1])")
def splats_colored(
    points: FloatArray,
    x_low: float,
    scale_x: float,
    y_high: float,
    scale_y: float,
    amount: float,
    codes: CodeArray,
    lights: FloatArray,
    ink: FloatArray,
) -> None:
    """Spread coloured ink per point over its four nearest pixels of `ink` (height, width, 4)."""
    height, width, n_lights = ink.shape[0], ink.shape[1], lights.shape[0]
    for i in range(points.shape[0]):
        x = (points[i, 0] - x_low) * scale_x - 0.5
        y = (y_high - points[i, 1]) * scale_y - 0.5
        if not ((x > -1) & (x < width) & (y > -1) & (y < height)):
            continue
        column, row = math.floor(x), math.floor(y)
        right, below = x - column, y - row
        code = codes[i]
        if code < 0 or code >= n_lights:
            code = n_lights - 1
        red, green, blue = lights[code, 0], lights[code, 1], lights[code, 2]
        for corner in range(4):
            at_y, at_x = row + (corner >> 1), column + (corner & 1)
            if not ((0 <= at_y < height) and (0 <= at_x < width)):
                continue
            share = float32((below if corner >> 1 else 1 - below) * (right if corner & 1 else 1 - right) * amount)
            ink[at_y, at_x, 0] += share
            ink[at_y, at_x, 1] += share * red
            ink[at_y, at_x, 2] += share * green
            ink[at_y, at_x, 3] += share * blue


@kernel("void(float32[:, ::1], float32, Array(uint32, 1, 'C', True), uint32[:, ::1], int64, int64)")
def tone(ink: FloatArray, step: float, picture: ByteArray, out: ByteArray, top: int, bottom: int) -> None:
    """Turn ink into the colour of its tone; `picture` (tones,) and `out` (height, width) hold B, G, R, A as one."""
    last = picture.shape[0] - 1
    for row in range(top, bottom):
        for column in range(ink.shape[1]):
            place = ink[row, column] * step
            out[row, column] = picture[int(place + 0.5)] if place < last else picture[last]


@kernel(f"void(float32[:, :, ::1], float32, {_TABLE}, {_TABLE}, uint8[:, :, ::1], int64, int64)")
def tone_colored(
    ink: FloatArray, step: float, alphas: FloatArray, values: FloatArray, out: ByteArray, top: int, bottom: int
) -> None:
    """Turn four channels of ink into premultiplied B, G, R, A of the mean colour, by the tables of `ink.py`."""
    last, brightest = alphas.shape[0] - 1, values.shape[0] - 1
    for row in range(top, bottom):
        for column in range(ink.shape[1]):
            weight = ink[row, column, 0]
            if not weight > 0:
                for channel in range(4):
                    out[row, column, channel] = 0
                continue
            place = weight * step
            alpha = alphas[int(place + 0.5)] if place < last else alphas[last]
            for channel in range(3):
                light = ink[row, column, 1 + channel] / weight * brightest
                value = values[int(light + 0.5)] if light < brightest else values[brightest]
                out[row, column, 2 - channel] = int(value * alpha + 0.5)
            out[row, column, 3] = int(alpha * 255 + 0.5)


READY = True
