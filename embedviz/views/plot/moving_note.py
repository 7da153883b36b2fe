"""What a plot says while it moves so many points that only some of them are drawn: none are left out in silence."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from embedviz.views import theme as measures
from embedviz.views.theme import Theme

EDGE_PX = 12.0


def moving_note(step: int) -> str:
    """What is said where every so manieth point is drawn; nothing where all are."""
    return f"Moving: 1 of {step:,} points drawn" if step > 1 else ""


def note_box(text: str, metrics: QFontMetricsF, ground: QRectF) -> QRectF:
    """Where a note lies: on a card in the lower left corner of the ground."""
    width = metrics.horizontalAdvance(text) + 2 * measures.GAP
    height = metrics.height() + measures.GAP
    return QRectF(ground.left() + EDGE_PX, ground.bottom() - EDGE_PX - height, width, height)


def paint_moving_note(painter: QPainter, step: int, ground: QRectF, theme: Theme) -> None:
    """Say that every so manieth point is drawn, in the painter's font; nothing where all are."""
    text = moving_note(step)
    if not text:
        return
    box = note_box(text, QFontMetricsF(painter.font()), ground)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(QPointF(0.5, 0.5))
    painter.setBrush(QColor(theme.panel))
    painter.setPen(QPen(QColor(theme.hairline), 1.0))
    painter.drawRoundedRect(box, measures.RADIUS, measures.RADIUS)
    painter.setPen(QColor(theme.text))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
