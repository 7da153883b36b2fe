"""Trigram count models: a case computed by hand, a brute-force reading of the formulas, and sums of 1."""

from __future__ import annotations

import math
from collections import Counter, defaultdict

import numpy as np
import pytest

from embedviz.progress import finish
from embedviz.training.next_word_text import NextWords
from embedviz.training.trigram import jelinek_mercer_chances, kneser_ney_chances, trigram_losses_steps


def as_numbers(triples: list[tuple[int, int, int]], n_symbols: int) -> np.ndarray:
    return np.array([(a * n_symbols + b) * n_symbols + c for a, b, c in triples], np.int64)


def discounts(counts) -> list[float]:
    """Formula 26 of Chen and Goodman, kept between a tenth and the count itself."""
    n = [max(1, sum(count == times for count in counts)) for times in (1, 2, 3, 4)]
    y = n[0] / (n[0] + 2 * n[1])
    raw = [1 - 2 * y * n[1] / n[0], 2 - 3 * y * n[2] / n[1], 3 - 4 * y * n[3] / n[2]]
    return [min(max(0.1, value), most) for most, value in enumerate(raw, 1)]


def brute_kneser_ney(triples, asked, n_symbols):
    """By dictionaries: each order's own counts, a discount by the count, the rest to the order below."""
    three = Counter(triples)
    two = Counter((b, c) for _, b, c in three)
    one = Counter((c,) for _, c in two)

    def chance(run):
        if not run:
            return 1 / n_symbols
        counts = {3: three, 2: two, 1: one}[len(run)]
        followers = {key: count for key, count in counts.items() if key[:-1] == run[:-1]}
        if not followers:
            return chance(run[1:])
        taken = discounts(counts.values())
        take = {key: taken[min(count, 3) - 1] for key, count in followers.items()}
        total = sum(followers.values())
        own = max(followers.get(run, 0) - take.get(run, 0), 0) / total
        return own + sum(take.values()) / total * chance(run[1:])

    return [chance(run) for run in asked]


def test_a_case_by_hand():
    # Seen: 0 1 2 twice and 0 1 0 once. Too few for the formula, so ones lose 1 - 2 * (1/3) * 1 / 1 = 1/3, twos
    # 2 - 3 * (1/3) * 1 / 1 = 1. After 0 1: two of 3 are "2", less 1, so 1/3; 4/9 are left for the order below.
    # There 1 2 and 1 0 count once each (after one word): two ones, so y = 2/4 and 1 - 2 * (1/2) * 1/2 = 1/2 is taken:
    # each 1/4, and 1/2 is left. Below, 2 and 0 count once each of two: 1/4 each and 1/2 left for 1/3 a word.
    lowest = 1 / 4 + 1 / 2 / 3
    middle = 1 / 4 + 1 / 2 * lowest
    highest = 1 / 3 + 4 / 9 * middle
    triples = sorted([(0, 1, 2), (0, 1, 2), (0, 1, 0)])
    found = kneser_ney_chances(np.sort(as_numbers(triples, 3)), as_numbers([(0, 1, 2)], 3), 3)
    assert found.tolist() == pytest.approx([highest])


@pytest.mark.parametrize("seed", range(4))
def test_kneser_ney_is_what_brute_force_finds(seed):
    rng = np.random.default_rng(seed)
    n_symbols = 6
    drawn = np.minimum(rng.geometric(0.35, (300, 3)) - 1, n_symbols - 1)
    triples = [tuple(triple) for triple in drawn.tolist()]
    every = [(a, b, c) for a in range(n_symbols) for b in range(n_symbols) for c in range(n_symbols)]
    found = kneser_ney_chances(np.sort(as_numbers(triples, n_symbols)), as_numbers(every, n_symbols), n_symbols)
    np.testing.assert_allclose(found, brute_kneser_ney(triples, every, n_symbols), rtol=1e-12)
    np.testing.assert_allclose(found.reshape(-1, n_symbols).sum(axis=1), 1)


def brute_shares(triples, run, n_symbols):
    """The shares of all orders, the uniform one first."""
    found = [1 / n_symbols]
    for length in (1, 2, 3):
        heads, runs = Counter(), Counter()
        for triple in triples:
            heads[triple[3 - length : 2]] += 1
            runs[triple[3 - length :]] += 1
        head = heads[run[3 - length : 2]]
        found.append(runs[run[3 - length :]] / head if head else 0)
    return found, heads[run[:2]]


def test_jelinek_mercer_has_the_weights_that_are_most_likely():
    rng = np.random.default_rng(8)
    triples = [tuple(triple) for triple in rng.integers(0, 4, (60, 3)).tolist()]
    asked = [tuple(triple) for triple in rng.integers(0, 4, (40, 3)).tolist()]
    classes = defaultdict(list)
    for place, run in enumerate(asked):
        shares, seen = brute_shares(triples, run, 4)
        classes[math.ceil(math.log2(seen + 1))].append((place, shares))
    expected = np.zeros(len(asked))
    for members in classes.values():
        weights = [0.25] * 4
        for _ in range(40):
            sums = [0.0] * 4
            for _, shares in members:
                whole = sum(weight * share for weight, share in zip(weights, shares, strict=True))
                for order in range(4):
                    sums[order] += weights[order] * shares[order] / whole
            weights = [value / sum(sums) for value in sums]
        for place, shares in members:
            expected[place] = sum(weight * share for weight, share in zip(weights, shares, strict=True))
    found = jelinek_mercer_chances(np.sort(as_numbers(triples, 4)), as_numbers(asked, 4), 4)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_losses_are_means_and_the_better_one_counts():
    words = NextWords(np.array([[2, 2], [2, 0], [0, 1], [1, 0]], np.int32), np.array([0, 1, 0, 2], np.int32))
    losses = finish(trigram_losses_steps(words, words, 3))
    triples = [(2, 2, 0), (2, 0, 1), (0, 1, 0), (1, 0, 2)]
    assert losses.kneser_ney == pytest.approx(-np.mean(np.log(brute_kneser_ney(triples, triples, 3))))
    assert losses.jelinek_mercer == pytest.approx(0, abs=1e-5)  # each pair is followed by one word, as was learned
    assert losses.best == losses.jelinek_mercer


@pytest.mark.parametrize("n_words", [1, 2, 7])
def test_certainty_is_a_loss_of_zero_and_not_below(n_words):
    words = NextWords(np.zeros((n_words, 2), np.int32), np.zeros(n_words, np.int32))
    losses = finish(trigram_losses_steps(words, words, 1))
    for loss in (losses.kneser_ney, losses.jelinek_mercer, losses.best):
        assert loss == pytest.approx(0, abs=1e-12)
        assert math.copysign(1, loss) == 1, "a minus would be read as an error"
