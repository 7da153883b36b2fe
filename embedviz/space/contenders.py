"""A float32 scan of all rows that keeps every row which could be among the k nearest.

Each scan gives a nearness per row and a bound on its rounding error. At least k rows reach the threshold t, so the
k-th nearest row is no farther than t less the error, and a row below t less twice the error cannot be among the k.
Bounds: |fl(x·q) - x·q| <= gamma(n) |x||q| with gamma(n) = n u / (1 - n u), u = 2⁻²⁴, in any order of summation
(Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed. 2002, §3.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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
_DENSE = 3  # a stretch is read whole where at least one row in so many takes part
_LARGEST_SQUARED = 2.0**60


@dataclass(frozen=True, eq=False)
class Plan:
    """How float32 products with `vector` (n_dims,) become a nearness per row, greater is nearer.

    `least` gives, from a nearness that k rows reach, the least that may still matter; `to_nearness` works in place on
    the products (n_items,), which are the nearness where it is None.
    """

    vector: FloatArray
    least: Callable[[float], float]
    to_nearness: Callable[[FloatArray], object] | None = None


def contenders(
    space: EmbeddingSpace,
    query: DoubleArray,
    k: int,
    metric: Metric,
    barred: RowArray,
    within: RowArray | None = None,
) -> Steps[RowArray]:
    """Find rows (int64, ascending) among which the `k` nearest to `query` surely are; none of them is `barred`.

    `barred` (ascending) holds every row outside the ranking; where `within` (ascending, none of them barred) is given,
    only those are looked at. All of them come back where float32 cannot tell them apart.
    """
    if metric.name == "manhattan":
        found = yield from _manhattan_scan(space, query, within)
    else:
        plan = plan_for(space, query, metric)
        found = None if plan is None else ((yield from _nearness(space, plan, within)), plan.least)
    if found is None:
        return difference(np.arange(space.n_items, dtype=np.int64), barred) if within is None else within
    if within is not None:
        return _near_enough_within(space, found[0][within], found[1], k, within)
    return near_enough(space, found[0], found[1], k, barred)


def difference(rows: RowArray, barred: RowArray) -> RowArray:
    """The rows that are not `barred`; both ascending."""
    if not len(barred) or not len(rows):
        return rows
    if len(barred) > len(rows):
        places = np.minimum(np.searchsorted(barred, rows), len(barred) - 1)
        kept: RowArray = rows[barred[places] != rows]
        return kept
    places = np.searchsorted(rows, barred)
    places = places[(places < len(rows)) & (rows[np.minimum(places, len(rows) - 1)] == barred)]
    return np.delete(rows, places)


def plan_for(space: EmbeddingSpace, query: DoubleArray, metric: Metric) -> Plan | None:
    """How to scan for `query` by products; None where there is no product to scan by, or float32 holds too little."""
    planner = _PLANNERS.get(metric.name)
    return None if planner is None else planner(space, query)


def near_enough(
    space: EmbeddingSpace, nearness: FloatArray, least: Callable[[float], float], k: int, barred: RowArray
) -> RowArray:
    """The rows (int64, ascending) that may be among the `k` nearest by a scan's `nearness` (n_items,), used up."""
    odd = space.magnitudes.odd_rows
    nearness[barred] = -np.inf
    nearness[odd] = -np.inf
    bound = least(_reached_by(nearness, k))
    rows: RowArray = np.flatnonzero(nearness >= np.nextafter(np.float32(bound), np.float32(-np.inf)))
    if len(odd):
        rows = np.union1d(rows, odd)
    return difference(rows, barred)


def _near_enough_within(
    space: EmbeddingSpace, nearness: FloatArray, least: Callable[[float], float], k: int, within: RowArray
) -> RowArray:
    """The same among the rows `within`, of which `nearness` (n_within,) is."""
    odd = difference(space.magnitudes.odd_rows, difference(space.magnitudes.odd_rows, within))
    nearness[np.searchsorted(within, odd)] = -np.inf
    bound = least(_reached_by(nearness, k))
    rows: RowArray = within[nearness >= np.nextafter(np.float32(bound), np.float32(-np.inf))]
    return np.union1d(rows, odd) if len(odd) else rows


def _reached_by(nearness: FloatArray, k: int) -> float:
    """A threshold that at least `k` rows reach: the k-th largest maximum over blocks of rows, or the k-th largest."""
    width = len(nearness) // _BLOCKS
    heads = nearness[: _BLOCKS * width].reshape(_BLOCKS, width).max(axis=0) if width >= 4 * k else nearness
    return float(np.partition(heads, len(heads) - k)[len(heads) - k]) if len(heads) > k else -np.inf


def _gamma(n_roundings: int) -> float:
    share = n_roundings * _UNIT
    return share / (1 - share) if share < 0.5 else np.inf


def _nearness(space: EmbeddingSpace, plan: Plan, within: RowArray | None) -> Steps[FloatArray]:
    """The nearness of all rows, float32 (n_items,), a few milliseconds at a time; 0 where it was not looked at."""
    nearness = np.empty(space.n_items, np.float32) if within is None else np.zeros(space.n_items, np.float32)
    step = max(1, _CHUNK_FLOATS // max(1, space.n_dims))
    for share, place in _stretches(space.n_items, within, step):
        yield Progress(share, "Searching")
        with np.errstate(all="ignore"):
            if isinstance(place, slice):
                np.matmul(space.vectors[place], plan.vector, out=nearness[place])
            else:
                nearness[place] = space.vectors[place] @ plan.vector
    if plan.to_nearness is not None:
        plan.to_nearness(nearness)
    return nearness


def _stretches(n_items: int, within: RowArray | None, step: int) -> Iterator[tuple[float, slice | RowArray]]:
    """The rows to look at, `step` at a time, and how far they are: slices where most of a stretch takes part."""
    if within is None:
        for start in range(0, n_items, step):
            yield start / n_items, slice(start, min(start + step, n_items))
        return
    bounds = np.searchsorted(within, np.arange(0, n_items + step, step))
    for at in range(len(bounds) - 1):
        rows = within[bounds[at] : bounds[at + 1]]
        if len(rows):
            first, last = int(rows[0]), int(rows[-1]) + 1
            yield at / len(bounds), slice(first, last) if _DENSE * len(rows) >= last - first else rows


def _dot_plan(space: EmbeddingSpace, query: DoubleArray) -> Plan:
    """Raw products; the query's scale does not change their order, so it is brought to about 1."""
    query = scaled(query)
    length = float(np.linalg.norm(query))
    error = _gamma(space.n_dims + 2) * space.magnitudes.largest * length + space.n_dims * _TINY
    return Plan(query.astype(np.float32), lambda reached: reached - 2 * _SAFETY * error)


def _cosine_plan(space: EmbeddingSpace, query: DoubleArray) -> Plan:
    """Products with a query of length about 1, over the norms; n·2⁻¹²⁶ over the shortest usual norm is below gamma."""
    query = scaled(query)
    error = _gamma(space.n_dims + 6) * float(np.linalg.norm(query))

    def over_norms(products: FloatArray) -> None:
        with np.errstate(all="ignore"):
            np.multiply(products, space.magnitudes.inverse_norms, out=products)

    return Plan(query.astype(np.float32), lambda reached: reached - 2 * _SAFETY * error, over_norms)


def _euclidean_plan(space: EmbeddingSpace, query: DoubleArray) -> Plan | None:
    """x·c - |x - mean|² / 2 with c = query - mean: half the squared distance, negated, but for a constant.

    Measuring from the mean keeps the error small where all vectors share a large offset.
    """
    largest = space.magnitudes.largest
    if max(largest, float(np.abs(query).max(initial=0.0))) > _LARGEST_SQUARED:
        return None
    centered = space.centered
    gap = query - centered.mean

    def less_squares(products: FloatArray) -> None:
        with np.errstate(all="ignore"):
            np.subtract(products, centered.half_squares, out=products)

    reach = largest * float(np.linalg.norm(gap))
    offset = largest * float(np.linalg.norm(query) + np.linalg.norm(centered.mean))
    error = _gamma(space.n_dims + 4) * reach + 4 * _UNIT * centered.largest_half_square
    error += 2.0**-48 * offset + space.n_dims * _TINY * (1 + largest)
    return Plan(gap.astype(np.float32), lambda reached: reached - 2 * _SAFETY * error, less_squares)


def _manhattan_scan(
    space: EmbeddingSpace, query: DoubleArray, within: RowArray | None
) -> Steps[tuple[FloatArray, Callable[[float], float]] | None]:
    """Sums of absolute differences in chunks that stay in the processor's cache; their error is relative."""
    if max(space.magnitudes.largest, float(np.abs(query).max(initial=0.0))) > _LARGEST_SQUARED:
        return None
    rounded, ones = query.astype(np.float32), np.ones(space.n_dims, np.float32)
    nearness = np.empty(space.n_items, np.float32) if within is None else np.zeros(space.n_items, np.float32)
    step = max(1, _CACHED_FLOATS // max(1, space.n_dims))
    gaps = np.empty((min(step, space.n_items), space.n_dims), np.float32)
    for at, (share, place) in enumerate(_stretches(space.n_items, within, step)):
        if at % 16 == 0:
            yield Progress(share, "Searching")
        chunk = space.vectors[place]
        part = gaps[: len(chunk)]
        with np.errstate(all="ignore"):
            np.subtract(chunk, rounded, out=part)
            np.abs(part, out=part)
            nearness[place] = part @ ones
    np.negative(nearness, out=nearness)
    gamma = _gamma(space.n_dims + 2) * _SAFETY
    shift = float(np.abs(query - rounded).sum()) + space.n_dims * _TINY

    def least(reached: float) -> float:
        return -(-reached * (1 + gamma) + 2 * shift) * (1 + gamma) / (1 - gamma) if gamma < 0.5 else -np.inf

    return nearness, least


def scaled(query: DoubleArray) -> DoubleArray:
    """The query times a power of two that brings its largest number into [0.5, 1); zero stays zero."""
    _, exponent = np.frexp(np.abs(query).max(initial=0.0))
    brought: DoubleArray = np.ldexp(query, -exponent)
    return brought


_PLANNERS: Mapping[str, Callable[[EmbeddingSpace, DoubleArray], Plan | None]] = MappingProxyType(
    {"cosine": _cosine_plan, "dot": _dot_plan, "euclidean": _euclidean_plan}
)
