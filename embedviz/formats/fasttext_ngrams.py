"""The character n-grams of fastText and the buckets they fall into.

Bojanowski et al., Enriching Word Vectors with Subword Information, 2017, §3.2; the hash is FNV-1a over UTF-8 bytes,
each widened as a *signed* byte, as fastText's own files were made with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.space.arrays import ByteArray, RowArray

_BASIS, _PRIME = np.uint32(2166136261), np.uint32(16777619)
_BEGIN, _END = ord("<"), ord(">")
_BYTES_PER_CHARACTER, _MORE_BYTES = 4, 256


@dataclass(frozen=True)
class NgramShape:
    """Which n-grams count: `shortest` to `longest` characters with the marks of word begin and end, `n_buckets`."""

    shortest: int
    longest: int
    n_buckets: int


@dataclass(frozen=True, eq=False)
class Ngrams:
    """The `buckets` (int64) of all n-grams, word by word in fastText's order; word i has `counts[i]` (int64)."""

    buckets: RowArray
    counts: RowArray


def ngrams_of(buffer: ByteArray, offsets: RowArray, shape: NgramShape) -> Ngrams:
    """The n-grams of words that stand in a UTF-8 buffer (uint8) at `offsets` (n + 1, int64).

    N-grams of more bytes than any text has, made of a long run of bad UTF-8, are left out.
    """
    marked, bounds = _marked(buffer, offsets)
    n_words = len(bounds) - 1
    if not n_words or shape.n_buckets < 1 or shape.longest < 1:
        return Ngrams(np.empty(0, np.int64), np.zeros(n_words, np.int64))
    continues = np.append((marked & 0xC0) == 0x80, False)
    widened = marked.view(np.int8).astype(np.int32).view(np.uint32)
    starts = np.flatnonzero(~continues[:-1])
    words = np.searchsorted(bounds, starts, "right") - 1
    ends, first = bounds[words + 1], starts == bounds[words]
    hashes, lengths, at = np.full(len(starts), _BASIS), np.zeros(len(starts), np.int64), starts.copy()
    living = np.arange(len(starts))
    found: list[tuple[RowArray, RowArray]] = []
    for _ in range(_BYTES_PER_CHARACTER * shape.longest + _MORE_BYTES):
        if not len(living):
            break
        hashes[living] = (hashes[living] ^ widened[at[living]]) * _PRIME
        at[living] += 1
        whole = living[~continues[at[living]]]
        lengths[whole] += 1
        alone = (lengths[whole] == 1) & (first[whole] | (at[whole] == ends[whole]))
        counted = whole[(lengths[whole] >= shape.shortest) & ~alone]
        found.append((counted, (hashes[counted] % np.uint32(shape.n_buckets)).astype(np.int64)))
        living = living[(at[living] < ends[living]) & ((lengths[living] < shape.longest) | continues[at[living]])]
    places = np.concatenate([places for places, _ in found])
    order = np.argsort(places, kind="stable")
    buckets = np.concatenate([buckets for _, buckets in found])[order]
    return Ngrams(buckets, np.bincount(words[places], minlength=n_words).astype(np.int64))


def _marked(buffer: ByteArray, offsets: RowArray) -> tuple[ByteArray, RowArray]:
    """The words between `<` and `>`, end to end, and where each begins."""
    bounds = offsets - offsets[0] + 2 * np.arange(len(offsets))
    marked = np.empty(int(bounds[-1]), np.uint8)
    inside = np.ones(len(marked), bool)
    inside[bounds[:-1]] = inside[bounds[1:] - 1] = False
    marked[bounds[:-1]], marked[bounds[1:] - 1] = _BEGIN, _END
    marked[inside] = buffer[offsets[0] : offsets[-1]]
    return marked, bounds
