"""A small chart of figures by epoch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from embedviz.views.appearance import Appearance
from embedviz.views.ticks import ticks
from embedviz.views.train.curve_legend import Entry, legend_height, legend_width, paint_legend
from embedviz.views.train.line_colors import N_COLORS, line_color

TEXT_PX, LINE_PX, DOT_PX = 11, 2, 2.5
ROOM_PER_TICK_PX, ROOM_PER_EPOCH_PX, ROOM_PER_DOT_PX = 26, 34, 7
HEADROOM = 0.08
INSET = 4  # the frame of the one that has the keyboard crosses nothing
SAMPLES_PER_LINE = 60  # where a line is looked for below its legend
MOST_WITHIN = 2
"""So many lines of a training are named within the chart; the names of more stand beside it."""

LEGEND_SHARE = 0.38
_STYLES = (
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.DashLine,
    Qt.PenStyle.DotLine,
    Qt.PenStyle.DashDotLine,
    Qt.PenStyle.DashDotDotLine,
)
_LEFT, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_CENTRED = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop


@dataclass(frozen=True)
class Line:
    """One figure by epoch: its name, the role of its colour in the theme, a value an epoch, and its pen.

    One of several lines that are alike has a number for its role: that of a colour for classes. NaN where an epoch has
    no value; the line goes on behind it.
    """

    name: str
    role: str | int
    values: tuple[float, ...]
    style: Qt.PenStyle = Qt.PenStyle.SolidLine

    @classmethod
    def numbered(cls, number: int, name: str, values: tuple[float, ...]) -> Line:
        """One of several lines that are alike, told apart by colour and by pen."""
        return cls(name, number % N_COLORS, values, _STYLES[number % len(_STYLES)])


class Curve(QWidget):
    """Draws lines over epochs; pen styles tell them apart without colour, the cursor reads values.

    `epoch_chosen` carries an epoch that is clicked, or on which Enter is pressed.
    """

    epoch_chosen = Signal(int)

    def __init__(self, title: str, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._appearance = appearance
        self._read: int | None = None
        self._marked: int | None = None
        self._first = 1
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
        return max((len(line.values) for line in self.lines), default=0)

    @property
    def last_epoch(self) -> int:
        """The last epoch that is drawn."""
        return self._first + self.n_epochs - 1

    @property
    def readout(self) -> str:
        """What stands beside the cursor: an epoch and its values; empty while nothing is read."""
        return self._said(self._read) if self._read is not None else ""

    def show_title(self, title: str) -> None:
        """Say that other figures than before are drawn."""
        self._title = title
        self.setAccessibleName(title)
        self.update()

    def show_lines(self, lines: Sequence[Line], *, first: int = 1) -> None:
        """Draw other lines, from the epoch `first` on, as far as each goes."""
        self.lines, self._first = tuple(lines), first
        if self._read is not None and not first <= self._read <= self.last_epoch:
            self._read = None
        n, last = self.n_epochs, self.last_epoch
        said = f"{n} epochs; {self._said(last)}" if n else "no epochs yet"
        self.setAccessibleDescription(f"{self._title}: {said}")
        self.update()

    def mark(self, epoch: int | None) -> None:
        """Draw a line at an epoch that is shown elsewhere, 0 is before the first; None draws none."""
        if epoch != self._marked:
            self._marked = epoch
            self.update()

    def _said(self, epoch: int) -> str:
        return " · ".join([f"epoch {epoch}", *(entry.text for entry in self._entries(epoch))])

    def _entries(self, epoch: int | None) -> list[Entry]:
        """The lines as a legend names them; with an epoch, those that go so far, and their values there."""
        entries = []
        for line in self.lines:
            at = None if epoch is None else epoch - self._first
            if at is None or at < len(line.values):
                text = line.name if at is None else f"{line.name} {_told(line.values[at])}"
                entries.append(Entry(text, line_color(line.role, self._appearance.theme), line.style))
        return entries

    def _read_epoch(self, epoch: int | None) -> None:
        inside = None if epoch is None or not self.n_epochs else min(max(self._first, epoch), self.last_epoch)
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
        left = max((metrics.horizontalAdvance(text) for text in texts), default=0) + self._appearance.px(8) + INSET
        line, right = metrics.height(), self._appearance.px(10)
        if self._is_named_beside:
            right += round(self._legend_width(metrics))
        return QRectF(self.rect()).adjusted(left, line + 6 + INSET, -right, -2 * line - 4 - INSET)

    @property
    def _is_named_beside(self) -> bool:
        """Whether the legend stands beside the lines: where they are many, or may run anywhere."""
        return len(self.lines) > MOST_WITHIN or any(isinstance(line.role, int) for line in self.lines)

    def _legend_width(self, metrics: QFontMetricsF) -> float:
        """The room beside the chart, the same whether or not values are read, so that nothing moves."""
        texts = [f"{line.name} −0.000" for line in self.lines]
        return min(LEGEND_SHARE * self.width(), legend_width(texts, metrics, self._appearance))

    def _x(self, area: QRectF, epoch: float) -> float:
        if self.n_epochs < 2:
            return area.center().x()
        return area.left() + area.width() * (0.02 + 0.96 * (epoch - self._first) / (self.n_epochs - 1))

    def _y(self, area: QRectF, value: float) -> float:
        low, high = self._bounds()
        return area.bottom() - area.height() * (value - low) / (high - low)

    def _emptiest(self, area: QRectF, width: float, height: float) -> QRectF:
        """The corner for a legend of this size: the upper right, unless far less of the lines runs in another."""
        far, low = max(area.left(), area.right() - width), max(area.top(), area.bottom() - height)
        size = QSizeF(width, height)
        corners = [QRectF(QPointF(x, y), size) for x, y in ((far, area.top()), (area.left(), low))]
        corners += [QRectF(QPointF(x, y), size) for x, y in ((area.left(), area.top()), (far, low))]
        places = [place for line in self.lines for place in self._places_along(area, line)]
        hidden = [sum(corner.contains(place) for place in places) for corner in corners]
        least = hidden.index(min(hidden))
        return corners[least if 2 * hidden[least] < hidden[0] else 0]

    def _places_along(self, area: QRectF, line: Line) -> list[QPointF]:
        """Places on a line, close enough to each other to see what it crosses."""
        known = [(at, value) for at, value in enumerate(line.values) if math.isfinite(value)]
        steps = max(1, SAMPLES_PER_LINE // max(1, len(known)))
        places = [
            (at + (after - at) * step / steps, value + (further - value) * step / steps)
            for (at, value), (after, further) in pairwise([*known, *known[-1:]])
            for step in range(steps)
        ]
        return [QPointF(self._x(area, self._first + at), self._y(area, value)) for at, value in places]

    def _epoch_at(self, x: float) -> int | None:
        metrics = QFontMetricsF(self._font())
        area = self._area(metrics, self._y_marks(metrics)[1])
        if not self.n_epochs or not area.left() - 8 <= x <= area.right() + 8:
            return None
        epochs = range(self._first, self.last_epoch + 1)
        return min(epochs, key=lambda epoch: abs(self._x(area, epoch) - x))

    def _y_marks(self, metrics: QFontMetricsF) -> tuple[list[float], list[str]]:
        if not self.lines:
            return [], []
        room = self.height() - 3 * metrics.height() - 10 - 2 * INSET
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
        title = metrics.elidedText(self._title, Qt.TextElideMode.ElideRight, self.width() - 2 * INSET)
        painter.drawText(QRectF(INSET, INSET, self.width() - 2 * INSET, metrics.height()), _LEFT | _MIDDLE, title)
        if not self.n_epochs:
            painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter, "no epochs yet")
            return
        for mark, text in zip(marks, texts, strict=True):
            place = round(self._y(area, mark)) + 0.5
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
        if self._marked is not None:
            painter.setPen(QPen(QColor(theme.accent), self._appearance.px(LINE_PX)))
            x = max(area.left(), self._x(area, self._marked))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for line in self.lines:
            places = [
                (epoch, QPointF(self._x(area, epoch), self._y(area, value)))
                for epoch, value in enumerate(line.values, self._first)
                if math.isfinite(value)
            ]
            self._paint_line(painter, area, line, places)
        self._paint_words(painter, area, metrics)

    def _paint_epochs(self, painter: QPainter, area: QRectF, metrics: QFontMetricsF) -> None:
        painter.setPen(QColor(self._appearance.theme.muted))
        most = max(2, int(area.width() / self._appearance.px(ROOM_PER_EPOCH_PX)))
        width = self._appearance.px(ROOM_PER_EPOCH_PX)
        for epoch in whole_ticks(self.last_epoch, most, first=self._first):
            x = self._x(area, epoch)
            painter.drawText(QRectF(x - width, area.bottom() + 2, 2 * width, metrics.height()), _CENTRED, f"{epoch:,}")
        below = QRectF(area.left(), area.bottom() + 2 + metrics.height(), area.width(), metrics.height())
        painter.drawText(below, _CENTRED, "epoch")

    def _paint_line(self, painter: QPainter, area: QRectF, line: Line, places: list[tuple[int, QPointF]]) -> None:
        color = line_color(line.role, self._appearance.theme)
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
        """The legend of several lines at the upper right or beside them; in its place what is read, one line each."""
        has_legend = self._read is not None or len(self.lines) > 1 or self._is_named_beside
        entries = self._entries(self._read) if has_legend else []
        if not entries:
            return
        heading = f"epoch {self._read:,}" if self._read is not None else ""
        is_beside = self._is_named_beside
        room = self._legend_width(metrics) if is_beside else area.width()
        width = min(room, legend_width([heading, *(entry.text for entry in entries)], metrics, self._appearance))
        left = area.right() + self._appearance.px(8) if is_beside else area.right() - width
        if not is_beside and self._read is not None and self._x(area, self._read) > left:
            left = area.left()  # not over what is read
        bottom = self.height() if is_beside else area.bottom()
        box = QRectF(left, area.top(), width, bottom - area.top())
        if not is_beside and self._read is None:
            box = self._emptiest(area, width, legend_height(len(entries), metrics))
        paint_legend(painter, box, heading, entries, metrics, self._appearance)

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

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        epoch = self._epoch_at(event.position().x())
        if epoch is not None and event.button() == Qt.MouseButton.LeftButton:
            self.epoch_chosen.emit(epoch)

    def leaveEvent(self, event: QEvent) -> None:
        self._read_epoch(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right read the epoch before and after, Enter chooses it; Escape ends the reading."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None and self.n_epochs:
            self._read_epoch(self.last_epoch if self._read is None else self._read + step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._read is not None:
            self.epoch_chosen.emit(self._read)
        elif event.key() == Qt.Key.Key_Escape and self._read is not None:
            self._read_epoch(None)
        else:
            super().keyPressEvent(event)


def whole_ticks(last: int, most: int, *, first: int = 1) -> list[int]:
    """Whole numbers from `first` to `last`, at most `most`: all of them, or multiples of a round step."""
    if last - first < most:
        return list(range(first, last + 1))
    return [round(mark.value) for mark in ticks(first, last, most)]


def _told(value: float) -> str:
    """A value in words; a dash where there is none."""
    return f"{value:.3f}" if math.isfinite(value) else "–"
