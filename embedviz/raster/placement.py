"""Label placement: names beside their anchors, never over one another, the first ones first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from embedviz import kernels
from embedviz.space.arrays import ByteArray, DoubleArray, FloatArray

LABELS_COMPILED = "embedviz.raster.label_kernels"
NO_SLOT = 4

_CELL_WIDTH = 64.0
_CELL_HEIGHT = 32.0
_LARGEST_SIDE = 1e5


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


@dataclass(frozen=True, eq=False)
class Candidates:
    """Labels that ask for room, most important first, all float64 in pixels.

    `anchors` (n, 2); `sizes` (n, 2) of the text; `gaps` (n, 2), how far it keeps from labels before it to the sides and
    upwards; `offsets` (n,) from anchor to text; `kept` uint8 (n,), the slot it would like best, or NO_SLOT.
    """

    anchors: DoubleArray
    sizes: DoubleArray
    gaps: DoubleArray
    offsets: DoubleArray
    kept: ByteArray

    def part(self, chosen: object) -> Candidates:
        """Some of them, in the same order."""
        return Candidates(*(getattr(self, name)[chosen] for name in ("anchors", "sizes", "gaps", "offsets", "kept")))

    def corners(self, slots: ByteArray) -> DoubleArray:
        """The upper left corners (n, 2) of labels in their slots."""
        w, h, off = self.sizes[:, 0], self.sizes[:, 1], self.offsets
        side, up = np.asarray(slots) % NO_SLOT, -h / 2
        x = np.choose(side, (off, -off - w, -w / 2, -w / 2))
        y = np.choose(side, (up, up, -off - h, off))
        corners: DoubleArray = self.anchors + np.column_stack([x, y])
        return corners


def choose_slots(
    candidates: Candidates,
    width: float,
    height: float,
    *,
    occupied: Sequence[tuple[float, float, float, float]] = (),
    limit: int | None = None,
) -> ByteArray:
    """The slot of each label (n,) uint8: 0 right, 1 left, 2 above, 3 below its anchor, NO_SLOT where it finds no room.

    Each in turn takes its kept slot if that is free, else the first free one. A slot is free if the text stays on the
    `width` x `height` picture, and the text with its gap touches no label placed before it and no `occupied` box (x, y,
    width, height). Anchors off the picture, or not finite, get none; `limit` is the most that are placed.
    """
    most = len(candidates.anchors) if limit is None else limit
    taken = np.array([box for box in (_clipped(box, width, height) for box in occupied) if box is not None], np.float64)
    slots = np.full(len(candidates.anchors), NO_SLOT, np.uint8)
    compiled = kernels.loaded(LABELS_COMPILED)
    if compiled is None or not (1 <= width <= _LARGEST_SIDE and 1 <= height <= _LARGEST_SIDE):
        return _choose_plainly(candidates, width, height, taken.reshape(-1, 4), most, slots)
    tables = (candidates.anchors, candidates.sizes, candidates.gaps, candidates.offsets)
    fresh = [np.array(table, np.float64, order="C") for table in tables]
    kept = np.array(candidates.kept, np.uint8)
    taken = taken.reshape(-1, 4)
    cells = compiled.CELL_HEIGHT, compiled.CELL_WIDTH
    heads = np.empty((int(height / cells[0]) + 1, int(width / cells[1]) + 1), np.int32)
    links = np.empty(
        (_most_links(fresh[1], cells, heads.shape) + _most_links(taken[:, 2:], cells, heads.shape), 2), np.int32
    )
    boxes = np.empty((len(taken) + len(slots), 4))
    compiled.choose(*fresh, kept, taken, float(width), float(height), most, boxes, heads, links, slots)
    return slots


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
    """Place labels of `sizes` (n, 2) px at `anchors` (n, 2) px, `offset` px away from them; see `choose_slots`."""
    n = len(anchors)
    candidates = Candidates(
        np.asarray(anchors, np.float64).reshape(-1, 2),
        np.asarray(sizes, np.float64).reshape(-1, 2),
        np.zeros((n, 2)),
        np.full(n, offset),
        np.full(n, NO_SLOT, np.uint8),
    )
    slots = choose_slots(candidates, width, height, occupied=occupied, limit=limit)
    corners = candidates.corners(slots)
    return [Placed(index, *corners[index].tolist()) for index in np.flatnonzero(slots != NO_SLOT).tolist()]


def _clipped(
    box: tuple[float, float, float, float], width: float, height: float
) -> tuple[float, float, float, float] | None:
    """The part of a box on the picture, or None."""
    x, y, w, h = box
    left, upper, right, lower = max(0.0, x), max(0.0, y), min(width, x + w), min(height, y + h)
    return (left, upper, right - left, lower - upper) if left < right and upper < lower else None


def _most_links(sizes: DoubleArray, cell: tuple[float, float], shape: tuple[int, ...]) -> int:
    """The most coarse cells, height x width, that boxes of `sizes` (n, 2) touch together; the picture has `shape`."""
    touched = [np.fmin(sizes[:, 1 - axis] / cell[axis] + 2, shape[axis]) for axis in range(2)]
    return int((np.fmax(touched[0], 0) * np.fmax(touched[1], 0)).sum()) + len(sizes)


def _choose_plainly(
    candidates: Candidates, width: float, height: float, occupied: DoubleArray, most: int, slots: ByteArray
) -> ByteArray:
    taken = _Taken()
    for box in occupied.tolist():
        taken.add(LabelBox(*box))
    n_placed = 0
    rows = zip(
        candidates.anchors.tolist(),
        candidates.sizes.tolist(),
        candidates.gaps.tolist(),
        candidates.offsets.tolist(),
        candidates.kept.tolist(),
        strict=True,
    )
    for index, ((ax, ay), (w, h), (gap_x, gap_y), off, kept) in enumerate(rows):
        if n_placed >= most:
            break
        if not (0 <= ax <= width and 0 <= ay <= height):
            continue
        spots = (
            (ax + off, ay - h / 2),
            (ax - off - w, ay - h / 2),
            (ax - w / 2, ay - off - h),
            (ax - w / 2, ay + off),
        )
        for slot in sorted(range(NO_SLOT), key=lambda slot: slot != kept):
            x, y = spots[slot]
            if not (x >= 0 and y >= 0 and x + w <= width and y + h <= height):
                continue
            roomy = _clipped((x - gap_x, y - gap_y, w + 2 * gap_x, h + 2 * gap_y), width, height)
            if roomy is not None and taken.is_free(LabelBox(*roomy)):
                taken.add(LabelBox(x, y, w, h))
                slots[index] = slot
                n_placed += 1
                break
    return slots


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
    """The cells a box touches; what lies beyond _LARGEST_SIDE is counted to the last one."""
    left, right = (int(min(x, _LARGEST_SIDE) // _CELL_WIDTH) for x in (box.x, box.x + box.width))
    upper, lower = (int(min(y, _LARGEST_SIDE) // _CELL_HEIGHT) for y in (box.y, box.y + box.height))
    for row in range(upper, lower + 1):
        for column in range(left, right + 1):
            yield column, row
