"""The compiled route of one picture: how a look calls the kernels on any buffer of some rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz import kernels
from embedviz.raster import band_kernels, compiled, splat_kernels
from embedviz.raster.drawing import Entries, Look
from embedviz.raster.ink import disc_stamps, from_light, splat_ink, stamp_reach, tones_for
from embedviz.raster.viewport import Viewport
from embedviz.space.arrays import ByteArray, FloatArray, read_only

DRAWING_KERNELS = (compiled.__name__, splat_kernels.__name__, band_kernels.__name__)
_NO_INK = np.empty((0, 0, 4), np.float32)
_NO_STAMPS = read_only(np.zeros((1, 1, 1, 1), np.float32))


def is_compiled() -> bool:
    """Whether the kernels of drawing stand ready."""
    return all(kernels.loaded(name) is not None for name in DRAWING_KERNELS)


class Inking:
    """The kernels, stamps and tones of a look. Buffers are padded, and have four channels where it is coloured.

    Discs come in several sizes, `growths` times that of the style.
    """

    def __init__(self, look: Look, growths: tuple[float, ...] = (1.0,)) -> None:
        self._view, self._width, self._is_colored = view_numbers(look.viewport), look.viewport.width, look.is_colored
        style, self._is_splat = look.style, look.style.splat
        reach = stamp_reach(style.radius * max(growths))
        self._pad = 1 if style.splat else 2 * reach + 1
        self._amounts: list[Any] = [
            splat_ink(style) if style.splat else disc_stamps(style.radius * growth, reach) for growth in growths
        ]
        splats = splat_kernels.splats_colored if look.is_colored else splat_kernels.splats
        discs = compiled.discs_colored if look.is_colored else compiled.discs
        self._draw: Callable[..., None] = splats if style.splat else discs
        self._tones = tones_for(style.opacity, style.shoulder)
        self._picture: NDArray[Any] = self._tones.picture(look.color, look.under).view(np.uint32)[:, 0]
        self._values, self._under = from_light() if look.is_colored else np.empty(0, np.float32), look.under

    @property
    def reach(self) -> int:
        """How far outside of the picture, in pixels, the centre of a stamp can lie and still touch it."""
        return self._pad

    def size(self, n_rows: int) -> int:
        """How many numbers a buffer of `n_rows` rows of the picture holds."""
        return (n_rows + 2 * self._pad) * (self._width + 2 * self._pad) * (4 if self._is_colored else 1)

    def buffer(self, ink: FloatArray, n_rows: int) -> FloatArray:
        """The first part of `ink`, shaped for `n_rows` rows of the picture."""
        shape = n_rows + 2 * self._pad, self._width + 2 * self._pad, *((4,) if self._is_colored else ())
        return ink[: self.size(n_rows)].reshape(shape)

    def draw(self, entries: Entries, top: int, ink: FloatArray) -> None:
        """Add the ink of points to a buffer whose first row in the picture is `top`."""
        shades, amount = entries.shades, self._amounts[entries.size]
        source = entries.starts, entries.runs, shades.codes, shades.table, shades.shares, *self._view, top, amount
        if not self._is_splat:
            self._draw(entries.places, *source, ink)
            return
        height, width = ink.shape[0] - 2 * self._pad, ink.shape[1] - 2 * self._pad
        located = np.empty(splat_kernels.BLOCK, np.int32), np.empty((3, splat_kernels.BLOCK), np.float32)
        self._draw(entries.places.reshape(-1), *source, 1.0, 1.0, height, width, *located, ink.reshape(-1))

    def amount_of_bands(self, across: float, upright: float) -> tuple[Any, ...]:
        """How a kernel of bands is to ink: the view, and splats of a box, or discs."""
        amount, stamps = (self._amounts[0], _NO_STAMPS) if self._is_splat else (0.0, self._amounts[0])
        return *self._view, int(self._is_splat), amount, stamps, across, upright

    def draw_bands(self, subject: tuple[Any, ...], n_rows: int, work: tuple[Any, ...], out: ByteArray) -> None:
        """Draw bands of at most `n_rows` rows; see `band_kernels`. The last thing to `work` in is a buffer for one."""
        *room, ink = work
        pixels, tones = out.view(np.uint32)[..., 0], self._tones
        shaped = self.buffer(ink, n_rows)
        inks = (_NO_INK[..., 0], shaped) if self._is_colored else (shaped, _NO_INK)
        toning = tones.step, self._picture, tones.alpha, self._values, self._under
        draw_bands: Callable[..., None] = band_kernels.draw_bands
        draw_bands(*subject, n_rows, self._width, self._pad, *room, shaped.reshape(-1), *inks, *toning, pixels)

    def tone(self, ink: FloatArray, ink_top: int, out: ByteArray, top: int, bottom: int) -> None:
        """Turn rows `top` to `bottom` of a buffer that starts at `ink_top` into colours."""
        pixels, step = out.view(np.uint32)[..., 0], self._tones.step
        if self._is_colored:
            tables = self._tones.alpha, self._values, self._under
            compiled.tone_colored(ink, self._pad, ink_top, step, *tables, pixels, top, bottom)
        else:
            compiled.tone(ink, self._pad, ink_top, step, self._picture, pixels, top, bottom)


def view_numbers(viewport: Viewport) -> tuple[float, float, float, float]:
    """The viewport as kernels take it: x_low, pixels per x, y_high, pixels per y."""
    return viewport.x_low, viewport.scale_x, viewport.y_high, viewport.scale_y
