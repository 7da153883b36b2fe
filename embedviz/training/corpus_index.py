"""A text that a space was trained on, as the numbers of its rows: read once, asked often."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from embedviz import paths
from embedviz.formats.blocks import new_hash
from embedviz.progress import Progress, Steps, within
from embedviz.space.arrays import CodeArray, RowArray, read_only
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.training.encoding import AT_LINE_END, sentence_cuts, word_codes
from embedviz.training.text_source import TextSource
from embedviz.training.token_file import TokenFile
from embedviz.training.tokenizing import LINE_END, decoded, words_of
from embedviz.training.trained_text import TrainedText, trained_text
from embedviz.training.word_weights import COUNT_COLUMN

_TOKENS_PER_SPAN = 1 << 18
_WORDS_PER_STEP = 1 << 15
_READ_SHARE = 0.9


@dataclass(frozen=True, eq=False)
class Span:
    """Whole sentences amid a text: `tokens` int32 (n,), the first of them the text's number `first`.

    `starts` int64 (n_sentences + 1,) is where each sentence begins in them, and the end of the last.
    """

    tokens: CodeArray
    first: int
    starts: RowArray


@dataclass(frozen=True, eq=False)
class CorpusIndex:
    """A text as rows of its space, words that are no items taken away; on disk where it is long.

    `tokens` are read by slices; `sentence_starts` int64 (n_sentences + 1,) as in `EncodedCorpus`; `block_ends` int64
    (n_blocks,) counts the tokens up to the end of each block that is read. For each word, `counts` int64 (n_words,) is
    how often it stands in the text, and `n_near` int64 (n_words,) how many words stand near it in all its places:
    within the window, in the same sentence.
    """

    text: TrainedText
    tokens: TokenFile
    sentence_starts: RowArray
    block_ends: RowArray
    counts: RowArray
    n_near: RowArray

    def __post_init__(self) -> None:
        for array in (self.sentence_starts, self.block_ends, self.counts, self.n_near):
            read_only(array)

    def spans(self) -> Iterator[Span]:
        """The text in stretches of whole sentences."""
        return spans_of(self.tokens, self.sentence_starts)


def index_steps(space: EmbeddingSpace) -> Steps[CorpusIndex]:
    """Read the text that a space was trained on, with the space's own words and the rules of training.

    What is kept are 2 bytes per token, or 4 for more than 65,536 words, on disk where they are many, and 8 bytes per
    sentence. Raises InputError for a space that was not trained here and for a text that was changed since,
    FileAccessError for one that is not there.
    """
    text = trained_text(space)
    with ExitStack() as stack:
        source = yield from within(text.open_steps(stack), 0.0, 0.02)
        numbers = yield from within(numbers_steps(space), 0.02, 0.05)
        read = _encode(source, text, numbers, space.n_items)
        tokens, starts, block_ends = yield from within(read, 0.05, _READ_SHARE)
    counted = _count(tokens, starts, text.window, space.n_items)
    counts, n_near = yield from within(counted, _READ_SHARE, 1.0)
    return CorpusIndex(text, tokens, starts, block_ends, counts, n_near)


def numbers_steps(space: EmbeddingSpace) -> Steps[dict[str, int]]:
    """The row of each word, and the number of a line end; words that training did not find in the text are left out."""
    numbers: dict[str, int] = {}
    count = space.metadata.get(COUNT_COLUMN)
    for first in range(0, space.n_items, _WORDS_PER_STEP):
        some = space.labels[first : first + _WORDS_PER_STEP]
        numbers.update(zip(some, range(first, first + len(some)), strict=True))
        yield Progress(first / space.n_items, "Taking the words of the space")
    if count is not None and count.kind == "number":
        for row in np.flatnonzero(count.values == 0).tolist():
            numbers.pop(space.labels[row], None)
    numbers[LINE_END] = AT_LINE_END
    return numbers


def spans_of(tokens: TokenFile, sentence_starts: RowArray) -> Iterator[Span]:
    """Whole sentences of about 262,144 tokens together."""
    at, n_sentences = 0, len(sentence_starts) - 1
    while at < n_sentences:
        first = int(sentence_starts[at])
        after = int(np.searchsorted(sentence_starts, first + _TOKENS_PER_SPAN, "right")) - 1
        after = min(max(after, at + 1), n_sentences)
        part = tokens[first : int(sentence_starts[after])].astype(np.int32)
        yield Span(part, first, sentence_starts[at : after + 1] - first)
        at = after


def _encode(
    source: TextSource, text: TrainedText, numbers: dict[str, int], n_words: int
) -> Steps[tuple[TokenFile, RowArray, RowArray]]:
    tokens = TokenFile(paths.cache(), np.dtype(np.uint16) if n_words <= 1 << 16 else np.dtype(np.int32))
    digest = new_hash()
    starts, block_ends = [np.zeros(0, np.int64)], []
    begun = done = 0
    for block, share in source.blocks():
        digest.update(block)
        codes = word_codes(words_of(decoded(block)[0]), numbers)
        kept = codes >= 0
        ends = done + np.cumsum(kept)[codes == AT_LINE_END]
        if len(ends):
            starts.append(sentence_cuts(begun, ends))
            begun = int(ends[-1])
        tokens.append(codes[kept])
        done = len(tokens)
        block_ends.append(done)
        yield Progress(share, f"Reading {text.name}: {done:,} tokens")
    text.check(digest.hexdigest())
    return tokens, np.concatenate([*starts, [done]]), np.array(block_ends, np.int64)


def _count(tokens: TokenFile, starts: RowArray, window: int, n_words: int) -> Steps[tuple[RowArray, RowArray]]:
    """How often each word stands in the text, and how many words stand near it."""
    counts, n_near = np.zeros(n_words, np.int64), np.zeros(n_words, np.int64)
    for span in spans_of(tokens, starts):
        lengths = np.diff(span.starts)
        place = np.arange(len(span.tokens))
        before = np.minimum(place - np.repeat(span.starts[:-1], lengths), window)
        after = np.minimum(np.repeat(span.starts[1:], lengths) - 1 - place, window)
        counts += np.bincount(span.tokens, minlength=n_words)
        n_near += np.bincount(span.tokens, before + after, n_words).astype(np.int64)
        yield Progress((span.first + len(span.tokens)) / max(1, len(tokens)), "Counting what stands near each word")
    return counts, n_near
