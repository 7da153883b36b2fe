"""PPMI and its decomposition beside scipy's, computed from counts of plain Python."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import svds
from skip_gram_oracle import corpus_of, grouped_sentences
from test_cooccurrence import counted_plainly
from test_skip_gram import same_group_share

from embedviz.errors import InputError, OptionError
from embedviz.progress import finish
from embedviz.training import TrainingOptions, truncated_svd
from embedviz.training.counting import measure_steps
from embedviz.training.ppmi_svd import ppmi_svd_steps


@pytest.fixture(scope="module")
def grouped():
    return corpus_of(grouped_sentences(8, 10, 8_000, seed=1))


def topical_sentences(n_topics: int, n_words: int, n_sentences: int, seed: int) -> list[list[str]]:
    """Topics of falling weight, each with its own words by Zipf's law, and words that all share."""
    rng = np.random.default_rng(seed)
    weights = 0.75 ** np.arange(n_topics)
    sentences = []
    for topic in rng.choice(n_topics, n_sentences, p=weights / weights.sum()).tolist():
        own = [f"t{topic}w{min(int(word), n_words)}" for word in rng.zipf(1.2, 9)]
        sentences.append(own + [f"all{min(int(word), n_words)}" for word in rng.zipf(1.4, 3)])
    return sentences


@pytest.fixture(scope="module")
def topical():
    """More words than are decomposed whole."""
    corpus = corpus_of(topical_sentences(14, 300, 6_000, seed=3))
    assert corpus.n_words > 1_100
    return corpus


def ppmi_plainly(corpus, options: TrainingOptions) -> np.ndarray:
    """Levy, Goldberg & Dagan (2015), equations of sections 2.1 and 3.2, in float64."""
    parts = finish(measure_steps(corpus, options)).parts
    counts = counted_plainly(corpus, parts, options.window, "flat")
    smoothed = counts.sum(axis=0) ** options.context_power * (counts.sum(axis=0) > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        together = counts / counts.sum()
        apart = counts.sum(axis=1, keepdims=True) / counts.sum() * (smoothed / smoothed.sum())
        matrix = np.log(together / apart) - np.log(options.shift)
    return np.where(counts > 0, np.maximum(matrix, 0), 0)


@pytest.mark.parametrize(("window", "power", "shift"), [(5, 0.75, 1.0), (2, 1.0, 5.0), (3, 0.0, 1.5)])
@pytest.mark.parametrize("which", ["grouped", "topical"])
def test_it_is_the_decomposition_that_scipy_finds(request, which, window, power, shift) -> None:
    corpus = request.getfixturevalue(which)
    options = TrainingOptions(
        algorithm="ppmi-svd", n_dims=12, window=window, context_power=power, shift=shift, subsample=0.0
    )
    matrix = ppmi_plainly(corpus, options)
    left, sizes, right = svds(csr_matrix(matrix), k=13, v0=np.ones(len(matrix)))
    order = np.argsort(-sizes)
    left, sizes, right = left[:, order], sizes[order], right[order]
    trained = finish(ppmi_svd_steps(corpus, options))
    ours = (trained.vectors.astype(np.float64) ** 2).sum(axis=0)
    np.testing.assert_allclose(ours, sizes[:12], rtol=1e-5)
    apart = np.minimum(-np.diff(sizes), -np.diff(sizes, prepend=np.inf)[:12]) > 0.01 * sizes[:12]
    assert which == "grouped" or apart.sum() >= 6
    signs = np.sign(left[np.abs(left).argmax(axis=0), range(13)])
    wanted = (left * signs * np.sqrt(sizes))[:, :12]
    np.testing.assert_allclose(trained.vectors[:, apart], wanted[:, apart], atol=2e-4 * np.abs(wanted).max())
    product = trained.vectors @ trained.vectors.T
    if sizes[12] < 0.99 * sizes[11]:  # as a whole the twelve are one space, however close they are
        np.testing.assert_allclose(product, wanted @ wanted.T, atol=2e-4 * np.abs(product).max())
    share = 100 * (sizes[:12] ** 2).sum() / (matrix**2).sum()
    assert trained.records[0].sentence.startswith(f"The 12 directions hold {share:.1f} % of the PPMI matrix")


def test_the_products_of_both_sides_are_the_matrix(grouped) -> None:
    """With as many directions as words nothing is left out, so accuracy is that of the matrix itself."""
    options = TrainingOptions(algorithm="ppmi-svd", n_dims=grouped.n_words, subsample=0.0)
    matrix = ppmi_plainly(grouped, options)
    trained = finish(ppmi_svd_steps(grouped, options))
    pairs = finish(measure_steps(grouped, options)).pairs
    _, wanted = finish(pairs.measure_steps(np.eye(len(matrix), dtype=np.float32), matrix.T.astype(np.float32)))
    assert trained.records[0].accuracy == pytest.approx(wanted, abs=0.02)
    assert trained.records[0].sentence.startswith(f"The {grouped.n_words} directions hold 100.0 % of the PPMI matrix")


def test_planted_groups_are_found_and_told_in_one_record(grouped) -> None:
    trained = finish(ppmi_svd_steps(grouped, TrainingOptions(algorithm="ppmi-svd", n_dims=32, epochs=9)))
    assert same_group_share(grouped.words, trained.vectors) > 0.95
    (record,) = trained.records
    assert record.epoch == 1
    assert np.isnan([record.loss, record.heldout_loss, record.learning_rate]).all()
    assert record.accuracy > 0.85
    assert record.words_per_second > 1_000
    assert trained.is_reproducible
    assert not trained.stopped
    assert not trained.vectors.flags.writeable


def test_neither_threads_nor_learning_options_change_a_byte(topical) -> None:
    def trained(**options) -> bytes:
        wished = TrainingOptions(algorithm="ppmi-svd", n_dims=20, **options)
        return finish(ppmi_svd_steps(topical, wished)).vectors.tobytes()

    first = trained(n_threads=1)
    assert trained(n_threads=3) == first
    assert trained(epochs=40, learning_rate=0.5, negatives=2, subsample=0.0) == first
    assert trained(window=2) != first


def test_what_is_not_possible_is_named(grouped, monkeypatch) -> None:
    with pytest.raises(OptionError, match="at most 1,000 dimensions, not 1,001"):
        finish(ppmi_svd_steps(grouped, TrainingOptions(algorithm="ppmi-svd", n_dims=1_001)))
    with pytest.raises(InputError, match="too short to learn from"):
        finish(ppmi_svd_steps(corpus_of([["a"], ["b"], ["a"]]), TrainingOptions(algorithm="ppmi-svd", n_dims=2)))
    monkeypatch.setattr(truncated_svd, "_SMALL", 2)
    tiny = finish(ppmi_svd_steps(corpus_of([["a", "b"], ["b", "c"], ["c", "a"]]), TrainingOptions(n_dims=3)))
    assert np.isfinite(tiny.vectors).all()
