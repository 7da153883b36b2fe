"""Flights: the camera on its way to another place, so that the eye can follow.

The path is the one of J. J. van Wijk and W. A. A. Nuij, "Smooth and efficient zooming and panning" (InfoVis 2003),
section 3: far flights rise first and come down again, and what is seen moves past the eye at an even speed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPointF, QRectF, QTimer, Signal, Slot

from embedviz.views.plot.camera import Camera

FLIGHT_S = 0.3
STEP_MS = 12
_RHO_SQUARED = 2.0
_NEAR = 1e-6


@dataclass(frozen=True)
class Path:
    """The way of a view's centre and width from one place to another."""

    start: QPointF
    end: QPointF
    start_width: float
    end_width: float

    def at(self, share: float) -> tuple[QPointF, float]:
        """Centre and width after a `share` 0..1 of the way."""
        moved, w0, w1 = self.end - self.start, self.start_width, self.end_width
        far = math.hypot(moved.x(), moved.y())
        if far <= _NEAR * max(w0, w1):
            width = w0 * math.exp(share * (math.log(w1) - math.log(w0)))
            done = (w0 - width) / (w0 - w1) if w0 != w1 else share
            return self.start + moved * done, width
        far_w0, far_w1 = far / w0, far / w1
        ratio = w1 / w0
        b0 = (ratio * ratio - 1 + (_RHO_SQUARED * far_w0) ** 2) / (2 * _RHO_SQUARED * far_w0)
        b1 = (1 - 1 / (ratio * ratio) - (_RHO_SQUARED * far_w1) ** 2) / (2 * _RHO_SQUARED * far_w1)
        r0, r1 = -math.asinh(b0), -math.asinh(b1)
        gone = share * (r1 - r0)
        done = w0 / _RHO_SQUARED * math.sinh(gone) / math.cosh(gone + r0) / far
        return self.start + moved * done, w0 * math.cosh(r0) / math.cosh(gone + r0)


class Flight(QObject):
    """Flies a camera; `ended` when it has arrived or was stopped. Each step is a short one: nothing waits for it."""

    ended = Signal()

    def __init__(
        self, camera: Camera, clock: Callable[[], float] = time.perf_counter, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._camera, self._clock = camera, clock
        self._path: Path | None = None
        self._wanted = QRectF()
        self._began = 0.0
        self._steps = QTimer(self, interval=STEP_MS)
        self._steps.timeout.connect(self._on_step)

    @property
    def is_on(self) -> bool:
        """Whether the camera is on its way."""
        return self._path is not None

    def fly_to(self, wanted: QRectF, *, at_once: bool = False) -> None:
        """Show all of a data rectangle, after a flight or at once."""
        self.stop()
        shown, ground = self._camera.shown, self._camera.ground
        width = max(wanted.width(), wanted.height() * ground.width() / ground.height())
        path = Path(shown.center(), wanted.center(), shown.width(), width)
        if at_once or not _can_be_flown(path):
            self._camera.show(wanted)
            return
        self._wanted, self._path, self._began = wanted, path, self._clock()
        self._steps.start()

    def stop(self) -> None:
        """Stay where the camera is now."""
        if self._path is not None:
            self._path = None
            self._steps.stop()
            self.ended.emit()

    def land(self) -> None:
        """Be there now, if on the way."""
        if self._path is not None:
            self._camera.show(self._wanted)
            self.stop()

    @Slot()
    def _on_step(self) -> None:
        share = (self._clock() - self._began) / FLIGHT_S
        if self._path is None or share >= 1:
            self.land()
            return
        center, width = self._path.at(share * share * (3 - 2 * share))
        ground = self._camera.ground
        height = width * ground.height() / ground.width()
        self._camera.show(QRectF(center.x() - width / 2, center.y() - height / 2, width, height))


def _can_be_flown(path: Path) -> bool:
    """Whether the way can be computed, and is more than nothing."""
    if path.start == path.end and path.start_width == path.end_width:
        return False
    try:
        places = [path.at(share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    except (OverflowError, ValueError, ZeroDivisionError):
        return False
    return all(math.isfinite(number) for center, width in places for number in (center.x(), center.y(), width))
