"""A float32 scan of all rows that keeps every row which could be among the k nearest.

Each scan gives a nearness per row and a bound on its rounding error. At least k rows reach the threshold t, so the
k-th nearest row is no farther than t less the error, and a row below t less twice the error cannot be among the k.
Bounds: |fl(x·q) - x·q| <= gamma(n) |x||q| with gamma(n) = n u / (1 - n u), u = 2⁻²⁴, in any order of summation
(Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed. 2002, §3.1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from embedviz.progress import Progress, Steps
from embedviz.space.arrays import DoubleArray, FloatArray, RowArray
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.metrics import Metric

_UNIT = 2.0**-24
_TINY = 2.0**-126
_SAFETY = 1.01
_CHUNK_FLOATS = 1 << 24
_CACHED_FLOATS = 1 << 18
_BLOCKS = 64
_LARGEST_SQUARED = 2.0**60


@dataclass(frozen=True, eq=False)
class _Scan:
    """`nearness` float32 (n_items,), greater is nearer, and the least nearness that may still matter."""

    nearness: FloatArray
    least: Callable[[float], float]


def contenders(space: EmbeddingSpace, query: DoubleArray, k: int, metric: Metric, barred: RowArray) -> Steps[RowArray]:
    """Find rows (int64, ascending) among which the `k` nearest to `query` surely are; none of them is `barred`.

    `barred` holds every row outside the ranking. All other rows come back where float32 cannot tell them apart.
    """
    scan = yield from _SCANS[metric.name](space, query)
    if scan is None:
        rows = np.arange(space.n_items, dtype=np.int64)
    else:
        odd = space.magnitudes.odd_rows
        scan.nearness[barred] = -np.inf
        scan.nearness[odd] = -np.inf
        least = scan.least(_reached_by(scan.nearness, k))
        rows = np.flatnonzero(scan.nearness >= np.nextafter(np.float32(least), np.float32(-np.inf)))
        if len(odd):
            rows = np.union1d(rows, odd)
    return rows[~np.isin(rows, barred)] if len(barred) else rows


def _reached_by(nearness: FloatArray, k: int) -> float:
    """A threshold that at least `k` rows reach: the k-th largest maximum over blocks of rows, or the k-th largest."""
    width = len(nearness) // _BLOCKS
    heads = nearness[: _BLOCKS * width].reshape(_BLOCKS, width).max(axis=0) if width >= 4 * k else nearness
    return float(np.partition(heads, len(heads) - k)[len(heads) - k]) if len(heads) > k else -np.inf


def _gamma(n_roundings: int) -> float:
    share = n_roundings * _UNIT
    return share / (1 - share) if share < 0.5 else np.inf


def _products(space: EmbeddingSpace, query: FloatArray) -> Steps[FloatArray]:
    """The product of all vectors and `query`, float32 (n_items,), a few milliseconds at a time."""
    products = np.empty(space.n_items, np.float32)
    step = max(1, _CHUNK_FLOATS // max(1, space.n_dims))
    for start in range(0, space.n_items, step):
        yield Progress(start / space.n_items, "Searching")
        with np.errstate(all="ignore"):
            np.matmul(space.vectors[start : start + step], query, out=products[start : start + step])
    return products


def _dot_scan(space: EmbeddingSpace, query: DoubleArray) -> Steps[_Scan | None]:
    """Raw products; the query's scale does not change their order, so it is brought to about 1."""
    query = scaled(query)
    nearness = yield from _products(space, query.astype(np.float32))
    length = float(np.linalg.norm(query))
    error = _gamma(space.n_dims + 2) * space.magnitudes.largest * length + space.n_dims * _TINY
    return _Scan(nearness, lambda reached: reached - 2 * _SAFETY * error)


def _cosine_scan(space: EmbeddingSpace, query: DoubleArray) -> Steps[_Scan | None]:
    """Products with a query of length about 1, over the norms; n·2⁻¹²⁶ over the shortest usual norm is below gamma."""
    query = scaled(query)
    nearness = yield from _products(space, query.astype(np.float32))
    with np.errstate(all="ignore"):
        np.multiply(nearness, space.magnitudes.inverse_norms, out=nearness)
    error = _gamma(space.n_dims + 6) * float(np.linalg.norm(query))
    return _Scan(nearness, lambda reached: reached - 2 * _SAFETY * error)


def _euclidean_scan(space: EmbeddingSpace, query: DoubleArray) -> Steps[_Scan | None]:
    """x·c - |x - mean|² / 2 with c = query - mean: half the squared distance, negated, but for a constant.

    Measuring from the mean keeps the error small where all vectors share a large offset.
    """
    largest = space.magnitudes.largest
    if max(largest, float(np.abs(query).max(initial=0.0))) > _LARGEST_SQUARED:
        return None
    centered = space.centered
    gap = query - centered.mean
    nearness = yield from _products(space, gap.astype(np.float32))
    with np.errstate(all="ignore"):
        np.subtract(nearness, centered.half_squares, out=nearness)
    reach = largest * float(np.linalg.norm(gap))
    offset = largest * float(np.linalg.norm(query) + np.linalg.norm(centered.mean))
    error = _gamma(space.n_dims + 4) * reach + 4 * _UNIT * centered.largest_half_square
    error += 2.0**-48 * offset + space.n_dims * _TINY * (1 + largest)
    return _Scan(nearness, lambda reached: reached - 2 * _SAFETY * error)


def _manhattan_scan(space: EmbeddingSpace, query: DoubleArray) -> Steps[_Scan | None]:
    """Sums of absolute differences in chunks that stay in the processor's cache; their error is relative."""
    if max(space.magnitudes.largest, float(np.abs(query).max(initial=0.0))) > _LARGEST_SQUARED:
        return None
    rounded, ones = query.astype(np.float32), np.ones(space.n_dims, np.float32)
    nearness = np.empty(space.n_items, np.float32)
    step = max(1, _CACHED_FLOATS // max(1, space.n_dims))
    gaps = np.empty((min(step, space.n_items), space.n_dims), np.float32)
    for start in range(0, space.n_items, step):
        if start // step % 16 == 0:
            yield Progress(start / space.n_items, "Searching")
        chunk = space.vectors[start : start + step]
        part = gaps[: len(chunk)]
        with np.errstate(all="ignore"):
            np.subtract(chunk, rounded, out=part)
            np.abs(part, out=part)
            np.matmul(part, ones, out=nearness[start : start + step])
    np.negative(nearness, out=nearness)
    gamma = _gamma(space.n_dims + 2) * _SAFETY
    shift = float(np.abs(query - rounded).sum()) + space.n_dims * _TINY

    def least(reached: float) -> float:
        return -(-reached * (1 + gamma) + 2 * shift) * (1 + gamma) / (1 - gamma) if gamma < 0.5 else -np.inf

    return _Scan(nearness, least)


def scaled(query: DoubleArray) -> DoubleArray:
    """The query times a power of two that brings its largest number into [0.5, 1); zero stays zero."""
    _, exponent = np.frexp(np.abs(query).max(initial=0.0))
    brought: DoubleArray = np.ldexp(query, -exponent)
    return brought


_SCANS: Mapping[str, Callable[[EmbeddingSpace, DoubleArray], Steps[_Scan | None]]] = MappingProxyType(
    {
        "cosine": _cosine_scan,
        "dot": _dot_scan,
        "euclidean": _euclidean_scan,
        "manhattan": _manhattan_scan,
    }
)
