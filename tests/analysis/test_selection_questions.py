"""Questions about a selection, and lines, radii and mutual neighbours: against plain numpy, scipy and scikit-learn."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
from scipy.spatial.distance import cdist, pdist
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import NearestNeighbors

from embedviz.analysis import (
    extreme_pairs_steps,
    line_between_steps,
    mutual_neighbors_steps,
    odd_one_out_steps,
    similarity_matrix_steps,
    within_radius_steps,
)
from embedviz.errors import OptionError
from embedviz.progress import finish
from embedviz.space import EmbeddingSpace

METRICS = ("cosine", "dot", "euclidean", "manhattan")


def scores_of(one: np.ndarray, other: np.ndarray, metric: str) -> np.ndarray:
    one, other = one.astype(np.float64), other.astype(np.float64)
    if metric == "dot":
        return one @ other.T
    distances = cdist(one, other, {"manhattan": "cityblock"}.get(metric, metric))
    return 1 - distances if metric == "cosine" else distances


@pytest.mark.parametrize("metric", METRICS)
def test_the_odd_one_out(awkward: EmbeddingSpace, metric: str) -> None:
    rows = np.array([0, 3, 5, 8, 11, 20, 33, 60])
    found = finish(odd_one_out_steps(awkward, rows, metric))
    kept = [row for row in rows if row != 33 and (row != 20 or metric != "cosine")]
    vectors = awkward.vectors[kept].astype(np.float64)
    if metric == "cosine":
        vectors /= np.linalg.norm(vectors, axis=1)[:, None]
    expected = [
        scores_of(vectors[at][None], np.delete(vectors, at, axis=0).mean(axis=0)[None], metric)[0, 0]
        for at in range(len(kept))
    ]
    sign = 1 if metric in ("cosine", "dot") else -1
    order = np.lexsort((kept, sign * np.round(expected, 12)))
    assert found.rows.tolist() == [kept[at] for at in order]
    assert found.scores == pytest.approx([expected[at] for at in order])
    assert found.margin == pytest.approx(abs(expected[order[0]] - expected[order[1]]))
    assert found.n_left_out == len(rows) - len(kept)


def test_cereal_is_no_meal(words: EmbeddingSpace) -> None:
    rows = np.array([words.row(word) for word in ("monday", "tuesday", "friday", "potato", "sunday")])
    assert words.labels[int(finish(odd_one_out_steps(words, rows)).rows[0])] == "potato"
    with pytest.raises(OptionError, match="at least 3"):
        finish(odd_one_out_steps(words, rows[:2]))


@pytest.mark.parametrize("metric", METRICS)
def test_the_most_and_least_similar_pairs(awkward: EmbeddingSpace, metric: str) -> None:
    rows = np.arange(40)
    found = finish(extreme_pairs_steps(awkward, rows, 9, metric))
    kept = [row for row in rows if row != 33 and row != 34 and (row not in (20, 21) or metric != "cosine")]
    scores = np.round(scores_of(awkward.vectors[kept], awkward.vectors[kept], metric), 9)
    sign = -1 if metric in ("cosine", "dot") else 1
    pairs = [(sign * scores[i, j], kept[i], kept[j]) for i, j in combinations(range(len(kept)), 2)]
    assert found.nearest.tolist() == [list(pair[1:]) for pair in sorted(pairs)[:9]]
    farthest = sorted((-value, i, j) for value, i, j in pairs)[:9]
    assert found.farthest.tolist() == [list(pair[1:]) for pair in farthest]
    assert found.nearest_scores == pytest.approx([sign * pair[0] for pair in sorted(pairs)[:9]], abs=1e-8)
    assert found.farthest_scores == pytest.approx([-sign * pair[0] for pair in farthest], abs=1e-8)
    assert found.n_pairs == len(pairs)
    with pytest.raises(OptionError, match="at most 2,000"):
        finish(
            extreme_pairs_steps(
                awkward.__class__(np.zeros((2001, 2), np.float32) + 1, _labels(2001), awkward.source), np.arange(2001)
            )
        )


def _labels(n: int):
    from embedviz.space import Labels

    return Labels.from_strings([str(at) for at in range(n)])


@pytest.mark.parametrize("metric", METRICS)
def test_the_matrix_is_ordered_as_scipy_orders_it(words: EmbeddingSpace, metric: str) -> None:
    rows = np.arange(40, 100)
    found = finish(similarity_matrix_steps(words, rows[::-1], metric))
    expected = scores_of(words.vectors[found.rows], words.vectors[found.rows], metric)
    np.testing.assert_allclose(found.scores, expected, rtol=1e-7, atol=1e-7)
    assert (found.scores == found.scores.T).all()
    assert sorted(found.rows.tolist()) == rows.tolist()
    if metric != "dot":
        gaps = pdist(words.vectors[rows].astype(np.float64), {"manhattan": "cityblock"}.get(metric, metric))
        order = leaves_list(optimal_leaf_ordering(linkage(gaps, "average"), gaps))
        assert found.rows.tolist() in (rows[order].tolist(), rows[order[::-1]].tolist())


def test_matrices_that_cannot_be(awkward: EmbeddingSpace, words: EmbeddingSpace) -> None:
    assert finish(similarity_matrix_steps(awkward, np.array([0, 1, 20]))).n_left_out == 1
    with pytest.raises(OptionError, match="501 items"):
        finish(similarity_matrix_steps(words, np.arange(501)))
    with pytest.raises(OptionError, match="from 0 to 119"):
        finish(similarity_matrix_steps(awkward, np.array([0, 120])))


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_places_on_a_line(awkward: EmbeddingSpace, metric: str) -> None:
    found = finish(line_between_steps(awkward, 0, 1, 15, metric))
    vectors = awkward.vectors.astype(np.float64)
    if metric == "cosine":
        with np.errstate(all="ignore"):
            vectors = vectors / np.linalg.norm(vectors, axis=1)[:, None]
    way = vectors[1] - vectors[0]
    with np.errstate(all="ignore"):
        places = (vectors - vectors[0]) @ way / (way @ way)
        distances = np.linalg.norm(vectors - vectors[0] - places[:, None] * way, axis=1)
    np.testing.assert_allclose(found.all_places, np.where(np.isfinite(distances), places, np.nan), rtol=1e-9, atol=1e-9)
    between = [row for row in range(120) if 0 <= places[row] <= 1 and row > 1]
    near = sorted(between, key=lambda row: (round(distances[row], 12), row))[:15]
    near.sort(key=lambda row: (round(places[row], 12), row))
    assert found.rows.tolist() == near
    assert found.places == pytest.approx(places[near])
    assert found.distances == pytest.approx(distances[near])
    assert found.length == pytest.approx(np.linalg.norm(way))
    assert found.n_between == len(between)


def test_lines_that_cannot_be(awkward: EmbeddingSpace) -> None:
    for ends, why in (((3, 11), "same vector"), ((0, 20), "no place"), ((0, 120), "no item")):
        with pytest.raises(OptionError, match=why):
            finish(line_between_steps(awkward, *ends))


@pytest.mark.parametrize(("metric", "limit"), [("cosine", 0.4), ("dot", 2.0), ("euclidean", 3.5), ("manhattan", 8.0)])
def test_all_within_a_radius(awkward: EmbeddingSpace, metric: str, limit: float) -> None:
    found = finish(within_radius_steps(awkward, 3, limit, metric))
    kept = np.array(
        [row for row in range(120) if row not in (33, 34, 3) and (row not in (20, 21) or metric != "cosine")]
    )
    scores = scores_of(awkward.vectors[[3]], awkward.vectors[kept], metric)[0]
    sign = -1 if metric in ("cosine", "dot") else 1
    inside = [
        (round(sign * value, 9), row) for value, row in zip(scores, kept, strict=True) if sign * value <= sign * limit
    ]
    assert found.rows.tolist() == [row for _, row in sorted(inside)]
    assert 3 < len(found.rows) < len(kept)
    assert found.n_ranked == len(kept)


def test_a_radius_that_cannot_be(awkward: EmbeddingSpace) -> None:
    for center, limit, why in ((20, 0.5, "direction"), (0, np.nan, "give a number")):
        with pytest.raises(OptionError, match=why):
            finish(within_radius_steps(awkward, center, limit))


def test_mutual_neighbors(words: EmbeddingSpace) -> None:
    row = words.row("coffee")
    found = finish(mutual_neighbors_steps(words, row, 8))
    peer = NearestNeighbors(n_neighbors=9, metric="cosine", algorithm="brute").fit(words.vectors)
    own = [near for near in peer.kneighbors(words.vectors[[row]])[1][0].tolist() if near != row]
    assert found.rows.tolist() == own
    for near, rank in zip(own, found.ranks_back.tolist(), strict=True):
        theirs = [each for each in peer.kneighbors(words.vectors[[near]])[1][0].tolist() if each != near]
        assert rank == (theirs.index(row) + 1 if row in theirs else 0)
    assert found.n_mutual == np.count_nonzero(found.ranks_back)


def test_distances_agree_with_scikit_learn(words: EmbeddingSpace) -> None:
    rows = np.arange(20)
    found = finish(similarity_matrix_steps(words, rows, "manhattan"))
    expected = pairwise_distances(words.vectors[found.rows].astype(np.float64), metric="manhattan")
    np.testing.assert_allclose(found.scores, expected)
