"""Keeps the tints of the plot: made at once where items are few, else in the background while the old ones stay."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from embedviz.operations import Operations
from embedviz.raster import Painter
from embedviz.raster.tint_layers import Layers, TintWish, layers_at_once

AT_ONCE_UP_TO = 500_000


class TintKeeper(QObject):
    """Makes the tints that are wished; `changed` states that those of the newest wish have come."""

    changed = Signal()

    def __init__(self, painter: Painter, operations: Operations, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._painter, self._operations = painter, operations
        self._wished: TintWish | None = None
        self._made: tuple[TintWish, Layers] | None = None
        operations.tints_made.connect(self._on_tints_made)

    def layers(self, wish: TintWish) -> Layers:
        """The tints for a wish; while they are being made, the last ones of the same tiles, else one colour."""
        made = self._made
        if made is not None and wish.is_as(made[0]):
            self._give_up()
            return made[1]
        if wish.coloring is None and wish.selection is None:
            self._give_up()
            self._made = wish, (None,)
        elif len(wish.tiles) <= AT_ONCE_UP_TO:
            self._give_up()
            self._made = wish, layers_at_once(self._painter, wish)
        elif not wish.is_as(self._wished):
            self._wished = wish
            self._operations.prepare_tints(wish)
        made = self._made
        return made[1] if made is not None and made[0].tiles is wish.tiles else (None,)

    def _give_up(self) -> None:
        if self._wished is not None:
            self._wished = None
            self._operations.jobs.cancel("tints")

    @Slot(object, object)
    def _on_tints_made(self, wish: TintWish, layers: Layers) -> None:
        if wish is self._wished:
            self._wished, self._made = None, (wish, layers)
            self.changed.emit()
