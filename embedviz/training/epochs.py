"""A training epoch by epoch, on threads of our own: what all trainers share that read a text again and again."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from embedviz.errors import EmbedvizError, InputError, NothingLearnedError
from embedviz.formats.fasttext_subwords import Subwords
from embedviz.progress import Command, Progress, Steps
from embedviz.space.arrays import CodeArray, DoubleArray, FloatArray, read_only
from embedviz.space.run import EpochRecord
from embedviz.training.conduct import Conduct, LearningRate
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.moment import Moment, Start, Trained
from embedviz.training.options import TrainingOptions
from embedviz.training.stopping import unless_stopped
from embedviz.training.trace import N_FREQUENT, change_sentence, first_sentence, neighborhoods_steps

REPRODUCIBLE_BELOW = 2_000_000
"""A corpus of fewer tokens is learned by one thread, unless more are asked for: the same seed gives the same bytes."""

_POLL_SECONDS = 0.04
_NOTHING = "Stopped before anything was learned."


class Model(Protocol):
    """The state of a training, shared by the threads that learn slices of it; `state` are its matrices, float32."""

    @property
    def corpus(self) -> EncodedCorpus: ...
    @property
    def options(self) -> TrainingOptions: ...
    @property
    def rate(self) -> LearningRate: ...
    @property
    def n_slices(self) -> int: ...
    @property
    def shares(self) -> DoubleArray:
        """Which part of an epoch stands before each slice, float64 (n_slices + 1,)."""

    @property
    def trained_share(self) -> float:
        """Which part of the text an epoch reads; the rest is held out."""

    @property
    def state(self) -> tuple[FloatArray, ...]: ...
    @property
    def subwords(self) -> Subwords | None:
        """The sub-words that are learned, as they are now; None where there are none."""

    def learn(self, epoch: int, position: int, sums: DoubleArray) -> None:
        """Learn a slice in `epoch` (from 0); adds loss and number of pairs to `sums` (3,); halts if its last is set."""

    def rows(self, first: int, last: int) -> FloatArray:
        """The vectors of some words as they are now, float32 (last - first, n_dims)."""

    def measure_steps(self) -> Steps[tuple[float, float]]:
        """Loss in nats per pair and accuracy on the held-out pairs."""

    def vectors_steps(self) -> Steps[FloatArray]:
        """What was learned, float32 (n_words, n_dims); the model may be used up."""


@dataclass(frozen=True)
class _Pass:
    """One reading of the text: sums over its pairs, the share that was read, the time it took; cut short or not."""

    loss: float
    n_pairs: int
    share: float
    seconds: float
    is_cut: bool


def n_threads_for(n_tokens: int, options: TrainingOptions) -> int:
    """How many threads a training uses: those wished, else one for a small corpus and one per core for others."""
    if options.n_threads is not None:
        return options.n_threads
    return 1 if n_tokens < REPRODUCIBLE_BELOW else os.cpu_count() or 1


def trained_steps(making: Steps[Model], n_threads: int, start: Start | None = None) -> Steps[Trained]:
    """Make a model and train it; yields Progress at least every 0.1 s, with a Moment at the start, now and then, and,
    with its EpochRecord, at the end of each epoch.

    Obeys stop, which keeps what is learned (NothingLearnedError if it comes before), pause and resume, and `set` with a
    `learning_rate`. Raises InputError for a text without pairs, EmbedvizError if the learning rate is so large that the
    loss is no longer finite.
    """
    pool = ThreadPoolExecutor(n_threads, thread_name_prefix="training")
    try:
        wishes: list[Command] = []
        model = yield from unless_stopped(making, _NOTHING, wishes)
        work = _Training(model, n_threads, pool, start)
        for wish in wishes:
            work.conduct.obey(wish)
        yield from work.epochs_steps()
        if not work.records:
            raise NothingLearnedError(_NOTHING)
        vectors = yield from work.conduct.through(model.vectors_steps(), 1.0, lambda: "Keeping the vectors")
        stopped = work.is_cut_short
        return Trained(
            read_only(vectors), tuple(work.records), n_threads == 1, n_threads, stopped, tuple(work.conduct.remarks)
        )
    finally:
        pool.shutdown(cancel_futures=True)


class _Training:
    """The epochs of one model, and the records that they leave."""

    def __init__(self, model: Model, n_threads: int, pool: ThreadPoolExecutor, start: Start | None) -> None:
        self.model = model
        self.conduct = Conduct(model.rate)
        self.records = list(start.records) if start is not None else []
        self._is_new = start is None
        self.is_cut_short = False
        self._n_threads = n_threads
        self._pool = pool
        self._nearest: CodeArray | None = None

    def epochs_steps(self) -> Steps[None]:
        """Train all epochs that are left."""
        n_epochs, first = self.model.options.epochs, len(self.records)
        done, text = first / n_epochs, "Beginning to train"
        self.conduct.obey((yield Progress(done, text, self._moment(first, is_start=not first))))
        if not self._is_new:
            self._nearest = yield from self.conduct.through(self._neighborhoods_steps(), done, lambda: text)
        if self.conduct.is_stopped:
            self.is_cut_short = True
            return
        for epoch in range(first, n_epochs):
            self.conduct.epoch = epoch
            read = yield from self._pass_steps(epoch)
            if read.is_cut and read.n_pairs == 0:
                self.is_cut_short = True
                return
            yield from self._end_steps(epoch, read)
            if read.is_cut or (self.conduct.is_stopped and epoch + 1 < n_epochs):
                self.is_cut_short = True
                return

    def _end_steps(self, epoch: int, done: _Pass) -> Steps[None]:
        """Measure an epoch and tell its record."""
        n_epochs = self.model.options.epochs
        fraction = (epoch + done.share) / n_epochs
        text = f"Measuring epoch {epoch + 1} of {n_epochs}"
        record = yield from self.conduct.through(self._measure_steps(epoch, done), fraction, lambda: text)
        self.records.append(record)
        said = f"Epoch {epoch + 1} of {n_epochs}: loss {record.loss:.3f}"
        self.conduct.obey((yield Progress(fraction, said, self._moment(epoch + 1, record))))

    def _moment(self, epoch: int, record: EpochRecord | None = None, *, is_start: bool = False) -> Moment:
        return Moment(epoch, self.model.rows, self.model.state, record, is_start, self.model.subwords)

    def _pass_steps(self, epoch: int) -> Steps[_Pass]:
        """Read the text once: each thread takes the next slice until none is left or a stop is asked for."""
        model, conduct = self.model, self.conduct
        positions = iter(range(model.n_slices))
        sums = np.zeros((self._n_threads, 3))  # loss, pairs, and whether to halt
        n_done = [0] * self._n_threads

        def work(thread: int) -> None:
            for position in positions:
                if not conduct.may_go(lambda: bool(sums[thread, 2])):
                    return
                model.learn(epoch, position, sums[thread])
                if sums[thread, 2]:
                    return
                n_done[thread] += 1
                if not np.isfinite(sums[thread, 0]):
                    return

        begun, paused = time.perf_counter(), conduct.paused_seconds
        try:
            futures = [self._pool.submit(work, thread) for thread in range(self._n_threads)]
            yield from self._wait_steps(futures, epoch, sums, n_done)
        finally:
            sums[:, 2] = 1
        seconds = time.perf_counter() - begun - (conduct.paused_seconds - paused)
        loss, n_pairs = sums[:, :2].sum(axis=0)
        n_slices = sum(n_done)
        share = float(model.shares[n_slices])
        return _Pass(float(loss), int(n_pairs), share, seconds, n_slices < model.n_slices)

    def _wait_steps(
        self, futures: Sequence[Future[Any]], epoch: int, sums: DoubleArray, n_done: Sequence[int]
    ) -> Steps[None]:
        """Wait until all `futures` are done; a stop makes them halt."""
        n_epochs, moment = self.model.options.epochs, self._moment(epoch)
        while wait(futures, timeout=_POLL_SECONDS).not_done:
            fraction = (epoch + float(self.model.shares[sum(n_done)])) / n_epochs
            doing = "Paused in" if self.conduct.is_paused else "Training,"
            seen = None if self.conduct.is_paused else moment
            self.conduct.obey((yield Progress(fraction, f"{doing} epoch {epoch + 1} of {n_epochs}", seen)))
            if self.conduct.is_stopped:
                sums[:, 2] = 1
        for future in futures:
            future.result()

    def _measure_steps(self, epoch: int, done: _Pass) -> Steps[EpochRecord]:
        """The record of an epoch."""
        model = self.model
        yield from self._check_steps(epoch, done)
        heldout_loss, accuracy = yield from model.measure_steps()
        before, nearest = self._nearest, (yield from self._neighborhoods_steps())
        self._nearest = nearest
        words, n_raw = model.corpus.words, model.corpus.n_raw_tokens * model.trained_share * done.share
        return EpochRecord(
            epoch=epoch + 1,
            loss=done.loss / done.n_pairs,
            heldout_loss=heldout_loss,
            accuracy=accuracy,
            learning_rate=model.rate.at(epoch, done.share),
            words_per_second=n_raw / max(done.seconds, 1e-9),
            sentence=first_sentence(words, nearest) if before is None else change_sentence(words, before, nearest),
            seconds=done.seconds,
        )

    def _neighborhoods_steps(self) -> Steps[CodeArray]:
        return (yield from neighborhoods_steps(self.model.rows(0, min(N_FREQUENT, self.model.corpus.n_words))))

    def _check_steps(self, epoch: int, done: _Pass) -> Steps[None]:
        """Raise where an epoch has no figures: nothing to learn, or vectors that are no longer numbers."""
        if done.n_pairs == 0:
            raise InputError(
                "The text is too short to learn from: once rare words are left out and very frequent ones skipped, no "
                "two words stand near each other. Use a longer text, a lower minimum count, or subsample 0."
            )
        if not (math.isfinite(done.loss) and (yield from _finite_steps(self.model.state))):
            rate = self.model.rate.height
            raise EmbedvizError(
                f"Training went astray in epoch {epoch + 1}: the loss is no longer finite, since the steps were too "
                f"large. The learning rate is {rate:g}; choose a smaller one, such as {rate / 4:g}."
            )


def _finite_steps(state: tuple[FloatArray, ...]) -> Steps[bool]:
    """Whether all numbers of all matrices are finite."""
    for matrix in state:
        rows = max(1, (1 << 19) // matrix.shape[-1])
        for first in range(0, len(matrix), rows):
            if not np.isfinite(matrix[first : first + rows]).all():
                return False
            yield Progress(None, "Checking the vectors")
    return True
