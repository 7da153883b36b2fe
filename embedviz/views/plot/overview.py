"""The overview: where the view is among all items, small, in a corner of the plot while one looks closely."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from embedviz import raster
from embedviz.raster import Viewport
from embedviz.views import theme as measures
from embedviz.views.appearance import Appearance
from embedviz.views.plot.scene import Scene

WIDTH, HEIGHT = 150, 100
DEPTH = 4.0
EDGE_PX = 12
LARGEST_SHARE = 0.4
SMALLEST_MARK_PX = 6.0


class Overview(QWidget):
    """Shows itself when the view is deep in the items; `pointed` tells which place (x, y) of the data to look at."""

    pointed = Signal(float, float)

    def __init__(self, scene: Scene, appearance: Appearance, plot: QWidget) -> None:
        super().__init__(plot)
        self.setObjectName("overview")
        self.setAccessibleName("Overview of all items")
        self.setAccessibleDescription("Click or drag to look at another part.")
        self.setToolTip("Click or drag to look at another part")
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._scene, self._appearance, self._plot = scene, appearance, plot
        self._cloud = QImage()
        self._drawn: tuple[object, tuple[object, ...]] = (None, ())
        self._is_wanted = True
        self.hide()
        scene.camera.changed.connect(self._on_changed)
        scene.replaced.connect(self._on_changed)
        appearance.changed.connect(self._on_changed)

    def set_wanted(self, wanted: bool) -> None:
        """Whether it may show itself."""
        self._is_wanted = wanted
        self._on_changed()

    def make_way(self, place: QPointF) -> None:
        """Go to another corner if this one covers a place of the plot."""
        if self.isVisible() and self.geometry().contains(place.toPoint()):
            self.place(place)

    def place(self, kept_free: QPointF | None = None) -> None:
        """Go to the corner where the fewest items are covered, never onto the buttons or what is asked about."""
        size, ground = self._size(), self._scene.camera.ground.toRect()
        inner = ground.adjusted(EDGE_PX, EDGE_PX, -EDGE_PX, -EDGE_PX)
        left, right = inner.left(), inner.right() - size.width() + 1
        top, bottom = inner.top(), inner.bottom() - size.height() + 1
        corners = [QRect(x, y, size.width(), size.height()) for x, y in ((right, bottom), (right, top), (left, bottom))]
        corners.append(QRect(left, top, size.width(), size.height()))
        free = [corner for corner in corners if not self._is_taken(corner)]
        spots = [spot.toPoint() for spot in (kept_free, self._query()) if spot is not None]
        if free:
            covered = [(sum(map(corner.contains, spots)), self._n_covered(corner)) for corner in free]
            self.setGeometry(free[covered.index(min(covered))])

    def view_rectangle(self) -> QRectF:
        """Where on this widget the part in view is marked."""
        viewport, shown = self._viewport(), self._scene.camera.shown
        x, y = (shown.left() - viewport.x_low) * viewport.scale_x, (viewport.y_high - shown.bottom()) * viewport.scale_y
        mark = QRectF(x, y, shown.width() * viewport.scale_x, shown.height() * viewport.scale_y)
        center, width, height = mark.center(), mark.width(), mark.height()
        grown = max(1.0, SMALLEST_MARK_PX / max(width, 1e-9))
        width, height = max(width, SMALLEST_MARK_PX), min(height * grown, float(self.height()))
        mark = QRectF(center.x() - width / 2, center.y() - height / 2, width, height)
        return mark.intersected(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def _size(self) -> QSize:
        return QSize(self._appearance.px(WIDTH), self._appearance.px(HEIGHT))

    def _has_room(self) -> bool:
        size, ground = self._size(), self._scene.camera.ground
        return size.width() <= LARGEST_SHARE * ground.width() and size.height() <= LARGEST_SHARE * ground.height()

    def _is_taken(self, corner: QRect) -> bool:
        others = (child for child in self._plot.findChildren(QWidget, "plot_tools") if child.isVisible())
        return any(corner.intersects(other.geometry().adjusted(-4, -4, 4, 4)) for other in others)

    def _query(self) -> QPointF | None:
        marks = self._scene.marks
        if marks is None or marks.query_point is None:
            return None
        x, y = marks.query_point[:2].tolist()
        at = self._scene.camera.to_pixel(x, y)
        return at if self._scene.camera.ground.contains(at) else None

    def _n_covered(self, corner: QRect) -> int:
        camera = self._scene.camera
        x_low, y_high = camera.to_data(QPointF(corner.topLeft()))
        x_high, y_low = camera.to_data(QPointF(corner.bottomRight()))
        place = Viewport(x_low, x_high, y_low, y_high, corner.width(), corner.height())
        return raster.count_in_view(self._scene.source, place)

    def _viewport(self, ratio: float = 1.0) -> Viewport:
        """All items on this widget, a unit as long upwards as to the right."""
        whole = self._scene.around_all() or QRectF(-1, -1, 2, 2)
        width, height = max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))
        unit = max(whole.width() / width, whole.height() / height)
        x, y, half_x, half_y = whole.center().x(), whole.center().y(), unit * width / 2, unit * height / 2
        return Viewport(x - half_x, x + half_x, y - half_y, y + half_y, width, height)

    def _picture(self) -> QImage:
        """The card with all items, painted once for each look."""
        source, theme, ratio = self._scene.source, self._appearance.theme, self.devicePixelRatioF()
        look = (theme, self.width(), self.height(), ratio)
        if self._drawn[0] is not source or self._drawn[1] != look:
            viewport, tone = self._viewport(ratio), QColor(theme.rest)
            style = raster.style_for(20 * len(source), pixel_ratio=ratio)  # a small picture: as for a larger crowd
            color = (tone.red(), tone.green(), tone.blue())
            pixels = self._scene.painter.paint(source, viewport, style=style, color=color)
            height, width = pixels.shape[:2]
            form = QImage.Format.Format_ARGB32_Premultiplied
            image = QImage(pixels.data, width, height, 4 * width, form).copy()
            image.setDevicePixelRatio(ratio)
            self._cloud, self._drawn = self._card(image), (source, look)
        return self._cloud

    def _point_at(self, at: QPointF) -> None:
        self.pointed.emit(*self._viewport().to_data(at.x(), at.y()))

    @Slot()
    def _on_changed(self) -> None:
        is_due = self._is_wanted and self._scene.depth() > DEPTH and self._has_room()
        if is_due and not self.isVisible():
            self.place()
        self.setVisible(is_due)
        self._plot.update()  # which this lies on; if both were asked for, the plot would be painted twice

    def _card(self, cloud: QImage) -> QImage:
        """The card with all items on it, under what changes with the view."""
        theme, card = self._appearance.theme, QImage(cloud.size(), QImage.Format.Format_ARGB32_Premultiplied)
        card.setDevicePixelRatio(cloud.devicePixelRatio())
        card.fill(Qt.GlobalColor.transparent)
        with QPainter(card) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            edge = QPainterPath()
            edge.addRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), measures.RADIUS, measures.RADIUS)
            painter.fillPath(edge, QColor(theme.panel))
            painter.setClipPath(edge)
            painter.drawImage(QPointF(0, 0), cloud)
            painter.setClipping(False)
            painter.setPen(QPen(QColor(theme.hairline), 1))
            painter.drawPath(edge)
        return card

    def paintEvent(self, event: QPaintEvent) -> None:
        accent = QColor(self._appearance.theme.accent)
        tint = QColor(accent)
        tint.setAlpha(36)
        with QPainter(self) as painter:
            painter.drawImage(QPointF(0, 0), self._picture())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(tint)
            painter.setPen(QPen(accent, 1.5))
            painter.drawRect(self.view_rectangle())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._point_at(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._point_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()
