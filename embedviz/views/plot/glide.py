"""Glides: items on their way from where they stood to where another projection, or other axes, put them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPixmap

from embedviz.raster import Marks, Painter
from embedviz.space.arrays import DoubleArray, FloatArray
from embedviz.views.plot.camera import Camera
from embedviz.views.plot.canvas import Canvas
from embedviz.views.plot.look import Look
from embedviz.views.plot.marks_item import Box, MarksItem
from embedviz.views.plot.moving_note import paint_moving_note
from embedviz.views.plot.moving_points import MovingPoints
from embedviz.views.plot.scene import Scene
from embedviz.views.plot.sight import Rows, Sight, marks_between
from embedviz.views.plot.solid_scene import SolidScene

Stage = Scene | SolidScene

GLIDE_S = 0.35
STEP_MS = 4
OLD_GONE, NEW_COMES = 0.3, 0.7  # shares of the time after which old names are gone and before which no new ones come


class Glide(QObject):
    """Is told of every sight before it is painted, and takes over the painting while items are on their way.

    All ways are on the widget, in pixels: so a plane and a space, with their cameras, become each other as any two
    projections do. `wanted` asks for the next frame.
    """

    wanted = Signal()

    def __init__(self, clock: Callable[[], float] = time.perf_counter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.clock = clock
        self._last: Sight | None = None
        self._start: Sight | None = None
        self._end: Sight | None = None
        self._began = 0.0
        self._moving: MovingPoints | None = None
        self._old_names: list[tuple[QPointF, QPixmap]] = []
        self._new_names: Canvas | None = None
        self._marks_item = MarksItem(lambda: None)
        self._pixels = Camera(self)
        self._steps = QTimer(self, singleShot=True, interval=STEP_MS)
        self._steps.timeout.connect(self.wanted)

    @property
    def is_on(self) -> bool:
        """Whether items are on their way."""
        return self._end is not None

    @property
    def share(self) -> float:
        """How much of the way lies behind, 0..1: slow at first and at last."""
        gone = self._gone()
        return gone * gone * (3 - 2 * gone)

    def remember(self, sight: Sight) -> None:
        """Take note of what is on the screen."""
        self._last = sight

    def follow(self, sight: Sight, *, may_move: bool) -> bool:
        """Begin, go on or end for what is now to be seen; whether items are on their way to it."""
        if self._end is not None and self._end.subject != sight.subject:
            self._last = self._now()
            self.land()
        elif self._end is not None and (self._gone() >= 1 or self._end.view != sight.view or not may_move):
            self.land()
        if self._end is None and self._last is not None and may_move and self._last.can_become(sight):
            self._start, self._end, self._began = self._last, sight, self.clock()
            self._old_names = self._last.names()
        if self._end is not None:
            self._end = sight
        self._last = sight
        return self._end is not None

    def land(self) -> None:
        """Be there now."""
        self._start = self._end = self._moving = self._new_names = None
        self._steps.stop()

    def places(self, rows: Rows) -> FloatArray:
        """Where items are now: pixels float32 (m, 2), y downwards, NaN where they are at neither end."""
        assert self._start is not None
        assert self._end is not None
        share = np.float32(self.share)
        with np.errstate(over="ignore", invalid="ignore"):
            now: FloatArray = self._start.places(rows) * (1 - share) + self._end.places(rows) * share
        return now

    def paint(self, painter: QPainter, stage: Stage, drawing: Painter, look: Look, covered: list[Box]) -> None:
        """Draw the plot as it is now, on the way to what `stage` shows; new names keep off the boxes `covered`."""
        assert self._start is not None
        assert self._end is not None
        font = painter.font()
        painter.fillRect(self._end.area, QColor(look.theme.ground))
        if self._start.paint_back is not None and not self._end.is_solid:
            _with_opacity(painter, self._old_strength, partial(self._start.paint_back, painter))
        if self._end.is_solid:
            _with_opacity(painter, self.share, lambda: stage.paint_back(painter))
        painter.setClipRect(stage.camera.ground)
        self._paint_points(painter, stage, drawing, look)
        self._paint_marks(painter, look)
        self._paint_names(painter, stage, covered)
        painter.setClipping(False)
        stage.paint_front(painter)
        if self._moving is not None:
            painter.setFont(font)
            paint_moving_note(painter, self._moving.step, stage.camera.ground, look.theme)
        self._steps.start()

    def _paint_points(self, painter: QPainter, stage: Stage, drawing: Painter, look: Look) -> None:
        """Draw the points on their way; the pictures of a cloud in space fade out and in at the ends."""
        assert self._start is not None
        assert self._end is not None
        start, end = self._start, self._end
        if self._moving is None:
            self._moving = MovingPoints(drawing, look, start.places, end.places, end.n_items, end.area)
        old, new = self._old_strength if start.pictures else 0.0, self._new_strength if end.is_solid else 0.0
        for _pixels, image in start.pictures:
            _with_opacity(painter, old, partial(painter.drawImage, start.area.topLeft(), image))
        self._moving.paint(painter, self.share, 1 - max(old, new))
        if isinstance(stage, SolidScene):
            _with_opacity(painter, new, lambda: stage.paint_points(painter))

    def _paint_marks(self, painter: QPainter, look: Look) -> None:
        assert self._start is not None
        assert self._end is not None
        area = self._end.area
        before = self._start.marks if self._start.answer is self._end.answer else None
        self._pixels.set_ground(area)
        self._pixels.show(QRectF(area.left(), -area.bottom(), area.width(), area.height()))
        self._marks_item.show_marks(_upright(marks_between(before, self._end.marks, self.share)), look.theme)
        self._marks_item.paint(painter, self._pixels)

    def _paint_names(self, painter: QPainter, stage: Stage, covered: list[Box]) -> None:
        """Draw the old names while they go, and the new ones while they come."""
        assert self._end is not None
        if self._old_strength > 0:
            painter.setOpacity(self._old_strength)
            for place, picture in self._old_names:
                painter.drawPixmap(place, picture)
        if self._new_strength > 0:
            if self._new_names is None:
                ratio = painter.device().devicePixelRatioF()
                self._new_names = Canvas.clear(self._end.area, ratio)
                taken = [*covered, *stage.marks_item.boxes(stage.camera)]
                with self._new_names.painter() as names:
                    stage.paint_names(self._new_names, names, taken, fades=False)
            painter.setOpacity(self._new_strength)
            self._new_names.show(painter)
        painter.setOpacity(1.0)

    @property
    def _old_strength(self) -> float:
        """How much of the old names is left."""
        return max(0.0, 1 - self._gone() / OLD_GONE)

    @property
    def _new_strength(self) -> float:
        """How much of the new names has come."""
        return max(0.0, (self._gone() - NEW_COMES) / (1 - NEW_COMES))

    def _gone(self) -> float:
        return min(max((self.clock() - self._began) / GLIDE_S, 0.0), 1.0)

    def _now(self) -> Sight:
        """The sight of this moment, as the start of another way."""
        assert self._start is not None
        assert self._end is not None
        there = self.places(slice(None))
        before = self._start.marks if self._start.answer is self._end.answer else None
        marks = marks_between(before, self._end.marks, self.share)
        return replace(
            self._end, places=lambda rows: there[rows], marks=marks, names=list, pictures=(), paint_back=None
        )


def _upright(marks: Marks | None) -> Marks | None:
    if marks is None:
        return None
    flip: DoubleArray = np.array([1.0, -1.0])
    query = marks.query_point * flip if marks.query_point is not None else None
    return Marks(query, marks.neighbor_points * flip, marks.strengths, marks.is_ghost)


def _with_opacity(painter: QPainter, opacity: float, paint: Callable[[], object]) -> None:
    if opacity > 0:
        painter.setOpacity(opacity)
        paint()
        painter.setOpacity(1.0)
