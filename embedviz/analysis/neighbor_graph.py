"""The k-NN graph: the nearest neighbours of every item.

Where every item can be compared with every other, candidates come from single-precision products and are compared in
double precision; a list is kept only where the bound on the rounding error proves that no other item belongs into it,
and else searched for by itself. Larger spaces ask the compressed index, and say how many neighbours it finds.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from embedviz.analysis.graph_candidates import (
    Candidates,
    compared_candidates_steps,
    indexed_candidates_steps,
    rank_candidates,
)
from embedviz.errors import OptionError
from embedviz.progress import Progress, Steps, within
from embedviz.space.answer import index_steps
from embedviz.space.arrays import CodeArray, FloatArray, RowArray, read_only
from embedviz.space.batch import search_many_steps
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.metrics import Metric, metric_named
from embedviz.space.neighbors import unranked_rows

EXACT_UP_TO = 1e12
"""Multiplications (n_items² n_dims) that are done rather than asking an index: some minutes on two cores."""
MOST_NEIGHBORS = 100

_AT_ONCE = 64
_N_MEASURED = 200
_SEED = 1
_LARGEST = 2.0**40


@dataclass(frozen=True, eq=False)
class NeighborGraph:
    """The neighbours of all items: `rows` int32 (n_items, k), nearest first, ties by row, -1 where there are no more.

    `scores` float32 (n_items, k) by `metric`, NaN there. `recall` is the share of true neighbours that an index found,
    measured on some items; None where `exact`.
    """

    rows: CodeArray
    scores: FloatArray
    metric: str
    exact: bool
    recall: float | None

    @property
    def k(self) -> int:
        """How many neighbours each item has."""
        return int(self.rows.shape[1])


def is_affordable(space: EmbeddingSpace) -> bool:
    """Whether every item would be compared with every other."""
    return float(space.n_items) ** 2 * space.n_dims <= EXACT_UP_TO


def neighbor_graph_steps(
    space: EmbeddingSpace, k: int = 10, metric: str = "cosine", *, exact: bool | None = None
) -> Steps[NeighborGraph]:
    """Find the `k` nearest of every item; `exact` None leaves it to the size of the space.

    Raises OptionError for a `k` outside 1 to 100, a metric that is not there, or where no index can be asked.
    """
    chosen = metric_named(metric)
    if not 1 <= k <= MOST_NEIGHBORS:
        raise OptionError(f"k is {k}; a graph has 1 to {MOST_NEIGHBORS} neighbours for each item.")
    wanted = is_affordable(space) if exact is None else exact
    index = None if wanted else (yield from within(index_steps(space, metric), 0.0, 0.1))
    if not wanted and index is None and exact is not None:
        raise OptionError(f"No index serves {chosen.title} for {space.n_items:,} items; ask for the exact graph.")
    if index is not None:
        candidates = indexed_candidates_steps(space, index, k, chosen)
    elif _is_usual(space, chosen):
        candidates = compared_candidates_steps(space, k, chosen)
    else:
        candidates = None
    rows = np.full((space.n_items, k), -1, np.int32)
    scores = np.full((space.n_items, k), np.nan, np.float32)
    filling = _filled(space, candidates, (rows, scores), k, chosen)
    yield from _timed(within(filling, 0.1 if index is not None else 0.0, 0.97))
    recall = None if index is None else (yield from within(_recall_steps(space, rows, chosen), 0.97, 1.0))
    return NeighborGraph(read_only(rows), read_only(scores), metric, index is None, recall)


def _filled(
    space: EmbeddingSpace,
    candidates: Steps[None] | None,
    graph: tuple[CodeArray, FloatArray],
    k: int,
    metric: Metric,
) -> Steps[None]:
    """Fill the graph from candidates; what they cannot settle, or all where there are none, is searched one by one."""
    unsettled: list[RowArray] = []
    if candidates is None:
        unsettled.append(np.setdiff1d(np.arange(space.n_items), unranked_rows(space, metric)))
    else:
        text = f"Neighbours of {space.n_items:,} items"
        try:
            for step in candidates:
                if isinstance(step.partial, Candidates):
                    first = step.partial.first
                    settled = rank_candidates(space, step.partial, k, metric, graph)
                    unsettled.append(first + np.flatnonzero(~settled))
                yield Progress(step.fraction, text)
        finally:
            candidates.close()
    left = np.concatenate(unsettled) if unsettled else np.empty(0, np.int64)
    for start in range(0, len(left), _AT_ONCE):
        part = left[start : start + _AT_ONCE]
        vectors = space.vectors[part].astype(np.float64)
        excluded = [(row,) for row in part.tolist()]
        steps = search_many_steps(space, vectors, k, metric=metric.name, exclude=excluded)
        low = start / len(left) if candidates is None else 1.0
        high = (start + len(part)) / len(left) if candidates is None else 1.0
        for row, (found, values) in zip(part.tolist(), (yield from within(steps, low, high)), strict=True):
            graph[0][row, : len(found)] = found
            with np.errstate(over="ignore"):  # a product may be too large for single precision: infinity
                graph[1][row, : len(found)] = values


def _is_usual(space: EmbeddingSpace, metric: Metric) -> bool:
    """Whether single precision holds enough of all items to choose candidates by."""
    largest, smallest = space.magnitudes.largest, 1 / _LARGEST
    fits = metric.name == "cosine" or smallest < largest < _LARGEST
    return metric.name != "manhattan" and fits and not len(space.magnitudes.odd_rows)


def _recall_steps(space: EmbeddingSpace, rows: CodeArray, metric: Metric) -> Steps[float]:
    """The share of the true neighbours of some items that stand in their lists."""
    ranked = np.setdiff1d(np.arange(space.n_items), unranked_rows(space, metric))
    rng = np.random.default_rng(_SEED)
    asked = np.sort(rng.choice(ranked, min(_N_MEASURED, len(ranked)), replace=False))
    vectors, excluded = space.vectors[asked].astype(np.float64), [(row,) for row in asked.tolist()]
    truth = yield from search_many_steps(space, vectors, rows.shape[1], metric=metric.name, exclude=excluded)
    n_true = sum(len(found) for found, _ in truth)
    n_found = sum(int(np.isin(found, rows[row]).sum()) for row, (found, _) in zip(asked, truth, strict=True))
    return n_found / max(1, n_true)


def _timed(steps: Steps[None]) -> Steps[None]:
    """The same work, saying how long it still takes if it goes on as it went."""
    began, first = time.monotonic(), None
    try:
        for step in steps:
            first = step.fraction if first is None else first
            passed, done = time.monotonic() - began, (step.fraction or 0.0) - (first or 0.0)
            left = passed * (1 - (step.fraction or 0.0)) / done if done > 0.01 and passed > 1 else None
            yield Progress(step.fraction, step.text if left is None else f"{step.text}, {_span(left)} left")
    finally:
        steps.close()


def _span(seconds: float) -> str:
    return f"about {max(1, round(seconds))} s" if seconds < 90 else f"about {round(seconds / 60)} min"
