"""What a training would read and cost, before it starts."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace

from embedviz.progress import Progress, Steps, within
from embedviz.training.encoding import LONGEST_SENTENCE, memory_need
from embedviz.training.epochs import n_threads_for
from embedviz.training.options import TrainingOptions
from embedviz.training.running_text import LINES_SENTENCES
from embedviz.training.small_world import SMALL_WORLD
from embedviz.training.speed import Speed, n_readings, trainer_to_try, tried_steps, usual_speed
from embedviz.training.text_source import source_steps
from embedviz.training.vocabulary import Counts, Vocabulary, check_vocabulary, count_steps, kept_steps

_SHOWN = 10
_FIXED_BYTES = 100_000_000  # Python, numpy, the kernels, and words while they are counted


@dataclass(frozen=True)
class Preview:
    """A corpus before training: all its tokens and different words, and what the options keep of them.

    `coverage` is the share of tokens that are kept words; `most_frequent` and `rarest` are kept words, each
    in order of their counts; `seconds` (reading included) and `n_bytes` estimate the training, as `assumption` says;
    `reading` says what a line of the text was taken for.
    """

    name: str
    n_tokens: int
    n_words: int
    n_kept: int
    coverage: float
    most_frequent: tuple[str, ...]
    rarest: tuple[str, ...]
    n_bad_bytes: int
    seconds: float
    n_bytes: int
    assumption: str
    reading: str


def preview_steps(
    path: str | os.PathLike[str], options: TrainingOptions, *, column: str | None = None, goes_on: bool = False
) -> Steps[Preview]:
    """Read a corpus once and say what training on it would mean; raises what `encode_steps` would, but for memory.

    A training that `goes_on` with a space may have any number of dimensions, however few words the text has.
    """
    options.checked()
    begun = time.perf_counter()
    with ExitStack() as stack:
        source = yield from within(source_steps(os.fspath(path), column, stack, options.lines), 0.0, 0.1)
        opened = time.perf_counter()
        counts = yield from within(count_steps(source), 0.1, 0.9)
    vocabulary = yield from within(kept_steps(counts, options), 0.9, 0.95)
    read_seconds = 2 * (time.perf_counter() - opened)  # training reads a text twice
    if path != SMALL_WORLD:  # which was unpacked for good
        read_seconds += opened - begun
    check_vocabulary(source.name, counts, vocabulary, replace(options, n_dims=1) if goes_on else options)
    n_kept = len(vocabulary.words)
    n_threads = n_threads_for(counts.n_tokens, options)
    yield Progress(0.95, "Trying how fast this machine trains")
    speed = yield from within(_speed_steps(counts, vocabulary, options, n_threads), 0.95, 1.0)
    coverage = vocabulary.n_tokens / counts.n_tokens
    words_per_second = speed.tokens_per_second / coverage
    return Preview(
        source.name,
        counts.n_tokens,
        len(counts.counts),
        n_kept,
        coverage,
        vocabulary.words[:_SHOWN],
        vocabulary.words[-_SHOWN:],
        counts.n_bad_bytes,
        read_seconds + n_readings(options) * (counts.n_tokens / words_per_second + speed.measure_seconds),
        _FIXED_BYTES + memory_need(counts, vocabulary, options).total,
        f"{'Just tried' if speed.is_tried else 'Assumes'} about {words_per_second:,.0f} words a second by "
        f"{n_threads:,} {'threads' if n_threads > 1 else 'thread'}.",
        LINES_SENTENCES[source.lines],
    )


def _speed_steps(counts: Counts, vocabulary: Vocabulary, options: TrainingOptions, n_threads: int) -> Steps[Speed]:
    trainer = trainer_to_try(options.algorithm)
    if trainer is None:
        return usual_speed(options, min(n_threads, os.cpu_count() or 1))
    sentence_length = min(LONGEST_SENTENCE, vocabulary.n_tokens / max(1, counts.n_lines))
    return (yield from tried_steps(trainer, vocabulary.words, vocabulary.counts, sentence_length, options, n_threads))
