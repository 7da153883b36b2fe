"""Tints: the colour and strength of every item of some tiles, and their true mean in every cell of every level."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

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


Work = Callable[[int, int], None]


def in_turn(work: Work, parts: Sequence[tuple[int, int]]) -> None:
    """Do all parts of a work on this thread."""
    for first, last in parts:
        work(first, last)


@dataclass(frozen=True, eq=False)
class Tints:
    """`codes` int32 (n_finite,) in the order of the tiles into `table`, and the shares of the cells of levels.

    A row of `table` float32 (m + 1, 4) is linear light and the share of ink shown; the last is for what is not shown.
    `is_colored` says whether colours differ; if not, a picture has the one colour it is painted with. The shares of a
    level are `made` when it is first drawn: a selection is seen before those of all levels could be worked out.
    """

    tiles: Tiles
    codes: CodeArray
    table: FloatArray
    is_colored: bool
    made: dict[int, ShareArray] = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays together, without the tiles."""
        return self.codes.nbytes + self.table.nbytes + sum(shares.nbytes for shares in self.made.values())

    @property
    def shares(self) -> tuple[ShareArray, ...]:
        """The shares of every level, uint16 (cells, 4); none for the raw points."""
        return tuple(self.shares_of(level) for level in self.tiles.levels)

    def shares_of(
        self, level: Level, at_once: Callable[[Work, Sequence[tuple[int, int]]], None] = in_turn, n_parts: int = 1
    ) -> ShareArray:
        """The shares of one of the levels; if they are to be made, in parts that `at_once` may do side by side."""
        place = self.tiles.levels.index(level)
        if place not in self.made:
            shares = np.empty((0 if level.is_raw else len(level), 4), np.uint16)
            if not level.is_raw:
                at_once(partial(self._make_cells, level, shares), self._parts(level, n_parts))
            self.made[place] = read_only(shares)
        return self.made[place]

    def shades_of(self, level: Level) -> Shades:
        """How the entries of one of the tiles' levels are coloured."""
        return Shades(self.codes, self.table, self.shares_of(level))

    def make_steps(self) -> Steps[None]:
        """Make the shares of all levels, a part at a time."""
        for done, level in enumerate(self.tiles.levels, 1):
            parts = [] if level.is_raw else self._parts(level, 1)
            shares = np.empty((0 if level.is_raw else len(level), 4), np.uint16)
            for first, last in parts:
                self._make_cells(level, shares, first, last)
                yield Progress(0.5 + 0.5 * done / len(self.tiles.levels), _TEXT)
            self.made[done - 1] = read_only(shares)

    def _parts(self, level: Level, n_parts: int) -> list[tuple[int, int]]:
        """Cells of a level in at least `n_parts` runs of about as many points."""
        n_parts = max(n_parts, self.tiles.n_finite // _AT_ONCE)
        edges = np.linspace(0, self.tiles.n_gridded, n_parts + 1).astype(np.int64)
        return list(itertools.pairwise(np.searchsorted(level.starts, edges).tolist()))

    def _make_cells(self, level: Level, shares: ShareArray, first: int, last: int) -> None:
        """Take the means of cells `first` to `last` of a level."""
        compiled, light = kernels.loaded(TINT_KERNELS), self.table.copy()
        light[:, :3] *= light[:, 3:]
        if compiled is not None:
            compiled.tint_cells(self.codes, light, level.starts, first, last, shares)
        elif first < last:
            starts = level.starts
            lights = light[self.codes[starts[first] : starts[last]]].astype(np.float64)
            lights = np.add.reduceat(lights, starts[first:last] - starts[first], axis=0)
            counts, weight = np.diff(starts[first : last + 1]), lights[:, 3]
            lights[:, :3] /= np.where(weight > 0, weight, 1)[:, None]
            lights[:, 3] = np.where(weight > 0, np.maximum(weight / counts, 1 / FULL_SHARE), 0)
            shares[first:last] = np.minimum(lights * FULL_SHARE + 0.5, FULL_SHARE)


class Tinting:
    """The making of tints, in parts that may run side by side.

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
        # a bit each: those of ten million rows stay in the cache while they are looked up in no order
        self._shown = np.empty(0, np.uint8) if shown is None else np.packbits(shown != 0, bitorder="little")
        table = np.array([[0, 0, 0, 1]], np.float32)
        self._rows = np.empty(0, np.int32)
        if codes is not None and palette is not None:
            shades = checked_codes(len(tiles), codes, palette, alphas)
            self._rows, table = shades.codes, shades.table
        self._table = np.concatenate([table, np.zeros((1, 4), np.float32)])
        self._codes = np.empty(tiles.n_finite, np.int32)

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
        if len(self._shown):
            codes = np.where(self._shown[rows >> 3] >> (rows & 7).astype(np.uint8) & 1, codes, n_codes)
        self._codes[first:last] = codes

    def code_parts(self, n_parts: int) -> list[tuple[int, int]]:
        """The arguments of `code_part`, in at least `n_parts` parts of about the same work."""
        n_parts = max(n_parts, self._tiles.n_finite // _AT_ONCE)
        edges = np.linspace(0, len(self._codes), n_parts + 1).astype(np.int64).tolist()
        return list(itertools.pairwise(edges))

    def tints(self) -> Tints:
        """The tints, once all parts are done."""
        return Tints(self._tiles, read_only(self._codes), read_only(self._table), self._is_colored)


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
    tints = tinting.tints()
    yield from tints.make_steps()
    return tints
