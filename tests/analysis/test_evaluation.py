"""Agreement with people: the same numbers as gensim on the same vectors, and intervals as in the books."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from gensim.test.utils import datapath
from scipy.stats import binomtest, spearmanr

import embedviz
from embedviz.analysis import AnalogyScore, Similarity, evaluate_steps
from embedviz.analysis.evaluation import fisher, spearman, wilson
from embedviz.errors import OptionError
from embedviz.progress import finish
from embedviz.space import EmbeddingSpace, Labels, Source


@pytest.fixture(scope="module")
def glove() -> EmbeddingSpace:
    return embedviz.sample("glove-10k")


@pytest.fixture(scope="module")
def peer(glove: EmbeddingSpace) -> Any:
    vectors = KeyedVectors(glove.n_dims)
    vectors.add_vectors(glove.labels[:], glove.vectors)
    return vectors


def similarity(space: EmbeddingSpace, path: str | Path, most: int | None = None) -> Similarity:
    result = finish(evaluate_steps(space, Path(path), most=most))
    assert isinstance(result, Similarity)
    return result


def analogies(space: EmbeddingSpace, path: str | Path, most: int | None = None) -> AnalogyScore:
    result = finish(evaluate_steps(space, Path(path), most=most))
    assert isinstance(result, AnalogyScore)
    return result


@pytest.mark.parametrize("name", ["wordsim353.tsv", "simlex999.txt"])
@pytest.mark.parametrize("most", [None, 3_000])
def test_word_similarity_is_gensims(glove: EmbeddingSpace, peer: Any, name: str, most: int | None) -> None:
    _, expected, unknown = peer.evaluate_word_pairs(datapath(name), restrict_vocab=most or 300_000)
    result = similarity(glove, datapath(name), most)
    assert result.rho == pytest.approx(expected.statistic, abs=1e-6)
    assert 100 * (1 - result.coverage) == pytest.approx(unknown)


def test_analogies_are_gensims(glove: EmbeddingSpace, peer: Any, tmp_path: Path) -> None:
    kept = [
        line
        for at, line in enumerate(Path(datapath("questions-words.txt")).read_text().splitlines())
        if line.startswith(":") or at % 20 == 0
    ]
    file = tmp_path / "questions.txt"
    file.write_text("\n".join(kept))
    accuracy, sections = peer.evaluate_word_analogies(str(file))
    result = analogies(glove, file)
    assert result.total.accuracy == pytest.approx(accuracy)
    for section, expected in zip(result.sections, sections[:-1], strict=True):
        assert section.name == expected["section"]
        assert section.n_correct == len(expected["correct"])
        assert section.n_known == len(expected["correct"]) + len(expected["incorrect"])
    assert result.total.n_questions == sum(not line.startswith(":") for line in kept)


def test_spellings_that_differ_in_case_are_one_word_as_in_gensim(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    labels = ["King", "king", "man", "Woman", "woman", "WOMAN", "queen", "Queen", "tree"]
    vectors = rng.normal(size=(len(labels), 4)).astype(np.float32)
    space = EmbeddingSpace(vectors, Labels.from_strings(labels), Source("t", "memory"))
    peer: Any = KeyedVectors(4)
    peer.add_vectors(labels, vectors)
    lines = [f"{a} {b} {c} {d}" for a in labels for b in labels for c in ("man", "KING") for d in ("Queen", "tree")]
    file = tmp_path / "cases.txt"
    file.write_text(": all\n" + "\n".join(lines))
    accuracy, _ = peer.evaluate_word_analogies(str(file))
    assert analogies(space, file).total.accuracy == pytest.approx(accuracy)
    assert 0 < accuracy < 1


def test_rows_without_a_direction_are_unknown_words(tmp_path: Path) -> None:
    vectors = np.array([[1, 0], [0, 1], [0, 0], [np.nan, 1], [1, 1]], np.float32)
    space = EmbeddingSpace(vectors, Labels.from_strings("abzne"), Source("t", "memory"))
    file = tmp_path / "pairs.tsv"
    file.write_text("a\tb\t1\na\tz\t2\nn\tb\t3\na\te\t4\nb\tunknown\t5\n")
    result = similarity(space, file)
    assert (result.n_known, result.n_pairs, result.interval) == (2, 5, None)
    assert result.rho == pytest.approx(1)
    file.write_text(": s\na b e z\na b e a\n")
    assert analogies(space, file).total.n_known == 1


def test_intervals() -> None:
    for n_correct, n in ((0, 7), (3, 7), (7, 7), (450, 1000)):
        expected = binomtest(n_correct, n).proportion_ci(method="wilson")
        assert wilson(n_correct, n) == pytest.approx((expected.low, expected.high))
    assert wilson(0, 0) is None
    # Fisher's own example form: z = atanh(.6) = .6931, standard error 1 / sqrt(25) = .2
    assert fisher(0.6, 28) == pytest.approx((np.tanh(0.693147 - 0.391993), np.tanh(0.693147 + 0.391993)), abs=1e-5)
    assert fisher(1.0, 9) == (1.0, 1.0)
    assert fisher(0.5, 3) is None


def test_spearman_with_ties_and_where_it_is_not_defined() -> None:
    one, other = np.array([1.0, 2, 2, 4]), np.array([3.0, 1, 5, 5])
    assert spearman(one, other) == pytest.approx(spearmanr(one, other).statistic)
    assert spearman(one, np.ones(4)) is None
    assert spearman(one[:1], other[:1]) is None


def test_an_impossible_number_of_items(glove: EmbeddingSpace) -> None:
    with pytest.raises(OptionError, match="choose 1 or more"):
        similarity(glove, datapath("wordsim353.tsv"), 0)
