"""Names on the plot as an atlas has them: important ones first, never over one another, still while the view moves."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFont, QPainter, QPixmap

from embedviz.raster import Viewport, rows_in_rectangle
from embedviz.raster.landmarks import Landmarks
from embedviz.raster.placement import NO_SLOT, Candidates, choose_slots
from embedviz.raster.tiles import Tiles
from embedviz.raster.visible import first_in_view
from embedviz.settings import LabelAmount
from embedviz.space.arrays import ByteArray, DoubleArray, FloatArray, RowArray
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.views.plot.captions import Caption
from embedviz.views.plot.eye import Eye
from embedviz.views.plot.frame import frame_of
from embedviz.views.plot.label_pictures import HALO_PX, LabelPictures
from embedviz.views.plot.marks_item import Box
from embedviz.views.plot.names import Names
from embedviz.views.theme import Theme

FADE_S = 0.15
NEW_WIDTHS, NEW_PICTURES = 40, 5  # in one frame of a moving view; the others follow in the next
FRAMES_BETWEEN = 2  # of a moving view, in which only names that are there are placed
MARK_OFFSET, ITEM_OFFSET = 11.0, 7.0
SIDE_PX = 2.0
MARK_GAP, KEPT_GAP = (2.0, 0.0), (4.0, 1.0)
BESIDE_ANSWER = 0.8  # opacity
FIRST_ITEMS = 400
_CHANNELS = ("redF", "greenF", "blueF")
MOST_IN_DEPTH = 50_000


@dataclass(frozen=True)
class Spacing:
    """How close names come: the `gap` a new one keeps, and the cells in each of which one item may be named."""

    gap: tuple[float, float]
    cell_px: float


SPACINGS: dict[LabelAmount, Spacing] = {"few": Spacing((64.0, 30.0), 96.0), "many": Spacing((14.0, 6.0), 36.0)}


class LabelsItem:
    """Places and draws names; `later` is called where another frame is needed to finish what this one began.

    `rows` (n,) are those that have a place in the last frame, `boxes` (n, 4) where it is: x, y, width, height.
    """

    def __init__(self, later: Callable[[], None], clock: Callable[[], float] = time.perf_counter) -> None:
        self._later, self._clock = later, clock
        self._space: EmbeddingSpace | None = None
        self._points: FloatArray = np.zeros((0, 2), np.float32)
        self._landmarks: Landmarks | None = None
        self._tiles: Tiles | None = None
        self._names: Names | None = None
        self._theme: Theme | None = None
        self._pictures = LabelPictures(QFont(), "white")
        self._shown: dict[int, float] = {}  # since when: names that come to be there, or are asked for
        self._settled: dict[int, QPixmap] = {}  # names that are there
        self._drawn_for: tuple[bool, float] | None = None
        self._others_shown: RowArray = np.zeros(0, np.int64)
        self._slots: ByteArray = np.zeros(0, np.uint8)  # one more than the slot of a name that is shown, else 0
        self._asked_slots: dict[int, int] = {}
        self._chosen_for: tuple[bool, LabelAmount] = (False, "many")
        self._seen: object = None
        self._step = -1  # of FRAMES_BETWEEN + 1 while the view moves
        self.amount: LabelAmount = "many"
        self.boxes: DoubleArray = np.zeros((0, 4))
        self.rows: RowArray = np.zeros(0, np.int64)
        self._painted: tuple[DoubleArray, list[QPixmap | None]] = np.zeros((0, 2)), []

    def show_space(self, space: EmbeddingSpace | None, points: FloatArray) -> None:
        """Name the items of another space, or the same ones at other places."""
        if space is not self._space:
            self._names = Names(space, self._pictures.metrics) if space is not None else None
            self._pictures.clear()
        if space is not self._space or points is not self._points:
            self._shown, self._settled = {}, {}
            self._others_shown, self._asked_slots = np.zeros(0, np.int64), {}
            self._slots, self._landmarks, self._tiles = np.zeros(len(points), np.uint8), None, None
        self._space, self._points = space, points

    def show_tiles(self, tiles: Tiles) -> None:
        """Look up in sorted points what is in view."""
        self._tiles = tiles

    def show_landmarks(self, landmarks: Landmarks) -> None:
        """Name these before others."""
        self._landmarks = landmarks

    def set_look(self, theme: Theme, font: QFont) -> None:
        """Draw in another theme or font."""
        self._theme, self._pictures = theme, LabelPictures(font, theme.ground)
        self._shown, self._settled = {}, {}
        self._names = Names(self._space, self._pictures.metrics) if self._space is not None else None

    def paint(
        self,
        painter: QPainter,
        camera: Eye,
        marked: list[Caption],
        taken: list[Box],
        *,
        is_quiet: bool = False,
        fades: bool = True,
    ) -> None:
        """Draw the `marked` names, then as many of other items as there is room for; all keep off the boxes `taken`.

        Others are few and faint where it `is_quiet`. Without `fades` everything is there at once.
        """
        frame = frame_of(camera.shown, camera.ground, 1.0)
        if self._theme is None or self._names is None or frame is None:
            return
        if self._chosen_for != (is_quiet, self.amount):
            self._chosen_for = (is_quiet, self.amount)
            self._keep(self._others_shown[:0], self._slots[:0])
        is_first = not (self._shown or self._settled) or not fades
        is_between = self._is_between(camera) and not is_first
        marked_rows = np.array([caption.row for caption in marked], np.int64)
        self._drop_hidden(camera, taken)
        if is_between:
            others = self._others_shown[~np.isin(self._others_shown, marked_rows)]
        else:
            others = self._others(frame.viewport, marked_rows, is_quiet=is_quiet)
        found = self._names.measured(others, len(others) if is_first else NEW_WIDTHS)
        candidates = self._candidates(camera, marked, found, is_quiet=is_quiet)
        slots = _placed(candidates, camera, marked, taken)
        chosen = np.flatnonzero(slots != NO_SLOT)
        corners = np.add(candidates.corners(slots)[chosen], (camera.ground.left(), camera.ground.top()))
        self.boxes = np.hstack([corners, candidates.sizes[chosen]])
        rows, slots = np.concatenate([marked_rows, found])[chosen], slots[chosen]
        self.rows = rows
        n_asked = int(np.searchsorted(chosen, len(marked)))
        asked = [marked[at] for at in chosen[:n_asked].tolist()]
        is_done = self._draw(painter, corners, rows.tolist(), asked, is_quiet=is_quiet, is_first=is_first)
        self._asked_slots = dict(zip(rows[:n_asked].tolist(), slots[:n_asked].tolist(), strict=True))
        self._keep(rows[n_asked:], slots[n_asked:])
        if is_between or not is_done or len(found) < len(others):
            self._later()

    def _is_between(self, camera: Eye) -> bool:
        """Whether a moving view does without new names in this frame; where it comes to rest the next one has them."""
        view = camera.shown.getRect(), camera.ground.getRect()
        moves, self._seen = view != self._seen, view
        self._step = (self._step + 1) % (FRAMES_BETWEEN + 1) if moves and len(self._others_shown) else -1
        return self._step > 0

    def _draw(
        self,
        painter: QPainter,
        corners: DoubleArray,
        rows: list[int],
        asked: list[Caption],
        *,
        is_quiet: bool,
        is_first: bool,
    ) -> bool:
        """Draw names at their corners, the first of them `asked`; whether all have come to be there in full."""
        ratio = painter.device().devicePixelRatioF()
        places = np.round(np.add(corners, (SIDE_PX - HALO_PX, -HALO_PX)) * ratio)
        if self._drawn_for != (is_quiet, ratio):
            self._drawn_for, self._settled = (is_quiet, ratio), {}
        usual, n_asked = BESIDE_ANSWER if is_quiet else 1.0, len(asked)
        strengths = self._strengths(np.array(rows[n_asked:], np.int64))
        opacities = np.full(len(rows), usual)
        opacities[:n_asked] = 1.0
        if strengths is not None:
            opacities[n_asked:] *= strengths
        settled = self._settled.get
        pictures: list[QPixmap | None] = [*[None] * n_asked, *map(settled, rows[n_asked:])]
        fading = self._take_new(rows, pictures, asked, ratio, is_quiet=is_quiet, is_first=is_first)
        self._paint_all(painter, places, pictures, opacities * fading, ratio)
        drawn = zip(rows[n_asked:], pictures[n_asked:], fading[n_asked:].tolist(), strict=True)
        self._settled = {row: picture for row, picture, share in drawn if picture is not None and share == 1.0}
        self._painted = places / ratio, pictures
        return bool((fading == 1.0).all())

    def _take_new(
        self,
        rows: list[int],
        pictures: list[QPixmap | None],
        asked: list[Caption],
        ratio: float,
        *,
        is_quiet: bool,
        is_first: bool,
    ) -> DoubleArray:
        """Find or make missing pictures, some a frame; returns how far each name (n,) has come to be there, 0..1."""
        now, before, self._shown = self._clock(), self._shown, {}
        shares, n_new = np.ones(len(rows)), 0
        for at in [at for at, picture in enumerate(pictures) if picture is None]:
            row, caption = rows[at], asked[at] if at < len(asked) else None
            since = before.get(row, -np.inf if is_first or row in self._settled else now)
            picture = self._found(row, caption, ratio, is_quiet=is_quiet)
            if picture is None:
                n_new += 1
                if n_new > NEW_PICTURES and not is_first and row not in before:
                    shares[at] = 0.0
                    continue
                picture = self._made(row, caption, ratio, is_quiet=is_quiet)
            pictures[at] = picture
            self._shown[row] = since
            shares[at] = min((now - since) / FADE_S, 1.0)
        return shares

    def _paint_all(
        self,
        painter: QPainter,
        places: DoubleArray,
        pictures: list[QPixmap | None],
        opacities: DoubleArray,
        ratio: float,
    ) -> None:
        """Draw pictures at places (n, 2) in device pixels; those equally opaque together, which is quicker."""
        draw = painter.drawPixmap
        for opacity in np.unique(opacities[opacities > 0]).tolist():
            painter.setOpacity(opacity)
            chosen = np.flatnonzero(opacities == opacity)
            if ratio == 1.0:  # twice as quick as with a QPointF
                for at, (x, y) in zip(chosen.tolist(), places[chosen].astype(np.int64).tolist(), strict=True):
                    if (picture := pictures[at]) is not None:
                        draw(x, y, picture)
            else:
                for at, (x, y) in zip(chosen.tolist(), (places[chosen] / ratio).tolist(), strict=True):
                    if (picture := pictures[at]) is not None:
                        draw(QPointF(x, y), picture)
        painter.setOpacity(1.0)

    @property
    def painted(self) -> list[tuple[QPointF, QPixmap]]:
        """The pictures of the last frame, and where they lie."""
        places, pictures = self._painted
        shown = zip(places.tolist(), pictures, strict=True)
        return [(QPointF(*place), picture) for place, picture in shown if picture is not None]

    def _found(self, row: int, caption: Caption | None, ratio: float, *, is_quiet: bool) -> QPixmap | None:
        return self._pictures.find(_key(row, caption, ratio, is_quiet=is_quiet))

    def _made(self, row: int, caption: Caption | None, ratio: float, *, is_quiet: bool) -> QPixmap:
        assert self._names is not None
        text = caption.text if caption is not None else self._names.text(row)
        key, color = _key(row, caption, ratio, is_quiet=is_quiet), self._color(caption, is_quiet=is_quiet)
        return self._pictures.make(key, text, color, ratio)

    def _color(self, caption: Caption | None, *, is_quiet: bool) -> QColor:
        assert self._theme is not None
        if caption is not None:
            return QColor(getattr(self._theme, caption.role))
        muted, text = QColor(self._theme.muted), QColor(self._theme.text)
        if is_quiet:
            return muted
        return QColor.fromRgbF(*((getattr(muted, channel)() + getattr(text, channel)()) / 2 for channel in _CHANNELS))

    def _keep(self, rows: RowArray, slots: ByteArray) -> None:
        """Remember which other items were named, and where."""
        self._slots[self._others_shown] = 0
        self._others_shown = np.sort(rows)
        self._slots[rows] = slots + 1

    def _drop_hidden(self, camera: Eye, taken: list[Box]) -> None:
        """Forget the places of names that would now be cut or covered, so that they do not push others away."""
        assert self._names is not None
        rows, ground = self._others_shown, camera.ground
        n = len(rows)
        sizes = np.column_stack([self._names.widths(rows) + 2 * SIDE_PX, np.full(n, self._names.height)])
        kept = Candidates(
            camera.to_pixels(self._points[rows]), sizes, sizes, np.full(n, ITEM_OFFSET), self._slots[rows]
        )
        low = kept.corners(kept.kept - 1)
        high = low + sizes
        fits = (low >= (ground.left(), ground.top())).all(axis=1) & (high <= (ground.right(), ground.bottom())).all(
            axis=1
        )
        for x, y, width, height in taken:
            fits &= ~((low < (x + width, y + height)).all(axis=1) & (high > (x, y)).all(axis=1))
        if not fits.all():
            self._keep(rows[fits], self._slots[rows[fits]] - 1)

    def _others(self, viewport: Viewport, marked: RowArray, *, is_quiet: bool) -> RowArray:
        """Items in view that are worth a name: those named before, then the landmarks, each ascending."""
        if self.amount == "off" or self._names is None or not len(self._points):
            return np.zeros(0, np.int64)
        cell_px = self._spacing(is_quiet=is_quiet).cell_px
        landmarks = self._landmarks
        if landmarks is None:
            rows = first_in_view(self._points, viewport, FIRST_ITEMS)
        elif landmarks.covers(viewport, cell_px):
            rows = landmarks.in_view(self._points, viewport, cell_px)
        else:
            x, y = (viewport.x_low, viewport.x_high), (viewport.y_low, viewport.y_high)
            source = self._points if self._tiles is None else self._tiles
            rows = rows_in_rectangle(source, *x, *y)[:MOST_IN_DEPTH]
            rows = landmarks.among(self._points, rows, viewport, cell_px)
        rows = np.concatenate([self._others_shown, rows[self._slots[rows] == 0]])
        return self._names.labeled(rows[~np.isin(rows, marked)] if len(marked) else rows)

    def _candidates(self, camera: Eye, marked: list[Caption], rows: RowArray, *, is_quiet: bool) -> Candidates:
        assert self._names is not None
        n_marked, n = len(marked), len(marked) + len(rows)
        asked = np.array([caption.point for caption in marked], np.float64).reshape(-1, self._points.shape[1])
        points = np.concatenate([asked, self._points[rows].astype(np.float64)])
        anchors = np.subtract(camera.to_pixels(points), (camera.ground.left(), camera.ground.top()))
        advance = self._pictures.metrics.horizontalAdvance
        own = np.array([advance(caption.text) for caption in marked], np.float64)
        widths = np.concatenate([own, self._names.widths(rows)])
        sizes = np.column_stack([widths + 2 * SIDE_PX, np.full(n, self._names.height)])
        slots = [(self._asked_slots.get(caption.row, -1) + 1) for caption in marked]
        before = np.concatenate([np.array(slots, np.uint8), self._slots[rows]])
        is_kept = before > 0
        gaps = np.where(is_kept[:, None], KEPT_GAP, self._spacing(is_quiet=is_quiet).gap)
        gaps[:n_marked] = MARK_GAP
        offsets = np.where(np.arange(n) < n_marked, MARK_OFFSET, ITEM_OFFSET)
        return Candidates(anchors, sizes, gaps, offsets, np.where(is_kept, before - 1, NO_SLOT).astype(np.uint8))

    def _strengths(self, rows: RowArray) -> DoubleArray | None:
        """How opaque the names of items are, or None where all are the same."""
        return None

    def _spacing(self, *, is_quiet: bool) -> Spacing:
        return SPACINGS["few" if is_quiet or self.amount == "off" else self.amount]


def _key(row: int, caption: Caption | None, ratio: float, *, is_quiet: bool) -> tuple[object, ...]:
    return (row, is_quiet, ratio) if caption is None else (caption.text, caption.role, ratio)


def _placed(candidates: Candidates, camera: Eye, marked: list[Caption], taken: list[Box]) -> ByteArray:
    """Slots for all; the query's name, where a crowd leaves it none, keeps off its own ring alone."""
    width, height = camera.ground.width(), camera.ground.height()
    left, top = camera.ground.left(), camera.ground.top()
    occupied = [(x - left, y - top, w, h) for x, y, w, h in taken]
    slots = choose_slots(candidates, width, height, occupied=occupied)
    if marked and marked[0].role == "query_text" and slots[0] == NO_SLOT:
        own = choose_slots(candidates.part(slice(1)), width, height, occupied=occupied[-1:])
        if own[0] != NO_SLOT:
            box = (*candidates.part(slice(1)).corners(own)[0].tolist(), *candidates.sizes[0].tolist())
            others = choose_slots(candidates.part(slice(1, None)), width, height, occupied=[*occupied, box])
            return np.concatenate([own, others])
    return slots
