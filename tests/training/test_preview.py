"""What a training would read and cost, told before it starts."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from skip_gram_oracle import compiled_kernels

from embedviz import kernels
from embedviz.errors import FormatError, OptionError
from embedviz.progress import finish
from embedviz.training import TrainingOptions, preview_steps
from embedviz.training.epochs import n_threads_for
from embedviz.training.speed import _drawn, trainer_to_try, usual_speed

Text = Callable[..., Path]


def test_preview_counts_the_text(text: Text) -> None:
    preview = finish(preview_steps(text(), TrainingOptions(min_count=2, n_dims=2)))
    assert (preview.name, preview.n_tokens, preview.n_words, preview.n_kept) == ("corpus.txt", 17, 9, 5)
    assert preview.coverage == pytest.approx(13 / 17)
    assert preview.most_frequent == ("the", "cat", "sat", "on", "mat")
    assert preview.rarest == ("the", "cat", "sat", "on", "mat")
    assert preview.n_bad_bytes == 0
    assert "words a second by 1 thread" in preview.assumption
    assert preview.seconds > 0


def test_estimates_follow_the_options(text: Text, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedviz.training.preview.time.perf_counter", lambda: 0.0)  # reading takes no time
    monkeypatch.setattr("embedviz.training.speed.kernels.loaded", lambda name: None)
    once = finish(preview_steps(text(), TrainingOptions(min_count=1, n_dims=4, epochs=1)))
    often = finish(preview_steps(text(), TrainingOptions(min_count=1, n_dims=8, epochs=10)))
    assert often.seconds > 10 * once.seconds
    assert often.n_bytes > once.n_bytes > 0
    assert "Assumes about" in once.assumption


def test_the_speed_is_tried_where_the_kernel_stands_ready(text: Text) -> None:
    compiled_kernels()
    preview = finish(preview_steps(text(), TrainingOptions(min_count=1, n_dims=4, n_threads=2)))
    assert preview.assumption.startswith("Just tried about ")
    assert preview.assumption.endswith(" words a second by 2 threads.")
    assert 0 < preview.seconds < 60
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("trying")]


def test_text_is_tried_as_it_was_counted() -> None:
    counts = np.array([500_000, 300_000, 200_000], np.int64)
    corpus = _drawn(["a", "b", "c"], counts, 12.4)
    np.testing.assert_allclose(np.bincount(corpus.tokens) / len(corpus.tokens), [0.5, 0.3, 0.2], atol=0.01)
    assert set(np.diff(corpus.sentence_starts)[:-1].tolist()) == {12}
    assert corpus.sentence_starts[-1] == len(corpus.tokens) < 1_000_000


def test_more_work_is_slower() -> None:
    usual = usual_speed(TrainingOptions(), 1).tokens_per_second
    for harder in (TrainingOptions(n_dims=300), TrainingOptions(window=15), TrainingOptions(negatives=20)):
        assert usual_speed(harder, 1).tokens_per_second < usual
    assert usual_speed(TrainingOptions(), 2).tokens_per_second == 2 * usual


@pytest.mark.parametrize("algorithm", ["cbow", "fasttext"])
def test_each_algorithm_is_tried_by_itself(text: Text, algorithm: str) -> None:
    module = trainer_to_try(algorithm)
    if module is None:
        finish(kernels.load(importlib.import_module(f"embedviz.training.{algorithm}").KERNELS))
    preview = finish(preview_steps(text(), TrainingOptions(algorithm=algorithm, min_count=1, n_dims=4)))
    assert preview.assumption.startswith("Just tried about ")
    assert 0 < preview.seconds < 60


def test_what_cannot_be_tried_is_not_told_as_tried(text: Text) -> None:
    preview = finish(preview_steps(text(), TrainingOptions(algorithm="ppmi-svd", min_count=1, n_dims=4)))
    assert preview.assumption.startswith("Assumes about ")


def test_parts_of_words_are_slower_and_larger_and_means_faster(text: Text) -> None:
    speeds = [usual_speed(TrainingOptions(algorithm=each), 1) for each in ("cbow", "skip-gram", "fasttext")]
    assert [speed.tokens_per_second for speed in speeds] == sorted((s.tokens_per_second for s in speeds), reverse=True)
    plain, parted = (
        finish(preview_steps(text(), TrainingOptions(algorithm=each, min_count=1, n_dims=4)))
        for each in ("skip-gram", "fasttext")
    )
    assert parted.n_bytes > plain.n_bytes


def test_the_preview_says_how_lines_are_read(text: Text) -> None:
    few = TrainingOptions(min_count=1, n_dims=2)
    assert finish(preview_steps(text(), few)).reading == "Each line of the text is a sentence."
    running = finish(preview_steps(text(), replace(few, lines="running")))
    assert running.reading == "Lines of the text run on; a blank line ends a paragraph."


def test_preview_refuses_what_training_refuses(text: Text) -> None:
    with pytest.raises(OptionError, match="minimum count of 100"):
        finish(preview_steps(text(), TrainingOptions(min_count=100)))
    with pytest.raises(FormatError, match="holds no words"):
        finish(preview_steps(text(""), TrainingOptions()))


def test_threads_are_one_for_a_small_text() -> None:
    assert n_threads_for(1_999_999, TrainingOptions()) == 1
    assert n_threads_for(2_000_000, TrainingOptions()) >= 1
    assert n_threads_for(10, TrainingOptions(n_threads=7)) == 7
