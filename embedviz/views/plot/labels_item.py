"""Names on the plot as an atlas has them: important ones first, never over one another, still while the view moves."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QFont, QPainter

from embedviz.raster import Painter, Viewport, rows_in_rectangle
from embedviz.raster.landmarks import Landmarks
from embedviz.raster.placement import NO_SLOT, Candidates, choose_slots
from embedviz.raster.tiles import Tiles
from embedviz.raster.visible import first_in_view
from embedviz.settings import LabelAmount
from embedviz.space.arrays import ByteArray, DoubleArray, FloatArray, RowArray
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.views.plot.canvas import Canvas
from embedviz.views.plot.captions import Caption
from embedviz.views.plot.eye import Eye
from embedviz.views.plot.frame import frame_of
from embedviz.views.plot.marks_item import Box
from embedviz.views.plot.names import Names
from embedviz.views.plot.shown_names import SIDE_PX, Pace, Picture, PlacedNames, ShownNames
from embedviz.views.theme import Theme

NEW_WIDTHS = 40  # in one frame of a moving view; the others follow in the next
FRAMES_BETWEEN = 2  # of a moving view, in which only names that are there are placed
MARK_OFFSET, ITEM_OFFSET = 11.0, 7.0
MARK_GAP, KEPT_GAP = (2.0, 0.0), (4.0, 1.0)
FIRST_ITEMS = 400
MOST_IN_DEPTH = 50_000


@dataclass(frozen=True)
class Spacing:
    """How close names come: the `gap` a new one keeps, and the cells in each of which one item may be named."""

    gap: tuple[float, float]
    cell_px: float


SPACINGS: dict[LabelAmount, Spacing] = {"few": Spacing((64.0, 30.0), 96.0), "many": Spacing((14.0, 6.0), 36.0)}


@dataclass(frozen=True, eq=False)
class NameWish:
    """What names are for: a camera's view, the `marked` ones, then as many of other items as there is room for.

    All keep off the boxes `taken`. Others are few and faint where it `is_quiet`. Without `fades` everything is there at
    once.
    """

    camera: Eye
    marked: list[Caption]
    taken: list[Box]
    is_quiet: bool
    fades: bool


@dataclass(frozen=True, eq=False)
class _Layout:
    """Names that were placed for one frame; where it is not `is_whole`, others will come in the next."""

    names: Names
    placed: PlacedNames
    pace: Pace
    is_quiet: bool
    is_whole: bool


class LabelsItem:
    """Places and draws names; `later` is called where another frame is needed to finish what this one began.

    `rows` (n,) are those that have a place in the last frame, `boxes` (n, 4) where it is: x, y, width, height.
    """

    def __init__(
        self, drawing: Painter, later: Callable[[], None], clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._later, self._clock = later, clock
        self._space: EmbeddingSpace | None = None
        self._points: FloatArray = np.zeros((0, 2), np.float32)
        self._landmarks: Landmarks | None = None
        self._tiles: Tiles | None = None
        self._names: Names | None = None
        self._shown = ShownNames(drawing)
        self._has_look = False
        self._others_shown: RowArray = np.zeros(0, np.int64)  # ascending
        self._boxes_kept: DoubleArray = np.zeros((0, 4))
        self._slots: ByteArray = np.zeros(0, np.uint8)  # one more than the slot of a name that is shown, else 0
        self._asked_slots: dict[int, int] = {}
        self._chosen_for: tuple[bool, LabelAmount] = (False, "many")
        self._layout: _Layout | None = None
        self._seen: object = None
        self._step = -1  # of FRAMES_BETWEEN + 1 while the view moves
        self.amount: LabelAmount = "many"
        self.boxes: DoubleArray = np.zeros((0, 4))
        self.rows: RowArray = np.zeros(0, np.int64)

    def show_space(self, space: EmbeddingSpace | None, points: FloatArray) -> None:
        """Name the items of another space, or the same ones at other places."""
        self._layout = None
        if space is not self._space:
            self._names = Names(space, self._shown.metrics) if space is not None else None
            self._shown.drop()
        if space is not self._space or points is not self._points:
            self._shown.forget()
            self._others_shown, self._boxes_kept, self._asked_slots = np.zeros(0, np.int64), np.zeros((0, 4)), {}
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
        self._shown.set_look(theme, font)
        self._has_look, self._layout = True, None
        self._names = Names(self._space, self._shown.metrics) if self._space is not None else None

    def paint(self, canvas: Canvas, painter: QPainter, wish: NameWish) -> None:
        """Place names and draw them on a canvas, by a painter of it."""
        self.place(wish, canvas.frame.ratio)
        self.draw(canvas, painter)

    def place(self, wish: NameWish, ratio: float) -> None:
        """Find places for names that are to be drawn at a device pixel `ratio`, and write those that are new."""
        self._layout = None
        camera, marked, taken, is_quiet = wish.camera, wish.marked, wish.taken, wish.is_quiet
        frame = frame_of(camera.shown, camera.ground, 1.0)
        if not self._has_look or self._names is None or frame is None:
            return
        is_first = not (self._shown.any_stood and wish.fades)
        if self._chosen_for != (is_quiet, self.amount):
            self._chosen_for = (is_quiet, self.amount)
            self._keep(self._others_shown[:0], self._slots[:0], self._boxes_kept[:0])
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
        corners, sizes = candidates.corners(slots)[chosen], candidates.sizes[chosen]
        from_anchors = np.hstack([corners - candidates.anchors[chosen], sizes])
        corners += camera.ground.left(), camera.ground.top()
        self.boxes = np.hstack([corners, sizes])
        rows, slots = np.concatenate([marked_rows, found])[chosen], slots[chosen]
        self.rows = rows
        n_asked = int(np.searchsorted(chosen, len(marked)))
        asked = [marked[at] for at in chosen[:n_asked].tolist()]
        others_placed = rows[n_asked:]
        placed = PlacedNames(asked, others_placed, corners, self._strengths(others_placed))
        pace = Pace(self._clock(), is_first=is_first)
        self._shown.write(self._names, others_placed, pace, ratio, is_quiet=is_quiet)
        is_whole = not is_between and len(found) == len(others)
        self._layout = _Layout(self._names, placed, pace, is_quiet=is_quiet, is_whole=is_whole)
        self._asked_slots = dict(zip(rows[:n_asked].tolist(), slots[:n_asked].tolist(), strict=True))
        self._keep(rows[n_asked:], slots[n_asked:], from_anchors[n_asked:])

    def draw(self, canvas: Canvas, painter: QPainter) -> None:
        """Draw on a canvas, by a painter of it, the names that were placed."""
        layout, self._layout = self._layout, None  # it would keep the space alive
        if layout is None:
            return
        is_done = self._shown.draw(canvas, painter, layout.names, layout.placed, layout.pace, is_quiet=layout.is_quiet)
        if not (is_done and layout.is_whole):
            self._later()

    def _is_between(self, camera: Eye) -> bool:
        """Whether a moving view does without new names in this frame; where it comes to rest the next one has them."""
        view = camera.shown.getRect(), camera.ground.getRect()
        moves, self._seen = view != self._seen, view
        self._step = (self._step + 1) % (FRAMES_BETWEEN + 1) if moves and len(self._others_shown) else -1
        return self._step > 0

    @property
    def painted(self) -> list[Picture]:
        """The pictures of the last frame, and where they lie."""
        return self._shown.painted

    def _keep(self, rows: RowArray, slots: ByteArray, boxes: DoubleArray) -> None:
        """Remember which other items were named, and where: slots, and `boxes` (n, 4) from their anchors."""
        self._slots[self._others_shown] = 0
        order = np.argsort(rows)
        self._others_shown, self._boxes_kept = rows[order], boxes[order]
        self._slots[rows] = slots + 1

    def _drop_hidden(self, camera: Eye, taken: list[Box]) -> None:
        """Forget the places of names that would now be cut or covered, so that they do not push others away."""
        rows, ground = self._others_shown, camera.ground
        low = camera.to_pixels(self._points[rows]) + self._boxes_kept[:, :2]
        high = low + self._boxes_kept[:, 2:]
        fits = (low >= (ground.left(), ground.top())) & (high <= (ground.right(), ground.bottom()))
        boxes = np.array(taken, np.float64).reshape(-1, 4)
        covered = (low[:, None] < boxes[:, :2] + boxes[:, 2:]) & (high[:, None] > boxes[:, :2])
        left = fits.all(axis=1) & ~np.any(covered.all(axis=2), axis=1)
        if not left.all():
            self._keep(rows[left], self._slots[rows[left]] - 1, self._boxes_kept[left])

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
        advance = self._shown.metrics.horizontalAdvance
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
