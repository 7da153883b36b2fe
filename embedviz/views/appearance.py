"""The theme in force: the system's light or dark unless the person chose, and the scale of the interface."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from embedviz.settings import Settings
from embedviz.views import theme as themes
from embedviz.views.stylesheet import stylesheet
from embedviz.views.theme import Theme

SMALLEST_SCALE, LARGEST_SCALE = 0.75, 2.5
SCALE_STEP = 1.1


class Appearance(QObject):
    """Applies theme and scale to the application; `changed` states that either differs.

    It also holds what else a person set about the look; `preferred` states that something of that differs.
    """

    changed = Signal()
    preferred = Signal()

    def __init__(self, app: QApplication, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self.settings = settings
        self.theme: Theme = themes.LIGHT
        self._in_force: tuple[Theme, float] | None = None
        app.setStyle("Fusion")
        self._set_scheme()
        self._apply()
        app.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)

    @property
    def scale(self) -> float:
        """How much larger than usual text and controls are."""
        return self.settings.interface_scale

    def px(self, length: float) -> int:
        """A length of the design in the pixels of the scaled interface."""
        return round(length * self.scale)

    def set_theme(self, name: str) -> None:
        """Choose `system`, `light` or `dark`."""
        self.settings = replace(self.settings, theme=name)
        self._set_scheme()
        self._apply()

    def keep(self, settings: Settings) -> None:
        """Take over settings that do not change the look."""
        self.settings = settings
        self.changed.emit()

    def zoom(self, steps: int) -> None:
        """Enlarge (or shrink) the whole interface; 0 returns to the usual size."""
        scale = self.scale * SCALE_STEP**steps if steps else 1.0
        scale = round(min(max(scale, SMALLEST_SCALE), LARGEST_SCALE), 2)
        self.settings = replace(self.settings, interface_scale=scale)
        self._apply()

    def prefer(self, **choices: Any) -> None:
        """Set how the plot looks and moves, by the names of the settings."""
        self.settings = replace(self.settings, **choices)
        self.preferred.emit()

    def _set_scheme(self) -> None:
        chosen = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
        self._app.styleHints().setColorScheme(chosen.get(self.settings.theme, Qt.ColorScheme.Unknown))

    def _apply(self) -> None:
        hints = self._app.styleHints()
        is_dark = hints.colorScheme() == Qt.ColorScheme.Dark
        if self.settings.theme != "system":
            is_dark = self.settings.theme == "dark"  # platforms without a scheme of their own ignore the request
        high = hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast
        self.theme = themes.themed(is_dark=is_dark, high_contrast=high)
        if self._in_force != (self.theme, self.scale):  # a choice comes back as a change of the system's scheme
            self._in_force = self.theme, self.scale
            self._app.setPalette(_palette(self.theme))
            self._app.setStyleSheet(stylesheet(self.theme, self.scale))
        self.changed.emit()

    @Slot(Qt.ColorScheme)
    def _on_scheme_changed(self, scheme: Qt.ColorScheme) -> None:
        self._apply()


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for name, color in (
        (role.Window, theme.window),
        (role.WindowText, theme.text),
        (role.Base, theme.panel),
        (role.AlternateBase, theme.window),
        (role.Text, theme.text),
        (role.Button, theme.panel),
        (role.ButtonText, theme.text),
        (role.ToolTipBase, theme.panel),
        (role.ToolTipText, theme.text),
        (role.Highlight, theme.accent),
        (role.HighlightedText, theme.on_accent),
        (role.PlaceholderText, theme.muted),
        (role.Link, theme.accent),
    ):
        palette.setColor(name, QColor(color))
    for name in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(theme.muted))
    return palette
