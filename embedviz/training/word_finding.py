"""Which item of a space a word of a sentence is: lower-cased first, then by the fall-backs of a typed question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from embedviz.space.arrays import DoubleArray, read_only
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.folding import Folding
from embedviz.space.labels import FALL_BACKS, Labels
from embedviz.training.spelled_words import spelled_words_of

How = Literal["", "exact", "NFC", "case", "NFKC"]

_WHY = {
    "exact": "as written",
    "NFC": "composed Unicode, NFC",
    "case": "case-folded",
    "NFKC": "compatible Unicode, NFKC",
}


@dataclass(frozen=True, eq=False)
class FoundWord:
    """A word of a sentence: lower-cased (`text`), as `written`, and what the space has for it.

    `vector` float64 (n_dims,) is None for an unknown word; `row` is None for a word composed from sub-words. `how` is
    the fall-back that found the row, empty where the lower-cased word is the label. `remark` says what must be said.
    """

    text: str
    written: str
    row: int | None
    vector: DoubleArray | None
    how: How
    remark: str

    def __post_init__(self) -> None:
        if self.vector is not None:
            read_only(self.vector)

    @property
    def is_composed(self) -> bool:
        """Whether its vector was composed from parts of its spelling."""
        return self.row is None and self.vector is not None


def row_of(
    text: str,
    written: str,
    find: Callable[[str], int | None],
    find_folded: Callable[[str, Folding], int | None],
) -> tuple[int | None, How]:
    """The one rule: the lower-cased word, else the word as written: exactly, by NFC, case-folded, by NFKC."""
    row = find(text)
    if row is not None:
        return row, ""
    row = find(written) if written != text else None
    if row is not None:
        return row, "exact"
    for folding in FALL_BACKS:
        row = find_folded(written, folding)
        if row is not None:
            return row, folding
    return None, ""


def found_words(space: EmbeddingSpace, sentence: str) -> tuple[FoundWord, ...]:
    """Every word of a sentence and what a space has for it; each is looked up once."""
    known: dict[tuple[str, str], FoundWord] = {}
    spelled = spelled_words_of(sentence)
    for text, written in spelled:
        if (text, written) not in known:
            known[text, written] = _found(space, text, written)
    return tuple(known[each] for each in spelled)


def composed_vector(space: EmbeddingSpace, text: str) -> DoubleArray | None:
    """The vector of a word that is no item, composed from its sub-words, where the space can do that."""
    composed = None if space.subwords is None else space.subwords.compose(text)
    return composed.vector if composed is not None and np.isfinite(composed.vector).all() else None


def _found(space: EmbeddingSpace, text: str, written: str) -> FoundWord:
    labels: Labels = space.labels
    row, how = row_of(text, written, labels.find, labels.find_folded)
    if row is None:
        vector = composed_vector(space, text)
        said = "no item of this space" if vector is None else "no item of this space; composed from its sub-words"
        return FoundWord(text, written, None, vector, "", said)
    vector = space.vectors[row].astype(np.float64)
    if not np.isfinite(vector).all():
        return FoundWord(text, written, None, None, "", f"row {row:,}, whose vector holds NaN or infinity")
    said = f"read as “{labels[row]}” ({_WHY[how]})" if how else ""
    return FoundWord(text, written, row, vector, how, said)
