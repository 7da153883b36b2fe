"""Two vectors against each other: what each dimension gives to their score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.errors import QueryError
from embedviz.progress import Progress, Steps
from embedviz.space.answer import reading_steps
from embedviz.space.arrays import DoubleArray, RowArray, read_only
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.metrics import METRICS, metric_named
from embedviz.space.query import evaluate


@dataclass(frozen=True, eq=False)
class Contributions:
    """What each dimension gives to a score: `parts` float64 (n_dims,), whose sum is `total`.

    The total is the score itself, but for euclidean its square: only that is a sum over dimensions. `order` int64 has
    the dimensions by the size of their part, the largest first, ties by dimension; `cumulative` float64 the share of
    the total that those up to each one make together, NaN where the total is 0. Parts of another sign than the total
    take away from it, so a share may pass 1 on its way.
    """

    metric: str
    parts: DoubleArray
    total: float
    order: RowArray
    cumulative: DoubleArray

    def n_for(self, share: float) -> int | None:
        """How many of the largest parts reach a `share` of the total; None where none do."""
        reached = np.flatnonzero(self.cumulative >= share)
        return int(reached[0]) + 1 if len(reached) else None

    @property
    def n_against(self) -> int:
        """How many dimensions take away from the total."""
        return int(np.count_nonzero(self.parts * self.total < 0))


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two questions or items: `texts` as typed, `readings`, `vectors` float64 (n_dims,) each, and their scores.

    `scores` has one for each metric; by cosine it is None where a vector is zero. `rows` are those of single items.
    """

    texts: tuple[str, str]
    readings: tuple[str, str]
    rows: tuple[int | None, int | None]
    vectors: tuple[DoubleArray, DoubleArray]
    scores: dict[str, float | None]

    @property
    def difference(self) -> DoubleArray:
        """The second vector taken from the first."""
        return self.vectors[0] - self.vectors[1]

    @property
    def norms(self) -> tuple[float, float]:
        """The lengths of the two vectors."""
        return float(np.linalg.norm(self.vectors[0])), float(np.linalg.norm(self.vectors[1]))

    def contributions(self, metric: str) -> Contributions | None:
        """What each dimension gives to the score by `metric`; None where there is no score."""
        return None if self.scores[metric] is None else contributions(*self.vectors, metric)


def comparison_steps(space: EmbeddingSpace, first: str, second: str) -> Steps[Comparison]:
    """Compare two typed items or formulas, which stand for their vectors as under the dot product: as they are.

    Raises QueryError for one that cannot be read, UnknownItemError for an unknown label.
    """
    readings, rows, vectors = [], [], []
    for text in (first, second):
        yield Progress(None, "Reading what to compare")
        query = yield from reading_steps(space, text)
        vectors.append(evaluate(query, space, "dot"))
        readings.append(query.reading)
        rows.append(query.inputs[0] if not query.is_formula and query.inputs else None)
    yield Progress(0.9, "Comparing")
    one, other = vectors
    scores: dict[str, float | None] = {}
    for metric in METRICS:
        try:
            parts = contributions(one, other, metric)
        except QueryError:
            scores[metric] = None
        else:
            scores[metric] = float(np.sqrt(parts.total)) if metric == "euclidean" else parts.total
    return Comparison((first, second), (readings[0], readings[1]), (rows[0], rows[1]), (one, other), scores)


def contributions(first: DoubleArray, second: DoubleArray, metric: str) -> Contributions:
    """Take the score of two vectors (n_dims,) apart by dimensions.

    Raises QueryError where it is the cosine of a zero vector.
    """
    name = metric_named(metric).name
    if name in ("cosine", "dot"):
        parts = first * second
        if name == "cosine":
            length = float(np.linalg.norm(first) * np.linalg.norm(second))
            if length == 0:
                raise QueryError("A zero vector has no direction, so there is no cosine; choose another metric.")
            parts = parts / length
    else:
        parts = np.abs(first - second)
        parts = parts * parts if name == "euclidean" else parts
    total = float(parts.sum())
    order = np.lexsort((np.arange(len(parts)), -np.abs(parts))).astype(np.int64)
    sums = np.cumsum(parts[order])
    cumulative = sums / total if total != 0 else np.full(len(parts), np.nan)
    return Contributions(name, read_only(parts), total, read_only(order), read_only(cumulative))
