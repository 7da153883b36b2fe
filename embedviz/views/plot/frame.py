"""Where the plot's data rectangle lies on the pixels of the device."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QTransform

from embedviz.raster import Viewport


@dataclass(frozen=True)
class Frame:
    """A viewport in whole device pixels, and where its corner lies in logical pixels."""

    viewport: Viewport
    origin: QPointF
    ratio: float


def frame_of(view_rect: QRectF, transform: QTransform, ratio: float) -> Frame | None:
    """The frame of a data rectangle drawn under `transform` (data to logical pixels) at a device pixel `ratio`.

    The picture covers whole device pixels, so that fractional scaling neither blurs nor shifts it; None where nothing
    is to be drawn.
    """
    shown = transform.mapRect(view_rect)
    left, right = shown.left() * ratio, shown.right() * ratio
    top, bottom = shown.top() * ratio, shown.bottom() * ratio
    if not all(map(math.isfinite, (left, right, top, bottom))) or right - left < 1e-9 or bottom - top < 1e-9:
        return None
    x_unit = view_rect.width() / (right - left)
    y_unit = view_rect.height() / (bottom - top)
    x0, x1 = math.floor(left + 1e-6), math.ceil(right - 1e-6)
    y0, y1 = math.floor(top + 1e-6), math.ceil(bottom - 1e-6)
    viewport = Viewport(
        x_low=view_rect.left() - (left - x0) * x_unit,
        x_high=view_rect.right() + (x1 - right) * x_unit,
        y_low=view_rect.top() - (y1 - bottom) * y_unit,
        y_high=view_rect.bottom() + (top - y0) * y_unit,
        width=max(1, x1 - x0),
        height=max(1, y1 - y0),
    )
    return Frame(viewport, QPointF(x0 / ratio, y0 / ratio), ratio)
