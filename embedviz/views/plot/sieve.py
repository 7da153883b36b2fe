"""The sieve: what of the drawn points is left to touch and to name where the legend hides some."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from embedviz.operations import Operations
from embedviz.raster.coloring import Coloring
from embedviz.raster.landmarks import Landmarks
from embedviz.raster.seen import Seen
from embedviz.raster.tiles import Tiles
from embedviz.space.arrays import FloatArray
from embedviz.views.color_key import ColorKey


class Sieve(QObject):
    """Follows the colours in force. `points` (n, 2) are those that were given, NaN where an item is hidden.

    They are the very points given where nothing is hidden. `changed` states that those of the newest wish have come;
    of many items the old ones stay until then.
    """

    changed = Signal()

    def __init__(self, color_key: ColorKey, operations: Operations, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._color_key, self._operations = color_key, operations
        self._given: FloatArray = np.zeros((0, 2), np.float32)
        self._asked: Coloring | None = None
        self._hidden: frozenset[int] = frozenset()
        self._seen: Seen | None = None
        operations.seen_made.connect(self._on_seen_made)

    @property
    def points(self) -> FloatArray:
        """What is left to touch (n, 2)."""
        return self._given if self._seen is None else self._seen.points

    @property
    def is_open(self) -> bool:
        """Whether nothing is held back."""
        return self._seen is None

    @property
    def tiles(self) -> Tiles | None:
        """The tiles of what is left, None where nothing is held back."""
        return None if self._seen is None else self._seen.tiles

    @property
    def landmarks(self) -> Landmarks | None:
        """What to name first of what is left, None where nothing is held back."""
        return None if self._seen is None else self._seen.landmarks

    def sift(self, points: FloatArray) -> FloatArray:
        """Take other points, or other hidden ones, and return what is left to touch."""
        coloring, hidden = self._color_key.filtered(), self._color_key.hidden
        if coloring is None or not hidden or len(coloring.codes) != len(points):
            coloring, hidden = None, frozenset()
        before, is_same = self._asked, points is self._given
        self._given = points
        if is_same and hidden == self._hidden and (coloring is None or _alike(coloring, before)):
            return self.points
        self._asked, self._hidden = coloring, hidden
        if coloring is None or not (is_same and _alike(coloring, before)):
            self._seen = None
        if coloring is None:
            self._operations.jobs.cancel("seen")
        else:
            self._operations.prepare_seen(points, coloring)
        return self.points

    @Slot(object, object)
    def _on_seen_made(self, coloring: Coloring, seen: Seen) -> None:
        if coloring is self._asked:
            self._seen = seen
            self.changed.emit()


def _alike(one: Coloring, other: Coloring | None) -> bool:
    """Whether two colourings are the same but for what they hide."""
    return other is not None and one.codes is other.codes
