"""The scene in space: what the plot draws of the state on three axes, and where on the widget each item is seen."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QFont, QPainter

from embedviz import raster
from embedviz.raster import Camera as Lens
from embedviz.raster import Marks, Painter, SolidPlaces
from embedviz.raster.landmarks import Landmarks
from embedviz.raster.solid_box import SolidBox
from embedviz.raster.tiles import Tiles
from embedviz.session import Session
from embedviz.space.arrays import CodeArray, DoubleArray, FloatArray, RowArray, read_only
from embedviz.space.projection import Projection
from embedviz.views import theme as measures
from embedviz.views.appearance import Appearance
from embedviz.views.color_key import ColorKey
from embedviz.views.plot.arrows_item import ArrowsItem
from embedviz.views.plot.canvas import Canvas
from embedviz.views.plot.captions import Caption, captions
from embedviz.views.plot.frame import frame_of
from embedviz.views.plot.labels_item import NameWish
from embedviz.views.plot.marks_item import Box, MarksItem
from embedviz.views.plot.moving_note import paint_moving_note
from embedviz.views.plot.sight import Sight, marks_seen, space_places
from embedviz.views.plot.solid_axes import SolidAxes
from embedviz.views.plot.solid_camera import SolidCamera
from embedviz.views.plot.solid_labels import SolidLabels
from embedviz.views.plot.solid_points import SolidPoints

REACH_PX = 8.0
MARKED_REACH_PX = 6.0
FAR_PX = 2.0**30
REST_MS = 120
CLOSER = 3.0
_NONE: FloatArray = np.zeros((0, 3), np.float32)
_NONE.flags.writeable = False


class SolidScene(QObject):
    """Follows the state while that has three axes, and paints it as the camera sees it.

    `changed` asks for a repaint, `unfinished` for another one soon; `replaced` states that other points are drawn, or
    that it is on or off now.
    """

    changed = Signal()
    unfinished = Signal()
    replaced = Signal()

    def __init__(
        self,
        session: Session,
        painter: Painter,
        appearance: Appearance,
        color_key: ColorKey,
        font: QFont,
        arrows_item: ArrowsItem,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._appearance, self._color_key, self._font = session, appearance, color_key, font
        self._area = QRectF()
        self._canvas = Canvas(is_opaque=True)
        self.points: FloatArray = _NONE
        self.marks: Marks | None = None
        self._drawn: tuple[Projection | None, raster.Axes] = (None, ())
        self._captions: list[Caption] = []
        self._tiles: Tiles | None = None
        self._landmarks: Landmarks | None = None
        self._left: FloatArray = _NONE
        self._sifted: tuple[FloatArray, CodeArray | None, frozenset[int]] = (_NONE, None, frozenset())
        self._places: tuple[Lens, SolidPlaces] | None = None
        self._resting = QTimer(self, singleShot=True, interval=REST_MS)
        self._resting.timeout.connect(self.changed)
        self.camera = SolidCamera(self)
        self.axes = SolidAxes()
        self.points_item = SolidPoints(painter, self.changed.emit)
        self.marks_item = MarksItem(self.changed.emit)
        self._arrows_item = arrows_item
        self.labels_item = SolidLabels(painter, self.unfinished.emit)
        self.labels_item.camera = self.camera
        for changed in (
            session.projection_changed,
            session.view_changed,
            session.answer_changed,
            session.selection_changed,
            color_key.changed,
        ):
            changed.connect(self._on_session_changed)
        session.focus_changed.connect(self._on_focus_changed)
        appearance.changed.connect(self._on_appearance_changed)
        self.camera.changed.connect(self._on_camera_changed)
        self._on_appearance_changed()

    @property
    def is_on(self) -> bool:
        """Whether the state has three axes, and a projection with components for them."""
        return raster.is_solid(self._session.state.projection, self._session.state.view.axes)

    def show_tiles(self, tiles: Tiles | None) -> None:
        """Sorted points of the first two axes: their order makes drawing quicker."""
        if tiles is not self._tiles:
            self._tiles = tiles
            self._refresh()

    def show_landmarks(self, landmarks: Landmarks | None) -> None:
        """Items spread over the first two axes: these are named."""
        self._landmarks = landmarks
        if landmarks is not None and self.is_on and landmarks.n_items == len(self.points):
            self.labels_item.show_landmarks(landmarks)
            self.changed.emit()

    def lay_out(self, area: QRectF) -> None:
        """Fill another part of the widget."""
        self._area = QRectF(area)
        self.camera.set_ground(self._area)

    def fit_all(self, *, turned: bool = False) -> None:
        """Show all items, as one first looks at them or `turned` as they are."""
        self.camera.show(self.points, turned=turned)

    def fit_chosen(self) -> None:
        """Show the selected items, or the neighbours where nothing is selected."""
        state = self._session.state
        rows = state.selection if state.selection is not None else state.answer.rows if state.answer else None
        if rows is not None and len(rows):
            self.camera.show_near(self.points[rows])

    def paint(self, painter: QPainter, covered: list[Box], *, fades: bool) -> None:
        """Draw everything; names keep off the boxes that are `covered`, and appear at once unless they fade in."""
        self.axes.keep_off([QRectF(*box) for box in covered])
        frame = frame_of(self._area, self._area, painter.device().devicePixelRatioF())
        if frame is not None:
            self._canvas.fit(frame)
            with self._canvas.painter(painter) as inner:
                self._paint_all(inner, covered, fades=fades)
            self._canvas.show(painter)

    def _paint_all(self, painter: QPainter, covered: list[Box], *, fades: bool) -> None:
        painter.fillRect(self._area, QColor(self._appearance.theme.ground))
        self.paint_back(painter)
        self.paint_points(painter)
        self._arrows_item.paint(painter, self.camera, self.points)
        self.marks_item.paint(painter, self.camera)
        self.paint_names(self._canvas, painter, [*covered, *self.marks_item.boxes(self.camera)], fades=fades)
        self.marks_item.paint_focus(painter, self.camera)
        self.paint_front(painter)

    def paint_back(self, painter: QPainter) -> None:
        """Draw what stands behind the points: the axes and the walls of their box."""
        self.axes.paint(painter, self.camera)

    def paint_points(self, painter: QPainter) -> None:
        """Draw the points."""
        self.points_item.paint(painter, self.camera, is_moving=self._resting.isActive())

    def paint_names(self, canvas: Canvas, painter: QPainter, taken: list[Box], *, fades: bool) -> None:
        """Draw the names on a canvas, by a painter of it; they keep off the boxes `taken`, and those of the axes."""
        titles = [_box(title.box) for title in self.axes.titles(self.camera)]
        is_quiet = self.marks is not None
        wish = NameWish(self.camera, self._captions, [*titles, *taken], is_quiet=is_quiet, fades=fades)
        self.labels_item.paint(canvas, painter, wish)

    def paint_front(self, painter: QPainter) -> None:
        """Draw what stands before the points: the names of the axes, and what share of the points is drawn."""
        self.axes.paint_titles(painter, self.camera)
        paint_moving_note(painter, self.points_item.step, self.camera.ground, self._appearance.theme)

    def sight(self) -> Sight:
        """What is seen now, as it was last painted."""
        state, points, lens, middle = self._session.state, self.points, self.camera.lens, self.camera.ground.center()
        return Sight(
            subject=(state.space.labels if state.space is not None else None, state.projection, state.view.axes),
            view=lens,
            area=QRectF(self._area),
            n_items=len(points),
            places=space_places(points, lens, (middle.x(), middle.y())),
            answer=state.answer,
            marks=marks_seen(self.marks, self.camera.to_pixels),
            names=lambda: self.labels_item.painted,
            pictures=tuple(self.points_item.pictures),
            paint_back=self.paint_back,
            is_solid=True,
        )

    def pixel_of(self, row: int) -> QPointF:
        """Where an item stands on the widget (it may lie outside of what is in view)."""
        x, y = np.clip(np.nan_to_num(self.camera.to_pixels(self.points[row][None])[0]), -FAR_PX, FAR_PX).tolist()
        return QPointF(x, y)

    def row_at(self, position: QPointF) -> int | None:
        """The item within reach of a position on the widget, or None; marked items come before nearer others."""
        at, answer = position - self.camera.ground.topLeft(), self._session.state.answer
        if answer is not None:
            marked = np.array([*answer.inputs, *answer.rows.tolist()], np.int64)
            lens, width, height = self.camera.lens_at(1.0)
            near = SolidPlaces(self._left[marked], lens, width, height).nearest(at.x(), at.y(), MARKED_REACH_PX)
            if near is not None:
                return int(marked[near])
        return self.places.nearest(at.x(), at.y(), REACH_PX)

    @property
    def places(self) -> SolidPlaces:
        """Where all items are seen on the ground, worked out once the camera rests and somebody asks."""
        if self._places is None or self._places[0] is not self.camera.lens:
            lens, width, height = self.camera.lens_at(1.0)
            self._places = self.camera.lens, SolidPlaces(self._left, lens, width, height)
        return self._places[1]

    def rows_in(self, polygon: DoubleArray, *, is_rectangle: bool = False) -> RowArray:
        """The items seen inside an outline (n, 2) in pixels of the widget, ascending."""
        corners = self._on_ground(polygon)
        if not is_rectangle:
            return self.places.in_polygon(corners)
        (x0, y0), (x1, y1) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
        return self.places.in_rectangle(x0, x1, y0, y1)

    def rows_under(self, stroke: DoubleArray, radius: float) -> RowArray:
        """The items seen under a brush drawn along a line (n, 2) of pixels of the widget, ascending."""
        return self.places.under_brush(self._on_ground(stroke), radius)

    def show_item(self, row: int) -> bool:
        """Turn about an item, in the middle, a little closer than all; False where it has no place."""
        if not self.has_place(row):
            return False
        self.camera.look_at(self.points[row].astype(np.float64), CLOSER)
        return True

    def keep_query_in_view(self) -> None:
        """Move the picture so that the query is on it, without turning or zooming."""
        if self.marks is None or self.marks.query_point is None:
            return
        at, ground = self.camera.to_pixel(*self.marks.query_point.tolist()), self.camera.ground
        if math.isfinite(at.x()) and math.isfinite(at.y()) and not ground.contains(at):
            away = ground.center() - at
            self.camera.pan(away.x(), away.y())

    def has_place(self, row: int) -> bool:
        """Whether an item stands anywhere in space, and is not hidden."""
        return row < len(self._left) and bool(np.isfinite(self._left[row]).all())

    def is_seen(self, row: int) -> bool:
        """Whether an item lies in what is in view."""
        return self.has_place(row) and self.camera.ground.contains(self.pixel_of(row))

    def row_amid(self) -> int | None:
        """The item in view that is nearest to the middle, or None."""
        x, y = self.camera.ground.width() / 2, self.camera.ground.height() / 2
        return self.places.nearest(x, y, math.hypot(x, y))

    def row_beside(self, row: int, dx: float, dy: float) -> int | None:
        """None: in space the arrow keys turn the cloud."""
        return None

    def _on_ground(self, pixels: DoubleArray) -> DoubleArray:
        ground: DoubleArray = np.subtract(pixels, (self.camera.ground.left(), self.camera.ground.top()))
        return ground

    def _take_projection(self) -> None:
        """Take over the points if the projection or its axes differ from those that are drawn."""
        state, is_on = self._session.state, self.is_on
        wanted = (state.projection, state.view.axes) if is_on else (None, ())
        if wanted[0] is self._drawn[0] and wanted[1] == self._drawn[1]:
            return
        before, self._drawn = self._drawn, wanted
        self.points, self._places = _NONE, None
        if is_on and state.projection is not None:
            self.points = raster.solid_points(state.projection, state.view.axes)
            x, y, z = (raster.axis_title(state.projection, axis) for axis in state.view.axes)
            self.axes.set_titles((x, y, z))
            self.axes.set_box(SolidBox.around(self.points))
            self.fit_all(turned=before[0] is not None)
        self.replaced.emit()

    def _refresh(self) -> None:
        """Hand the state to the items that draw it."""
        state, theme = self._session.state, self._appearance.theme
        is_on = self.is_on and len(self.points) > 0
        self.marks = None
        if is_on and state.space is not None and state.projection is not None and state.answer is not None:
            self.marks = raster.marks_of(state.space, state.projection, state.answer, axes=state.view.axes)
        self._sift()
        if self.marks is not None and state.answer is not None and self._left is not self.points:
            hidden = np.isnan(self._left[state.answer.rows])
            self.marks = replace(self.marks, neighbor_points=np.where(hidden, np.nan, self.marks.neighbor_points))
        found = captions(state, self.marks, self._left) if is_on else []
        self._captions = [caption for caption in found if math.isfinite(caption.point[0])]
        self.points_item.show_points(
            self.points,
            self._tiles if is_on else None,
            coloring=self._color_key.coloring,
            selection=state.selection,
            is_faded=self.marks is not None,
            theme=theme,
        )
        self.marks_item.show_marks(self.marks, theme)
        self.labels_item.show_space(state.space if is_on else None, self._left)
        if is_on:
            self.show_landmarks(self._landmarks)

    def _sift(self) -> None:
        """Leave out what the legend hides: it has no place to be touched or named."""
        coloring, hidden = self._color_key.filtered(), self._color_key.hidden
        if coloring is None or not hidden or len(coloring.codes) != len(self.points):
            coloring, hidden = None, frozenset()
        wish = self.points, coloring.codes if coloring is not None else None, hidden
        if wish[0] is self._sifted[0] and wish[1] is self._sifted[1] and hidden == self._sifted[2]:
            return
        self._sifted, self._left, self._places = wish, self.points, None
        shown = coloring.shown() if coloring is not None else None
        if shown is not None:
            self._left = read_only(np.where(shown[:, None], self.points, np.float32(np.nan)))

    @Slot()
    def _on_session_changed(self) -> None:
        self._take_projection()
        self._refresh()

    @Slot()
    def _on_focus_changed(self) -> None:
        row = self._session.focus
        shown = row is not None and self.has_place(row)
        x, y, z = self.points[row].tolist() if shown else (0.0, 0.0, 0.0)
        self.marks_item.show_focus((x, y, z) if shown else None)

    @Slot()
    def _on_appearance_changed(self) -> None:
        theme, font = self._appearance.theme, QFont(self._font)
        font.setPixelSize(self._appearance.px(measures.BODY_PX))
        self.labels_item.set_look(theme, font)
        font.setPixelSize(self._appearance.px(measures.HEAD_PX + 1))
        self.axes.set_look(theme, font)
        self._take_projection()
        self._refresh()

    @Slot()
    def _on_camera_changed(self) -> None:
        if self.points_item.is_thinned():
            self._resting.start()
        self.changed.emit()


def _box(box: QRectF) -> Box:
    return box.x(), box.y(), box.width(), box.height()
