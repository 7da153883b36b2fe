"""The compiled heart of looking into space; `solid.py` says the same in numpy."""

from __future__ import annotations

from numpy import float32, nan, uint8

from embedviz.kernels import kernel
from embedviz.space.arrays import ByteArray, FloatArray

_POINTS = "Array(float32, 2, 'C', True)"


@kernel(f"void({_POINTS}, Array(float32, 1, 'C', True), int64, float32[:, ::1], float32[::1], uint8[::1])")
def see(
    points: FloatArray, numbers: FloatArray, n_steps: int, places: FloatArray, depths: FloatArray, steps: ByteArray
) -> None:
    """Fill `places` (n, 2), `depths` (n,) and `steps` (n,) with where `points` (n, 3) are seen and how near.

    `numbers` are the centre (3), the rotation times the scale (9), what makes a depth of the third coordinate, the
    middle of the picture (2), the eye's distance in depths, 0 for none, and the least distance that is drawn.
    """
    if numbers.shape[0] < 17:
        return
    x_off, y_off, z_off = numbers[0], numbers[1], numbers[2]
    half, last = float32(n_steps * 0.5), float32(n_steps - 1)
    one = float32(1)
    n = min(min(points.shape[0], places.shape[0]), min(depths.shape[0], steps.shape[0]))
    for i in range(n):
        x, y, z = points[i, 0] - x_off, points[i, 1] - y_off, points[i, 2] - z_off
        depth = (numbers[9] * x + numbers[10] * y + numbers[11] * z) * numbers[12]
        grown = one
        if numbers[15] > 0:
            left = numbers[15] - depth
            grown = numbers[15] / left if left > numbers[16] else float32(nan)
        places[i, 0] = (numbers[3] * x + numbers[4] * y + numbers[5] * z) * grown + numbers[13]
        places[i, 1] = (numbers[6] * x + numbers[7] * y + numbers[8] * z) * grown + numbers[14]
        depths[i] = depth
        step = depth * half + half
        steps[i] = uint8(min(step, last)) if step > 0 else uint8(0)


READY = True
