"""A corpus as numbers: what trainers read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.space.arrays import RowArray, read_only
from embedviz.space.labels import Labels
from embedviz.training.token_file import TokenArray, TokenFile


@dataclass(frozen=True, eq=False)
class EncodedCorpus:
    """A text as word numbers, words that were left out taken away.

    `tokens` (n,) are rows of `words` in text order, uint16 where that holds them, else int32; they are read by slices.
    `sentence_starts` int64 (n_sentences + 1,) is where each sentence begins in them and the end of the last; a sentence
    holds at least one token. `words` stand by descending count, ties by first appearance, with `counts` int64
    (n_words,). `n_raw_tokens` counts all tokens, those left out included; `n_bad_bytes` the bytes that were not UTF-8;
    `content_hash` is BLAKE2b over the text; `lines` says how its lines were read (`sentences`, `running`, or `mixed`
    where files differ).
    """

    tokens: TokenArray | TokenFile
    sentence_starts: RowArray
    words: Labels
    counts: RowArray
    n_raw_tokens: int
    n_bad_bytes: int
    content_hash: str | None = None
    lines: str = "sentences"

    def __post_init__(self) -> None:
        for array in (self.tokens, self.sentence_starts, self.counts):
            if isinstance(array, np.ndarray):
                read_only(array)

    @property
    def n_words(self) -> int:
        """How many words were kept."""
        return len(self.counts)

    @property
    def n_sentences(self) -> int:
        """How many sentences hold at least one kept word."""
        return len(self.sentence_starts) - 1
