"""The sub-word vectors of a fastText model: they complete the vectors of its words, and compose those of others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.formats.fasttext_ngrams import Ngrams, NgramShape, ngrams_of
from embedviz.formats.stored_rows import StoredRows
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import ByteArray, FloatArray, RowArray, read_only
from embedviz.space.composing import Composition

_WORD_BYTES_AT_ONCE = 1 << 17
_LONGEST_WORD = 1 << 16


@dataclass(frozen=True, eq=False)
class Subwords:
    """`table` float32 (n, n_dims) of sub-word vectors; `kept` int64 (2, n_kept) where a model was pruned.

    `kept` holds the buckets that were not left out, ascending, and the row of each; without it the row is the bucket.
    `at` is the byte of the opened file at which the table stands as it is, None where it stands in none.
    """

    table: FloatArray | StoredRows
    shape: NgramShape
    kept: RowArray | None = None
    at: int | None = None

    def __post_init__(self) -> None:
        if isinstance(self.table, np.ndarray):
            read_only(self.table)
        if self.kept is not None:
            read_only(self.kept)

    @property
    def n_bytes(self) -> int:
        """Memory held by the vectors of the sub-words."""
        return int(self.table.nbytes + (0 if self.kept is None else self.kept.nbytes))

    def compose(self, word: str) -> Composition | None:
        """The mean of the vectors of a word's n-grams, added in float32 as fastText does; None if it has none.

        FileAccessError where they are read from a file that is gone or another by now.
        """
        encoded = np.frombuffer(word.encode("utf-8", "replace"), np.uint8)
        if not 0 < len(encoded) <= _LONGEST_WORD:
            return None
        rows, counts = self._rows(ngrams_of(encoded, np.array([0, len(encoded)], np.int64), self.shape))
        if not len(rows):
            return None
        total = np.zeros((1, self.table.shape[1]), np.float32)
        self._add(total, rows, counts)
        mean = total[0] / np.float32(len(rows))
        return Composition(word, mean.astype(np.float64), len(rows))

    def complete(self, vectors: FloatArray, buffer: ByteArray, offsets: RowArray, text: str) -> Steps[None]:
        """Make each of `vectors`, so far the word's own, its mean with the vectors of the word's n-grams, in place."""
        n_words, start = len(vectors), 0
        while start < n_words:
            yield Progress(start / n_words, f"{text}: {start:,} of {n_words:,} words composed")
            end = int(np.searchsorted(offsets, offsets[start] + _WORD_BYTES_AT_ONCE, "right")) - 1
            end = min(n_words, max(end, start + 1))
            rows, counts = self._rows(ngrams_of(buffer, offsets[start : end + 1], self.shape))
            part = vectors[start:end]
            self._add(part, rows, counts)
            with np.errstate(all="ignore"):
                part /= (counts + 1).astype(np.float32)[:, None]
            start = end

    def _rows(self, ngrams: Ngrams) -> tuple[RowArray, RowArray]:
        """The rows of the table for n-grams, and how many each word has, without those that were pruned."""
        if self.kept is None:
            return ngrams.buckets, ngrams.counts
        buckets, rows = self.kept
        at = np.searchsorted(buckets, ngrams.buckets, "right") - 1  # the last of a bucket that is named twice
        known = (at >= 0) & (buckets[np.maximum(at, 0)] == ngrams.buckets)
        words = np.repeat(np.arange(len(ngrams.counts)), ngrams.counts)
        return rows[at[known]], np.bincount(words[known], minlength=len(ngrams.counts)).astype(np.int64)

    def _add(self, totals: FloatArray, rows: RowArray, counts: RowArray) -> None:
        """Add each word's sub-words to its total one after the other: float32 sums depend on their order."""
        firsts = np.cumsum(counts) - counts
        order = np.argsort(-counts, kind="stable")
        left = np.sort(-counts)
        with np.errstate(all="ignore"):
            for place in range(int(counts.max(initial=0))):
                longer = order[: np.searchsorted(left, -place, "left")]
                totals[longer] += self.table[rows[firsts[longer] + place]]
