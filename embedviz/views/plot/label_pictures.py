"""Names drawn once, with a halo in the ground's colour, and kept while they are wanted."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPixmap

from embedviz.raster.halo import with_halo

HALO_PX = 3.0
HALO_STRENGTH = 0.9
MOST_KEPT = 4000


class LabelPictures:
    """Pictures by whatever names them; those asked for longest ago are dropped."""

    def __init__(self, font: QFont, ground: str) -> None:
        self.metrics = QFontMetricsF(font)
        self._font, self._ground = font, QColor(ground)
        self._kept: OrderedDict[Hashable, QPixmap] = OrderedDict()

    def clear(self) -> None:
        """Forget all pictures."""
        self._kept.clear()

    def find(self, key: Hashable) -> QPixmap | None:
        """The picture that was made for `key`, or None."""
        picture = self._kept.get(key)
        if picture is not None:
            self._kept.move_to_end(key)
        return picture

    def make(self, key: Hashable, text: str, color: QColor, ratio: float) -> QPixmap:
        """A picture HALO_PX larger than its text on each side, for a device pixel ratio."""
        picture = self._kept[key] = self._drawn(text, color, ratio)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return picture

    def _drawn(self, text: str, color: QColor, ratio: float) -> QPixmap:
        width = int((self.metrics.horizontalAdvance(text) + 2 * HALO_PX) * ratio) + 2
        height = int((self.metrics.height() + 2 * HALO_PX) * ratio) + 1
        mask = QImage(width, height, QImage.Format.Format_Grayscale8)
        mask.setDevicePixelRatio(ratio)
        mask.fill(0)
        painter = QPainter(mask)
        painter.setFont(self._font)
        painter.setPen(QColor("white"))
        painter.drawText(QPointF(HALO_PX, HALO_PX + self.metrics.ascent()), text)
        painter.end()
        letters = np.frombuffer(mask.constBits(), np.uint8).reshape(height, mask.bytesPerLine())[:, :width]
        reach = max(1, round((HALO_PX - 1) * ratio))
        pixels = with_halo(letters, reach, _bytes(color), _bytes(self._ground), HALO_STRENGTH)
        image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
        picture = QPixmap.fromImage(image)
        picture.setDevicePixelRatio(ratio)
        return picture


def _bytes(color: QColor) -> tuple[int, int, int]:
    return color.red(), color.green(), color.blue()
