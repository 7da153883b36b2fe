"""What a page of the drawer is."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from embedviz.operations import Operations
from embedviz.session import Session
from embedviz.views.appearance import Appearance
from embedviz.views.panel import snug


class DrawerPage(QWidget):
    """One page: it is built when it is first wanted, and its `tools` stand beside the tabs while it is open."""

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._operations = operations
        self._appearance = appearance
        self.tools = QWidget()

    def take_focus(self) -> None:
        """Give the keyboard to what one types into first; a page without that leaves it where it is."""

    def _fill_tools(self, *tools: QWidget, room: int = 0, grow: tuple[QWidget, ...] = ()) -> QHBoxLayout:
        """Put the tools in a row behind free `room`; those of `grow` share what is left with it."""
        row = snug(QHBoxLayout(self.tools), 6)
        row.addStretch(room)
        for tool in tools:
            row.addWidget(tool, int(tool in grow))
        return row

    def _copy(self, text: str, said: str) -> None:
        """Put a text on the clipboard, and say so."""
        QGuiApplication.clipboard().setText(text)
        self._operations.say(said)
