"""A sentence to one vector: the mean of the vectors of its words, as they are or weighted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedviz.space.arrays import DoubleArray, read_only
from embedviz.space.composing import Composition
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.training.word_finding import FoundWord, found_words
from embedviz.training.word_weights import WordWeights

_SHOWN = 3
_LONGEST_SHOWN = 24
_NO_ROW = -1


def weights_of(words: Sequence[FoundWord], weights: WordWeights) -> DoubleArray:
    """The weight (n,) of each of some words in the mean; 0 for a word without a vector."""
    rows = np.array([_NO_ROW if word.row is None else word.row for word in words], np.int64)
    has_vector = np.array([word.vector is not None for word in words], np.bool_)
    return read_only(np.where(has_vector, weights.of(rows), 0.0))


def pooled(words: Sequence[FoundWord], weights: DoubleArray) -> DoubleArray | None:
    """The sum of weight x vector by the number of words that have a vector (n_dims,); None where none has.

    Arora, Liang and Ma 2017, Algorithm 1, line 2; with weights of 1 it is the mean.
    """
    known = [(word.vector, weight) for word, weight in zip(words, weights.tolist(), strict=True)]
    vectors = [weight * vector for vector, weight in known if vector is not None]
    return read_only(np.sum(vectors, axis=0) / len(vectors)) if vectors else None


@dataclass(frozen=True, eq=False)
class SentenceComposer:
    """Gives a vector to any sentence that holds a word of another space, as the lines of a text got theirs."""

    space: EmbeddingSpace
    weights: WordWeights

    @property
    def words(self) -> Labels:
        """The words it knows."""
        return self.space.labels

    @property
    def n_bytes(self) -> int:
        """Memory held by the vectors and names of the words."""
        counts = 0 if self.weights.counts is None else self.weights.counts.nbytes
        return int(self.space.vectors.nbytes + self.space.labels.n_bytes + counts)

    def compose(self, word: str) -> Composition | None:
        """The vector of a word or a whole sentence; None if no word of it is known."""
        found = found_words(self.space, word)
        vector = pooled(found, weights_of(found, self.weights))
        if vector is None:
            return None
        unknown = list(dict.fromkeys(each.written for each in found if each.vector is None))
        n_known = sum(each.vector is not None for each in found)
        return Composition(word, vector, n_known, self._said(n_known, len(found), unknown))

    def _said(self, n_known: int, n_words: int, unknown: list[str]) -> str:
        if n_words == 1:
            return "1 word"
        shown = ", ".join(f"“{word[:_LONGEST_SHOWN]}”" for word in unknown[:_SHOWN])
        left = f"; unknown: {shown}{', …' if len(unknown) > _SHOWN else ''}" if unknown else ""
        return f"{n_known:,} of {n_words:,} words ({self.weights.said}{left})"


def word_space(space: EmbeddingSpace) -> EmbeddingSpace:
    """The space whose words a sentence is pooled from: the one behind a space of lines, else the space itself."""
    return space.subwords.space if isinstance(space.subwords, SentenceComposer) else space
