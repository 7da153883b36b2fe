"""Which words moved: a case by hand, and neighbours, counts and rotations against independent computations."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from scipy.linalg import orthogonal_procrustes
from sklearn.neighbors import NearestNeighbors

from embedviz.analysis.movement import (
    Movement,
    aligned_cosines,
    kept_counts,
    movement_steps,
    nearest_steps,
    procrustes,
)
from embedviz.errors import InputError, OptionError
from embedviz.progress import finish
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source


def at_degrees(**degrees: float) -> EmbeddingSpace:
    """Words on a circle: near angles are neighbours."""
    angles = np.radians(list(degrees.values()))
    return space_of(list(degrees), np.stack([np.cos(angles), np.sin(angles)], axis=1))


def space_of(labels, vectors) -> EmbeddingSpace:
    return EmbeddingSpace(np.asarray(vectors, np.float32), Labels.from_strings(labels), Source("space", "npz"))


def moved(before, after, **options) -> Movement:
    return finish(movement_steps(before, after, **options))


BEFORE = at_degrees(cat=0, dog=10, cow=21, red=90, blue=101, green=113)
TURNED = at_degrees(cat=0, dog=10, red=90, blue=101, green=113, cow=97)  # the cow has become a colour
AFTER = space_of(TURNED.labels, 2 * TURNED.vectors)


def test_a_word_that_changed_sides_stands_first_with_what_it_lost_and_gained() -> None:
    found = moved(BEFORE, AFTER, k=2)
    words = found.words()
    assert words[0].word == "cow"
    assert words[0].row == 5
    assert (words[0].kept, words[0].noise, words[0].is_beyond_noise) == (0, None, False)
    assert words[0].lost == ("dog", "cat")
    assert words[0].gained == ("blue", "red")
    by_word = {word.word: word for word in words}
    # before: cat dog,cow; after: cat dog,red (90 is the next).  red: blue,green -> cow,blue
    assert (by_word["cat"].kept, by_word["cat"].lost, by_word["cat"].gained) == (1, ("cow",), ("red",))
    assert (by_word["red"].kept, by_word["red"].lost, by_word["red"].gained) == (1, ("green",), ("cow",))
    assert (by_word["green"].kept, by_word["green"].lost, by_word["green"].gained) == (1, ("red",), ("cow",))
    assert [word.kept for word in words] == sorted(word.kept for word in words)
    assert found.n_beyond_noise is None
    mean = np.mean([word.kept for word in words])
    assert found.summary.startswith(f"6 words have other vectors now; on average they kept {mean:.1f} of their 2")


def test_a_word_whose_own_vector_is_the_same_stands_last_however_its_neighbours_moved() -> None:
    found = moved(BEFORE, TURNED, noise=AFTER, k=2)
    assert [word.word for word in found.words() if not word.stayed] == ["cow"]
    assert found.words()[0].word == "cow"
    assert found.n_stayed == 5
    assert found.n_beyond_noise == 1
    assert [word.kept for word in found.words()[1:]] == [1] * 5
    assert not any(word.is_beyond_noise for word in found.words()[1:])
    assert found.summary.startswith("1 of 1 words moved more than two seeds differ. On average they kept 0.0 of")
    assert found.summary.endswith("5 words have the very same vectors as before.")


def test_what_two_seeds_differ_in_is_taken_off() -> None:
    other = at_degrees(cat=0, dog=10, red=113, blue=101, green=90, cow=97)  # red and green have changed places
    found = moved(BEFORE, AFTER, noise=other, k=2)
    by_word = {word.word: word for word in found.words()}
    assert (by_word["cow"].kept, by_word["cow"].noise) == (0, 1)  # blue, red; by the other seed blue, green
    assert by_word["cow"].is_beyond_noise
    assert (by_word["red"].kept, by_word["red"].noise) == (1, 2)
    assert (by_word["dog"].kept, by_word["dog"].noise) == (1, 1)
    assert not by_word["dog"].is_beyond_noise
    beyond = [word.kept - word.noise for word in found.words()]
    assert beyond == sorted(beyond)
    assert found.n_beyond_noise == sum(each < 0 for each in beyond)
    assert found.summary.startswith(f"{found.n_beyond_noise} of 6 words moved more than two seeds differ.")


def test_nothing_moved_where_a_space_is_only_turned() -> None:
    rng = np.random.default_rng(2)
    vectors = rng.normal(size=(200, 8))
    turn, _ = np.linalg.qr(rng.normal(size=(8, 8)))
    labels = [f"w{row}" for row in range(200)]
    found = moved(space_of(labels, vectors), space_of(labels, 3 * vectors @ turn))
    assert (found.kept == 10).all()
    np.testing.assert_allclose(found.cosines, 1.0, atol=1e-5)
    assert all(not word.lost and not word.gained for word in found.words(5))


def test_spaces_of_other_dimensions_have_neighbours_to_compare_but_no_angle() -> None:
    vectors = np.random.default_rng(3).normal(size=(30, 4))
    labels = [f"w{row}" for row in range(30)]
    found = moved(space_of(labels, vectors), space_of(labels, np.hstack([vectors, np.zeros((30, 2))])), k=5)
    assert found.cosines is None
    assert (found.kept == 5).all()


def test_only_shared_words_with_a_direction_take_part_the_first_of_each_label() -> None:
    after = space_of(
        ["", "cat", "dog", "cat", "odd", "flat", "cow", "new", "red"],
        [[1, 0], [1, 0], [1, 0.1], [0, 1], [np.nan, 1], [0, 0], [1, 0.2], [1, 1], [0, 1]],
    )
    before = space_of(["cow", "dog", "odd", "flat", "cat", "", "gone", "red"], np.eye(8, 2) + 0.5)
    found = moved(before, after, k=10)
    assert sorted(found.labels) == ["cat", "cow", "dog", "red"]
    assert sorted(found.rows.tolist()) == [1, 2, 6, 8]
    assert found.k == 3
    assert (found.kept == 3).all()
    assert found.is_all


def test_of_many_words_the_first_of_the_space_after_are_compared_and_that_is_said() -> None:
    labels = [f"w{row}" for row in range(50)]
    vectors = np.random.default_rng(3).normal(size=(50, 4))
    found = moved(space_of(labels, vectors), space_of(labels[::-1], vectors[::-1]), most=20, k=3)
    assert sorted(found.labels) == sorted(labels[::-1][:20])
    assert not found.is_all
    assert "the 20 most frequent shared words" in found.summary.casefold()
    assert moved(space_of(labels, vectors), space_of(labels, vectors), most=50).is_all


@pytest.mark.parametrize("n", [0, 1, 2])
def test_too_few_shared_words_are_refused(n) -> None:
    labels = [f"w{row}" for row in range(5)]
    other = [*labels[:n], *"xyz"]
    with pytest.raises(InputError, match=f"share {n} word"):
        moved(space_of(labels, np.eye(5)), space_of(other, np.eye(len(other), 5) + 1))


@pytest.mark.parametrize("options", [{"k": 0}, {"most": 2}])
def test_impossible_options_are_refused(options) -> None:
    with pytest.raises(OptionError):
        moved(BEFORE, AFTER, **options)


@given(n=st.integers(3, 300), n_dims=st.integers(2, 20), seed=st.integers(0, 1000))
def test_neighbours_are_those_of_brute_force(n, n_dims, seed) -> None:
    vectors = np.random.default_rng(seed).normal(size=(n, n_dims))
    units = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    k = min(10, n - 1)
    found = finish(nearest_steps(units, k))
    oracle = NearestNeighbors(n_neighbors=k, metric="cosine", algorithm="brute").fit(units.astype(np.float64))
    distances, _ = oracle.kneighbors()
    own = 1 - np.einsum("id,ijd->ij", units.astype(np.float64), units[found].astype(np.float64))
    np.testing.assert_allclose(own, distances, atol=1e-6)
    assert not (found == np.arange(n)[:, None]).any()
    assert all(len(set(row)) == k for row in found.tolist())


@given(n=st.integers(1, 60), k=st.integers(1, 12), seed=st.integers(0, 1000))
def test_kept_neighbours_are_those_of_both_sets(n, k, seed) -> None:
    rng = np.random.default_rng(seed)
    one, other = (np.array([rng.permutation(30)[:k] for _ in range(n)], np.int32) for _ in range(2))
    expected = [len(set(a) & set(b)) for a, b in zip(one.tolist(), other.tolist(), strict=True)]
    assert kept_counts(one, other).tolist() == expected


@given(n=st.integers(5, 100), n_dims=st.integers(1, 12), seed=st.integers(0, 1000))
def test_the_rotation_is_scipys(n, n_dims, seed) -> None:
    rng = np.random.default_rng(seed)
    one = rng.normal(size=(n, n_dims))
    other = one @ np.linalg.qr(rng.normal(size=(n_dims, n_dims)))[0] + 0.1 * rng.normal(size=(n, n_dims))
    rotation = procrustes(one, other)
    np.testing.assert_allclose(rotation.T @ rotation, np.eye(n_dims), atol=1e-10)
    if n >= n_dims:
        np.testing.assert_allclose(rotation, orthogonal_procrustes(one, other)[0], atol=1e-6)


def test_aligned_cosines_are_those_of_the_turned_rows() -> None:
    rng = np.random.default_rng(1)
    one, other = (rng.normal(size=(40, 5)) for _ in range(2))
    one, other = (each / np.linalg.norm(each, axis=1, keepdims=True) for each in (one, other))
    turned = one @ orthogonal_procrustes(one, other)[0]
    expected = (turned * other).sum(axis=1)
    np.testing.assert_allclose(aligned_cosines(one.astype(np.float32), other.astype(np.float32)), expected, atol=1e-5)
