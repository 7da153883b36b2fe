"""PPMI with truncated SVD: vectors by counting alone (Levy, Goldberg & Dagan 2015).

Improving distributional similarity with lessons learned from word embeddings, TACL 3. What skip-gram learns by reading
again and again is close to this (Levy & Goldberg 2014, Neural word embedding as implicit matrix factorization).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

import numpy as np

from embedviz import kernels
from embedviz.progress import Progress, Steps, within
from embedviz.space.arrays import CodeArray, FloatArray, RowArray, read_only
from embedviz.training.cooccurrence import Cooccurrences, cooccurrence_steps
from embedviz.training.counting import (
    Counted,
    Measure,
    all_or_nothing,
    check_anew,
    check_directions,
    directions_hold,
    measure_steps,
    timed,
    trained_once_steps,
)
from embedviz.training.crew import Crew, crew_of
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.moment import Start, Trained
from embedviz.training.options import TrainingOptions
from embedviz.training.truncated_svd import BLOCK, leading_steps

COMPILED = "embedviz.training.counting_kernels"

_ENTRIES_AT_ONCE = 1 << 18
_LOGS_AT_ONCE = 1 << 20


@dataclass(frozen=True, eq=False)
class Ppmi:
    """The matrix of positive pointwise mutual information, which is never stored.

    Entry e of word r and context c is `logs[e] + row_terms[r] + column_terms[c]` where that is positive, else 0, the
    entries those of `Cooccurrences`. Its transpose is the same with row and column terms changed about, since
    counts are symmetric. `edges` are rows at which slices of about equal work begin.
    """

    starts: RowArray
    columns: CodeArray
    logs: FloatArray
    row_terms: FloatArray
    column_terms: FloatArray
    edges: RowArray
    compiled: ModuleType
    crew: Crew

    def times_steps(self, block: FloatArray, *, is_transposed: bool = False) -> Steps[FloatArray]:
        """The matrix, or its transpose, times `block` float32 (n_words, width)."""
        terms = (self.column_terms, self.row_terms) if is_transposed else (self.row_terms, self.column_terms)
        product: FloatArray = np.empty(block.shape, np.float32)
        read_only(block)

        def multiply(number: int) -> None:
            first, last = self.edges[number : number + 2].tolist()
            room = np.empty((1, block.shape[1]))
            self.compiled.multiply_positive(
                self.starts, self.columns, self.logs, *terms, first, last, block, room, product
            )

        yield from self.crew.work_steps(multiply, len(self.edges) - 1, Progress(None, "Multiplying"))
        return product

    def squared_steps(self, block: FloatArray) -> Steps[FloatArray]:
        """The matrix times its transpose times `block`."""
        return (yield from self.times_steps((yield from self.times_steps(block, is_transposed=True))))

    def sum_of_squares_steps(self) -> Steps[float]:
        """The sum of the squares of all entries."""
        sums = np.zeros(len(self.edges) - 1)

        def add(number: int) -> None:
            first, last = self.edges[number : number + 2].tolist()
            sums[number] = self.compiled.sum_of_squares(
                self.starts, self.columns, self.logs, self.row_terms, self.column_terms, first, last
            )

        yield from self.crew.work_steps(add, len(sums), Progress(None, "Adding up squares"))
        return float(sums.sum())


def ppmi_svd_steps(corpus: EncodedCorpus, options: TrainingOptions, start: Start | None = None) -> Steps[Trained]:
    """Count which words stand near each other, take PPMI of the counts, and keep its `n_dims` leading directions.

    An entry is max(0, log(P(w, c) / (P(w) P(c))) - log(`shift`)), where contexts are smoothed: P(c) is in proportion to
    their counts to the power of `context_power` (sections 3.2 and 5.1 there). Of its SVD, U S V', the vectors are U
    sqrt(S), and the outputs of contexts V sqrt(S), so that their products, on which accuracy stands, are the matrix
    itself as far as the directions hold it. Signs are fixed: the largest entry of each direction is positive.

    Counts each pair within the window as 1, without subsampling. Always the same for a text and its held-out sentences,
    by however many threads. One record, of epoch 1; epochs, learning rate and negatives play no part in the vectors.
    Raises OptionError for more than 1,000 dimensions, MemoryPlanError, InputError for a text without pairs;
    NothingLearnedError if it is stopped before its end.
    """
    check_anew(options.checked(), start)
    check_directions(options)
    return (yield from all_or_nothing(_ppmi_svd_steps(corpus, options)))


def _ppmi_svd_steps(corpus: EncodedCorpus, options: TrainingOptions) -> Steps[Trained]:
    measure = yield from within(measure_steps(corpus, options), 0.0, 0.05)
    with crew_of(options) as crew:
        counted = yield from within(_counted_steps(corpus, options, measure, crew), 0.05, 0.97)
        return (yield from within(trained_once_steps(corpus, measure, counted, n_threads=crew.n_threads), 0.97, 1.0))


def _counted_steps(corpus: EncodedCorpus, options: TrainingOptions, measure: Measure, crew: Crew) -> Steps[Counted]:
    (vectors, outputs, share), seconds = yield from timed(_decomposed_steps(corpus, options, measure, crew))
    sentence = f"{directions_hold(options.n_dims)} {100 * share:.1f} % of the PPMI matrix; the text was counted once."
    return Counted(vectors, outputs, sentence, seconds)


def _decomposed_steps(
    corpus: EncodedCorpus, options: TrainingOptions, measure: Measure, crew: Crew
) -> Steps[tuple[FloatArray, FloatArray, float]]:
    """U sqrt(S), V sqrt(S), and which part of the sum of squares they hold."""
    counts = yield from within(cooccurrence_steps(corpus, measure.parts, options.window, "flat"), 0.0, 0.4)
    ppmi = yield from within(ppmi_steps(counts, options, crew), 0.4, 0.45)
    del counts
    whole = yield from within(ppmi.sum_of_squares_steps(), 0.45, 0.46)
    leading = yield from within(leading_steps(ppmi.squared_steps, corpus.n_words, options.n_dims), 0.46, 0.95)
    roots = np.sqrt(np.sqrt(leading.values)).astype(np.float32)  # of the singular values
    outputs: FloatArray = np.empty(leading.vectors.shape, np.float32)
    for first in range(0, options.n_dims, BLOCK):
        part = slice(first, first + BLOCK)
        product = yield from ppmi.times_steps(np.ascontiguousarray(leading.vectors[:, part]), is_transposed=True)
        outputs[:, part] = product / np.where(roots[part] > 0, roots[part], np.float32(1))
        yield Progress(0.95, "Finding the contexts' side")
    vectors = leading.vectors * roots
    return vectors, outputs, min(1.0, float(leading.values.sum()) / whole) if whole else 1.0


def ppmi_steps(counts: Cooccurrences, options: TrainingOptions, crew: Crew) -> Steps[Ppmi]:
    """The PPMI of counts, with contexts smoothed by `context_power` and shifted by `shift`."""
    compiled = yield from kernels.ready(COMPILED)
    logs: FloatArray = np.empty(counts.n_entries, np.float32)
    for first in range(0, len(logs), _LOGS_AT_ONCE):
        np.log(counts.values[first : first + _LOGS_AT_ONCE], out=logs[first : first + _LOGS_AT_ONCE])
        yield Progress(first / len(logs), f"Weighing {len(logs):,} pairs of words")
    is_paired = counts.row_sums > 0
    log_sums = np.log(np.where(is_paired, counts.row_sums, 1.0))
    smoothed = options.context_power * log_sums
    log_total = np.log(np.exp(smoothed[is_paired]).sum())
    row_terms = (log_total - np.log(options.shift) - log_sums).astype(np.float32)
    wanted = np.arange(0, counts.n_entries, _ENTRIES_AT_ONCE)
    edges = np.unique(np.append(np.searchsorted(counts.starts, wanted), counts.n_words))
    return Ppmi(
        counts.starts,
        counts.columns,
        read_only(logs),
        read_only(row_terms),
        read_only((-smoothed).astype(np.float32)),
        edges,
        compiled,
        crew,
    )
