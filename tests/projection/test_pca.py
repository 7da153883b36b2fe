"""PCA against scikit-learn's full SVD in float64, and its promises at the edges."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA

from embedviz.errors import EmbedvizError, MemoryPlanError, OptionError
from embedviz.progress import Progress, finish
from embedviz.projection import METHODS, project_steps
from embedviz.projection.moments import gram_steps, scatter_steps
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.projection import Projection
from embedviz.space.source import Source


def space_of(vectors: np.ndarray) -> EmbeddingSpace:
    vectors = np.asarray(vectors, np.float32)
    return EmbeddingSpace(vectors, Labels.from_strings([""] * len(vectors)), Source("test", "npy"))


def project(vectors: np.ndarray, n_components: int = 2) -> Projection:
    return finish(project_steps(space_of(vectors), n_components=n_components))


def spread(n: int, d: int, *, seed: int = 0, offset: float = 0.0, scale: float = 1.0) -> np.ndarray:
    random = np.random.default_rng(seed)
    mixing = random.standard_normal((d, d)) * np.geomspace(1, 0.1, d)
    return (scale * (random.standard_normal((n, d)) @ mixing.T) + offset).astype(np.float32)


def assert_same_as_sklearn(projection: Projection, vectors: np.ndarray, tolerance: float) -> None:
    finite = np.isfinite(vectors).all(axis=1)
    oracle = PCA(projection.n_components, svd_solver="full")
    scores = oracle.fit_transform(vectors[finite].astype(np.float64))
    signs = np.sign(np.einsum("ij,ij->i", oracle.components_, projection.components))
    scale = np.abs(scores).max()
    np.testing.assert_allclose(projection.points[finite], scores * signs, atol=tolerance * scale)
    np.testing.assert_allclose(projection.components, oracle.components_ * signs[:, None], atol=tolerance)
    np.testing.assert_allclose(projection.explained_variance, oracle.explained_variance_, rtol=tolerance)
    np.testing.assert_allclose(projection.explained_variance_ratio, oracle.explained_variance_ratio_, rtol=tolerance)
    assert np.isnan(projection.points[~finite]).all()


@pytest.mark.parametrize(
    ("n", "d", "offset", "scale"),
    [(2000, 12, 0, 1), (3000, 20, 1e4, 1), (700, 5, 0, 1e-15), (700, 5, 0, 1e30), (40, 300, 1e4, 1), (1000, 1, 2, 1)],
)
def test_agrees_with_scikit_learn_in_float64(n: int, d: int, offset: float, scale: float) -> None:
    vectors = spread(n, d, offset=offset, scale=scale)
    assert_same_as_sklearn(project(vectors, min(4, d)), vectors, 2e-7)


def test_large_spaces_summed_in_float32_stay_within_the_promised_accuracy() -> None:
    vectors = spread(40_000, 240, offset=3.0)
    assert_same_as_sklearn(project(vectors, 3), vectors, 1e-5)


def test_a_small_variance_beside_a_large_one_is_summed_again_in_float64() -> None:
    vectors = spread(40_000, 240)
    direction = np.ones(240) / np.sqrt(240)
    vectors += (3e4 * np.random.default_rng(3).standard_normal((40_000, 1)) * direction).astype(np.float32)
    oracle = PCA(3, svd_solver="covariance_eigh").fit(vectors.astype(np.float64))
    np.testing.assert_allclose(project(vectors, 3).explained_variance, oracle.explained_variance_, rtol=1e-8)


@pytest.mark.parametrize("scale", [1e25, 1e-25])
def test_large_spaces_of_extreme_numbers_neither_overflow_nor_vanish(scale: float) -> None:
    plain = spread(30_000, 260, scale=1)
    scaled = (plain.astype(np.float64) * scale).astype(np.float32)
    np.testing.assert_allclose(
        project(scaled).explained_variance / scale**2, project(plain).explained_variance, rtol=1e-5
    )


@pytest.mark.parametrize(("n", "d"), [(500, 8), (60, 200)])
def test_rows_that_are_not_finite_are_left_out_and_get_nan(n: int, d: int) -> None:
    vectors = spread(n, d)
    vectors[3, 2], vectors[17, 0], vectors[n - 1, d - 1] = np.nan, np.inf, -np.inf
    vectors[20, :2] = np.inf, -np.inf
    projection = project(vectors)
    assert np.flatnonzero(np.isnan(projection.points).any(axis=1)).tolist() == [3, 17, 20, n - 1]
    assert_same_as_sklearn(projection, vectors, 2e-7)


def test_float_max_is_finite() -> None:
    vectors = spread(200, 4)
    vectors[0] = np.finfo(np.float32).max
    projection = project(vectors)
    assert np.isfinite(projection.explained_variance_ratio).all()
    assert projection.explained_variance_ratio[0] == pytest.approx(1)
    assert not np.isnan(projection.points).any()


def test_signs_make_the_largest_loading_positive_and_runs_are_identical() -> None:
    vectors = spread(900, 9)
    first, second = project(vectors, 9), project(vectors, 9)
    np.testing.assert_array_equal(first.points, second.points)
    largest = np.abs(first.components).argmax(axis=1)
    assert (first.components[np.arange(9), largest] > 0).all()
    mirrored = project(-vectors, 9)
    np.testing.assert_allclose(mirrored.components, first.components, atol=1e-9)
    np.testing.assert_allclose(mirrored.points, -first.points, atol=1e-5)


def test_both_roads_find_the_same_moments() -> None:
    vectors = spread(50, 30)
    vectors[7] = np.nan
    scatter, gram = finish(scatter_steps(vectors)), finish(gram_steps(vectors))
    np.testing.assert_allclose(scatter.mean, gram.mean, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(scatter.finite, gram.finite)
    assert np.trace(scatter.scatter) == pytest.approx(np.trace(gram.scatter), rel=1e-12)
    np.testing.assert_allclose(
        np.linalg.eigvalsh(scatter.scatter)[::-1], np.linalg.eigvalsh(gram.scatter)[::-1][:30], atol=1e-8
    )


def test_wide_vectors_are_summed_in_blocks_that_fit_together() -> None:
    vectors = spread(1, 1)[:0]
    vectors = np.random.default_rng(2).standard_normal((1500, 1100)).astype(np.float32)
    moments = finish(scatter_steps(vectors))
    centred = vectors.astype(np.float64) - vectors.astype(np.float64).mean(axis=0)
    np.testing.assert_allclose(moments.scatter, centred.T @ centred, atol=1e-9 * len(vectors))


def test_components_beyond_the_rank_have_zero_scores() -> None:
    line = np.outer(np.arange(6), [1.0, 2.0, 2.0])
    for vectors in (line, np.pad(line, ((0, 0), (0, 20)))):
        projection = project(vectors, 3)
        np.testing.assert_allclose(projection.points[:, 0], 3 * (np.arange(6) - 2.5), atol=1e-5)
        assert not projection.points[:, 1:].any()
        np.testing.assert_allclose(projection.explained_variance_ratio, [1, 0, 0], atol=1e-12)
        np.testing.assert_allclose(projection.explained_variance, [9 * 3.5, 0, 0], atol=1e-9)


@pytest.mark.parametrize("vectors", [np.full((1, 5), 3.3), np.full((50, 5), 1234.567), np.zeros((3, 4))])
def test_items_without_spread_lie_at_zero_with_a_share_of_zero(vectors: np.ndarray) -> None:
    projection = project(vectors)
    assert not projection.points.any()
    assert projection.explained_variance_ratio.tolist() == [0, 0]
    assert projection.explained_variance.tolist() == [0, 0]


def test_fewer_items_than_components_leave_the_others_zero() -> None:
    projection = project(spread(2, 10), 5)
    assert projection.points.shape == (2, 5)
    assert not projection.points[:, 1:].any()
    assert projection.explained_variance_ratio[0] == pytest.approx(1)


def test_place_agrees_with_the_points() -> None:
    vectors = spread(300, 7, offset=5)
    projection = project(vectors, 3)
    np.testing.assert_allclose(projection.place(vectors[11].astype(np.float64)), projection.points[11], atol=1e-5)
    assert projection.axis_names == ("PC 1", "PC 2", "PC 3")
    assert projection.method == "pca"


@pytest.mark.parametrize("n_components", [0, -1, 6])
def test_an_impossible_number_of_components_is_refused_with_both_numbers(n_components: int) -> None:
    with pytest.raises(OptionError, match=rf"{n_components}.*1 to 5"):
        project(spread(30, 5), n_components)


def test_an_unknown_method_is_refused_with_those_there_are() -> None:
    with pytest.raises(OptionError, match=r"magic.*pca"):
        finish(project_steps(space_of(spread(5, 3)), "magic"))
    assert METHODS["pca"].title == "PCA"


@pytest.mark.parametrize("shape", [(4, 3), (3, 9), (0, 3)])
def test_no_finite_vector_is_said(shape: tuple[int, int]) -> None:
    with pytest.raises(EmbedvizError, match=f"None of the {shape[0]} vectors is finite"):
        project(np.full(shape, np.nan))


@pytest.mark.parametrize(("n", "d"), [(20_000, 64), (500, 6000)])
def test_progress_rises_and_the_work_can_be_closed_between_chunks(n: int, d: int) -> None:
    space = space_of(np.random.default_rng(1).standard_normal((n, d), np.float32))
    seen: list[Progress] = []
    finish(project_steps(space), seen.append)
    fractions = [step.fraction for step in seen]
    assert fractions == sorted(fractions)
    assert len(fractions) >= 6
    assert 0 <= fractions[0] <= fractions[-1] <= 1
    steps = project_steps(space)
    next(steps)
    steps.close()
    with pytest.raises(StopIteration):
        next(steps)


def test_a_covariance_larger_than_the_free_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedviz.projection.pca.free_memory", lambda: 1000)
    with pytest.raises(MemoryPlanError, match="fewer dimensions"):
        project(spread(50, 20))
