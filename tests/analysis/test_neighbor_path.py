"""The path along true neighbours, against scipy's shortest paths over the whole k-NN relation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from embedviz.analysis import neighbor_graph_steps, neighbor_path_steps
from embedviz.errors import OptionError
from embedviz.progress import finish
from embedviz.space import EmbeddingSpace


def shortest(space: EmbeddingSpace, start: int, end: int, k: int, metric: str) -> float:
    """The least sum of a way out from either end, by scipy on the full graph."""
    graph = finish(neighbor_graph_steps(space, k, metric))
    rows, at = np.nonzero(graph.rows >= 0)
    scores = graph.scores[rows, at].astype(np.float64)
    lengths = np.maximum(1 - scores, 0) if metric == "cosine" else scores
    shape = (space.n_items, space.n_items)
    out = dijkstra(csr_matrix((lengths + 1e-15, (rows, graph.rows[rows, at])), shape=shape), indices=[start, end])
    return float(out.sum(axis=0).min())


@pytest.mark.parametrize("metric", ["cosine", "euclidean", "manhattan"])
@pytest.mark.parametrize("k", [3, 10])
def test_no_path_is_shorter(words: EmbeddingSpace, metric: str, k: int) -> None:
    few = EmbeddingSpace(words.vectors[:1500], words.labels.__class__.from_strings(words.labels[:1500]), words.source)
    graph = finish(neighbor_graph_steps(few, k, metric))
    for start, end in ((5, 900), (1200, 33), (77, 78)):
        found = finish(neighbor_path_steps(few, start, end, k=k, metric=metric))
        expected = shortest(few, start, end, k, metric)
        assert found.is_complete
        assert found.length == pytest.approx(expected, rel=1e-5) if np.isfinite(expected) else not len(found.rows)
        if not len(found.rows):
            continue
        assert (found.rows[0], found.rows[-1]) == (start, end)
        steps = zip(found.rows[:-1].tolist(), found.rows[1:].tolist(), strict=True)
        for at, (one, other) in enumerate(steps):
            asked, near = (one, other) if found.is_forward[at] else (other, one)
            assert graph.rows[asked, found.ranks[at] - 1] == near
            assert graph.scores[asked, found.ranks[at] - 1] == pytest.approx(found.scores[at], rel=1e-6)
        lengths = 1 - found.scores if metric == "cosine" else found.scores
        assert lengths.sum() == pytest.approx(found.length)


def test_where_there_is_none(awkward: EmbeddingSpace, make_space) -> None:
    islands = np.concatenate([np.eye(6) + 5 * np.eye(6)[0], np.eye(6) + 5 * np.eye(6)[5]])
    found = finish(neighbor_path_steps(make_space(islands), 0, 11, k=3))
    assert (len(found.rows), found.length, found.is_complete) == (0, np.inf, True)


def test_the_limit_is_kept_and_said(words: EmbeddingSpace) -> None:
    start, end = words.row("coffee"), words.row("war")
    found = finish(neighbor_path_steps(words, start, end, k=10, most=10))
    assert not found.is_complete
    assert found.n_looked_at <= 10
    longer = finish(neighbor_path_steps(words, start, end, k=10))
    assert longer.length <= found.length


def test_what_cannot_be(words: EmbeddingSpace) -> None:
    for ends, options, why in (
        ((0, 0), {}, "two items"),
        ((0, 1), {"metric": "dot"}, "no distance"),
        ((0, 10**6), {}, "no item"),
        ((0, 1), {"k": 0}, "at least 1"),
    ):
        with pytest.raises(OptionError, match=why):
            finish(neighbor_path_steps(words, *ends, **options))
