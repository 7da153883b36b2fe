"""A painted picture as Qt draws it."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage


def image_of(picture: np.ndarray, ratio: float, *, is_opaque: bool = False) -> tuple[np.ndarray, QImage]:
    """A Qt image over the picture's own memory, uint8 (height, width, 4), which must be kept beside it."""
    height, width = picture.shape[:2]
    form = QImage.Format.Format_RGB32 if is_opaque else QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(picture.data, width, height, 4 * width, form)
    image.setDevicePixelRatio(ratio)
    return picture, image
