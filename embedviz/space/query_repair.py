"""What may have been meant where a question cannot be read: the question with near names in place."""

from __future__ import annotations

from dataclasses import dataclass

from embedviz.errors import QueryError, UnknownItemError
from embedviz.space.query_tokens import CLOSING, OPERATORS, quoted

MOST_REPAIRS = 5

_SIGNS = frozenset(OPERATORS) | frozenset(CLOSING) | frozenset(CLOSING.values()) | frozenset("=<>!≤≥≠[]")


@dataclass(frozen=True)
class Repair:
    """A name that may have been meant, and the whole question with it in place."""

    name: str
    question: str


def repairs(text: str, error: BaseException | None) -> tuple[Repair, ...]:
    """The questions that may have been meant by `text`, best first, by what an error knows."""
    if not isinstance(error, QueryError | UnknownItemError):
        return ()
    found = []
    for name, (start, end) in list(zip(error.near, error.places, strict=False))[:MOST_REPAIRS]:
        is_whole = text[:start].strip() == "" == text[end:].strip()
        found.append(Repair(name, name if is_whole else text[:start] + as_operand(name) + text[end:]))
    return tuple(found)


def stumble(text: str, error: BaseException | None) -> tuple[int, int] | None:
    """Where a question cannot be read: from which character to which, within the text; None where that is not known."""
    position = error.position if isinstance(error, QueryError | UnknownItemError) else None
    if position is None:
        return None
    start = min(position, len(text))
    end = start
    while end < len(text) and not text[end].isspace() and (end == start or text[end] not in OPERATORS):
        end += 1
    return start, end


def is_unfinished(text: str, error: BaseException) -> bool:
    """Whether what cannot be read is still being typed: the error stands in the last word, or behind it."""
    place = stumble(text, error)
    return place is not None and not text[place[1] :].strip()


def as_operand(name: str) -> str:
    """A name as it stands in a question: quoted if it would be taken apart."""
    return quoted(name) if any(sign in _SIGNS or sign.isspace() for sign in name) else name
