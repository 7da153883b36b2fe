"""The k-NN graph: equal to scikit-learn's brute force, ties by row; hubs counted in it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import skew
from sklearn.datasets import load_digits
from sklearn.metrics import pairwise_distances

from embedviz.analysis import hubs, neighbor_graph_steps
from embedviz.errors import OptionError
from embedviz.progress import finish
from embedviz.space import EmbeddingSpace
from embedviz.space.neighbors import search

METRICS = ("cosine", "dot", "euclidean", "manhattan")


def brute_force(space: EmbeddingSpace, k: int, metric: str) -> tuple[np.ndarray, np.ndarray]:
    """scikit-learn's distances of all ranked rows, sorted with ties by row."""
    ranked = space.finite & ((space.norms > 0) | (metric != "cosine"))
    kept = np.flatnonzero(ranked)
    vectors = space.vectors[kept].astype(np.float64)
    farness = -(vectors @ vectors.T) if metric == "dot" else pairwise_distances(vectors, metric=metric)
    np.fill_diagonal(farness, np.inf)
    order = np.argsort(np.round(farness, 12), axis=1, kind="stable")[:, : min(k, len(kept) - 1)]
    rows, scores = np.full((space.n_items, k), -1), np.full((space.n_items, k), np.nan)
    rows[kept, : order.shape[1]] = kept[order]
    scores[kept, : order.shape[1]] = np.take_along_axis(farness, order, axis=1)
    return rows, {"cosine": 1 - scores, "dot": -scores}.get(metric, scores)


@pytest.mark.parametrize("metric", METRICS)
def test_the_graph_is_scikit_learns(awkward: EmbeddingSpace, metric: str) -> None:
    graph = finish(neighbor_graph_steps(awkward, 8, metric))
    rows, scores = brute_force(awkward, 8, metric)
    assert graph.rows.tolist() == rows.tolist()
    np.testing.assert_allclose(graph.scores, scores, atol=2e-6)
    assert graph.rows.dtype == np.int32
    assert graph.scores.dtype == np.float32
    assert (graph.exact, graph.recall) == (True, None)
    assert not graph.rows.flags.writeable


@pytest.mark.parametrize("metric", METRICS)
def test_many_ties_and_more_neighbors_than_items(make_space: Any, metric: str) -> None:
    digits = make_space(np.round(load_digits().data[:300, 20:28] / 4))
    graph = finish(neighbor_graph_steps(digits, 20, metric))
    for row in range(0, 300, 7):
        if metric == "cosine" and digits.norms[row] == 0:
            assert (graph.rows[row] == -1).all()
            continue
        expected, _ = search(digits, digits.vectors[row].astype(np.float64), 20, metric=metric, exclude=(row,))
        assert graph.rows[row].tolist() == expected.tolist()
    few = make_space(np.eye(4))
    assert finish(neighbor_graph_steps(few, 6, metric)).rows.tolist() == brute_force(few, 6, metric)[0].tolist()


@pytest.mark.parametrize(("scale", "offset"), [(1e-30, 0.0), (1e25, 0.0), (1.0, 1e4)])
@pytest.mark.parametrize("metric", ["dot", "euclidean"])
def test_far_off_and_at_odd_scales(make_space: Any, metric: str, scale: float, offset: float) -> None:
    vectors = np.random.default_rng(4).normal(size=(150, 9)) * scale + offset
    space = make_space(vectors)
    graph = finish(neighbor_graph_steps(space, 5, metric))
    for row in range(0, 150, 11):
        expected, _ = search(space, space.vectors[row].astype(np.float64), 5, metric=metric, exclude=(row,))
        assert graph.rows[row].tolist() == expected.tolist()


def test_one_row_out_of_all_measure(make_space: Any) -> None:
    vectors = np.random.default_rng(4).normal(size=(80, 5))
    vectors[7] *= 1e20
    space = make_space(vectors)
    assert finish(neighbor_graph_steps(space, 5, "dot")).rows.tolist() == brute_force(space, 5, "dot")[0].tolist()


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_a_real_space(words: EmbeddingSpace, metric: str) -> None:
    graph = finish(neighbor_graph_steps(words, 10, metric))
    for row in range(0, words.n_items, 199):
        expected, scores = search(words, words.vectors[row].astype(np.float64), 10, metric=metric, exclude=(row,))
        assert graph.rows[row].tolist() == expected.tolist()
        assert graph.scores[row] == pytest.approx(scores, rel=1e-6)


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
def test_the_graph_of_an_index_tells_its_recall(words: EmbeddingSpace, metric: str) -> None:
    few = EmbeddingSpace(words.vectors[:2500], words.labels.__class__.from_strings(words.labels[:2500]), words.source)
    graph = finish(neighbor_graph_steps(few, 10, metric, exact=False))
    truth = finish(neighbor_graph_steps(few, 10, metric, exact=True))
    shared = np.mean([len(np.intersect1d(one, other)) / 10 for one, other in zip(graph.rows, truth.rows, strict=True)])
    assert not graph.exact
    assert graph.recall == pytest.approx(shared, abs=0.01)
    assert shared > 0.99


def test_what_cannot_be(awkward: EmbeddingSpace) -> None:
    with pytest.raises(OptionError, match="1 to 100"):
        finish(neighbor_graph_steps(awkward, 0))
    with pytest.raises(OptionError, match="No index"):
        finish(neighbor_graph_steps(awkward, 3, exact=False))


def test_hubs_are_counted(awkward: EmbeddingSpace) -> None:
    graph = finish(neighbor_graph_steps(awkward, 5))
    found = hubs(graph, 10)
    counts = np.zeros(120, int)
    for lists in graph.rows.tolist():
        for row in lists:
            if row >= 0:
                counts[row] += 1
    ranked = np.delete(np.arange(120), [20, 21, 33, 34])
    assert found.counts.tolist() == counts.tolist()
    assert found.rows.tolist() == sorted(range(120), key=lambda row: (-counts[row], row))[:10]
    assert found.n_in_none == int((counts[ranked] == 0).sum())
    assert found.n_lists == 116
    assert found.skewness == pytest.approx(skew(counts[ranked]))
