"""The words of a corpus: counted in a first reading, then the kept ones chosen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from heapq import nlargest
from itertools import compress, islice

import numpy as np

from embedviz.errors import FormatError, MemoryPlanError, OptionError
from embedviz.formats.blocks import new_hash
from embedviz.formats.memory_plan import free_memory
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import RowArray
from embedviz.training.options import TrainingOptions
from embedviz.training.text_source import TextSource
from embedviz.training.tokenizing import LINE_END, LONGEST_WORD, decoded, words_of

_WORDS_PER_LOOK = 1 << 20
_WORDS_PER_STEP = 1 << 16
_BYTES_PER_WORD = 300  # a string, its count, its place in a growing dict


@dataclass(frozen=True, eq=False)
class Counts:
    """What the first reading found: each word with its count by first appearance, and the size of it all.

    `n_lines` counts line ends, `content_hash` is BLAKE2b over the unpacked bytes.
    """

    counts: dict[str, int]
    n_tokens: int
    n_lines: int
    n_bad_bytes: int
    content_hash: str


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The kept words by descending count, ties by first appearance, and their counts int64."""

    words: tuple[str, ...]
    counts: RowArray

    @property
    def n_tokens(self) -> int:
        """How many tokens of the corpus are kept words."""
        return int(self.counts.sum())


def count_steps(source: TextSource) -> Steps[Counts]:
    """Count every word of a corpus in one reading; MemoryPlanError if its distinct words do not fit into memory."""
    counts: Counter[str] = Counter()
    digest = new_hash()
    n_tokens = n_bad_bytes = 0
    next_look = _WORDS_PER_LOOK
    for block, share in source.blocks():
        text, n_bad = decoded(block)
        words = words_of(text)
        counts.update(words)
        digest.update(block)
        n_bad_bytes += n_bad
        n_tokens += len(words)
        if len(counts) > next_look:
            next_look += _WORDS_PER_LOOK
            if free_memory() < _WORDS_PER_LOOK * _BYTES_PER_WORD:
                raise MemoryPlanError(
                    f"“{source.name}” has more than {len(counts):,} different words, which do not fit into the memory "
                    "that is free; close other programs, or train on a part of it."
                )
        yield Progress(share, f"Counting the words of {source.name}: {n_tokens:,} tokens")
    n_lines = counts.pop(LINE_END, 0)
    return Counts(counts, n_tokens - n_lines, n_lines, n_bad_bytes, digest.hexdigest())


def kept_steps(counts: Counts, options: TrainingOptions) -> Steps[Vocabulary]:
    """The words of at least the minimum count, the most frequent first, at most the maximum vocabulary of them."""
    words: list[str] = []
    numbers: list[RowArray] = [np.zeros(0, np.int64)]
    n_seen = 0
    every, values = iter(counts.counts), iter(counts.counts.values())
    while some := list(islice(every, _WORDS_PER_STEP)):
        found = np.fromiter(islice(values, len(some)), np.int64, len(some))
        kept = np.fromiter((len(word) <= LONGEST_WORD for word in some), np.bool_, len(some))
        kept &= found >= options.min_count
        words += compress(some, kept.tolist())
        numbers.append(found[kept])
        n_seen += len(some)
        yield Progress(n_seen / len(counts.counts), f"Choosing words: {len(words):,}")
    every_count = np.concatenate(numbers)
    order = np.argsort(-every_count, kind="stable")[: options.max_vocabulary]
    return Vocabulary(tuple(words[at] for at in order.tolist()), every_count[order])


def check_vocabulary(name: str, counts: Counts, vocabulary: Vocabulary, options: TrainingOptions) -> None:
    """Raise FormatError for a corpus of fewer than two different words, OptionError where options keep too few."""
    if not counts.n_tokens:
        raise FormatError(f"“{name}” holds no words; choose a text to train on.")
    if len(counts.counts) == 1:
        (word,) = counts.counts
        raise FormatError(
            f"“{name}” holds only one word, “{word[:40]}”; training compares words, so it needs a longer text."
        )
    n_words = len(vocabulary.words)
    if n_words < 2:
        second = nlargest(2, (count for word, count in counts.counts.items() if len(word) <= LONGEST_WORD))[1:]
        hint = f"choose a minimum count of {second[0]:,} or less" if second else "choose a longer text"
        left = "no word" if not n_words else "only one word"
        raise OptionError(
            f"A minimum count of {options.min_count:,} leaves {left} of the {len(counts.counts):,} in “{name}”; {hint}."
        )
    if options.n_dims > n_words:
        raise OptionError(
            f"{options.n_dims:,} dimensions are more than the {n_words:,} words kept of “{name}”; choose at most "
            f"{n_words:,} dimensions, a smaller minimum count, or a longer text."
        )
