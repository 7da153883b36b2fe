"""The letters by which the entries of a menu are chosen from the keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_INITIALS = re.compile(r"\b[^\W\d_]")
_LETTERS = re.compile(r"[^\W\d_]")
_N_PREFERENCES = 3


def with_mnemonics(texts: Sequence[str]) -> list[str]:
    """The texts, each with `&` before a letter that no other has: its first, else that of a word, else any.

    All first letters are given before any other, so that an entry does not lose its own to one above it. A text for
    which no letter is left stays as it is.
    """
    marked: dict[int, int] = {}
    taken: set[str] = set()
    for preference in range(_N_PREFERENCES):
        for at, text in enumerate(texts):
            free = (place for place in _places(text, preference) if text[place].casefold() not in taken)
            place = None if at in marked else next(free, None)
            if place is not None:
                marked[at] = place
                taken.add(text[place].casefold())
    return [text if at not in marked else f"{text[: marked[at]]}&{text[marked[at] :]}" for at, text in enumerate(texts)]


def without_mnemonic(text: str) -> str:
    """A text as it reads."""
    return text.replace("&", "")


def _places(text: str, preference: int) -> Iterator[int]:
    """Where the letters stand that may be chosen at first (0), then (1), or at last (2)."""
    found = (_LETTERS if preference == _N_PREFERENCES - 1 else _INITIALS).finditer(text)
    places = (match.start() for match in found)
    return (place for place in places if preference or place == 0)
