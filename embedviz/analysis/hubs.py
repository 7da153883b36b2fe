"""Hubs: items that are in most others' lists of neighbours, and those that are in nobody's.

N_k(x), in how many lists of k an item is, and its skewness: Radovanović, Nanopoulos and Ivanović, Hubs in Space, 2010.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.analysis.neighbor_graph import NeighborGraph
from embedviz.space.arrays import RowArray, read_only


@dataclass(frozen=True, eq=False)
class Hubs:
    """In how many lists of `k` each item is, `counts` int64 (n_items,); `rows` of the most frequent, ties by row.

    `n_in_none` ranked items are in no list; `skewness` of the counts is 0 where all are alike (NaN where they are
    equal), and large where a few items are near to everything. `n_lists` items have a list.
    """

    rows: RowArray
    counts: RowArray
    n_in_none: int
    skewness: float
    n_lists: int
    k: int


def hubs(graph: NeighborGraph, n: int = 100) -> Hubs:
    """Count in how many lists of a graph each item is, and name the `n` that are in most."""
    n_items, k = graph.rows.shape
    counts: RowArray = np.bincount(graph.rows[graph.rows >= 0], minlength=n_items).astype(np.int64)
    listed = graph.rows[:, 0] >= 0 if k else np.zeros(n_items, np.bool_)
    rows = np.lexsort((np.arange(n_items), -counts))[:n]
    gaps = counts[listed] - (counts[listed].mean() if listed.any() else 0.0)
    spread = float(np.sqrt(np.mean(gaps**2))) if listed.any() else 0.0
    skewness = float(np.mean(gaps**3)) / spread**3 if spread > 0 else float("nan")
    in_none = int(np.count_nonzero(listed & (counts == 0)))
    return Hubs(read_only(rows[counts[rows] > 0]), read_only(counts), in_none, skewness, int(listed.sum()), k)
