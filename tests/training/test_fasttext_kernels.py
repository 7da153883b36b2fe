"""The compiled kernels of sub-word skip-gram beside plain numpy: parts, composed vectors, the learning of a slice."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from fasttext_oracle import buckets_of, learned_plainly
from hypothesis import given, settings
from hypothesis import strategies as st
from skip_gram_oracle import RATE, corpus_of, learn_at

from embedviz import kernels
from embedviz.progress import finish
from embedviz.space.labels import Labels
from embedviz.training import fasttext_model
from embedviz.training.fasttext import KERNELS
from embedviz.training.fasttext_model import model_steps
from embedviz.training.options import TrainingOptions
from embedviz.training.word_parts import most_part_rows, word_parts_steps


@pytest.fixture(scope="module")
def compiled():
    finish(kernels.load(KERNELS))
    return sys.modules[KERNELS[-1]]


def words_of(n_words: int, rng: np.random.Generator) -> list[str]:
    letters = np.array(list("abcdé"))
    return sorted({"".join(rng.choice(letters, rng.integers(1, 8))) for _ in range(n_words)})


@given(
    words=st.lists(st.text("abé日𝄞", min_size=0, max_size=9), max_size=9, unique=True),
    min_n=st.integers(1, 4),
    more=st.integers(0, 3),
    n_buckets=st.sampled_from([1, 7, 1000]),
)
@settings(deadline=None)
def test_parts_are_those_of_fasttext(words, min_n, more, n_buckets) -> None:
    options = TrainingOptions(min_n=min_n, max_n=min_n + more, n_buckets=n_buckets)
    counts = np.arange(len(words), 0, -1) ** 2.0
    parts = finish(word_parts_steps(Labels.from_strings(words), counts, options))
    rows_of = dict(zip(*parts.kept.tolist(), strict=True))
    wanted = [buckets_of(word, min_n, min_n + more, n_buckets) for word in words]
    used = {bucket for buckets in wanted for bucket in buckets}
    assert sorted(used) == parts.kept[0].tolist()
    assert sorted(rows_of.values()) == list(range(parts.n_rows))
    assert parts.n_rows <= max(1, most_part_rows(words, options))
    n_read = np.zeros(parts.n_rows)
    for word, buckets in enumerate(wanted):
        rows = parts.rows[parts.starts[word] : parts.starts[word + 1]].tolist()
        assert rows == [rows_of[bucket] for bucket in buckets]
        np.add.at(n_read, rows, counts[word])
    assert (np.diff(n_read) <= 0).all(), "those that are read most often stand first"


def test_words_are_composed_of_their_rows(compiled) -> None:
    rng = np.random.default_rng(3)
    words = words_of(60, rng)
    corpus = corpus_of([[words[row] for row in rng.integers(len(words), size=8)] for _ in range(50)])
    model = finish(model_steps(corpus, TrainingOptions(n_dims=20, min_n=2, max_n=4, n_buckets=90), 1))
    rows_of = dict(zip(*model.parts.kept.tolist(), strict=True))
    for word in range(corpus.n_words):
        rows = [model.part_inputs[rows_of[bucket]] for bucket in buckets_of(corpus.words[word], 2, 4, 90)]
        wanted = np.mean([model.inputs[word], *rows], axis=0)
        np.testing.assert_allclose(model.rows(word, word + 1)[0], wanted[:20], atol=1e-7)


@pytest.mark.parametrize("n_hot", [0, 5, 400])
@pytest.mark.parametrize("subsample", [0.0, 0.02])
def test_a_slice_is_learned_as_plain_numpy_learns_it(compiled, monkeypatch, n_hot, subsample) -> None:
    monkeypatch.setattr(fasttext_model, "_N_HOT_WORDS", n_hot)
    monkeypatch.setattr(fasttext_model, "_WORDS_TO_A_HOT_ONE", 1)
    rng = np.random.default_rng(5)
    words = words_of(60, rng)
    corpus = corpus_of([[words[min(int(row), len(words)) - 1] for row in rng.zipf(1.4, 12)] for _ in range(400)])
    options = TrainingOptions(n_dims=10, window=2, negatives=3, subsample=subsample, min_n=2, max_n=3, n_buckets=50)
    model = finish(model_steps(corpus, options, 1))
    model.outputs[:, :10] = 0.1 * rng.normal(size=(corpus.n_words, 10))
    assert model.n_hot_words == min(n_hot, corpus.n_words)
    states = [matrix.astype(np.float64) for matrix in model.state]
    sums = np.zeros(3)
    learn_at(compiled, model, RATE, 12345, sums)
    loss, n_pairs = learned_plainly(model, *states, 12345)
    assert n_pairs == sums[1] > 100
    assert sums[0] == pytest.approx(loss, rel=1e-4)
    for mine, wanted in zip(model.state, states, strict=True):
        np.testing.assert_allclose(mine, wanted, atol=2e-3, rtol=1e-3)
        assert not mine[:, 10:].any(), "padding stays zero"
    seen = model.composed.copy()
    finish(model.compose_steps())
    first_hot = slice(0, model.n_hot_words)
    np.testing.assert_allclose(seen[first_hot], model.composed[first_hot], atol=1e-6)


@pytest.mark.parametrize("n_threads", [1, 2])
def test_a_slice_is_left_where_a_halt_is_asked_for(compiled, n_threads) -> None:
    corpus = corpus_of([[f"w{row % 40}" for row in range(900)]])
    model = finish(model_steps(corpus, TrainingOptions(n_dims=8, subsample=0.0), n_threads))
    before, sums = [matrix.copy() for matrix in model.state], np.array([0.0, 0.0, 1.0])
    for position in range(model.n_slices):
        model.learn(0, position, sums)
    assert sums.tolist() == [0, 0, 1]
    for mine, old in zip(model.state, before, strict=True):
        assert np.array_equal(mine, old)
