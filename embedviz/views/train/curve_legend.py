"""The legend of a chart: a piece of each line, and its name or what is read of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from embedviz.views.appearance import Appearance

SAMPLE_PX, LINE_PX, PADDING_PX = 22, 2, 14
_BESIDE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Entry:
    """One line of the legend."""

    text: str
    color: QColor
    style: Qt.PenStyle


def legend_width(texts: Sequence[str], metrics: QFontMetricsF, appearance: Appearance) -> float:
    """How wide a legend of some texts is."""
    widest = max((metrics.horizontalAdvance(text) for text in texts), default=0.0)
    return widest + appearance.px(SAMPLE_PX) + PADDING_PX + 2


def legend_height(n_lines: int, metrics: QFontMetricsF) -> float:
    """How high a legend of so many lines is."""
    return n_lines * (metrics.height() + 2) + 4


def paint_legend(
    painter: QPainter,
    room: QRectF,
    heading: str,
    entries: Sequence[Entry],
    metrics: QFontMetricsF,
    appearance: Appearance,
) -> None:
    """Paint as many entries as fit from the top of `room`, and how many more there are."""
    theme, sample, line_height = appearance.theme, appearance.px(SAMPLE_PX), metrics.height() + 2
    most = max(1, int((room.height() - 4) / line_height) - bool(heading))
    shown = list(entries) if len(entries) <= most else list(entries[: max(1, most - 1)])
    more = f"and {len(entries) - len(shown):,} more" if len(shown) < len(entries) else ""
    height = line_height * (len(shown) + bool(heading) + bool(more))
    box = QRectF(room.left(), room.top(), room.width(), height + 4)
    ground = QColor(theme.panel)
    ground.setAlpha(225)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(box, 4, 4)
    place = QRectF(box.left() + sample + 10, box.top() + 2, box.width() - sample - 12, line_height)
    for text, entry in ((heading, None), *((each.text, each) for each in shown), (more, None)):
        if not text:
            continue
        if entry is not None:
            painter.setPen(QPen(entry.color, appearance.px(LINE_PX), entry.style))
            middle = place.center().y()
            painter.drawLine(QPointF(box.left() + 4, middle), QPointF(box.left() + 4 + sample, middle))
        painter.setPen(QColor(theme.text if heading and entry is not None else theme.muted))
        painter.drawText(place, _BESIDE, metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, place.width()))
        place.translate(0, line_height)
