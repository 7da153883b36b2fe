"""A small chart of figures by epoch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from embedviz.views.appearance import Appearance
from embedviz.views.ticks import ticks

TEXT_PX, LINE_PX, DOT_PX = 11, 2, 2.5
ROOM_PER_TICK_PX, ROOM_PER_EPOCH_PX, ROOM_PER_DOT_PX = 26, 34, 7
HEADROOM = 0.08
_LEFT, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_CENTRED = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop


@dataclass(frozen=True)
class Line:
    """One figure by epoch: its name, the role of its colour in the theme, a value an epoch, and its pen."""

    name: str
    role: str
    values: tuple[float, ...]
    style: Qt.PenStyle = Qt.PenStyle.SolidLine


class Curve(QWidget):
    """Draws lines over the epochs 1, 2, ...; pen styles tell them apart without colour, the cursor reads values."""

    def __init__(self, title: str, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._appearance = appearance
        self._read: int | None = None
        self.lines: tuple[Line, ...] = ()
        self.setAccessibleName(title)
        self.setMinimumSize(80, 60)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        appearance.changed.connect(self._on_appearance_changed)
        self.show_lines(())

    @property
    def n_epochs(self) -> int:
        """How many epochs are drawn."""
        return len(self.lines[0].values) if self.lines else 0

    @property
    def readout(self) -> str:
        """What stands beside the cursor: an epoch and its values; empty while nothing is read."""
        return self._said(self._read) if self._read is not None else ""

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Draw other lines, all over the same epochs."""
        self.lines = tuple(lines)
        if self._read is not None and self._read > self.n_epochs:
            self._read = None
        last = self.n_epochs
        said = f"{last} epochs; {self._said(last)}" if last else "no epochs yet"
        self.setAccessibleDescription(f"{self._title}: {said}")
        self.update()

    def _said(self, epoch: int) -> str:
        values = [f"{line.name} {line.values[epoch - 1]:.3f}" for line in self.lines]
        return " · ".join([f"epoch {epoch}", *values])

    def _read_epoch(self, epoch: int | None) -> None:
        inside = None if epoch is None or not self.n_epochs else min(max(1, epoch), self.n_epochs)
        if inside != self._read:
            self._read = inside
            self.update()

    @Slot()
    def _on_appearance_changed(self) -> None:
        self.updateGeometry()
        self.update()

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(self._appearance.px(TEXT_PX))
        font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def _bounds(self) -> tuple[float, float]:
        """The least and the greatest value with some room around them."""
        finite = [value for line in self.lines for value in line.values if math.isfinite(value)]
        low, high = min(finite, default=0.0), max(finite, default=1.0)
        room = HEADROOM * (high - low) or 0.05 * abs(high) or 0.5
        return low - room, high + room

    def _area(self, metrics: QFontMetricsF, texts: Sequence[str]) -> QRectF:
        """Where the lines are drawn: below the title, beside the widest mark, above the epochs."""
        left = max((metrics.horizontalAdvance(text) for text in texts), default=0) + self._appearance.px(8)
        line = metrics.height()
        return QRectF(self.rect()).adjusted(left, line + 6, -self._appearance.px(10), -2 * line - 4)

    def _x(self, area: QRectF, epoch: float) -> float:
        if self.n_epochs < 2:
            return area.center().x()
        return area.left() + area.width() * (0.02 + 0.96 * (epoch - 1) / (self.n_epochs - 1))

    def _epoch_at(self, x: float) -> int | None:
        metrics = QFontMetricsF(self._font())
        area = self._area(metrics, self._y_marks(metrics)[1])
        if not self.n_epochs or not area.left() - 8 <= x <= area.right() + 8:
            return None
        return min(range(1, self.n_epochs + 1), key=lambda epoch: abs(self._x(area, epoch) - x))

    def _y_marks(self, metrics: QFontMetricsF) -> tuple[list[float], list[str]]:
        if not self.lines:
            return [], []
        room = self.height() - 3 * metrics.height() - 10
        marks = ticks(*self._bounds(), most=max(3, int(room / self._appearance.px(ROOM_PER_TICK_PX))))
        return [mark.value for mark in marks], [mark.text for mark in marks]

    def _paint(self, painter: QPainter) -> None:
        theme = self._appearance.theme
        font = self._font()
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        marks, texts = self._y_marks(metrics)
        area = self._area(metrics, texts)
        painter.setPen(QColor(theme.muted))
        title = metrics.elidedText(self._title, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(QRectF(0, 0, self.width(), metrics.height()), _LEFT | _MIDDLE, title)
        if not self.n_epochs:
            painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter, "no epochs yet")
            return
        low, high = self._bounds()

        def y(value: float) -> float:
            return area.bottom() - area.height() * (value - low) / (high - low)

        for mark, text in zip(marks, texts, strict=True):
            place = round(y(mark)) + 0.5
            painter.setPen(QPen(QColor(theme.hairline), 1))
            painter.drawLine(QPointF(area.left(), place), QPointF(area.right(), place))
            painter.setPen(QColor(theme.muted))
            beside = QRectF(0, place - metrics.height(), area.left() - self._appearance.px(6), 2 * metrics.height())
            painter.drawText(beside, _RIGHT | _MIDDLE, text)
        painter.setPen(QPen(QColor(theme.hairline), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        self._paint_epochs(painter, area, metrics)
        if self._read is not None:
            painter.setPen(QPen(QColor(theme.muted), 1))
            painter.drawLine(
                QPointF(self._x(area, self._read), area.top()), QPointF(self._x(area, self._read), area.bottom())
            )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for line in self.lines:
            places = [
                (epoch, QPointF(self._x(area, epoch), y(value)))
                for epoch, value in enumerate(line.values, 1)
                if math.isfinite(value)
            ]
            self._paint_line(painter, area, line, places)
        self._paint_words(painter, area, metrics)

    def _paint_epochs(self, painter: QPainter, area: QRectF, metrics: QFontMetricsF) -> None:
        painter.setPen(QColor(self._appearance.theme.muted))
        most = max(2, int(area.width() / self._appearance.px(ROOM_PER_EPOCH_PX)))
        width = self._appearance.px(ROOM_PER_EPOCH_PX)
        for epoch in whole_ticks(self.n_epochs, most):
            x = self._x(area, epoch)
            painter.drawText(QRectF(x - width, area.bottom() + 2, 2 * width, metrics.height()), _CENTRED, f"{epoch:,}")
        below = QRectF(area.left(), area.bottom() + 2 + metrics.height(), area.width(), metrics.height())
        painter.drawText(below, _CENTRED, "epoch")

    def _paint_line(self, painter: QPainter, area: QRectF, line: Line, places: list[tuple[int, QPointF]]) -> None:
        color = QColor(getattr(self._appearance.theme, line.role))
        painter.setPen(QPen(color, self._appearance.px(LINE_PX), line.style))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF([place for _, place in places]))
        has_dots = self.n_epochs * self._appearance.px(ROOM_PER_DOT_PX) <= area.width()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        for epoch, place in places:
            if has_dots or epoch == self._read:
                radius = self._appearance.px(2 * DOT_PX) / (2 if epoch != self._read else 1.25)
                painter.drawEllipse(place, radius, radius)

    def _paint_words(self, painter: QPainter, area: QRectF, metrics: QFontMetricsF) -> None:
        """The legend of several lines at the upper right; in its place what is read, one line each."""
        entries = [(line.name, line) for line in self.lines] if len(self.lines) > 1 else []
        if self._read is not None:
            entries = [(f"{line.name} {line.values[self._read - 1]:.3f}", line) for line in self.lines]
        heading = f"epoch {self._read:,}" if self._read is not None else ""
        if not entries:
            return
        theme = self._appearance.theme
        sample, line_height = self._appearance.px(22), metrics.height() + 2
        width = max(metrics.horizontalAdvance(text) for text in (heading, *(name for name, _ in entries)))
        height = line_height * (len(entries) + bool(heading))
        box = QRectF(area.right() - width - sample - 14, area.top(), width + sample + 14, height + 4)
        if self._read is not None and self._x(area, self._read) > box.left():
            box.moveLeft(area.left())  # not over what is read
        ground = QColor(theme.panel)
        ground.setAlpha(225)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 4, 4)
        place = QRectF(box.left() + sample + 10, box.top() + 2, width + 2, line_height)
        if heading:
            painter.setPen(QColor(theme.muted))
            painter.drawText(place, _LEFT | _MIDDLE, heading)
            place.translate(0, line_height)
        for name, line in entries:
            painter.setPen(QPen(QColor(getattr(theme, line.role)), self._appearance.px(LINE_PX), line.style))
            middle = place.center().y()
            painter.drawLine(QPointF(box.left() + 4, middle), QPointF(box.left() + 4 + sample, middle))
            painter.setPen(QColor(theme.text if heading else theme.muted))
            painter.drawText(place, _LEFT | _MIDDLE, name)
            place.translate(0, line_height)

    def sizeHint(self) -> QSize:
        return QSize(self._appearance.px(240), self._appearance.px(140))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint(painter)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(self._appearance.theme.accent))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._read_epoch(self._epoch_at(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        self._read_epoch(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right read the epoch before and after; Escape ends the reading."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None and self.n_epochs:
            self._read_epoch(self.n_epochs if self._read is None else self._read + step)
        elif event.key() == Qt.Key.Key_Escape and self._read is not None:
            self._read_epoch(None)
        else:
            super().keyPressEvent(event)


def whole_ticks(last: int, most: int) -> list[int]:
    """Whole numbers of 1..last, at most `most`: all of them, or multiples of a round step."""
    return list(range(1, last + 1)) if last <= most else [round(mark.value) for mark in ticks(1, last, most)]
