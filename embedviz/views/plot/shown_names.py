"""Drawing names where they were placed: written when they first come, fading in, those of items all at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPixmap

from embedviz.raster import Painter
from embedviz.space.arrays import DoubleArray, RowArray
from embedviz.views.plot.canvas import Canvas
from embedviz.views.plot.captions import Caption
from embedviz.views.plot.label_pictures import HALO_PX, LabelPictures, Lettering
from embedviz.views.plot.name_sheet import NameSheet
from embedviz.views.plot.names import Names
from embedviz.views.theme import Theme

FADE_S = 0.15
NEW_PICTURES = 3  # in one frame of a moving view; the others follow in the next
SIDE_PX = 2.0
BESIDE_ANSWER = 0.8  # opacity
_CHANNELS = ("redF", "greenF", "blueF")

Picture = tuple[QPointF, QPixmap]


@dataclass(frozen=True, eq=False)
class PlacedNames:
    """Names that have a place: `asked` ones (m,), then those of `rows` int64 (n,).

    `corners` (m + n, 2) are the upper left ones of all. `strengths` (n,) are how opaque those of rows are, None where
    all are the same.
    """

    asked: list[Caption]
    rows: RowArray
    corners: DoubleArray
    strengths: DoubleArray | None


@dataclass(frozen=True)
class Pace:
    """How names come: at the time `now`, in seconds; all at once in a first picture, in later ones some at a time."""

    now: float
    is_first: bool

    @property
    def most(self) -> int:
        return 1 << 30 if self.is_first else NEW_PICTURES

    @property
    def start(self) -> float:
        """Since when a new name stands there."""
        return -np.inf if self.is_first else self.now

    def shares(self, since: DoubleArray) -> DoubleArray:
        """How far names have come that stand there since some times (n,), 0..1."""
        come: DoubleArray = np.clip((self.now - since) / FADE_S, 0.0, 1.0)
        return come


class ShownNames:
    """Draws names, and remembers since when each stands there."""

    def __init__(self, drawing: Painter) -> None:
        self._drawing = drawing
        self._theme: Theme | None = None
        self._lettering = Lettering(QFont(), "white")
        self._pictures = LabelPictures(self._lettering)
        self._sheets: dict[tuple[bool, float], NameSheet] = {}
        self._asked_pictures: list[Picture] = []
        self._laid: tuple[NameSheet, RowArray, DoubleArray] | None = None
        self.forget()

    @property
    def metrics(self) -> QFontMetricsF:
        return self._lettering.metrics

    def set_look(self, theme: Theme, font: QFont) -> None:
        """Draw in another theme or font."""
        self._theme, self._lettering = theme, Lettering(font, theme.ground)
        self.drop()

    def drop(self) -> None:
        """Keep nothing of the names of these items."""
        self._pictures, self._sheets = LabelPictures(self._lettering), {}
        self.forget()

    def forget(self) -> None:
        """Nothing stands there any more."""
        self._asked: dict[int, float] = {}
        self._rows: RowArray = np.zeros(0, np.int64)  # ascending
        self._since: DoubleArray = np.zeros(0)
        self._is_quiet = False

    @property
    def any_stood(self) -> bool:
        """Whether there were names in the last picture."""
        return len(self._rows) > 0 or len(self._asked) > 0

    @property
    def painted(self) -> list[Picture]:
        """The pictures of the last time, and where on the widget they lie."""
        if self._laid is None:
            return list(self._asked_pictures)
        sheet, rows, places = self._laid
        others = zip(places.tolist(), rows.tolist(), strict=True)
        return [*self._asked_pictures, *((QPointF(*place), sheet.picture(row)) for place, row in others)]

    def write(self, names: Names, rows: RowArray, pace: Pace, ratio: float, *, is_quiet: bool) -> None:
        """Write those names of items (n,) that are new, as many as the pace allows."""
        sheet = self._sheet(names, ratio, is_quiet=is_quiet)
        new = rows[~sheet.has(rows)][: pace.most]
        sheet.write(new, [names.text(row) for row in new.tolist()], rows)

    def draw(
        self, canvas: Canvas, painter: QPainter, names: Names, placed: PlacedNames, pace: Pace, *, is_quiet: bool
    ) -> bool:
        """Draw names on a canvas and, the asked ones, by a painter of it; returns whether all stand there in full.

        Those of items are fainter where it `is_quiet`.
        """
        ratio, n_asked = canvas.frame.ratio, len(placed.asked)
        places = np.round(np.add(placed.corners, (SIDE_PX - HALO_PX, -HALO_PX)) * ratio)
        asked = np.array([caption.row for caption in placed.asked], np.int64)
        asked_since = self._since_when(asked, pace.start)
        others_since = self._since_when(placed.rows, pace.start, is_other_look=is_quiet != self._is_quiet)
        self._is_quiet = is_quiet
        came = self._draw_asked(painter, placed.asked, places[:n_asked] / ratio, asked_since, ratio, pace)
        return self._lay(canvas, names, placed, places[n_asked:], others_since, pace) and came

    def _draw_asked(
        self,
        painter: QPainter,
        asked: list[Caption],
        places: DoubleArray,
        since: DoubleArray,
        ratio: float,
        pace: Pace,
    ) -> bool:
        """Draw the names of asked items; returns whether they stand there in full."""
        assert self._theme is not None
        before, n_new, are_all = self._asked, 0, True
        self._asked, self._asked_pictures = {}, []
        shares = pace.shares(since).tolist()
        for caption, place, start, share in zip(asked, places.tolist(), since.tolist(), shares, strict=True):
            key = caption.text, caption.role, ratio
            picture = self._pictures.find(key)
            is_new = start == pace.start and caption.row not in before
            if picture is None and (n_new := n_new + 1) > pace.most and is_new:
                are_all = False
                continue
            color = QColor(getattr(self._theme, caption.role))
            picture = picture or self._pictures.make(key, caption.text, color, ratio)
            self._asked[caption.row] = start
            are_all = are_all and share == 1.0
            painter.setOpacity(share)
            painter.drawPixmap(QPointF(*place), picture)
            self._asked_pictures.append((QPointF(*place), picture))
        painter.setOpacity(1.0)
        return are_all

    def _lay(
        self, canvas: Canvas, names: Names, placed: PlacedNames, places: DoubleArray, since: DoubleArray, pace: Pace
    ) -> bool:
        """Lay the names of other items at device pixels (n, 2); returns whether they stand there in full."""
        rows, sheet = placed.rows, self._sheet(names, canvas.frame.ratio, is_quiet=self._is_quiet)
        has = sheet.has(rows)
        since = np.where(has, since, np.inf)
        shares = pace.shares(since)
        strengths = shares * (BESIDE_ANSWER if self._is_quiet else 1.0)
        if placed.strengths is not None:
            strengths *= placed.strengths
        self._laid = sheet, rows[has], places[has] / canvas.frame.ratio
        sheet.lay(rows[has], places[has].astype(np.int64) - canvas.corner, strengths[has], canvas.pixels)
        order = np.argsort(rows)
        self._rows, self._since = rows[order], since[order]
        return bool((shares == 1.0).all())

    def _since_when(self, rows: RowArray, start: float, *, is_other_look: bool = False) -> DoubleArray:
        """Since when names of items (n,) stand there; new ones since `start`.

        Those of items that were not asked are new where they have an `is_other_look` than before.
        """
        since: DoubleArray = np.full(len(rows), start)
        if len(self._rows) and not is_other_look:
            at = np.minimum(np.searchsorted(self._rows, rows), len(self._rows) - 1)
            since = np.where(self._rows[at] == rows, self._since[at], start)
        if self._asked:
            known = np.isin(rows, np.fromiter(self._asked, np.int64))
            since[known] = [self._asked[row] for row in rows[known].tolist()]
        np.minimum(since, start, out=since)
        return since

    def _sheet(self, names: Names, ratio: float, *, is_quiet: bool) -> NameSheet:
        if (is_quiet, ratio) not in self._sheets:
            color = self._color(is_quiet=is_quiet)
            self._sheets[is_quiet, ratio] = NameSheet(self._drawing, names.n_items, self._lettering, color, ratio)
        return self._sheets[is_quiet, ratio]

    def _color(self, *, is_quiet: bool) -> QColor:
        assert self._theme is not None
        muted, text = QColor(self._theme.muted), QColor(self._theme.text)
        if is_quiet:
            return muted
        return QColor.fromRgbF(*((getattr(muted, channel)() + getattr(text, channel)()) / 2 for channel in _CHANNELS))
