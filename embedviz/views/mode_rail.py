"""The rail on the left: one button a mode above, the most used actions below."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from embedviz.operations import Operations
from embedviz.session import Session
from embedviz.views.appearance import Appearance
from embedviz.views.icons import icon

MODES = (("explore", "Explore", "explore"), ("train", "Train", "train"), ("learn", "Learn", "learn"))


class ModeRail(QFrame):
    """Chooses which panel stands beside the plot; `actions` are (icon, word, action) shown at its foot."""

    def __init__(
        self,
        session: Session,
        operations: Operations,
        appearance: Appearance,
        actions: list[tuple[str, str, QAction]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("mode_rail")
        self.setAccessibleName("Modes")
        self._session = session
        self._operations = operations
        self._appearance = appearance
        self._modes: dict[QToolButton, str] = {}
        self._icons: dict[QToolButton, str] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for mode, word, icon_name in MODES:
            button = self._button(word, icon_name)
            button.setObjectName(f"mode_{mode}")
            button.setCheckable(True)
            button.clicked.connect(self._on_mode_clicked)
            self._modes[button] = mode
            column.addWidget(button)
        column.addStretch(1)
        for icon_name, word, action in actions:
            button = self._button(word, icon_name)
            button.setToolTip(action.toolTip())
            button.clicked.connect(action.trigger)
            column.addWidget(button)
        session.view_changed.connect(self._on_view_changed)
        appearance.changed.connect(self._on_appearance_changed)
        self._on_view_changed()
        self._on_appearance_changed()

    def _button(self, word: str, icon_name: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("role", "rail")
        button.setText(word)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self._icons[button] = icon_name
        return button

    @Slot()
    def _on_mode_clicked(self) -> None:
        for button, mode in self._modes.items():
            if button is self.sender():
                self._operations.set_mode(mode)
        self._on_view_changed()

    @Slot()
    def _on_view_changed(self) -> None:
        for button, mode in self._modes.items():
            button.setChecked(mode == self._session.state.view.mode)

    @Slot()
    def _on_appearance_changed(self) -> None:
        theme, side = self._appearance.theme, self._appearance.px(22)
        for button, name in self._icons.items():
            button.setIcon(icon(name, theme.muted, theme.accent))
            button.setIconSize(QSize(side, side))
