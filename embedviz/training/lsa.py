"""Latent semantic analysis: the words of a text by the sentences they stand in (Deerwester et al. 1990).

Indexing by latent semantic analysis, JASIS 41. Counts are weighted by inverse document frequency (Spärck Jones 1972).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from types import ModuleType

import numpy as np

from embedviz import kernels
from embedviz.errors import InputError
from embedviz.progress import Progress, Steps, within
from embedviz.space.arrays import CodeArray, FlagArray, FloatArray, RowArray, read_only
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
from embedviz.training.heldout import Split
from embedviz.training.moment import Start, Trained
from embedviz.training.options import TrainingOptions
from embedviz.training.ppmi_svd import COMPILED
from embedviz.training.truncated_svd import leading_steps

_TOKENS_AT_ONCE = 1 << 18
_WORDS_AT_ONCE = 1 << 15
_N_SUMS = 4  # whatever the number of cores is, so that the result does not depend on it


@dataclass(frozen=True, eq=False)
class WordsByDocuments:
    """The matrix of words by documents, which is never stored: the text itself is read for each product.

    Entry (w, d) is how often word w stands in document d, times `weights[w]` float32 (n_words,). `edges` int64 are the
    documents at which slices of the text begin, and the end.
    """

    corpus: EncodedCorpus
    parts: Split
    edges: RowArray
    weights: FloatArray
    compiled: ModuleType
    crew: Crew

    def squared_steps(self, block: FloatArray) -> Steps[FloatArray]:
        """The matrix times its transpose times `block` float32 (n_words, width)."""
        weighted = read_only(block * self.weights[:, None])
        sums = np.zeros((_N_SUMS, *block.shape))
        numbers = [range(first, len(self.edges) - 1, _N_SUMS) for first in range(_N_SUMS)]
        n_rounds = max(map(len, numbers))

        def fold(turn: int, place: int) -> None:
            if turn < len(numbers[place]):
                slices = _slice(self.corpus, self.parts, self.edges, numbers[place][turn])
                self.compiled.fold_documents(*slices, weighted, np.empty((1, block.shape[1])), sums[place])

        for turn in range(n_rounds):
            doing = Progress(None, f"Reading the text: {turn + 1:,} of {n_rounds:,} rounds")
            yield from self.crew.work_steps(partial(fold, turn), _N_SUMS, doing)
        product: FloatArray = np.empty(block.shape, np.float32)
        for first in range(0, len(product), _WORDS_AT_ONCE):
            part = slice(first, first + _WORDS_AT_ONCE)
            product[part] = sums[:, part].sum(axis=0) * self.weights[part, None]
            yield Progress(None, "Adding up")
        return product


def lsa_steps(corpus: EncodedCorpus, options: TrainingOptions, start: Start | None = None) -> Steps[Trained]:
    """Decompose the matrix of words by documents, A = U S V', and keep its `n_dims` leading directions.

    A document is a sentence of the corpus, so a line of most texts; those held out are left out. An entry is how
    often a word stands in it, times log(n_documents / n_documents with the word), so that a word of every document has
    no vector. Vectors of words are the rows of U S, whose products are those of the rows of A (section "Comparing two
    terms" there). A document is in the same space as the sum of the unit directions of its words, each times its
    weight: column d of A, times U. Lines that are pooled from these vectors by inverse frequency lie close by.

    As both sides of a pair are words, accuracy is that of the vectors with themselves. Always the same for a text and
    its held-out sentences, by however many threads. One record, of epoch 1; window, epochs and learning rate play no
    part in the vectors. Raises OptionError for more than 1,000 dimensions, MemoryPlanError, InputError where all words
    stand in all documents; NothingLearnedError if it is stopped before its end.
    """
    check_anew(options.checked(), start)
    check_directions(options)
    return (yield from all_or_nothing(_lsa_steps(corpus, options)))


def _lsa_steps(corpus: EncodedCorpus, options: TrainingOptions) -> Steps[Trained]:
    measure = yield from within(measure_steps(corpus, options), 0.0, 0.05)
    with crew_of(options) as crew:
        counted = yield from within(_counted_steps(corpus, options, measure, crew), 0.05, 0.97)
        return (yield from within(trained_once_steps(corpus, measure, counted, n_threads=crew.n_threads), 0.97, 1.0))


def _counted_steps(corpus: EncodedCorpus, options: TrainingOptions, measure: Measure, crew: Crew) -> Steps[Counted]:
    (vectors, share, n_documents), seconds = yield from timed(_decomposed_steps(corpus, options, measure, crew))
    sentence = (
        f"{directions_hold(options.n_dims)} {100 * share:.1f} % of the matrix of {corpus.n_words:,} words by "
        f"{n_documents:,} sentences; the text was counted once."
    )
    return Counted(vectors, vectors, sentence, seconds)


def _decomposed_steps(
    corpus: EncodedCorpus, options: TrainingOptions, measure: Measure, crew: Crew
) -> Steps[tuple[FloatArray, float, int]]:
    """U S, which part of the sum of squares it holds, and the number of documents."""
    matrix, whole = yield from within(matrix_steps(corpus, measure.parts, crew), 0.0, 0.2)
    leading = yield from within(leading_steps(matrix.squared_steps, corpus.n_words, options.n_dims), 0.2, 1.0)
    vectors = leading.vectors * np.sqrt(leading.values).astype(np.float32)
    return vectors, min(1.0, float(leading.values.sum()) / whole), int((~measure.parts.is_heldout).sum())


def matrix_steps(corpus: EncodedCorpus, parts: Split, crew: Crew) -> Steps[tuple[WordsByDocuments, float]]:
    """Read the text once for the weights; returns the matrix, and the sum of the squares of its entries."""
    compiled = yield from kernels.ready(COMPILED)
    wanted = np.arange(0, parts.sentence_starts[-1], _TOKENS_AT_ONCE)
    edges = np.unique(np.append(np.searchsorted(parts.sentence_starts, wanted), len(parts.is_heldout)))
    times, found, squares = np.zeros((3, corpus.n_words), np.int64)
    last_seen = np.full(corpus.n_words, -1, np.int64)
    for number in range(len(edges) - 1):
        tokens, starts, is_heldout = _slice(corpus, parts, edges, number)
        compiled.count_documents(tokens, starts, is_heldout, int(edges[number]), last_seen, times, found, squares)
        yield Progress(number / len(edges), "Counting the sentences of each word")
    n_documents = int((~parts.is_heldout).sum())
    weights = np.log(n_documents / np.maximum(found, 1)) * (found > 0)
    whole = float((squares * weights**2).sum())
    if whole <= 0:
        raise InputError(
            "The sentences of the text cannot be told apart: every word stands in all of them. Use a text of more "
            "sentences, each on a line of its own."
        )
    return WordsByDocuments(corpus, parts, edges, read_only(weights.astype(np.float32)), compiled, crew), whole


def _slice(corpus: EncodedCorpus, parts: Split, edges: RowArray, number: int) -> tuple[CodeArray, RowArray, FlagArray]:
    """The tokens int32 of a slice, where its documents start in them, and which are held out."""
    first, last = edges[number : number + 2].tolist()
    starts = parts.sentence_starts[first : last + 1]
    tokens = read_only(corpus.tokens[int(starts[0]) : int(starts[-1])].astype(np.int32))
    return tokens, read_only(starts - starts[0]), parts.is_heldout[first:last]
