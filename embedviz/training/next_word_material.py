"""What a next-word network learns from: a text as numbers, a part of it held out, and what counting makes of it."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

import numpy as np

from embedviz.errors import OptionError
from embedviz.formats.memory_plan import check_memory
from embedviz.progress import Progress, Steps, within
from embedviz.space.arrays import FloatArray, read_only
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.encoding import encode_steps
from embedviz.training.heldout import split
from embedviz.training.next_word_model import NextWordText
from embedviz.training.next_word_options import NextWordOptions
from embedviz.training.next_word_text import NextWords, Shared, Symbols, next_words_of, shared, symbols_of
from embedviz.training.text_source import corpus_name
from embedviz.training.trigram import trigram_losses_steps

_MOST_IN_A_ROW = 8  # more words of one context at once are fewer steps, and slower to learn from
_BYTES_PER_TOKEN = 150  # contexts, their order, and the triples, while they are made
_READ, _COUNTED = 0.75, 0.9


@dataclass(frozen=True, eq=False)
class Material:
    """All that learning reads; `shares` float32 (n_symbols,) is how frequent each symbol is among what is learned."""

    symbols: Symbols
    learned: Shared
    heldout: NextWords
    text: NextWordText
    shares: FloatArray


def material_steps(
    path: str | os.PathLike[str], options: NextWordOptions, *, column: str | None = None
) -> Steps[Material]:
    """Read a corpus, hold out a hundredth of its sentences, at least one, and count the triples of the others.

    A text too short to spare anything is measured on itself. Raises as `encode_steps` does, and OptionError where
    fewer than two words are frequent enough.
    """
    name = corpus_name(os.fspath(path))
    corpus = yield from within(encode_steps(path, options.reading, column=column), 0.0, _READ)
    symbols = symbols_of(corpus.words, corpus.counts, options.min_count, options.max_vocabulary)
    if len(symbols.words) < 2:
        raise OptionError(
            f"A minimum count of {options.min_count:,} leaves fewer than two words of “{name}” to tell apart; choose a "
            "smaller one, or a longer text."
        )
    corpus = _beginning(corpus, options.max_tokens)
    n_tokens = len(corpus.tokens)
    check_memory(name, 0, 0, extra_bytes=_BYTES_PER_TOKEN * n_tokens + 4 * options.batch * len(symbols))
    rng = np.random.default_rng([options.seed, 0])
    parts = split(corpus, rng)
    laying_out = Progress(_READ, f"Laying out {n_tokens:,} words")
    yield laying_out
    tokens, context = corpus.tokens[:].astype(np.int32), max(2, options.context)
    held = parts.is_heldout if parts.is_heldout.any() else ~parts.is_heldout
    heldout = next_words_of(tokens, parts.sentence_starts, held, symbols, context)
    yield laying_out
    words = next_words_of(tokens, parts.sentence_starts, ~parts.is_heldout, symbols, context)
    yield laying_out
    trigram = yield from within(trigram_losses_steps(words, heldout, len(symbols)), _READ, _COUNTED)
    yield replace(laying_out, fraction=_COUNTED)
    learned = shared(words.nearest(options.context), _MOST_IN_A_ROW, rng)
    n_unknown = int(np.count_nonzero(tokens >= symbols.unknown))
    counted = (len(symbols.words), len(words), len(heldout))
    text = NextWordText(name, n_tokens, corpus.n_raw_tokens, n_unknown, *counted, trigram)
    counts = np.bincount(words.nexts, minlength=len(symbols)) + 1.0
    shares = read_only((counts / counts.sum()).astype(np.float32))
    return Material(symbols, learned, heldout.nearest(options.context), text, shares)


def _beginning(corpus: EncodedCorpus, most: int) -> EncodedCorpus:
    """At most so many words of a text, cut after a sentence where one ends."""
    starts = corpus.sentence_starts
    if len(corpus.tokens) <= most:
        return corpus
    n_whole = int(np.searchsorted(starts, most, "right")) - 1
    kept = starts[: n_whole + 1] if n_whole else np.array([0, most], np.int64)
    return replace(corpus, tokens=corpus.tokens[: int(kept[-1])], sentence_starts=kept)
