"""A corpus to numbers: counted in one reading, encoded in a second, never held as text."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import repeat

import numpy as np

from embedviz.errors import FormatError
from embedviz.formats.memory_plan import check_memory
from embedviz.progress import Progress, Steps, within
from embedviz.space.arrays import RowArray
from embedviz.space.labels import Labels
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.options import TrainingOptions
from embedviz.training.text_source import TextSource, source_steps
from embedviz.training.tokenizing import LINE_END, decoded, words_of
from embedviz.training.vocabulary import Counts, Vocabulary, check_vocabulary, count_steps, kept_words

LONGEST_SENTENCE = 1_000
"""Longer lines are cut into sentences of at most this many kept words, as word2vec's own program does."""

_LEFT_OUT, _LINE_END = -1, -2
_MATRICES = 3  # the vectors, the other side's, and a copy while a space is made


@dataclass(frozen=True)
class Need:
    """The memory, in bytes, that a training will hold: the encoded text, and the vectors while they are learned."""

    text: int
    vectors: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.text + self.vectors


def encode_steps(
    path: str | os.PathLike[str], options: TrainingOptions, *, column: str | None = None
) -> Steps[EncodedCorpus]:
    """Read a corpus as word numbers: lower-case words by UAX 29, a sentence a line or at most 1,000 kept words.

    `path` is a text (UTF-8; bad bytes are replaced and counted), a folder of .txt files, a table with a text `column`,
    one of these packed, or `sample:NAME`. Twice read in small blocks; what is held is 4 bytes per kept token. Raises
    OptionError, FileAccessError, FormatError, MemoryPlanError.
    """
    options.checked()
    with ExitStack() as stack:
        source = yield from within(source_steps(os.fspath(path), column, stack), 0.0, 0.1)
        counts = yield from within(count_steps(source), 0.1, 0.5)
        vocabulary = kept_words(counts, options)
        check_vocabulary(source.name, counts, vocabulary, options)
        check_memory(source.name, 0, 0, extra_bytes=memory_need(counts, vocabulary, options).total)
        return (yield from within(_encode(source, counts, vocabulary), 0.5, 1.0))


def memory_need(counts: Counts, vocabulary: Vocabulary, options: TrainingOptions) -> Need:
    """What a training on these words will hold."""
    n_sentences = min(counts.n_lines, vocabulary.n_tokens) + vocabulary.n_tokens // LONGEST_SENTENCE + 1
    return Need(
        4 * vocabulary.n_tokens + 16 * n_sentences,
        _MATRICES * 4 * len(vocabulary.words) * options.n_dims,
    )


def _encode(source: TextSource, counts: Counts, vocabulary: Vocabulary) -> Steps[EncodedCorpus]:
    numbers = {word: row for row, word in enumerate(vocabulary.words)}
    numbers[LINE_END] = _LINE_END
    tokens = np.empty(vocabulary.n_tokens, np.int32)
    ends = [np.zeros(1, np.int64)]
    done = 0
    for block, share in source.blocks():
        words = words_of(decoded(block)[0])
        codes = np.fromiter(map(numbers.get, words, repeat(_LEFT_OUT)), np.int32, len(words))
        kept = codes >= 0
        n_kept = int(np.count_nonzero(kept))
        if done + n_kept > len(tokens):
            raise _differs(source)
        tokens[done : done + n_kept] = codes[kept]
        at_ends = np.flatnonzero(codes == _LINE_END)
        if len(at_ends):
            ends.append(np.unique(done + np.cumsum(kept)[at_ends]))
        done += n_kept
        yield Progress(
            share, f"Encoding {source.name}: {done:,} of {len(tokens):,} tokens, {tokens.nbytes / 1e6:,.0f} MB"
        )
    if done != len(tokens):
        raise _differs(source)
    starts = _cut(np.unique(np.concatenate([*ends, [done]])))
    labels = Labels.from_strings(vocabulary.words)
    return EncodedCorpus(
        tokens, starts, labels, vocabulary.counts, counts.n_tokens, counts.n_bad_bytes, counts.content_hash
    )


def _differs(source: TextSource) -> FormatError:
    return FormatError(f"“{source.name}” changed while it was being read; train on it once it is complete.")


def _cut(starts: RowArray) -> RowArray:
    """Sentence starts such that no sentence is longer than LONGEST_SENTENCE."""
    n_pieces = -(-np.diff(starts) // LONGEST_SENTENCE)
    if not len(n_pieces) or n_pieces.max() <= 1:
        return starts
    first = np.concatenate([[0], np.cumsum(n_pieces)[:-1]])
    inner = np.arange(int(n_pieces.sum())) - np.repeat(first, n_pieces)
    cut: RowArray = np.append(np.repeat(starts[:-1], n_pieces) + LONGEST_SENTENCE * inner, starts[-1])
    return cut
