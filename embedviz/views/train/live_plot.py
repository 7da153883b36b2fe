"""The plot of a training that runs: every word a point that moves while it is learned."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from embedviz import raster
from embedviz.operations import Operations
from embedviz.raster import Painter
from embedviz.session import Session
from embedviz.space.arrays import RowArray
from embedviz.training import Frame
from embedviz.views.appearance import Appearance
from embedviz.views.plot.camera import Camera
from embedviz.views.plot.canvas import Canvas
from embedviz.views.plot.frame import frame_of
from embedviz.views.plot.points_item import PointsItem
from embedviz.views.plot.sight import Sight, plane_places
from embedviz.views.train.live_names import LiveNames

FIRST_REACH = 2.4  # how far is seen around the middle, in mean distances of the points from it
WIDEST_SHARE = 0.99
LOOKED_AT = 2_000  # points, to know how far most of them stand
REACH_PX = 8.0
MARGIN_PX = 14
_EXPLAINED = (
    "Each moment is centred and drawn at the same spread; the axes turn slowly toward the directions of most variance."
)


class LivePlot(QWidget):
    """Shows each Frame as it comes, in a view that is held still and only ever grows; words asked about stand out."""

    def __init__(
        self,
        session: Session,
        operations: Operations,
        appearance: Appearance,
        painter: Painter,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("live_plot")
        self.setAccessibleName("Plot of the training")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self._session, self._operations, self._appearance = session, operations, appearance
        self.frame: Frame | None = None
        self.n_frames = 0
        self._reach = FIRST_REACH
        self.hovered: int | None = None
        self._asked: tuple[object, RowArray] = (None, np.zeros(0, np.int64))
        self.camera = Camera(self)
        self.points_item = PointsItem(painter, self.update, self.update)
        self._canvas = Canvas(is_opaque=True)
        self._names = LiveNames(self.font(), appearance.theme.ground)
        self.camera.changed.connect(self.update)
        operations.training_began.connect(self._on_training_began)
        operations.frame_seen.connect(self._on_frame_seen)
        operations.pause_changed.connect(self.update)
        session.answer_changed.connect(self._show)
        appearance.changed.connect(self._on_appearance_changed)

    def pixel_of(self, row: int) -> QPointF:
        """Where a word stands on this widget."""
        assert self.frame is not None, "there is a frame"
        x, y = self.camera.to_pixels(self.frame.points[row][None].astype(np.float64))[0].tolist()
        return QPointF(x, y)

    def sight(self) -> Sight | None:
        """What is seen now, for the plot that takes its place."""
        if self.frame is None:
            return None
        shown, ground = self.camera.shown, self.camera.ground
        return Sight(
            subject=(self.frame.words, self.frame),
            view=(shown.getRect(), ground.getRect()),
            area=QRectF(self.rect()),
            n_items=len(self.frame.points),
            places=plane_places(self.frame.points, shown, ground),
        )

    def _row_at(self, position: QPointF) -> int | None:
        seen = frame_of(self.camera.shown, self.camera.ground, 1.0)
        if self.frame is None or seen is None:
            return None
        at = position - seen.origin
        return raster.nearest(self.frame.points, seen.viewport, at.x(), at.y(), within=REACH_PX)

    def _asked_rows(self) -> RowArray:
        """The words of the last question and of its answer that are learned here, those asked about first."""
        answer, frame = self._session.state.answer, self.frame
        assert frame is not None, "there is a frame"
        if self._asked[0] != (answer, frame.words):
            space = self._session.state.space
            rows: list[int] = []
            if answer is not None and space is not None:
                found = [frame.words.find(space.labels[row]) for row in (*answer.inputs, *answer.rows.tolist())]
                rows = [row for row in found if row is not None]
            self._asked = (answer, frame.words), np.array(rows, np.int64)
        rows_now = self._asked[1]
        return rows_now[rows_now < len(frame.points)]

    def _paint(self, painter: QPainter) -> None:
        theme, area, frame = self._appearance.theme, QRectF(self.rect()), self.frame
        painter.fillRect(area, QColor(theme.ground))
        if frame is None:
            painter.setPen(QColor(theme.muted))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "Words appear here as soon as the text is read.")
            return
        asked = self._asked_rows()
        place = frame_of(self.camera.shown, self.camera.ground, painter.device().devicePixelRatioF())
        if place is not None:
            self._canvas.fit(place)
            with self._canvas.painter() as inner:
                self.points_item.paint(self._canvas, inner)
            self._canvas.show(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hovered = [] if self.hovered is None else [self.hovered]
        self._paint_dots(painter, asked)
        rows = self._names.rows(np.concatenate([np.array(hovered, np.int64), asked]), len(frame.points))
        strong = dict.fromkeys([*hovered, *asked.tolist()], QColor(theme.query_text))
        anchors = self.camera.to_pixels(frame.points[rows].astype(np.float64))
        self._names.paint(painter, area, rows, anchors, QColor(theme.text), strong)
        self._paint_words(painter, area, frame)

    def _paint_dots(self, painter: QPainter, rows: RowArray) -> None:
        radius = self._appearance.px(8) / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._appearance.theme.query))
        for row in rows.tolist():
            painter.drawEllipse(self.pixel_of(row), radius, radius)

    def _paint_words(self, painter: QPainter, area: QRectF, frame: Frame) -> None:
        """What is seen, above and below."""
        theme, margin = self._appearance.theme, self._appearance.px(MARGIN_PX)
        inner = area.adjusted(margin, margin, -margin, -margin)
        state = "Paused" if self._operations.is_paused else "Live"
        painter.setPen(QColor(theme.text))
        font = painter.font()
        font.setPixelSize(self._appearance.px(15))
        font.setBold(True)
        painter.setFont(font)
        title = f"{state}: after {frame.epoch} epochs" if frame.epoch != 1 else f"{state}: after 1 epoch"
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, title)
        font.setPixelSize(self._appearance.px(11))
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(QColor(theme.muted))
        n, n_all = len(frame.points), len(frame.words)
        which = f"The {n:,} most frequent of {n_all:,} words. " if n < n_all else f"All {n:,} words. "
        wrapped = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom | Qt.TextFlag.TextWordWrap
        painter.drawText(inner, wrapped, which + _EXPLAINED)

    def _look(self) -> None:
        """Let the camera see as far as most points ever stood."""
        if self.frame is not None:
            some = self.frame.points[:: max(1, len(self.frame.points) // LOOKED_AT)]
            finite = some[np.isfinite(some).all(axis=1)]
            if len(finite):
                far = np.abs(finite).max(axis=1)
                at = min(len(far) - 1, int(WIDEST_SHARE * len(far)))
                self._reach = max(self._reach, 1.05 * float(np.partition(far, at)[at]))
        self.camera.show(QRectF(-self._reach, -self._reach, 2 * self._reach, 2 * self._reach))

    @Slot()
    def _show(self) -> None:
        """Hand the frame to what draws it."""
        if self.frame is not None:
            self.points_item.show_points(
                self.frame.points,
                coloring=None,
                selection=None,
                is_faded=len(self._asked_rows()) > 0,
                theme=self._appearance.theme,
            )
        self.update()

    @Slot()
    def _on_training_began(self) -> None:
        self.frame, self._reach, self.hovered = None, FIRST_REACH, None
        self._look()
        self.update()

    @Slot(object)
    def _on_frame_seen(self, frame: Frame) -> None:
        self.frame = frame
        self.n_frames += 1
        self._names.show_words(frame.words)
        if self.isVisible():
            self._look()
            self._show()

    @Slot()
    def _on_appearance_changed(self) -> None:
        self._names = LiveNames(self.font(), self._appearance.theme.ground)
        if self.frame is not None:
            self._names.show_words(self.frame.words)
        self._show()

    def sizeHint(self) -> QSize:
        return QSize(40, 40)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.camera.set_ground(QRectF(self.rect()))
        self._look()

    def showEvent(self, event: QShowEvent) -> None:
        self._look()
        self._show()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.hovered = self._row_at(event.position())
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered = None
        self.update()
