"""Held-out sentences: which, how many pairs, and figures that agree with plain numpy."""

from __future__ import annotations

import numpy as np
import pytest
from skip_gram_oracle import corpus_of, sampling_kernels

from embedviz.progress import finish
from embedviz.training.heldout import MOST_PAIRS, Heldout, draw_heldout, pairs_to_measure, split
from embedviz.training.noise import keep_chances, noise_of


def random_corpus(n_sentences: int, length: int, seed: int = 1):
    rng = np.random.default_rng(seed)
    return corpus_of([[f"w{word}" for word in rng.integers(40, size=length)] for _ in range(n_sentences)])


def drawn_from(corpus, *, window=3, negatives=4, subsample=0.0, seed=1):
    rng = np.random.default_rng(seed)
    parts = split(corpus, rng)
    keep, noise = keep_chances(corpus.counts, subsample), noise_of(corpus.counts, sampling_kernels())
    return parts, draw_heldout(corpus, parts, keep, noise, window=window, negatives=negatives, rng=rng)


@pytest.mark.parametrize(("n_sentences", "held"), [(2, 1), (30, 1), (100, 1), (250, 2), (1000, 10)])
def test_one_sentence_of_a_hundred_is_held_out(n_sentences: int, held: int) -> None:
    parts = split(random_corpus(n_sentences, 6), np.random.default_rng(2))
    assert parts.is_heldout.sum() == held
    assert len(parts.is_heldout) == n_sentences


def test_sentences_of_one_word_are_not_held_out() -> None:
    corpus = corpus_of([["a"]] * 60 + [["a", "b"]] * 2)
    assert np.flatnonzero(split(corpus, np.random.default_rng(2)).is_heldout)[0] >= 60


def test_of_a_single_sentence_the_end_is_held_out() -> None:
    corpus = random_corpus(1, 900)
    parts = split(corpus, np.random.default_rng(2))
    assert parts.sentence_starts.tolist() == [0, 891, 900]
    assert parts.is_heldout.tolist() == [False, True]
    assert not split(corpus_of([["a", "b", "a"]]), np.random.default_rng(2)).is_heldout.any()


def test_pairs_stand_within_the_window_of_held_out_sentences() -> None:
    corpus = random_corpus(300, 9)
    parts, heldout = drawn_from(corpus, window=3)
    allowed = set()
    for sentence in np.flatnonzero(parts.is_heldout):
        words = corpus.tokens[parts.sentence_starts[sentence] : parts.sentence_starts[sentence + 1]].tolist()
        allowed |= {(words[i], words[j]) for i in range(9) for j in range(9) if 0 < abs(i - j) <= 3}
    assert set(zip(heldout.words.tolist(), heldout.contexts.tolist(), strict=True)) <= allowed
    expected = 3 * sum((9 - d) * 2 * (3 - d + 1) / 3 for d in (1, 2, 3))
    assert len(heldout.words) == pytest.approx(expected, rel=0.25)
    assert heldout.drawn.shape == (len(heldout.words), 4)


def test_at_most_ten_thousand_pairs_and_the_same_for_a_seed() -> None:
    corpus = random_corpus(4000, 80)
    _, first = drawn_from(corpus, window=6)
    _, again = drawn_from(corpus, window=6)
    _, other = drawn_from(corpus, window=6, seed=2)
    assert len(first.words) == MOST_PAIRS
    assert np.array_equal(first.words, again.words)
    assert np.array_equal(first.drawn, again.drawn)
    assert not np.array_equal(first.drawn, other.drawn)


def test_subsampling_holds_and_never_leaves_nothing() -> None:
    corpus = random_corpus(3000, 20)
    _, whole = drawn_from(corpus)
    _, thinned = drawn_from(corpus, subsample=0.001)
    assert 0 < len(thinned.words) < 0.6 * len(whole.words)
    _, rescued = drawn_from(corpus_of([["a", "b"]] * 4), subsample=1e-9)
    assert len(rescued.words) == 2


def test_the_figures_agree_with_plain_numpy() -> None:
    rng = np.random.default_rng(4)
    inputs, outputs = rng.normal(size=(2, 40, 16)).astype(np.float32)
    _, heldout = drawn_from(random_corpus(900, 30))
    losses, wins = [], []
    for word, context, drawn in zip(heldout.words, heldout.contexts, heldout.drawn, strict=True):
        true = np.dot(inputs[word].astype(float), outputs[context].astype(float))
        loss = -np.log(1 / (1 + np.exp(-true)))
        for other in drawn:
            if other != context:
                loss -= np.log(1 / (1 + np.exp(np.dot(inputs[word].astype(float), outputs[other].astype(float)))))
        rival = np.dot(inputs[word].astype(float), outputs[drawn[0]].astype(float))
        losses.append(loss)
        wins.append(0.5 if drawn[0] == context else float(true > rival))
    loss, accuracy = finish(heldout.measure_steps(inputs, outputs))
    assert loss == pytest.approx(np.mean(losses), rel=1e-6)
    assert accuracy == pytest.approx(np.mean(wins), abs=1e-9)


def test_vectors_that_know_nothing_are_at_chance() -> None:
    _, heldout = drawn_from(random_corpus(900, 30), negatives=5)
    zeros = np.zeros((40, 16), np.float32)
    loss, accuracy = finish(heldout.measure_steps(zeros, zeros))
    n_counted = (heldout.drawn != heldout.contexts[:, None]).sum(axis=1).mean()
    assert loss == pytest.approx((1 + n_counted) * np.log(2))
    assert accuracy == 0.5
    nothing = np.zeros(0, np.int32)
    assert np.isnan(finish(Heldout(nothing, nothing, np.zeros((0, 5), np.int32)).measure_steps(zeros, zeros))).all()


def test_wide_windows_and_many_negatives_are_measured_on_less() -> None:
    assert pairs_to_measure(5, 112) == MOST_PAIRS
    assert pairs_to_measure(50, 1_008) < 2_000
    assert pairs_to_measure(1_000, 10_000) == 200
    rng = np.random.default_rng(1)
    corpus = random_corpus(40_000, 5)
    parts = split(corpus, rng)
    keep, noise = keep_chances(corpus.counts, 0.0), noise_of(corpus.counts, sampling_kernels())
    heldout = draw_heldout(corpus, parts, keep, noise, window=1_000, negatives=2, rng=rng, most_pairs=300)
    assert heldout.drawn.shape == (300, 2)
    inputs, outputs = rng.normal(size=(2, 40, 1_000)).astype(np.float32)
    steps = heldout.measure_steps(inputs, outputs)
    n_steps = sum(1 for _ in steps)
    assert n_steps == 4, "75 pairs of 2 negatives in 1,000 dimensions at once"
