"""What a typed name means: exact label first, then the fall-back spellings, and what was done said in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from embedviz.errors import UnknownItemError
from embedviz.space.composing import Composer, Composition, SentencePooler
from embedviz.space.labels import FALL_BACKS, Labels
from embedviz.space.spelling import near_spellings

_HOW = {"NFC": "composed Unicode, NFC", "case": "case-folded", "NFKC": "compatible Unicode, NFKC"}
_LONGEST_GUESSED = 200
_MOST_NEAR = 5


@dataclass(frozen=True)
class Match:
    """What a typed name means: the row of an item or a composed word, its name, and what must be said about it."""

    operand: int | Composition
    name: str
    remarks: tuple[str, ...] = ()


class Lookup:
    """Names to items of one list of labels, each name looked up once; `composer` knows words that are no items.

    `n_dims` is how many numbers a typed vector must have; without it none is read.
    """

    def __init__(self, labels: Labels, composer: Composer | None = None, n_dims: int | None = None) -> None:
        self.labels = labels
        self.n_dims = n_dims
        self._composer = composer
        self._spelled = composer.words if isinstance(composer, SentencePooler) else labels
        self._composed: dict[str, Match | None] = {}
        self._matches: dict[str, Match | None] = {}
        self._starts: dict[str, bool] = {}

    def find(self, text: str) -> Match | None:
        """The item called `text`: exactly, else by NFC, case-folding, NFKC, in this order."""
        if text not in self._matches:
            self._matches[text] = self._look_up(text)
        return self._matches[text]

    @property
    def pools_sentences(self) -> bool:
        """Whether words that stand together are composed as one sentence."""
        return isinstance(self._composer, SentencePooler)

    def compose(self, word: str) -> Match | None:
        """A word that is no item, or a sentence, composed from its parts where the space can do that."""
        if word not in self._composed:
            made = None if self._composer is None else self._composer.compose(word)
            self._composed[word] = None if made is None else Match(made, word, (_composed_words(made),))
        return self._composed[word]

    def may_start(self, text: str) -> bool:
        """Whether a longer label may begin with `text`; False is certain."""
        if text not in self._starts:
            self._starts[text] = self.labels.any_starting_with(text)
        return self._starts[text]

    def unknown(
        self, name: str, place: tuple[int, int], wider: Sequence[tuple[str, tuple[int, int]]] = ()
    ) -> UnknownItemError:
        """The error for a name nobody has, with spellings near it and near the `wider` texts it stands in.

        `place` is where the name stands in the question, from which character to which, and so for the wider texts.
        """
        near: dict[str, tuple[int, int]] = {}
        for guess, stands in (*wider, (name, place)):
            is_name = guess == name
            if len(guess) <= _LONGEST_GUESSED and (is_name or len(guess) > len(name)):
                for spelling in near_spellings(self._spelled, guess, _MOST_NEAR if is_name else 2):
                    near.setdefault(spelling, stands)
        if not near:
            near = dict.fromkeys(self._begins_alike(name), place)
        found = list(near)[:_MOST_NEAR]
        return UnknownItemError(name, found, place[0], [near[each] for each in found])

    def _begins_alike(self, name: str) -> list[str]:
        """Labels that share the longest beginning with a name, at least half of it and three letters."""
        if len(name) > _LONGEST_GUESSED:
            return []
        for length in range(len(name), max(3, -(-len(name) // 2)) - 1, -1):
            found = self._spelled.starting_with(name[:length], _MOST_NEAR)
            found = found or self._spelled.starting_with(name[:length].lower(), _MOST_NEAR)
            if found:
                return found
        return []

    def _look_up(self, text: str) -> Match | None:
        row = self.labels.find(text)
        if row is not None:
            return Match(row, text or f"#{row}", self._shared(row))
        for folding in FALL_BACKS:
            row = self.labels.find_folded(text, folding)
            if row is not None:
                said = f"“{text}” was read as “{self.labels[row]}” ({_HOW[folding]})."
                return Match(row, self.labels[row], (said, *self._shared(row)))
        return None

    def _shared(self, row: int) -> tuple[str, ...]:
        name = self.labels[row]
        n_alike = len(self.labels.find_all(name))
        called = f"are called “{name}”" if name else "have an empty label"
        return (f"{n_alike:,} items {called}; the first, #{row}, was used.",) if n_alike > 1 else ()


def _composed_words(made: Composition) -> str:
    shown = made.text if len(made.text) <= 60 else made.text[:59] + "…"
    if made.parts:
        return f"A vector composed from {made.parts} stands for “{shown}”, which is no item of this space."
    parts = "1 sub-word" if made.n_subwords == 1 else f"{made.n_subwords:,} sub-words"
    return f"“{shown}” is no item of this space; its vector was composed from {parts}."
