"""The compiled kernel of skip-gram beside plain numpy: the learning of a slice."""

from __future__ import annotations

import numpy as np
import pytest
from skip_gram_oracle import RATE, compiled_kernels, corpus_of, learn_at, learned_plainly

from embedviz.progress import finish
from embedviz.training.options import TrainingOptions
from embedviz.training.skip_gram_model import model_steps


@pytest.fixture(scope="module")
def compiled():
    return compiled_kernels()


@pytest.mark.parametrize("subsample", [0.0, 0.02])
def test_a_slice_is_learned_as_plain_numpy_learns_it(compiled, subsample) -> None:
    rng = np.random.default_rng(5)
    corpus = corpus_of([[f"w{min(int(word), 29)}" for word in rng.zipf(1.4, 12)] for _ in range(60)])
    options = TrainingOptions(n_dims=10, window=4, negatives=3, subsample=subsample, learning_rate=0.1, seed=9)
    model = finish(model_steps(corpus, options, 1))
    model.outputs[:, :10] = rng.normal(size=(corpus.n_words, 10))
    inputs, outputs = model.inputs.astype(np.float64), model.outputs.astype(np.float64)
    sums = np.zeros(3)
    learn_at(compiled, model, RATE, 12345, sums)
    loss, n_pairs = learned_plainly(model, inputs, outputs, 12345)
    assert n_pairs == sums[1] > 100
    assert sums[0] == pytest.approx(loss, rel=1e-5)
    np.testing.assert_allclose(model.inputs, inputs, atol=2e-5)
    np.testing.assert_allclose(model.outputs, outputs, atol=2e-5)
    assert not model.inputs[:, 10:].any(), "padding stays zero"


@pytest.mark.parametrize("n_threads", [1, 2])
def test_a_slice_is_left_where_a_halt_is_asked_for(compiled, n_threads) -> None:
    corpus = corpus_of([[f"w{row % 40}" for row in range(900)]])
    model = finish(model_steps(corpus, TrainingOptions(n_dims=8, subsample=0.0), n_threads))
    inputs, sums = model.inputs.copy(), np.array([0.0, 0.0, 1.0])
    for position in range(model.n_slices):
        model.learn(0, position, sums)
    assert sums.tolist() == [0, 0, 1]
    assert np.array_equal(model.inputs, inputs)
