"""A vector as a strip of colours: blue below zero, red above, the panel's own ground at zero."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from embedviz.space.arrays import FloatArray
from embedviz.views.appearance import Appearance

NEGATIVE = {False: "#2166AC", True: "#4393C3"}
POSITIVE = {False: "#B2182B", True: "#E0574B"}


def strip_colors(vector: FloatArray, ground: QColor, negative: QColor, positive: QColor) -> np.ndarray:
    """Colours of a vector's numbers (n_dims, 4) uint8 BGRA; full colour at the largest absolute value."""
    values = np.nan_to_num(vector.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    largest = np.abs(values).max(initial=0.0)
    share = values / largest if largest > 0 else values
    ends = np.where((share < 0)[:, None], _bgr(negative), _bgr(positive))
    strength = np.sqrt(np.abs(share))[:, None]
    colors = np.full((len(values), 4), 255, np.uint8)
    colors[:, :3] = np.round(_bgr(ground) + (ends - _bgr(ground)) * strength)
    return colors


def _bgr(color: QColor) -> np.ndarray:
    return np.array([color.blue(), color.green(), color.red()], np.float64)


class Strip(QWidget):
    """Draws one vector, one column a dimension."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._vector: FloatArray | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_vector(self, vector: FloatArray | None) -> None:
        """Show another vector, or none."""
        self._vector = vector
        self.setAccessibleName(f"Vector of {len(vector)} numbers" if vector is not None else "No vector")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._appearance.px(120), self._appearance.px(22))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._vector is None or not len(self._vector):
            return
        theme = self._appearance.theme
        colors = strip_colors(
            self._vector,
            QColor(theme.panel),
            QColor(NEGATIVE[theme.is_dark]),
            QColor(POSITIVE[theme.is_dark]),
        )
        image = QImage(colors.tobytes(), len(colors), 1, 4 * len(colors), QImage.Format.Format_RGB32)
        painter = QPainter(self)
        painter.drawImage(QRectF(self.rect()), image, QRectF(image.rect()))
        painter.end()
