"""Names drawn once, with a halo in the ground's colour, and kept while they are wanted."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Hashable, Sequence

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPixmap

from embedviz.raster.halo import with_halo
from embedviz.space.arrays import ByteArray

HALO_PX = 3.0
HALO_STRENGTH = 0.9
MOST_KEPT = 4000
AT_ONCE = 64
_INK = QColor("white")


class Lettering:
    """Writes names with halos in one font, on grounds of one colour."""

    def __init__(self, font: QFont, ground: str) -> None:
        self.metrics = QFontMetricsF(font)
        self._font, self._ground = font, QColor(ground)

    def written(self, texts: Sequence[str], color: QColor, ratio: float) -> list[ByteArray]:
        """Pictures HALO_PX larger than their texts on each side, for a device pixel ratio.

        They are premultiplied B, G, R, A, uint8 (height, width, 4). Some are written side by side at a time, as each
        painter and halo costs more than a name.
        """
        return [
            picture
            for start in range(0, len(texts), AT_ONCE)
            for picture in self._strip(texts[start : start + AT_ONCE], color, ratio)
        ]

    def _strip(self, texts: Sequence[str], color: QColor, ratio: float) -> list[ByteArray]:
        advance, reach = self.metrics.horizontalAdvance, max(1, round((HALO_PX - 1) * ratio))
        widths = [int((advance(text) + 2 * HALO_PX) * ratio) + 2 for text in texts]
        apart = 2 * (reach + 1)  # letters may stand out of their name's room, and their halos further
        # each starts at a multiple of four units, whole device pixels at usual ratios: so it is drawn alike anywhere
        rooms = [math.ceil((width + apart) / (4 * ratio)) for width in (0, *widths)]
        starts = [round(4 * room * ratio) for room in np.cumsum(rooms).tolist()]
        height = int((self.metrics.height() + 2 * HALO_PX) * ratio) + 1
        mask = QImage(starts[-1], height, QImage.Format.Format_Grayscale8)
        mask.setDevicePixelRatio(ratio)
        mask.fill(0)
        with QPainter(mask) as painter:
            painter.setFont(self._font)
            painter.setPen(_INK)
            for start, text in zip(starts, texts, strict=False):
                painter.drawText(QPointF(start / ratio + HALO_PX, HALO_PX + self.metrics.ascent()), text)
        letters = np.frombuffer(mask.constBits(), np.uint8).reshape(height, mask.bytesPerLine())[:, : starts[-1]]
        pixels = with_halo(letters, reach, _bytes(color), _bytes(self._ground), HALO_STRENGTH)
        return [pixels[:, start : start + width] for start, width in zip(starts, widths, strict=False)]


class LabelPictures:
    """Pictures by whatever names them; those asked for longest ago are dropped."""

    def __init__(self, lettering: Lettering) -> None:
        self._lettering, self.metrics = lettering, lettering.metrics
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
        (pixels,) = self._lettering.written([text], color, ratio)
        picture = self._kept[key] = pixmap_of(pixels, ratio)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return picture


def pixmap_of(pixels: ByteArray, ratio: float) -> QPixmap:
    """Premultiplied B, G, R, A, uint8 (height, width, 4), as Qt keeps it."""
    height, width = pixels.shape[:2]
    pixels = np.ascontiguousarray(pixels)
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    picture = QPixmap.fromImage(image)
    picture.setDevicePixelRatio(ratio)
    return picture


def _bytes(color: QColor) -> tuple[int, int, int]:
    return color.red(), color.green(), color.blue()
