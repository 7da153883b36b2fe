"""The names of items as the plot writes them, and how wide they are: found once, a few a frame, then kept."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QFontMetricsF

from embedviz.space.arrays import DoubleArray, RowArray
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.views.text import one_line

LONGEST_NAME = 24


class Names:
    """The names of a space's items in one font."""

    def __init__(self, space: EmbeddingSpace, metrics: QFontMetricsF) -> None:
        self._space, self._metrics = space, metrics
        self._widths = np.zeros(space.n_items, np.float32)  # 0 where not known; pages never touched cost no memory
        self.height = metrics.height()

    @property
    def n_items(self) -> int:
        """How many items there are to name."""
        return self._space.n_items

    def text(self, row: int) -> str:
        """One line, cut where it is long."""
        text = self._space.name(row)
        is_plain = len(text) <= LONGEST_NAME and text.isascii() and text.isprintable()
        return text if is_plain else one_line(text, most=LONGEST_NAME)

    def measured(self, rows: RowArray, most: int) -> RowArray:
        """Those of `rows` whose widths are known once at most `most` more have been measured, in their order."""
        missing = rows[self._widths[rows] == 0]
        for row in missing[:most].tolist():
            self._widths[row] = max(1.0, self._metrics.horizontalAdvance(self.text(row)))
        return rows if len(missing) <= most else rows[self._widths[rows] > 0]

    def widths(self, rows: RowArray) -> DoubleArray:
        """The widths (n,) of measured names in logical pixels."""
        return self._widths[rows].astype(np.float64)

    def labeled(self, rows: RowArray) -> RowArray:
        """Those of some rows that have a label of their own."""
        offsets = self._space.labels.offsets
        return rows[offsets[rows + 1] > offsets[rows]]
