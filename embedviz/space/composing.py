"""Vectors for words that a space does not hold, composed from parts of their spelling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from embedviz.space.arrays import DoubleArray, read_only


@dataclass(frozen=True, eq=False)
class Composition:
    """A word that is no item: its `text`, its `vector` (n_dims,) float64, and of how many sub-words it was made."""

    text: str
    vector: DoubleArray
    n_subwords: int

    def __post_init__(self) -> None:
        read_only(self.vector)


class Composer(Protocol):
    """What a space keeps of a model that can give a vector to any word."""

    @property
    def n_bytes(self) -> int:
        """Memory it holds."""

    def compose(self, word: str) -> Composition | None:
        """The vector of a word that is no item, or None if no part of it is known."""
