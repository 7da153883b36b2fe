"""What stands near two words in a text: counted, and found again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from embedviz.progress import Progress, Steps
from embedviz.space.arrays import CodeArray, RowArray
from embedviz.training.corpus_index import CorpusIndex, Span

_OUTSIDE = -1
_WORDS_AT_ONCE = 1 << 19


@dataclass(frozen=True)
class Place:
    """Where a word stands in a text (the number of its token), and how far behind it the other one, or before it."""

    row: int
    other: int
    token: int
    distance: int


@dataclass(frozen=True, eq=False)
class NearCounts:
    """How often each word stands near the one, and near the other, int64 (n_words,) each.

    A pair of places counts once: two words in one sentence, at most a window apart. `together` are places of the first
    word that have the other near, one a sentence, each with its nearest; read-only by use.
    """

    near: tuple[RowArray, RowArray]
    together: tuple[Place, ...]


def count_near_steps(index: CorpusIndex, row: int, other: int) -> Steps[NearCounts]:
    """Count what stands near two different words, in one pass over the tokens."""
    counts = tuple(np.zeros(len(index.counts), np.int64) for _ in range(2))
    together: list[Place] = []
    for span in index.spans():
        for which, word in enumerate((row, other)):
            for places, found in _near(span, word, index.text.window):
                counts[which][:] += np.bincount(found[found != _OUTSIDE], minlength=len(counts[which]))
                if which == 0:
                    together += _together(span, places, found, row, other, after=together[-1:])
                yield _progress(index, span)
    return NearCounts((counts[0], counts[1]), tuple(together))


def nearest_steps(
    index: CorpusIndex, rows: Sequence[int], others: Sequence[int]
) -> Steps[dict[tuple[int, int], Place]]:
    """Where each of `rows` has each of `others` nearest to it; of places that are alike, the first in the text."""
    slots = np.full(len(index.counts) + 1, -1, np.int64)  # one more for what is outside
    slots[np.asarray(others, np.int64)] = np.arange(len(others))
    best: dict[tuple[int, int], Place] = {}
    deltas = _deltas(index.text.window)
    for span in index.spans():
        for row in rows:
            for places, found in _near(span, row, index.text.window):
                at, column = np.nonzero(slots[found] >= 0)
                slot = slots[found[at, column]]
                order = np.lexsort((column, at, column // 2, slot))
                _, firsts = np.unique(slot[order], return_index=True)
                for hit in order[firsts].tolist():
                    other, distance = others[int(slot[hit])], int(deltas[column[hit]])
                    place = Place(row, other, span.first + int(places[at[hit]]), distance)
                    known = best.get((row, other))
                    if known is None or abs(distance) < abs(known.distance):
                        best[row, other] = place
                yield _progress(index, span)
    return best


def _near(span: Span, word: int, window: int) -> Iterator[tuple[RowArray, CodeArray]]:
    """Places of a word in a span, some at once, and the words near each: a row a place, the nearest first.

    Where a sentence ends within the window stands -1.
    """
    deltas = _deltas(window)
    places = np.flatnonzero(span.tokens == word)
    n_at_once = max(1, _WORDS_AT_ONCE // len(deltas))
    for first in range(0, len(places), n_at_once):
        some = places[first : first + n_at_once]
        sentence = np.searchsorted(span.starts, some, "right")
        low, high = span.starts[sentence - 1, None], span.starts[sentence, None]
        around = some[:, None] + deltas
        inside = (around >= low) & (around < high)
        yield some, np.where(inside, span.tokens[np.where(inside, around, 0)], _OUTSIDE)


def _deltas(window: int) -> RowArray:
    """-1, 1, -2, 2, ... to the end of a window."""
    steps = np.arange(1, window + 1)
    return np.stack([-steps, steps], axis=1).ravel()


def _together(
    span: Span, places: RowArray, found: CodeArray, row: int, other: int, after: Sequence[Place]
) -> list[Place]:
    """The places that have `other` near, the first of each sentence; none in the sentence of the place `after`."""
    is_other = found == other
    at = np.flatnonzero(is_other.any(axis=1))
    sentences = np.searchsorted(span.starts, places[at], "right")
    _, firsts = np.unique(sentences, return_index=True)
    if len(firsts) and after and after[0].token >= span.first:
        known = int(np.searchsorted(span.starts, after[0].token - span.first, "right"))
        firsts = firsts[sentences[firsts] != known]
    distances = _deltas(found.shape[1] // 2)[is_other[at[firsts]].argmax(axis=1)]
    tokens = span.first + places[at[firsts]]
    return [
        Place(row, other, token, distance) for token, distance in zip(tokens.tolist(), distances.tolist(), strict=True)
    ]


def _progress(index: CorpusIndex, span: Span) -> Progress:
    done = (span.first + len(span.tokens)) / max(1, len(index.tokens))
    return Progress(done, f"Looking through {index.text.name}")
