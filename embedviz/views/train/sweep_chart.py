"""A small chart of figures against the value of an option: the mean of the seeds, and each training as a dot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from embedviz.views.appearance import Appearance
from embedviz.views.ticks import ticks
from embedviz.views.train.line_colors import line_color

TEXT_PX, LINE_PX, DOT_PX = 11, 2, 3
ROOM_PER_TICK_PX, ROOM_PER_VALUE_PX, HEADROOM = 26, 40, 0.08
STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)


@dataclass(frozen=True)
class Series:
    """One figure: its name, and a pair of the option's value and the figure for each training."""

    name: str
    points: tuple[tuple[float, float], ...]

    @property
    def means(self) -> tuple[tuple[float, float], ...]:
        """The mean figure at each value, ascending; what is not finite takes no part."""
        found: dict[float, list[float]] = {}
        for value, figure in self.points:
            if math.isfinite(figure):
                found.setdefault(value, []).append(figure)
        return tuple((value, sum(figures) / len(figures)) for value, figures in sorted(found.items()))


class SweepChart(QWidget):
    """Draws series over one axis, by its logarithm if wished; pen styles tell them apart without colour."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sweep_chart")
        self._appearance = appearance
        self.series: tuple[Series, ...] = ()
        self.title, self.axis, self.is_log = "", "", False
        self.setAccessibleName("Quality against the value of the option")
        self.setMinimumSize(80, 60)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        appearance.changed.connect(self._on_appearance_changed)

    def show_series(self, series: Sequence[Series], *, axis: str, is_log: bool) -> None:
        """Draw other series over an axis of that name."""
        self.series = tuple(each for each in series if each.means)
        self.axis = axis
        self.is_log = is_log and min(self.values, default=1.0) > 0
        said = [
            f"{each.name} {', '.join(f'{value:g}: {mean:.3f}' for value, mean in each.means)}" for each in self.series
        ]
        self.setAccessibleDescription(f"By {axis}: {'; '.join(said)}" if said else "no trainings yet")
        self.update()

    @property
    def values(self) -> list[float]:
        """The values of the option that are drawn, ascending."""
        return sorted({value for each in self.series for value, _ in each.points})

    def place(self, area: QRectF, value: float, figure: float) -> QPointF:
        """Where a training is drawn."""
        values, (low, high) = self.values, self._bounds()
        first, last, here = (self._along(each) for each in (values[0], values[-1], value))
        share = 0.5 if last == first else 0.03 + 0.94 * (here - first) / (last - first)
        return QPointF(
            area.left() + area.width() * share, area.bottom() - area.height() * (figure - low) / (high - low)
        )

    def area(self) -> QRectF:
        """Where the lines are drawn: beside the widest mark, above the values, left of the names."""
        metrics = QFontMetricsF(self._font())
        line = metrics.height()
        left = max((metrics.horizontalAdvance(text) for _, text in self._marks()), default=0) + self._appearance.px(8)
        names = max((metrics.horizontalAdvance(each.name) for each in self.series), default=0)
        right = min(names + self._appearance.px(40), 0.45 * self.width())
        return QRectF(self.rect()).adjusted(left, line / 2 + 2, -right, -2 * line - 4)

    def _along(self, value: float) -> float:
        return math.log(value) if self.is_log else value

    def _bounds(self) -> tuple[float, float]:
        finite = [figure for each in self.series for _, figure in each.points if math.isfinite(figure)]
        low, high = min(finite, default=0.0), max(finite, default=1.0)
        room = HEADROOM * (high - low) or 0.05
        return low - room, high + room

    def _marks(self) -> list[tuple[float, str]]:
        room = self.height() - 3 * QFontMetricsF(self._font()).height()
        most = max(3, int(room / self._appearance.px(ROOM_PER_TICK_PX)))
        return [(mark.value, mark.text) for mark in ticks(*self._bounds(), most=most)]

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(self._appearance.px(TEXT_PX))
        font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def _paint(self, painter: QPainter) -> None:
        theme = self._appearance.theme
        painter.setFont(self._font())
        painter.setPen(QColor(theme.muted))
        if not self.series:
            painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter, "no trainings yet")
            return
        metrics, area = QFontMetricsF(self._font()), self.area()
        side = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for figure, text in self._marks():
            y = round(self.place(area, self.values[0], figure).y()) + 0.5
            painter.setPen(QPen(QColor(theme.hairline), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(theme.muted))
            beside = QRectF(0, y - metrics.height(), area.left() - self._appearance.px(6), 2 * metrics.height())
            painter.drawText(beside, side, text)
        self._paint_values(painter, area, metrics)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for at, series in enumerate(self.series):
            self._paint_series(painter, area, series, at)
        self._paint_names(painter, area, metrics)

    def _paint_values(self, painter: QPainter, area: QRectF, metrics: QFontMetricsF) -> None:
        """The values that were tried, as many as there is room for, and what they are values of."""
        painter.setPen(QColor(self._appearance.theme.muted))
        width, last = self._appearance.px(ROOM_PER_VALUE_PX), -math.inf
        centred = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        for value in self.values:
            x = self.place(area, value, self._bounds()[0]).x()
            text = f"{value:,g}"
            half = metrics.horizontalAdvance(text) / 2
            if x - half > last + 4:
                painter.drawText(QRectF(x - width, area.bottom() + 2, 2 * width, metrics.height()), centred, text)
                last = x + half
        said = self.axis + (" (logarithmic)" if self.is_log else "")
        needed = metrics.horizontalAdvance(said) + 2
        left = max(0.0, area.center().x() - needed / 2)
        painter.drawText(QRectF(left, area.bottom() + 2 + metrics.height(), needed, metrics.height()), centred, said)

    def _paint_series(self, painter: QPainter, area: QRectF, series: Series, at: int) -> None:
        painter.setPen(self._pen(at))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF([self.place(area, *mean) for mean in series.means]))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._pen(at).color())
        radius = self._appearance.px(DOT_PX)
        for value, figure in series.points:
            if math.isfinite(figure):
                painter.drawEllipse(self.place(area, value, figure), radius, radius)

    def _paint_names(self, painter: QPainter, area: QRectF, metrics: QFontMetricsF) -> None:
        """The names at the right, one below the other, each behind a piece of its line."""
        sample, left = self._appearance.px(22), area.right() + self._appearance.px(8)
        for at, series in enumerate(self.series):
            y = area.top() + (at + 0.5) * (metrics.height() + 3)
            painter.setPen(self._pen(at))
            painter.drawLine(QPointF(left, y), QPointF(left + sample, y))
            painter.setPen(QColor(self._appearance.theme.text))
            box = QRectF(
                left + sample + 6, y - metrics.height(), self.width() - left - sample - 6, 2 * metrics.height()
            )
            text = metrics.elidedText(series.name, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)

    def _pen(self, at: int) -> QPen:
        color = line_color(at, self._appearance.theme)
        return QPen(color, self._appearance.px(LINE_PX), STYLES[at % len(STYLES)])

    @Slot()
    def _on_appearance_changed(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._appearance.px(320), self._appearance.px(140))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint(painter)
        painter.end()
