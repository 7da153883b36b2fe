"""GloVe: vectors whose products are the logarithms of counts (Pennington, Socher & Manning 2014, EMNLP)."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

import numpy as np

from embedviz import kernels
from embedviz.errors import MemoryPlanError
from embedviz.formats.memory_plan import free_memory
from embedviz.progress import Progress, Steps, within
from embedviz.space.arrays import CodeArray, DoubleArray, FloatArray, RowArray, read_only
from embedviz.training.aligned_rows import copy_steps
from embedviz.training.conduct import LearningRate
from embedviz.training.cooccurrence import Cooccurrences, cooccurrence_steps
from embedviz.training.counting import Measure, measure_steps
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.epochs import n_threads_for, trained_steps
from embedviz.training.moment import Start, Trained
from embedviz.training.options import TrainingOptions

COMPILED = "embedviz.training.glove_kernels"

_POWER = 0.75  # of the weights, section 3.1
_RATE_POWER = 4.0
_FIRST_SQUARE = 0.01  # what AdaGrad's sums begin with: so the first steps are no longer than the slopes ask for
_LANE = 16
_SLICE_WORK = 2_000_000
_FLOATS_AT_ONCE = 1 << 18
_ENTRIES_AT_ONCE = 1 << 20
_GIGABYTE = 1e9


@dataclass(frozen=True, eq=False)
class GloveModel:
    """What all threads share: counted pairs in random order, and two vectors and biases for each word.

    Pairs are `pair_rows` and `pair_columns` int32 and their `counts` float32. `words` and `contexts` float32 (n_words,
    width) are padded with zeros, `biases` (2, n_words) are theirs; `squares` are AdaGrad's sums, of the same shapes.
    """

    corpus: EncodedCorpus
    options: TrainingOptions
    compiled: ModuleType
    measure: Measure
    pair_rows: CodeArray
    pair_columns: CodeArray
    counts: FloatArray
    words: FloatArray
    contexts: FloatArray
    biases: FloatArray
    squares: tuple[FloatArray, FloatArray, FloatArray]
    edges: RowArray
    rate: LearningRate

    @property
    def n_slices(self) -> int:
        """How many slices the pairs are cut into."""
        return len(self.edges) - 1

    @property
    def shares(self) -> DoubleArray:
        """Which part of an epoch stands before each slice, float64 (n_slices + 1,)."""
        return self.edges / len(self.counts)

    @property
    def trained_share(self) -> float:
        """Which part of the text was counted."""
        return self.measure.trained_share()

    @property
    def state(self) -> tuple[FloatArray, ...]:
        """Vectors of words and contexts, biases, and the sums of squares of each."""
        return self.words, self.contexts, self.biases, *self.squares

    @property
    def subwords(self) -> None:
        """None: words have no parts."""

    def learn(self, epoch: int, position: int, sums: DoubleArray) -> None:
        """Learn a slice in `epoch` (from 0); slices, and pairs in them, come in an order of that epoch."""
        slices = np.random.default_rng([self.options.seed, 2, epoch]).permutation(self.n_slices)
        number = int(slices[position])
        part = slice(*self.edges[number : number + 2].tolist())
        rng = np.random.default_rng([self.options.seed, 3, epoch, number])
        self.compiled.learn(
            self.pair_rows[part],
            self.pair_columns[part],
            self.counts[part],
            rng.permutation(part.stop - part.start).astype(np.int32),
            *self.state,
            self.options.x_max,
            _POWER,
            self.rate.at(epoch, float(self.shares[position])),
            sums,
        )

    def rows(self, first: int, last: int) -> FloatArray:
        """The vectors of some words: the sums of both sides."""
        n_dims = self.options.n_dims
        return self.words[first:last, :n_dims] + self.contexts[first:last, :n_dims]

    def measure_steps(self) -> Steps[tuple[float, float]]:
        """No loss on held-out pairs (nan), which are not counts; their accuracy by products without biases."""
        _, accuracy = yield from self.measure.pairs.measure_steps(self.words, self.contexts)
        return np.nan, accuracy

    def vectors_steps(self) -> Steps[FloatArray]:
        """What was learned, float32 (n_words, n_dims)."""
        n_words, n_dims = len(self.words), self.options.n_dims
        vectors: FloatArray = np.empty((n_words, n_dims), np.float32)
        n_rows = max(1, _FLOATS_AT_ONCE // n_dims)
        for first in range(0, n_words, n_rows):
            vectors[first : first + n_rows] = self.rows(first, first + n_rows)
            yield Progress(1.0, "Keeping the vectors")
        return vectors


def glove_steps(corpus: EncodedCorpus, options: TrainingOptions, start: Start | None = None) -> Steps[Trained]:
    """Count which words stand near each other, then learn vectors whose products are the logarithms of the counts.

    A pair at distance d counts 1 / d; the error of a count is weighted by min(1, count / `x_max`) ** 0.75, and learned
    by AdaGrad in an order drawn anew for each epoch. Vectors are the sums of those of words and of contexts.

    `loss` is the weighted mean of squared errors over all pairs that were counted, not that of negative sampling, so it
    is comparable only with other runs of GloVe on the same text, and there is none on held-out pairs (nan). Accuracy is
    on the same held-out pairs as skip-gram's, by products of words and contexts without biases. An epoch reads all
    counts once; subsample and negatives play no part in the vectors. Threads are as those of skip-gram. Raises as
    `trained_steps` and `cooccurrence_steps` do, and OptionError.
    """
    options.checked()
    n_threads = n_threads_for(corpus.n_raw_tokens, options)
    return (yield from trained_steps(model_steps(corpus, options, start), n_threads, start))


def model_steps(corpus: EncodedCorpus, options: TrainingOptions, start: Start | None = None) -> Steps[GloveModel]:
    """Count, shuffle, and draw the start: all even in ±0.5 / n_dims, sums of squares small; or take another start."""
    compiled = yield from kernels.ready(COMPILED)
    measure = yield from within(measure_steps(corpus, options), 0.0, 0.0)
    counts = yield from within(cooccurrence_steps(corpus, measure.parts, options.window, "harmonic"), 0.0, 0.0)
    width = -(-options.n_dims // _LANE) * _LANE
    _check_memory(4 * counts.n_entries + 16 * corpus.n_words * width)
    pairs = yield from _shuffled_steps(counts, compiled, options.seed)
    del counts
    rng, shape = np.random.default_rng([options.seed, 0]), (corpus.n_words, width)
    words, contexts = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    biases = np.zeros((2, corpus.n_words), np.float32)
    squares = _filled(shape), _filled(shape), _filled((2, corpus.n_words))
    n_rows = max(1, _FLOATS_AT_ONCE // width)
    for matrix, n_filled in ((words, options.n_dims), (contexts, options.n_dims), (biases, corpus.n_words)):
        for first in range(0, len(matrix), n_rows):
            rows = matrix[first : first + n_rows, :n_filled]
            rows[:] = (rng.random(rows.shape, np.float32) - np.float32(0.5)) / np.float32(options.n_dims)
            yield Progress(0.0, "Preparing to train")
    n_at_once = max(1, _SLICE_WORK // width)
    edges = np.unique(np.append(np.arange(0, len(pairs[2]), n_at_once), len(pairs[2])))
    rate = LearningRate(options, power=_RATE_POWER)
    model = GloveModel(corpus, options, compiled, measure, *pairs, words, contexts, biases, squares, edges, rate)
    if start is not None:
        yield from copy_steps(start.state, model.state)
    return model


def _shuffled_steps(
    counts: Cooccurrences, compiled: ModuleType, seed: int
) -> Steps[tuple[CodeArray, CodeArray, FloatArray]]:
    """Rows, columns and values of all entries, in an order drawn by the seed."""
    n, text = counts.n_entries, f"Shuffling {counts.n_entries:,} pairs of words"
    rows: CodeArray = np.empty(n, np.int32)
    for first in range(0, n, _ENTRIES_AT_ONCE):
        places = np.arange(first, min(first + _ENTRIES_AT_ONCE, n))
        rows[first : first + len(places)] = np.searchsorted(counts.starts, places, side="right") - 1
        yield Progress(0.0, text)
    columns, values = counts.columns.copy(), counts.values.copy()
    state = np.random.default_rng([seed, 4]).integers(1, 1 << 63, 1, np.uint64)
    for last in range(n, 0, -_ENTRIES_AT_ONCE):
        compiled.shuffle(rows, columns, values, max(0, last - _ENTRIES_AT_ONCE), last, state)
        yield Progress(0.0, text)
    return read_only(rows), read_only(columns), read_only(values)


def _filled(shape: tuple[int, int]) -> FloatArray:
    return np.full(shape, _FIRST_SQUARE, np.float32)


def _check_memory(n_bytes: int) -> None:
    free = free_memory()
    if n_bytes > free:
        raise MemoryPlanError(
            f"Learning from these counts needs {n_bytes / _GIGABYTE:,.1f} GB more, and {free / _GIGABYTE:,.1f} GB of "
            "memory are free; close other programs, or choose fewer dimensions, a smaller window, a higher minimum "
            "count, or a smaller maximum vocabulary."
        )
