"""Why two words are near: how often they stand together in the text they were learned from, and in which company."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from embedviz.errors import OptionError
from embedviz.progress import Steps, within
from embedviz.space.arrays import DoubleArray, FlagArray, RowArray
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.training.concordance import ConcordanceLine, quote_steps
from embedviz.training.corpus_index import CorpusIndex, index_steps
from embedviz.training.near_words import NearCounts, Place, count_near_steps, nearest_steps
from embedviz.training.trained_text import trained_text

N_LINES, N_CONTEXTS = 20, 30
_MOST_SHOWN = 1_000
_READ_SHARE, _COUNT_SHARE, _FIND_SHARE = 0.8, 0.85, 0.9


@dataclass(frozen=True)
class SharedContext:
    """A word that stands near both: how often near the one and the other, the PMI of each in nats, its own count.

    `strength` is the weaker of its two associations, as log-likelihood ratios (G²): how little chance explains it.
    """

    row: int
    word: str
    n_near: tuple[int, int]
    pmi: tuple[float, float]
    count: int
    strength: float


@dataclass(frozen=True)
class Evidence:
    """What a text says about two different words.

    Counted are the tokens that training kept (`n_tokens`), so that words left out stand between none. Two words stand
    together where they are at most `window` tokens apart in one sentence; each pair of places counts once, however
    often training drew it. `counts` is how often each word stands in the text and `n_together` how often they stand
    together; `n_expected` is how often words of their company would by chance. `contexts` are words that stand near
    both more often than chance, `n_shared` of them in all, strongest first. `lines` begin with some of the
    `n_sentences` where both stand together; then, for one shared context after the other, a line of the first word
    with it and one of the second.
    """

    words: tuple[str, str]
    rows: tuple[int, int]
    corpus: str
    window: int
    n_tokens: int
    counts: tuple[int, int]
    n_together: int
    n_expected: float
    n_sentences: int
    contexts: tuple[SharedContext, ...]
    n_shared: int
    lines: tuple[ConcordanceLine, ...]

    @property
    def shares(self) -> tuple[float, float]:
        """The shares of the two words among the tokens that training kept."""
        one, other = (count / max(1, self.n_tokens) for count in self.counts)
        return one, other

    @property
    def pmi(self) -> float:
        """Pointwise mutual information of the two words in nats, -inf where they never stand together.

        ln(n_together / n_expected): Church and Hanks, “Word association norms, mutual information, and lexicography”,
        Computational Linguistics 16 (1990).
        """
        return math.log(self.n_together / self.n_expected) if self.n_together else -math.inf

    @property
    def summary(self) -> str:
        """The counts in words."""
        (one, other), (n_one, n_other) = self.words, self.counts
        said = f"{one} stands {_times(n_one)}, {other} {_times(n_other)}; they"
        if not self.n_together:
            return f"{said} never stand together, which by chance would be {_expected(self.n_expected)}."
        ratio = self.n_together / self.n_expected
        return (
            f"{said} stand together {_times(self.n_together)}, {_ratio(ratio)} times as often as by chance "
            f"(PMI {self.pmi:.2f} nats)."
        )

    @property
    def basis(self) -> str:
        """What was counted, in words."""
        apart = "side by side" if self.window == 1 else f"at most {self.window:,} words apart"
        return (
            f"Together is {apart} in one sentence of {self.corpus}, of which {self.n_tokens:,} words were kept; "
            f"PMI is the logarithm of count over chance. {self.n_shared:,} words stand near both more often than by "
            "chance; the weaker of their two associations (log-likelihood ratio) ranks them."
        )


def evidence_steps(
    space: EmbeddingSpace,
    word: str,
    other: str,
    *,
    n_lines: int = N_LINES,
    n_contexts: int = N_CONTEXTS,
    index: CorpusIndex | None = None,
) -> Steps[Evidence]:
    """Look into the text a space was trained on for what makes two of its words near.

    The expected count of words a and b is d(a) d(b) / D, where d counts all words that stand near a word and D is the
    sum of d: the PMI of the symmetric word-context counts of Levy and Goldberg, “Neural word embedding as implicit
    matrix factorization” (2014), section 3. Shared contexts, those whose two PMIs are both above 0, are ranked by the
    smaller of their two log-likelihood ratios (Dunning, “Accurate methods for the statistics of surprise and
    coincidence”, 1993), since PMI alone puts first what was seen once.

    `index` is what `index_steps(space)` returned; without it the text is read as a whole first. Raises
    UnknownItemError, OptionError for one word twice, InputError for a space that was not trained here, and for a text
    that is not there or was changed since.
    """
    row, second = space.row(word), space.row(other)
    for what, n in (("lines", n_lines), ("contexts", n_contexts)):
        if not 0 <= n <= _MOST_SHOWN:
            raise OptionError(f"The number of {what} is {n:,}; choose from 0 to {_MOST_SHOWN:,}.")
    if row == second:
        raise OptionError(f"“{word}” and “{other}” are one word; choose another to compare it with.")
    trained_text(space)
    if index is None:
        index = yield from within(index_steps(space), 0.0, _READ_SHARE)
    counted = yield from within(count_near_steps(index, row, second), _READ_SHARE, _COUNT_SHARE)
    contexts, n_shared = _shared(space, index, counted, row, second, n_contexts)
    places = yield from within(_places(index, counted, contexts, (row, second), n_lines), _COUNT_SHARE, _FIND_SHARE)
    lines = yield from within(quote_steps(index, space, places), _FIND_SHARE, 1.0)
    return Evidence(
        (space.labels[row], space.labels[second]),
        (row, second),
        index.text.name,
        index.text.window,
        len(index.tokens),
        (int(index.counts[row]), int(index.counts[second])),
        int(counted.near[0][second]),
        float(_expected_counts(index, row)[second]),
        len(counted.together),
        contexts,
        n_shared,
        lines,
    )


def _shared(
    space: EmbeddingSpace, index: CorpusIndex, counted: NearCounts, row: int, other: int, n_contexts: int
) -> tuple[tuple[SharedContext, ...], int]:
    """The strongest words that stand near both more often than chance, and how many there are in all."""
    expected = (_expected_counts(index, row), _expected_counts(index, other))
    above: FlagArray = (counted.near[0] > expected[0]) & (counted.near[1] > expected[1])
    above[[row, other]] = False
    rows = np.flatnonzero(above)
    total = int(index.n_near.sum())
    ratios = [
        likelihood_ratios(near[rows], int(index.n_near[word]), index.n_near[rows], total)
        for near, word in zip(counted.near, (row, other), strict=True)
    ]
    strengths = np.minimum(*ratios)
    best = np.argsort(-strengths, kind="stable")[:n_contexts]
    pmis = [np.log(near[rows] / by_chance[rows]) for near, by_chance in zip(counted.near, expected, strict=True)]
    contexts = tuple(
        SharedContext(
            int(rows[at]),
            space.labels[int(rows[at])],
            (int(counted.near[0][rows[at]]), int(counted.near[1][rows[at]])),
            (float(pmis[0][at]), float(pmis[1][at])),
            int(index.counts[rows[at]]),
            float(strengths[at]),
        )
        for at in best.tolist()
    )
    return contexts, len(rows)


def _expected_counts(index: CorpusIndex, row: int) -> DoubleArray:
    """How often each word would stand near `row` if words were strewn by chance, float64 (n_words,)."""
    total = max(1, int(index.n_near.sum()))
    return index.n_near.astype(np.float64) * (int(index.n_near[row]) / total)


def likelihood_ratios(near: RowArray, n_near: int, n_near_others: RowArray, total: int) -> DoubleArray:
    """G² of the two-by-two table of each other word, float64: near this word or not, that word or not.

    `near` int64 counts each of them near this word, `n_near` all that stand near it, `n_near_others` all that stand
    near them, `total` the sum over all words.
    """
    table = (
        (near, n_near * n_near_others),
        (n_near - near, n_near * (total - n_near_others)),
        (n_near_others - near, (total - n_near) * n_near_others),
        (total - n_near - n_near_others + near, (total - n_near) * (total - n_near_others)),
    )
    ratios = np.zeros(len(near))
    for observed, product in table:
        there = observed > 0
        ratios[there] += 2 * observed[there] * np.log(observed[there] / (product[there] / total))
    return ratios


def _places(
    index: CorpusIndex, counted: NearCounts, contexts: tuple[SharedContext, ...], rows: tuple[int, int], n_lines: int
) -> Steps[list[Place]]:
    """Where to look: evenly spread over where both stand together, then pairs of places with the best contexts."""
    n_pairs = min(len(contexts), max(n_lines // 4, (n_lines - len(counted.together)) // 2))
    n_together = min(len(counted.together), n_lines - 2 * n_pairs)
    spread = np.linspace(0, len(counted.together) - 1, n_together).round().astype(np.int64)
    places = [counted.together[at] for at in spread.tolist()]
    others = [context.row for context in contexts[:n_pairs]]
    if others:
        nearest = yield from nearest_steps(index, rows, others)
        places += [nearest[row, context] for context in others for row in rows]
    return places


def _times(n: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(n, f"{n:,} times")


def _ratio(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.1f}" if ratio >= 0.95 else f"{ratio:.2g}"


def _expected(n: float) -> str:
    return f"{n:,.0f} times" if n >= 10 else f"{n:.1f} times" if n >= 0.05 else "hardly ever"
