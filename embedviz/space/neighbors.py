"""Exact search: the k items nearest to a vector, over all rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embedviz.errors import OptionError, QueryError
from embedviz.progress import Progress, Steps, finish
from embedviz.space.arrays import DoubleArray, RowArray, read_only
from embedviz.space.contenders import contenders, difference, scaled
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.metrics import Metric, metric_named

_CHUNK_FLOATS = 1 << 19
_FEW = 4_096  # rows that are compared in double precision sooner than scanned


def search(
    space: EmbeddingSpace,
    vector: DoubleArray,
    k: int,
    *,
    metric: str,
    exclude: Sequence[int] = (),
    within: RowArray | None = None,
) -> tuple[RowArray, DoubleArray]:
    """Return the rows (int64) and scores (float64) of the `k` items nearest to `vector` (n_dims,), nearest first.

    Only the rows `within` (int64, ascending) take part where they are given. Scores are similarities for cosine and
    dot, distances for euclidean and manhattan; equal scores stand by row. Non-finite rows, the rows in `exclude` and,
    by cosine, zero rows are not ranked; fewer than `k` come back if there are fewer. Raises OptionError for a bad `k`,
    metric or shape, QueryError for a vector that has no neighbors.
    """
    return finish(search_steps(space, vector, k, metric=metric, exclude=exclude, within=within))


def search_steps(
    space: EmbeddingSpace,
    vector: DoubleArray,
    k: int,
    *,
    metric: str,
    exclude: Sequence[int] = (),
    within: RowArray | None = None,
) -> Steps[tuple[RowArray, DoubleArray]]:
    """Search as `search` does, yielding Progress every few milliseconds of work."""
    chosen, query = metric_named(metric), np.asarray(vector, np.float64)
    check_question(space, query, k, chosen)
    barred = unranked_rows(space, chosen, exclude)
    if within is not None:
        within = difference(within, barred)
    k = min(k, space.n_items - len(barred) if within is None else len(within))
    if k == 0:
        return read_only(np.empty(0, np.int64)), read_only(np.empty(0, np.float64))
    if within is not None and len(within) <= max(_FEW, k):
        rows = within
    else:
        rows = yield from contenders(space, query, k, chosen, barred, within)
    return (yield from ranked_steps(space, rows, query, k, chosen))


def ranked_steps(
    space: EmbeddingSpace, rows: RowArray, query: DoubleArray, k: int, metric: Metric
) -> Steps[tuple[RowArray, DoubleArray]]:
    """The `k` nearest of some `rows` and their scores, all compared in float64, nearest first, ties by row."""
    scores = np.empty(len(rows), np.float64)
    step = max(1, _CHUNK_FLOATS // max(1, space.n_dims))
    for start in range(0, len(rows), step):
        if len(rows) > step:
            yield Progress(start / len(rows), "Comparing the nearest in double precision")
        scores[start : start + step] = score(space, rows[start : start + step], query, metric.name)
    best = _nearest(rows, -scores if metric.is_similarity else scores, k)
    return read_only(rows[best]), read_only(scores[best])


def score(space: EmbeddingSpace, rows: RowArray, vector: DoubleArray, metric: str) -> DoubleArray:
    """Score some rows against `vector` in float64: the one routine that decides order and ties.

    Each row is summed by itself, so equal vectors score equally wherever they stand.
    """
    items: DoubleArray = space.vectors[rows].astype(np.float64)
    if metric == "cosine":
        direction = scaled(vector)
        lengths = np.sqrt(_row_sums(items * items)) * np.sqrt(np.sum(direction * direction))
        cosines: DoubleArray = np.clip(_row_sums(items * direction) / lengths, -1.0, 1.0)
        return cosines
    if metric == "dot":
        return _row_sums(items * vector)
    gaps = np.abs(items - vector)
    return np.sqrt(_row_sums(gaps * gaps)) if metric == "euclidean" else _row_sums(gaps)


def unranked_rows(space: EmbeddingSpace, metric: Metric, exclude: Sequence[int] = ()) -> RowArray:
    """The rows outside a ranking (int64, ascending): non-finite, excluded and, by cosine, zero."""
    zero = space.zero_rows if metric.name == "cosine" else space.zero_rows[:0]
    return np.unique(np.concatenate([space.nonfinite_rows, zero, np.asarray(exclude, np.int64)]))


def _row_sums(values: DoubleArray) -> DoubleArray:
    sums: DoubleArray = values.sum(axis=1)
    return sums


def _nearest(rows: RowArray, distances: DoubleArray, k: int) -> RowArray:
    """Positions of the `k` smallest distances, in order, ties by row."""
    if len(rows) > 4 * k:
        near = np.flatnonzero(distances <= np.partition(distances, k - 1)[k - 1])
    else:
        near = np.arange(len(rows))
    chosen: RowArray = near[np.lexsort((rows[near], distances[near]))[:k]]
    return chosen


def check_question(space: EmbeddingSpace, query: DoubleArray, k: int, metric: Metric) -> None:
    """Raise OptionError for a bad `k` or shape, QueryError for a vector that has no neighbors."""
    if k < 1:
        raise OptionError(f"k is {k}; ask for at least 1 neighbour.")
    if query.shape != (space.n_dims,):
        raise OptionError(f"A vector of this space has {space.n_dims:,} numbers; this one has the shape {query.shape}.")
    if not np.isfinite(query).all():
        raise QueryError("The vector asked about holds NaN or infinity, so nothing is near it; ask about another.")
    if metric.name == "cosine" and not query.any():
        raise QueryError("The zero vector has no direction, so cosine cannot rank by it; choose another metric.")
