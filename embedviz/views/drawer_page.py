"""What a page of the drawer is."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from embedviz.operations import Operations
from embedviz.session import Session
from embedviz.views.appearance import Appearance


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
