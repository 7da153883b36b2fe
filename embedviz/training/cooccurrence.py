"""How often words stand near each other: the counts that PPMI and GloVe learn from, as a sparse matrix."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Literal

import numpy as np

from embedviz import kernels
from embedviz.errors import InputError, MemoryPlanError
from embedviz.formats.memory_plan import free_memory
from embedviz.progress import Progress, Steps, within
from embedviz.space.arrays import CodeArray, DoubleArray, FloatArray, RowArray, read_only
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.heldout import Split

COMPILED = "embedviz.training.cooccurrence_kernels"
Weighting = Literal["flat", "harmonic"]

_PAIRS_AT_ONCE = 1 << 20
_CELLS_AT_ONCE = 1 << 20
_CELL_BYTES, _ENTRY_BYTES = 16, 8
_GIGABYTE = 1e9


@dataclass(frozen=True, eq=False)
class Cooccurrences:
    """A symmetric matrix (n_words, n_words) by its entries that are not zero.

    Those of row *i* are `starts[i]` to `starts[i + 1]` (int64, n_words + 1) of `columns` int32, ascending, and of
    `values` float32. `row_sums` float64 (n_words,).
    """

    starts: RowArray
    columns: CodeArray
    values: FloatArray
    row_sums: DoubleArray

    @property
    def n_words(self) -> int:
        """How many rows and columns there are."""
        return len(self.row_sums)

    @property
    def n_entries(self) -> int:
        """How many entries are not zero."""
        return len(self.columns)


@dataclass(frozen=True, eq=False)
class _Run:
    """Different cells `low * n_words + high` (low <= high) in order, int64, and their sums float64."""

    cells: RowArray
    sums: DoubleArray

    def __len__(self) -> int:
        return len(self.cells)


def cooccurrence_steps(corpus: EncodedCorpus, parts: Split, window: int, weighting: Weighting) -> Steps[Cooccurrences]:
    """Count each pair of tokens of a sentence at most `window` apart, in both directions, held-out sentences left out.

    A pair counts 1 (`flat`), or 1 / distance (`harmonic`; Pennington et al. 2014, GloVe, section 4.2). The text is read
    once, in slices; what is held are 16 bytes per pair of different words, and 16 more when they become a matrix.
    Raises MemoryPlanError where that does not fit, InputError for a text without pairs.
    """
    compiled = yield from kernels.ready(COMPILED)
    weights = np.ones(window) if weighting == "flat" else 1 / np.arange(1.0, window + 1)
    run = yield from within(_count_steps(corpus, parts, read_only(weights), compiled), 0.0, 0.85)
    if not len(run):
        raise InputError(
            "The text is too short to learn from: once rare words are left out, no two words stand near each other. "
            "Use a longer text or a lower minimum count."
        )
    return (yield from within(_matrix_steps(run, corpus.n_words, compiled), 0.85, 1.0))


def _count_steps(corpus: EncodedCorpus, parts: Split, weights: DoubleArray, compiled: ModuleType) -> Steps[_Run]:
    """Read the text in slices; their runs are merged whenever one is not much shorter than the one before."""
    window, starts, n_tokens = len(weights), parts.sentence_starts, max(1, len(corpus.tokens))
    edges = _edges(starts, max(1, _PAIRS_AT_ONCE // window))
    runs: list[_Run] = []
    pairs = np.empty(0, np.int64)
    for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        begin, end = int(starts[first]), int(starts[last])
        if len(pairs) < (end - begin) * window:
            pairs = np.empty((end - begin) * window, np.int64)
        n = compiled.write_pairs(
            read_only(corpus.tokens[begin:end].astype(np.int32)),
            read_only(starts[first : last + 1] - begin),
            parts.is_heldout[first:last],
            window,
            corpus.n_words,
            pairs,
        )
        pairs[:n].sort()
        sums = np.empty(n)
        n_cells = compiled.sum_pairs(pairs, n, weights, sums)
        runs.append(_Run(read_only(pairs[:n_cells].copy()), read_only(sums[:n_cells].copy())))
        done = end / n_tokens
        yield Progress(done, f"Counting pairs of words: {end:,} of {n_tokens:,} tokens")
        while len(runs) > 1 and len(runs[-2]) < 2 * len(runs[-1]):
            yield from _merge_steps(runs, compiled, done)
    while len(runs) > 1:
        yield from _merge_steps(runs, compiled, 1.0)
    return runs[0] if runs else _Run(read_only(np.empty(0, np.int64)), read_only(np.empty(0)))


def _edges(sentence_starts: RowArray, n_tokens: int) -> RowArray:
    """The sentences at which slices of about `n_tokens` begin, and the end."""
    wanted = np.arange(0, sentence_starts[-1], n_tokens)
    return np.unique(np.append(np.searchsorted(sentence_starts, wanted), len(sentence_starts) - 1))


def _merge_steps(runs: list[_Run], compiled: ModuleType, done: float) -> Steps[None]:
    """Make one run of the last two."""
    other, one = runs.pop(), runs.pop()
    n_most = len(one) + len(other)
    _check_memory(_CELL_BYTES * n_most)
    cells, sums, places = np.empty(n_most, np.int64), np.empty(n_most), np.zeros(3, np.int64)
    while places[0] < len(one) or places[1] < len(other):
        compiled.merge(one.cells, one.sums, other.cells, other.sums, cells, sums, places, _CELLS_AT_ONCE)
        yield Progress(done, f"Counting pairs of words: {places[2]:,} different ones")
    n = int(places[2])
    runs.append(_Run(read_only(cells[:n]), read_only(sums[:n])))


def _matrix_steps(run: _Run, n_words: int, compiled: ModuleType) -> Steps[Cooccurrences]:
    """Both halves of the matrix whose upper half is `run`."""
    counts, text = np.zeros(n_words, np.int64), f"Ordering {len(run):,} pairs of words"
    chunks = [(first, min(first + _CELLS_AT_ONCE, len(run))) for first in range(0, len(run), _CELLS_AT_ONCE)]
    for first, last in chunks:
        compiled.count_entries(run.cells, first, last, n_words, counts)
        yield Progress(0.3 * last / len(run), text)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    _check_memory(_ENTRY_BYTES * int(starts[-1]))
    columns, values = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.float32)
    row_sums, places = np.zeros(n_words), starts[:-1].copy()
    for first, last in chunks:
        compiled.write_entries(run.cells, run.sums, first, last, n_words, places, columns, values, row_sums)
        yield Progress(0.3 + 0.7 * last / len(run), text)
    return Cooccurrences(read_only(starts), read_only(columns), read_only(values), read_only(row_sums))


def _check_memory(n_bytes: int) -> None:
    free = free_memory()
    if n_bytes > free:
        raise MemoryPlanError(
            f"Counting which words stand near each other needs {n_bytes / _GIGABYTE:,.1f} GB more, and "
            f"{free / _GIGABYTE:,.1f} GB of memory are free; close other programs, or choose a smaller window, a "
            "higher minimum count, or a smaller maximum vocabulary."
        )
