"""A corpus to numbers: counted in one reading, encoded in a second, never held as text."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import repeat

import numpy as np

from embedviz import paths
from embedviz.errors import FormatError, MemoryPlanError
from embedviz.formats.memory_plan import check_memory, disk_room
from embedviz.progress import Progress, Steps, within
from embedviz.space.arrays import CodeArray, RowArray
from embedviz.space.labels import Labels
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.options import TrainingOptions
from embedviz.training.text_source import TextSource, source_steps
from embedviz.training.token_file import HELD_BYTES, TokenFile
from embedviz.training.tokenizing import LINE_END, decoded, words_of
from embedviz.training.vocabulary import Counts, Vocabulary, check_vocabulary, count_steps, kept_steps
from embedviz.training.word_parts import most_part_rows

LONGEST_SENTENCE = 1_000
"""Longer lines are cut into sentences of at most this many kept words, as word2vec's own program does."""

LEFT_OUT, AT_LINE_END = -1, -2
"""What stands for a word that is not kept, and for the end of a line, among word numbers."""

_MATRICES = 2  # the vectors and the other side's
_WORDS_PER_STEP = 1 << 16


@dataclass(frozen=True)
class Need:
    """The memory, in bytes, that a training will hold: what of the encoded text is no file, and the vectors."""

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
    one of these packed, or `sample:NAME`. Twice read in small blocks; what is kept are 2 bytes per kept
    token, or 4 for more than 65,536 words, on disk where they are many. Raises OptionError, FileAccessError,
    FormatError, MemoryPlanError, OutputError.
    """
    options.checked()
    with ExitStack() as stack:
        source = yield from within(source_steps(os.fspath(path), column, stack, options.lines), 0.0, 0.1)
        vocabulary, facts = yield from within(_words(source, options), 0.1, 0.5)
        return (yield from within(_encode(source, facts, vocabulary), 0.5, 1.0))


def _words(source: TextSource, options: TrainingOptions) -> Steps[tuple[Vocabulary, Counts]]:
    """The words to keep, and the facts of the first reading without its words, which weigh more than the text."""
    counts = yield from within(count_steps(source), 0.0, 0.95)
    vocabulary = yield from within(kept_steps(counts, options), 0.95, 1.0)
    check_vocabulary(source.name, counts, vocabulary, options)
    check_memory(source.name, 0, 0, extra_bytes=memory_need(counts, vocabulary, options).total)
    _check_disk(source, vocabulary)
    return vocabulary, replace(counts, counts={})


def memory_need(counts: Counts, vocabulary: Vocabulary, options: TrainingOptions) -> Need:
    """What a training on these words will hold."""
    n_sentences = min(counts.n_lines, vocabulary.n_tokens) + vocabulary.n_tokens // LONGEST_SENTENCE + 1
    n_rows = _MATRICES * len(vocabulary.words)
    if options.algorithm == "fasttext":
        n_rows += len(vocabulary.words) + most_part_rows(vocabulary.words, options)
    return Need(min(HELD_BYTES, _token_bytes(vocabulary)) + 16 * n_sentences, 4 * n_rows * options.n_dims)


def _encode(source: TextSource, facts: Counts, vocabulary: Vocabulary) -> Steps[EncodedCorpus]:
    numbers = {word: row for row, word in enumerate(vocabulary.words)}
    numbers[LINE_END] = AT_LINE_END
    tokens = TokenFile(paths.cache(), _token_type(vocabulary))
    n_tokens, n_bytes = vocabulary.n_tokens, _token_bytes(vocabulary)
    starts = [np.zeros(0, np.int64)]
    begun = done = 0
    for block, share in source.blocks():
        codes = word_codes(words_of(decoded(block)[0]), numbers)
        kept = codes >= 0
        before = np.cumsum(kept)
        n_kept = int(before[-1]) if len(before) else 0
        if done + n_kept > n_tokens:
            raise _differs(source)
        tokens.append(codes[kept])
        ends = done + before[codes == AT_LINE_END]
        if len(ends):
            starts.append(sentence_cuts(begun, ends))
            begun = int(ends[-1])
        done += n_kept
        yield Progress(share, f"Encoding {source.name}: {done:,} of {n_tokens:,} tokens, {n_bytes / 1e6:,.0f} MB")
    if done != n_tokens:
        raise _differs(source)
    del numbers
    labels = yield from _labels(vocabulary.words)
    return EncodedCorpus(
        tokens,
        np.concatenate([*starts, [done]]),
        labels,
        vocabulary.counts,
        facts.n_tokens,
        facts.n_bad_bytes,
        facts.content_hash,
        source.lines,
    )


def _token_type(vocabulary: Vocabulary) -> np.dtype[np.uint16] | np.dtype[np.int32]:
    return np.dtype(np.uint16) if len(vocabulary.words) <= 1 << 16 else np.dtype(np.int32)


def _token_bytes(vocabulary: Vocabulary) -> int:
    return _token_type(vocabulary).itemsize * vocabulary.n_tokens


def _check_disk(source: TextSource, vocabulary: Vocabulary) -> None:
    needed, room = _token_bytes(vocabulary), disk_room(paths.cache())
    if needed > max(HELD_BYTES, room):
        raise MemoryPlanError(
            f"“{source.name}” needs {needed / 1e9:,.1f} GB on the disk of {paths.cache()} while it is learned from, "
            f"and {room / 1e9:,.1f} GB are free there; make room, or name another folder by EMBEDVIZ_CACHE."
        )


def _labels(words: Sequence[str]) -> Steps[Labels]:
    pieces: list[bytes] = []
    for start in range(0, len(words), _WORDS_PER_STEP):
        pieces += [word.encode("utf-8", "replace") for word in words[start : start + _WORDS_PER_STEP]]
        yield Progress(1.0, f"Keeping {len(pieces):,} words")
    return Labels.from_encoded(pieces)


def _differs(source: TextSource) -> FormatError:
    return FormatError(f"“{source.name}” changed while it was being read; train on it once it is complete.")


def word_codes(words: Sequence[str], numbers: Mapping[str, int]) -> CodeArray:
    """The number of each word, LEFT_OUT where `numbers` has none; they give LINE_END the number AT_LINE_END."""
    return np.fromiter(map(numbers.get, words, repeat(LEFT_OUT)), np.int32, len(words))


def sentence_cuts(begun: int, ends: RowArray) -> RowArray:
    """Where sentences start that stand between `begun` and `ends` (ascending); none is empty or above the longest."""
    before = np.concatenate([[begun], ends[:-1]])
    n_pieces = -(-(ends - before) // LONGEST_SENTENCE)
    first = np.cumsum(n_pieces) - n_pieces
    inner = np.arange(int(n_pieces.sum())) - np.repeat(first, n_pieces)
    starts: RowArray = np.repeat(before, n_pieces) + LONGEST_SENTENCE * inner
    return starts
