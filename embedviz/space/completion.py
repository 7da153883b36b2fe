"""The name being typed, and the labels that start with it."""

from __future__ import annotations

from embedviz.space.labels import Labels
from embedviz.space.query_tokens import OPERATORS

_LONGEST_NAME = 200
_MOST_STARTS = 12


def completion(labels: Labels, text: str, cursor: int, n: int = 10) -> tuple[int, list[str]]:
    """Return where the name that ends at `cursor` begins, and up to `n` labels that start with it, lowest rows first.

    The longest stretch of words that begins a label is taken; with no label in this spelling, the prefix in lower case
    is tried. Without a match the start is that of the last word, and the list is empty.
    """
    cursor = max(0, min(cursor, len(text)))
    starts = _starts(text[:cursor])
    for start in starts:
        prefix = text[start:cursor]
        found = labels.starting_with(prefix, n) or labels.starting_with(prefix.lower(), n)
        if found:
            return start, found
    return (starts[-1] if starts else cursor), []


def _starts(typed: str) -> list[int]:
    """Where the name being typed may begin, longest first; a spaced operator or a quotation mark ends the search."""
    quotes = typed.count('"')
    if quotes % 2:
        return [typed.rfind('"') + 1] if not typed.endswith('"') else []
    starts: list[int] = []
    for place in range(len(typed) - 1, max(-1, len(typed) - _LONGEST_NAME), -1):
        before = typed[place - 1] if place else " "
        if typed[place].isspace():
            continue
        alone = before.isspace() and (place + 1 == len(typed) or typed[place + 1].isspace())
        if typed[place] == '"' or (alone and typed[place] in OPERATORS):
            break
        if typed[place] not in OPERATORS and (before.isspace() or before in OPERATORS):
            starts.append(place)
    if typed[-1:].isspace():
        return []
    return starts[:_MOST_STARTS][::-1]
