"""Co-occurrence counts beside counting in plain Python, held-out sentences left out, in any cut into slices."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skip_gram_oracle import corpus_of

from embedviz.errors import InputError, MemoryPlanError
from embedviz.progress import finish
from embedviz.training import cooccurrence
from embedviz.training.cooccurrence import Cooccurrences, cooccurrence_steps
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.heldout import Split
from embedviz.training.token_file import TokenFile

SENTENCES = st.lists(st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=9), min_size=1, max_size=8)


def nothing_held(corpus: EncodedCorpus, *held: int) -> Split:
    is_heldout = np.zeros(corpus.n_sentences, np.bool_)
    is_heldout[list(held)] = True
    return Split(corpus.sentence_starts, is_heldout)


def dense(counts: Cooccurrences) -> np.ndarray:
    found = np.zeros((counts.n_words, counts.n_words))
    for row in range(counts.n_words):
        part = slice(counts.starts[row], counts.starts[row + 1])
        assert (np.diff(counts.columns[part]) > 0).all(), "columns ascend, none twice"
        found[row, counts.columns[part]] = counts.values[part]
    return found


def counted_plainly(corpus: EncodedCorpus, parts: Split, window: int, weighting: str) -> np.ndarray:
    found: Counter[tuple[int, int]] = Counter()
    for sentence in np.flatnonzero(~parts.is_heldout):
        words = corpus.tokens[parts.sentence_starts[sentence] : parts.sentence_starts[sentence + 1]].tolist()
        for here, word in enumerate(words):
            for there, context in enumerate(words):
                if 0 < abs(here - there) <= window:
                    found[word, context] += 1 if weighting == "flat" else 1 / abs(here - there)
    counts = np.zeros((corpus.n_words, corpus.n_words))
    for pair, count in found.items():
        counts[pair] = count
    return counts


@given(
    SENTENCES,
    st.integers(1, 12),
    st.sampled_from(["flat", "harmonic"]),
    st.integers(1, 60),
    st.sets(st.integers(0, 7)),
)
def test_counts_are_those_of_plain_python(sentences, window, weighting, n_at_once, held) -> None:
    corpus = corpus_of(sentences)
    parts = nothing_held(corpus, *(sentence for sentence in held if sentence < corpus.n_sentences))
    wanted = counted_plainly(corpus, parts, window, weighting)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cooccurrence, "_PAIRS_AT_ONCE", n_at_once)
        patch.setattr(cooccurrence, "_CELLS_AT_ONCE", 1 + n_at_once // 4)
        steps = cooccurrence_steps(corpus, parts, window, weighting)
        if not wanted.any():
            with pytest.raises(InputError, match="no two words stand near each other"):
                finish(steps)
            return
        counts = finish(steps)
    np.testing.assert_allclose(dense(counts), wanted, rtol=1e-6)
    np.testing.assert_allclose(counts.row_sums, wanted.sum(axis=1), rtol=1e-12)
    assert counts.n_entries == np.count_nonzero(wanted)
    assert not any(array.flags.writeable for array in (counts.starts, counts.columns, counts.values, counts.row_sums))


def test_a_hand_computed_case() -> None:
    corpus = corpus_of([["very", "very", "good"], ["good", "very"]])  # very 0, good 1
    parts = nothing_held(corpus)
    assert dense(finish(cooccurrence_steps(corpus, parts, 1, "flat"))).tolist() == [[2, 2], [2, 0]]
    assert dense(finish(cooccurrence_steps(corpus, parts, 2, "flat"))).tolist() == [[2, 3], [3, 0]]
    assert dense(finish(cooccurrence_steps(corpus, parts, 2, "harmonic"))).tolist() == [[2, 2.5], [2.5, 0]]
    assert dense(finish(cooccurrence_steps(corpus, nothing_held(corpus, 0), 2, "flat"))).tolist() == [[0, 1], [1, 0]]


def test_a_text_on_disk_is_counted_as_one_in_memory(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("embedviz.training.token_file.HELD_BYTES", 64)
    rng = np.random.default_rng(1)
    corpus = corpus_of([[f"w{word}" for word in rng.integers(50, size=30)] for _ in range(200)])
    tokens = TokenFile(tmp_path, np.dtype(np.uint16))
    tokens.append(corpus.tokens)
    on_disk = EncodedCorpus(tokens, corpus.sentence_starts, corpus.words, corpus.counts, len(tokens), 0)
    monkeypatch.setattr(cooccurrence, "_PAIRS_AT_ONCE", 500)
    parts = nothing_held(corpus, 3, 90)
    counts = finish(cooccurrence_steps(on_disk, parts, 4, "flat"))
    assert np.array_equal(dense(counts), counted_plainly(corpus, parts, 4, "flat"))


def test_counts_that_do_not_fit_are_named_before_they_are_made(monkeypatch) -> None:
    corpus = corpus_of([["a", "b", "c"]] * 40)
    monkeypatch.setattr(cooccurrence, "free_memory", lambda: 10)
    with pytest.raises(MemoryPlanError, match=r"needs 0\.0 GB more.*smaller window, a higher minimum count"):
        finish(cooccurrence_steps(corpus, nothing_held(corpus), 2, "flat"))


def test_progress_grows_and_says_what_is_done() -> None:
    rng = np.random.default_rng(1)
    corpus = corpus_of([[f"w{word}" for word in rng.integers(300, size=40)] for _ in range(800)])
    seen = []
    finish(cooccurrence_steps(corpus, nothing_held(corpus), 60, "flat"), seen.append)
    fractions = [step.fraction for step in seen if step.fraction is not None]
    assert fractions == sorted(fractions)
    assert any(step.text == "Counting pairs of words: 32,000 of 32,000 tokens" for step in seen)
