"""The words of a text to rows of a space, many at a time: the rule of `word_finding`, by dictionaries."""

from __future__ import annotations

from itertools import pairwise, repeat

import numpy as np

from embedviz.formats.memory_plan import check_memory
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import DoubleArray, RowArray
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.folding import Folding, fold
from embedviz.space.labels import FALL_BACKS, Labels
from embedviz.training.spelled_words import spellings_of
from embedviz.training.tokenizing import LINE_END, words_of
from embedviz.training.word_finding import composed_vector, row_of

UNKNOWN, END_OF_LINE = -1, -2

_NOT_SEEN = -3
_WORDS_PER_STEP = 1 << 14
_BYTES_PER_WORD = 150  # a string and its place in a dict


class WordRows:
    """Rows of the words of one space; words composed from sub-words get rows behind those of the items.

    `n_fallen_back` counts the words found by another spelling, `n_composed` those composed, each as often as it stands.
    """

    def __init__(self, space: EmbeddingSpace, rows: dict[str, int], folded: dict[Folding, dict[str, int]]) -> None:
        self._space = space
        self._rows = rows
        self._folded = folded
        self._others: dict[str, int] = {}
        self._composed: list[DoubleArray] = []
        self._is_cased = _has_capitals(space)
        self.n_fallen_back = self.n_composed = 0

    def codes(self, text: str) -> RowArray:
        """What each word of `text` is (n_words, int64): a row, UNKNOWN, or END_OF_LINE for a line end."""
        words = words_of(text)
        codes = np.fromiter(map(self._rows.get, words, repeat(_NOT_SEEN)), np.int64, len(words))
        missing = np.flatnonzero(codes == _NOT_SEEN)
        if len(missing):
            written = spellings_of(text, words) if self._is_cased else words
            others = [self._other(words[at], written[at]) for at in missing.tolist()]
            codes[missing] = others
            self.n_composed += sum(row >= self._space.n_items for row in others)
            self.n_fallen_back += sum(0 <= row < self._space.n_items for row in others)
        if len(self._space.nonfinite_rows):
            codes[np.isin(codes, self._space.nonfinite_rows)] = UNKNOWN
        return codes

    def vectors(self, rows: RowArray) -> DoubleArray:
        """The vectors (n, n_dims) float64 of some rows."""
        vectors: DoubleArray = self._space.vectors.take(np.minimum(rows, self._space.n_items - 1), axis=0).astype(
            np.float64
        )
        for at in np.flatnonzero(rows >= self._space.n_items).tolist():
            vectors[at] = self._composed[int(rows[at]) - self._space.n_items]
        return vectors

    def _other(self, word: str, written: str) -> int:
        """The row of a word that is no label as it is lower-cased."""
        if written not in self._others:
            row, _ = row_of(word, written, self._rows.get, self._find_folded)
            self._others[written] = self._composed_row(word) if row is None else row
        return self._others[written]

    def _find_folded(self, written: str, folding: Folding) -> int | None:
        folded = fold(written, folding)
        unchanged = self._rows.get(folded) if folded != written else None
        found = [row for row in (unchanged, self._folded[folding].get(folded)) if row is not None]
        return min(found, default=None)

    def _composed_row(self, word: str) -> int:
        vector = composed_vector(self._space, word)
        if vector is None:
            return UNKNOWN
        self._composed.append(vector)
        return self._space.n_items + len(self._composed) - 1


def word_rows_steps(space: EmbeddingSpace) -> Steps[WordRows]:
    """Make the dictionaries of a space's words; MemoryPlanError where they do not fit into memory."""
    name = space.source.name
    check_memory(name, 0, 0, extra_bytes=_BYTES_PER_WORD * space.n_items + space.labels.n_bytes)
    rows: dict[str, int] = {}
    labels = space.labels
    for end in range(space.n_items, 0, -_WORDS_PER_STEP):  # from the last, so that of equal labels the first stays
        start = max(0, end - _WORDS_PER_STEP)
        yield Progress(1 - end / space.n_items, f"Looking through the {space.n_items:,} words of {name}")
        rows.update(zip(reversed(_decoded(labels, start, end)), range(end - 1, start - 1, -1), strict=True))
    folded: dict[Folding, dict[str, int]] = {}
    for folding in FALL_BACKS:
        changed, changed_rows = labels.folded(folding)
        names = _decoded(changed, 0, len(changed))
        folded[folding] = dict(zip(reversed(names), changed_rows[::-1].tolist(), strict=True))
        yield Progress(1.0, f"Looking through the spellings of {name}")
    rows[LINE_END] = END_OF_LINE
    return WordRows(space, rows, folded)


def _decoded(labels: Labels, start: int, end: int) -> list[str]:
    """Labels of consecutive rows, decoded; many at a time, which is several times faster."""
    first = int(labels.offsets[start])
    raw = labels.buffer[first : labels.offsets[end]].tobytes()
    bounds = (labels.offsets[start : end + 1] - first).tolist()
    return [raw[low:high].decode("utf-8", "replace") for low, high in pairwise(bounds)]


def _has_capitals(space: EmbeddingSpace) -> bool:
    """Whether any label is not lower case, so that it matters how a word is written."""
    _, changed_rows = space.labels.folded("case")
    return any(label != label.lower() for label in map(space.labels.__getitem__, changed_rows.tolist()))
