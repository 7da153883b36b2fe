"""The layers of a plot of tiles: all items in their colours, and the selected ones once more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.progress import Steps, within
from embedviz.raster.coloring import Coloring
from embedviz.raster.painter import Painter
from embedviz.raster.tiles import Tiles
from embedviz.raster.tints import Tints, tint_steps
from embedviz.space.arrays import FlagArray, RowArray

Layers = tuple[Tints | None, ...]


@dataclass(frozen=True, eq=False)
class TintWish:
    """Tiles to be tinted: in which colours, if not in one, and which rows are selected, if any."""

    tiles: Tiles
    coloring: Coloring | None
    selection: RowArray | None

    def is_as(self, other: TintWish | None) -> bool:
        """Whether another wish has the same tints."""
        return other is not None and all(one is two for one, two in zip(self._parts(), other._parts(), strict=True))

    def selected(self) -> FlagArray | None:
        """Which rows are in the layer of the selected (n, bool)."""
        if self.selection is None:
            return None
        flags = np.zeros(len(self.tiles), np.bool_)
        flags[self.selection] = True
        return flags

    def _parts(self) -> tuple[object, object, object]:
        return self.tiles, self.coloring, self.selection


def layer_steps(wish: TintWish) -> Steps[Layers]:
    """The tints of all items, None where they have one colour, and where some are selected those of their layer."""
    coloring, selected = wish.coloring, wish.selected()
    layers: list[Tints | None] = [None]
    if coloring is not None:
        tinting = tint_steps(wish.tiles, coloring.codes, coloring.palette, coloring.alphas)
        layers[0] = yield from within(tinting, 0.0, 0.5)
    if selected is not None:
        if coloring is None:
            tinting = tint_steps(wish.tiles, shown=selected)
        else:
            tinting = tint_steps(wish.tiles, coloring.codes, coloring.palette, coloring.alphas, selected)
        layers.append((yield from within(tinting, 0.5, 1.0)))
    return tuple(layers)


def layers_at_once(painter: Painter, wish: TintWish) -> Layers:
    """The same now, on the painter's threads."""
    tiles, coloring, selected = wish.tiles, wish.coloring, wish.selected()
    if coloring is None:
        return (None,) if selected is None else (None, painter.tint(tiles, shown=selected))
    codes, palette, alphas = coloring.codes, coloring.palette, coloring.alphas
    everything = painter.tint(tiles, codes, palette, alphas)
    return (everything,) if selected is None else (everything, painter.tint(tiles, codes, palette, alphas, selected))
