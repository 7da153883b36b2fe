"""One stage of the road from text to a vector: a title, a fact beside it, and what the stage holds."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from embedviz.views.elided import ElidedLabel
from embedviz.views.panel import plain, scrolled


class Stage(QWidget):
    """A column of the page; `fact` tells the shape of what is in it."""

    def __init__(self, title: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"pipeline_{name}")
        self.setAccessibleName(title)
        self.setMinimumWidth(1)
        self.title = ElidedLabel("head")
        self.title.setText(title)
        self.fact = ElidedLabel("muted", f"pipeline_{name}_fact", is_figure=True)
        self.fact.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.fact.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self.title)
        top.addWidget(self.fact, 1)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(2)
        self.column.addLayout(top)


class TextStage(Stage):
    """A stage that holds text, and what is said about it below."""

    def __init__(self, title: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(title, name, parent)
        self.text = plain("", f"pipeline_{name}_text")
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.said = plain("muted", f"pipeline_{name}_said")
        content = QWidget()
        inner = QVBoxLayout(content)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(2)
        inner.addWidget(self.text)
        inner.addWidget(self.said)
        inner.addStretch(1)
        self.column.addWidget(scrolled(content), 1)

    def show_text(self, text: str, said: str) -> None:
        """Show another text, and what is said about it."""
        self.text.setText(text)
        self.said.setText(said)


def arrow() -> QLabel:
    """The sign between two stages; titles say the order to a screen reader."""
    sign = QLabel("→")
    sign.setProperty("role", "muted")
    sign.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
    return sign
