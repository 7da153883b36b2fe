"""Keeps what the person set for the next start."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Slot

from embedviz import settings
from embedviz.errors import OutputError
from embedviz.operations import Operations
from embedviz.session import Session
from embedviz.views.appearance import Appearance


class SettingsKeeper(QObject):
    """Writes the settings file when theme, scale, metric, k or the look of the plot change; says so if it cannot."""

    def __init__(self, session: Session, operations: Operations, appearance: Appearance, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._operations = operations
        self._appearance = appearance
        self._kept = self._now()
        session.view_changed.connect(self._on_something_changed)
        appearance.changed.connect(self._on_something_changed)
        appearance.preferred.connect(self._on_something_changed)

    def _now(self) -> settings.Settings:
        view = self._session.state.view
        return replace(self._appearance.settings, metric=view.metric, k=view.k)

    @Slot()
    def _on_something_changed(self) -> None:
        now = self._now()
        if now == self._kept:
            return
        self._kept = now
        try:
            settings.save(now)
        except OutputError as error:
            self._operations.complain(error)
