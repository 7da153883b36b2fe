"""The name being typed, and the labels, words of the query language, columns and values that start with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from embedviz.space.labels import Labels
from embedviz.space.query_conditions import column_named
from embedviz.space.query_repair import as_operand
from embedviz.space.query_tokens import OPERATORS
from embedviz.space.table import Table

_LONGEST_NAME = 200
_MOST_STARTS = 12
_FEWEST_LETTERS = 2
_LONGEST_CLAUSE = 2_000
_WHERE = re.compile(r"(?<!\S)where\s+", re.IGNORECASE)
_JOINED = re.compile(r"(?<!\S)(?:and|or)\s+", re.IGNORECASE)
_COMPARISON = re.compile(r"\s*(?:!=|<>|==|<=|>=|[=<>≤≥≠])\s*")
_AFTER_OPERAND = ("not", "where", "in selection", "top")


@dataclass(frozen=True)
class Offer:
    """A completion: its `text` as shown, what is `inserted` for it, and whether the question may then be asked."""

    text: str
    inserted: str
    is_whole: bool = True


def offers(
    labels: Labels, text: str, cursor: int, n: int = 10, metadata: Table | None = None
) -> tuple[int, list[Offer]]:
    """Return where what is being typed at `cursor` begins, and up to `n` ways to go on.

    Behind `where` these are columns, behind a comparison the values of a category; else words of the query language
    that fit there, then labels as `completion` finds them.
    """
    cursor = max(0, min(cursor, len(text)))
    typed = text[:cursor]
    in_clause = None if metadata is None or not len(metadata) else _in_clause(typed, metadata, n)
    if in_clause is not None:
        return in_clause
    start, names = completion(labels, text, cursor, n)
    found = [Offer(name, name) for name in names]
    word = len(typed) - len(typed.split()[-1]) if typed and not typed[-1].isspace() else len(typed)
    words = _words(typed[:word], typed[word:].lower(), has_metadata=bool(metadata))
    if words and (start == word or not found):
        return word, [*words, *(offer for offer in found if offer.text not in {each.text for each in words})][:n]
    return start, found


def _words(before: str, prefix: str, *, has_metadata: bool) -> list[Offer]:
    """The words of the query language that begin with `prefix` and may stand behind `before`."""
    if len(prefix) < _FEWEST_LETTERS:
        return []
    last = before.split()[-1:]
    follows_operand = bool(last) and last[0][-1] not in OPERATORS
    found = [
        Offer(word, f"{word} " if word != "in selection" else word, is_whole=word == "in selection")
        for word in _AFTER_OPERAND
        if follows_operand and word.startswith(prefix) and (word != "where" or has_metadata)
    ]
    if "avg(".startswith(prefix):
        found.append(Offer("avg(", "avg(", is_whole=False))
    if not last and "each:".startswith(prefix):
        found.append(Offer("each:", "each: ", is_whole=False))
    return found


def _in_clause(typed: str, metadata: Table, n: int) -> tuple[int, list[Offer]] | None:
    """Columns behind `where` and `and`, values behind a comparison; None where nothing of that kind is typed."""
    first = max(0, len(typed) - _LONGEST_CLAUSE)
    wheres = [match for match in _WHERE.finditer(typed, first) if typed[: match.start()].strip()]
    if not wheres:
        return None
    begun = wheres[-1].end()
    joined = [match.end() for match in _JOINED.finditer(typed, begun)]
    start = joined[-1] if joined else begun
    comparison = _COMPARISON.search(typed, start)
    if comparison is None:
        names = _beginning_with(metadata, typed[start:].lstrip('"'), n)
        return (start, [Offer(name, f"{as_operand(name)} ", is_whole=False) for name in names]) if names else None
    name = column_named(metadata, typed[start : comparison.start()].strip().strip('"'))
    if name is None:
        return None
    column = metadata[name]
    values = column.names if column.kind == "category" else ("yes", "no") if column.kind == "flag" else ()
    found = _beginning_with(values, typed[comparison.end() :].lstrip('"'), n)
    return comparison.end(), [Offer(value, as_operand(value)) for value in found]


def _beginning_with(names: Iterable[str], prefix: str, n: int) -> list[str]:
    """Names that begin with a prefix, then those of which a word does; case is ignored."""
    wanted = prefix.casefold()
    names = tuple(names)
    first = [name for name in names if name.casefold().startswith(wanted)]
    within = [name for name in names if any(part.startswith(wanted) for part in re.split(r"\W|_", name.casefold()))]
    return list(dict.fromkeys([*first, *within]))[:n]


def completion(labels: Labels, text: str, cursor: int, n: int = 10) -> tuple[int, list[str]]:
    """Return where the name that ends at `cursor` begins, and up to `n` labels that start with it, lowest rows first.

    A label that is typed in full comes before all others. The longest stretch of words that begins a label is taken;
    with no label in this spelling, the prefix in lower case is tried. Without a match the start is that of the last
    word, and the list is empty.
    """
    cursor = max(0, min(cursor, len(text)))
    starts = _starts(text[:cursor])
    for start in starts:
        prefix = text[start:cursor]
        for spelling in (prefix, prefix.lower()):
            if found := labels.starting_with(spelling, n):
                whole = [spelling] if labels.find(spelling) is not None else []
                return start, list(dict.fromkeys([*whole, *found]))[:n]
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
