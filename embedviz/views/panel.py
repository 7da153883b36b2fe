"""The pieces that panels are made of."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from embedviz.views import theme as measures
from embedviz.views.text import breakable


def panel(parent: QWidget | None = None) -> tuple[QFrame, QVBoxLayout]:
    """A quiet box with the padding of the design, and its layout."""
    frame = QFrame(parent)
    frame.setProperty("role", "panel")
    column = QVBoxLayout(frame)
    column.setContentsMargins(measures.PADDING, measures.PADDING - 4, measures.PADDING, measures.PADDING - 4)
    column.setSpacing(measures.GRID)
    return frame, column


def scrolled(content: QWidget) -> QScrollArea:
    """`content`, scrolling when the window is too low for it."""
    area = QScrollArea()
    area.setWidget(content)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area


def head(text: str) -> QLabel:
    """A section head in small capitals."""
    label = QLabel(text.upper())
    label.setProperty("role", "head")
    return label


def push_button(text: str, name: str, tip: str) -> QPushButton:
    """A button with an object name, and a tip that a screen reader says too."""
    button = QPushButton(text)
    button.setObjectName(name)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    return button


class PlainLabel(QLabel):
    """Long words break across its lines, by zero-width spaces that `text()` does not give away."""

    _said = ""

    def setText(self, text: str) -> None:
        self._said = text
        super().setText(breakable(text))

    def text(self) -> str:
        return self._said


def plain(role: str = "", name: str = "") -> QLabel:
    """A label that shows plain text, wraps, and never reads it as HTML."""
    label = PlainLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setMinimumWidth(1)
    if role:
        label.setProperty("role", role)
    if name:
        label.setObjectName(name)
    return label
