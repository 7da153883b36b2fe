"""Latent semantic analysis beside scipy's decomposition of the matrix that scikit-learn makes of the sentences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse.linalg import svds
from skip_gram_oracle import corpus_of, grouped_sentences
from test_ppmi_svd import topical_sentences
from test_skip_gram import same_group_share

from embedviz.errors import InputError, OptionError
from embedviz.progress import finish
from embedviz.training import TrainingOptions, lsa
from embedviz.training.counting import measure_steps
from embedviz.training.lsa import lsa_steps


@pytest.fixture(scope="module")
def grouped():
    return corpus_of(grouped_sentences(8, 10, 6_000, seed=1))


@pytest.mark.parametrize("at_once", [1 << 18, 40])
def test_it_is_the_decomposition_that_scipy_finds(monkeypatch, at_once) -> None:
    from sklearn.feature_extraction.text import CountVectorizer

    monkeypatch.setattr(lsa, "_TOKENS_AT_ONCE", at_once)
    sentences = topical_sentences(14, 300, 6_000, seed=4)
    corpus, options = corpus_of(sentences), TrainingOptions(algorithm="lsa", n_dims=10)
    parts = finish(measure_steps(corpus, options)).parts
    kept = [" ".join(words) for words, held in zip(sentences, parts.is_heldout, strict=True) if not held]
    counts = CountVectorizer(vocabulary=list(corpus.words)).fit_transform(kept).astype(np.float64)
    found = np.maximum(np.asarray((counts > 0).sum(axis=0)).ravel(), 1)
    matrix = counts.multiply(np.log(len(kept) / found)).T.tocsr()
    left, sizes, _ = svds(matrix, k=11, v0=np.ones(min(matrix.shape)))
    order = np.argsort(-sizes)
    left, sizes = left[:, order], sizes[order]
    trained = finish(lsa_steps(corpus, options))
    np.testing.assert_allclose(np.linalg.norm(trained.vectors, axis=0), sizes[:10], rtol=1e-5)
    wanted = left * np.sign(left[np.abs(left).argmax(axis=0), range(11)]) * sizes
    apart = np.minimum(-np.diff(sizes), -np.diff(sizes, prepend=np.inf)[:10]) > 0.01 * sizes[:10]
    assert apart.sum() >= 4
    np.testing.assert_allclose(trained.vectors[:, apart], wanted[:, :10][:, apart], atol=2e-4 * np.abs(wanted).max())
    share = 100 * (sizes[:10] ** 2).sum() / matrix.power(2).sum()
    said = trained.records[0].sentence
    assert said.startswith(
        f"The 10 directions hold {share:.1f} % of the matrix of {corpus.n_words:,} words by 5,940 sen"
    )


def test_words_of_one_topic_are_near(grouped) -> None:
    trained = finish(lsa_steps(grouped, TrainingOptions(algorithm="lsa", n_dims=16)))
    assert same_group_share(grouped.words, trained.vectors) > 0.95
    (record,) = trained.records
    assert record.accuracy > 0.8
    assert np.isnan([record.loss, record.heldout_loss, record.learning_rate]).all()


def test_threads_change_no_byte(grouped) -> None:
    one, three = (
        finish(lsa_steps(grouped, TrainingOptions(algorithm="lsa", n_dims=16, n_threads=n))).vectors for n in (1, 3)
    )
    assert one.tobytes() == three.tobytes()


def test_what_is_not_possible_is_named(grouped) -> None:
    with pytest.raises(InputError, match="every word stands in all of them"):
        finish(lsa_steps(corpus_of([["a", "b"]] * 3), TrainingOptions(algorithm="lsa", n_dims=2)))
    with pytest.raises(OptionError, match="at most 1,000 dimensions"):
        finish(lsa_steps(grouped, TrainingOptions(algorithm="lsa", n_dims=1_001)))
