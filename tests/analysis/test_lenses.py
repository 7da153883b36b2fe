"""Centred cosine and all-but-the-top, against a copy of the matrix prepared by plain numpy in float64."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz.analysis.lenses import Lens, Lenses, lenses_steps, nearest_steps
from embedviz.progress import finish
from embedviz.projection import project_steps
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source

NONE = np.empty(0, np.int64)


def space_of(vectors) -> EmbeddingSpace:
    vectors = np.asarray(vectors, np.float32)
    return EmbeddingSpace(vectors, Labels.from_strings(f"w{row}" for row in range(len(vectors))), Source("t", "t"))


def random_vectors(n_items: int = 900, n_dims: int = 12, offset: float = 3.0) -> np.ndarray:
    rng = np.random.default_rng(8)
    return (rng.normal(size=(n_items, n_dims)) * np.linspace(3, 0.5, n_dims) + offset).astype(np.float32)


def prepared(vectors: np.ndarray, n_removed: int) -> np.ndarray:
    """The whole matrix, centred and stripped: the oracle."""
    base = vectors.astype(np.float64)
    base = base - base.mean(axis=0)
    _, _, axes = np.linalg.svd(base, full_matrices=False)
    return base - base @ axes[:n_removed].T @ axes[:n_removed]


def ranking(matrix: np.ndarray, row: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    units = matrix / np.linalg.norm(matrix, axis=1)[:, None]
    cosines = units @ units[row]
    cosines[row] = -np.inf
    best = np.lexsort((np.arange(len(matrix)), -cosines))[:k]
    return best, cosines[best]


def seen(space: EmbeddingSpace, lens: Lens, row: int, k: int, barred=None):
    query = lens.prepare(space.vectors[[row]].astype(np.float64))[0]
    ((rows, scores),) = finish(nearest_steps(space, [lens], [query], k, np.array([row]) if barred is None else barred))
    return rows, scores


@pytest.fixture
def lenses():
    space = space_of(random_vectors())
    return space, finish(lenses_steps(space))


@pytest.mark.parametrize("row", [0, 17, 899])
def test_both_lenses_rank_as_a_prepared_copy(lenses, row):
    space, both = lenses
    for lens, n_removed in ((both.centered, 0), (both.all_but_top, 1)):
        rows, scores = seen(space, lens, row, 25)
        best, cosines = ranking(prepared(space.vectors, n_removed), row, 25)
        assert rows.tolist() == best.tolist()
        np.testing.assert_allclose(scores, cosines, atol=1e-12)


def test_several_directions_go_where_there_are_hundreds_of_dimensions():
    space = space_of(random_vectors(400, 250))
    both = finish(lenses_steps(space))
    assert len(both.all_but_top.directions) == 2
    rows, scores = seen(space, both.all_but_top, 5, 10)
    best, cosines = ranking(prepared(space.vectors, 2), 5, 10)
    assert rows.tolist() == best.tolist()
    np.testing.assert_allclose(scores, cosines, atol=1e-10)


def test_a_projection_that_stands_gives_the_same_lens():
    space = space_of(random_vectors())
    projection = finish(project_steps(space, n_components=4))
    own, given = finish(lenses_steps(space)), finish(lenses_steps(space, projection))
    np.testing.assert_allclose(own.all_but_top.lengths, given.all_but_top.lengths)


def test_lengths_are_those_of_the_prepared_vectors(lenses):
    space, both = lenses
    np.testing.assert_allclose(both.centered.lengths, np.linalg.norm(prepared(space.vectors, 0), axis=1))
    np.testing.assert_allclose(both.all_but_top.lengths, np.linalg.norm(prepared(space.vectors, 1), axis=1))


def test_equal_vectors_stand_by_row_and_odd_rows_are_not_ranked():
    vectors = random_vectors(300, 6)
    vectors[40] = vectors[200] = vectors[10]
    vectors[50] = np.nan
    vectors[60] = np.inf
    space = space_of(vectors)
    both = finish(lenses_steps(space))
    rows, scores = seen(space, both.centered, 10, 299)
    assert rows[:2].tolist() == [40, 200]
    assert scores[0] == scores[1] == pytest.approx(1.0)
    assert not {10, 50, 60} & set(rows.tolist())
    assert len(rows) == 297


def test_an_item_at_the_mean_has_no_direction():
    vectors = np.array([[1.0, 0], [-1.0, 0], [0, 1.0], [0, -1.0], [0, 0]])
    both: Lenses = finish(lenses_steps(space_of(vectors + 4)))
    assert both.centered.lengths[4] == 0
    assert np.count_nonzero(both.centered.lengths) == 4


def test_barred_rows_are_left_out(lenses):
    space, both = lenses
    free, _ = seen(space, both.centered, 3, 5)
    rows, _ = seen(space, both.centered, 3, 5, np.array([3, int(free[0])]))
    assert rows.tolist()[:4] == free.tolist()[1:]
