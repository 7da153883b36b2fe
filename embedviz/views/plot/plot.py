"""The plot: the widget that shows the scene and hears the mouse and the keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from embedviz.operations import Operations
from embedviz.session import Session
from embedviz.views.appearance import Appearance
from embedviz.views.color_key import ColorKey
from embedviz.views.plot.attention import Attention
from embedviz.views.plot.brush_cursor import brush_cursor
from embedviz.views.plot.empty_hint import EmptyHint
from embedviz.views.plot.flight import Flight
from embedviz.views.plot.glide import Glide
from embedviz.views.plot.hand import Hand, Tool
from embedviz.views.plot.hover_card import HoverCard
from embedviz.views.plot.marks_item import Box
from embedviz.views.plot.overview import Overview
from embedviz.views.plot.scene import Scene
from embedviz.views.plot.selector import Selector
from embedviz.views.plot.solid_hand import SolidHand
from embedviz.views.plot.solid_scene import SolidScene
from embedviz.views.plot.summary import text_summary

ZOOM_STEP = 1.25
PAN_SHARE = 0.1
TURN_PX = 30.0
IN_SIGHT_SHARE = 0.08
FADE_STEP_MS = 16

_ARROWS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}


class Plot(QWidget):
    """Shows every item of the open space and marks what is asked; a click asks about the item under it."""

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
        self._fading = QTimer(self, singleShot=True, interval=FADE_STEP_MS)
        self._fading.timeout.connect(self.update)
        self.scene = Scene(session, operations, appearance, color_key, self.font(), self)
        self.camera, self.axes = self.scene.camera, self.scene.axes
        self.points_item, self.marks_item = self.scene.points_item, self.scene.marks_item
        self.labels_item = self.scene.labels_item
        arrows_item = self.scene.arrows_item
        self.solid = SolidScene(session, self.scene.painter, appearance, color_key, self.font(), arrows_item, self)
        self._flat_hand, self._solid_hand = Hand(self.camera, self), SolidHand(self.solid.camera, self)
        self.flight = Flight(self.camera, parent=self)
        self.glide = Glide(parent=self)
        self._selector = Selector(operations, self.scene, self.solid, self)
        self.hover_card = HoverCard(self)
        self.attention = Attention(session, self.scene, self.hover_card, self)
        self.attention.sought.connect(operations.follow_item)
        self.overview = Overview(self.scene, appearance, self)
        self.empty_hint = EmptyHint(session, operations, self)
        self._connect()
        self._on_preferred()
        self._on_replaced()
        self._on_session_changed()

    def viewport(self) -> QWidget:
        """The widget that is painted and gets the mouse: this one."""
        return self

    def pixel_of(self, row: int) -> QPoint:
        """Where an item stands, in pixels of this widget (it may lie outside of what is in view)."""
        return self._stage.pixel_of(row).toPoint()

    def row_at(self, position: QPoint | QPointF) -> int | None:
        """The item within reach of a position in this widget, or None; marked items come before nearer others."""
        return self._stage.row_at(QPointF(position))

    @property
    def is_flat(self) -> bool:
        """Whether a plane is shown, not a space that can be turned."""
        return not self.solid.is_on

    @property
    def hand(self) -> Hand:
        """What the mouse does now."""
        return self._flat_hand if self.is_flat else self._solid_hand

    @property
    def _stage(self) -> Scene | SolidScene:
        return self.scene if self.is_flat else self.solid

    def fit_all(self) -> None:
        """Show all items at once; in space, as one first looks at them."""
        self._show_all(at_once=True)

    def fit_selection(self) -> None:
        """Show the selected items, or the neighbours where nothing is selected, at once."""
        self._show_chosen(at_once=True)

    def fly_to_all(self) -> None:
        """Fly to where all items are seen."""
        self._show_all(at_once=False)

    def fly_to_selection(self) -> None:
        """Fly to the selected items, or the neighbours where nothing is selected."""
        self._show_chosen(at_once=False)

    def fly_to_item(self) -> bool:
        """Show the item in focus, or the one asked about, and what is around it; False where there is none."""
        answer, row = self._session.state.answer, self._session.focus
        if row is None and answer is not None and not answer.is_formula and answer.inputs:
            row = answer.inputs[0]
        if row is not None and not self.is_flat:
            return self.solid.show_item(row)
        around = self.scene.around_item(row) if row is not None else None
        self._fly_to(around)
        return around is not None

    def zoom(self, factor: float) -> None:
        """Enlarge (above 1) or shrink what is in view, about its middle."""
        self.flight.stop()
        (self.camera if self.is_flat else self.solid.camera).zoom(factor)

    def set_tool(self, tool: Tool) -> None:
        """What dragging the mouse does: move the view, or select."""
        self._flat_hand.tool = self._solid_hand.tool = tool
        if tool == "brush":
            self.setCursor(brush_cursor(self.hand.brush_radius, self.devicePixelRatioF()))
        else:
            self.setCursor(Qt.CursorShape.ArrowCursor if tool == "pan" else Qt.CursorShape.CrossCursor)

    def close_raster(self) -> None:
        """End the drawing threads."""
        self.scene.close()

    def _connect(self) -> None:
        session = self._session
        for changed in (session.projection_changed, session.view_changed, session.selection_changed):
            changed.connect(self._on_session_changed)
        session.coloring_changed.connect(self._on_session_changed)
        session.answer_changed.connect(self._on_answer_changed)
        self._appearance.preferred.connect(self._on_preferred)
        self.scene.changed.connect(self.update)
        self.scene.unfinished.connect(self._fading.start)
        self.scene.replaced.connect(self._on_replaced)
        self.camera.changed.connect(self.attention.follow)
        self.solid.camera.changed.connect(self.attention.follow)
        self.solid.changed.connect(self.update)
        self.glide.wanted.connect(self.update)
        self.solid.unfinished.connect(self._fading.start)
        self.solid.replaced.connect(self._on_stage_changed)
        self._operations.tiles_made.connect(self._on_prepared)
        self._operations.landmarks_found.connect(self._on_prepared)
        self._operations.kernels_ready.connect(self.solid.points_item.redraw)
        for hand in (self._flat_hand, self._solid_hand):
            hand.clicked.connect(self._on_hand_clicked)
            self._selector.listen(hand)
            hand.outline_changed.connect(self.update)
            hand.brush_changed.connect(self._on_brush_changed)
        self.overview.pointed.connect(self._on_overview_pointed)

    def _show_all(self, *, at_once: bool) -> None:
        if self.is_flat:
            self._fly_to(self.scene.around_all(), at_once=at_once)
        else:
            self.solid.fit_all()

    def _show_chosen(self, *, at_once: bool) -> None:
        if self.is_flat:
            self._fly_to(self.scene.around_chosen(), at_once=at_once)
        else:
            self.solid.fit_chosen()

    def _fly_to(self, around: QRectF | None, *, at_once: bool = False) -> None:
        if around is not None:
            is_still = self._appearance.settings.reduced_motion or not self.isVisible()
            self.flight.fly_to(around, at_once=at_once or is_still)

    def _move_to(self, x: float, y: float) -> None:
        """Look at another middle, as closely as now."""
        if QPointF(x, y) != self.camera.shown.center():
            shown = self.camera.shown
            shown.moveCenter(QPointF(x, y))
            self._fly_to(shown)

    def _keep_in_sight(self, row: int) -> None:
        """Move the view as far as an item needs to lie well within it."""
        ground, at = self.camera.ground, self.scene.pixel_of(row)
        x, y = IN_SIGHT_SHARE * ground.width(), IN_SIGHT_SHARE * ground.height()
        room = ground.adjusted(x, y, -x, -y)
        away = QPointF(
            at.x() - min(max(at.x(), room.left()), room.right()), at.y() - min(max(at.y(), room.top()), room.bottom())
        )
        self.overview.make_way(at - away)
        if not away.isNull():
            self._move_to(*self.camera.to_data(ground.center() + away))

    def _hold(self) -> None:
        """A hand reaches for the plot: nothing moves by itself any longer."""
        self.flight.stop()
        self.glide.land()

    def _paint(self, painter: QPainter) -> None:
        stage, covered, fades = self._stage, self._covered(), not self._appearance.settings.reduced_motion
        if not self.glide.follow(stage.sight(), may_move=fades):
            stage.paint(painter, covered, fades=fades)
            self.glide.remember(stage.sight())
            return
        look = self.points_item.look(self._appearance.theme)
        self.glide.paint(painter, stage, self.scene.painter, look, covered)

    def _covered(self) -> list[Box]:
        """What lies over the plot for long, such as its buttons."""
        passing = (self.hover_card, self.empty_hint)
        widgets = [child for child in self.children() if isinstance(child, QWidget) and child not in passing]
        places = [child.geometry() for child in widgets if child.isVisible()]
        return [(float(place.x()), float(place.y()), float(place.width()), float(place.height())) for place in places]

    @Slot()
    def _on_session_changed(self) -> None:
        self.setAccessibleDescription(text_summary(self._session.state))

    @Slot()
    def _on_answer_changed(self) -> None:
        """Bring the query into view if it lies outside, without changing the zoom."""
        self._on_session_changed()
        if not self.is_flat:
            self.solid.keep_query_in_view()
            return
        marks = self.scene.marks
        if marks is not None and marks.query_point is not None:
            x, y = (float(value) for value in marks.query_point)
            if not self.camera.shown.contains(QPointF(x, y)):
                self._move_to(x, y)

    @Slot()
    def _on_replaced(self) -> None:
        """Other points are shown whole, and at once; along the same axes the view stands still on what it showed."""
        self.hover_card.hide()
        around, grown = self.scene.around_all(), self.scene.grown
        if grown is not None:
            shown = self.camera.shown
            around = QRectF(shown.topLeft() * grown, shown.size() * grown)
        if around is not None:
            self.flight.fly_to(around, at_once=True)

    @Slot()
    def _on_stage_changed(self) -> None:
        """A plane is shown now, or a space, or another one."""
        self.hover_card.hide()
        self.flight.stop()
        self.attention.stage = self._stage
        self._on_preferred()
        self._on_prepared()
        self.update()

    @Slot()
    def _on_prepared(self) -> None:
        """What is known of the order of the items on the plane serves the space too."""
        self.solid.show_tiles(self.scene.tiles)
        self.solid.show_landmarks(self.scene.landmarks)

    @Slot()
    def _on_preferred(self) -> None:
        settings = self._appearance.settings
        for stage in (self.scene, self.solid):
            stage.labels_item.amount = settings.label_amount
            stage.points_item.set_size(settings.point_size)
            stage.points_item.set_opacity(settings.point_opacity)
        self.overview.set_wanted(settings.overview and self.is_flat)

    @Slot(object, object)
    def _on_hand_clicked(self, position: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        row = self.row_at(position)
        if row is not None:
            self._ask(row, modifiers)

    def _ask(self, row: int, modifiers: Qt.KeyboardModifier) -> None:
        """Ask about an item; with Ctrl, add it to the question."""
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self._operations.add_item(row)
        else:
            self._operations.ask_item(row)

    @Slot()
    def _on_brush_changed(self) -> None:
        self._flat_hand.brush_radius = self._solid_hand.brush_radius = self.hand.brush_radius
        self.set_tool(self.hand.tool)

    @Slot(float, float)
    def _on_overview_pointed(self, x: float, y: float) -> None:
        self.flight.stop()
        center = self.camera.shown.center()
        self.camera.move(x - center.x(), y - center.y())

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:  # ends it even where drawing fails, without which Qt would crash
            self._paint(painter)
            self.hand.paint_outline(painter, QColor(self._appearance.theme.accent))
            if self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QColor(self._appearance.theme.accent))
                painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.scene.lay_out(QRectF(self.rect()))
        self.solid.lay_out(QRectF(self.rect()))
        self.overview.place()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._hold()
        self.hand.press(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._hold()
        if self.is_flat or event.button() != Qt.MouseButton.LeftButton:
            self.hand.press(event)
        else:
            self.fit_all()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.hand.move(event)
        if event.buttons() == Qt.MouseButton.NoButton:
            is_followed = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.attention.hover(event.position(), is_followed=is_followed)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.hand.release(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._hold()
        self.hand.turn(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.attention.leave()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from item to item, in space they turn it, with Shift they move the view.

        Enter asks; + and - zoom, 0 shows all.
        """
        self._hold()
        key, modifiers = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        row = self._session.focus
        if key in _ARROWS and not self.is_flat:
            (x, y), step = _ARROWS[Qt.Key(key)], TURN_PX
            (self.solid.camera.pan if modifiers else self.solid.camera.turn)(x * step, y * step)
        elif key in _ARROWS and modifiers == Qt.KeyboardModifier.NoModifier:
            found = self.attention.step(*_ARROWS[Qt.Key(key)])
            if found is not None:
                self._keep_in_sight(found)
        elif key in _ARROWS and modifiers == Qt.KeyboardModifier.ShiftModifier:
            (x, y), shown = _ARROWS[Qt.Key(key)], self.camera.shown
            self.camera.move(PAN_SHARE * x * shown.width(), -PAN_SHARE * y * shown.height())
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row is not None:
            self._ask(row, modifiers)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(ZOOM_STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / ZOOM_STEP)
        elif key == Qt.Key.Key_0:
            self.fly_to_all()
        else:
            super().keyPressEvent(event)
