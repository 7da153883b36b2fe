"""Drawing tiles: the picture is cut into bands of rows, each drawn and toned by one thread while it is in its cache.

Bands are few: a thread that comes back from a kernel waits for Python's lock, which costs more than a smaller cache.
"""

from __future__ import annotations

import numpy as np

from embedviz.raster.culling import Box, outliers, runs_in
from embedviz.raster.drawing import Entries, Look, Shades
from embedviz.raster.inking import Inking
from embedviz.raster.tiles import Level, Tiles
from embedviz.raster.tints import Tints
from embedviz.space.arrays import ByteArray, FloatArray, RowArray

MOST_ROWS = 256


class BandedDrawing:
    """A picture of tiles that several threads make, a band at a time. Whoever draws a band, it is the same."""

    def __init__(self, tiles: Tiles, level: Level, tints: Tints | None, look: Look, out: ByteArray) -> None:
        self._inking, self._tiles, self._look, self._out = Inking(look), tiles, look, out
        self._level, self._raw = level, tiles.levels[0]
        self._box = tiles.box_px(self._level, look.viewport)
        self._shades = Shades.none() if tints is None else tints.shades_of(self._level)
        self._raw_shades = Shades.none() if tints is None else tints.shades_of(self._raw)
        self._lost = outliers(tiles) if self._sees_outliers() else outliers(tiles)[:0]
        self.n_bands = 2 * -(-look.viewport.height // (2 * MOST_ROWS))
        self._rows = -(-look.viewport.height // self.n_bands)

    @property
    def order(self) -> list[int]:
        """The bands, the middle ones first: they hold the most, and what is drawn last should be short."""
        return sorted(range(self.n_bands), key=lambda band: abs(2 * band + 1 - self.n_bands))

    @property
    def ink_size(self) -> int:
        """How many numbers the ink of a band takes."""
        return self._inking.size(self._rows)

    def draw_band(self, band: int, ink: FloatArray, runs: RowArray) -> None:
        """Draw a band with a buffer of `ink_size` float32 and a workspace for runs."""
        viewport, reach = self._look.viewport, self._inking.reach
        top = band * self._rows
        bottom = min(top + self._rows, viewport.height)
        part = self._inking.buffer(ink, bottom - top)
        part[:] = 0
        box = Box.of_pixels(viewport, -reach, viewport.width + reach, top - reach, bottom + reach)
        found = runs_in(self._tiles, self._level, box, workspace=runs)
        level = self._level
        self._inking.draw(Entries(level.places, level.starts, self._shades, found, 0, self._box), top, part)
        if len(self._lost):
            self._inking.draw(Entries(self._tiles.points, self._raw.starts, self._raw_shades, self._lost), top, part)
        self._inking.tone(part, top, self._out, top, bottom)

    def _sees_outliers(self) -> bool:
        """Whether any point off the grid may leave ink on the picture."""
        points, viewport = self._tiles.points[self._tiles.n_gridded : self._tiles.n_finite], self._look.viewport
        if not len(points):
            return False
        x, y = viewport.exact_pixels(points)
        reach = self._inking.reach
        near_x, near_y = (x > -reach) & (x < viewport.width + reach), (y > -reach) & (y < viewport.height + reach)
        return bool((near_x & near_y).any())


def workspace() -> RowArray:
    """Room for the runs of a band."""
    return np.empty((1 << 14, 3), np.int64)
