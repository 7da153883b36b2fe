"""Skip-gram with negative sampling (Mikolov et al. 2013), epoch by epoch, on threads of our own."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

import numpy as np

from embedviz import kernels
from embedviz.errors import EmbedvizError, InputError, NothingLearnedError
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import CodeArray, FloatArray, read_only
from embedviz.space.run import EpochRecord
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.options import TrainingOptions
from embedviz.training.skip_gram_model import SkipGramModel, model_steps
from embedviz.training.stopping import is_stop, noting_stop, unless_stopped
from embedviz.training.trace import change_sentence, first_sentence, neighborhoods_steps

COMPILED = "embedviz.training.skip_gram_kernels"
KERNELS: tuple[str, ...] = (COMPILED,)
REPRODUCIBLE_BELOW = 2_000_000
"""A corpus of fewer tokens is learned by one thread, unless more are asked for: the same seed gives the same bytes."""

_POLL_SECONDS = 0.04
_NOTHING = "Stopped before anything was learned."


@dataclass(frozen=True, eq=False)
class Trained:
    """What a training learned: `vectors` float32 (n_words, n_dims), a record per epoch, and how it was computed.

    `stopped` says that it was ended early; the last record is then of an unfinished epoch.
    """

    vectors: FloatArray
    records: tuple[EpochRecord, ...]
    is_reproducible: bool
    n_threads: int
    stopped: bool


@dataclass(frozen=True)
class _Pass:
    """One reading of the text: sums over its pairs, the share that was read, and the time it took.

    `stopped` says that it was cut short, `asked` that a stop was wished, perhaps with the last slice.
    """

    loss: float
    n_pairs: int
    share: float
    seconds: float
    stopped: bool
    asked: bool


def skip_gram_steps(corpus: EncodedCorpus, options: TrainingOptions) -> Steps[Trained]:
    """Train on a corpus; yields Progress at least every 0.1 s, with the EpochRecord of each epoch as `partial`.

    Obeys Command("stop"), which keeps what is learned; NothingLearnedError if it comes before. One thread below 2
    million tokens, else all cores, unless `n_threads` is given; more than one update the same matrices without locks
    and are not reproducible. Raises OptionError for an impossible option, InputError for a text without pairs,
    EmbedvizError if the learning rate is so large that the loss is no longer finite.
    """
    options.checked()
    n_threads = options.n_threads or (1 if corpus.n_raw_tokens < REPRODUCIBLE_BELOW else os.cpu_count() or 1)
    compiled = yield from kernels.ready(COMPILED)
    pool = ThreadPoolExecutor(n_threads, thread_name_prefix="training")
    try:
        model = yield from unless_stopped(model_steps(corpus, options, compiled, n_threads), _NOTHING)
        records: list[EpochRecord] = []
        stopped = yield from _epochs_steps(model, records, n_threads, pool)
        if not records:
            raise NothingLearnedError(_NOTHING)
        vectors, _ = yield from noting_stop(model.vectors_steps(), 1.0, "Keeping the vectors")
        return Trained(read_only(vectors), tuple(records), n_threads == 1, n_threads, stopped)
    finally:
        pool.shutdown(cancel_futures=True)


def _epochs_steps(
    model: SkipGramModel, records: list[EpochRecord], n_threads: int, pool: ThreadPoolExecutor
) -> Steps[bool]:
    """Train all epochs and add their `records`; returns whether a stop ended it early."""
    n_epochs = model.options.epochs
    nearest: CodeArray | None = None
    for epoch in range(n_epochs):
        done = yield from _pass_steps(model, epoch, n_threads, pool)
        if done.stopped and done.n_pairs == 0:
            return True
        fraction = model.done_at(epoch, done.share)
        measuring = _measure_steps(model, epoch, done, nearest)
        (record, nearest), asked = yield from noting_stop(
            measuring, fraction, f"Measuring epoch {epoch + 1} of {n_epochs}"
        )
        stopped = done.asked or asked  # a stop that came with the last slice counts for the epochs to come
        records.append(record)
        text = f"Epoch {epoch + 1} of {n_epochs}: loss {record.loss:.3f}"
        stopped |= is_stop((yield Progress(fraction, text, record)))
        if done.stopped or (stopped and epoch + 1 < n_epochs):
            return True
    return False


def _pass_steps(model: SkipGramModel, epoch: int, n_threads: int, pool: ThreadPoolExecutor) -> Steps[_Pass]:
    """Read the text once: each thread takes the next slice until none is left or a stop is asked for."""
    positions = iter(range(model.n_slices))
    sums = np.zeros((n_threads, 3))  # loss, pairs, and whether to halt
    n_done = [0] * n_threads

    def work(thread: int) -> None:
        for position in positions:
            model.learn(epoch, position, sums[thread])
            if sums[thread, 2]:
                return
            n_done[thread] += 1
            if not np.isfinite(sums[thread, 0]):
                return

    def halt() -> None:
        sums[:, 2] = 1

    def progress() -> Progress:
        done = model.done_at(epoch, float(model.shares[sum(n_done)]))
        return Progress(done, f"Training, epoch {epoch + 1} of {model.options.epochs}")

    start = time.perf_counter()
    try:
        asked = yield from _wait_steps([pool.submit(work, thread) for thread in range(n_threads)], progress, halt)
    finally:
        halt()
    loss, n_pairs = sums[:, :2].sum(axis=0)
    share = float(model.shares[sum(n_done)])
    is_cut = sum(n_done) < model.n_slices
    return _Pass(float(loss), int(n_pairs), share, time.perf_counter() - start, is_cut, asked)


def _wait_steps(
    futures: Sequence[Future[Any]], progress: Callable[[], Progress], halt: Callable[[], None]
) -> Steps[bool]:
    """Wait until all `futures` are done; a stop calls `halt`. Returns whether a stop was asked for."""
    stopped = False
    while wait(futures, timeout=_POLL_SECONDS).not_done:
        if is_stop((yield progress())):
            stopped = True
            halt()
    for future in futures:
        future.result()
    return stopped


def _measure_steps(
    model: SkipGramModel, epoch: int, done: _Pass, before: CodeArray | None
) -> Steps[tuple[EpochRecord, CodeArray]]:
    """The record of an epoch, and the neighborhoods that the next one is compared with."""
    yield from _check_steps(model, epoch, done)
    heldout_loss, accuracy = yield from model.heldout.measure_steps(model.inputs, model.outputs)
    nearest = yield from neighborhoods_steps(model.inputs)
    words = model.corpus.words
    n_raw = model.corpus.n_raw_tokens * model.trained_share * done.share
    record = EpochRecord(
        epoch=epoch + 1,
        loss=done.loss / done.n_pairs,
        heldout_loss=heldout_loss,
        accuracy=accuracy,
        learning_rate=model.rate_at(epoch, done.share),
        words_per_second=n_raw / max(done.seconds, 1e-9),
        sentence=first_sentence(words, nearest) if before is None else change_sentence(words, before, nearest),
    )
    return record, nearest


def _check_steps(model: SkipGramModel, epoch: int, done: _Pass) -> Steps[None]:
    """Raise where an epoch has no figures: nothing to learn, or vectors that are no longer numbers."""
    if done.n_pairs == 0:
        raise InputError(
            "The text is too short to learn from: once rare words are left out and very frequent ones skipped, no two "
            "words stand near each other. Use a longer text, a lower minimum count, or subsample 0."
        )
    if not (math.isfinite(done.loss) and (yield from model.finite_steps())):
        rate = model.options.learning_rate
        raise EmbedvizError(
            f"Training went astray in epoch {epoch + 1}: the loss is no longer finite, since the steps were too large. "
            f"The learning rate is {rate:g}; choose a smaller one, such as {rate / 4:g}."
        )
