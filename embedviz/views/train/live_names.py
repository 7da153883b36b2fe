"""Names of words that move: each stays beside its point as long as there is room for it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QPainter

from embedviz.raster.placement import NO_SLOT, Candidates, choose_slots
from embedviz.space.arrays import ByteArray, DoubleArray, RowArray
from embedviz.space.labels import Labels
from embedviz.views.plot.label_pictures import HALO_PX, LabelPictures, Lettering
from embedviz.views.text import one_line

CANDIDATES, MOST_NAMES = 200, 60
GAP = (10.0, 5.0)
OFFSET = 7.0
_LONGEST = 32


class LiveNames:
    """Places and draws the names of some rows of `words`; asked ones first, then those named before, then the rest."""

    def __init__(self, font: QFont, ground: str) -> None:
        self._pictures = LabelPictures(Lettering(font, ground))
        self._words: Labels | None = None
        self._slots: dict[int, int] = {}
        self._known: dict[int, tuple[str, float]] = {}

    def show_words(self, words: Labels) -> None:
        """Name other words."""
        if words is not self._words:
            self._words, self._slots, self._known = words, {}, {}
            self._pictures.clear()

    def rows(self, asked: RowArray, n_words: int) -> RowArray:
        """Which rows to name, the first ones first."""
        usual = np.arange(min(CANDIDATES, n_words))
        named = np.array(sorted(self._slots), np.int64)
        rows = np.concatenate([asked, named[named < n_words], usual])
        _, first = np.unique(rows, return_index=True)
        return rows[np.sort(first)]

    def paint(
        self,
        painter: QPainter,
        area: QRectF,
        rows: RowArray,
        anchors: DoubleArray,
        color: QColor,
        strong: dict[int, QColor],
    ) -> None:
        """Draw names beside their `anchors` (n, 2) in pixels; the `area` of the widget bounds them.

        They are drawn in one `color`, but for rows that are `strong` in another.
        """
        height, n = self._pictures.metrics.height(), len(rows)
        sizes = np.array([(self._named(row)[1], height) for row in rows.tolist()]).reshape(n, 2)
        kept: ByteArray = np.array([self._slots.get(row, NO_SLOT) for row in rows.tolist()], np.uint8)
        places = anchors - (area.left(), area.top())
        candidates = Candidates(places, sizes, np.tile(GAP, (n, 1)), np.full(n, OFFSET), kept)
        slots = choose_slots(candidates, area.width(), area.height(), limit=MOST_NAMES)
        corners = np.add(candidates.corners(slots), (area.left() - HALO_PX, area.top() - HALO_PX))
        self._slots = {}
        ratio = painter.device().devicePixelRatioF()
        for at in np.flatnonzero(slots != NO_SLOT).tolist():
            row = int(rows[at])
            tone = strong.get(row, color)
            self._slots[row] = int(slots[at])
            key = row, tone.rgba(), ratio
            picture = self._pictures.find(key) or self._pictures.make(key, self._named(row)[0], tone, ratio)
            painter.drawPixmap(round(corners[at, 0]), round(corners[at, 1]), picture)

    def _named(self, row: int) -> tuple[str, float]:
        """The name of a row, and how wide it is."""
        if row not in self._known:
            assert self._words is not None, "there are words"
            text = one_line(self._words[row], most=_LONGEST)
            self._known[row] = text, self._pictures.metrics.horizontalAdvance(text)
        return self._known[row]
