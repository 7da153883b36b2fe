"""Where an answer shows on the plot: the point that was asked about, its neighbours, and how strong each link is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embedviz.raster.plane import Axes, on_plane
from embedviz.space.arrays import DoubleArray, read_only
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.metrics import metric_named
from embedviz.space.projection import Projection

if TYPE_CHECKING:
    from embedviz.space.answer import Answer

_WEAKEST = 0.2


@dataclass(frozen=True, eq=False)
class Marks:
    """Where `query_point` (d,) or None and `neighbor_points` (k, d) lie on two or three axes, and how strong links are.

    `strengths` (k,) are in 0..1. `is_ghost` says that the query is no item but a place computed by a formula.
    """

    query_point: DoubleArray | None
    neighbor_points: DoubleArray
    strengths: DoubleArray
    is_ghost: bool

    def __post_init__(self) -> None:
        for array in (self.query_point, self.neighbor_points, self.strengths):
            if array is not None:
                read_only(array)


def marks_of(space: EmbeddingSpace, projection: Projection, answer: Answer, *, axes: Axes = (0, 1)) -> Marks:
    """Where `answer` shows on two or three axes of the projection."""
    ghost = ghost_point(space, projection, answer)
    point = ghost
    if ghost is None and len(answer.inputs) and not answer.is_formula:
        point = projection.points[answer.inputs[0]].astype(np.float64)
    query = None
    if point is not None and np.isfinite(point).all():
        query = np.array(on_plane(point[None, :], axes)[0], np.float64)
    neighbors = np.array(on_plane(projection.points[np.asarray(answer.rows, np.int64)], axes), np.float64)
    return Marks(query, neighbors, _strengths(answer), is_ghost=ghost is not None and query is not None)


def ghost_point(space: EmbeddingSpace, projection: Projection, answer: Answer) -> DoubleArray | None:
    """Where a formula, or what was composed, lands in the projection (n_components,).

    None for a single item or a method that cannot place. Under cosine a formula's vector is a direction, so it is given
    the mean length of its inputs, or of the neighbours where it was composed alone: the ghost then lies among the items
    and not near the origin.
    """
    if answer.vector is None or (answer.inputs and not answer.is_formula):
        return None
    length = 1.0
    like = np.array(answer.inputs or answer.rows, np.int64)
    if answer.metric == "cosine" and answer.is_formula and len(like):
        inputs = space.vectors[like].astype(np.float64)
        length = float(np.linalg.norm(inputs, axis=1).mean())
    return projection.place(np.asarray(answer.vector, np.float64) * length)


def _strengths(answer: Answer) -> DoubleArray:
    """Scores spread over 0.2..1 between the farthest and the nearest neighbour shown; 1 where all are equal."""
    scores = np.asarray(answer.scores, np.float64)
    if not len(scores):
        return np.empty(0)
    nearness = scores if metric_named(answer.metric).is_similarity else -scores
    spread = nearness.max() - nearness.min()
    if not spread > 0:
        return np.ones(len(scores))
    strengths: DoubleArray = _WEAKEST + (1 - _WEAKEST) * (nearness - nearness.min()) / spread
    return strengths
