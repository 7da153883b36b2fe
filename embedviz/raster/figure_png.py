"""The pixels of a PNG figure: the ground, the points, and over them what matplotlib drew; then the file."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np

from embedviz.raster.drawing import Color
from embedviz.space.arrays import ByteArray

_BAND_PIXELS = 4_000_000
_COMPRESSION = 4  # half the time of the usual 6 for a few percent more bytes


def lay_under(drawn: ByteArray, points: ByteArray, x: int, y: int, ground: Color | None) -> Iterator[float]:
    """Lay `points` and a `ground`, or none, under what was `drawn`, in place; yields the share of rows done.

    `drawn` is straight R, G, B, A uint8 (height, width, 4) and becomes the whole figure; `points` premultiplied
    B, G, R, A, its upper left corner at (x, y). Where nothing was drawn and there are no points a figure without
    ground has alpha 0.
    """
    height, width = drawn.shape[:2]
    step = max(1, _BAND_PIXELS // width)
    for top in range(0, height, step):
        band = drawn[top : top + step]
        below = np.zeros_like(band)
        if ground is not None:
            below[:] = (*ground, 255)
        first, last = max(top, y), min(top + len(band), y + len(points))
        if first < last:
            part = points[first - y : last - y]
            place = below[first - top : last - top, x : x + points.shape[1]]
            laid = over(place, part[..., [2, 1, 0, 3]])
            place[:] = laid if ground is not None else straight(part)
        hit = np.flatnonzero(band[..., 3])
        flat, under = band.reshape(-1, 4), below.reshape(-1, 4)
        under[hit] = _blended(flat[hit], under[hit])
        flat[:] = under
        yield min(1.0, (top + step) / height)


def over(below: ByteArray, above: ByteArray) -> ByteArray:
    """One premultiplied picture (height, width, 4) uint8, alpha last, laid over another of the same order."""
    rest = 255 - above[..., 3:].astype(np.uint16)
    laid: ByteArray = (above + (below * rest + 127) // 255).astype(np.uint8)
    return laid


def straight(premultiplied: ByteArray) -> ByteArray:
    """A premultiplied B, G, R, A picture as straight R, G, B, A, which files keep."""
    picture = np.empty_like(premultiplied)
    factor = np.float32(255) / np.maximum(premultiplied[..., 3], np.float32(1))
    for to, source in enumerate((2, 1, 0)):
        picture[..., to] = np.minimum(premultiplied[..., source] * factor + np.float32(0.5), np.float32(255))
    picture[..., 3] = premultiplied[..., 3]
    return picture


def premultiplied(picture: ByteArray) -> ByteArray:
    """A straight R, G, B, A picture as premultiplied B, G, R, A, which is drawn."""
    alpha = picture[..., 3:].astype(np.uint16)
    drawn = np.empty_like(picture)
    drawn[..., :3] = (picture[..., 2::-1] * alpha + 127) // 255
    drawn[..., 3] = picture[..., 3]
    return drawn


def encoded(pixels: ByteArray, *, pixels_per_inch: int, texts: dict[str, str]) -> bytes:
    """Straight R, G, B, A pixels as a PNG file with some texts inside."""
    from PIL import Image, PngImagePlugin

    inside = PngImagePlugin.PngInfo()
    for key, text in texts.items():
        inside.add_itxt(key, text)
    file = io.BytesIO()
    dpi = pixels_per_inch, pixels_per_inch
    Image.fromarray(pixels).save(file, "png", pnginfo=inside, dpi=dpi, compress_level=_COMPRESSION)
    return file.getvalue()


def _blended(above: ByteArray, below: ByteArray) -> ByteArray:
    """Straight colours (n, 4) uint8 laid over straight colours."""
    top, bottom = above.astype(np.float32) / 255, below.astype(np.float32) / 255
    rest = bottom[:, 3:] * (1 - top[:, 3:])
    alpha = top[:, 3:] + rest
    colors = (top[:, :3] * top[:, 3:] + bottom[:, :3] * rest) / alpha
    mixed: ByteArray = np.round(np.column_stack([colors, alpha]) * 255).astype(np.uint8)
    return mixed
