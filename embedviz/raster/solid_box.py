"""The box about a cloud in space: its walls with their grids, its axes, and where the names of these stand."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from embedviz.raster.placement import LabelBox
from embedviz.raster.solid import Camera
from embedviz.space.arrays import DoubleArray, FloatArray, read_only

DIVISIONS = 4
WALL_STRENGTH, AXIS_STRENGTH, FAR_AXIS_STRENGTH = 0.85, 0.75, 0.375

_EDGE_ON = 0.35  # a wall seen at a flatter angle than this (cosine) fades, so that none appears at once
_PERCENT = 1.0
_PROBE = 200_000
_TITLE_SHARE = 1.06


@dataclass(frozen=True, eq=False)
class SolidBox:
    """Stands around `middle` (3,) and reaches `half` (3,) from it each way, in units of the data."""

    middle: DoubleArray
    half: DoubleArray

    def __post_init__(self) -> None:
        for name in ("middle", "half"):
            object.__setattr__(self, name, read_only(np.array(getattr(self, name), np.float64)))

    @classmethod
    def around(cls, points: FloatArray) -> SolidBox:
        """The box of all finite `points` (n, 3) but the outermost hundredth on each side of each axis."""
        probe = points[:: max(1, len(points) // _PROBE)].astype(np.float64)
        probe = probe[np.isfinite(probe).all(axis=1)]
        if not len(probe):
            return cls(np.zeros(3), np.ones(3))
        low, high = np.percentile(probe, [_PERCENT, 100 - _PERCENT], axis=0)
        half = (high - low) / 2
        return cls((low + high) / 2, np.maximum(half, max(1e-9, float(half.max()) * 0.05)))

    def walls(self, camera: Camera) -> Iterator[tuple[DoubleArray, float]]:
        """The faces that the eye sees from inside: the lines of their grids (k, 2, 3), and how strong they are."""
        for axis, side in itertools.product(range(3), (-1.0, 1.0)):
            toward = camera.rotation[2, axis] * -side  # how far its inner face is turned to the eye
            strength = min(1.0, max(0.0, float(toward) / _EDGE_ON))
            if strength > 0:
                yield self._grid(axis, side), WALL_STRENGTH * strength

    def axes(self) -> Iterator[tuple[DoubleArray, float]]:
        """Lines (1, 2, 3) from the middle to both ends of each axis, and how strong they are."""
        for axis, (side, strength) in itertools.product(range(3), ((-1, FAR_AXIS_STRENGTH), (1, AXIS_STRENGTH))):
            end = self.middle.copy()
            end[axis] += side * self.half[axis]
            yield np.array([[self.middle, end]]), strength

    def title_ends(self) -> DoubleArray:
        """The places (3, 3) beyond which the names of the axes stand."""
        ends: DoubleArray = self.middle + np.diag(self.half * _TITLE_SHARE)
        return ends

    def _grid(self, axis: int, side: float) -> DoubleArray:
        one, other = (axis + 1) % 3, (axis + 2) % 3
        lines = np.zeros((2, DIVISIONS + 1, 2, 3))
        lines[..., axis] = side
        steps = np.linspace(-1, 1, DIVISIONS + 1)[:, None]
        for number, (along, across) in enumerate(((one, other), (other, one))):
            lines[number, ..., across], lines[number, ..., along] = (-1, 1), steps
        grid: DoubleArray = self.middle + lines.reshape(-1, 2, 3) * self.half
        return grid


def title_boxes(
    start: DoubleArray, ends: DoubleArray, sizes: DoubleArray, ground: LabelBox, *, gap: float, margin: float
) -> list[LabelBox | None]:
    """Where the names of axes stand: beyond `ends` (3, 2), away from the `start` (2,) of all, on the `ground`.

    All in pixels, y downwards; `sizes` (3, 2) are those of the texts, `gap` is how far they keep from the ends, and
    `margin` from the sides of the ground. An axis that points at the eye or beside the ground has none.
    """
    found: list[LabelBox | None] = []
    for (x, y), (width, height) in zip((ends - start).tolist(), sizes.tolist(), strict=True):
        length = math.hypot(x, y)
        if not (width > 0 and math.isfinite(length) and length > 2 * height):
            found.append(None)
            continue
        away = 1 + (gap + height / 2) / length
        middle_x, middle_y = float(start[0]) + x * away + x / length * width / 2, float(start[1]) + y * away
        left, right = ground.x + margin, ground.x + ground.width - margin - width
        box = LabelBox(min(max(middle_x - width / 2, left), right), middle_y - height / 2, width, height)
        is_inside = ground.x <= box.x + width / 2 <= ground.x + ground.width
        is_inside = is_inside and ground.y <= middle_y <= ground.y + ground.height
        found.append(box if is_inside else None)
    return found
