"""The parts of the words of a corpus, in letters, that get vectors of their own (Bojanowski et al. 2017, §3.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedviz.formats.fasttext_ngrams import Ngrams, NgramShape, ngrams_of
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import CodeArray, DoubleArray, RowArray, read_only
from embedviz.space.labels import Labels
from embedviz.training.options import TrainingOptions

_BYTES_AT_ONCE = 1 << 17


@dataclass(frozen=True, eq=False)
class WordParts:
    """Which rows of a matrix of n-grams each word has: `rows[starts[i] : starts[i + 1]]` of word *i*.

    `starts` int64 (n_words + 1,), `rows` int32. Only buckets that hold an n-gram of a word have a row, those that are
    read most often first; `kept` int64 (2, n_rows) are these buckets, ascending, and the row of each.
    """

    starts: RowArray
    rows: CodeArray
    kept: RowArray
    shape: NgramShape

    @property
    def n_rows(self) -> int:
        """How many buckets have a row."""
        return int(self.kept.shape[1])


def most_part_rows(words: Sequence[str], options: TrainingOptions) -> int:
    """More rows than the parts of words can have."""
    n_letters = sum(map(len, words)) + 2 * len(words)
    return min(options.n_buckets, n_letters * (options.max_n - options.min_n + 1))


def word_parts_steps(words: Labels, counts: DoubleArray, options: TrainingOptions) -> Steps[WordParts]:
    """The parts of words, hashed as fastText does; word *i* is read about `counts[i]` times (float64)."""
    shape = NgramShape(options.min_n, options.max_n, options.n_buckets)
    found: list[Ngrams] = []
    is_used = np.zeros(options.n_buckets, np.bool_)
    edges = [0]
    while edges[-1] < len(words):
        first = edges[-1]
        last = int(np.searchsorted(words.offsets, words.offsets[first] + _BYTES_AT_ONCE, "right")) - 1
        edges.append(max(last, first + 1))
        found.append(ngrams_of(words.buffer, words.offsets[first : edges[-1] + 1], shape))
        is_used[found[-1].buckets] = True
        yield Progress(0.0, f"Finding the parts of words: {edges[-1]:,} of {len(words):,}")
    buckets = np.flatnonzero(is_used)
    n_read = np.zeros(len(buckets))
    for first, last, ngrams in zip(edges[:-1], edges[1:], found, strict=True):
        rows, times = np.searchsorted(buckets, ngrams.buckets), np.repeat(counts[first:last], ngrams.counts)
        n_read += np.bincount(rows, times, len(buckets))
        yield Progress(0.0, "Ordering the parts of words")
    places = np.empty(len(buckets), np.int64)
    places[np.argsort(-n_read, kind="stable")] = np.arange(len(buckets))
    pieces = [np.zeros(0, np.int32)]
    for ngrams in found:
        pieces.append(places[np.searchsorted(buckets, ngrams.buckets)].astype(np.int32))
        yield Progress(0.0, "Ordering the parts of words")
    n_parts = np.concatenate([np.zeros(1, np.int64), *(each.counts for each in found)])
    kept = np.stack([buckets, places])
    return WordParts(read_only(np.cumsum(n_parts)), read_only(np.concatenate(pieces)), read_only(kept), shape)
