"""The score of every item to one vector, by any metric: what a plot is coloured with."""

from __future__ import annotations

import numpy as np

from embedviz.errors import OptionError
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import DoubleArray, FloatArray
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.metrics import metric_named
from embedviz.space.neighbors import score, unranked_rows

_CHUNK_FLOATS = 1 << 24
_CACHED_FLOATS = 1 << 17
_TEXT = "Comparing all items"


def score_steps(space: EmbeddingSpace, vector: DoubleArray, metric: str) -> Steps[DoubleArray]:
    """Scores float64 (n_items,) of all rows to `vector` (n_dims,), as `search` has them but in single precision.

    NaN where an item is in no ranking. Raises OptionError for a metric that is not there or another shape.
    """
    chosen = metric_named(metric)
    vector = np.asarray(vector, np.float64)
    if vector.shape != (space.n_dims,):
        raise OptionError(
            f"A vector of this space has {space.n_dims:,} numbers; this one has the shape {vector.shape}."
        )
    yield Progress(0.0, _TEXT)
    scores: DoubleArray = np.empty(space.n_items, np.float64)
    direct = metric in ("cosine", "dot")
    length = float(np.sqrt(vector @ vector))
    query = (vector / length if metric == "cosine" and length > 0 else vector).astype(np.float32)
    step = max(1, (_CHUNK_FLOATS if direct else _CACHED_FLOATS) // max(1, space.n_dims))
    gaps = np.empty((0 if direct else min(step, space.n_items), space.n_dims), np.float32)
    with np.errstate(all="ignore"):
        for start in range(0, space.n_items, step):
            if start // step % 16 == 0 or direct:
                yield Progress(start / space.n_items, _TEXT)
            chunk = space.vectors[start : start + step]
            scores[start : start + step] = (
                chunk @ query if direct else _distances(chunk, query, gaps[: len(chunk)], metric)
            )
        if metric == "cosine":
            np.divide(scores, space.norms, out=scores)
            np.clip(scores, -1.0, 1.0, out=scores)
    odd = space.magnitudes.odd_rows
    if len(odd):
        with np.errstate(all="ignore"):
            scores[odd] = score(space, odd, vector, metric)
    scores[unranked_rows(space, chosen)] = np.nan
    return scores


def _distances(chunk: FloatArray, query: FloatArray, gaps: FloatArray, metric: str) -> FloatArray:
    np.subtract(chunk, query, out=gaps)
    if metric == "euclidean":
        squares: FloatArray = np.einsum("ij,ij->i", gaps, gaps)
        return np.sqrt(squares)
    sums: FloatArray = np.abs(gaps, out=gaps).sum(axis=1)
    return sums
