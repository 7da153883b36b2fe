"""Mutual neighbours: which of an item's nearest hold it among their own nearest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.errors import OptionError
from embedviz.progress import Steps, within
from embedviz.space.arrays import DoubleArray, RowArray, read_only
from embedviz.space.batch import search_many_steps
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.neighbors import search_steps


@dataclass(frozen=True, eq=False)
class MutualNeighbors:
    """The `k` nearest of the row `center`: `rows`, `scores`, and `ranks_back`, at which rank each has `center`.

    A rank back of 0 says that it is not among that item's k nearest.
    """

    center: int
    rows: RowArray
    scores: DoubleArray
    ranks_back: RowArray
    k: int
    metric: str

    @property
    def n_mutual(self) -> int:
        """How many of the nearest have the item among theirs."""
        return int(np.count_nonzero(self.ranks_back))


def mutual_neighbors_steps(
    space: EmbeddingSpace, center: int, k: int = 10, metric: str = "cosine"
) -> Steps[MutualNeighbors]:
    """Search the neighbours of an item, and those of each of them, exactly. Raises as `search` does."""
    if not 0 <= center < space.n_items:
        raise OptionError(f"There is no item #{center}; this space has {space.n_items:,}.")
    vector = space.vectors[center].astype(np.float64)
    rows, scores = yield from within(search_steps(space, vector, k, metric=metric, exclude=(center,)), 0.0, 0.1)
    back = search_many_steps(
        space, space.vectors[rows].astype(np.float64), k, metric=metric, exclude=[(row,) for row in rows.tolist()]
    )
    found = yield from within(back, 0.1, 1.0)
    ranks = [int(np.flatnonzero(theirs == center)[0]) + 1 if center in theirs else 0 for theirs, _ in found]
    return MutualNeighbors(center, rows, scores, read_only(np.array(ranks, np.int64)), k, metric)
