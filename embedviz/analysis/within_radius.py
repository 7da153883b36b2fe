"""All items within a radius of one: those that reach a score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.errors import OptionError
from embedviz.progress import Progress, Steps, within
from embedviz.space.arrays import DoubleArray, RowArray, read_only
from embedviz.space.closeness import score_steps
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.metrics import metric_named
from embedviz.space.neighbors import score, unranked_rows

_CHUNK_FLOATS = 1 << 18
_SLACK = 1e-3


@dataclass(frozen=True, eq=False)
class WithinRadius:
    """The items `rows` (n,) that reach `limit`, nearest first, ties by row, and their `scores` (n,).

    `n_ranked` items took part; the item itself did not.
    """

    center: int
    limit: float
    rows: RowArray
    scores: DoubleArray
    metric: str
    n_ranked: int


def within_radius_steps(
    space: EmbeddingSpace, center: int, limit: float, metric: str = "cosine"
) -> Steps[WithinRadius]:
    """Find every item whose score with the row `center` is at least `limit` (a similarity) or at most (a distance).

    A scan in single precision leaves out what is clearly beyond; the rest is compared in double precision. Raises
    OptionError for a row or limit that cannot be.
    """
    chosen = metric_named(metric)
    if not 0 <= center < space.n_items or center in unranked_rows(space, chosen):
        raise OptionError("The item in the middle is not there or has no direction; choose another.")
    if not np.isfinite(limit):
        raise OptionError(f"A radius of {limit} holds nothing or everything; give a number.")
    vector = space.vectors[center].astype(np.float64)
    rough = yield from within(score_steps(space, vector, metric), 0.0, 0.7)
    barred = unranked_rows(space, chosen, (center,))
    sign = -1.0 if chosen.is_similarity else 1.0
    length = float(space.norms[center])
    reach = {"cosine": 1.0, "dot": length * space.magnitudes.largest}.get(metric, length + space.magnitudes.largest)
    slack = _SLACK * max(reach, abs(limit))
    with np.errstate(invalid="ignore"):
        near = np.flatnonzero(sign * rough <= sign * limit + slack)
    near = np.setdiff1d(np.union1d(near, space.magnitudes.odd_rows), barred)
    scores = np.empty(len(near))
    step = max(1, _CHUNK_FLOATS // max(1, space.n_dims))
    for start in range(0, len(near), step):
        yield Progress(0.7 + 0.3 * start / len(near), f"Comparing {len(near):,} items in double precision")
        scores[start : start + step] = score(space, near[start : start + step], vector, metric)
    inside = sign * scores <= sign * limit
    rows, scores = near[inside], scores[inside]
    order = np.lexsort((rows, sign * scores))
    n_ranked = space.n_items - len(barred)
    return WithinRadius(center, limit, read_only(rows[order]), read_only(scores[order]), metric, n_ranked)
