"""A similarity matrix as a heat map: names at its sides where they fit, and the cell under attention."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetrics, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from embedviz.analysis import SimilarityMatrix
from embedviz.raster import Legend
from embedviz.raster.heat import heat_picture
from embedviz.space.metrics import metric_named
from embedviz.views.appearance import Appearance
from embedviz.views.neighbor_table import score_text
from embedviz.views.text import one_line

LEAST_NAMED_PX, WIDEST_NAME_SHARE = 11, 0.3
STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class HeatMap(QWidget):
    """Arrows or the mouse go from cell to cell; Enter or a click chooses one.

    `pointed` carries a sentence about the cell under attention, empty without one; `chosen` its two rows.
    """

    pointed = Signal(str)
    chosen = Signal(int, int)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("heat_map")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._appearance = appearance
        self._matrix: SimilarityMatrix | None = None
        self._names: tuple[str, ...] = ()
        self._image = QImage()
        self._cell: tuple[int, int] | None = None
        self.legend = Legend("scale", ())
        appearance.changed.connect(self._on_appearance_changed)

    def show_matrix(self, matrix: SimilarityMatrix | None, names: tuple[str, ...]) -> None:
        """Show another matrix, with the names of its items."""
        self._matrix, self._names, self._cell = matrix, names, None
        self.setAccessibleName(f"Similarity matrix of {len(names):,} items" if matrix is not None else "")
        self._draw()
        self.pointed.emit("")

    def cells(self) -> QRectF:
        """Where the cells stand on the widget: a square, names to its left and above it where they fit."""
        n = max(1, len(self._names))
        room = self._name_room()
        side = max(1.0, min(self.width() - room, self.height() - room) - 1.0)
        side = side // n * n if side >= n else side
        return QRectF(room, room, side, side)

    def cell_at(self, position: QPoint) -> tuple[int, int] | None:
        """The cell under a position, or None."""
        area, n = self.cells(), len(self._names)
        if n == 0 or not area.contains(position.x() + 0.5, position.y() + 0.5):
            return None
        row, column = (
            (position.y() - area.top()) * n // area.height(),
            (position.x() - area.left()) * n // area.width(),
        )
        return min(int(row), n - 1), min(int(column), n - 1)

    def sentence(self) -> str:
        """The cell under attention in words."""
        if self._matrix is None or self._cell is None:
            return ""
        one, other = self._cell
        title = metric_named(self._matrix.metric).title.lower()
        names = f"{one_line(self._names[one], most=60)}  ·  {one_line(self._names[other], most=60)}"
        return f"{names}   {title} {score_text(float(self._matrix.scores[one, other]))}"

    def _name_room(self) -> float:
        n = len(self._names)
        widest = WIDEST_NAME_SHARE * min(self.width(), self.height())
        if n == 0 or (min(self.width(), self.height()) - widest) / n < LEAST_NAMED_PX:
            return 1.0
        metrics = QFontMetrics(self.font())
        return min(widest, 6.0 + max(metrics.horizontalAdvance(one_line(name, most=60)) for name in self._names))

    def _draw(self) -> None:
        if self._matrix is None:
            self._image, self.legend = QImage(), Legend("scale", ())
        else:
            title, dark = metric_named(self._matrix.metric).title, self._appearance.theme.is_dark
            colors, self.legend = heat_picture(self._matrix.scores, title=title, dark=dark)
            n = len(colors)
            self._image = QImage(colors.tobytes(), n, n, 3 * n, QImage.Format.Format_RGB888).copy()
        self.update()

    def _point(self, cell: tuple[int, int] | None) -> None:
        if cell != self._cell:
            self._cell = cell
            self.setAccessibleDescription(self.sentence())
            self.pointed.emit(self.sentence())
            self.update()

    def _choose(self) -> None:
        if self._matrix is not None and self._cell is not None:
            one, other = (int(self._matrix.rows[at]) for at in self._cell)
            self.chosen.emit(one, other)

    @Slot()
    def _on_appearance_changed(self) -> None:
        self._draw()

    def _paint_names(self, painter: QPainter, area: QRectF) -> None:
        metrics, height = QFontMetrics(self.font()), area.height() / len(self._names)
        room = int(area.left()) - 4
        for at, name in enumerate(self._names):
            is_pointed = self._cell is not None and at in self._cell
            theme = self._appearance.theme
            painter.setPen(QColor(theme.text if is_pointed else theme.muted))
            text = metrics.elidedText(one_line(name, most=60), Qt.TextElideMode.ElideRight, room)
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(
                QRectF(0, area.top() + at * height, room, height), int(Qt.AlignmentFlag.AlignRight | middle), text
            )
            painter.save()
            painter.translate(area.left() + at * height, area.top() - 4)
            painter.rotate(-90)
            painter.drawText(QRectF(0, 0, room, height), int(Qt.AlignmentFlag.AlignLeft | middle), text)
            painter.restore()

    def sizeHint(self) -> QSize:
        return QSize(320, 320)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image.isNull():
            return
        painter, area = QPainter(self), self.cells()
        painter.drawImage(area, self._image)
        font = painter.font()
        height = area.height() / len(self._names)
        if area.left() > 1:
            font.setPixelSize(round(min(self._appearance.px(12), height)))
            painter.setFont(font)
            self._paint_names(painter, area)
        if self._cell is not None:
            row, column = self._cell
            frame = QRectF(area.left() + column * height, area.top() + row * height, height, height)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._appearance.theme.query), 2))
            painter.drawRect(frame.adjusted(-1, -1, 1, 1))
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.cell_at(event.position().toPoint()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._point(self.cell_at(event.position().toPoint()))
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in STEPS and self._names:
            row, column = self._cell or (0, 0)
            down, right = STEPS[key] if self._cell is not None else (0, 0)
            last = len(self._names) - 1
            self._point((min(max(row + down, 0), last), min(max(column + right, 0), last)))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose()
        else:
            super().keyPressEvent(event)
