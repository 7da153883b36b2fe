"""The items of a selection that a question can be asked about."""

from __future__ import annotations

import numpy as np

from embedviz.errors import OptionError
from embedviz.space.arrays import RowArray
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.metrics import metric_named
from embedviz.space.neighbors import unranked_rows


def ranked_selection(space: EmbeddingSpace, rows: RowArray, metric: str, *, fewest: int) -> tuple[RowArray, int]:
    """The different `rows` that are ranked by `metric` (int64, ascending), and how many are not.

    Raises OptionError for rows that are not there, and for fewer than `fewest` that are ranked.
    """
    chosen = np.unique(np.asarray(rows, np.int64))
    if len(chosen) and not (chosen[0] >= 0 and chosen[-1] < space.n_items):
        raise OptionError(f"Rows of this space go from 0 to {space.n_items - 1:,}; one of those given does not.")
    ranked: RowArray = np.setdiff1d(chosen, unranked_rows(space, metric_named(metric)))
    n_left_out = len(chosen) - len(ranked)
    if len(ranked) < fewest:
        without = f" ({n_left_out:,} more have no direction or hold NaN)" if n_left_out else ""
        raise OptionError(f"This question needs at least {fewest} items; {len(ranked):,} are selected{without}.")
    return ranked, n_left_out
