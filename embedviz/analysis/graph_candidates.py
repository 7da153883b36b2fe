"""Candidates for the neighbours of many items at once, and the proof that no other item belongs among them.

The product of two vectors of n numbers in single precision is off by at most gamma(n) |x| |y|, gamma(n) =
n u / (1 - n u), u = 2⁻²⁴ (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed. 2002, §3.1). All vectors are
brought to a length of at most 1 first. An item that is not among the candidates is no nearer by the products than the
last of them, so a list whose k-th item is surely nearer than that is complete.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.progress import Progress, Steps
from embedviz.space.arrays import CodeArray, DoubleArray, FlagArray, FloatArray, RowArray
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.faiss_library import faiss_library
from embedviz.space.metrics import Metric
from embedviz.space.neighbors import unranked_rows
from embedviz.space.search_index import SearchIndex

_UNIT = 2.0**-24
_SAFETY = 2.0
_SPARE = 24  # candidates beyond the k that are wished
_PRODUCTS_AT_ONCE = 1.5e9
_FEWEST_AT_ONCE, _MOST_AT_ONCE = 16, 1024
_CHUNK_FLOATS = 1 << 20
_INDEXED_AT_ONCE = 128
_PER_NEIGHBOR = 4


@dataclass(frozen=True, eq=False)
class Candidates:
    """Candidates (n, m) of the items from row `first` on, -1 where there is none.

    `limits` (n,) float64 are nearnesses that no other item exceeds (a cosine, a product, or half the negated square of
    a distance), -inf where nothing else is left, or None where that is not known.
    """

    first: int
    rows: RowArray
    limits: DoubleArray | None


def compared_candidates_steps(space: EmbeddingSpace, k: int, metric: Metric) -> Steps[None]:
    """Compare every item with every other in single precision; candidates come as the `partial` of each Progress."""
    yield Progress(0.0, "Preparing")
    faiss = faiss_library()
    n_items = space.n_items
    items, scale, halves = yield from _prepared_steps(space, metric)
    n_wanted = min(n_items, 2 * k + _SPARE)
    error = _error(space.n_dims)
    most = _PRODUCTS_AT_ONCE / max(1, n_items * space.n_dims)
    step = int(np.clip(most, _FEWEST_AT_ONCE, _MOST_AT_ONCE))
    for first in range(0, n_items, step):
        asked = items[first : first + step]
        if halves is not None:
            asked = asked.copy()
            asked[:, -1] = 1.0
        nearness, rows = faiss.knn(asked, items, n_wanted, metric=faiss.METRIC_INNER_PRODUCT)
        limits = np.full(len(asked), -np.inf)
        if n_wanted < n_items:
            limits = nearness[:, -1].astype(np.float64) + error
            if halves is not None:
                limits -= halves[first : first + step]
            limits /= scale * scale
        yield Progress((first + len(asked)) / n_items, "Comparing", Candidates(first, rows, limits))


def indexed_candidates_steps(space: EmbeddingSpace, index: SearchIndex, k: int, metric: Metric) -> Steps[None]:
    """Ask the index about all items, many at a time; candidates come as the `partial` of each Progress."""
    n_wanted = min(space.n_items, max(index.depth, _PER_NEIGHBOR * k) + 1)
    for first in range(0, space.n_items, _INDEXED_AT_ONCE):
        part = space.vectors[first : first + _INDEXED_AT_ONCE]
        with np.errstate(all="ignore"):
            lengths = space.norms[first : first + len(part), None] if metric.is_similarity else 1.0
            asked = np.nan_to_num(part / lengths, posinf=0.0, neginf=0.0).astype(np.float32) @ index.rotation
        _, rows = index.quantized.search(asked, n_wanted)
        best = _nearest_in_single(space, part, rows, 2 * k + _SPARE, metric)
        yield Progress((first + len(part)) / space.n_items, "Asking the index", Candidates(first, best, None))


def rank_candidates(
    space: EmbeddingSpace, candidates: Candidates, k: int, metric: Metric, graph: tuple[CodeArray, FloatArray]
) -> FlagArray:
    """Compare candidates in double precision and write the `k` nearest of each; True where a list is proven (n,)."""
    n, width = candidates.rows.shape
    is_ranked = np.ones(space.n_items, np.bool_)
    is_ranked[unranked_rows(space, metric)] = False
    settled = np.ones(n, np.bool_)
    step = max(1, _CHUNK_FLOATS // max(1, width * space.n_dims))
    for start in range(0, n, step):
        rows = candidates.rows[start : start + step]
        asked = np.arange(candidates.first + start, candidates.first + start + len(rows))
        barred = (rows < 0) | ~is_ranked[rows] | (rows == asked[:, None]) | ~is_ranked[asked, None]
        nearness, scores = _exact(space, asked, rows, metric)
        nearness[barred] = -np.inf
        order = np.lexsort((rows, -nearness), axis=-1)[:, :k]
        best = np.take_along_axis(nearness, order, axis=1)
        there = best > -np.inf
        into = slice(asked[0], asked[-1] + 1), slice(0, order.shape[1])
        graph[0][into] = np.where(there, np.take_along_axis(rows, order, axis=1), -1)
        graph[1][into] = np.where(there, np.take_along_axis(scores, order, axis=1), np.nan)
        if candidates.limits is not None:
            limits = candidates.limits[start : start + step]
            last = best[:, -1] if best.shape[1] == k else np.full(len(rows), -np.inf)
            settled[start : start + step] = (last > limits) | (limits == -np.inf) | ~is_ranked[asked]
    return settled


def _exact(space: EmbeddingSpace, asked: RowArray, rows: RowArray, metric: Metric) -> tuple[DoubleArray, DoubleArray]:
    """Nearness (as Candidates has its limits) and scores (n, m) float64, as `neighbors.score` sums them."""
    items: DoubleArray = space.vectors[rows].astype(np.float64)
    vectors: DoubleArray = space.vectors[asked].astype(np.float64)[:, None, :]
    with np.errstate(all="ignore"):
        if metric.name == "cosine":
            _, exponents = np.frexp(np.abs(vectors).max(axis=2, keepdims=True, initial=0.0))
            vectors = np.ldexp(vectors, -exponents)
            lengths = np.sqrt((items * items).sum(axis=2)) * np.sqrt((vectors * vectors).sum(axis=2))
            cosines = np.clip((items * vectors).sum(axis=2) / lengths, -1.0, 1.0)
            return cosines.copy(), cosines
        if metric.name == "dot":
            products: DoubleArray = (items * vectors).sum(axis=2)
            return products.copy(), products
        items -= vectors
        squares: DoubleArray = np.square(items, out=items).sum(axis=2)
        return -squares / 2, np.sqrt(squares)


def _nearest_in_single(space: EmbeddingSpace, asked: FloatArray, rows: RowArray, n: int, metric: Metric) -> RowArray:
    """The nearest `n` of many candidates (n_asked, m) in single precision."""
    if rows.shape[1] <= n:
        return rows
    best = np.empty((len(rows), n), np.int64)
    with np.errstate(all="ignore"):
        for at, vector in enumerate(asked):
            items = space.vectors[rows[at]]
            if metric.is_similarity:
                farness = -(items @ vector)
                if metric.name == "cosine":
                    farness *= space.magnitudes.inverse_norms[rows[at]]
            else:
                items -= vector
                farness = np.einsum("ij,ij->i", items, items)
            farness[rows[at] < 0] = np.inf
            best[at] = rows[at][np.argpartition(farness, n - 1)[:n]]
    return best


def _prepared_steps(space: EmbeddingSpace, metric: Metric) -> Steps[tuple[FloatArray, float, DoubleArray | None]]:
    """All vectors in a length of at most 1, by how much they were scaled, and half their squared lengths or None.

    For Euclidean distances they are measured from their mean, and a further number makes a product of two vectors
    half their negated squared distance, but for half the square of the one that asks.
    """
    n_items, n_dims = space.vectors.shape
    is_euclidean = metric.name == "euclidean"
    items = np.zeros((n_items, n_dims + is_euclidean), np.float32)
    halves = np.zeros(n_items) if is_euclidean else None
    scale, middle = 1.0, np.zeros(n_dims)
    if is_euclidean:
        middle = space.centered.mean
        scale = _power_below(np.sqrt(2 * space.centered.largest_half_square) * (1 + 1e-6))
    elif metric.name == "dot":
        scale = _power_below(space.magnitudes.largest)
    barred = unranked_rows(space, metric)
    step = max(1, _CHUNK_FLOATS // max(1, n_dims))
    for start in range(0, n_items, step):
        yield Progress(0.0, "Preparing")
        part = slice(start, start + step)
        with np.errstate(all="ignore"):
            moved = (space.vectors[part] - middle) * scale
            if metric.name == "cosine":
                moved /= space.norms[part, None]
        moved[barred[(barred >= start) & (barred < start + step)] - start] = 0.0
        items[part, :n_dims] = moved
        if halves is not None:
            halves[part] = np.einsum("ij,ij->i", moved, moved) / 2
            items[part, n_dims] = -halves[part]
    return items, scale, halves


def _power_below(length: float) -> float:
    """A power of two that brings `length` into at most 1."""
    return float(2.0 ** -np.ceil(np.log2(length))) if length > 0 else 1.0


def _error(n_dims: int) -> float:
    """How far a product of two vectors of length 1, and for a distance half a square, may be off."""
    share = (n_dims + 12) * _UNIT
    return _SAFETY * 2 * (share / (1 - share)) + n_dims * 2.0**-126
