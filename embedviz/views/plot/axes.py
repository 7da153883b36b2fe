"""The axes: hairlines, ticks, numbers and titles round the ground, painted in a fraction of a millisecond."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPixmap

from embedviz.views.plot.camera import Camera
from embedviz.views.theme import Theme
from embedviz.views.ticks import Tick, ticks

TICK_PX = 4.0
GAP_PX = 6.0
X_SPACING, Y_SPACING = 88.0, 52.0
USUAL_TEXT = "−0.00"
WIDEST_SHARE = 0.25
MOST_WIDTHS = 1000


class Axes:
    """Numbers below and left of the ground, ticks that reach into it, and a title for each side."""

    def __init__(self) -> None:
        self._titles = ("", "")
        self._theme: Theme | None = None
        self._font = QFont()
        self._metrics = QFontMetricsF(self._font)
        self._widths: dict[str, float] = {}
        self._room = 0.0
        self._title_picture: tuple[object, QPixmap] | None = None

    def set_look(self, theme: Theme, font: QFont) -> None:
        """Draw in another theme or font."""
        self._theme, self._font, self._metrics = theme, font, QFontMetricsF(font)
        self._room, self._title_picture, self._widths = 0.0, None, {}

    def set_titles(self, x: str, y: str) -> None:
        """Name the axes; both empty hides them."""
        self._titles, self._room, self._title_picture = (x, y), 0.0, None

    def ground(self, widget: QRectF, camera: Camera) -> QRectF:
        """What is left for the data; room that numbers once needed they keep, so that the picture does not jump."""
        if not any(self._titles):
            return QRectF(widget)
        line, shown = self._metrics.height(), camera.shown
        texts = [tick.text for tick in self._y_ticks(shown, widget.height())]
        needed = max(map(self._width, (USUAL_TEXT, *texts)))
        self._room = min(max(self._room, needed), WIDEST_SHARE * widget.width())
        left = round(self._room + line + 3 * GAP_PX)
        bottom = round(2 * line + 2 * GAP_PX)
        return widget.adjusted(min(left, widget.width() / 2), 0, 0, -min(bottom, widget.height() / 2))

    def paint(self, painter: QPainter, widget: QRectF, camera: Camera) -> None:
        """Draw round the camera's ground, over what may have been drawn beside it."""
        if self._theme is None or not any(self._titles):
            return
        ratio, ground, shown = painter.device().devicePixelRatioF(), camera.ground, camera.shown
        painter.fillRect(QRectF(0, 0, ground.left(), widget.height()), QColor(self._theme.ground))
        painter.fillRect(
            QRectF(0, ground.bottom(), widget.width(), widget.height() - ground.bottom()), QColor(self._theme.ground)
        )
        hairline = QColor(self._theme.hairline)
        thin = max(1, round(ratio)) / ratio
        left, bottom = _whole(ground.left(), ratio), _whole(ground.bottom(), ratio)
        painter.fillRect(QRectF(left, 0, thin, bottom), hairline)
        painter.fillRect(QRectF(left, bottom - thin, widget.width() - left, thin), hairline)
        painter.setFont(self._font)
        painter.setPen(QColor(self._theme.muted))
        ascent, descent, scale = self._metrics.ascent(), self._metrics.descent(), camera.scale
        for tick in self._x_ticks(shown, ground.width()):
            at = _whole(ground.left() + (tick.value - shown.left()) * scale, ratio)
            half = self._width(tick.text) / 2
            painter.fillRect(QRectF(at, bottom - TICK_PX, thin, TICK_PX), hairline)
            if ground.left() <= at - half and at + half <= widget.width():
                painter.drawText(QPointF(at - half, ground.bottom() + GAP_PX / 2 + ascent), tick.text)
        for tick in self._y_ticks(shown, ground.height()):
            at = _whole(ground.bottom() - (tick.value - shown.top()) * scale, ratio)
            painter.fillRect(QRectF(left, at, TICK_PX, thin), hairline)
            base = at + (ascent - descent) / 2
            if base - ascent >= 0 and base <= ground.bottom():
                painter.drawText(QPointF(ground.left() - GAP_PX - self._width(tick.text), base), tick.text)
        self._paint_titles(painter, widget, ground, ratio)

    def _paint_titles(self, painter: QPainter, widget: QRectF, ground: QRectF, ratio: float) -> None:
        line = self._metrics.height()
        across = self._elided(self._titles[0], ground.width())
        at = QRectF(ground.left(), widget.height() - line - GAP_PX / 2, ground.width(), line)
        painter.drawText(at, Qt.AlignmentFlag.AlignCenter, across)
        along = self._elided(self._titles[1], ground.height())
        if along:
            picture = self._upright(along, ratio)
            height = picture.height() / ratio
            middle = _whole(ground.center().y() - height / 2, ratio)
            painter.drawPixmap(QPointF(_whole(GAP_PX, ratio), middle), picture)

    def _upright(self, text: str, ratio: float) -> QPixmap:
        """A title that reads upwards, drawn once: turned text is slow to draw."""
        key = (text, ratio)
        if self._title_picture is None or self._title_picture[0] != key:
            assert self._theme is not None
            width, height = self._metrics.horizontalAdvance(text) + 2, self._metrics.height()
            picture = QPixmap(round(height * ratio), round(width * ratio))
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            painter.setFont(self._font)
            painter.setPen(QColor(self._theme.muted))
            painter.translate(0, width)
            painter.rotate(-90)
            painter.drawText(QPointF(1, self._metrics.ascent()), text)
            painter.end()
            self._title_picture = key, picture
        return self._title_picture[1]

    def _elided(self, text: str, room: float) -> str:
        return self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, room - 8))

    def _width(self, text: str) -> float:
        """How wide a number is, measured once while it is likely to come again."""
        if len(self._widths) > MOST_WIDTHS:
            self._widths.clear()
        width = self._widths.get(text)
        if width is None:
            width = self._widths[text] = self._metrics.horizontalAdvance(text)
        return width

    def _x_ticks(self, shown: QRectF, pixels: float) -> list[Tick]:
        """As many as have room beside each other, however long their numbers."""
        spacing = X_SPACING
        for _ in range(4):
            found = ticks(shown.left(), shown.right(), int(pixels / spacing))
            widest = max((self._width(tick.text) for tick in found), default=0.0)
            if len(found) < 2 or widest + 12 <= (found[1].value - found[0].value) * pixels / shown.width():
                return found
            spacing *= 1.5
        return found[:1]

    def _y_ticks(self, shown: QRectF, pixels: float) -> list[Tick]:
        return ticks(shown.top(), shown.bottom(), int(pixels / max(Y_SPACING, 2 * self._metrics.height())))


def _whole(place: float, ratio: float) -> float:
    """The nearest place on whole device pixels."""
    return round(place * ratio) / ratio
