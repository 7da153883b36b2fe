"""The colours of the lines of a chart."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QColor

from embedviz.raster.palettes import class_palette
from embedviz.views.theme import Theme

N_COLORS = 8
"""So many colours are told apart by everyone: Okabe and Ito's."""


def line_color(role: str | int, theme: Theme) -> QColor:
    """The colour of a role of the theme, or of a number of the palette for classes."""
    return QColor(getattr(theme, role)) if isinstance(role, str) else QColor(*_palette(theme.is_dark)[role % N_COLORS])


@lru_cache(2)
def _palette(is_dark: bool) -> tuple[tuple[int, int, int], ...]:
    return tuple((int(red), int(green), int(blue)) for red, green, blue in class_palette(N_COLORS, dark=is_dark))
