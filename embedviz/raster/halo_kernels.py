"""The compiled heart of halos; `halo.py` says the same in numpy."""

from __future__ import annotations

from embedviz.kernels import kernel
from embedviz.space.arrays import ByteArray, DoubleArray

_GREY = "uint8[:, ::1]"


@kernel(f"void({_GREY}, int64, float64[:, ::1], float64, {_GREY}, {_GREY}, uint8[:, :, ::1])")
def compose(
    letters: ByteArray,
    reach: int,
    tones: DoubleArray,
    strength: float,
    wide: ByteArray,
    other: ByteArray,
    pixels: ByteArray,
) -> None:
    """Fill `pixels` (h, w, 4) with `letters` (h, >= w) in tones[0] over their glow in tones[1].

    `wide` and `other` (h + 2, w + 2) are room to work in.
    """
    height, width = pixels.shape[0], pixels.shape[1]
    for y in range(height + 2):
        for x in range(width + 2):
            inside = (y > 0) & (y <= height) & (x > 0) & (x <= width)
            wide[y, x] = letters[y - 1, x - 1] if inside else 0
            other[y, x] = 0
    for turn in range(reach):
        source, target = (wide, other) if turn % 2 == 0 else (other, wide)
        for y in range(1, height + 1):
            for x in range(1, width + 1):
                tall = max(source[y - 1, x], source[y + 1, x])
                broad = max(source[y, x - 1], source[y, x + 1])
                target[y, x] = max(max(tall, broad), source[y, x])
    glow = wide if reach % 2 == 0 else other
    for y in range(height):
        for x in range(width):
            total = 0
            for row in range(3):
                part = int(glow[y + row, x]) + 2 * int(glow[y + row, x + 1]) + int(glow[y + row, x + 2])
                total += part * (2 if row == 1 else 1)
            ink = letters[y, x] / 255.0
            under = total * (strength / (16.0 * 255.0)) * (1.0 - ink)
            for channel in range(4):
                pixels[y, x, channel] = int(ink * tones[0, channel] + under * tones[1, channel] + 0.5)


READY = True
