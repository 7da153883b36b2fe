"""Small pictures laid over a large one, all at once: names on the plot."""

from __future__ import annotations

import numpy as np

from embedviz import kernels
from embedviz.raster.placement import LABELS_COMPILED
from embedviz.space.arrays import ByteArray, PixelArray, RowArray


def lay_over(pixels: ByteArray, stamps: PixelArray, table: RowArray, places: RowArray, strengths: RowArray) -> None:
    """Lay `stamps` over `pixels` uint8 (height, width, 4), one after the other; what lies beyond the edge is cut.

    Both are premultiplied B, G, R, A, the stamps as one uint32 a pixel, one after the other in one array (m,). `table`
    int64 (n, 3 or more) tells for each where it begins in it, how wide and how high it is, `places` int64 (n, 2) where
    its upper left corner comes to lie, and `strengths` int64 (n,), 0..255, how opaque it is.
    """
    canvas = pixels.view(np.uint32)[:, :, 0]
    compiled = kernels.loaded(LABELS_COMPILED)
    if compiled is not None:
        compiled.lay(canvas, stamps, table, places, strengths)
        return
    height, width = canvas.shape
    for (start, wide, high, *_), (x, y), strength in zip(
        table.tolist(), places.tolist(), strengths.tolist(), strict=True
    ):
        rows = slice(min(max(0, y), height), min(max(0, y + high), height))
        columns = slice(min(max(0, x), width), min(max(0, x + wide), width))
        stamp = stamps[start : start + wide * high].reshape(high, wide)
        if rows.start == rows.stop or columns.start == columns.stop:
            continue
        stamp = _share(stamp[rows.start - y : rows.stop - y, columns.start - x : columns.stop - x], np.uint32(strength))
        under = canvas[rows, columns]
        canvas[rows, columns] = stamp + _share(under, np.uint32(255) - (stamp >> np.uint32(24)))


def _share(pixels: PixelArray, share: PixelArray | np.uint32) -> PixelArray:
    """Each channel times `share` / 255, rounded; two channels are reckoned in one number."""
    pair, half, eight = np.uint32(0xFF00FF), np.uint32(0x800080), np.uint32(8)
    low, high = (pixels & pair) * share + half, ((pixels >> eight) & pair) * share + half
    low, high = (low + ((low >> eight) & pair)) >> eight, high + ((high >> eight) & pair)
    shared: PixelArray = (low & pair) | (high & ~pair)
    return shared
