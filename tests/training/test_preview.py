"""What a training would read and cost, told before it starts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from embedviz.errors import FormatError, OptionError
from embedviz.progress import finish
from embedviz.training import TrainingOptions, preview_steps
from embedviz.training.preview import threads

Text = Callable[..., Path]


def test_preview_counts_the_text(text: Text) -> None:
    preview = finish(preview_steps(text(), TrainingOptions(min_count=2, n_dims=2)))
    assert (preview.name, preview.n_tokens, preview.n_words, preview.n_kept) == ("corpus.txt", 17, 9, 5)
    assert preview.coverage == pytest.approx(13 / 17)
    assert preview.most_frequent == ("the", "cat", "sat", "on", "mat")
    assert preview.rarest == ("the", "cat", "sat", "on", "mat")
    assert preview.n_bad_bytes == 0
    assert "words a second by 1 thread" in preview.assumption


def test_estimates_follow_the_options(text: Text) -> None:
    few = finish(preview_steps(text(), TrainingOptions(min_count=1, n_dims=4)))
    many = finish(preview_steps(text(), TrainingOptions(min_count=1, n_dims=8, epochs=10)))
    assert many.seconds == pytest.approx(4 * few.seconds)
    assert many.n_bytes > few.n_bytes > 0


def test_preview_refuses_what_training_refuses(text: Text) -> None:
    with pytest.raises(OptionError, match="minimum count of 100"):
        finish(preview_steps(text(), TrainingOptions(min_count=100)))
    with pytest.raises(FormatError, match="holds no words"):
        finish(preview_steps(text(""), TrainingOptions()))


def test_threads_are_one_for_a_small_text() -> None:
    assert threads(1_999_999, TrainingOptions()) == 1
    assert threads(2_000_000, TrainingOptions()) >= 1
    assert threads(10, TrainingOptions(n_threads=7)) == 7
