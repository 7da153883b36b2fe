"""The compiled route: a drawing cut into shares of points, each with a buffer, and then into bands of rows."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.raster.drawing import Drawing
from embedviz.raster.ink import disc_stamps, from_light, splat_ink, tones_for
from embedviz.raster.viewport import Viewport
from embedviz.space.arrays import ByteArray, FloatArray


class SharedDrawing:
    """A drawing that several threads make: first `draw_share` for every share, then `tone_band` for every band.

    `inks` float32 (n_shares, numbers of a picture) are buffers, one number a pixel, or four with colour codes. The
    same shares make the same picture, whichever thread is first.
    """

    def __init__(self, compiled: ModuleType, drawing: Drawing, inks: FloatArray, out: ByteArray) -> None:
        shape = drawing.viewport.height, drawing.viewport.width
        self._compiled, self._drawing, self._out = compiled, drawing, out
        self._inks = inks.reshape(-1, *shape, *(() if drawing.color_codes is None else (4,)))
        self._amount = splat_ink(drawing.style) if drawing.style.splat else disc_stamps(drawing.style.radius)
        self._tones = tones_for(drawing.style.opacity)

    def draw_share(self, share: int) -> None:
        """Add the ink of one share of the points to its own buffer."""
        drawing, ink, n = self._drawing, self._inks[share], len(self._drawing.points)
        rows = slice(n * share // len(self._inks), n * (share + 1) // len(self._inks))
        view, coded, splat = view_numbers(drawing.viewport), drawing.color_codes, drawing.style.splat
        ink[:] = 0
        if coded is None:
            draw = self._compiled.splats if splat else self._compiled.discs
            draw(drawing.points[rows], *view, self._amount, ink)
        else:
            draw = self._compiled.splats_colored if splat else self._compiled.discs_colored
            draw(drawing.points[rows], *view, self._amount, coded.codes[rows], coded.lights, ink)

    def tone_band(self, top: int, bottom: int) -> None:
        """Sum the buffers and turn ink into colours in rows `top` to `bottom`."""
        ink, tones, out = self._inks[0], self._tones, self._out
        for other in self._inks[1:]:
            ink[top:bottom] += other[top:bottom]
        if self._drawing.color_codes is None:
            picture: NDArray[Any] = tones.picture(self._drawing.color).view(np.uint32)[:, 0]
            self._compiled.tone(ink, np.float32(tones.step), picture, out.view(np.uint32)[..., 0], top, bottom)
        else:
            self._compiled.tone_colored(ink, np.float32(tones.step), tones.alpha, from_light(), out, top, bottom)


def view_numbers(viewport: Viewport) -> tuple[float, float, float, float]:
    """The viewport as kernels take it: x_low, pixels per x, y_high, pixels per y."""
    return viewport.x_low, viewport.scale_x, viewport.y_high, viewport.scale_y
