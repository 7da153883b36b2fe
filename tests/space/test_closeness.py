"""Scores of all items against scipy's distances, and against the answer's own scores."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from embedviz.errors import OptionError
from embedviz.progress import finish
from embedviz.space.closeness import score_steps
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source


def space_of(vectors: np.ndarray) -> EmbeddingSpace:
    names = Labels.from_strings([f"item {row}" for row in range(len(vectors))])
    return EmbeddingSpace(np.asarray(vectors, np.float32), names, Source("made", "for a test"))


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean", "manhattan"])
def test_scores_are_those_of_scipy(metric: str) -> None:
    vectors = np.random.default_rng(0).normal(2, 3, (3_000, 60)).astype(np.float32)
    space, query = space_of(vectors), vectors[5].astype(np.float64) * 0.7
    scores = finish(score_steps(space, query, metric))
    if metric == "dot":
        expected = vectors.astype(np.float64) @ query
    else:
        names = {"manhattan": "cityblock"}
        expected = cdist(query[None], vectors.astype(np.float64), names.get(metric, metric))[0]
        expected = 1 - expected if metric == "cosine" else expected
    assert scores == pytest.approx(expected, abs=2e-5 * np.abs(expected).max())
    answer = space.neighbors("#5", 20, metric=metric)
    own = finish(score_steps(space, answer.vector, metric))
    assert own[answer.rows] == pytest.approx(answer.scores, abs=2e-5 * np.abs(own).max())


def test_items_outside_the_ranking_have_no_score() -> None:
    vectors = np.array([[1, 0], [0, 0], [np.nan, 1], [1e30, 1e30], [-2, 0]])
    space = space_of(vectors)
    scores = finish(score_steps(space, np.array([1.0, 0.0]), "cosine"))
    assert np.isnan(scores[[1, 2]]).all()
    assert scores[[0, 3, 4]] == pytest.approx([1, np.sqrt(0.5), -1])
    assert finish(score_steps(space, np.array([1.0, 0.0]), "euclidean"))[1] == 1
    assert finish(score_steps(space_of(np.zeros((0, 3))), np.ones(3), "cosine")).shape == (0,)


def test_what_is_asked_must_fit() -> None:
    space = space_of(np.eye(3))
    with pytest.raises(OptionError, match="shape"):
        finish(score_steps(space, np.ones(2), "cosine"))
    with pytest.raises(OptionError, match="metric"):
        finish(score_steps(space, np.ones(3), "hamming"))
