"""The colour bar of a scale: its colours, round numbers below them, and arrows where values lie beyond."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPalette, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from embedviz.raster import Legend as LegendFacts
from embedviz.raster.scales import is_signed

BAR_PX, TICK_PX, ARROW_PX, GAP_PX = 10, 4, 7, 6


class ColorBar(QWidget):
    """Draws the scale of a legend."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("color_bar")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._facts = LegendFacts("scale", ())

    def show_scale(self, facts: LegendFacts) -> None:
        """Show another scale."""
        self._facts = facts
        self.setAccessibleName(f"Colours of {facts.title or 'values'} from {facts.low} to {facts.high}")
        beyond = [f"{n:,} {where}" for n, where in ((facts.n_below, "below"), (facts.n_above, "above")) if n]
        self.setAccessibleDescription(", ".join(beyond))
        self.setToolTip(f"{facts.low} to {facts.high}" + (f"; {', '.join(beyond)}" if beyond else ""))
        self.updateGeometry()
        self.update()

    def bar(self) -> QRectF:
        """Where the colours run from the lower limit to the upper one, in this widget."""
        return QRectF(ARROW_PX, 1, self.width() - 2 * ARROW_PX, BAR_PX)

    def sizeHint(self) -> QSize:
        return QSize(150, BAR_PX + TICK_PX + self.fontMetrics().height() + 3)

    def paintEvent(self, event: QPaintEvent) -> None:
        facts, bar = self._facts, self.bar()
        if not facts.colors:
            return
        painter = QPainter(self)
        strip = QImage(len(facts.colors), 1, QImage.Format.Format_RGB32)
        for place, color in enumerate(facts.colors):
            strip.setPixelColor(place, 0, QColor(*color))
        painter.drawImage(bar, strip)
        muted = self.palette().color(QPalette.ColorRole.PlaceholderText)
        painter.setPen(muted)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if is_signed(*facts.ends):  # the middle of a signed scale is close to the ground
            painter.drawRect(bar.adjusted(0, 0, -1, -1))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for count, edge, way, color in (
            (facts.n_below, bar.left() - 1, -1, facts.colors[0]),
            (facts.n_above, bar.right() + 1, 1, facts.colors[-1]),
        ):
            if count:
                painter.setBrush(QColor(*color))
                tip = QPointF(edge + way * (ARROW_PX - 1), bar.center().y())
                painter.drawPolygon(QPolygonF([QPointF(edge, bar.top()), tip, QPointF(edge, bar.bottom())]))
        self._paint_ticks(painter, bar)
        painter.end()

    def _paint_ticks(self, painter: QPainter, bar: QRectF) -> None:
        """Numbers keep inside the widget and off each other; a tick without room for its number stays."""
        metrics = self.fontMetrics()
        taken = -float(GAP_PX)
        for tick in self._facts.ticks:
            x = bar.left() + tick.share * bar.width()
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            painter.drawLine(QPointF(x, bar.bottom() + 1), QPointF(x, bar.bottom() + TICK_PX))
            width = metrics.horizontalAdvance(tick.text)
            left = min(max(x - width / 2, 0.0), self.width() - width)
            if left >= taken + GAP_PX:
                painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
                painter.drawText(QPointF(left, bar.bottom() + TICK_PX + metrics.ascent() + 1), tick.text)
                taken = left + width
