"""What the colours of the plot mean."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from embedviz.raster import Legend as LegendFacts
from embedviz.views.color_key import ColorKey
from embedviz.views.panel import plain
from embedviz.views.text import one_line

MOST_ENTRIES = 60


class Legend(QWidget):
    """Classes with their counts, or a scale with its limits; nothing where one colour is used."""

    def __init__(self, color_key: ColorKey, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("legend")
        self._color_key = color_key
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 4, 0, 0)
        self._column.setSpacing(4)
        self._content: QWidget | None = None
        color_key.changed.connect(self._on_color_key_changed)
        self._on_color_key_changed()

    @Slot()
    def _on_color_key_changed(self) -> None:
        if self._content is not None:
            self._column.removeWidget(self._content)
            self._content.deleteLater()
            self._content = None
        coloring = self._color_key.coloring
        self.setVisible(coloring is not None)
        if coloring is not None:
            self._content = _scale(coloring.legend) if coloring.legend.kind == "scale" else _classes(coloring.legend)
            self._column.addWidget(self._content)


def _scale(facts: LegendFacts) -> QWidget:
    content = QWidget()
    column = QVBoxLayout(content)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(Scale(facts))
    for text in (*(f"{entry.name}: {entry.count:,}" for entry in facts.entries), facts.note):
        if text:
            note = plain("muted")
            note.setText(text)
            column.addWidget(note)
    return content


def _classes(facts: LegendFacts) -> QWidget:
    content = QWidget()
    grid = QGridLayout(content)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(2)
    for place, entry in enumerate(facts.entries[:MOST_ENTRIES]):
        name, count = QLabel(one_line(entry.name, most=28)), QLabel(f"{entry.count:,}")
        name.setTextFormat(Qt.TextFormat.PlainText)
        count.setProperty("role", "muted")
        grid.addWidget(Dot(entry.color), place, 0)
        grid.addWidget(name, place, 1)
        grid.addWidget(count, place, 2, Qt.AlignmentFlag.AlignRight)
    if len(facts.entries) > MOST_ENTRIES:
        grid.addWidget(QLabel(f"and {len(facts.entries) - MOST_ENTRIES:,} more classes"), MOST_ENTRIES, 1, 1, 2)
    if facts.note:
        note = plain("muted")
        note.setText(facts.note)
        grid.addWidget(note, MOST_ENTRIES + 1, 0, 1, 3)
    grid.setColumnStretch(1, 1)
    return content


class Dot(QWidget):
    """A spot of one colour."""

    def __init__(self, color: tuple[int, int, int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._color = QColor(*color)
        self.setFixedSize(10, 10)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._color)
        painter.drawEllipse(QRectF(1, 1, 8, 8))
        painter.end()


class Scale(QWidget):
    """A colour bar with its two limits."""

    def __init__(self, facts: LegendFacts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts = facts
        self.setAccessibleName(f"Colours from {facts.low} to {facts.high}")

    def sizeHint(self) -> QSize:
        return QSize(150, 30)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        bar = QRectF(0, 0, self.width(), 10)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        colors = self._facts.colors
        for place, color in enumerate(colors):
            gradient.setColorAt(place / max(1, len(colors) - 1), QColor(*color))
        painter.fillRect(bar, gradient)
        words = QRectF(0, 12, self.width(), self.height() - 12)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft, self._facts.low)
        painter.drawText(words, Qt.AlignmentFlag.AlignRight, self._facts.high)
        painter.end()
