"""The grammar of formulas: tokens to a weighted sum of items, and how it was read.

question  = ( list | sum ":" sum "::" sum [":" "?"] ) { "not" sum { "," sum } }
list      = sum { "," sum }                          more than one: their mean
sum       = product { ("+" | "-") product }
product   = signed { ("*" | "/") signed }            items are scaled by numbers only
signed    = { "+" | "-" } adjacent
adjacent  = primary { primary }                      more than one: their mean
primary   = item | number | ["avg"] "(" list ")"
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from embedviz.errors import QueryError
from embedviz.space.composing import Composition
from embedviz.space.query_tokens import OPERATORS, Token

Weights = dict[int | Composition, float]

_DEEPEST = 40
_SHOWN = 12
_MOST_TAKEN_AWAY = 1_000


@dataclass(frozen=True)
class Formula:
    """A weighted sum: `weights` by row or composed word, in order of mention; for a bare number None, and `scalar`.

    `reading` is how it was understood; `is_item` where it is one single item; `is_tight` where it needs no parentheses.
    """

    weights: Weights | None
    scalar: float
    reading: str
    start: int
    is_item: bool = False
    is_tight: bool = True

    @property
    def enclosed(self) -> str:
        """The reading as part of a larger one."""
        return self.reading if self.is_tight else f"({self.reading})"


class FormulaParser:
    """Reads the tokens of one question; `remarks` collects what must be said about means.

    After `question`, `listed` holds the parts of a plain list of items or formulas with their text as typed, `without`
    what stands behind `not`, and `core_end` is the index behind what stands before it. With `apart` the parts of the
    list are asked each by itself, so that no mean of them is spoken of.
    """

    def __init__(self, text: str, tokens: Sequence[Token], *, apart: bool = False) -> None:
        self._text = text
        self._tokens = tokens
        self._place = 0
        self._depth = 0
        self._apart = apart
        self.remarks: list[str] = []
        self._adjacent_parts: tuple[int, int, list[tuple[Formula, str]]] | None = None
        self.listed: list[tuple[Formula, str]] = []
        self.without: list[Formula] = []
        self.core_end = len(text)

    def question(self) -> Formula:
        """Read the whole question; QueryError says where and why it cannot be read."""
        if all(token.kind == "operator" for token in self._tokens):
            raise QueryError("There are only operators here; type an item, such as a word, beside them.", 0)
        first = self._listing()
        if self._at(":") or self._at("::"):
            first, self.listed = self._analogy(first), []
        self.core_end = self._tokens[self._place - 1].end
        self._taken_away()
        if self._place < len(self._tokens):
            token = self._tokens[self._place]
            raise QueryError(f"“{token.text}” at character {token.start + 1:,} was not expected there.", token.start)
        if first.weights is None:
            raise QueryError("There are only numbers here; a number scales an item, as in 2 * king.", first.start)
        return first

    def _listing(self) -> Formula:
        """The list a question begins with, its parts noted; words without an operator are a list too."""
        while True:
            start = self._place
            part = self._sum()
            self.listed.append((part, self._typed(start, self._place)))
            if not self._at(","):
                break
            self._place += 1
        parts = [part for part, _ in self.listed]
        if len(parts) > 1:
            return self._mean(parts)
        adjacent = self._adjacent_parts
        covers_all = adjacent is not None and adjacent[:2] == (0, self._place)
        self.listed = adjacent[2] if adjacent is not None and covers_all else []
        return parts[0]

    def _taken_away(self) -> None:
        """What stands behind each `not`."""
        while self._at("not"):
            self._place += 1
            while True:
                part = self._sum()
                if part.weights is None:
                    raise QueryError("A number cannot be taken away by “not”; an item can.", part.start)
                self.without.append(part)
                if not self._at(","):
                    break
                self._place += 1
        if len(self.without) > _MOST_TAKEN_AWAY:
            raise QueryError(
                f"“not” takes away at most {_MOST_TAKEN_AWAY:,} items or formulas; ask with fewer.",
                self.without[_MOST_TAKEN_AWAY].start,
            )

    def _typed(self, first: int, last: int) -> str:
        """The text of the tokens from `first` to before `last`."""
        return self._text[self._tokens[first].start : self._tokens[last - 1].end]

    def _analogy(self, first: Formula) -> Formula:
        """a : b :: c : ?, which is b - a + c."""
        self._expect(":", "An analogy is written a : b :: c : ?")
        second = self._sum()
        self._expect("::", "“:” belongs to an analogy, a : b :: c : ?; to ask for a name with “:” in it, quote it")
        third = self._sum()
        if self._at(":"):
            self._place += 1
            token = self._tokens[self._place] if self._place < len(self._tokens) else None
            if token is None or token.kind != "unknown":
                start = token.start if token else len(self._text)
                raise QueryError("An analogy ends with what is sought: a : b :: c : ?", start)
            self._place += 1
        weights: Weights = {}
        for part, sign in ((second, 1.0), (first, -1.0), (third, 1.0)):
            self._add(weights, part, sign)
        reading = f"{first.enclosed} : {second.enclosed} :: {third.enclosed} : ?"
        return Formula(weights, 0.0, reading, first.start, is_tight=False)

    def _list(self) -> Formula:
        parts = [self._sum()]
        while self._at(","):
            self._place += 1
            parts.append(self._sum())
        return parts[0] if len(parts) == 1 else self._mean(parts)

    def _sum(self) -> Formula:
        first = self._product()
        if not (self._at("+") or self._at("-")):
            return first
        weights: Weights = {}
        self._add(weights, first, 1.0)
        pieces = [first.enclosed]
        while self._at("+") or self._at("-"):
            sign = self._tokens[self._place].text
            self._place += 1
            part = self._product()
            self._add(weights, part, 1.0 if sign == "+" else -1.0)
            pieces.append(f"{'+' if sign == '+' else '−'} {part.enclosed}")
        return Formula(weights, 0.0, " ".join(pieces), first.start, is_tight=False)

    def _product(self) -> Formula:
        value = self._signed()
        pieces = [value.enclosed]
        first, start = value, value.start
        while self._at("*") or self._at("/"):
            sign = self._tokens[self._place]
            self._place += 1
            factor = self._signed()
            value = _divided(value, factor) if sign.text == "/" else _multiplied(value, factor)
            pieces.append(f"{'×' if sign.text == '*' else '/'} {factor.enclosed}")
        return first if len(pieces) == 1 else Formula(value.weights, value.scalar, " ".join(pieces), start)

    def _signed(self) -> Formula:
        negative, start = False, None
        while self._at("+") or self._at("-"):
            token = self._tokens[self._place]
            start = token.start if start is None else start
            negative ^= token.text == "-"
            self._place += 1
        value = self._adjacent()
        if not negative:
            return value
        weights = None if value.weights is None else {row: -weight for row, weight in value.weights.items()}
        return Formula(weights, -value.scalar, f"−{value.enclosed}", value.start if start is None else start)

    def _adjacent(self) -> Formula:
        start, at = self._place, self._place
        parts = [self._primary()]
        listed = [(parts[0], self._typed(at, self._place))]
        while self._place < len(self._tokens) and self._begins_primary(self._tokens[self._place]):
            at = self._place
            parts.append(self._primary())
            listed.append((parts[-1], self._typed(at, self._place)))
        if len(parts) == 1:
            return parts[0]
        mean = self._mean(parts)
        if self._depth == 0 and start == 0:
            self._adjacent_parts = (start, self._place, listed)
            if self._apart and (self._place == len(self._tokens) or self._at("not")):
                return mean
        typed = self._typed(start, self._place)
        shown = typed if len(typed) <= 60 else typed[:59] + "…"
        self.remarks.append(f"No operator stands in “{shown}”, so it was read as the {mean.reading}.")
        return mean

    def _primary(self) -> Formula:
        token = self._tokens[self._place] if self._place < len(self._tokens) else None
        if token is None:
            raise QueryError("The question ends where an item is expected; type one more.", len(self._text))
        if token.kind == "function" or (token.text == "(" and token.kind == "operator"):
            return self._enclosed(token)
        self._place += 1
        if token.kind == "item" and token.match is not None:
            self.remarks += token.match.remarks
            return Formula({token.match.operand: 1.0}, 0.0, _shown_name(token.match.name), token.start, is_item=True)
        if token.kind == "number":
            number = float(token.text)
            if not math.isfinite(number):
                raise QueryError(f"The number at character {token.start + 1:,} is too large.", token.start)
            return Formula(None, number, token.text, token.start)
        if token.kind == "unknown":
            raise QueryError("“?” stands only at the end of an analogy: a : b :: c : ?", token.start)
        raise QueryError(
            f"An item is expected at character {token.start + 1:,}, but there is “{token.text}”.", token.start
        )

    def _enclosed(self, token: Token) -> Formula:
        self._place += 1 if token.kind == "operator" else 2
        self._depth += 1
        if self._depth > _DEEPEST:
            raise QueryError(f"Parentheses stand more than {_DEEPEST} deep; write it with fewer.", token.start)
        if self._at(")"):
            raise QueryError(f"The parentheses at character {token.start + 1:,} are empty.", token.start)
        value = self._list()
        if self._at("not"):
            raise QueryError(
                "“not” stands behind the whole question, outside parentheses: king + queen not man; quote it if it is "
                "an item.",
                self._tokens[self._place].start,
            )
        if not self._at(")"):
            raise QueryError(f"The parenthesis at character {token.start + 1:,} is not closed; add “)”.", token.start)
        self._place += 1
        self._depth -= 1
        return value

    def _mean(self, parts: Sequence[Formula]) -> Formula:
        weights: Weights = {}
        for part in parts:
            self._add(weights, part, 1.0)
        shown = [part.enclosed for part in parts[:_SHOWN]]
        names = f"{', '.join(shown[:-1])} and {shown[-1]}"
        if len(parts) > _SHOWN:
            names = f"{', '.join(shown)}, … ({len(parts):,} in all)"
        share = {row: weight / len(parts) for row, weight in weights.items()}
        return Formula(share, 0.0, f"mean of {names}", parts[0].start, is_tight=False)

    def _add(self, weights: Weights, part: Formula, sign: float) -> None:
        if part.weights is None:
            raise QueryError(
                f"“{part.reading}” is a number, which can scale an item (2 * king) but not be added to items or "
                "averaged with them; quote it if it is an item.",
                part.start,
            )
        for row, weight in part.weights.items():
            weights[row] = weights.get(row, 0.0) + sign * weight

    def _at(self, operator: str) -> bool:
        token = self._tokens[self._place] if self._place < len(self._tokens) else None
        return token is not None and token.kind == "operator" and token.text == operator

    def _expect(self, operator: str, rule: str) -> None:
        if not self._at(operator):
            at_end = self._place >= len(self._tokens)
            raise QueryError(f"{rule}.", len(self._text) if at_end else self._tokens[self._place].start)
        self._place += 1

    @staticmethod
    def _begins_primary(token: Token) -> bool:
        return token.kind != "operator" or token.text == "("


def _multiplied(value: Formula, factor: Formula) -> Formula:
    if value.weights is not None and factor.weights is not None:
        raise QueryError(
            f"{value.enclosed} × {factor.enclosed} multiplies two items, which has no meaning here; "
            "“*” takes a number on one side (quote a name that holds “*” or “/”).",
            factor.start,
        )
    if factor.weights is not None:
        value, factor = factor, value
    return _scaled(value, factor.scalar, factor.start)


def _divided(value: Formula, factor: Formula) -> Formula:
    if factor.weights is not None:
        raise QueryError(
            f"“/ {factor.enclosed}” divides by an item, which has no meaning here; divide by a number, as in king / 2.",
            factor.start,
        )
    if factor.scalar == 0:
        raise QueryError(f"The formula divides by zero at character {factor.start + 1:,}.", factor.start)
    return _scaled(value, 1 / factor.scalar, factor.start)


def _scaled(value: Formula, factor: float, start: int) -> Formula:
    weights = None if value.weights is None else {row: weight * factor for row, weight in value.weights.items()}
    scalar = value.scalar * factor
    if not all(map(math.isfinite, (scalar, factor, *(weights or {}).values()))):
        raise QueryError(f"The number at character {start + 1:,} makes the formula too large.", start)
    return Formula(weights, scalar, value.reading, value.start)


def _shown_name(name: str) -> str:
    """A name as it stands in a reading: marked where it holds spaces or operators."""
    plain = name and not any(character.isspace() or character in OPERATORS for character in name)
    return name if plain else f"“{name}”"
