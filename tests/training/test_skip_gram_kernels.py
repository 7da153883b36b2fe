"""The compiled kernels of skip-gram beside plain numpy: draws, losses, steps and the whole learning of a slice."""

from __future__ import annotations

import numpy as np
import pytest
from skip_gram_oracle import RATE, compiled_kernels, corpus_of, learned_plainly

from embedviz.progress import finish
from embedviz.training.noise import keep_chances, noise_of
from embedviz.training.options import TrainingOptions
from embedviz.training.skip_gram_model import model_steps


@pytest.fixture(scope="module")
def compiled():
    return compiled_kernels()


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


@pytest.mark.parametrize("subsample", [0.0, 0.02])
def test_a_slice_is_learned_as_plain_numpy_learns_it(compiled, subsample) -> None:
    rng = np.random.default_rng(5)
    corpus = corpus_of([[f"w{min(int(word), 29)}" for word in rng.zipf(1.4, 12)] for _ in range(60)])
    options = TrainingOptions(n_dims=10, window=4, negatives=3, subsample=subsample, learning_rate=0.1, seed=9)
    model = finish(model_steps(corpus, options, compiled, 1))
    model.outputs[:, :10] = rng.normal(size=(corpus.n_words, 10))
    inputs, outputs = model.inputs.astype(np.float64), model.outputs.astype(np.float64)
    sums = np.zeros(3)
    n_sentences = len(model.parts.is_heldout)
    compiled.learn(
        corpus.tokens,
        model.parts.sentence_starts,
        model.parts.is_heldout,
        0,
        n_sentences,
        model.keep,
        model.noise.chances,
        model.noise.others,
        model.inputs,
        model.outputs,
        options.window,
        options.negatives,
        RATE,
        RATE,
        np.array([12345], np.uint64),
        sums,
        *model.room(0, n_sentences),
    )
    loss, n_pairs = learned_plainly(model, inputs, outputs, 12345)
    assert n_pairs == sums[1] > 100
    assert sums[0] == pytest.approx(loss, rel=1e-5)
    np.testing.assert_allclose(model.inputs, inputs, atol=2e-5)
    np.testing.assert_allclose(model.outputs, outputs, atol=2e-5)
    assert not model.inputs[:, 10:].any(), "padding stays zero"


@pytest.mark.parametrize("n_threads", [1, 2])
def test_a_slice_is_left_where_a_halt_is_asked_for(compiled, n_threads) -> None:
    corpus = corpus_of([[f"w{row % 40}" for row in range(900)]])
    model = finish(model_steps(corpus, TrainingOptions(n_dims=8, subsample=0.0), compiled, n_threads))
    inputs, sums = model.inputs.copy(), np.array([0.0, 0.0, 1.0])
    for position in range(model.n_slices):
        model.learn(0, position, sums)
    assert sums.tolist() == [0, 0, 1]
    assert np.array_equal(model.inputs, inputs)
