"""The parts of a score add up to it, the largest first."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import distance

from embedviz.analysis.contributions import comparison_steps, contributions
from embedviz.errors import QueryError, UnknownItemError
from embedviz.progress import finish
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source

RANDOM = np.random.default_rng(6)
ONE, OTHER = RANDOM.normal(size=(2, 40))
TOTALS = {
    "cosine": 1 - distance.cosine(ONE, OTHER),
    "dot": float(ONE @ OTHER),
    "euclidean": distance.sqeuclidean(ONE, OTHER),
    "manhattan": distance.cityblock(ONE, OTHER),
}


@pytest.mark.parametrize("metric", TOTALS)
def test_parts_make_the_score(metric):
    found = contributions(ONE, OTHER, metric)
    assert found.total == pytest.approx(TOTALS[metric])
    assert found.parts.sum() == pytest.approx(found.total)
    sizes = np.abs(found.parts[found.order])
    assert (np.diff(sizes) <= 0).all()
    assert sorted(found.order.tolist()) == list(range(40))
    assert found.cumulative[-1] == pytest.approx(1.0)


def test_a_case_by_hand():
    found = contributions(np.array([3.0, 1.0, 2.0, 0.0]), np.array([2.0, -2.0, 3.0, 5.0]), "dot")
    assert found.parts.tolist() == [6.0, -2.0, 6.0, 0.0]
    assert found.order.tolist() == [0, 2, 1, 3]
    assert found.cumulative.tolist() == [0.6, 1.2, 1.0, 1.0]
    assert (found.n_for(0.5), found.n_for(0.7), found.n_against) == (1, 2, 1)


def test_nothing_makes_nothing():
    found = contributions(np.zeros(3), np.ones(3), "dot")
    assert found.n_for(0.5) is None
    assert found.n_against == 0
    with pytest.raises(QueryError):
        contributions(np.zeros(3), np.ones(3), "cosine")


@pytest.fixture
def space():
    vectors = np.array([[1, 2, 2], [2, 1, 2], [0, 0, 0]], np.float32)
    return EmbeddingSpace(vectors, Labels.from_strings(["one", "other", "nothing"]), Source("t", "t"))


def test_two_items_are_compared_by_every_metric(space):
    found = finish(comparison_steps(space, "one", "other"))
    assert found.scores == pytest.approx({"cosine": 8 / 9, "dot": 8.0, "euclidean": np.sqrt(2), "manhattan": 2.0})
    assert found.norms == (3.0, 3.0)
    assert found.rows == (0, 1)
    assert found.difference.tolist() == [-1.0, 1.0, 0.0]


def test_formulas_can_be_compared(space):
    found = finish(comparison_steps(space, "one - other", "one"))
    assert found.rows == (None, 0)
    assert found.vectors[0].tolist() == [-1.0, 1.0, 0.0]


def test_a_zero_vector_has_no_cosine(space):
    found = finish(comparison_steps(space, "one", "nothing"))
    assert found.scores["cosine"] is None
    assert found.contributions("cosine") is None
    assert found.scores["manhattan"] == 5.0


def test_what_is_not_known_is_refused(space):
    with pytest.raises(UnknownItemError):
        finish(comparison_steps(space, "one", "somewhere"))
