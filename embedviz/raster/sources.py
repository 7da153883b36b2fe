"""Where points that are drawn in no order come from: as they are, on their way between two places, or in space."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from embedviz.raster.drawing import Entries, Shades
from embedviz.raster.solid import N_DEPTHS, Camera, depth_table, projected
from embedviz.space.arrays import FloatArray

_AT_ONCE = 1 << 15


class Source(Protocol):
    """Points that are worked out while they are drawn."""

    @property
    def growths(self) -> tuple[float, ...]:
        """By how much discs are larger than the style's, for each size that the batches have."""

    def __len__(self) -> int: ...

    def batches(self, first: int, last: int) -> Iterator[Entries]:
        """Points `first` to `last`, some thousands at a time."""


@dataclass(frozen=True, eq=False)
class Still:
    """Points float32 (n, 2) as they are."""

    points: FloatArray
    shades: Shades
    growths: tuple[float, ...] = (1.0,)

    def __len__(self) -> int:
        return len(self.points)

    def batches(self, first: int, last: int) -> Iterator[Entries]:
        yield Entries(self.points, np.empty(0, np.int32), self.shades, np.array([[first, last]], np.int64))


@dataclass(frozen=True, eq=False)
class Way:
    """Points a share `t` of the straight way from `before` to `after`, both float32 (n, 2)."""

    before: FloatArray
    after: FloatArray
    t: float
    shades: Shades
    growths: tuple[float, ...] = (1.0,)

    def __len__(self) -> int:
        return len(self.before)

    def batches(self, first: int, last: int) -> Iterator[Entries]:
        for start in range(first, last, _AT_ONCE):
            rows = slice(start, min(start + _AT_ONCE, last))
            with np.errstate(over="ignore", invalid="ignore"):
                # the share of each end, as a difference would lose the end itself where coordinates are huge
                places = self.before[rows] * np.float32(1 - self.t) + self.after[rows] * np.float32(self.t)
            yield _batch(places, _part(self.shades, rows), 0, len(places))


@dataclass(frozen=True, eq=False)
class InSpace:
    """Points float32 (n, 3) as a camera sees them on a picture; nearer ones larger and with more ink."""

    points: FloatArray
    camera: Camera
    width: int
    height: int
    shades: Shades
    is_splat: bool

    @property
    def growths(self) -> tuple[float, ...]:
        return (1.0,) if self.is_splat else tuple(np.sqrt(depth_table(self.camera)[:, 0]).tolist())

    def __len__(self) -> int:
        return len(self.points)

    def batches(self, first: int, last: int) -> Iterator[Entries]:
        areas, shares = depth_table(self.camera).T
        weights = (areas * shares if self.is_splat else shares).astype(np.float32)
        table = np.tile(self.shades.table if len(self.shades.table) else np.ones((1, 4), np.float32), (1, N_DEPTHS))
        table = table.reshape(-1, 4)
        table[:, 3] *= np.tile(weights, len(table) // N_DEPTHS)
        for start in range(first, last, _AT_ONCE):
            rows = slice(start, min(start + _AT_ONCE, last))
            places, _, depths = projected(self.points[rows], self.camera, self.width, self.height)
            codes = depths.astype(np.int32)
            if len(self.shades.codes):
                n_codes, own = len(self.shades.table), self.shades.codes[rows]
                codes += np.where((own >= 0) & (own < n_codes), own, n_codes - 1) * N_DEPTHS
            if self.is_splat:
                yield _batch(places, Shades(codes, table, self.shades.shares), 0, len(places))
                continue
            order = np.argsort(depths, kind="stable")
            ends = np.cumsum(np.bincount(depths, minlength=N_DEPTHS)).tolist()
            places, codes, begin = places[order], codes[order], 0
            for size, end in enumerate(ends):
                if begin < end:
                    yield _batch(places, Shades(codes, table, self.shades.shares), begin, end, size)
                begin = end


def _batch(places: FloatArray, shades: Shades, first: int, last: int, size: int = 0) -> Entries:
    return Entries(places, np.empty(0, np.int32), shades, np.array([[first, last]], np.int64), size)


def _part(shades: Shades, rows: slice) -> Shades:
    return Shades(shades.codes[rows] if len(shades.codes) else shades.codes, shades.table, shades.shares)
