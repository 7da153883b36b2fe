"""The similarity of every two items of a selection, ordered so that like stands beside like.

The order is that of average-linkage clustering, its leaves turned so that neighbours are as alike as they can be
(optimal leaf ordering: Bar-Joseph, Gifford and Jaakkola, 2001), by scipy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.analysis.chosen import ranked_selection
from embedviz.errors import OptionError
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import DoubleArray, RowArray, read_only
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.metrics import metric_named
from embedviz.space.neighbors import score

MOST_ITEMS = 500


@dataclass(frozen=True, eq=False)
class SimilarityMatrix:
    """Scores float64 (n, n) by `metric` of the items `rows` (n,), both in the order of the clustering.

    `n_left_out` items of the selection are in no ranking by this metric. Scores mirror each other to the last bit.
    """

    rows: RowArray
    scores: DoubleArray
    metric: str
    n_left_out: int


def similarity_matrix_steps(space: EmbeddingSpace, rows: RowArray, metric: str = "cosine") -> Steps[SimilarityMatrix]:
    """Compare every two of some `rows` in double precision; OptionError for fewer than two or more than 500."""
    ranked, n_left_out = ranked_selection(space, rows, metric, fewest=2)
    n = len(ranked)
    if n > MOST_ITEMS:
        raise OptionError(
            f"{n:,} items are selected; a matrix of more than {MOST_ITEMS:,} cannot be read. Select fewer."
        )
    scores = np.empty((n, n))
    for at, row in enumerate(ranked.tolist()):
        if at % 16 == 0:
            yield Progress(at / n, f"Comparing {n:,} items with each other")
        scores[at, at:] = score(space, ranked[at:], space.vectors[row].astype(np.float64), metric)
        scores[at:, at] = scores[at, at:]
    yield Progress(0.95, "Ordering the items")
    order = _order(scores, is_similarity=metric_named(metric).is_similarity)
    return SimilarityMatrix(read_only(ranked[order]), read_only(scores[np.ix_(order, order)]), metric, n_left_out)


def _order(scores: DoubleArray, *, is_similarity: bool) -> RowArray:
    """Positions (n,) in which like stands beside like."""
    if len(scores) == 2 or not np.isfinite(scores).all():
        return np.arange(len(scores))
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
    from scipy.spatial.distance import squareform

    gaps = scores.max() - scores if is_similarity else scores.copy()
    np.fill_diagonal(gaps, 0.0)
    condensed = squareform(gaps, checks=False)
    order: RowArray = leaves_list(optimal_leaf_ordering(linkage(condensed, "average"), condensed)).astype(np.int64)
    return order
