"""Names of items, written once and kept side by side in one memory, from where all come to a picture at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QColor, QPixmap

from embedviz.raster import Painter
from embedviz.space.arrays import ByteArray, CodeArray, DoubleArray, FlagArray, PixelArray, RowArray
from embedviz.views.plot.label_pictures import Lettering, pixmap_of

MOST_PIXELS = 1 << 22


class NameSheet:
    """The names of some of `n_items`, in one colour, for one device pixel ratio.

    Once they fill MOST_PIXELS, those that are not `wanted` are dropped; again once those that were left have doubled.
    """

    def __init__(self, drawing: Painter, n_items: int, lettering: Lettering, color: QColor, ratio: float) -> None:
        self._drawing, self._lettering, self._color, self._ratio = drawing, lettering, color, ratio
        # one more than where in the table a name stands, else 0; pages never touched cost no memory
        self._entries: CodeArray = np.zeros(n_items, np.int32)
        self._rows: list[int] = []
        self._table: RowArray = np.zeros((256, 4), np.int64)  # start, width, height, first line
        self._stamps: PixelArray = np.zeros(1 << 16, np.uint32)
        self._n_pixels, self._twice_left = 0, 0

    def has(self, rows: RowArray) -> FlagArray:
        """Which of some items (n,) have their names written."""
        written: FlagArray = self._entries[rows] > 0
        return written

    def write(self, rows: RowArray, texts: Sequence[str], wanted: RowArray) -> None:
        """Write the names of some items."""
        for row, picture in zip(rows.tolist(), self._lettering.written(texts, self._color, self._ratio), strict=True):
            pixels = np.ascontiguousarray(picture).view(np.uint32)[:, :, 0]
            inked = np.flatnonzero(pixels.any(axis=1))
            first, last = (int(inked[0]), int(inked[-1]) + 1) if len(inked) else (0, 1)
            if self._n_pixels + pixels.size > max(MOST_PIXELS, self._twice_left):
                self._drop_all_but(wanted)
            self._add(row, pixels[first:last], first)

    def lay(self, rows: RowArray, places: RowArray, strengths: DoubleArray, pixels: ByteArray) -> None:
        """Lay written names over `pixels` uint8 (height, width, 4), their upper left corners at `places` (n, 2)."""
        table = self._table[self._entries[rows] - 1]
        places[:, 1] += table[:, 3]
        self._drawing.lay_over(pixels, self._stamps, table, places, np.round(255 * strengths).astype(np.int64))

    def picture(self, row: int) -> QPixmap:
        """The written name of one item."""
        start, width, height, top = self._table[self._entries[row] - 1].tolist()
        pixels = np.zeros((top + height, width), np.uint32)
        pixels[top:] = self._stamps[start : start + width * height].reshape(height, width)
        return pixmap_of(pixels.view(np.uint8).reshape(top + height, width, 4), self._ratio)

    def _add(self, row: int, stamp: PixelArray, top: int) -> None:
        """Keep the inked lines (height, width) of a name, the first of which is its line `top`."""
        n, end = len(self._rows), self._n_pixels + stamp.size
        if n == len(self._table):
            self._table = np.concatenate([self._table, np.zeros_like(self._table)])
        if end > len(self._stamps):
            self._stamps = np.concatenate([self._stamps, np.zeros(max(len(self._stamps), stamp.size), np.uint32)])
        self._stamps[self._n_pixels : end] = stamp.reshape(-1)
        self._table[n] = self._n_pixels, stamp.shape[1], stamp.shape[0], top
        self._rows.append(row)
        self._entries[row] = n + 1
        self._n_pixels = end

    def _drop_all_but(self, wanted: RowArray) -> None:
        kept = np.unique(wanted[self.has(wanted)])
        table = self._table[self._entries[kept] - 1]
        self._entries[self._rows] = 0
        self._rows, self._n_pixels = [], 0
        order = np.argsort(table[:, 0])  # so that none is moved over one that is still to be moved
        for row, (start, width, height, top) in zip(kept[order].tolist(), table[order].tolist(), strict=True):
            self._add(row, self._stamps[start : start + width * height].reshape(height, width), top)
        self._twice_left = 2 * self._n_pixels
