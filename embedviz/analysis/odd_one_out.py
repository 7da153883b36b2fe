"""The odd one out: which item of a selection is least like the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.analysis.chosen import ranked_selection
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import DoubleArray, RowArray, read_only
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.metrics import metric_named

_CHUNK_FLOATS = 1 << 18


@dataclass(frozen=True, eq=False)
class OddOneOut:
    """The items `rows` (n,), the odd one first, and how near each is to the mean of the others: `scores` (n,).

    By cosine the items enter that mean as unit vectors. `margin` is by how much the odd one is farther than the next.
    """

    rows: RowArray
    scores: DoubleArray
    margin: float
    metric: str
    n_left_out: int


def odd_one_out_steps(space: EmbeddingSpace, rows: RowArray, metric: str = "cosine") -> Steps[OddOneOut]:
    """Compare each of some `rows` with the mean of the others in double precision; OptionError for fewer than three."""
    ranked, n_left_out = ranked_selection(space, rows, metric, fewest=3)
    step = max(1, _CHUNK_FLOATS // max(1, space.n_dims))
    total = np.zeros(space.n_dims)
    for start in range(0, len(ranked), step):
        yield Progress(start / len(ranked) / 2, "Adding the items up")
        total += _entered(space, ranked[start : start + step], metric).sum(axis=0)
    scores = np.empty(len(ranked))
    for start in range(0, len(ranked), step):
        yield Progress(0.5 + start / len(ranked) / 2, "Comparing each item with the others")
        items = _entered(space, ranked[start : start + step], metric)
        scores[start : start + step] = _scores(items, (total - items) / (len(ranked) - 1), metric)
    farness = -scores if metric_named(metric).is_similarity else scores
    order = np.lexsort((ranked, -farness))
    margin = float(farness[order[0]] - farness[order[1]])
    return OddOneOut(read_only(ranked[order]), read_only(scores[order]), margin, metric, n_left_out)


def _entered(space: EmbeddingSpace, rows: RowArray, metric: str) -> DoubleArray:
    items: DoubleArray = space.vectors[rows].astype(np.float64)
    return items / space.norms[rows, None] if metric == "cosine" else items


def _scores(items: DoubleArray, means: DoubleArray, metric: str) -> DoubleArray:
    """The score of each item with its own mean (n,); a mean without a direction is like nothing, 0."""
    if metric == "manhattan":
        distances: DoubleArray = np.abs(items - means).sum(axis=1)
        return distances
    if metric == "euclidean":
        return np.asarray(np.sqrt(np.square(items - means).sum(axis=1)))
    products = np.einsum("ij,ij->i", items, means)
    if metric == "dot":
        return np.asarray(products)
    lengths = np.linalg.norm(items, axis=1) * np.linalg.norm(means, axis=1)
    cosines = np.zeros(len(items))
    np.divide(products, lengths, out=cosines, where=lengths > 0)
    clipped: DoubleArray = np.clip(cosines, -1.0, 1.0)
    return clipped
