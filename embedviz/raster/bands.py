"""Drawing tiles: the picture is cut into bands of rows, which several threads draw and tone, whoever has time."""

from __future__ import annotations

import numpy as np

from embedviz.raster.culling import LEAF, MOST_RUNS, STACK, Box, cells_of, facts_of, outliers
from embedviz.raster.drawing import Look, Shades
from embedviz.raster.inking import Inking
from embedviz.raster.splat_kernels import BLOCK
from embedviz.raster.tiles import Level, Tiles
from embedviz.raster.tints import Tints
from embedviz.space.arrays import ByteArray, CodeArray, FloatArray, RowArray

MOST_ROWS = 128

Workspace = tuple[RowArray, RowArray, RowArray, CodeArray, FloatArray]


class BandedDrawing:
    """A picture of tiles: `draw` is called once on each thread. Whoever draws a band, it is the same."""

    def __init__(self, tiles: Tiles, level: Level, tints: Tints | None, look: Look, out: ByteArray) -> None:
        self._inking, self._out = Inking(look), out
        viewport = look.viewport
        self.n_bands = min(viewport.height, 2 * -(-viewport.height // (2 * MOST_ROWS)))
        self._rows = -(-viewport.height // self.n_bands)
        across, upright = tiles.box_px(level, viewport)
        self._amount = self._inking.amount_of_bands(1 / across, 1 / upright)
        shades = Shades.none() if tints is None else tints.shades_of(level)
        points, starts, lost = tiles.points, tiles.levels[0].starts, outliers(tiles)
        self._taken = np.zeros(1, np.int64)
        self._tiles = points, points.reshape(-1), level.starts, level.table, *facts_of(tiles, level), LEAF
        self._entries = level.places, level.places.reshape(-1), lost if self._sees(tiles, look) else lost[:0], starts
        self._shades = shades.codes, shades.table, shades.shares
        self._bands = np.array([self._band(tiles, look, band) for band in self._order()], np.int64)

    @property
    def ink_size(self) -> int:
        """How many numbers the ink of a band takes."""
        return self._inking.size(self._rows)

    def draw(self, ink: FloatArray, workspace: Workspace) -> None:
        """Draw bands until all are taken, with a buffer of `ink_size` float32."""
        subject = self._taken, self._bands, *self._tiles, *self._entries, *self._shades
        self._inking.draw_bands((*subject, *self._amount), self._rows, (*workspace, ink), self._out)

    def _order(self) -> list[int]:
        """The bands, the middle ones first: they hold the most, and what is drawn last should be short."""
        return sorted(range(self.n_bands), key=lambda band: abs(2 * band + 1 - self.n_bands))

    def _band(self, tiles: Tiles, look: Look, band: int) -> list[int]:
        """The first row and the one after the last, and the box of the grid's cells whose entries may ink them."""
        viewport, reach = look.viewport, self._inking.reach
        top, bottom = band * self._rows, min((band + 1) * self._rows, viewport.height)
        box = Box.of_pixels(viewport, -reach, viewport.width + reach, top - reach, bottom + reach)
        return [top, bottom, *cells_of(tiles, box).tolist()]

    def _sees(self, tiles: Tiles, look: Look) -> bool:
        """Whether any point off the grid may leave ink on the picture."""
        points, viewport = tiles.points[tiles.n_gridded : tiles.n_finite], look.viewport
        if not len(points):
            return False
        x, y = viewport.exact_pixels(points)
        reach = self._inking.reach
        near_x, near_y = (x > -reach) & (x < viewport.width + reach), (y > -reach) & (y < viewport.height + reach)
        return bool((near_x & near_y).any())


def workspace() -> Workspace:
    """What one thread works in: a box, a stack, runs, and the places of a block of splats."""
    room = np.empty(4, np.int64), np.empty(STACK, np.int64), np.empty((MOST_RUNS, 3), np.int64)
    return *room, np.empty(BLOCK, np.int32), np.empty((3, BLOCK), np.float32)
