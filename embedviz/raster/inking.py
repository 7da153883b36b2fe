"""The compiled route of one picture: how a look calls the kernels on any buffer of some rows."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.raster.drawing import Entries, Look
from embedviz.raster.ink import disc_stamps, from_light, splat_ink, stamp_reach, tones_for
from embedviz.raster.viewport import Viewport
from embedviz.space.arrays import ByteArray, FloatArray


class Inking:
    """The kernels, stamps and tones of a look. Buffers are padded, and have four channels where it is coloured.

    Discs come in several sizes, `growths` times that of the style.
    """

    def __init__(self, compiled: ModuleType, look: Look, growths: tuple[float, ...] = (1.0,)) -> None:
        self._view, self._width, self._is_colored = view_numbers(look.viewport), look.viewport.width, look.is_colored
        self._compiled = compiled
        style, self._is_splat = look.style, look.style.splat
        reach = stamp_reach(style.radius * max(growths))
        self._pad = 1 if style.splat else 2 * reach + 1
        self._amounts: list[Any] = [
            splat_ink(style) if style.splat else disc_stamps(style.radius * growth, reach) for growth in growths
        ]
        kernel = ("splats" if style.splat else "discs") + ("_colored" if look.is_colored else "")
        self._draw = getattr(compiled, kernel)
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
        """Add the ink of entries to a buffer whose first row in the picture is `top`."""
        shades = entries.shades
        source = entries.places, entries.starts, entries.runs, shades.codes, shades.table, shades.shares
        box = (1 / entries.box[0], 1 / entries.box[1]) if self._is_splat else ()
        self._draw(*source, *self._view, top, self._amounts[entries.size], *box, ink)

    def tone(self, ink: FloatArray, ink_top: int, out: ByteArray, top: int, bottom: int) -> None:
        """Turn rows `top` to `bottom` of a buffer that starts at `ink_top` into colours."""
        pixels, step = out.view(np.uint32)[..., 0], np.float32(self._tones.step)
        if self._is_colored:
            tables = self._tones.alpha, self._values, self._under
            self._compiled.tone_colored(ink, self._pad, ink_top, step, *tables, pixels, top, bottom)
        else:
            self._compiled.tone(ink, self._pad, ink_top, step, self._picture, pixels, top, bottom)


def view_numbers(viewport: Viewport) -> tuple[float, float, float, float]:
    """The viewport as kernels take it: x_low, pixels per x, y_high, pixels per y."""
    return viewport.x_low, viewport.scale_x, viewport.y_high, viewport.scale_y
