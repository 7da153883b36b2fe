"""Other vectors along axes that stand still."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from embedviz.progress import finish
from embedviz.projection import project_steps
from embedviz.projection.same_axes import same_axes_steps
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source


def space_of(vectors: np.ndarray) -> EmbeddingSpace:
    labels = Labels.from_strings([str(row) for row in range(len(vectors))])
    return EmbeddingSpace(vectors.astype(np.float32), labels, Source("test", "test"))


@pytest.fixture
def vectors() -> np.ndarray:
    rng = np.random.default_rng(5)
    return rng.normal(size=(400, 12)) * np.geomspace(4, 0.3, 12) + rng.normal(size=12)


def test_its_own_vectors_stand_where_they_stood(vectors) -> None:
    space = space_of(vectors)
    projection = finish(project_steps(space, n_components=3))
    again = finish(same_axes_steps(space, projection))
    assert_allclose(again.points, projection.points, atol=1e-4)
    assert_allclose(again.explained_variance_ratio, projection.explained_variance_ratio, rtol=1e-4)
    assert_allclose(again.explained_variance, projection.explained_variance, rtol=1e-4)
    assert again.components is projection.components


def test_other_vectors_are_placed_along_the_same_axes_about_their_own_mean(vectors, monkeypatch) -> None:
    monkeypatch.setattr("embedviz.projection.same_axes._FLOATS_AT_ONCE", 12 * 64)
    projection = finish(project_steps(space_of(vectors), n_components=2))
    other = np.random.default_rng(6).normal(size=vectors.shape) + 7
    placed = finish(same_axes_steps(space_of(other), projection))
    centered = other.astype(np.float32).astype(np.float64) - other.mean(axis=0)
    assert_allclose(placed.points, centered @ projection.components.T, atol=1e-4)
    share = (centered @ projection.components.T).var(axis=0) / centered.var(axis=0).sum()
    assert_allclose(placed.explained_variance_ratio, share, rtol=1e-3)
    assert_allclose(placed.place(other[3]), placed.points[3], atol=1e-4)


def test_items_that_are_not_finite_have_no_place_and_move_no_other(vectors) -> None:
    projection = finish(project_steps(space_of(vectors), n_components=2))
    holed = vectors.copy()
    holed[7, 2] = np.nan
    placed = finish(same_axes_steps(space_of(holed), projection))
    assert np.isnan(placed.points[7]).all()
    rest = np.delete(holed, 7, axis=0)
    assert_allclose(
        np.delete(placed.points, 7, axis=0), (rest - rest.mean(axis=0)) @ projection.components.T, atol=1e-4
    )
