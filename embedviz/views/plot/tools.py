"""The buttons on the plot: pan, rectangle, lasso, fit."""

from __future__ import annotations

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from embedviz.views.appearance import Appearance
from embedviz.views.icons import icon


class PlotTools(QFrame):
    """A small bar; each button shows one action, `actions` are (icon, action)."""

    def __init__(
        self, appearance: Appearance, actions: list[tuple[str, QAction]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setObjectName("plot_tools")
        self._appearance = appearance
        self._buttons: list[tuple[str, QToolButton]] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 4, 4, 4)
        row.setSpacing(2)
        for name, action in actions:
            button = QToolButton(self)
            button.setDefaultAction(action)
            button.setAccessibleName(action.iconText())
            row.addWidget(button)
            self._buttons.append((name, button))
        appearance.changed.connect(self._on_appearance_changed)
        self._on_appearance_changed()

    @Slot()
    def _on_appearance_changed(self) -> None:
        theme, side = self._appearance.theme, self._appearance.px(18)
        for name, button in self._buttons:
            button.defaultAction().setIcon(icon(name, theme.text, theme.accent))
            button.setIconSize(QSize(side, side))
        self.adjustSize()
