"""Icons: SVG files of our own, drawn in the colour that is asked for."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from embedviz import paths


def icon(name: str, color: str, checked_color: str | None = None) -> QIcon:
    """The icon `name` in a colour, and in another where its button is checked."""
    drawn = QIcon()
    for tone, state in ((color, QIcon.State.Off), (checked_color or color, QIcon.State.On)):
        drawn.addPixmap(_pixmap(name, tone), QIcon.Mode.Normal, state)
    return drawn


def _pixmap(name: str, color: str) -> QPixmap:
    text = paths.icon(name).read_text(encoding="utf-8").replace("currentColor", color)
    pixmap = QPixmap(80, 80)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(text.encode())).render(painter)
    painter.end()
    return pixmap
