"""Looking at a space less its mean, or less its main directions too: algebra on chunks, never a copy of the matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedviz.progress import Progress, Steps, within
from embedviz.projection import project_steps
from embedviz.projection.moments import shifted_chunks
from embedviz.space.arrays import DoubleArray, RowArray, read_only
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.projection import Projection

DIMS_PER_DIRECTION = 100
ROUNDING = 1e-12
_FEWEST_CANDIDATES, _CANDIDATES_PER_NEIGHBOR = 200, 4


@dataclass(frozen=True, eq=False)
class Lens:
    """Vectors less `mean` (n_dims,) and less their parts along `directions` (n_removed, n_dims), orthonormal.

    `lengths` float64 (n_items,) are those of the vectors so prepared; 0 where nothing but rounding is left of one, NaN
    where a vector is not finite. Without directions this is centring; with the first n_dims / 100 principal directions
    it is all-but-the-top (Mu and Viswanath 2018, "All-but-the-Top: Simple and Effective Postprocessing for Word
    Representations", section 2), applied to the centred vectors.
    """

    mean: DoubleArray
    directions: DoubleArray
    lengths: DoubleArray

    def prepare(self, vectors: DoubleArray) -> DoubleArray:
        """Some vectors (n, n_dims) as the lens shows them."""
        gaps = vectors - self.mean
        for direction in self.directions:
            gaps -= (gaps * direction).sum(axis=-1, keepdims=True) * direction
        prepared: DoubleArray = gaps
        return prepared


@dataclass(frozen=True, eq=False)
class Lenses:
    """The two lenses of a space."""

    centered: Lens
    all_but_top: Lens


def lenses_steps(space: EmbeddingSpace, projection: Projection | None = None) -> Steps[Lenses]:
    """Measure the mean, the main directions and the lengths that are left of all vectors without them.

    Takes mean and directions from `projection` where that is the PCA of the space and has enough of them. Raises
    EmbedvizError if no vector is finite, MemoryPlanError where the covariance does not fit.
    """
    n_removed = max(1, space.n_dims // DIMS_PER_DIRECTION)
    if projection is None or projection.method != "pca" or projection.n_components < n_removed:
        projection = yield from within(project_steps(space, "pca", n_components=n_removed), 0.0, 0.6)
    assert projection.mean is not None, "PCA is linear"
    assert projection.components is not None, "PCA is linear"
    mean = projection.mean
    directions = projection.components[:n_removed]
    directions = read_only(np.array(directions[directions.any(axis=1)]))
    whole, rest = np.empty(space.n_items), np.empty(space.n_items)
    for rows, chunk in shifted_chunks(space.vectors, mean):
        yield Progress(0.6 + 0.4 * rows.start / space.n_items, "Measuring what is left without the mean")
        with np.errstate(over="ignore", invalid="ignore"):
            whole[rows] = np.sqrt(np.einsum("ij,ij->i", chunk, chunk))
            chunk -= (chunk @ directions.T) @ directions
            rest[rows] = np.sqrt(np.einsum("ij,ij->i", chunk, chunk))
    offset = float(np.linalg.norm(mean))
    for lengths in (whole, rest):
        with np.errstate(invalid="ignore"):
            lengths[lengths <= ROUNDING * (space.norms + offset)] = 0.0
        lengths[space.nonfinite_rows] = np.nan
        read_only(lengths)
    none = read_only(np.empty((0, space.n_dims)))
    return Lenses(Lens(mean, none, whole), Lens(mean, directions, rest))


def nearest_steps(
    space: EmbeddingSpace,
    lenses: Sequence[Lens],
    queries: Sequence[DoubleArray],
    k: int,
    barred: RowArray,
) -> Steps[tuple[tuple[RowArray, DoubleArray], ...]]:
    """The `k` nearest rows (int64) and cosines (float64) to each prepared query, through its lens, over all rows.

    All lenses have the same mean. Products are float64; the best candidates are compared again one row at a time, so
    that equal vectors score equally, ties by row. `barred` rows and those without a direction are not ranked.
    """
    units = np.array([query / np.linalg.norm(query) for query in queries])
    cosines = np.empty((len(lenses), space.n_items))
    for rows, chunk in shifted_chunks(space.vectors, lenses[0].mean):
        yield Progress(rows.start / space.n_items, "Comparing all items less their mean")
        with np.errstate(over="ignore", invalid="ignore"):
            cosines[:, rows] = units @ chunk.T  # a prepared query has no part along the directions
    found = []
    for lens, unit, scores in zip(lenses, units, cosines, strict=True):
        with np.errstate(divide="ignore", invalid="ignore"):
            scores /= lens.lengths
        scores[~(lens.lengths > 0)] = -np.inf
        scores[barred] = -np.inf
        n_found = min(k, int(np.count_nonzero(scores > -np.inf)))
        n_candidates = min(len(scores), max(_FEWEST_CANDIDATES, _CANDIDATES_PER_NEIGHBOR * n_found))
        candidates = np.sort(np.argpartition(-scores, n_candidates - 1)[:n_candidates])
        candidates = candidates[scores[candidates] > -np.inf]
        prepared = lens.prepare(space.vectors[candidates].astype(np.float64))
        lengths = np.sqrt((prepared * prepared).sum(axis=1))
        exact = np.clip((prepared * unit).sum(axis=1) / lengths, -1.0, 1.0)
        best = np.lexsort((candidates, -exact))[:n_found]
        found.append((read_only(candidates[best].astype(np.int64)), read_only(exact[best])))
    return tuple(found)
