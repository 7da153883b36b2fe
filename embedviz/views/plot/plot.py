"""The plot: the drawing of the projection, asked and answered with the mouse and the keyboard."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from embedviz import raster
from embedviz.operations import Operations
from embedviz.operations.looking import Combining
from embedviz.raster import Marks
from embedviz.raster.landmarks import Landmarks
from embedviz.raster.tiles import Tiles
from embedviz.session import Session
from embedviz.space.arrays import DoubleArray, FloatArray
from embedviz.space.projection import Projection
from embedviz.views import theme as measures
from embedviz.views.appearance import Appearance
from embedviz.views.color_key import ColorKey
from embedviz.views.plot.axes import Axes
from embedviz.views.plot.camera import Camera
from embedviz.views.plot.captions import Caption, captions
from embedviz.views.plot.empty_hint import EmptyHint
from embedviz.views.plot.fitting import rectangle_around
from embedviz.views.plot.frame import frame_of
from embedviz.views.plot.hand import Hand, Tool
from embedviz.views.plot.hover_card import HoverCard
from embedviz.views.plot.labels_item import Amount, LabelsItem
from embedviz.views.plot.marks_item import Box, MarksItem
from embedviz.views.plot.points_item import PointsItem
from embedviz.views.plot.summary import text_summary

REACH_PX = 8.0
MARKED_REACH_PX = 6.0
MARGIN_SHARE = 0.05
ZOOM_STEP = 1.25
PAN_SHARE = 0.1
FADE_STEP_MS = 16
FAR_PX = 2.0**30


class Plot(QWidget):
    """Draws every item of the open space and marks what is asked; a click asks about the item under it."""

    def __init__(
        self,
        session: Session,
        operations: Operations,
        appearance: Appearance,
        color_key: ColorKey,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("plot")
        self.setAccessibleName("Plot of all items")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._session = session
        self._operations = operations
        self._appearance = appearance
        self._color_key = color_key
        self._painter = raster.Painter()
        self._points: FloatArray = np.zeros((0, 2), np.float32)
        self._prepared: FloatArray = self._points
        self._tiles: Tiles | None = None
        self._drawn: tuple[Projection | None, tuple[int, int]] = (None, (0, 1))
        self._marks: Marks | None = None
        self._captions: list[Caption] = []
        self._fading = QTimer(self, singleShot=True, interval=FADE_STEP_MS)
        self._fading.timeout.connect(self.update)
        self.camera = Camera(self)
        self.hand = Hand(self.camera, self)
        self.axes = Axes()
        self.points_item = PointsItem(self._painter, self.update)
        self.marks_item = MarksItem(self.update)
        self.labels_item = LabelsItem(self._fading.start)
        self.hover_card = HoverCard(self)
        self.empty_hint = EmptyHint(session, self)
        self._hover_at = QPointF()
        self._hovering = QTimer(self, singleShot=True, interval=0)
        self._hovering.timeout.connect(self._on_hovered)
        self._connect()
        self._on_appearance_changed()
        self._on_session_changed()

    def viewport(self) -> QWidget:
        """The widget that is painted and gets the mouse: this one."""
        return self

    def pixel_of(self, row: int) -> QPoint:
        """Where an item stands, in pixels of this widget (it may lie outside of what is in view)."""
        x, y = np.clip(np.nan_to_num(self.camera.to_pixels(self._points[row][None])[0]), -FAR_PX, FAR_PX).tolist()
        return QPointF(x, y).toPoint()

    def row_at(self, position: QPoint | QPointF) -> int | None:
        """The item within reach of a position in this widget, or None; marked items come before nearer others."""
        frame = frame_of(self.camera.shown, self.camera.ground, 1.0)
        if frame is None:
            return None
        viewport, at = frame.viewport, QPointF(position) - frame.origin
        answer = self._session.state.answer
        if answer is not None:
            marked = np.array([*answer.inputs, *answer.rows.tolist()], np.int64)
            near = raster.nearest(self._points[marked], viewport, at.x(), at.y(), within=MARKED_REACH_PX)
            if near is not None:
                return int(marked[near])
        source = self._points if self._tiles is None else self._tiles
        return raster.nearest(source, viewport, at.x(), at.y(), within=REACH_PX)

    def fit_all(self) -> None:
        """Show all items."""
        self._show_points(self._points)

    def fit_selection(self) -> None:
        """Show the selected items, or the neighbours where nothing is selected."""
        state = self._session.state
        rows = state.selection if state.selection is not None else state.answer.rows if state.answer else None
        if rows is not None:
            self._show_points(self._points[rows])

    def zoom(self, factor: float) -> None:
        """Enlarge (above 1) or shrink what is in view, about its middle."""
        self.camera.zoom(factor)

    def set_tool(self, tool: Tool) -> None:
        """What dragging the mouse does: move the view, or select."""
        self.hand.tool = tool
        self.setCursor(Qt.CursorShape.ArrowCursor if tool == "pan" else Qt.CursorShape.CrossCursor)

    def set_label_amount(self, amount: Amount) -> None:
        """Name no items but those asked for or selected, a few, or many."""
        self.labels_item.amount = amount
        self.update()

    def set_point_size(self, factor: float) -> None:
        """Draw points larger (above 1) or smaller than usual."""
        self.points_item.set_size(factor)

    def set_point_opacity(self, factor: float) -> None:
        """Draw points more opaque (above 1) or less than usual."""
        self.points_item.set_opacity(factor)

    def picture(self, ratio: float) -> QImage:
        """The plot as it stands, at `ratio` pixels a pixel."""
        image = QImage(self.size() * ratio, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        with QPainter(image) as painter:
            self._paint(painter, fades=False)
        return image

    def close_raster(self) -> None:
        """End the drawing threads."""
        self._painter.close()

    def _connect(self) -> None:
        session = self._session
        for changed in (
            session.projection_changed,
            session.view_changed,
            session.selection_changed,
            self._color_key.changed,
        ):
            changed.connect(self._on_session_changed)
        session.answer_changed.connect(self._on_answer_changed)
        session.focus_changed.connect(self._on_focus_changed)
        self._operations.kernels_ready.connect(self.points_item.redraw)
        self._appearance.changed.connect(self._on_appearance_changed)
        self.hand.clicked.connect(self._on_hand_clicked)
        self.hand.rectangle_drawn.connect(self._on_rectangle_drawn)
        self.hand.lasso_drawn.connect(self._on_lasso_drawn)
        self.hand.outline_changed.connect(self.update)
        self.camera.changed.connect(self._on_camera_changed)
        self._operations.tiles_made.connect(self._on_tiles_made)
        self._operations.landmarks_found.connect(self._on_landmarks_found)

    def _show_points(self, points: FloatArray) -> None:
        around = rectangle_around(points)
        if around is not None:
            self.camera.show(around, MARGIN_SHARE)

    def _refresh(self) -> None:
        """Hand the state to the items that draw it."""
        state, theme = self._session.state, self._appearance.theme
        self._marks = None
        if state.space is not None and state.projection is not None and state.answer is not None:
            self._marks = raster.marks_of(state.space, state.projection, state.answer, axes=state.view.axes)
        self._captions = captions(state, self._marks, self._points)
        self.points_item.show_points(
            self._points,
            coloring=self._color_key.coloring,
            selection=state.selection,
            is_faded=self._marks is not None,
            theme=theme,
        )
        self.marks_item.show_marks(self._marks, theme)
        self.labels_item.show_space(state.space if len(self._points) else None, self._points)
        if self._points is not self._prepared:
            self._prepared, self._tiles = self._points, None
            self._operations.prepare_drawing(self._points)
        self.setAccessibleDescription(text_summary(state))

    def _show_query(self) -> None:
        """Bring the query into view if it lies outside, without changing the zoom."""
        if self._marks is None or self._marks.query_point is None:
            return
        x, y = (float(value) for value in self._marks.query_point)
        shown = self.camera.shown
        if np.isfinite([x, y]).all() and not shown.contains(QPointF(x, y)):
            center = shown.center()
            self.camera.move(x - center.x(), y - center.y())

    def _take_projection(self) -> None:
        """Take over the points if the projection or its axes differ from those that are drawn."""
        state = self._session.state
        if state.projection is self._drawn[0] and state.view.axes == self._drawn[1]:
            return
        self._drawn = state.projection, state.view.axes
        self.hover_card.hide()
        self._points, self._tiles = np.zeros((0, 2), np.float32), None
        titles = ["", ""]
        if state.projection is not None:
            self._points = raster.plane_points(state.projection, state.view.axes)
            titles = [raster.axis_title(state.projection, axis) for axis in state.view.axes]
        self.axes.set_titles(titles[0], titles[1])
        self._lay_out()
        self.fit_all()

    def _lay_out(self) -> None:
        self.camera.set_ground(self.axes.ground(QRectF(self.rect()), self.camera))

    def _paint(self, painter: QPainter, *, fades: bool) -> None:
        theme, ground = self._appearance.theme, self.camera.ground
        painter.fillRect(self.rect(), QColor(theme.ground))
        painter.setClipRect(ground)
        self.points_item.paint(painter, self.camera)
        taken = self.marks_item.paint(painter, self.camera)
        taken = [*self._covered(), *taken]
        is_quiet = self._marks is not None
        self.labels_item.paint(painter, self.camera, self._captions, taken, is_quiet=is_quiet, fades=fades)
        painter.setClipping(False)
        self.axes.paint(painter, QRectF(self.rect()), self.camera)

    def _covered(self) -> list[Box]:
        """What lies over the plot for long, such as its buttons."""
        passing = (self.hover_card, self.empty_hint)
        widgets = [child for child in self.children() if isinstance(child, QWidget) and child not in passing]
        places = [child.geometry() for child in widgets if child.isVisible()]
        return [(float(place.x()), float(place.y()), float(place.width()), float(place.height())) for place in places]

    @Slot()
    def _on_session_changed(self) -> None:
        self._take_projection()
        self._refresh()

    @Slot(object, object)
    def _on_tiles_made(self, points: FloatArray, tiles: Tiles) -> None:
        if points is self._points:
            self._tiles = tiles
            self.points_item.show_tiles(tiles)
            self.labels_item.show_tiles(tiles)

    @Slot(object, object)
    def _on_landmarks_found(self, points: FloatArray, landmarks: Landmarks) -> None:
        if points is self._points:
            self.labels_item.show_landmarks(landmarks)
            self.update()

    @Slot()
    def _on_answer_changed(self) -> None:
        self._on_session_changed()
        self._show_query()

    @Slot()
    def _on_focus_changed(self) -> None:
        row = self._session.focus
        point = self._points[row] if row is not None and row < len(self._points) else None
        shown = point is not None and np.isfinite(point).all()
        self.marks_item.show_focus((float(point[0]), float(point[1])) if point is not None and shown else None)

    @Slot()
    def _on_appearance_changed(self) -> None:
        theme, font = self._appearance.theme, QFont(self.font())
        font.setPixelSize(self._appearance.px(measures.BODY_PX))
        self.labels_item.set_look(theme, font)
        font.setPixelSize(self._appearance.px(measures.HEAD_PX + 1))
        self.axes.set_look(theme, font)
        self._lay_out()
        self._refresh()

    @Slot()
    def _on_camera_changed(self) -> None:
        self.hover_card.hide()
        self._lay_out()
        self.update()

    @Slot(object, object)
    def _on_hand_clicked(self, position: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        row = self.row_at(position)
        if row is None:
            return
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self._operations.add_item(row)
        else:
            self._operations.ask_item(row)

    @Slot(object, object)
    def _on_rectangle_drawn(self, corners: DoubleArray, how: Combining) -> None:
        (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
        self._operations.select_rectangle(float(x0), float(x1), float(y0), float(y1), how)

    @Slot(object, object)
    def _on_lasso_drawn(self, polygon: DoubleArray, how: Combining) -> None:
        self._operations.select_lasso(polygon, how)

    @Slot()
    def _on_hovered(self) -> None:
        """Name the item under the cursor; hovering is looked up once a frame, not once a mouse event."""
        space = self._session.state.space
        row = self.row_at(self._hover_at) if space is not None else None
        if row is None or space is None:
            self.hover_card.hide()
            return
        self._session.set_focus(row)
        self.hover_card.show_item(space, row, self._hover_at.toPoint())

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:  # ends it even where drawing fails, without which Qt would crash
            self._paint(painter, fades=not self._appearance.settings.reduced_motion)
            self.hand.paint_outline(painter, QColor(self._appearance.theme.accent))
            if self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QColor(self._appearance.theme.accent))
                painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.hand.press(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.hand.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.hand.move(event)
        self._hover_at = event.position()
        if event.buttons() == Qt.MouseButton.NoButton:
            self._hovering.start()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.hand.release(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.hand.turn(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hovering.stop()
        self.hover_card.hide()
        self._session.set_focus(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the view, + and - zoom, 0 shows all."""
        shown = self.camera.shown
        moves = {
            Qt.Key.Key_Left: (-PAN_SHARE, 0.0),
            Qt.Key.Key_Right: (PAN_SHARE, 0.0),
            Qt.Key.Key_Up: (0.0, PAN_SHARE),
            Qt.Key.Key_Down: (0.0, -PAN_SHARE),
        }
        if event.key() in moves and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            x, y = moves[Qt.Key(event.key())]
            self.camera.move(x * shown.width(), y * shown.height())
        elif event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(ZOOM_STEP)
        elif event.key() == Qt.Key.Key_Minus:
            self.zoom(1 / ZOOM_STEP)
        elif event.key() == Qt.Key.Key_0:
            self.fit_all()
        else:
            super().keyPressEvent(event)
