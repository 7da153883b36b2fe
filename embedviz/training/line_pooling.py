"""Lines to vectors: the words of each line of a text pooled, a block of the text at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.space.arrays import DoubleArray, RowArray
from embedviz.training.word_rows import END_OF_LINE, UNKNOWN, WordRows
from embedviz.training.word_weights import WordWeights


@dataclass(frozen=True, eq=False)
class PooledLines:
    """Lines that ended in a block: `sums` float64 (n, n_dims) of weight x vector, and counts int64 (n,) of words.

    `texts` are the lines without what stands around them; `n_words` counts all words of a line, `n_known` those with a
    vector, by which the sum is to be divided.
    """

    texts: list[str]
    sums: DoubleArray
    n_words: RowArray
    n_known: RowArray


class LinePooling:
    """Pools line after line; what of a line stood in the blocks before is carried along, however long it is."""

    def __init__(self, words: WordRows, weights: WordWeights, n_dims: int) -> None:
        self._words = words
        self._weights = weights
        self._texts: list[str] = []
        self._sum = np.zeros(n_dims)
        self._n_words = self._n_known = 0

    def pooled(self, text: str) -> PooledLines:
        """The lines that end in the next block of a text; a block ends between words, the last one with a line end."""
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        codes = self._words.codes(text)
        ends = codes == END_OF_LINE
        lines = np.cumsum(ends)[~ends]
        codes = codes[~ends]
        known = codes != UNKNOWN
        n_lines = int(np.count_nonzero(ends)) + 1
        n_words = np.bincount(lines, minlength=n_lines)
        n_known = np.bincount(lines[known], minlength=n_lines)
        sums = self._sums(codes[known], n_known)
        texts = text.split("\n")
        sums[0] += self._sum
        n_words[0] += self._n_words
        n_known[0] += self._n_known
        self._sum, self._n_words, self._n_known = sums[-1].copy(), int(n_words[-1]), int(n_known[-1])
        self._texts.append(texts.pop(0))
        if texts:  # a line ended here
            texts.insert(0, "".join(self._texts))
            self._texts = [texts.pop()]
        return PooledLines([line.strip() for line in texts], sums[:-1], n_words[:-1], n_known[:-1])

    def _sums(self, rows: RowArray, n_known: RowArray) -> DoubleArray:
        """The sum of weight x vector for each line (n_lines, n_dims), whose rows stand one behind the other."""
        sums = np.zeros((len(n_known), len(self._sum)))
        if len(rows):
            vectors = self._words.vectors(rows)
            if self._weights.counts is not None:
                vectors *= self._weights.of(rows)[:, None]
            filled = n_known > 0
            sums[filled] = np.add.reduceat(vectors, (np.cumsum(n_known) - n_known)[filled], axis=0)
        return sums
