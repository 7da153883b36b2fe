"""Other vectors of the same items along axes that stand still: the epochs of a training in one frame."""

from __future__ import annotations

import numpy as np

from embedviz.progress import Progress, Steps
from embedviz.space.arrays import FloatArray
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.projection import Projection

_FLOATS_AT_ONCE = 1 << 20


def same_axes_steps(space: EmbeddingSpace, projection: Projection) -> Steps[Projection]:
    """Project `space` onto the components of a linear `projection` of other vectors of as many dimensions.

    Its points are centred on its own mean, and its shares of variance are its own, so that the axes say what they show
    of it; NaN for items that are not finite.
    """
    components = projection.components
    assert components is not None, "the projection is linear"
    vectors, n_dims = space.vectors, space.n_dims
    step = max(1, _FLOATS_AT_ONCE // n_dims)
    total, squares, n_finite = np.zeros(n_dims), np.zeros(n_dims), 0
    along: FloatArray = components.T.astype(np.float32)
    points = np.empty((space.n_items, len(components)), np.float32)
    for first in range(0, space.n_items, step):
        rows = slice(first, first + step)
        finite = np.isfinite(vectors[rows]).all(axis=1)
        chunk = vectors[rows][finite]
        total += chunk.sum(axis=0, dtype=np.float64)
        squares += np.einsum("ij,ij->j", chunk, chunk, dtype=np.float64)
        n_finite += len(chunk)
        with np.errstate(over="ignore", invalid="ignore"):
            points[rows] = vectors[rows] @ along
        points[rows][~finite] = np.nan
        yield Progress(min(1.0, rows.stop / space.n_items), "Placing all items")
    mean = total / max(1, n_finite)
    points -= (components @ mean).astype(np.float32)
    variance = float((squares / max(1, n_finite) - mean**2).sum())
    variances = np.nanvar(points, axis=0, dtype=np.float64) if n_finite else np.zeros(len(components))
    return Projection(
        points=points,
        method=projection.method,
        axis_names=projection.axis_names,
        options=projection.options,
        mean=mean,
        components=components,
        explained_variance=variances * n_finite / max(1, n_finite - 1),
        explained_variance_ratio=variances / variance if variance > 0 else np.zeros(len(components)),
    )
