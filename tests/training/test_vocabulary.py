"""Which words are kept, and what is said where too few are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from embedviz.errors import EmbedvizError, MemoryPlanError, OptionError
from embedviz.progress import finish
from embedviz.training import TrainingOptions, encode_steps, vocabulary
from embedviz.training.vocabulary import Counts, kept_steps

COUNTS = Counts({"b": 2, "a": 5, "x" * 201: 9, "c": 2, "d": 1}, 19, 3, 0, "")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (TrainingOptions(min_count=1), ("a", "b", "c", "d")),
        (TrainingOptions(min_count=2), ("a", "b", "c")),
        (TrainingOptions(min_count=2, max_vocabulary=2), ("a", "b")),
        (TrainingOptions(min_count=10), ()),
    ],
)
def test_kept_words_stand_by_count_then_by_first_appearance(options: TrainingOptions, words: tuple[str, ...]) -> None:
    kept = finish(kept_steps(COUNTS, options))
    assert kept.words == words
    assert kept.counts.tolist() == [COUNTS.counts[word] for word in words]
    assert kept.n_tokens == sum(COUNTS.counts[word] for word in words)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (TrainingOptions(min_count=6, n_dims=2), "A minimum count of 6 leaves no word of the 9 .*count of 2 or less"),
        (TrainingOptions(min_count=3, n_dims=2), "leaves only one word of the 9.*count of 2 or less"),
        (TrainingOptions(min_count=1, n_dims=10), "10 dimensions are more than the 9 words.*at most 9 dimensions"),
    ],
)
def test_options_that_keep_too_little_are_refused(
    text: Callable[..., Path], options: TrainingOptions, words: str
) -> None:
    with pytest.raises(OptionError, match=words):
        finish(encode_steps(text(), options))


def test_more_words_than_memory_holds_are_refused(text: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "_WORDS_PER_LOOK", 3)
    monkeypatch.setattr(vocabulary, "free_memory", lambda: 3)
    with pytest.raises(MemoryPlanError, match="different words"):
        finish(encode_steps(text(), TrainingOptions(min_count=1, n_dims=2)))
    assert issubclass(MemoryPlanError, EmbedvizError)
