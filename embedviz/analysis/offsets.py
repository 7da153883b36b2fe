"""Offsets between items, b - a of unit vectors: how parallel two of them are, and how parallel random ones are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.progress import Progress, Steps
from embedviz.space.arrays import DoubleArray, RowArray, read_only
from embedviz.space.embedding_space import EmbeddingSpace

N_RANDOM = 10_000

_SEED = 1
_CHUNK_FLOATS = 1 << 20
_FEWEST_ITEMS = 4


@dataclass(frozen=True, eq=False)
class OffsetNull:
    """Cosines of two offsets between four random items, drawn by seed: `cosines` float64 (n,), ascending."""

    cosines: DoubleArray

    def share_below(self, cosine: float) -> float | None:
        """The share of random pairs of offsets that are less parallel; None without any."""
        return float(np.searchsorted(self.cosines, cosine)) / len(self.cosines) if len(self.cosines) else None


def unit_rows(space: EmbeddingSpace, rows: RowArray) -> DoubleArray:
    """Unit vectors float64 (n, n_dims) of some rows; NaN where one has no direction."""
    with np.errstate(all="ignore"):
        units: DoubleArray = space.vectors[rows].astype(np.float64) / space.norms[rows, None]
    return units


def parallelism(space: EmbeddingSpace, one: tuple[int, int], other: tuple[int, int]) -> float | None:
    """The cosine of the offsets of two pairs of rows; None where an offset is zero."""
    units = unit_rows(space, np.array([*one, *other]))
    cosine = float(row_cosines(units[None, 1] - units[None, 0], units[None, 3] - units[None, 2])[0])
    return cosine if np.isfinite(cosine) else None


def row_cosines(one: DoubleArray, other: DoubleArray) -> DoubleArray:
    """Cosine float64 (n,) of each row of one array with that of another; NaN where one is zero."""
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    products = np.einsum("ij,ij->i", one, other)
    cosines = np.full(len(one), np.nan)
    np.divide(products, lengths, out=cosines, where=lengths > 0)
    clipped: DoubleArray = np.clip(cosines, -1.0, 1.0)
    return clipped


def offset_null_steps(space: EmbeddingSpace, n: int = N_RANDOM) -> Steps[OffsetNull]:
    """Draw `n` times four different items and measure how parallel their two offsets are."""
    directed = np.flatnonzero(space.finite & (space.norms > 0))
    if len(directed) < _FEWEST_ITEMS:
        return OffsetNull(read_only(np.empty(0)))
    rng = np.random.default_rng(_SEED)
    drawn = rng.integers(0, len(directed), (n, 4))
    while (alike := _repeats(drawn)).any():
        drawn[alike] = rng.integers(0, len(directed), (int(alike.sum()), 4))
    step = max(1, _CHUNK_FLOATS // max(1, 4 * space.n_dims))
    cosines = []
    for start in range(0, n, step):
        yield Progress(start / n, "Comparing random offsets")
        a, b, c, d = (unit_rows(space, directed[drawn[start : start + step, at]]) for at in range(4))
        cosines.append(row_cosines(b - a, d - c))
    found = np.concatenate(cosines)
    return OffsetNull(read_only(np.sort(found[np.isfinite(found)])))


def _repeats(drawn: RowArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    ordered = np.sort(drawn, axis=1)
    repeats: np.ndarray[tuple[int], np.dtype[np.bool_]] = (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
    return repeats
