"""What stands at the end of a question and says which items are ranked: `where`, `in selection`, `top`.

clauses   = { "where" condition { ("and" | "or") condition } | ["not"] "in" "selection" | "top" N }
condition = COLUMN ("=" | "!=" | "<" | "<=" | ">" | ">=") VALUE        names and values may be quoted

`and` binds more closely than `or`. A clause follows an operand: after an operator, or quoted, its words are items like
any others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from embedviz.errors import QueryError
from embedviz.space.query_tokens import CLOSING, OPERATORS

MOST_CONDITIONS = 100

_WHERE = re.compile(r"(?<!\S)where(?!\S)|(?<!\S)where(?=[\"“„«])", re.IGNORECASE)
_JOINED = re.compile(r"(?<!\S)(and|or)(?=[\s\"“„«])", re.IGNORECASE)
_COMPARISON = re.compile(r"!=|<>|==|<=|>=|[=<>≤≥≠]")
_BARE_NAME = re.compile(r"(?:(?!\s(?:and|or)\s)[^=!<>≤≥≠\"“„«»”]){1,200}?(?=!=|[=<>≤≥≠])", re.IGNORECASE)
_COUNT = re.compile(r"[0-9][0-9,_]{0,20}")
_SAME: Mapping[str, str] = MappingProxyType({"==": "=", "<>": "!=", "≠": "!=", "≤": "<=", "≥": ">="})
RULE = "A condition is written where COLUMN = value, or with != < <= > >="


@dataclass(frozen=True)
class Condition:
    """One comparison as typed: `column`, `operator` (= != < <= > >=), `value`, and where name and value stand.

    `is_other` says that it is joined to the one before by `or`.
    """

    column: str
    operator: str
    value: str
    column_place: tuple[int, int]
    value_place: tuple[int, int]
    is_other: bool = False


@dataclass(frozen=True)
class Clauses:
    """Which items a question ranks: `end` is the index behind the question itself.

    `top` ranks the first so many items; `selected` is True for the selection alone, False for all but the selection.
    """

    end: int
    conditions: tuple[Condition, ...] = ()
    top: int | None = None
    selected: bool | None = None

    @property
    def any(self) -> bool:
        """Whether there is a clause at all."""
        return bool(self.conditions) or self.top is not None or self.selected is not None


NO_CLAUSES = Clauses(0)


def split_clauses(text: str, columns: Sequence[str] = ()) -> Clauses:
    """Find the clauses at the end of a question; QueryError where one is begun and cannot be read.

    `columns` names the metadata there is: a `where` before one of them is never read as an item.
    """
    end = len(text)
    conditions: tuple[Condition, ...] = ()
    top: int | None = None
    selected: bool | None = None
    while True:
        in_selection = _selection(text, end)
        if in_selection is not None:
            selected, end = in_selection
            continue
        counted = _top(text, end)
        if counted is not None:
            top = counted[0] if top is None else min(top, counted[0])
            end = counted[1]
            continue
        found = None if conditions else _where(text, end, columns)
        if found is None:
            return Clauses(end, conditions, top, selected)
        conditions, end = found


def _selection(text: str, end: int) -> tuple[bool, int] | None:
    """`in selection` or `not in selection` at the end: whether the selection is ranked, and where the words begin."""
    last, second = _last_word(text, end), None
    if text[slice(*last)].lower() == "selection":
        second = _last_word(text, last[0])
        if text[slice(*second)].lower() == "the":
            second = _last_word(text, second[0])
    if second is None or text[slice(*second)].lower() != "in":
        return None
    before = _last_word(text, second[0])
    if text[slice(*before)].lower() == "not" and _follows_operand(text, before[0]):
        return False, before[0]
    return (True, second[0]) if _follows_operand(text, second[0]) else None


def _top(text: str, end: int) -> tuple[int, int] | None:
    """`top N` at the end: N, and where the words begin."""
    number = _last_word(text, end)
    digits = text[slice(*number)]
    if not _COUNT.fullmatch(digits):
        return None
    word = _last_word(text, number[0])
    if text[slice(*word)].lower() != "top" or not _follows_operand(text, word[0]):
        return None
    count = int(digits.replace(",", "").replace("_", ""))
    if count == 0:
        raise QueryError(
            "“top 0” ranks nothing; a number from 1 upwards ranks so many items from the first.", number[0]
        )
    return count, word[0]


def _where(text: str, end: int, columns: Sequence[str]) -> tuple[tuple[Condition, ...], int] | None:
    """The conditions that end at `end`, and where their `where` begins; None if there are none."""
    quoted_stretches = _quoted_stretches(text, end)
    for match in _WHERE.finditer(text, 0, end):
        start = match.start()
        if any(low < start < high for low, high in quoted_stretches):
            continue
        begun = _begins_condition(text, match.end(), end)
        if not begun and not _names_column(text[match.end() : min(end, match.end() + 400)], columns):
            continue
        if not text[:start].strip():
            raise QueryError(
                "A condition chooses among the neighbours of something; type that before it, as in "
                "king where COLUMN = value.",
                start,
            )
        if not _follows_operand(text, start):
            continue
        if not begun:
            raise QueryError(f"{RULE}.", end)
        return _conditions(text, match.end(), end), start
    return None


def _conditions(text: str, place: int, end: int) -> tuple[Condition, ...]:
    found: list[Condition] = []
    is_other = False
    while True:
        column, column_place, place = _name(text, place, end)
        comparison = _COMPARISON.match(text, place, end)
        assert comparison is not None, "a condition begins here"
        operator = _SAME.get(comparison.group(), comparison.group())
        place = _past_spaces(text, comparison.end(), end)
        if place == end:
            raise QueryError(
                f"The condition ends where a value is expected; type what “{column}” is compared with.", end
            )
        value, value_place, joined = _value(text, place, end)
        found.append(Condition(column, operator, value, column_place, value_place, is_other))
        if joined is None:
            return tuple(found)
        place = joined.end()
        if len(found) == MOST_CONDITIONS:
            raise QueryError(f"There are more than {MOST_CONDITIONS} conditions; ask with fewer.", place)
        is_other = joined.group(1).lower() == "or"


def _value(text: str, place: int, end: int) -> tuple[str, tuple[int, int], re.Match[str] | None]:
    """A value, where it stands, and the `and` or `or` behind it that joins another condition."""
    if text[place] in CLOSING:
        value, past = _quoted(text, place, end)
        rest = _past_spaces(text, past, end)
        if rest == end:
            return value, (place, past), None
        joined = _JOINED.match(text, rest, end)
        if joined is None or not _begins_condition(text, joined.end(), end):
            raise QueryError(f"“{text[rest : rest + 20]}” was not expected behind a value. {RULE}.", rest)
        return value, (place, past), joined
    for joined in _JOINED.finditer(text, place, end):
        if _begins_condition(text, joined.end(), end):
            value = text[place : joined.start()].rstrip()
            if not value:
                raise QueryError(f"A value is expected before “{joined.group(1)}”.", place)
            return value, (place, place + len(value)), joined
    value = text[place:end].rstrip()
    return value, (place, place + len(value)), None


def _name(text: str, place: int, end: int) -> tuple[str, tuple[int, int], int]:
    """The column's name, where it stands, and where the comparison begins."""
    start = _past_spaces(text, place, end)
    if text[start] in CLOSING:
        name, past = _quoted(text, start, end)
        return name, (start, past), _past_spaces(text, past, end)
    bare = _BARE_NAME.match(text, start, end)
    assert bare is not None, "a condition begins here"
    name = bare.group().rstrip()
    return name, (start, start + len(name)), bare.end()


def _begins_condition(text: str, place: int, end: int) -> bool:
    """Whether a column's name and a comparison stand from `place` on."""
    start = _past_spaces(text, place, end)
    if start == end:
        return False
    if text[start] in CLOSING:
        try:
            _, past = _quoted(text, start, end)
        except QueryError:
            return False
        return _COMPARISON.match(text, _past_spaces(text, past, end), end) is not None
    bare = _BARE_NAME.match(text, start, end)
    return bare is not None and bool(bare.group().strip())


def _names_column(rest: str, columns: Sequence[str]) -> bool:
    """Whether what stands behind `where` is a column whose comparison is still to be typed."""
    name = rest.strip().strip('"')
    return bool(name) and any(name.casefold() == column.casefold() for column in columns)


def _quoted(text: str, start: int, end: int) -> tuple[str, int]:
    """What stands between quotation marks from `start` on, and the index behind them."""
    closing = CLOSING[text[start]]
    at = text.find(closing, start + 1, end)
    while closing == '"' and at >= 0 and text.startswith('""', at, end):
        at = text.find(closing, at + 2, end)
    if at < 0:
        raise QueryError(f"The quotation mark at character {start + 1:,} is not closed; add {closing}.", start)
    inside = text[start + 1 : at]
    return (inside.replace('""', '"') if closing == '"' else inside), at + 1


def _quoted_stretches(text: str, end: int) -> list[tuple[int, int]]:
    """Where quoted items stand; a quotation mark opens one at the beginning of a word."""
    found: list[tuple[int, int]] = []
    never_closed: set[str] = set()
    place = 0
    while place < end:
        mark = text[place]
        opens = mark in CLOSING and mark not in never_closed
        if opens and (
            place == 0 or text[place - 1].isspace() or text[place - 1] in OPERATORS or text[place - 1] in "=<>"
        ):
            try:
                _, past = _quoted(text, place, end)
            except QueryError:
                never_closed.add(mark)
            else:
                found.append((place, past))
                place = past
                continue
        place += 1
    return found


def _follows_operand(text: str, start: int) -> bool:
    """Whether an operand ends before `start`: there is a last word, and it is no operator."""
    low, high = _last_word(text, start)
    word = text[low:high]
    return bool(word) and word[-1] not in ",:(" and not (word != ")" and all(sign in OPERATORS for sign in word))


def _last_word(text: str, end: int) -> tuple[int, int]:
    while end > 0 and text[end - 1].isspace():
        end -= 1
    start = end
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    return start, end


def _past_spaces(text: str, place: int, end: int) -> int:
    while place < end and text[place].isspace():
        place += 1
    return place
