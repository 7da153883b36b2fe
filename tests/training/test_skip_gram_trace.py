"""The sentence of an epoch, on neighborhoods made by hand and beside scikit-learn's nearest neighbors."""

from __future__ import annotations

import numpy as np

from embedviz.progress import finish
from embedviz.space.labels import Labels
from embedviz.training.trace import change_sentence, first_sentence, kept_neighbors, neighborhoods_steps


def test_neighborhoods_agree_with_scikit_learn() -> None:
    from sklearn.neighbors import NearestNeighbors

    vectors = np.random.default_rng(8).normal(size=(700, 12)).astype(np.float32)
    ours = finish(neighborhoods_steps(vectors, 600))
    theirs = NearestNeighbors(n_neighbors=11, metric="cosine", algorithm="brute").fit(vectors[:600])
    assert np.array_equal(ours, theirs.kneighbors(vectors[:600], return_distance=False)[:, 1:])
    assert finish(neighborhoods_steps(vectors[:4], 600)).shape == (4, 3)


def test_the_sentence_names_who_moved_and_how_many_stayed() -> None:
    words = Labels.from_strings(["the", "paris", "king", "river", "so"] + [f"w{row}" for row in range(15)])
    before = np.tile(np.arange(10, dtype=np.int32) + 100, (20, 1))
    after = before[:, ::-1].copy()
    for row, moved in ((1, 10), (2, 8), (3, 4), (4, 3)):
        after[row, :moved] = np.arange(moved) + 500
    assert kept_neighbors(before, after)[:6].tolist() == [10, 0, 2, 6, 7, 10]
    settled = "85 % of all 20 words kept at least 7 of 10."
    assert (
        change_sentence(words, before, after) == f"“paris”, “king” and “river” changed their neighbours most; {settled}"
    )
    more = Labels.from_strings(f"w{row}" for row in range(30))
    assert "of the 20 most frequent words kept" in change_sentence(more, before, after)
    still = "No word changed its neighbours; 100 % of all 20 words kept at least 7 of 10."
    assert change_sentence(words, before, before) == still
    after[:, :] = before
    after[2, 0] = 999
    assert change_sentence(words, before, after).startswith("“king” changed its neighbours most; 100 %")


def test_the_first_sentence_names_pairs_once() -> None:
    words = Labels.from_strings(["king", "queen", "sea", "ship", "x" * 60])
    nearest = np.array([[1, 2], [0, 2], [3, 0], [2, 0], [0, 1]], np.int32)
    long = "x" * 23 + "…"
    assert first_sentence(words, nearest) == (
        f"The first neighbourhoods: “king” is nearest to “queen”, “sea” to “ship” and “{long}” to “king”."
    )
    assert first_sentence(words, nearest[:1]) == "The first neighbourhoods: “king” is nearest to “queen”."


def test_many_dimensions_compare_fewer_words_in_small_steps() -> None:
    vectors = np.random.default_rng(8).normal(size=(900, 5_000)).astype(np.float32)
    nearest = finish(neighborhoods_steps(vectors))
    assert nearest.shape == (632, 10)
    assert nearest.max() < 632
    assert sum(1 for _ in neighborhoods_steps(vectors)) == 10, "64 words at once"
