"""The most and the least similar pairs of a selection."""

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

MOST_ITEMS = 2_000


@dataclass(frozen=True, eq=False)
class ExtremePairs:
    """Pairs of rows (n, 2) and their scores (n,): the nearest first, and the farthest first; ties by row."""

    nearest: RowArray
    nearest_scores: DoubleArray
    farthest: RowArray
    farthest_scores: DoubleArray
    metric: str
    n_pairs: int
    n_left_out: int


def extreme_pairs_steps(
    space: EmbeddingSpace, rows: RowArray, n: int = 20, metric: str = "cosine"
) -> Steps[ExtremePairs]:
    """Compare every two of some `rows` in double precision; OptionError for fewer than two or more than 2,000."""
    ranked, n_left_out = ranked_selection(space, rows, metric, fewest=2)
    if len(ranked) > MOST_ITEMS:
        raise OptionError(
            f"{len(ranked):,} items are selected; every two of at most {MOST_ITEMS:,} are compared. Select fewer."
        )
    sign = -1.0 if metric_named(metric).is_similarity else 1.0
    kept = [(np.empty((0, 2), np.int64), np.empty(0)), (np.empty((0, 2), np.int64), np.empty(0))]
    for at, row in enumerate(ranked[:-1].tolist()):
        if at % 16 == 0:
            yield Progress(1 - (1 - at / len(ranked)) ** 2, f"Comparing every two of {len(ranked):,} items")
        others = ranked[at + 1 :]
        scores = score(space, others, space.vectors[row].astype(np.float64), metric)
        for side, farness in enumerate((sign * scores, -sign * scores)):
            kept[side] = _nearest(kept[side], row, others, farness, n)
    (near, near_farness), (far, far_farness) = kept
    return ExtremePairs(
        read_only(near),
        read_only(sign * near_farness),
        read_only(far),
        read_only(-sign * far_farness),
        metric,
        len(ranked) * (len(ranked) - 1) // 2,
        n_left_out,
    )


def _nearest(
    kept: tuple[RowArray, DoubleArray], row: int, others: RowArray, farness: DoubleArray, n: int
) -> tuple[RowArray, DoubleArray]:
    """The `n` pairs of least farness among those that were kept and those of `row` with `others`, in order."""
    pairs, least = kept
    if len(least) == n:
        able = farness < least[-1]  # an equal one stands later by its rows
        others, farness = others[able], farness[able]
        if not len(others):
            return kept
    joined = np.concatenate([pairs, np.column_stack([np.full(len(others), row), others])])
    values = np.concatenate([least, farness])
    order = np.lexsort((joined[:, 1], joined[:, 0], values))[:n]
    return joined[order], values[order]
