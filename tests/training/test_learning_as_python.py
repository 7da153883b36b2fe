"""The kernels that learn, run as Python, which checks every index: they do what the compiled ones do, on any text."""

from __future__ import annotations

import importlib
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skip_gram_oracle import RATE, corpus_of, learn_at

from embedviz import kernels
from embedviz.progress import finish
from embedviz.training.options import TrainingOptions
from embedviz.training.sampled_text import SAMPLING_KERNELS

TRAINERS = ("skip_gram", "cbow", "fasttext")


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    for name in TRAINERS:
        finish(kernels.load(importlib.import_module(f"embedviz.training.{name}").KERNELS))


@pytest.mark.parametrize("name", TRAINERS)
@given(
    sentences=st.lists(st.lists(st.sampled_from(["a", "ab", "abc", "bcd", "e"]), min_size=1, max_size=9), min_size=1),
    window=st.integers(1, 12),
    negatives=st.integers(1, 6),
    subsample=st.sampled_from([0.0, 0.1]),
    n_threads=st.sampled_from([1, 2]),
)
@settings(deadline=None, max_examples=15)
def test_python_learns_the_same(name, sentences, window, negatives, subsample, n_threads) -> None:
    trainer = importlib.import_module(f"embedviz.training.{name}_model")
    corpus = corpus_of([*sentences[:8], ["a", "b"]])
    options = TrainingOptions(n_dims=2, window=window, negatives=negatives, subsample=subsample, n_buckets=9)
    compiled, plain = (finish(trainer.model_steps(corpus, options, n_threads)) for _ in range(2))
    for model in (compiled, plain):
        model.outputs[:, :2] = np.random.default_rng(1).normal(size=(corpus.n_words, 2))
    sums = np.zeros((2, 3))
    learn_at(compiled.compiled, compiled, RATE, 5, sums[0])
    modules = [sys.modules[each] for each in (SAMPLING_KERNELS, trainer.COMPILED)]
    with pytest.MonkeyPatch.context() as patch, np.errstate(over="ignore"):
        for module in modules:
            for kernel, function in [item for item in vars(module).items() if isinstance(item[1], kernels.Kernel)]:
                patch.setattr(module, kernel, function.py_func)
        learn_at(modules[-1], plain, RATE, 5, sums[1])
    np.testing.assert_allclose(sums[1], sums[0], rtol=1e-4)
    for mine, wanted in zip(plain.state, compiled.state, strict=True):
        np.testing.assert_allclose(mine, wanted, atol=1e-4, rtol=1e-3)
