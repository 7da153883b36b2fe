"""Vectors that are typed or pasted: `[0.1, -0.2, ...]`, or as many bare numbers as the space has dimensions."""

from __future__ import annotations

import re

import numpy as np

from embedviz.errors import QueryError
from embedviz.space.composing import Composition
from embedviz.space.lookup import Match

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,;]+")
_SHOWN = 3


def bracketed_vector(text: str, start: int, n_dims: int) -> tuple[Composition, int] | None:
    """The vector in brackets from `start` on, and the index behind it; None where there is none.

    Raises QueryError where there are numbers in brackets, but not as many as the space has dimensions.
    """
    end = text.find("]", start)
    pieces = [] if end < 0 else _pieces(text[start + 1 : end])
    if not pieces or _NUMBER.fullmatch(pieces[0]) is None:
        return None
    return _vector(pieces, text, start, n_dims), end + 1


def bare_numbers(text: str) -> list[str] | None:
    """The numbers of a text that holds nothing else, at least two, as they were typed."""
    pieces = _pieces(text)
    return pieces if len(pieces) > 1 and all(map(_NUMBER.fullmatch, pieces)) else None


def bare_vector(pieces: list[str], text: str, n_dims: int) -> Composition:
    """The vector of numbers that were typed without brackets; QueryError where they are too few or too many."""
    return _vector(pieces, text, len(text) - len(text.lstrip()), n_dims)


def _vector(pieces: list[str], text: str, start: int, n_dims: int) -> Composition:
    place = start
    for piece in pieces:
        place = text.find(piece, place)
        if _NUMBER.fullmatch(piece) is None:
            raise QueryError(f"“{piece[:40]}” at character {place + 1:,} is no number, so this is no vector.", place)
        if not np.isfinite(float(piece)):
            raise QueryError(f"“{piece[:40]}” at character {place + 1:,} is not a finite number.", place)
        place += len(piece)
    if len(pieces) != n_dims:
        numbers = "1 number was" if len(pieces) == 1 else f"{len(pieces):,} numbers were"
        raise QueryError(f"{numbers} given, but a vector of this space has {n_dims:,}.", start)
    return Composition(f"[{', '.join(pieces)}]", np.array([float(piece) for piece in pieces]), 0)


def vector_match(vector: Composition) -> Match:
    """A typed vector as what a name means: called by its first numbers."""
    first = vector.text[1:-1].split(", ", _SHOWN)
    shown = ", ".join([*first[:_SHOWN], *["…"][: len(first) - _SHOWN]])
    return Match(vector, f"[{shown}]", (f"A vector of {len(vector.vector):,} numbers was typed.",))


def _pieces(text: str) -> list[str]:
    return [piece for piece in _BETWEEN.split(text) if piece]
