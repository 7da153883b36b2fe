"""Tints: the colour and strength of every item of some tiles, and their true mean in every cell of every level."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from embedviz import kernels
from embedviz.errors import OptionError
from embedviz.progress import Progress, Steps
from embedviz.raster.drawing import FULL_SHARE, Shades, ShareArray, checked_codes
from embedviz.raster.tiles import Level, Tiles
from embedviz.space.arrays import ByteArray, CodeArray, FlagArray, FloatArray, read_only

TINT_KERNELS = "embedviz.raster.tint_kernels"

_AT_ONCE = 1 << 20
_TEXT = "Colouring the plot"


@dataclass(frozen=True, eq=False)
class Tints:
    """`codes` int32 (n_finite,) in the order of the tiles into `table`, and `shares` of the cells of each level.

    A row of `table` float32 (m + 1, 4) is linear light and the share of ink shown; the last is for what is not shown.
    `is_colored` says whether colours differ; if not, a picture has the one colour it is painted with.
    """

    tiles: Tiles
    codes: CodeArray
    table: FloatArray
    shares: tuple[ShareArray, ...]
    is_colored: bool

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays together, without the tiles."""
        return self.codes.nbytes + self.table.nbytes + sum(shares.nbytes for shares in self.shares)

    def shades_of(self, level: Level) -> Shades:
        """How the entries of one of the tiles' levels are coloured."""
        return Shades(self.codes, self.table, self.shares[self.tiles.levels.index(level)])


class Tinting:
    """The making of tints, in parts that may run side by side: all of `code_part`, then level by level `cell_part`.

    `codes` int32 (n,) by row into `palette` uint8 (m, 3) with `alphas` float32 (m,), 0 (filtered out) to 1; without
    them all items have one colour. `shown` bool (n,) says which rows are drawn at all. Raises OptionError where shapes
    do not fit.
    """

    def __init__(
        self,
        tiles: Tiles,
        codes: CodeArray | None = None,
        palette: ByteArray | None = None,
        alphas: FloatArray | None = None,
        shown: FlagArray | None = None,
    ) -> None:
        self._tiles = tiles
        self._is_colored = codes is not None and palette is not None
        if shown is not None and shown.shape != (len(tiles),):
            raise OptionError(f"{len(tiles):,} items need as many flags, not an array of shape {shown.shape}.")
        self._shown = np.empty(0, np.uint8) if shown is None else np.ascontiguousarray(shown, np.bool_).view(np.uint8)
        table = np.array([[0, 0, 0, 1]], np.float32)
        self._rows = np.empty(0, np.int32)
        if codes is not None and palette is not None:
            shades = checked_codes(len(tiles), codes, palette, alphas)
            self._rows, table = shades.codes, shades.table
        self._table = np.concatenate([table, np.zeros((1, 4), np.float32)])
        self._codes = np.empty(tiles.n_finite, np.int32)
        self._shares = [np.empty((0 if level.is_raw else len(level), 4), np.uint16) for level in tiles.levels]

    def code_part(self, first: int, last: int) -> None:
        """Bring the codes of sorted points `first` to `last` into place."""
        order, n_codes = self._tiles.order, len(self._table) - 1
        compiled = kernels.loaded(TINT_KERNELS)
        if compiled is not None:
            compiled.gather_codes(self._rows, self._shown, order, n_codes, first, last, self._codes)
            return
        rows = order[first:last]
        codes = self._rows[rows] if len(self._rows) else np.zeros(len(rows), np.int32)
        codes = np.where((codes >= 0) & (codes < n_codes), codes, n_codes - 1)
        self._codes[first:last] = np.where(self._shown[rows] != 0, codes, n_codes) if len(self._shown) else codes

    def cell_part(self, place: int, first: int, last: int) -> None:
        """Take the means of cells `first` to `last` of the level at `place`."""
        starts, shares = self._tiles.levels[place].starts, self._shares[place]
        compiled = kernels.loaded(TINT_KERNELS)
        finer = self._tiles.levels[place - 1]
        if compiled is not None and not finer.is_raw:
            compiled.merge_cells(self._shares[place - 1], finer.starts, starts, first, last, shares)
        elif compiled is not None:
            compiled.tint_cells(self._codes, self._table, starts, first, last, shares)
        elif first < last:
            light = self._table[self._codes[starts[first] : starts[last]]].astype(np.float64)
            light[:, :3] *= light[:, 3:]
            light = np.add.reduceat(light, starts[first:last] - starts[first], axis=0)
            counts, weight = np.diff(starts[first : last + 1]), light[:, 3]
            light[:, :3] /= np.where(weight > 0, weight, 1)[:, None]
            light[:, 3] = np.where(weight > 0, np.maximum(weight / counts, 1 / FULL_SHARE), 0)
            shares[first:last] = np.minimum(light * FULL_SHARE + 0.5, FULL_SHARE)

    def code_parts(self, n_parts: int) -> list[tuple[int, int]]:
        """The arguments of `code_part`, in at least `n_parts` parts of about the same work."""
        n_parts = max(n_parts, self._tiles.n_finite // _AT_ONCE)
        edges = np.linspace(0, len(self._codes), n_parts + 1).astype(np.int64).tolist()
        return list(itertools.pairwise(edges))

    def cell_parts(self, n_parts: int) -> Iterator[list[tuple[int, int, int]]]:
        """The arguments of `cell_part`, level by level; each needs the one before."""
        n_parts = max(n_parts, self._tiles.n_finite // _AT_ONCE)
        edges = np.linspace(0, self._tiles.n_gridded, n_parts + 1).astype(np.int64)
        for place, level in enumerate(self._tiles.levels):
            if not level.is_raw:
                cuts = np.searchsorted(level.starts, edges).tolist()
                yield [(place, first, last) for first, last in itertools.pairwise(cuts)]

    def tints(self) -> Tints:
        """The tints, once all parts are done."""
        for array in (self._codes, self._table, *self._shares):
            read_only(array)
        return Tints(self._tiles, self._codes, self._table, tuple(self._shares), self._is_colored)


def tint_steps(
    tiles: Tiles,
    codes: CodeArray | None = None,
    palette: ByteArray | None = None,
    alphas: FloatArray | None = None,
    shown: FlagArray | None = None,
) -> Steps[Tints]:
    """Make tints on this thread, a part at a time; see `Tinting` for the arguments."""
    tinting = Tinting(tiles, codes, palette, alphas, shown)
    parts = tinting.code_parts(1)
    for done, rows in enumerate(parts):
        tinting.code_part(*rows)
        yield Progress(0.5 * done / len(parts), _TEXT)
    for level in tinting.cell_parts(1):
        for cells in level:
            tinting.cell_part(*cells)
            yield Progress(0.5 + 0.5 * cells[0] / len(tiles.levels), _TEXT)
    return tinting.tints()
