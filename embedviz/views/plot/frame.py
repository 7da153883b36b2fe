"""Where the plot's data rectangle lies on the pixels of the device."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from embedviz.raster import Viewport


@dataclass(frozen=True)
class Frame:
    """A viewport in whole device pixels, and where its corner lies in logical pixels."""

    viewport: Viewport
    origin: QPointF
    ratio: float


def frame_of(shown: QRectF, ground: QRectF, ratio: float) -> Frame | None:
    """The frame of a data rectangle drawn on `ground` (logical pixels, y downwards) at a device pixel `ratio`.

    The picture covers whole device pixels, so that fractional scaling neither blurs nor shifts it; None where nothing
    is to be drawn.
    """
    left, right = ground.left() * ratio, ground.right() * ratio
    top, bottom = ground.top() * ratio, ground.bottom() * ratio
    if not all(map(math.isfinite, (left, right, top, bottom))) or right - left < 1e-9 or bottom - top < 1e-9:
        return None
    x_unit = shown.width() / (right - left)
    y_unit = shown.height() / (bottom - top)
    x0, x1 = math.floor(left + 1e-6), math.ceil(right - 1e-6)
    y0, y1 = math.floor(top + 1e-6), math.ceil(bottom - 1e-6)
    viewport = Viewport(
        x_low=shown.left() - (left - x0) * x_unit,
        x_high=shown.right() + (x1 - right) * x_unit,
        y_low=shown.top() - (y1 - bottom) * y_unit,
        y_high=shown.bottom() + (top - y0) * y_unit,
        width=max(1, x1 - x0),
        height=max(1, y1 - y0),
    )
    return Frame(viewport, QPointF(x0 / ratio, y0 / ratio), ratio)
