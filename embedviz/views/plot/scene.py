"""The scene: what the plot draws of the state, on its plane, and where on the widget each item stands."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QFont, QPainter

from embedviz import raster
from embedviz.operations import Operations
from embedviz.operations.drawing import AT_ONCE_UP_TO
from embedviz.progress import finish
from embedviz.raster import Marks
from embedviz.raster.landmarks import Landmarks
from embedviz.raster.tiles import Tiles
from embedviz.session import Session
from embedviz.space.arrays import FloatArray
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.projection import Projection
from embedviz.views import theme as measures
from embedviz.views.appearance import Appearance
from embedviz.views.color_key import ColorKey
from embedviz.views.plot.arrows_item import ArrowsItem
from embedviz.views.plot.axes import Axes
from embedviz.views.plot.camera import Camera
from embedviz.views.plot.canvas import Canvas
from embedviz.views.plot.captions import Caption, captions
from embedviz.views.plot.fitting import rectangle_around
from embedviz.views.plot.frame import frame_of
from embedviz.views.plot.labels_item import LabelsItem, NameWish
from embedviz.views.plot.marks_item import Box, MarksItem
from embedviz.views.plot.points_item import PointsItem
from embedviz.views.plot.sieve import Sieve
from embedviz.views.plot.sight import Sight, marks_seen, plane_places
from embedviz.views.plot.tint_keeper import TintKeeper

REACH_PX = 8.0
MARKED_REACH_PX = 6.0
MARGIN_SHARE = 0.05
SURROUNDINGS = 0.1
SETTLE_MS = 120
FAR_PX = 2.0**30


_Drawn = tuple[Projection | None, raster.Axes]


class Scene(QObject):
    """Follows the state, and paints it as the camera sees it.

    `changed` asks for a repaint, `unfinished` for another one soon; `replaced` states that other points are drawn, and
    `grown` is how many times as far they spread along the same axes, None where the axes are others.
    """

    changed = Signal()
    unfinished = Signal()
    replaced = Signal()

    def __init__(
        self,
        session: Session,
        operations: Operations,
        appearance: Appearance,
        color_key: ColorKey,
        font: QFont,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._operations = session, operations
        self._appearance, self._color_key = appearance, color_key
        self._font = font
        self.painter = raster.Painter()
        self._canvas = Canvas(is_opaque=True)
        self._area = QRectF()
        self.points: FloatArray = np.zeros((0, 2), np.float32)
        self.tiles: Tiles | None = None
        self.landmarks: Landmarks | None = None
        self.marks: Marks | None = None
        self._few: Tiles | None = None
        self._whole: tuple[FloatArray, QRectF | None] | None = None
        self._prepared: FloatArray = self.points
        self._drawn: _Drawn = (None, (0, 1))
        self.grown: float | None = None
        self._captions: list[Caption] = []
        self.camera = Camera(self)
        self.axes = Axes()
        self.sieve = Sieve(color_key, operations, self)
        self.tint_keeper = TintKeeper(self.painter, operations, self)
        self._settling = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self.points_item = PointsItem(self.painter, self.changed.emit, self._settling.start, self.tint_keeper.layers)
        self._settling.timeout.connect(self.points_item.redraw)
        self.tint_keeper.changed.connect(self.points_item.retint)
        self.marks_item = MarksItem(self.changed.emit)
        self.arrows_item = ArrowsItem(self.changed.emit)
        self.labels_item = LabelsItem(self.painter, self.unfinished.emit)
        self._connect()
        self._on_appearance_changed()
        self._on_session_changed()

    def lay_out(self, area: QRectF) -> None:
        """Fill another part of the widget."""
        self._area = QRectF(area)
        self.camera.set_ground(self.axes.ground(self._area, self.camera))

    def paint(self, painter: QPainter, covered: list[Box], *, fades: bool) -> None:
        """Draw everything; names keep off the boxes that are `covered`, and appear at once unless they fade in."""
        area, ground, tone = self._area, self.camera.ground, QColor(self._appearance.theme.ground)
        # the points bring the ground under them; a pixel more is filled, as fractional scaling may leave its edge out
        painter.fillRect(QRectF(area.left(), area.top(), ground.left() - area.left() + 1, area.height()), tone)
        painter.fillRect(
            QRectF(area.left(), ground.bottom() - 1, area.width(), area.bottom() - ground.bottom() + 1), tone
        )
        frame = frame_of(self.camera.shown, ground, painter.device().devicePixelRatioF())
        if frame is not None:
            self._canvas.fit(frame)
            with self._canvas.painter() as inner:
                self._paint_ground(inner, covered, fades=fades)
            self._canvas.show(painter)
        self.paint_front(painter)

    def _paint_ground(self, painter: QPainter, covered: list[Box], *, fades: bool) -> None:
        taken = [*covered, *self.marks_item.boxes(self.camera)]
        place = partial(self.labels_item.place, self._wish(taken, fades=fades), self._canvas.frame.ratio)
        self.points_item.paint(self._canvas, painter, meanwhile=place)
        self.arrows_item.paint(painter, self.camera, self.points)
        self.marks_item.paint(painter, self.camera)
        self.labels_item.draw(self._canvas, painter)
        self.marks_item.paint_focus(painter, self.camera)

    def paint_back(self, painter: QPainter) -> None:
        """Draw what stands behind the points: on a plane nothing."""

    def paint_names(self, canvas: Canvas, painter: QPainter, taken: list[Box], *, fades: bool) -> None:
        """Draw the names on a canvas, by a painter of it; they keep off the boxes that are `taken`."""
        self.labels_item.paint(canvas, painter, self._wish(taken, fades=fades))

    def _wish(self, taken: list[Box], *, fades: bool) -> NameWish:
        return NameWish(self.camera, self._captions, taken, is_quiet=self.marks is not None, fades=fades)

    def paint_front(self, painter: QPainter) -> None:
        """Draw the axes round the ground."""
        self.axes.paint(painter, self._area, self.camera)

    def sight(self) -> Sight:
        """What is seen now, as it was last painted."""
        state, shown, ground = self._session.state, self.camera.shown, self.camera.ground
        return Sight(
            subject=(state.space.labels if state.space is not None else None, state.projection, state.view.axes[:2]),
            view=(shown.getRect(), ground.getRect()),
            area=QRectF(self._area),
            n_items=len(self.points),
            places=plane_places(self.points, shown, ground),
            answer=state.answer,
            marks=marks_seen(self.marks, self.camera.to_pixels),
            names=lambda: self.labels_item.painted,
        )

    def pixel_of(self, row: int) -> QPointF:
        """Where an item stands on the widget (it may lie outside of what is in view)."""
        x, y = np.clip(np.nan_to_num(self.camera.to_pixels(self.points[row][None])[0]), -FAR_PX, FAR_PX).tolist()
        return QPointF(x, y)

    def row_at(self, position: QPointF) -> int | None:
        """The item within reach of a position on the widget, or None; marked items come before nearer others."""
        frame = frame_of(self.camera.shown, self.camera.ground, 1.0)
        if frame is None:
            return None
        viewport, at = frame.viewport, position - frame.origin
        answer = self._session.state.answer
        if answer is not None:
            marked = np.array([*answer.inputs, *answer.rows.tolist()], np.int64)
            near = raster.nearest(self.sieve.points[marked], viewport, at.x(), at.y(), within=MARKED_REACH_PX)
            if near is not None:
                return int(marked[near])
        return raster.nearest(self.source, viewport, at.x(), at.y(), within=REACH_PX)

    def has_place(self, row: int) -> bool:
        """Whether an item stands anywhere on the plane, and is not hidden."""
        return row < len(self.sieve.points) and bool(np.isfinite(self.sieve.points[row]).all())

    def is_seen(self, row: int) -> bool:
        """Whether an item lies in what is in view."""
        return self.has_place(row) and self.camera.ground.contains(self.pixel_of(row))

    def row_amid(self) -> int | None:
        """The item in view that is nearest to the middle, or None."""
        frame = frame_of(self.camera.shown, self.camera.ground, 1.0)
        if frame is None:
            return None
        x, y = frame.viewport.width / 2, frame.viewport.height / 2
        return raster.nearest(self.source, frame.viewport, x, y, within=math.hypot(x, y))

    def row_beside(self, row: int, dx: float, dy: float) -> int | None:
        """The item nearest to another in a direction (pixels, y downwards), in view or not, or None."""
        frame = frame_of(self.camera.shown, self.camera.ground, 1.0)
        if self._few is None and self.tiles is None and len(self.points) <= AT_ONCE_UP_TO:
            self._few = finish(raster.tile_steps(self.points))
        tiles = self.sieve.tiles or self.tiles or self._few
        if frame is None or tiles is None:
            return None
        return raster.nearest_in_direction(tiles, frame.viewport, row, dx, dy)

    @property
    def source(self) -> FloatArray | Tiles:
        """The points that are not hidden, sorted if they have been."""
        tiles = self.tiles if self.sieve.is_open else self.sieve.tiles
        return self.sieve.points if tiles is None else tiles

    def around_all(self) -> QRectF | None:
        """The rectangle to look at for all items, or None where there are none."""
        if self._whole is None or self._whole[0] is not self.points:
            self._whole = self.points, _with_margin(rectangle_around(self.points))
        return self._whole[1]

    def around_chosen(self) -> QRectF | None:
        """The rectangle of the selected items, or the neighbours where nothing is selected."""
        state = self._session.state
        rows = state.selection if state.selection is not None else state.answer.rows if state.answer else None
        return _with_margin(rectangle_around(self.points[rows])) if rows is not None else None

    def around_item(self, row: int) -> QRectF | None:
        """The rectangle of an item and its surroundings: as close as now, but not from farther than a tenth of all."""
        whole, shown = self.around_all(), self.camera.shown
        if whole is None or not self.has_place(row):
            return None
        side = min(max(whole.width(), whole.height()) * SURROUNDINGS, shown.width(), shown.height())
        x, y = self.points[row].tolist()
        return QRectF(x - side / 2, y - side / 2, side, side)

    def depth(self) -> float:
        """How many times closer the view is than one of all items."""
        whole, ground = self.around_all(), self.camera.ground
        if whole is None:
            return 1.0
        return self.camera.scale * max(whole.width() / ground.width(), whole.height() / ground.height())

    def close(self) -> None:
        """End the drawing threads."""
        self.painter.close()

    def _connect(self) -> None:
        session = self._session
        for changed in (
            session.projection_changed,
            session.view_changed,
            session.answer_changed,
            session.selection_changed,
            self._color_key.changed,
        ):
            changed.connect(self._on_session_changed)
        session.focus_changed.connect(self._on_focus_changed)
        self._operations.kernels_ready.connect(self.points_item.redraw)
        self._operations.arrows_changed.connect(self._on_arrows_changed)
        self._operations.tiles_made.connect(self._on_tiles_made)
        self._operations.landmarks_found.connect(self._on_landmarks_found)
        self.sieve.changed.connect(self._on_sifted)
        self._appearance.changed.connect(self._on_appearance_changed)
        self.camera.changed.connect(self._on_camera_changed)

    def _refresh(self) -> None:
        """Hand the state to the items that draw it."""
        state, theme = self._session.state, self._appearance.theme
        self.marks = None
        if state.space is not None and state.projection is not None and state.answer is not None:
            self.marks = raster.marks_of(state.space, state.projection, state.answer, axes=state.view.axes[:2])
        seen = self.sieve.sift(self.points)
        if self.marks is not None and state.answer is not None and not self.sieve.is_open:
            hidden = np.isnan(seen[state.answer.rows])
            self.marks = replace(self.marks, neighbor_points=np.where(hidden, np.nan, self.marks.neighbor_points))
        self._captions = [caption for caption in captions(state, self.marks, seen) if math.isfinite(caption.point[0])]
        self.points_item.show_points(
            self.points,
            coloring=self._color_key.coloring,
            selection=state.selection,
            is_faded=self.marks is not None,
            theme=theme,
        )
        self.marks_item.show_marks(self.marks, theme)
        self.arrows_item.show_arrows(self._operations.arrows, theme)
        self._name(state.space if len(self.points) else None)
        if self.points is not self._prepared:
            self._prepared, self.tiles = self.points, None
            self._operations.prepare_drawing(self.points)

    def _name(self, space: EmbeddingSpace | None) -> None:
        """Name what is not hidden, by what has been found out about it."""
        self.labels_item.show_space(space, self.sieve.points)
        tiles, landmarks = self.tiles, self.landmarks
        if not self.sieve.is_open:
            tiles, landmarks = self.sieve.tiles, self.sieve.landmarks
        if tiles is not None:
            self.labels_item.show_tiles(tiles)
        if landmarks is not None:
            self.labels_item.show_landmarks(landmarks)

    def _take_projection(self) -> None:
        """Take over the points if the projection or its axes differ from those that are drawn."""
        state = self._session.state
        if state.projection is self._drawn[0] and state.view.axes[:2] == self._drawn[1]:
            return
        before, old = self._drawn, self.points
        self._drawn = state.projection, state.view.axes[:2]
        self.points, self.tiles, self._few, self.landmarks = np.zeros((0, 2), np.float32), None, None, None
        titles = ["", ""]
        if state.projection is not None:
            self.points = raster.plane_points(state.projection, state.view.axes)
            titles = [raster.axis_title(state.projection, axis) for axis in state.view.axes[:2]]
        self.grown = _grown(before, old, self._drawn, self.points)
        self.axes.set_titles(titles[0], titles[1])
        self.lay_out(self._area)
        self.replaced.emit()

    @Slot()
    def _on_session_changed(self) -> None:
        self._take_projection()
        self._refresh()

    @Slot(object, object)
    def _on_tiles_made(self, points: FloatArray, tiles: Tiles) -> None:
        if points is self.points:
            self.tiles = tiles
            self.points_item.show_tiles(tiles)
            self._on_sifted()

    @Slot(object, object)
    def _on_landmarks_found(self, points: FloatArray, landmarks: Landmarks) -> None:
        if points is self.points:
            self.landmarks = landmarks
            self._on_sifted()

    @Slot()
    def _on_sifted(self) -> None:
        self._name(self._session.state.space if len(self.points) else None)
        self.changed.emit()

    @Slot()
    def _on_arrows_changed(self) -> None:
        self.arrows_item.show_arrows(self._operations.arrows, self._appearance.theme)

    @Slot()
    def _on_focus_changed(self) -> None:
        row = self._session.focus
        point = self.points[row] if row is not None and row < len(self.points) else None
        shown = point is not None and np.isfinite(point).all()
        self.marks_item.show_focus((float(point[0]), float(point[1])) if point is not None and shown else None)

    @Slot()
    def _on_appearance_changed(self) -> None:
        theme, font = self._appearance.theme, QFont(self._font)
        font.setPixelSize(self._appearance.px(measures.BODY_PX))
        self.labels_item.set_look(theme, font)
        font.setPixelSize(self._appearance.px(measures.HEAD_PX + 1))
        self.axes.set_look(theme, font)
        self.lay_out(self._area)
        self._refresh()

    @Slot()
    def _on_camera_changed(self) -> None:
        self.lay_out(self._area)
        self.changed.emit()


def _with_margin(around: QRectF | None) -> QRectF | None:
    if around is None:
        return None
    x, y = MARGIN_SHARE * around.width(), MARGIN_SHARE * around.height()
    return around.adjusted(-x, -y, x, y)


def _grown(before: _Drawn, old: FloatArray, after: _Drawn, new: FloatArray) -> float | None:
    """How many times as far points spread, seen along the same axes, as those of one run are at each epoch."""
    axes, new_axes = (drawn[0].components if drawn[0] is not None else None for drawn in (before, after))
    if axes is None or axes is not new_axes or before[1] != after[1] or not len(old) == len(new) > 0:
        return None
    old_spread, new_spread = (float(np.sqrt(np.nanmean(points.astype(np.float64) ** 2))) for points in (old, new))
    return new_spread / old_spread if old_spread > 0 and 0 < new_spread < math.inf else None
