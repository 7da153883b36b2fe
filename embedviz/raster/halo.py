"""Halos: letters over a soft glow of their own shape, so that they can be read on any ground."""

from __future__ import annotations

import numpy as np

from embedviz import kernels
from embedviz.raster.drawing import Color
from embedviz.space.arrays import ByteArray, DoubleArray

HALO_COMPILED = "embedviz.raster.halo_kernels"


def with_halo(letters: ByteArray, reach: int, color: Color, ground: Color, strength: float) -> ByteArray:
    """`letters` uint8 (height, width), 255 where there is ink, in `color` over a glow of the `ground`.

    The glow spreads `reach` pixels and one more where it fades; `strength` 0..1 is how opaque it is. Returns
    premultiplied B, G, R, A, uint8 (height, width, 4).
    """
    height, width = letters.shape
    tones = np.array([(*tone[::-1], 255) for tone in (color, ground)], np.float64)
    compiled = kernels.loaded(HALO_COMPILED)
    if compiled is None:
        return _with_halo_plainly(letters, reach, tones, strength)
    pixels = np.empty((height, width, 4), np.uint8)
    wide, other = np.empty((2, height + 2, width + 2), np.uint8)
    compiled.compose(np.array(letters, order="C"), reach, tones, float(strength), wide, other, pixels)
    return pixels


def _with_halo_plainly(letters: ByteArray, reach: int, tones: DoubleArray, strength: float) -> ByteArray:
    wide = np.pad(letters, 1)
    for _ in range(reach):
        tall = np.maximum(np.maximum(wide[:-2], wide[2:]), wide[1:-1])[:, 1:-1]
        broad = np.maximum(wide[1:-1, :-2], wide[1:-1, 2:])
        wide[1:-1, 1:-1] = np.maximum(tall, broad)
    glow = wide.astype(np.float64)
    glow = glow[:-2] + 2 * glow[1:-1] + glow[2:]
    glow = glow[:, :-2] + 2 * glow[:, 1:-1] + glow[:, 2:]
    ink = letters / 255
    under = glow * (strength / (16 * 255)) * (1 - ink)
    pixels: ByteArray = (ink[:, :, None] * tones[0] + under[:, :, None] * tones[1] + 0.5).astype(np.uint8)
    return pixels
