"""Exact search against brute force in double precision, scikit-learn and scipy."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial.distance import cdist
from sklearn.neighbors import NearestNeighbors

from embedviz.errors import OptionError, QueryError
from embedviz.progress import Progress
from embedviz.space import METRICS, EmbeddingSpace, Labels, Source, search, search_steps
from embedviz.space.arrays import DoubleArray, FloatArray, RowArray
from embedviz.space.contenders import difference

ALL = tuple(METRICS)


def _space(vectors: FloatArray) -> EmbeddingSpace:
    return EmbeddingSpace(vectors, Labels.from_strings(map(str, range(len(vectors)))), Source("test", "memory"))


def _brute(vectors: FloatArray, query: DoubleArray, metric: str) -> DoubleArray:
    """Distances (negated similarities) in double precision, infinite for rows outside the ranking."""
    items = vectors.astype(np.float64)
    with np.errstate(all="ignore"):
        norms = np.sqrt((items * items).sum(axis=1))
        distances: DoubleArray = {
            "cosine": lambda: -np.clip((items * query).sum(axis=1) / (norms * np.linalg.norm(query)), -1, 1),
            "dot": lambda: -(items * query).sum(axis=1),
            "euclidean": lambda: np.sqrt(((items - query) ** 2).sum(axis=1)),
            "manhattan": lambda: np.abs(items - query).sum(axis=1),
        }[metric]()
    outside = ~np.isfinite(norms) | ((norms == 0) & (metric == "cosine"))
    distances[outside] = np.inf
    return distances


def _check(vectors: FloatArray, query: DoubleArray, k: int, metric: str) -> tuple[RowArray, DoubleArray]:
    """Search, and compare with brute force: equal scores but for rounding, nearest first, ties by row."""
    rows, scores = search(_space(vectors), query, k, metric=metric)
    brute = _brute(vectors, query, metric)
    n_ranked = int(np.isfinite(brute).sum())
    assert len(rows) == len(scores) == min(k, n_ranked)
    distances = -scores if METRICS[metric].is_similarity else scores
    scale = 1e-11 * (1 + np.abs(brute[np.isfinite(brute)]).max(initial=0.0))
    np.testing.assert_allclose(distances, brute[rows], rtol=1e-9, atol=scale)
    np.testing.assert_allclose(distances, np.sort(brute)[: len(rows)], rtol=1e-9, atol=scale)
    order = np.lexsort((rows, distances))
    assert order.tolist() == list(range(len(rows)))
    return rows, scores


@pytest.mark.parametrize("metric", ALL)
@pytest.mark.parametrize("k", [1, 10, 500, 4000])
def test_agrees_with_brute_force_on_many_rows(metric: str, k: int) -> None:
    generator = np.random.default_rng(5)
    vectors = (generator.normal(size=(30_000, 24)) * generator.gamma(2, size=(30_000, 1))).astype(np.float32)
    query = generator.normal(size=24)
    rows, _ = _check(vectors, query, k, metric)
    assert rows.tolist() == np.lexsort((np.arange(30_000), _brute(vectors, query, metric)))[:k].tolist()


@pytest.mark.parametrize("metric", ["cosine", "euclidean", "manhattan"])
def test_agrees_with_scikit_learn(metric: str) -> None:
    vectors = np.random.default_rng(6).normal(size=(5000, 30)).astype(np.float32)
    query = vectors[17].astype(np.float64)
    oracle = NearestNeighbors(n_neighbors=25, algorithm="brute", metric=metric).fit(vectors.astype(np.float64))
    distances, expected = oracle.kneighbors(query[None])
    rows, scores = search(_space(vectors), query, 25, metric=metric)
    assert rows.tolist() == expected[0].tolist()
    np.testing.assert_allclose(1 - scores if metric == "cosine" else scores, distances[0], atol=1e-6)


@pytest.mark.parametrize("metric", ["euclidean", "manhattan"])
@pytest.mark.parametrize("offset", [1e4, 3e6])
def test_large_offsets_do_not_blur_the_order(metric: str, offset: float) -> None:
    generator = np.random.default_rng(7)
    vectors = (offset + generator.normal(size=(20_000, 16))).astype(np.float32)
    query = vectors[3].astype(np.float64)
    name = "cityblock" if metric == "manhattan" else metric
    distances = cdist(query[None], vectors.astype(np.float64), name)[0]
    rows, scores = search(_space(vectors), query, 50, metric=metric)
    assert rows.tolist() == np.lexsort((np.arange(20_000), distances))[:50].tolist()
    np.testing.assert_allclose(scores, distances[rows], rtol=1e-12)


@pytest.mark.parametrize("metric", ALL)
@pytest.mark.parametrize("noise", [3e-7, 1e-6])
def test_rows_that_float32_cannot_tell_apart_stand_in_order(metric: str, noise: float) -> None:
    for seed in range(12):
        generator = np.random.default_rng(seed)
        base = generator.normal(size=300)
        vectors = (base + noise * generator.normal(size=(4000, 300))).astype(np.float32)
        query = base + 3 * generator.normal(size=300)
        k = 1 + seed % 3
        rows, _ = _check(vectors, query, k, metric)
        assert rows.tolist() == np.lexsort((np.arange(4000), _brute(vectors, query, metric)))[:k].tolist()


@pytest.mark.parametrize("metric", ALL)
def test_thousands_of_equal_rows_stand_by_row(metric: str) -> None:
    generator = np.random.default_rng(8)
    vectors = generator.normal(size=(20_000, 13)).astype(np.float32)
    twins = np.sort(generator.permutation(20_000)[:6000])
    vectors[twins] = vectors[twins[0]] * 4
    rows, scores = search(_space(vectors), vectors[twins[0]].astype(np.float64), 5000, metric="cosine")
    assert rows.tolist() == twins[:5000].tolist()
    assert set(scores.tolist()) == {scores[0]}
    rows, scores = search(_space(vectors), vectors[twins[0]].astype(np.float64), 3000, metric=metric)
    assert rows.tolist() == twins[:3000].tolist()
    assert len(set(scores.tolist())) == 1


@pytest.mark.parametrize("metric", ALL)
def test_strange_rows_are_ranked_or_left_out_without_a_warning(metric: str) -> None:
    vectors = np.random.default_rng(9).normal(size=(3000, 8)).astype(np.float32)
    vectors[5], vectors[6] = 0, -0.0
    vectors[10, 3], vectors[11, 0], vectors[12] = np.nan, np.inf, -np.inf
    vectors[20], vectors[21] = 1e30, -1e30
    vectors[22], vectors[23] = 1e-30, 3e38
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for query in (np.ones(8), vectors[20].astype(np.float64), np.eye(8)[0] * 1e-25):
            rows, _ = _check(vectors, query, 3000, metric)
            assert not {10, 11, 12} & set(rows.tolist())
            assert ({5, 6} <= set(rows.tolist())) is (metric != "cosine")
            _check(vectors, query, 5, metric)


@pytest.mark.parametrize("metric", ALL)
@pytest.mark.parametrize("size", [1e30, 1e-30, 1e38])
def test_whole_spaces_of_huge_or_tiny_vectors(metric: str, size: float) -> None:
    vectors = (np.random.default_rng(10).uniform(-1, 1, (2000, 12)) * size).astype(np.float32)
    _check(vectors, vectors[44].astype(np.float64), 20, metric)
    _check(vectors, np.ones(12), 20, metric)


@settings(max_examples=150, deadline=None)
@given(
    hnp.arrays(
        np.float32,
        st.tuples(st.integers(1, 40), st.integers(1, 6)),
        elements=st.sampled_from([0, 1, -1, 0.5, 2, 3, 1e30, np.nan, np.inf, 1e-20, 7]) | st.floats(-9, 9, width=32),
    ),
    st.data(),
)
def test_small_spaces_agree_with_brute_force(vectors: FloatArray, data: st.DataObject) -> None:
    n_dims = vectors.shape[1]
    query = data.draw(hnp.arrays(np.float64, n_dims, elements=st.sampled_from([1, -1, 0, 0.25, 1e20, 3])))
    k = data.draw(st.integers(1, 50))
    for metric in ALL:
        if metric == "cosine" and not query.any():
            with pytest.raises(QueryError, match="zero vector"):
                search(_space(vectors), query, k, metric=metric)
        else:
            _check(vectors, query, k, metric)


def test_excluded_rows_are_left_out_and_k_is_clipped() -> None:
    space = _space(np.eye(4, dtype=np.float32) + 1)
    rows, scores = search(space, np.array([2.0, 1, 1, 1]), 10, metric="euclidean", exclude=[0, 2])
    assert rows.tolist() == [1, 3]
    np.testing.assert_allclose(scores, [np.sqrt(2)] * 2)
    rows, scores = search(space, np.ones(4), 3, metric="dot", exclude=range(4))
    assert len(rows) == len(scores) == 0
    assert search(_space(np.empty((0, 4), np.float32)), np.ones(4), 3, metric="cosine")[0].tolist() == []


def test_results_are_read_only_and_typed() -> None:
    rows, scores = search(_space(np.eye(4, dtype=np.float32)), np.ones(4), 2, metric="dot")
    assert rows.dtype == np.int64
    assert scores.dtype == np.float64
    assert not rows.flags.writeable
    assert not scores.flags.writeable


def test_bad_questions_are_refused_in_words() -> None:
    space = _space(np.eye(4, dtype=np.float32))
    with pytest.raises(OptionError, match="at least 1"):
        search(space, np.ones(4), 0, metric="dot")
    with pytest.raises(OptionError, match="4 numbers"):
        search(space, np.ones(5), 1, metric="dot")
    with pytest.raises(OptionError, match="choose cosine, dot"):
        search(space, np.ones(4), 1, metric="angular")
    with pytest.raises(QueryError, match="NaN"):
        search(space, np.array([1, np.nan, 0, 0]), 1, metric="dot")


@pytest.mark.parametrize("metric", ALL)
def test_steps_report_progress_and_can_be_closed(metric: str) -> None:
    vectors = np.random.default_rng(11).normal(size=(200_000, 100)).astype(np.float32)
    steps = search_steps(_space(vectors), np.ones(100), 5, metric=metric)
    first, second = next(steps), next(steps)
    assert isinstance(first, Progress)
    assert first.fraction is not None
    assert second.fraction is not None
    assert first.fraction < second.fraction < 1
    steps.close()


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("share", [0.0005, 0.05, 0.4, 0.9, 1.0])
def test_search_within_some_rows_is_brute_force_over_them(metric: str, share: float) -> None:
    rng = np.random.default_rng(11)
    vectors = rng.normal(size=(30_000, 5)).astype(np.float32)
    vectors[::97] = 0
    vectors[5::1001] = np.nan
    vectors[7::2003] *= 1e9
    vectors[100:200] = vectors[200:300]
    space = EmbeddingSpace(vectors, Labels.from_strings([""] * len(vectors)), Source("made", "made for a test"))
    scattered = np.flatnonzero(rng.random(len(vectors)) < share)
    for within in (scattered, np.arange(int(share * len(vectors)))):
        query, exclude, k = vectors[3].astype(np.float64), [3, int(within[-1])], 12
        alone = np.setdiff1d(within, exclude)
        part = EmbeddingSpace(vectors[alone], Labels.from_strings([""] * len(alone)), Source("made", "made for a test"))
        rows, scores = search(space, query, k, metric=metric, exclude=exclude, within=within)
        expected, expected_scores = search(part, query, k, metric=metric)
        assert rows.tolist() == alone[expected].tolist()
        assert scores.tolist() == expected_scores.tolist()


def test_rows_that_are_not_barred() -> None:
    rng = np.random.default_rng(2)
    for n_rows, n_barred in ((0, 3), (3, 0), (50, 3), (3, 50), (40, 40)):
        rows, barred = (np.unique(rng.integers(0, 60, n)) for n in (n_rows, n_barred))
        assert difference(rows, barred).tolist() == np.setdiff1d(rows, barred).tolist()
