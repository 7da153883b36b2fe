"""A painted picture as Qt draws it."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage


def image_of(picture: np.ndarray, ratio: float) -> tuple[np.ndarray, QImage]:
    """A Qt image over the picture's own memory, uint8 (height, width, 4), which must be kept beside it."""
    height, width = picture.shape[:2]
    image = QImage(picture.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    return picture, image
