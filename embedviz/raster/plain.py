"""Drawing with numpy alone: the route until the kernels are ready, and the oracle they are tested against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from embedviz.raster.drawing import FULL_SHARE, Entries, Look
from embedviz.raster.ink import LIGHTS, SUBPIXELS, TONES, Tones, disc_stamps, from_light, splat_ink, tones_for
from embedviz.raster.viewport import Viewport
from embedviz.space.arrays import ByteArray, DoubleArray, FloatArray, RowArray

_CHUNK_TAPS = 1 << 20


@dataclass(frozen=True, eq=False)
class Taps:
    """Ink on its way to a padded picture: `places` flat pixel indices (n, taps), `ink` (n, taps), and which points."""

    places: RowArray
    ink: DoubleArray
    rows: RowArray


def draw(all_entries: Iterable[Entries], look: Look, out: ByteArray, growths: tuple[float, ...] = (1.0,)) -> None:
    """Draw into `out` (height, width, 4), premultiplied B, G, R, A."""
    viewport, style, tones = look.viewport, look.style, tones_for(look.style.opacity, look.style.shoulder)
    total: FloatArray | None = None
    for entries in all_entries:
        if style.splat:
            size, taps = 1, splats(entries.places, viewport, splat_ink(style), entries.box)
        else:
            stamps = disc_stamps(style.radius * growths[entries.size])
            size, taps = stamps.shape[-1], discs(entries.places, viewport, stamps)
        taps = _chosen(taps, entries.runs)
        add = accumulate_colored if look.is_colored else accumulate
        part = add(taps, viewport, size, entries)
        total = part if total is None else total + part
    if total is None:
        out[:] = look.under
    elif look.is_colored:
        tone_colored(total, tones, from_light(), look.under, out)
    else:
        tone(total, tones, tones.picture(look.color, look.under), out)


def _chosen(all_taps: Iterator[Taps], runs: RowArray) -> Iterator[Taps]:
    """Only the taps of entries in the runs."""
    for taps in all_taps:
        kept = np.zeros(len(taps.rows), np.bool_)
        for first, last in runs[:, :2].tolist():
            kept |= (taps.rows >= first) & (taps.rows < last)
        yield Taps(taps.places[kept], taps.ink[kept], taps.rows[kept])


def _weights(entries: Entries, rows: RowArray) -> DoubleArray:
    """How many points' worth of ink each entry shows."""
    shades, weights = entries.shades, np.ones(len(rows))
    if len(entries.starts):
        weights *= entries.starts[rows + 1] - entries.starts[rows]
        if len(shades.shares):
            weights *= shades.shares[rows, 3] / FULL_SHARE
    elif len(shades.codes):
        weights *= shades.table[_codes(entries, rows), 3]
    return weights


def _lights(entries: Entries, rows: RowArray) -> DoubleArray:
    """The linear light of each entry."""
    shades = entries.shades
    if len(entries.starts):
        return shades.shares[rows, :3].astype(np.float64) / FULL_SHARE
    return shades.table[_codes(entries, rows), :3].astype(np.float64)


def _codes(entries: Entries, rows: RowArray) -> RowArray:
    codes, n_codes = entries.shades.codes[rows].astype(np.int64), len(entries.shades.table)
    within: RowArray = np.where((codes >= 0) & (codes < n_codes), codes, n_codes - 1)
    return within


def discs(points: FloatArray, viewport: Viewport, stamps: FloatArray) -> Iterator[Taps]:
    """The ink of a disc at every point that touches the picture, padded by `padding` pixels on each side."""
    size = stamps.shape[-1]
    reach, pad = size // 2, padding(size)
    width = viewport.width + 2 * pad
    taps = ((np.arange(size) - reach)[:, None] * width + np.arange(size) - reach).ravel()
    for start, x, y in _chunks(points, viewport, size * size):
        seen = (x > -reach) & (x < viewport.width + reach) & (y > -reach) & (y < viewport.height + reach)
        column, row = (np.floor(place[seen] * SUBPIXELS + 0.5).astype(np.int64) for place in (x, y))
        ink = stamps[row % SUBPIXELS, column % SUBPIXELS].reshape(-1, size * size)
        middle = (row // SUBPIXELS + pad) * width + column // SUBPIXELS + pad
        yield Taps(middle[:, None] + taps, ink.astype(np.float64), start + np.flatnonzero(seen))


def splats(points: FloatArray, viewport: Viewport, ink: float, box: tuple[float, float] = (1.0, 1.0)) -> Iterator[Taps]:
    """The ink of every point spread over its four nearest pixels, by how much of a box (in pixels) lies over each."""
    pad = padding(1)
    width = viewport.width + 2 * pad
    for start, x, y in _chunks(points, viewport, 4):
        seen = (x > -1) & (x < viewport.width + 1) & (y > -1) & (y < viewport.height + 1)
        x, y = x[seen] - 0.5, y[seen] - 0.5
        column, row = np.floor(x), np.floor(y)
        right, below = (
            np.clip((at - 0.5) / side + 0.5, 0, 1) for at, side in zip((x - column, y - row), box, strict=True)
        )
        corner = (row.astype(np.int64) + pad) * width + column.astype(np.int64) + pad
        shares = np.stack([(1 - below) * (1 - right), (1 - below) * right, below * (1 - right), below * right], axis=1)
        places = corner[:, None] + np.array([0, 1, width, width + 1])
        yield Taps(places, shares * ink, start + np.flatnonzero(seen))


def padding(size: int) -> int:
    """How far around the picture a stamp of `size` pixels can reach."""
    return size + 1


def accumulate(all_taps: Iterator[Taps], viewport: Viewport, size: int, entries: Entries) -> FloatArray:
    """Sum ink into one channel (height, width) float32."""
    total = np.zeros(_padded(viewport, size))
    for taps in all_taps:
        ink = taps.ink * _weights(entries, taps.rows)[:, None]
        total += np.bincount(taps.places.ravel(), ink.ravel(), total.size).reshape(total.shape)
    return _cropped(total, size)


def accumulate_colored(all_taps: Iterator[Taps], viewport: Viewport, size: int, entries: Entries) -> FloatArray:
    """Sum ink times linear light, and ink itself, into four channels (height, width, 4) float32."""
    height, width = _padded(viewport, size)
    total = np.zeros((height, width, 4))
    for taps in all_taps:
        places, light = taps.places.ravel(), _lights(entries, taps.rows)
        ink = taps.ink * _weights(entries, taps.rows)[:, None]
        total[..., 3] += np.bincount(places, ink.ravel(), height * width).reshape(height, width)
        for channel in range(3):
            weight = (ink * light[:, channel : channel + 1]).ravel()
            total[..., channel] += np.bincount(places, weight, height * width).reshape(height, width)
    return _cropped(total, size)


def tone(ink: FloatArray, tones: Tones, picture: ByteArray, out: ByteArray) -> None:
    """Turn ink (height, width) into premultiplied B, G, R, A."""
    np.take(picture, _tone_indices(ink, tones), axis=0, out=out)


def tone_colored(ink: FloatArray, tones: Tones, values: FloatArray, under: FloatArray, out: ByteArray) -> None:
    """Turn four channels of ink into premultiplied B, G, R, A of the mean colour over what lies `under` it."""
    out[:] = under
    drawn = ink[..., 3] > 0
    weight = ink[drawn]
    alpha = tones.alpha[_tone_indices(weight[:, 3], tones)][:, None]
    light = np.minimum(weight[:, :3] / weight[:, 3:] * np.float32(LIGHTS - 1) + np.float32(0.5), LIGHTS - 1)
    color = np.column_stack([values[light.astype(np.int64)][:, ::-1], np.full(len(weight), 255, np.float32)])
    out[drawn] = (color * alpha + under * (1 - alpha) + np.float32(0.5)).astype(np.uint8)


def _tone_indices(ink: FloatArray, tones: Tones) -> RowArray:
    places: RowArray = np.minimum(ink * np.float32(tones.step) + np.float32(0.5), np.float32(TONES - 1)).astype(
        np.int64
    )
    return places


def _chunks(points: FloatArray, viewport: Viewport, n_taps: int) -> Iterator[tuple[int, DoubleArray, DoubleArray]]:
    step = max(1, _CHUNK_TAPS // n_taps)
    for start in range(0, len(points), step):
        x, y = viewport.exact_pixels(points[start : start + step])
        yield start, x, y


def _padded(viewport: Viewport, size: int) -> tuple[int, int]:
    return viewport.height + 2 * padding(size), viewport.width + 2 * padding(size)


def _cropped(total: DoubleArray, size: int) -> FloatArray:
    pad = padding(size)
    return np.ascontiguousarray(total[pad:-pad, pad:-pad], np.float32)
