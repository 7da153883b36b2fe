"""Conditions on metadata: which items satisfy them, and how they were read."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NoReturn

import numpy as np

from embedviz.errors import QueryError
from embedviz.space.arrays import FlagArray, RowArray
from embedviz.space.folding import fold
from embedviz.space.labels import Labels
from embedviz.space.query_clauses import Condition
from embedviz.space.spelling import near_spellings
from embedviz.space.table import Column, Table

_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        "=": np.equal,
        "!=": np.not_equal,
        "<": np.less,
        "<=": np.less_equal,
        ">": np.greater,
        ">=": np.greater_equal,
    }
)
_YES, _NO = frozenset(("yes", "true", "1", "y")), frozenset(("no", "false", "0", "n"))
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:,[0-9]{3})*\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_TIME = re.compile(
    r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2}(?:[T ][0-9]{2}(?::[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,3})?)?)?Z?)?)?)?"
)
_WORD = re.compile(r"[^\W_]+")
_MOST_NEAR, _LONGEST_NAME = 5, 60
_CHUNK_BYTES = 1 << 22


@dataclass(frozen=True, eq=False)
class Satisfying:
    """Which items satisfy all conditions: `mask` bool (n_items,); `said` is how they were read, with `remarks`."""

    mask: FlagArray
    said: str
    remarks: tuple[str, ...]


def satisfying(table: Table, conditions: Sequence[Condition]) -> Satisfying:
    """Find the items of which every condition is true, or those of one side of an `or`.

    A missing value satisfies no condition, not even `!=`.

    Raises QueryError for a column that is not there, with near ones, or a value that its kind cannot be compared with.
    """
    mask, sides = np.ones(table.n_rows, bool), np.zeros(table.n_rows, bool)
    said: list[str] = []
    remarks: list[str] = []
    for condition in conditions:
        if condition.is_other:
            sides |= mask
            mask = np.ones(table.n_rows, bool)
        name, column = _column(table, condition, remarks)
        true, shown = _COMPARERS[column.kind](column, name, condition, remarks)
        absent = column.missing
        if column.kind == "number" and isinstance(column.values, np.ndarray):
            absent = absent | np.isnan(column.values)
        mask &= true & ~absent
        n_absent = int(np.count_nonzero(absent))
        if n_absent:
            have = "1 item has" if n_absent == 1 else f"{n_absent:,} items have"
            remarks.append(f"{have} no value in “{name}”; they satisfy no condition on it.")
        joined = ("or " if condition.is_other else "and ") if said else ""
        said.append(f"{joined}{name} {condition.operator} {shown}")
    return Satisfying(mask | sides, " ".join(said), tuple(dict.fromkeys(remarks)))


def column_named(table: Table, name: str) -> str | None:
    """The column of that name: exactly, else case-folded, else with blanks for underscores."""
    if name in table:
        return name
    for spelling in (str.casefold, _plain):
        for column in table:
            if spelling(column) == spelling(name):
                return column
    return None


def _column(table: Table, condition: Condition, remarks: list[str]) -> tuple[str, Column]:
    name = column_named(table, condition.column)
    if name is not None:
        if name != condition.column:
            remarks.append(f"The column “{condition.column}” was read as “{name}”.")
        return name, table[name]
    start = condition.column_place[0]
    if not len(table):
        raise QueryError(
            f"There is no column “{condition.column}”: this space has no metadata. Add a table, or quote “where” if it "
            "is an item.",
            start,
        )
    names = Labels.from_strings(table)
    spelled = near_spellings(names, condition.column, _MOST_NEAR)
    near = spelled or list(table)[:_MOST_NEAR]
    raise QueryError(
        f"There is no column “{condition.column}”. {_offered(near, len(table), 'Columns', is_near=bool(spelled))}",
        start,
        near,
        [condition.column_place] * len(near),
    )


def _numbers(column: Column, name: str, condition: Condition, _remarks: list[str]) -> tuple[FlagArray, str]:
    number = _number(condition.value)
    if number is None:
        _refuse(condition, f"“{name}” holds numbers, and “{condition.value}” is none")
    with np.errstate(invalid="ignore"):
        true: FlagArray = _COMPARE[condition.operator](column.values, number)
    return true, condition.value


def _categories(column: Column, name: str, condition: Condition, remarks: list[str]) -> tuple[FlagArray, str]:
    codes: RowArray = np.asarray(column.values)
    numbers = [_number(each) for each in column.names]
    if condition.operator not in ("=", "!="):
        limit = _number(condition.value)
        if limit is None or any(number is None for number in numbers):
            _refuse(
                condition,
                f"“{condition.operator}” compares numbers and times, but “{name}” holds categories; ask by = or !=",
            )
        chosen = [code for code, number in enumerate(numbers) if _COMPARE[condition.operator](number, limit)]
        return np.isin(codes, chosen), condition.value
    code = _category(column.names, numbers, condition.value)
    if code is None:
        spelled = _near_categories(column.names, condition.value)
        near = spelled or list(column.names[:_MOST_NEAR])
        raise QueryError(
            f"No item has “{condition.value}” in “{name}”. "
            f"{_offered(near, len(column.names), 'Values', is_near=bool(spelled))}",
            condition.value_place[0],
            near,
            [condition.value_place] * len(near),
        )
    shown = column.names[code]
    if shown != condition.value:
        remarks.append(f"“{condition.value}” was read as “{shown}”.")
    true: FlagArray = _COMPARE[condition.operator](codes, code)
    return true, shown


def _category(names: Sequence[str], numbers: Sequence[float | None], value: str) -> int | None:
    """The code of a category: by name, case-folded, as a number, or as the one name that has it as a word."""
    if value in names:
        return names.index(value)
    folded, number = fold(value, "NFKC"), _number(value)
    alike = [code for code, name in enumerate(names) if fold(name, "NFKC") == folded]
    equal = [code for code, each in enumerate(numbers) if each is not None and each == number]
    if alike or equal:
        return (alike or equal)[0]
    having = [code for code, name in enumerate(names) if folded in _WORD.findall(fold(name, "NFKC"))]
    return having[0] if len(having) == 1 else None


def _near_categories(names: Sequence[str], value: str) -> list[str]:
    folded = fold(value, "NFKC")
    having = [name for name in names if folded and folded in fold(name, "NFKC")]
    words = [(word, name) for name in names for word in (name, *_WORD.findall(name))]
    spelled = near_spellings(Labels.from_strings(word for word, _ in words), value, _MOST_NEAR)
    near = [*having, *(name for spelling in spelled for word, name in words if word == spelling)]
    return list(dict.fromkeys(near))[:_MOST_NEAR]


def _offered(names: Sequence[str], n_all: int, what: str, *, is_near: bool) -> str:
    shown = ", ".join(name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…" for name in names)
    return f"Near spellings: {shown}." if is_near else f"{what}: {shown}{', …' if n_all > len(names) else ''}."


def _texts(column: Column, name: str, condition: Condition, remarks: list[str]) -> tuple[FlagArray, str]:
    if condition.operator not in ("=", "!="):
        _refuse(
            condition, f"“{condition.operator}” compares numbers and times, but “{name}” holds texts; ask by = or !="
        )
    texts = column.values
    assert isinstance(texts, Labels), "a column of texts holds labels"
    equal = _rows_equal(texts, condition.value)
    if not len(equal):
        folded = fold(condition.value, "case")
        changed, rows = texts.folded("case")
        equal = np.union1d(_rows_equal(texts, folded), rows[_rows_equal(changed, folded)])
        if len(equal):
            remarks.append(f"“{condition.value}” was compared without regard to case.")
    true = np.zeros(len(texts), bool)
    true[equal] = True
    return (true if condition.operator == "=" else ~true), condition.value


def _rows_equal(texts: Labels, value: str) -> RowArray:
    """Rows that hold exactly this text, without sorting them: those of its length, compared byte by byte."""
    wanted = np.frombuffer(value.encode("utf-8", "replace"), np.uint8)
    rows = np.flatnonzero(np.diff(texts.offsets) == len(wanted))
    step = max(1, _CHUNK_BYTES // max(1, len(wanted)))
    equal = [
        part[(texts.buffer[texts.offsets[part][:, None] + np.arange(len(wanted))] == wanted).all(axis=1)]
        for part in (rows[start : start + step] for start in range(0, len(rows), step))
    ]
    return np.concatenate(equal) if equal else rows


def _flags(column: Column, name: str, condition: Condition, _remarks: list[str]) -> tuple[FlagArray, str]:
    value = condition.value.casefold()
    if condition.operator not in ("=", "!=") or value not in _YES | _NO:
        _refuse(condition, f"“{name}” is yes or no; ask by = yes or = no")
    true: FlagArray = np.asarray(column.values, bool) == ((value in _YES) == (condition.operator == "="))
    return true, "yes" if value in _YES else "no"


def _times(column: Column, name: str, condition: Condition, _remarks: list[str]) -> tuple[FlagArray, str]:
    """A year, a month or a day is all of it: `= 2020` is any time of that year, `> 2020` after its end."""
    typed = condition.value.rstrip("Zz").replace(" ", "T")
    try:
        if not _TIME.fullmatch(condition.value):
            raise ValueError
        moment = np.datetime64(typed)
    except ValueError:
        _refuse(
            condition,
            f"“{name}” holds times, and “{condition.value}” is none like 2020, 2020-01-31 or 2020-01-31 12:00",
        )
    first, past = moment.astype("datetime64[ms]"), (moment + 1).astype("datetime64[ms]")
    times: Any = column.values
    from_first, before_end = times >= first, times < past
    true: FlagArray = {
        "=": from_first & before_end,
        "!=": ~(from_first & before_end),
        "<": times < first,
        "<=": before_end,
        ">": times >= past,
        ">=": from_first,
    }[condition.operator]
    return true, condition.value


def _pictures(_column: Column, name: str, condition: Condition, _remarks: list[str]) -> tuple[FlagArray, str]:
    raise QueryError(
        f"“{name}” holds pictures, which cannot be compared; choose another column.", condition.column_place[0]
    )


def _number(text: str) -> float | None:
    if _NUMBER.fullmatch(text.strip().replace("−", "-")) is None:
        return None
    number = float(text.strip().replace("−", "-").replace(",", ""))
    return number if math.isfinite(number) else None


def _plain(name: str) -> str:
    return " ".join(_WORD.findall(name.casefold()))


def _refuse(condition: Condition, why: str) -> NoReturn:
    raise QueryError(f"{why}.", condition.value_place[0])


_COMPARERS: Mapping[str, Callable[[Column, str, Condition, list[str]], tuple[FlagArray, str]]] = MappingProxyType(
    {
        "number": _numbers,
        "category": _categories,
        "text": _texts,
        "flag": _flags,
        "time": _times,
        "image": _pictures,
    }
)
