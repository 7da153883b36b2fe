"""The colours in force: computed once for the plot that wears them and the legend that explains them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from embedviz import raster
from embedviz.raster import Coloring
from embedviz.session import Session
from embedviz.views.appearance import Appearance


class ColorKey(QObject):
    """Follows the session's colouring and the theme; `changed` states that other colours are in force."""

    changed = Signal()

    def __init__(self, session: Session, appearance: Appearance, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._appearance = appearance
        self.coloring: Coloring | None = None
        session.space_changed.connect(self._on_colors_changed)
        session.coloring_changed.connect(self._on_colors_changed)
        appearance.changed.connect(self._on_colors_changed)
        self._on_colors_changed()

    @Slot()
    def _on_colors_changed(self) -> None:
        state, before = self._session.state, self.coloring
        self.coloring = None
        if state.coloring is not None and state.space is not None and state.coloring in state.space.metadata:
            column = state.space.metadata[state.coloring]
            self.coloring = raster.color_by(column, dark=self._appearance.theme.is_dark)
        if self.coloring is not before:
            self.changed.emit()
