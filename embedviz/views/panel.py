"""The pieces that panels are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from embedviz.views import theme as measures
from embedviz.views.text import breakable

AnyBox = TypeVar("AnyBox", bound=QBoxLayout)


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


def snug(box: AnyBox, spacing: int) -> AnyBox:
    """The layout, without margins."""
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(spacing)
    return box


def beside(*parts: tuple[QWidget, int], spacing: int = measures.GAP) -> QWidget:
    """Widgets in one row, each with its share of the width."""
    whole = QWidget()
    row = snug(QHBoxLayout(whole), spacing)
    for widget, share in parts:
        row.addWidget(widget, share)
    return whole


def stack_into(column: QBoxLayout, empty: QWidget, *shown: QWidget) -> QStackedLayout:
    """Give a column the words for where there is nothing to show, and behind them what is shown otherwise."""
    stack = QStackedLayout()
    column.addLayout(stack, 1)  # first of all: a stack without a parent shows its first widget as a window
    for widget in (scrolled(empty), *shown):
        stack.addWidget(widget)
    return stack


def take_turns(begin: QWidget, end: Sequence[QWidget], *, is_running: bool, can_begin: bool = True) -> None:
    """Enable what ends a piece of work while it runs, and else what begins it; the keyboard goes over with it."""
    was_there = any(widget.hasFocus() for widget in (begin, *end))
    for widget in end:
        widget.setEnabled(is_running)
    begin.setEnabled(can_begin and not is_running)
    if was_there and not any(widget.hasFocus() and widget.isEnabled() for widget in (begin, *end)):
        (end[0] if is_running else begin).setFocus()


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

    def say(self, text: str, role: str = "muted") -> None:
        """Show a text in the colour of a role."""
        self.setText(text)
        if self.property("role") != role:
            self.setProperty("role", role)
            self.style().polish(self)


def plain(role: str = "", name: str = "") -> PlainLabel:
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
