"""The cursor of the brush: a circle as wide as what it covers."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QCursor, QPainter, QPen, QPixmap


def brush_cursor(radius: float, ratio: float) -> QCursor:
    """A cursor with a ring of `radius` logical pixels, dark in a pale one, so that it is seen on any ground."""
    side = 2 * round(radius + 3) + 1
    picture = QPixmap(round(side * ratio), round(side * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle = QPointF(side / 2, side / 2)
    for color, width in (("#ffffff", 3.0), ("#1d232b", 1.2)):
        painter.setPen(QPen(QColor(color), width))
        painter.drawEllipse(middle, radius, radius)
        painter.drawPoint(middle)
    painter.end()
    return QCursor(picture, side // 2, side // 2)
