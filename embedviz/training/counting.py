"""What trainers share that count a text once: the held-out pairs that all trainers are measured by, and one record."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from embedviz import kernels
from embedviz.errors import NothingLearnedError, OptionError
from embedviz.progress import Command, Progress, Steps
from embedviz.space.arrays import FloatArray, read_only
from embedviz.space.run import EpochRecord
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.heldout import Heldout, Split, draw_heldout, pairs_to_measure, split
from embedviz.training.moment import Moment, Start, Trained
from embedviz.training.noise import keep_chances, noise_of
from embedviz.training.options import TrainingOptions
from embedviz.training.sampled_text import SAMPLING_KERNELS

Result = TypeVar("Result")

MOST_DIRECTIONS = 1_000
"""Beyond this many singular vectors the small dense problem takes seconds in which nobody is heard."""

_LANE = 16
_POLL_SECONDS = 0.04
_STOPPED = "Stopped before anything was learned; this way of training has nothing to keep before its end."


@dataclass(frozen=True, eq=False)
class Measure:
    """Which sentences are held out, and the pairs drawn of them; the same as skip-gram's for the same options."""

    parts: Split
    pairs: Heldout

    def trained_share(self) -> float:
        """Which part of the text is learned from, by its kept tokens."""
        lengths = np.diff(self.parts.sentence_starts)
        return 1 - float(lengths[self.parts.is_heldout].sum()) / max(1, int(lengths.sum()))


@dataclass(frozen=True, eq=False)
class Counted:
    """What was computed: `vectors` float32 (n_words, n_dims), and `outputs` of contexts, whose products foretell them.

    `sentence` says what the vectors hold; `seconds` is how long it took, nan where no text was read.
    """

    vectors: FloatArray
    outputs: FloatArray
    sentence: str
    seconds: float


def measure_steps(corpus: EncodedCorpus, options: TrainingOptions) -> Steps[Measure]:
    """Hold sentences out and draw pairs of them, with the random numbers that skip-gram draws them with."""
    compiled = yield from kernels.ready(SAMPLING_KERNELS)
    rng = np.random.default_rng([options.seed, 1])
    parts = split(corpus, rng)
    yield Progress(0.5, "Preparing to train")
    width = -(-options.n_dims // _LANE) * _LANE
    pairs = draw_heldout(
        corpus,
        parts,
        keep_chances(corpus.counts, options.subsample),
        noise_of(corpus.counts, compiled),
        window=options.window,
        negatives=options.negatives,
        rng=rng,
        most_pairs=pairs_to_measure(options.negatives, width),
    )
    yield Progress(1.0, "Preparing to train")
    return Measure(parts, pairs)


def trained_once_steps(
    corpus: EncodedCorpus, measure: Measure, counted: Counted, *, n_threads: int = 1
) -> Steps[Trained]:
    """Measure what was computed and tell it as one epoch; yields its Moment.

    The record has no loss and no learning rate (nan): nothing is descended. Accuracy is that of the products of
    `vectors` and `outputs` on the held-out pairs.
    """
    _, accuracy = yield from measure.pairs.measure_steps(counted.vectors, counted.outputs)
    record = EpochRecord(
        epoch=1,
        loss=math.nan,
        heldout_loss=math.nan,
        accuracy=accuracy,
        learning_rate=math.nan,
        words_per_second=corpus.n_raw_tokens * measure.trained_share() / max(counted.seconds, 1e-9),
        sentence=counted.sentence,
        seconds=counted.seconds,
    )
    vectors = read_only(counted.vectors)
    yield Progress(1.0, counted.sentence, Moment(1, lambda first, last: vectors[first:last], (), record))
    return Trained(vectors, (record,), True, n_threads, False)


def all_or_nothing(steps: Steps[Result]) -> Steps[Result]:
    """Run `steps`, which have nothing to keep before their end: a stop raises NothingLearnedError; pause holds them."""
    try:
        while True:
            command = yield next(steps)
            if command is not None and command.verb == "pause":
                command = yield from _paused_steps()
            if command is not None and command.verb == "stop":
                raise NothingLearnedError(_STOPPED)
    except StopIteration as done:
        result: Result = done.value
        return result
    finally:
        steps.close()


def timed(steps: Steps[Result]) -> Steps[tuple[Result, float]]:
    """Run `steps`; their result, and the seconds that they worked, those not counted in which they were held."""
    seconds = 0.0
    try:
        while True:
            begun = time.perf_counter()
            step = next(steps)
            seconds += time.perf_counter() - begun
            yield step
    except StopIteration as done:
        return done.value, seconds + time.perf_counter() - begun
    finally:
        steps.close()


def check_anew(options: TrainingOptions, start: Start | None) -> None:
    """Raise OptionError where a training is to go on that always begins anew."""
    if start is not None:
        raise OptionError(
            f"“{options.algorithm}” computes its vectors from the text alone and cannot go on from others; choose "
            "skip-gram to go on, or train on both texts together."
        )


def directions_hold(n: int) -> str:
    """The beginning of a sentence about what is left of a matrix."""
    return "The only direction holds" if n == 1 else f"The {n:,} directions hold"


def check_directions(options: TrainingOptions) -> None:
    """Raise OptionError for more dimensions than singular vectors are computed."""
    if options.n_dims > MOST_DIRECTIONS:
        raise OptionError(
            f"“{options.algorithm}” computes at most {MOST_DIRECTIONS:,} dimensions, not {options.n_dims:,}; choose "
            "fewer, or another algorithm."
        )


def _paused_steps() -> Steps[Command]:
    """Wait until something else is wished, and return that wish."""
    while True:
        command = yield Progress(None, "Paused")
        if command is not None and command.verb in ("resume", "stop"):
            return command
        time.sleep(_POLL_SECONDS)
