"""All items on their way between two sights, drawn as one picture a frame."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from embedviz import raster
from embedviz.raster import Painter
from embedviz.space.arrays import CodeArray, FloatArray
from embedviz.views.plot.frame import frame_of
from embedviz.views.plot.look import Look
from embedviz.views.plot.picture import image_of
from embedviz.views.plot.sight import Places, Rows

MOST_MOVING = 2_000_000  # of more items every so manieth is drawn while they move, and stands for the others


@dataclass(frozen=True, eq=False)
class _Flock:
    """Points with a colour each, or one for all, at both ends of their way: pixels (n, 2), y upwards."""

    before: FloatArray
    after: FloatArray
    color: str
    codes: CodeArray | None


class MovingPoints:
    """Draws items a share of the way from `before` to `after`, on an `area` of the widget.

    Every `step`-th is drawn, and stands for as many; 1 where all are.
    """

    def __init__(self, painter: Painter, look: Look, before: Places, after: Places, n_items: int, area: QRectF) -> None:
        self._painter, self._look, self._area = painter, look, area
        self.step = -(-n_items // MOST_MOVING)
        codes = look.coloring.codes if look.coloring is not None else None
        some = slice(None, None, self.step)
        self._flocks = [self._flock(before, after, some, look.theme.rest, codes)]
        if look.selection is not None:
            self._flocks.append(self._flock(before, after, look.selection, look.theme.accent, codes))
        shown = QRectF(area.left(), -area.bottom(), area.width(), area.height())
        self._shown = shown
        frame = frame_of(shown, area, 1.0)
        ends = (self._flocks[0].before, self._flocks[0].after)
        self._n_seen = [
            max(1, raster.count_in_view(end, frame.viewport) * self.step) if frame is not None else 1 for end in ends
        ]

    def paint(self, painter: QPainter, share: float, opacity: float = 1.0) -> None:
        """Draw the points a `share` 0..1 of their way on."""
        ratio, coloring = painter.device().devicePixelRatioF(), self._look.coloring
        frame = frame_of(self._shown, self._area, ratio)
        if frame is None:
            return
        before, after = self._n_seen
        n_seen = round(math.exp((1 - share) * math.log(before) + share * math.log(after)))
        usual, strong = self._look.styles(n_seen, ratio)
        painter.setOpacity(opacity)
        for flock, style in zip(self._flocks, (usual.adjusted(opacity=float(self.step)), strong), strict=False):
            tone = QColor(flock.color)
            picture = self._painter.paint_between(
                flock.before,
                flock.after,
                share,
                frame.viewport,
                style=style,
                color=(tone.red(), tone.green(), tone.blue()),
                codes=flock.codes,
                palette=coloring.palette if coloring is not None else None,
                alphas=coloring.alphas if coloring is not None else None,
            )
            painter.drawImage(frame.origin, image_of(picture, ratio)[1])
        painter.setOpacity(1.0)

    def _flock(self, before: Places, after: Places, rows: Rows, color: str, codes: CodeArray | None) -> _Flock:
        own = np.ascontiguousarray(codes[rows]) if codes is not None else None
        return _Flock(_upright(before(rows)), _upright(after(rows)), color, own)


def _upright(pixels: FloatArray) -> FloatArray:
    upright: FloatArray = np.empty_like(pixels)
    upright[:, 0] = pixels[:, 0]
    np.negative(pixels[:, 1], out=upright[:, 1])
    return upright
