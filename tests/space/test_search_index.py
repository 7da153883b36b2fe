"""The compressed index against exact search."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz.errors import OptionError
from embedviz.progress import finish
from embedviz.space import EmbeddingSpace, Labels, Source, search, search_index
from embedviz.space.answer import ask
from embedviz.space.search_index import INDEXED_METRICS, SearchIndex, build_steps

N = 6_000


def _space(vectors: np.ndarray) -> EmbeddingSpace:
    return EmbeddingSpace(vectors, Labels.from_strings(f"w{row}" for row in range(len(vectors))), Source("test", "m"))


@pytest.fixture(scope="module")
def space() -> EmbeddingSpace:
    """A falling spectrum, lengths that vary, and rows that no ranking or no float32 holds."""
    rng = np.random.default_rng(8)
    vectors = (rng.normal(size=(N, 30)) * np.arange(1, 31) ** -0.5 * rng.gamma(4, size=(N, 1))).astype(np.float32)
    vectors[10] = 0
    vectors[11, 4] = np.nan
    vectors[12] = vectors[13]
    vectors[14] *= np.float32(1e25)
    return _space(vectors)


@pytest.fixture(scope="module", params=INDEXED_METRICS)
def index(request: pytest.FixtureRequest, space: EmbeddingSpace) -> SearchIndex:
    return finish(build_steps(space, request.param))


def test_it_finds_as_many_as_it_says(space: EmbeddingSpace, index: SearchIndex) -> None:
    rng = np.random.default_rng(9)
    rows = rng.choice(np.arange(20, N), 300, replace=False)  # others than those it was measured by
    n_found = 0
    for row in rows.tolist():
        vector = space.vectors[row].astype(np.float64)
        found, scores = finish(index.search_steps(space, vector, 10, (row,)))
        exact, exact_scores = search(space, vector, 10, metric=index.metric, exclude=(row,))
        n_found += len(set(found.tolist()) & set(exact.tolist()))
        known = dict(zip(exact.tolist(), exact_scores.tolist(), strict=True))
        assert all(known.get(at, score) == score for at, score in zip(found.tolist(), scores.tolist(), strict=True))
        assert row not in found
        assert 11 not in found
    assert index.recall >= 0.99
    assert n_found / 3_000 >= index.recall - 0.005
    assert 0 < index.n_bytes < 0.25 * space.vectors.nbytes + 4 * 30 * 30


def test_order_and_ties_are_those_of_exact_search(space: EmbeddingSpace, index: SearchIndex) -> None:
    vector = space.vectors[12].astype(np.float64)
    found, scores = finish(index.search_steps(space, vector, 5))
    exact, exact_scores = search(space, vector, 5, metric=index.metric)
    assert found.tolist() == exact.tolist()
    assert scores.tolist() == exact_scores.tolist()
    if index.metric != "dot":
        assert found[:2].tolist() == [12, 13]


def test_rows_beyond_float32_are_found(space: EmbeddingSpace, index: SearchIndex) -> None:
    vector = space.vectors[14].astype(np.float64)
    found, _ = finish(index.search_steps(space, vector, 3))
    assert found[0] == 14


def test_more_neighbors_than_items(space: EmbeddingSpace, index: SearchIndex) -> None:
    vector = space.vectors[50].astype(np.float64)
    found, _ = finish(index.search_steps(space, vector, 2 * N))
    exact, _ = search(space, vector, 2 * N, metric=index.metric)
    assert found.tolist() == exact.tolist()


def test_the_same_index_is_built_again(space: EmbeddingSpace) -> None:
    one, other = (finish(build_steps(space, "cosine")) for _ in range(2))
    vector = space.vectors[99].astype(np.float64)
    assert (one.depth, one.recall) == (other.depth, other.recall)
    for k in (10, 500):
        assert (
            finish(one.search_steps(space, vector, k))[0].tolist()
            == finish(other.search_steps(space, vector, k))[0].tolist()
        )


def test_a_question_by_the_index_says_so(space: EmbeddingSpace) -> None:
    answer = ask(space, "w77", 10, exact=False)
    assert not answer.exact
    assert answer.recall == space.indexes["cosine"].recall
    assert answer.rows.tolist() == ask(space, "w77", 10).rows.tolist()
    assert list(space.indexes) == ["cosine"]
    assert space.with_notes(()).indexes is space.indexes


def test_where_no_index_can_be_the_answer_is_exact_and_says_so(space: EmbeddingSpace) -> None:
    answer = ask(space, "w77", 10, metric="manhattan", exact=False)
    assert answer.exact
    assert answer.recall is None
    assert "No index serves this question, so every row was looked at; the answer is exact." in answer.remarks
    with pytest.raises(OptionError, match="No index serves Manhattan"):
        finish(build_steps(space, "manhattan"))
    few = _space(np.ones((5, 3), np.float32))
    assert ask(few, "w1", 3, exact=False).exact
    with pytest.raises(OptionError, match="5 items are too few"):
        finish(build_steps(few, "cosine"))


@pytest.mark.parametrize("n_dims", [3, 65, 518])
def test_any_number_of_dimensions(monkeypatch, n_dims: int) -> None:
    monkeypatch.setattr(search_index, "_MOST_ROTATED", 100)
    space = _space(np.random.default_rng(1).normal(size=(1_200, n_dims)).astype(np.float32))
    index = finish(build_steps(space, "cosine"))
    vector = space.vectors[3].astype(np.float64)
    assert (
        finish(index.search_steps(space, vector, 4))[0].tolist()
        == search(space, vector, 4, metric="cosine")[0].tolist()
    )
