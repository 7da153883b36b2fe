"""Counting instead of learning: how well the two words before foretell the next, as every network must beat.

Two models that are counted from the same words. Interpolated Kneser-Ney with three discounts for each order (Chen and
Goodman 1999, An empirical study of smoothing techniques for language modeling, section 3, formulas 17 and 26) asks
for lower orders after how many different words a word was seen. Jelinek-Mercer interpolation (section 2.3 there) mixes
the shares of all orders, by weights for each class of how often the two words before were seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedviz.progress import Progress, Steps
from embedviz.space.arrays import DoubleArray, FlagArray, RowArray
from embedviz.training.next_word_text import NextWords

_SMALLEST_DISCOUNT = 0.1  # so that a word that was not seen keeps a share in any text
_ROUNDS = 40
_COUNTING = "Counting triples of words to compare with"


@dataclass(frozen=True)
class TrigramLosses:
    """The loss of both models on held-out words, in nats per word; `best` is what a network has to beat.

    The weights of `jelinek_mercer` are fitted to the very words that are measured, which flatters it.
    """

    kneser_ney: float
    jelinek_mercer: float

    @property
    def best(self) -> float:
        """The lower of the two."""
        return min(self.kneser_ney, self.jelinek_mercer)


@dataclass(frozen=True, eq=False)
class _Order:
    """What was counted of runs of some words, a run one number: its words as digits to the base `n_symbols`.

    `runs` int64 ascending with `counts` float64; the runs without their last word are `heads`, and `first` int64
    (n_heads + 1,) is where those of each begin in `runs`.
    """

    n_symbols: int
    runs: RowArray
    counts: DoubleArray
    heads: RowArray
    first: RowArray

    def of_head(self, values: DoubleArray) -> DoubleArray:
        """Sums of `values` (n_runs,) over the runs of each head."""
        return np.add.reduceat(values, self.first[:-1])

    def found(self, asked: RowArray) -> tuple[RowArray, FlagArray, RowArray, FlagArray]:
        """Where each run stands in `runs`, whether it does, where its head stands, and whether that does."""
        return (*_places(self.runs, asked), *_places(self.heads, asked // self.n_symbols))


def trigram_losses_steps(learned: NextWords, measured: NextWords, n_symbols: int) -> Steps[TrigramLosses]:
    """Count `learned` and measure both models on `measured`; numbers of symbols are below `n_symbols`."""
    asked = _triples(measured, n_symbols)
    triples = _triples(learned, n_symbols)
    yield Progress(0.1, _COUNTING)
    triples.sort()
    yield Progress(0.5, _COUNTING)
    kneser_ney = kneser_ney_chances(triples, asked, n_symbols)
    yield Progress(0.8, _COUNTING)
    jelinek_mercer = jelinek_mercer_chances(triples, asked, n_symbols)
    return TrigramLosses(_loss(kneser_ney), _loss(jelinek_mercer))


def _loss(chances: DoubleArray) -> float:
    """The mean loss in nats, never below 0: not where all is certain, nor where a chance is rounded above 1."""
    return float(np.maximum(-np.log(chances).mean(), 0.0)) + 0.0  # which makes 0 of -0


def kneser_ney_chances(triples: RowArray, asked: RowArray, n_symbols: int) -> DoubleArray:
    """The chance of the last word of each run that is `asked` after its first two, float64, from sorted `triples`."""
    orders = [_order(triples, n_symbols)]
    for length in (2, 1):  # a word counts once for each word that it was seen after
        orders.append(_order(orders[-1].runs % n_symbols**length, n_symbols, is_sorted=False))
    chances: DoubleArray = np.full(len(asked), 1 / n_symbols)
    for length, order in enumerate(reversed(orders), 1):
        taken = _discounts(order.counts)[np.minimum(order.counts, 3).astype(np.int64)]
        totals = order.of_head(order.counts)
        left = order.of_head(taken) / totals
        at, is_run, head, is_head = order.found(asked % n_symbols**length)
        own = np.where(is_run, order.counts[at] - taken[at], 0) / totals[head]
        chances = np.where(is_head, own + left[head] * chances, chances)
    return chances


def jelinek_mercer_chances(triples: RowArray, asked: RowArray, n_symbols: int) -> DoubleArray:
    """The same by mixed shares, the weights fitted to `asked` by expectation and maximization."""
    shares: list[DoubleArray] = [np.full(len(asked), 1 / n_symbols)]
    seen: DoubleArray = np.zeros(len(asked))
    for length in (1, 2, 3):
        order = _order(triples % n_symbols**length, n_symbols, is_sorted=length == 3)
        at, is_run, head, is_head = order.found(asked % n_symbols**length)
        seen = np.where(is_head, order.of_head(order.counts)[head], 0)
        shares.append(np.where(is_run, order.counts[at], 0) / np.maximum(seen, 1))
    classes = np.ceil(np.log2(seen + 1)).astype(np.int64)
    return _mixed(np.stack(shares, axis=1), classes)


def _mixed(shares: DoubleArray, classes: RowArray) -> DoubleArray:
    """The mixture (n,) of `shares` (n, 4) by the weights that are most likely in each class."""
    n_classes = int(classes.max(initial=0)) + 1
    weights = np.full((n_classes, shares.shape[1]), 1 / shares.shape[1])
    for _ in range(_ROUNDS):
        parts = weights[classes] * shares
        parts /= parts.sum(axis=1, keepdims=True)
        sums = np.stack([np.bincount(classes, part, n_classes) for part in parts.T], axis=1)
        weights = sums / np.maximum(sums.sum(axis=1, keepdims=True), 1e-300)
    mixed: DoubleArray = (weights[classes] * shares).sum(axis=1)
    return mixed


def _triples(words: NextWords, n_symbols: int) -> RowArray:
    """Each word with the two before it as one number, int64."""
    before = words.contexts[:, -2:].astype(np.int64)
    return (before[:, 0] * n_symbols + before[:, 1]) * n_symbols + words.nexts


def _order(runs: RowArray, n_symbols: int, *, is_sorted: bool = True) -> _Order:
    ordered = runs if is_sorted else np.sort(runs)
    begins = _begins(ordered)
    distinct = ordered[begins]
    heads = distinct // n_symbols
    first = _begins(heads)
    counts = np.diff(np.append(begins, len(ordered))).astype(np.float64)
    return _Order(n_symbols, distinct, counts, heads[first], np.append(first, len(heads)))


def _begins(ordered: RowArray) -> RowArray:
    """Where each new value begins in an ascending array."""
    return np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])[: len(ordered)])


def _places(ordered: RowArray, asked: RowArray) -> tuple[RowArray, FlagArray]:
    at = np.minimum(np.searchsorted(ordered, asked), len(ordered) - 1)
    return at, ordered[at] == asked


def _discounts(counts: DoubleArray) -> DoubleArray:
    """What is taken from a count of 1, of 2, and of more, after a 0 for none (Chen and Goodman 1999, formula 26)."""
    ones, twos, threes, fours = (max(1, int(np.count_nonzero(counts == times))) for times in (1, 2, 3, 4))
    share = ones / (ones + 2 * twos)
    taken: Sequence[float] = (
        1 - 2 * share * twos / ones,
        2 - 3 * share * threes / twos,
        3 - 4 * share * fours / threes,
    )
    return np.array([0.0, *(min(max(_SMALLEST_DISCOUNT, each), most) for most, each in enumerate(taken, 1))])
