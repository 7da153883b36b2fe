"""Vectors for what a space does not hold: words composed from parts of their spelling, sentences from their words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from embedviz.space.arrays import DoubleArray, read_only
from embedviz.space.labels import Labels


@dataclass(frozen=True, eq=False)
class Composition:
    """A word that is no item: its `text`, its `vector` (n_dims,) float64, and of how many sub-words it was made.

    A sentence is made of words instead: `parts` then says of which.
    """

    text: str
    vector: DoubleArray
    n_subwords: int
    parts: str = ""

    def __post_init__(self) -> None:
        read_only(self.vector)


class Composer(Protocol):
    """What a space keeps of a model that can give a vector to any word."""

    @property
    def n_bytes(self) -> int:
        """Memory it holds."""

    def compose(self, word: str) -> Composition | None:
        """The vector of a word that is no item, or None if no part of it is known."""


@runtime_checkable
class SentencePooler(Composer, Protocol):
    """A composer that gives a vector to a whole sentence too: the one its words have together."""

    @property
    def words(self) -> Labels:
        """The words it knows."""
