"""The kernels that trainers by negative sampling share: draws, chances, losses and steps."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from embedviz import kernels
from embedviz.progress import finish
from embedviz.training.noise import keep_chances, noise_of
from embedviz.training.sampled_text import SAMPLING_KERNELS


@pytest.fixture(scope="module")
def compiled():
    finish(kernels.load([SAMPLING_KERNELS]))
    return sys.modules[SAMPLING_KERNELS]


def test_the_alias_table_holds_the_counts_to_three_quarters(compiled) -> None:
    counts = np.array([900, 400, 400, 31, 30, 7, 5, 5, 1], np.int64)
    noise = noise_of(counts, compiled)
    chances = (noise.chances.astype(np.float64) + 1) / 2**32
    shares = np.zeros(len(counts))
    np.add.at(shares, np.arange(len(counts)), chances / len(counts))
    np.add.at(shares, noise.others, (1 - chances) / len(counts))
    wanted = counts**0.75
    np.testing.assert_allclose(shares, wanted / wanted.sum(), atol=1e-8)
    drawn = noise.draw(np.random.default_rng(3), (200_000,))
    np.testing.assert_allclose(np.bincount(drawn) / len(drawn), wanted / wanted.sum(), atol=0.004)


def test_subsampling_is_that_of_word2vec() -> None:
    from gensim.models import Word2Vec

    counts = {f"w{row}": count for row, count in enumerate([50_000, 20_000, 3_000, 300, 40, 6])}
    peer = Word2Vec(vector_size=4, min_count=1, sample=1e-3, workers=1)
    peer.build_vocab_from_freq(counts)
    theirs = np.array([peer.wv.get_vecattr(word, "sample_int") for word in counts], np.float64) / 2**32
    ours = keep_chances(np.array(list(counts.values()), np.int64), 1e-3) / 2**32
    np.testing.assert_allclose(ours, theirs, atol=1e-6)
    assert (keep_chances(np.array([5, 5], np.int64), 0.0) == 0xFFFFFFFF).all()


def test_loss_and_steps_are_exact_in_float32(compiled) -> None:
    scores = np.concatenate([np.linspace(-120, 120, 4001), [0.0, -0.0, 1e-8, 3e4, -3e4]]).astype(np.float32)
    weights = np.where(np.arange(len(scores)) % 3, np.float32(-1.7), np.float32(1))
    steps = np.empty_like(scores)
    exact = scores.astype(np.float64)
    for one in range(len(scores)):
        loss = compiled.loss_and_steps(scores[one:], weights[one:], 1, np.float32(0.025), steps[one:])
        assert loss == pytest.approx(abs(float(weights[one])) * np.logaddexp(0, exact[one]), rel=1e-6, abs=1e-7)
    with np.errstate(over="ignore"):
        wanted = 0.025 * weights / (1 + np.exp(-exact))
    np.testing.assert_allclose(steps, wanted, rtol=2e-6, atol=1e-20)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_score_that_is_not_finite_is_never_hidden(compiled, bad) -> None:
    scores, steps = np.full(4, bad, np.float32), np.zeros(4, np.float32)
    assert not np.isfinite(compiled.loss_and_steps(scores, np.ones(4, np.float32), 4, np.float32(0.1), steps))
