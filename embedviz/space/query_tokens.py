"""A typed question cut into items, numbers and operators; labels that hold operators win where they stand unspaced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Literal

from embedviz.errors import QueryError
from embedviz.progress import Progress, Steps
from embedviz.space.lookup import Lookup, Match
from embedviz.space.query_vectors import bracketed_vector, vector_match

Kind = Literal["item", "number", "operator", "function", "unknown"]

OPERATORS = MappingProxyType(dict(zip("+-−–*×/÷(),:", "+---**//(),:", strict=True)))
CLOSING = MappingProxyType({'"': '"', "“": "”", "„": "“", "«": "»"})
_MOST_EDGES = 64
_TOKENS_PER_STEP = 256
_SCALING = frozenset("*/×÷")
_NUMBER = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ARITHMETIC = re.compile(r"[0-9.eE()+*/×÷−–-]*[0-9][0-9.eE()+*/×÷−–-]*")
_ROW = re.compile(r"#([0-9]+)")
_AVERAGE = re.compile(r"avg(?=\s*\()", re.IGNORECASE)
_NEXT_WORD = re.compile(r"\s+(?!not[\s(\"“„«\[])(?=\S)", re.IGNORECASE)
_JOINTS = frozenset("-–−/:")
_NOT = re.compile(r"not(?=[\s(\"“„«\[])\s*(?=[^\s+*×/÷),:−–-])", re.IGNORECASE)


@dataclass(frozen=True)
class Token:
    """A piece of the question: `text` is the operator, the number or the item's name; `match` is set for items.

    `start` and `end` are indices of characters in the question. The kind `unknown` is the `?` of an analogy.
    """

    kind: Kind
    text: str
    start: int
    end: int
    match: Match | None = None


def quoted(label: str) -> str:
    """Return `label` as a quoted item that the query language reads as exactly this label."""
    return '"' + label.replace('"', '""') + '"'


def tokenize(text: str, lookup: Lookup) -> Steps[list[Token]]:
    """Cut `text` into tokens and find the item of each name, yielding Progress between many.

    Raises UnknownItemError for a name nobody has, QueryError for an open quotation mark or a row that is not there.
    """
    found: list[Token] = []
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        if len(found) % _TOKENS_PER_STEP == _TOKENS_PER_STEP - 1:
            yield Progress(place / len(text), "Reading the question")
        found.append(_token(text, place, found, lookup))
        place = found[-1].end
    return found


def _token(text: str, start: int, before: list[Token], lookup: Lookup) -> Token:
    if text[start] in CLOSING:
        return _quoted_item(text, start, lookup)
    if text[start] == "?" and before and before[-1].text == ":" and _ends_word(text, start + 1):
        return Token("unknown", "?", start, start + 1)
    item = _longest_label(text, start, lookup)
    end = item.end if item else start
    number = _NUMBER.match(text, start)
    if item and _ARITHMETIC.fullmatch(text, start, end) and _is_scaling(text, end, before):
        item = None
    if item is None and number and _ends_word(text, number.end()) and _is_scaling(text, number.end(), before):
        return Token("number", number.group(), start, number.end())
    taken_away = _NOT.match(text, start) if before and _ends_operand(before[-1]) else None
    if taken_away and (item is None or item.end == start + 3):
        return Token("operator", "not", start, start + 3)
    average = _AVERAGE.match(text, start)
    if average and (item is None or item.end == average.end()):
        return Token("function", "avg", start, average.end())
    if item:
        return item
    if text[start] in OPERATORS:
        end = start + 2 if text.startswith("::", start) else start + 1
        return Token("operator", "::" if end == start + 2 else OPERATORS[text[start]], start, end)
    row = _ROW.match(text, start)
    if row and _ends_word(text, row.end()):
        return Token("item", row.group(), start, row.end(), _row_match(row.group(1), start, lookup))
    typed = bracketed_vector(text, start, lookup.n_dims) if text[start] == "[" and lookup.n_dims is not None else None
    if typed is not None:
        match = vector_match(typed[0])
        return Token("item", match.name, start, typed[1], match)
    end = _sentence_end(text, start) if lookup.pools_sentences else _word_end(text, start)
    composed = lookup.compose(text[start:end])
    if composed is None:
        end = _word_end(text, start)
        raise _unknown(text, start, end, lookup)
    return Token("item", composed.name, start, end, composed)


def _longest_label(text: str, start: int, lookup: Lookup) -> Token | None:
    """The item of the longest label that begins at `start` and ends at a word's or an operator's edge."""
    best: Token | None = None
    for end in islice(_edges(text, start), _MOST_EDGES):
        name = " ".join(text[start:end].split())
        if any(character not in OPERATORS for character in name):
            match = lookup.find(name)
            if match:
                best = Token("item", match.name, start, end, match)
        if not lookup.may_start(name):
            break
    return best


def _edges(text: str, start: int) -> Iterator[int]:
    """Ends of names that begin at `start`; a space is crossed unless an operator or a quotation mark follows it."""
    place = start
    while place < len(text):
        place += 1
        if place < len(text) and text[place].isspace():
            yield place
            while place < len(text) and text[place].isspace():
                place += 1
            if place == len(text) or (text[place] in OPERATORS and text[place] != "(") or text[place] in CLOSING:
                return
        elif place == len(text) or text[place] in OPERATORS or text[place - 1] in OPERATORS:
            yield place


def _is_scaling(text: str, end: int, before: list[Token]) -> bool:
    """Whether what ends at `end` stands beside `*` or `/`, signs between not counted."""
    after = end
    while after < len(text) and text[after].isspace():
        after += 1
    if after < len(text) and text[after] in _SCALING:
        return True
    for token in reversed(before):
        if token.kind != "operator" or token.text not in "+-":
            return token.kind == "operator" and token.text in _SCALING
    return False


def _ends_operand(token: Token) -> bool:
    return token.kind in ("item", "number") or token.text == ")"


def _ends_word(text: str, end: int) -> bool:
    return end == len(text) or text[end].isspace() or text[end] in OPERATORS


def _quoted_item(text: str, start: int, lookup: Lookup) -> Token:
    """The item between quotation marks; a doubled straight mark within stands for one."""
    closing = CLOSING[text[start]]
    end = text.find(closing, start + 1)
    while closing == '"' and end >= 0 and text.startswith('""', end):
        end = text.find(closing, end + 2)
    if end < 0:
        raise QueryError(
            f"The quotation mark at character {start + 1:,} is not closed; add {closing} behind the name.", start
        )
    name = text[start + 1 : end]
    name = name.replace('""', '"') if closing == '"' else name
    match = lookup.find(name) or lookup.compose(name)
    if match is None:
        raise lookup.unknown(name, (start, end + 1))
    return Token("item", match.name, start, end + 1, match)


def _row_match(digits: str, start: int, lookup: Lookup) -> Match:
    n_items = len(lookup.labels)
    row = int(digits) if len(digits) < 19 else n_items
    if row >= n_items:
        shown = digits if len(digits) < 19 else digits[:18] + "…"
        raise QueryError(
            f"There is no row #{shown}: this space has {n_items:,} items, rows #0 to #{max(n_items - 1, 0)}.", start
        )
    label = lookup.labels[row]
    return Match(row, f"#{row}", (f"Row #{row} is “{label}”.",) if label else ())


def _word_end(text: str, start: int) -> int:
    end = start + 1
    while not _ends_word(text, end):
        end += 1
    return end


def _sentence_end(text: str, start: int) -> int:
    """Where the words end that stand together from `start` on: before an operator, a quotation, a vector or `not`."""
    end = _joined_end(text, start)
    while (between := _NEXT_WORD.match(text, end)) is not None:
        following = text[between.end()]
        if following in OPERATORS or following in CLOSING or following == "[":
            break
        end = _joined_end(text, between.end())
    return end


def _joined_end(text: str, start: int) -> int:
    """The end of a word of prose, in which an operator between letters is none: well-known."""
    end = start + 1
    while not _ends_word(text, end) or (end < len(text) and _joins(text, end)):
        end += 1
    return end


def _joins(text: str, at: int) -> bool:
    inside = text[at] in _JOINTS and at + 1 < len(text)
    return inside and text[at - 1].isalnum() and text[at + 1].isalnum()


def _unknown(text: str, start: int, end: int, lookup: Lookup) -> Exception:
    """The error for the unknown word at `start`, which may be a misspelled part of a longer name."""
    if text[start:end].lower() == "not":
        return QueryError(
            "“not” takes something away from what stands before it, as in king not man; type that before it.", start
        )
    first, last = start, end
    while first > 0 and not text[first - 1].isspace():
        first -= 1
    while last < len(text) and not text[last].isspace():
        last += 1
    whole, part = text.strip(), text[first:last].strip("()")
    at_whole, at_part = len(text) - len(text.lstrip()), text.index(part, first) if part else first
    wider = [(whole, (at_whole, at_whole + len(whole))), (part, (at_part, at_part + len(part)))]
    return lookup.unknown(text[start:end], (start, end), wider)
