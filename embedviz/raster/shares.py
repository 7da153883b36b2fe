"""Drawing points in no order: cut into shares of points, each with a buffer, and then into bands of rows."""

from __future__ import annotations

import numpy as np

from embedviz.raster.drawing import Look
from embedviz.raster.inking import Inking
from embedviz.raster.sources import Source
from embedviz.space.arrays import ByteArray, FloatArray


class SharedDrawing:
    """A drawing that several threads make: first `draw_share` for every share, then `tone_band` for every band.

    `share` gives it a buffer of `ink_size` numbers for each share. The same shares make the same picture, whichever
    thread is first.
    """

    def __init__(self, source: Source, look: Look, out: ByteArray) -> None:
        self._inking, self._source, self._look, self._out = Inking(look, source.growths), source, look, out
        self._inks = np.empty((0, 0), np.float32)

    @property
    def ink_size(self) -> int:
        """How many numbers each buffer holds."""
        return self._inking.size(self._look.viewport.height)

    def share(self, inks: FloatArray) -> None:
        """Take the buffers, float32 (shares, ink_size)."""
        self._inks = inks

    def draw_share(self, share: int) -> None:
        """Add the ink of one share of the points to its own buffer."""
        n_points, n_shares = len(self._source), len(self._inks)
        ink = self._inking.buffer(self._inks[share], self._look.viewport.height)
        ink[:] = 0
        for entries in self._source.batches(n_points * share // n_shares, n_points * (share + 1) // n_shares):
            self._inking.draw(entries, 0, ink)

    def tone_band(self, top: int, bottom: int) -> None:
        """Sum the buffers and turn ink into colours in rows `top` to `bottom`."""
        ink, *others = (self._inking.buffer(ink, self._look.viewport.height) for ink in self._inks)
        rows = slice(top + self._inking.reach, bottom + self._inking.reach)
        for other in others:
            ink[rows] += other[rows]
        self._inking.tone(ink, 0, self._out, top, bottom)
