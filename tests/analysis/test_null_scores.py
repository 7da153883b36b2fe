"""How rare a score is among random pairs: against scipy's distances, and honest about its own size."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from embedviz.analysis.null_scores import NullScores, null_steps
from embedviz.errors import EmbedvizError, OptionError
from embedviz.progress import finish
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source


def make_space(vectors) -> EmbeddingSpace:
    vectors = np.asarray(vectors, np.float32)
    return EmbeddingSpace(vectors, Labels.from_strings(f"w{row}" for row in range(len(vectors))), Source("t", "t"))


@pytest.fixture(scope="module")
def space():
    return make_space(np.random.default_rng(1).normal(size=(500, 7)) + 0.4)


def expected(vectors: np.ndarray, metric: str) -> np.ndarray:
    vectors = vectors.astype(np.float64)
    if metric == "dot":
        return (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)]
    if metric == "cosine":
        return 1 - pdist(vectors, "cosine")
    return -pdist(vectors, "cityblock" if metric == "manhattan" else metric)


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean", "manhattan"])
def test_every_pair_where_there_are_no_more(metric):
    vectors = np.random.default_rng(2).normal(size=(30, 5)).astype(np.float32)
    null = finish(null_steps(make_space(vectors), metric))
    assert null.is_whole
    assert null.n_pairs == 435
    np.testing.assert_allclose(null.nearness, np.sort(expected(vectors, metric)), atol=1e-12)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_random_pairs_have_the_distribution_of_all_pairs(space, metric):
    null = finish(null_steps(space, metric, n_pairs=20_000))
    every = expected(space.vectors, metric)
    for share in (0.1, 0.5, 0.9, 0.99):
        nearness = np.quantile(every, share)
        score = nearness if metric == "cosine" else -nearness
        assert null.share_farther(score) == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 20_000))


def test_the_same_seed_gives_the_same_pairs(space):
    one, same, other = (finish(null_steps(space, "dot", n_pairs=1000, seed=seed)) for seed in (1, 1, 2))
    assert one.nearness.tolist() == same.nearness.tolist() != other.nearness.tolist()


def test_rows_outside_the_ranking_are_in_no_pair():
    vectors = np.random.default_rng(2).normal(size=(10, 3))
    vectors[3], vectors[4] = np.nan, 0.0
    assert finish(null_steps(make_space(vectors), "cosine")).n_pairs == 28
    assert finish(null_steps(make_space(vectors), "euclidean")).n_pairs == 36


def uniform(n_pairs: int, *, is_whole: bool = False) -> NullScores:
    return NullScores("cosine", np.arange(n_pairs) / n_pairs, 1, is_whole)


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (0.5, "50.0 %"),
        (0.0, "0.0 %"),
        (0.9971, "99.7 %"),
        (0.99959, "99.95 %"),
        (0.99998, "99.998 %"),
        (2.0, "> 99.999 %"),
    ],
)
def test_shares_are_rounded_down_and_end_where_the_sample_does(score, text):
    assert uniform(100_000).share_text(score) == text


def test_a_small_sample_claims_little():
    assert uniform(1000).share_text(2.0) == "> 99.9 %"
    assert uniform(1000, is_whole=True).share_text(2.0) == "100 %"
    assert uniform(3, is_whole=True).share_text(0.5) == "66 %"


def test_distances_count_the_other_way():
    null = NullScores("euclidean", -np.arange(10.0)[::-1], 1, is_whole=False)
    assert null.share_farther(3.0) == 0.6


def test_where_there_are_no_pairs():
    with pytest.raises(EmbedvizError, match="Fewer than two"):
        finish(null_steps(make_space([[1.0, 2.0]]), "cosine"))
    with pytest.raises(OptionError):
        finish(null_steps(make_space([[1.0, 2.0]]), "hamming"))
