"""A text as questions and answers: some words of a sentence, and the word that follows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from embedviz.space.arrays import CodeArray, FlagArray, RowArray, read_only
from embedviz.space.labels import Labels

UNKNOWN, START, END = "‹unknown›", "‹start›", "‹end›"
"""What the two symbols that are no words are called; no word holds their brackets."""


@dataclass(frozen=True)
class Symbols:
    """What the network reads and foretells: the known words by descending count, and two symbols more.

    The number of a word is its place in `words`; `unknown` stands for every other word, and `edge` for the edge of a
    sentence: its start where it is read, its end where it is foretold.
    """

    words: tuple[str, ...]

    def __len__(self) -> int:
        """How many numbers there are."""
        return len(self.words) + 2

    @property
    def unknown(self) -> int:
        """The number of every word that is not known."""
        return len(self.words)

    @property
    def edge(self) -> int:
        """The number of the edge of a sentence."""
        return len(self.words) + 1

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.words)}

    def numbers_of(self, words: Sequence[str]) -> CodeArray:
        """The number of each word, int32 (n,)."""
        return np.array([self._numbers.get(word, self.unknown) for word in words], np.int32)

    def name(self, number: int, *, is_read: bool = False) -> str:
        """The word of a number; the edge of a sentence is its start where it `is_read`."""
        if number < len(self.words):
            return self.words[number]
        return UNKNOWN if number == self.unknown else START if is_read else END


def symbols_of(words: Labels, counts: RowArray, min_count: int, max_vocabulary: int) -> Symbols:
    """The words to know, of those of a text by descending `counts` int64."""
    n_known = min(int(np.searchsorted(-counts, -min_count, "right")), max_vocabulary)
    return Symbols(tuple(words[row] for row in range(n_known)))


@dataclass(frozen=True, eq=False)
class NextWords:
    """Every word of some sentences, their ends too, after what stands before it.

    `contexts` int32 (n, context) are the words before, the nearest last, the edge where the sentence has not begun;
    `nexts` int32 (n,) what follows.
    """

    contexts: CodeArray
    nexts: CodeArray

    def __len__(self) -> int:
        """How many words there are to foretell."""
        return len(self.nexts)

    def nearest(self, context: int) -> NextWords:
        """The same words after no more than so many before."""
        return NextWords(self.contexts[:, -context:], self.nexts)


def next_words_of(tokens: CodeArray, starts: RowArray, chosen: FlagArray, symbols: Symbols, context: int) -> NextWords:
    """The words of the `chosen` (bool, n) of sentences that begin at `starts` int64 (n + 1,) in `tokens` int32."""
    begins = starts[:-1][chosen]
    lengths = (starts[1:][chosen] - begins) + 1  # with the end, which is foretold too
    n = int(lengths.sum())
    place = np.arange(n) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    source = np.repeat(begins, lengths) + place
    is_end = place == np.repeat(lengths - 1, lengths)
    line = np.append(tokens, np.int32(symbols.edge))
    line[:-1][line[:-1] >= symbols.unknown] = symbols.unknown
    contexts = np.empty((n, context), np.int32)
    for back in range(1, context + 1):
        contexts[:, -back] = np.where(place >= back, line[np.maximum(source - back, 0)], symbols.edge)
    nexts = np.where(is_end, np.int32(symbols.edge), line[source])
    return NextWords(read_only(contexts), read_only(nexts))


@dataclass(frozen=True, eq=False)
class Shared:
    """The same words, those of one context together, so that what it costs to foretell them is paid once.

    Row *i* is a context, `contexts` int32 (n_rows, context), and at most some of the words that follow it in the text:
    `nexts` from `starts[i]` to `starts[i + 1]`, int64 (n_rows + 1,).
    """

    contexts: CodeArray
    starts: RowArray
    nexts: CodeArray

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        return len(self.contexts)

    def batch(self, rows: RowArray) -> tuple[CodeArray, RowArray, CodeArray]:
        """Contexts int32 (n, context), and of each next word which of them it follows, int64 (m,), and int32 (m,)."""
        begins = self.starts[rows]
        lengths = self.starts[rows + 1] - begins
        before = np.cumsum(lengths) - lengths
        owners = np.repeat(np.arange(len(rows)), lengths)
        return self.contexts[rows], owners, self.nexts[np.arange(len(owners)) + np.repeat(begins - before, lengths)]


def shared(words: NextWords, most: int, rng: np.random.Generator) -> Shared:
    """Gather the words of each context, in random order, at most `most` to a row.

    A step that learns from rows follows the gradient of the same loss as one that learns from words; a small world
    repeats itself, so the rows are far fewer.
    """
    shuffled = rng.permutation(len(words))
    order = shuffled[np.lexsort(words.contexts[shuffled].T)]
    contexts = words.contexts[order]
    is_new = np.concatenate([[True], (contexts[1:] != contexts[:-1]).any(axis=1)])[: len(contexts)]
    first = np.flatnonzero(is_new)
    place = np.arange(len(contexts)) - np.repeat(first, np.diff(np.append(first, len(contexts))))
    begins = np.flatnonzero(place % most == 0)
    return Shared(
        read_only(contexts[begins]),
        read_only(np.append(begins, len(contexts)).astype(np.int64)),
        read_only(words.nexts[order]),
    )
