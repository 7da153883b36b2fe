"""A button that copies a table: a click as a table with tabs, its menu as text too."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QMenu, QToolButton, QWidget


class CopyButton(QToolButton):
    """Has one action for each way of copying; the tables it copies may offer them in their own menus."""

    def __init__(self, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setText("Copy")
        self.setToolTip(tip)
        self.setAccessibleName(tip)
        self.setProperty("role", "split")
        menu = QMenu(self)
        self.copy_table_action = menu.addAction("Copy as table")
        self.copy_text_action = menu.addAction("Copy as text")
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.clicked.connect(self._on_clicked)

    @Slot()
    def _on_clicked(self) -> None:
        self.copy_table_action.trigger()
