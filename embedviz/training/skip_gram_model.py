"""The state of a skip-gram training: its matrices, its tables, and the slices of text that threads take one by one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.progress import Progress, Steps
from embedviz.space.arrays import DoubleArray, FloatArray, RowArray, read_only
from embedviz.training.conduct import LearningRate
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.heldout import Heldout, Split, draw_heldout, pairs_to_measure, split
from embedviz.training.moment import Start
from embedviz.training.noise import ChanceArray, Noise, keep_chances, noise_of
from embedviz.training.options import TrainingOptions

_LANE = 16  # floats in the widest vectors of processors, and in a line of their caches
_RATE_POWER = 4.0  # chosen by WordSim-353 and SimLex-999 on five million words of English in three epochs
_N_HOT = 128
_MOST_TOKENS, _FEWEST_TOKENS, _SLICE_WORK = 50_000, 500, 1.5e8
_FLOATS_AT_ONCE = 1 << 18
_GOLDEN, _MASK = 0x9E3779B97F4A7C15, (1 << 64) - 1


@dataclass(frozen=True, eq=False)
class SkipGramModel:
    """What all threads share. `inputs` and `outputs` float32 (n_words, width) are padded with zeros and written to.

    `slice_edges` int64 (n_slices + 1,) are sentences, `shares` float64 (n_slices + 1,) which part of an epoch's text
    stands before each; `n_trained` raw tokens are read in an epoch.
    """

    corpus: EncodedCorpus
    options: TrainingOptions
    compiled: ModuleType
    inputs: FloatArray
    outputs: FloatArray
    parts: Split
    keep: ChanceArray
    noise: Noise
    heldout: Heldout
    slice_edges: RowArray
    shares: DoubleArray
    n_hot: int
    rate: LearningRate

    @property
    def n_slices(self) -> int:
        """How many slices the text is cut into."""
        return len(self.slice_edges) - 1

    @cached_property
    def trained_share(self) -> float:
        """Which part of the text is learned from, by its kept tokens."""
        held = np.flatnonzero(self.parts.is_heldout)
        starts = self.parts.sentence_starts
        return 1 - float((starts[held + 1] - starts[held]).sum()) / max(1, int(starts[-1]))

    @property
    def state(self) -> tuple[FloatArray, ...]:
        """Inputs and outputs."""
        return self.inputs, self.outputs

    def rows(self, first: int, last: int) -> FloatArray:
        """The vectors of some words, as a view."""
        return self.inputs[first:last, : self.options.n_dims]

    def measure_steps(self) -> Steps[tuple[float, float]]:
        """Loss and accuracy on the held-out pairs."""
        return (yield from self.heldout.measure_steps(self.inputs, self.outputs))

    def learn(self, epoch: int, position: int, sums: DoubleArray) -> None:
        """Learn slice `position` in `epoch` (from 0), and add the loss and number of its pairs to `sums` float64 (3,).

        Where the last of `sums` is no longer 0, the slice is left at once.
        """
        options = self.options
        first, last = self.slice_edges[position : position + 2].tolist()
        starts = self.parts.sentence_starts[first : last + 1]
        self.compiled.learn(
            read_only(self.corpus.tokens[starts[0] : starts[-1]].astype(np.int32)),
            read_only(starts - starts[0]),
            self.parts.is_heldout[first:last],
            0,
            last - first,
            self.keep,
            self.noise.chances,
            self.noise.others,
            self.inputs,
            self.outputs,
            options.window,
            options.negatives,
            self.rate.at(epoch, float(self.shares[position])),
            self.rate.at(epoch, float(self.shares[position + 1])),
            np.array([_mixed(options.seed, epoch, position)], np.uint64),
            sums,
            *self.room(first, last),
        )

    def room(self, first_sentence: int, last_sentence: int) -> tuple[NDArray[Any], ...]:
        """The arrays that the kernel works in: kept tokens, draws, hot rows, drawn rows, and numbers by the row."""
        starts, width, n_drawn = self.parts.sentence_starts, self.inputs.shape[1], n_draws(self.options.negatives)
        n_numbers = max(width, -(-(2 * self.options.window + n_drawn) // _LANE) * _LANE)
        return (
            np.empty((2, starts[last_sentence] - starts[first_sentence]), np.int32),
            np.zeros(self.corpus.n_words, np.int32),
            np.empty(n_drawn, np.int64),
            _aligned(4 * self.n_hot, width).reshape(4, self.n_hot, width),
            _aligned(2 * n_drawn, width).reshape(2, n_drawn, width),
            _aligned(4, n_numbers),
        )

    def vectors_steps(self) -> Steps[FloatArray]:
        """What was learned, without padding, float32 (n_words, n_dims), in the memory of `inputs`, which is used up."""
        n_words, width = self.inputs.shape
        n_dims = self.options.n_dims
        floats = self.inputs.reshape(-1)
        rows = max(1, _FLOATS_AT_ONCE // width)
        for word in range(0, n_words if n_dims < width else 0, rows):
            moved = self.inputs[word : word + rows, :n_dims]
            floats[word * n_dims : word * n_dims + moved.size].reshape(moved.shape)[:] = moved.copy()
            yield Progress(1.0, "Keeping the vectors")
        return floats[: n_words * n_dims].reshape(n_words, n_dims)


def model_steps(
    corpus: EncodedCorpus,
    options: TrainingOptions,
    compiled: ModuleType,
    n_threads: int,
    start: Start | None = None,
) -> Steps[SkipGramModel]:
    """Draw the start, inputs even in ±0.5 / n_dims and outputs zero, or take another; and draw the held-out pairs."""
    start_rng, heldout_rng = (np.random.default_rng([options.seed, part]) for part in range(2))
    width = -(-options.n_dims // _LANE) * _LANE
    inputs, outputs = _aligned(corpus.n_words, width), _aligned(corpus.n_words, width)
    n_rows = max(1, _FLOATS_AT_ONCE // width)
    for word in range(0, corpus.n_words, n_rows):
        rows = inputs[word : word + n_rows, : options.n_dims]
        rows[:] = (start_rng.random(rows.shape, np.float32) - np.float32(0.5)) / np.float32(options.n_dims)
        yield Progress(0.0, "Preparing to train")
    if start is not None:
        inputs[:], outputs[:] = start.state
    parts = split(corpus, heldout_rng)
    yield Progress(0.0, "Preparing to train")
    keep, noise = keep_chances(corpus.counts, options.subsample), noise_of(corpus.counts, compiled)
    yield Progress(0.0, "Preparing to train")
    heldout = draw_heldout(
        corpus,
        parts,
        keep,
        noise,
        window=options.window,
        negatives=options.negatives,
        rng=heldout_rng,
        most_pairs=pairs_to_measure(options.negatives, width),
    )
    yield Progress(0.0, "Preparing to train")
    edges = _slice_edges(parts.sentence_starts, _slice_tokens(width, options))
    shares = parts.sentence_starts[edges] / max(1, len(corpus.tokens))
    n_hot = min(_N_HOT, corpus.n_words) if n_threads > 1 else 0
    rate = LearningRate(options, power=_RATE_POWER)
    return SkipGramModel(
        corpus, options, compiled, inputs, outputs, parts, keep, noise, heldout, edges, shares, n_hot, rate
    )


def n_draws(negatives: int) -> int:
    """How many drawn words a stretch of text shares: about three for each negative of a pair, a multiple of four."""
    return 4 * -(-4 * negatives // 5)


def _slice_tokens(width: int, options: TrainingOptions) -> int:
    """How many tokens a thread takes at once: some hundredths of a second's work, so that Stop is obeyed soon."""
    work = width * (n_draws(options.negatives) + 2 * options.window)
    return int(min(_MOST_TOKENS, max(_FEWEST_TOKENS, _SLICE_WORK / work)))


def _slice_edges(sentence_starts: RowArray, n_tokens: int) -> RowArray:
    """The sentences at which slices of about `n_tokens` begin, and the end."""
    wanted = np.arange(0, sentence_starts[-1], n_tokens)
    edges = np.searchsorted(sentence_starts, wanted)
    return np.unique(np.append(edges, len(sentence_starts) - 1))


def _aligned(n_rows: int, width: int) -> FloatArray:
    """A matrix of zeros (n_rows, width) whose rows begin at lines of the cache."""
    floats = np.zeros(n_rows * width + _LANE, np.float32)
    first = -floats.ctypes.data // floats.itemsize % _LANE
    return floats[first : first + n_rows * width].reshape(n_rows, width)


def _mixed(*numbers: int) -> int:
    """64 bits that differ wildly where the numbers differ a little (splitmix64 of Steele et al. 2014), never 0."""
    bits = 0
    for number in numbers:
        bits = (bits + number + _GOLDEN) & _MASK
        bits = ((bits ^ bits >> 30) * 0xBF58476D1CE4E5B9) & _MASK
        bits = ((bits ^ bits >> 27) * 0x94D049BB133111EB) & _MASK
        bits ^= bits >> 31
    return bits or 1
