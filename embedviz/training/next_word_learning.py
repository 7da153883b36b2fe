"""The learning of a next-word network: step by step through shuffled batches, measured after each epoch."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from embedviz.errors import EmbedvizError, NothingLearnedError
from embedviz.progress import Command, Progress, Steps
from embedviz.space.arrays import FloatArray, RowArray
from embedviz.training.blas_threads import one_blas_thread
from embedviz.training.conduct import Conduct, LearningRate
from embedviz.training.next_word_material import Material
from embedviz.training.next_word_model import NextWordEpoch, NextWordModel
from embedviz.training.next_word_network import Adam, Network, forward, loss_and_gradient, new_network
from embedviz.training.next_word_options import NextWordOptions
from embedviz.training.next_word_text import NextWords

_CONTEXTS_AT_ONCE = 256
_LOOK_SECONDS = 0.02
_N_HALVES = 2  # of each batch, learned at once; two on any computer, so that the sums are the same


@dataclass(frozen=True)
class _Pass:
    """One reading: the sum of the losses of its words, the time it took, and whether it was cut short."""

    loss: float
    n_words: int
    seconds: float
    is_cut: bool


def learn_steps(material: Material, options: NextWordOptions, wishes: Sequence[Command] = ()) -> Steps[NextWordModel]:
    """Learn from `material`, first obeying the `wishes`; yields a NextWordEpoch as `partial` at the end of each epoch.

    Obeys stop, which keeps what is learned (NothingLearnedError if it comes before), pause and resume, and `set` with a
    `learning_rate`. EmbedvizError where the loss is no longer finite.
    """
    with one_blas_thread(), ThreadPoolExecutor(_N_HALVES - 1, thread_name_prefix="training") as pool:
        work = _Learning(material, options, pool)
        for wish in wishes:
            work.conduct.obey(wish)
        for epoch in range(options.epochs):
            if not (yield from work.epoch_steps(epoch)):
                break
    if not work.epochs:
        raise NothingLearnedError("Stopped before anything was learned.")
    return NextWordModel(work.network, material.symbols, options, tuple(work.epochs), material.text, work.is_cut_short)


class _Learning:
    """A network that learns, and the records that its epochs leave."""

    def __init__(self, material: Material, options: NextWordOptions, pool: ThreadPoolExecutor) -> None:
        n_symbols = len(material.symbols)
        self._rng = rng = np.random.default_rng([options.seed, 1])
        self.network = new_network(n_symbols, options.context, options.n_dims, options.n_hidden, material.shares, rng)
        self.epochs: list[NextWordEpoch] = []
        self.is_cut_short = False
        self._material = material
        self._options = options
        self._adam = Adam(self.network)
        self._rate = LearningRate(options.pace, power=1)
        self.conduct = Conduct(self._rate)
        self._pool = pool
        size = max(-(-options.batch // _N_HALVES), _CONTEXTS_AT_ONCE)
        self._rooms = [np.empty((size, n_symbols), np.float32) for _ in range(_N_HALVES)]

    def epoch_steps(self, epoch: int) -> Steps[bool]:
        """Read the text once more and measure; whether to go on."""
        n_epochs = self._options.epochs
        name, done = f"epoch {epoch + 1} of {n_epochs}", (epoch + 1) / n_epochs
        read = yield from self._pass_steps(epoch)
        self.is_cut_short = read.is_cut
        if not read.n_words:
            return False
        self._check(read, epoch)
        measuring = heldout_steps(self.network, self._material.heldout, self._rooms[0])
        loss, accuracy = yield from self.conduct.through(measuring, done, lambda: f"Measuring {name}")
        record = NextWordEpoch(epoch + 1, read.loss / read.n_words, loss, accuracy, read.n_words / read.seconds)
        self.epochs.append(record)
        self.conduct.obey((yield Progress(done, f"Learned {name}: held-out loss {loss:.3f}", record)))
        self.is_cut_short |= self.conduct.is_stopped and epoch + 1 < n_epochs
        return not self.is_cut_short

    def _pass_steps(self, epoch: int) -> Steps[_Pass]:
        learned, size, n_epochs = self._material.learned, self._options.batch, self._options.epochs
        order = self._rng.permutation(learned.n_rows)
        loss, n_words, seconds = 0.0, 0, 1e-9
        for at in range(0, len(order), size):
            share = at / len(order)
            yield from self._wait_steps(
                Progress((epoch + share) / n_epochs, f"Training, epoch {epoch + 1} of {n_epochs}")
            )
            if self.conduct.is_stopped:
                return _Pass(loss, n_words, seconds, is_cut=True)
            began = time.perf_counter()
            lost, n_more, gradient = self._gradient(order[at : at + size])
            with np.errstate(all="ignore"):  # the loss of an epoch tells whether steps were too large
                self._adam.step(gradient, self._rate.at(epoch, share))
            loss, n_words, seconds = loss + lost, n_words + n_more, seconds + time.perf_counter() - began
        return _Pass(loss, n_words, seconds, is_cut=False)

    def _gradient(self, rows: RowArray) -> tuple[float, int, Network[np.float32]]:
        """The summed loss and the number of words of some rows, and the gradient of its mean."""
        half = -(-len(rows) // _N_HALVES)
        other = self._pool.submit(self._part, rows[half:], self._rooms[1])
        loss, n_words, gradient = self._part(rows[:half], self._rooms[0])
        more_loss, n_more, more_gradient = other.result()
        n_words += n_more
        return loss + more_loss, n_words, gradient.plus(more_gradient, 1 / n_words)

    def _part(self, rows: RowArray, room: FloatArray) -> tuple[float, int, Network[np.float32]]:
        contexts, owners, nexts = self._material.learned.batch(rows)
        with np.errstate(all="ignore"):
            loss, gradient = loss_and_gradient(self.network, contexts, owners, nexts, room)
        return loss, len(nexts), gradient

    def _wait_steps(self, progress: Progress) -> Steps[None]:
        """Tell how far it is, and wait while it is paused."""
        self.conduct.obey((yield progress))
        while self.conduct.is_paused:
            time.sleep(_LOOK_SECONDS)
            self.conduct.obey((yield progress))

    def _check(self, read: _Pass, epoch: int) -> None:
        if not math.isfinite(read.loss):
            rate = self._rate.height
            raise EmbedvizError(
                f"Training went astray in epoch {epoch + 1}: the loss is no longer finite, since the steps were too "
                f"large. The learning rate is {rate:g}; choose a smaller one, such as {rate / 4:g}."
            )


def heldout_steps(network: Network[np.float32], words: NextWords, room: FloatArray) -> Steps[tuple[float, float]]:
    """The mean loss of `words` in nats, and how often the most probable one is the true one; `room` is written to."""
    loss, n_right = 0.0, 0
    for at in range(0, len(words), _CONTEXTS_AT_ONCE):
        part = slice(at, at + _CONTEXTS_AT_ONCE)
        nexts = words.nexts[part]
        scores = forward(network, words.contexts[part], room).scores
        n_right += int(np.count_nonzero(scores.argmax(axis=1) == nexts))
        scores -= scores.max(axis=1, keepdims=True)
        true_scores = scores[np.arange(len(nexts)), nexts]
        np.exp(scores, out=scores)
        loss += float((np.log(scores.sum(axis=1)) - true_scores).sum(dtype=np.float64))
        yield Progress(None, f"Measuring {at + len(nexts):,} words")
    return loss / len(words), n_right / len(words)
