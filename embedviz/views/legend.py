"""What the colours of the plot mean."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from embedviz.raster import Legend as LegendFacts
from embedviz.raster import LegendEntry
from embedviz.views.color_key import ColorKey
from embedviz.views.panel import plain
from embedviz.views.text import one_line

MOST_ENTRIES = 60
DOT_PX = 8


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
    column = QVBoxLayout(content)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(ClassRows(facts.entries[:MOST_ENTRIES]))
    more = len(facts.entries) - MOST_ENTRIES
    for text in (f"and {more:,} more classes" if more > 0 else "", facts.note):
        if text:
            note = plain("muted")
            note.setText(text)
            column.addWidget(note)
    return content


class ClassRows(QWidget):
    """One row a class: its colour, its name, its count."""

    def __init__(self, entries: tuple[LegendEntry, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries = entries
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        words = "; ".join(f"{one_line(entry.name, most=60)}: {entry.count:,}" for entry in entries)
        self.setAccessibleName("Colours of the classes")
        self.setAccessibleDescription(words)
        self.setToolTip("" if len(entries) > MOST_ENTRIES else words.replace("; ", "\n"))

    def sizeHint(self) -> QSize:
        return QSize(0, self._row_height() * len(self._entries))

    def _row_height(self) -> int:
        return self.fontMetrics().height() + 3

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics, height = self.fontMetrics(), self._row_height()
        text, muted = (
            self.palette().color(role) for role in (QPalette.ColorRole.Text, QPalette.ColorRole.PlaceholderText)
        )
        counts = [f"{entry.count:,}" for entry in self._entries]
        room = self.width() - DOT_PX - 16 - max((metrics.horizontalAdvance(count) for count in counts), default=0)
        for place, (entry, count) in enumerate(zip(self._entries, counts, strict=True)):
            row = QRectF(0, place * height, self.width(), height)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(*entry.color))
            painter.drawEllipse(QRectF(1, row.center().y() - DOT_PX / 2, DOT_PX, DOT_PX))
            painter.setPen(text)
            name = metrics.elidedText(one_line(entry.name), Qt.TextElideMode.ElideRight, room)
            painter.drawText(row.adjusted(DOT_PX + 8, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, name)
            painter.setPen(muted)
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, count)
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
