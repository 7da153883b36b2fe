"""The plot: the drawing of the projection, asked and answered with the mouse and the keyboard."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QFocusEvent, QFont, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from embedviz import raster
from embedviz.operations import Operations
from embedviz.raster import Marks
from embedviz.session import Session
from embedviz.space.arrays import DoubleArray, FloatArray
from embedviz.space.projection import Projection
from embedviz.views import theme as measures
from embedviz.views.appearance import Appearance
from embedviz.views.color_key import ColorKey
from embedviz.views.plot.captions import Caption, captions
from embedviz.views.plot.empty_hint import EmptyHint
from embedviz.views.plot.frame import Frame, frame_of
from embedviz.views.plot.hover_card import HoverCard
from embedviz.views.plot.marks_item import MarksItem
from embedviz.views.plot.points_item import PointsItem
from embedviz.views.plot.summary import text_summary
from embedviz.views.plot.view_box import PlotViewBox, Tool

REACH_PX = 8.0
MARKED_REACH_PX = 6.0
ZOOM_STEP = 1.25
PAN_SHARE = 0.1
_MOUSE = frozenset(
    {
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonRelease,
        QEvent.Type.MouseMove,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.Wheel,
    }
)


class Plot(pg.PlotWidget):
    """Draws every item of the open space and marks what is asked; a click asks about the item under it."""

    def __init__(
        self,
        session: Session,
        operations: Operations,
        appearance: Appearance,
        color_key: ColorKey,
        parent: QWidget | None = None,
    ) -> None:
        pg.setConfigOption("mouseRateLimit", 0)  # a quick lasso keeps its corners; hovering is slowed down here
        self.view_box = PlotViewBox()
        super().__init__(parent=parent, viewBox=self.view_box, enableMenu=False)
        self.setObjectName("plot")
        self.setAccessibleName("Plot of all items")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(False)
        self.setFrameShape(self.Shape.NoFrame)
        self._session = session
        self._operations = operations
        self._appearance = appearance
        self._painter = raster.Painter()
        self._points: FloatArray = np.zeros((0, 2), np.float32)
        self._color_key = color_key
        self._drawn: tuple[Projection | None, tuple[int, int]] = (None, (0, 1))
        self._marks: Marks | None = None
        self.points_item = PointsItem(self._painter)
        self.marks_item = MarksItem(self._captions)
        self.points_item.setZValue(-100)
        self.marks_item.setZValue(100)
        for item in (self.points_item, self.marks_item):
            self.view_box.addItem(item, ignoreBounds=True)
        self.plotItem.hideButtons()
        self.hover_card = HoverCard(self)
        self.empty_hint = EmptyHint(session, self)
        for side in ("bottom", "left"):
            self.plotItem.hideAxis(side)
            self.plotItem.getAxis(side).enableAutoSIPrefix(False)
        self._hover_at = QPointF()
        self._hovering = QTimer(self, singleShot=True, interval=0)
        self._hovering.timeout.connect(self._on_hovered)
        self._connect()
        self._on_appearance_changed()
        self._on_session_changed()

    def pixel_of(self, row: int) -> QPoint:
        """Where an item stands, in pixels of this widget (it may lie outside of what is in view)."""
        x, y = self._points[row]
        scene = self.view_box.mapViewToScene(QPointF(float(x), float(y)))
        position: QPoint = self.mapFromScene(scene)
        return position

    def row_at(self, position: QPoint | QPointF) -> int | None:
        """The item within reach of a position in this widget, or None; marked items come before nearer others."""
        frame = self._frame()
        if frame is None:
            return None
        viewport, at = frame.viewport, QPointF(position) - frame.origin
        answer = self._session.state.answer
        if answer is not None:
            marked = np.array([*answer.inputs, *answer.rows.tolist()], np.int64)
            near = raster.nearest(self._points[marked], viewport, at.x(), at.y(), within=MARKED_REACH_PX)
            if near is not None:
                return int(marked[near])
        return raster.nearest(self._points, viewport, at.x(), at.y(), within=REACH_PX)

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
        self.view_box.scaleBy((1 / factor, 1 / factor))

    def set_tool(self, tool: Tool) -> None:
        """What dragging the mouse does: move the view, or select."""
        self.view_box.tool = tool
        shape = Qt.CursorShape.ArrowCursor if tool == "pan" else Qt.CursorShape.CrossCursor
        self.viewport().setCursor(shape)

    def picture(self, ratio: float) -> QImage:
        """The plot as it stands, at `ratio` pixels a pixel."""
        image = QImage(self.size() * ratio, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        image.fill(QColor(self._appearance.theme.ground))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.render(painter, QRectF(self.rect()), self.rect())
        painter.end()
        self.points_item.redraw()
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
        self.view_box.clicked.connect(self._on_view_box_clicked)
        self.view_box.rectangle_drawn.connect(self._on_rectangle_drawn)
        self.view_box.lasso_drawn.connect(self._on_lasso_drawn)
        self.view_box.sigRangeChanged.connect(self._on_range_changed)

    def _frame(self) -> Frame | None:
        """What is in view, on the logical pixels of this widget."""
        to_widget = self.view_box.childGroup.sceneTransform() * self.viewportTransform()
        return frame_of(self.view_box.viewRect(), to_widget, 1.0)

    def _show_points(self, points: FloatArray) -> None:
        """Show the rectangle around some points; one without width gets some."""
        finite = np.isfinite(points[:, 0]) & np.isfinite(points[:, 1])
        if not finite.any():
            return
        columns = [points[finite, axis] for axis in (0, 1)]  # a column at a time: ten times faster than axis=0
        low = np.array([column.min() for column in columns], np.float64)
        high = np.array([column.max() for column in columns], np.float64)
        size = high - low
        spare = 0.5 * max(float(size.max()), float(np.abs(low).max()) * 1e-6, 1e-6)
        low, high = np.where(size > 0, low, low - spare), np.where(size > 0, high, high + spare)
        self.view_box.setRange(QRectF(low[0], low[1], high[0] - low[0], high[1] - low[1]), padding=0.05)

    def _refresh(self) -> None:
        """Hand the state to the items that draw it."""
        state, theme = self._session.state, self._appearance.theme
        self._marks = None
        if state.space is not None and state.projection is not None and state.answer is not None:
            self._marks = raster.marks_of(state.space, state.projection, state.answer, axes=state.view.axes)
        self.points_item.show_points(
            self._points,
            coloring=self._color_key.coloring,
            selection=state.selection,
            is_faded=self._marks is not None,
            theme=theme,
        )
        font = QFont(self.font())
        font.setPixelSize(self._appearance.px(measures.BODY_PX))
        self.marks_item.show_marks(self._marks, theme, font)
        self.setAccessibleDescription(text_summary(state))

    def _captions(self) -> list[Caption]:
        frame = self._frame()
        return captions(self._session.state, self._marks, self._points, frame.viewport) if frame is not None else []

    def _show_query(self) -> None:
        """Bring the query into view if it lies outside, without changing the zoom."""
        if self._marks is None or self._marks.query_point is None:
            return
        x, y = (float(value) for value in self._marks.query_point)
        shown = self.view_box.viewRect()
        if np.isfinite([x, y]).all() and not shown.contains(QPointF(x, y)):
            center = shown.center()
            self.view_box.translateBy(x=x - center.x(), y=y - center.y())

    def _take_projection(self) -> None:
        """Take over the points if the projection or its axes differ from those that are drawn."""
        state = self._session.state
        if state.projection is self._drawn[0] and state.view.axes == self._drawn[1]:
            return
        self._drawn = state.projection, state.view.axes
        self.hover_card.hide()
        self._points = np.zeros((0, 2), np.float32)
        if state.projection is not None:
            self._points = raster.plane_points(state.projection, state.view.axes)
        for side, axis in (("bottom", state.view.axes[0]), ("left", state.view.axes[1])):
            title = raster.axis_title(state.projection, axis) if state.projection is not None else ""
            self.plotItem.setLabel(side, title)
            self.plotItem.showAxis(side, show=state.projection is not None)
        self.fit_all()

    @Slot()
    def _on_session_changed(self) -> None:
        self._take_projection()
        self._refresh()

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
        theme = self._appearance.theme
        self.setBackground(QColor(theme.ground))
        self.view_box.set_outline_color(QColor(theme.accent))
        font = QFont(self.font())
        font.setPixelSize(self._appearance.px(measures.HEAD_PX + 1))
        for side in ("bottom", "left"):
            axis = self.plotItem.getAxis(side)
            axis.setPen(QColor(theme.hairline))
            axis.setTextPen(QColor(theme.muted))
            axis.setStyle(tickFont=font, tickLength=-4)
            axis.setLabel(axis.labelText, color=theme.muted, **{"font-size": f"{font.pixelSize()}px"})
        self._refresh()

    @Slot()
    def _on_range_changed(self) -> None:
        self.hover_card.hide()

    @Slot(object, object)
    def _on_view_box_clicked(self, scene_position: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        row = self.row_at(self.mapFromScene(scene_position))
        if row is None:
            return
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self._operations.add_item(row)
        else:
            self._operations.ask_item(row)

    @Slot(object, object)
    def _on_rectangle_drawn(self, corners: DoubleArray, how: Any) -> None:
        (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
        self._operations.select_rectangle(float(x0), float(x1), float(y0), float(y1), how)

    @Slot(object, object)
    def _on_lasso_drawn(self, polygon: DoubleArray, how: Any) -> None:
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
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self.viewport())
            painter.setPen(QColor(self._appearance.theme.accent))
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))
            painter.end()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def event(self, event: QEvent) -> bool:
        """A mouse event sent to the plot itself is one on its ground."""
        if event.type() in _MOUSE:
            return self.viewportEvent(event)
        return bool(super().event(event))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hovering.stop()
            self.hover_card.hide()
            self._session.set_focus(None)
        done = bool(super().viewportEvent(event))
        if event.type() in _MOUSE:
            event.accept()  # what the ground has seen must not come to it a second time through `event`
        return done

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover_at = event.position()
        if event.buttons() == Qt.MouseButton.NoButton:
            self._hovering.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the view, + and - zoom, 0 shows all."""
        shown = self.view_box.viewRect()
        moves = {
            Qt.Key.Key_Left: (-PAN_SHARE, 0.0),
            Qt.Key.Key_Right: (PAN_SHARE, 0.0),
            Qt.Key.Key_Up: (0.0, PAN_SHARE),
            Qt.Key.Key_Down: (0.0, -PAN_SHARE),
        }
        if event.key() in moves and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            x, y = moves[Qt.Key(event.key())]
            self.view_box.translateBy(x=x * shown.width(), y=y * shown.height())
        elif event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(ZOOM_STEP)
        elif event.key() == Qt.Key.Key_Minus:
            self.zoom(1 / ZOOM_STEP)
        elif event.key() == Qt.Key.Key_0:
            self.fit_all()
        else:
            super().keyPressEvent(event)
