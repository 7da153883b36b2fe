"""Label placement: names beside their anchors, never over one another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from embedviz.space.arrays import DoubleArray, FloatArray

_CELL_WIDTH = 64.0
_CELL_HEIGHT = 32.0


class LabelBox(NamedTuple):
    """A rectangle on the picture in pixels; `x`, `y` is its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Placed:
    """A label that found room: which candidate it is and its upper left corner in pixels."""

    index: int
    x: float
    y: float


def place_labels(
    anchors: FloatArray | DoubleArray,
    sizes: FloatArray | DoubleArray,
    width: float,
    height: float,
    *,
    occupied: Sequence[tuple[float, float, float, float]] = (),
    offset: float = 8.0,
    limit: int | None = None,
) -> list[Placed]:
    """Place labels of `sizes` (n, 2) px at `anchors` (n, 2) px on a `width` x `height` picture, the first ones first.

    Each is tried to the right, left, above and below of its anchor, `offset` pixels away, and left out where it would
    touch a placed label, an `occupied` box (x, y, width, height) or the edge. Anchors off the picture get no label.
    """
    taken = _Taken()
    for x, y, w, h in occupied:
        left, upper, right, lower = max(0.0, x), max(0.0, y), min(width, x + w), min(height, y + h)
        if left < right and upper < lower:
            taken.add(LabelBox(left, upper, right - left, lower - upper))
    placed: list[Placed] = []
    for index, ((ax, ay), (w, h)) in enumerate(zip(anchors.tolist(), sizes.tolist(), strict=True)):
        if limit is not None and len(placed) >= limit:
            break
        if not (0 <= ax <= width and 0 <= ay <= height):
            continue
        for x, y in (
            (ax + offset, ay - h / 2),
            (ax - offset - w, ay - h / 2),
            (ax - w / 2, ay - offset - h),
            (ax - w / 2, ay + offset),
        ):
            box = LabelBox(x, y, w, h)
            if x >= 0 and y >= 0 and x + w <= width and y + h <= height and taken.is_free(box):
                taken.add(box)
                placed.append(Placed(index, x, y))
                break
    return placed


class _Taken:
    """Boxes by the coarse cells they touch, so that a test looks at a few of them only."""

    def __init__(self) -> None:
        self._cells: defaultdict[tuple[int, int], list[LabelBox]] = defaultdict(list)

    def add(self, box: LabelBox) -> None:
        for cell in _cells(box):
            self._cells[cell].append(box)

    def is_free(self, box: LabelBox) -> bool:
        x, y, width, height = box
        right, bottom = x + width, y + height
        for cell in _cells(box):
            for other in self._cells.get(cell, ()):
                if x < other.x + other.width and other.x < right and y < other.y + other.height and other.y < bottom:
                    return False
        return True


def _cells(box: LabelBox) -> Iterator[tuple[int, int]]:
    for row in range(int(box.y // _CELL_HEIGHT), int((box.y + box.height) // _CELL_HEIGHT) + 1):
        for column in range(int(box.x // _CELL_WIDTH), int((box.x + box.width) // _CELL_WIDTH) + 1):
            yield column, row
