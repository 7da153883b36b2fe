"""Values out of JSON objects: what they can be used for, vectors as float32, and Python values as metadata columns."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from embedviz.formats.json_stream import Record
from embedviz.formats.metadata_table import kept_exactly, typed_column
from embedviz.formats.table_roles import VECTOR_NAMES, Field
from embedviz.progress import Steps
from embedviz.space.arrays import FloatArray
from embedviz.space.labels import Labels
from embedviz.space.source import Note
from embedviz.space.table import Column

_MOST_EXACT = 2**53
_GREATEST_BASE64 = 1e6


def flat(record: Record) -> Record:
    """A record with the objects inside it opened by one level: `{"a": {"b": 1}}` as `{"a.b": 1}`."""
    if not any(isinstance(value, dict) for value in record.values()):
        return record
    opened: Record = {}
    for name, value in record.items():
        if isinstance(value, dict):
            opened.update({f"{name}.{inner}": part for inner, part in value.items()})
        else:
            opened[name] = value
    return opened


def fields_of(records: Sequence[Record]) -> tuple[Field, ...]:
    """The columns of some records, in order of appearance, and what each can be used for."""
    names = dict.fromkeys(name for record in records for name in record)
    return tuple(_field(name, [record[name] for record in records if record.get(name) is not None]) for name in names)


def _field(name: str, values: Sequence[Any]) -> Field:
    if not values:
        return Field(name, "empty", "plain")
    if name == "index" and all(type(value) is int for value in values):
        return Field(name, "whole numbers", "whole")
    vectors = [vector_of(value) for value in values[:20]]
    first = vectors[0]
    if (
        first is not None
        and 2 * sum(vector is not None for vector in vectors) >= len(vectors)
        and (not isinstance(values[0], str) or name.casefold().split(".")[-1] in VECTOR_NAMES)
    ):
        words = f"{len(first):,} numbers" + (" in base64" if isinstance(values[0], str) else "")
        return Field(name, words, "vector", len(first))
    kinds = set(map(type, values))
    if kinds == {bool}:
        return Field(name, "yes or no", "plain")
    if kinds <= {int, float}:
        return Field(name, "numbers", "whole" if kinds == {int} else "float")
    if kinds <= {int, float, bool, str}:
        return Field(name, "text", "text")
    return Field(name, "lists or objects", "unknown")


def vector_of(value: Any) -> FloatArray | None:
    """A list of numbers, a list of one such list, or little-endian float32 in base64, as float32; None otherwise."""
    if isinstance(value, str):
        return _from_base64(value)
    if not isinstance(value, list) or not value:
        return None
    if len(value) == 1 and isinstance(value[0], list):
        value = value[0]
    if not value or isinstance(value[0], str | list | dict) or None in value:
        return None
    try:
        array = np.array(value)
        if array.ndim != 1 or array.dtype.kind not in "iuf":
            return None
        with np.errstate(over="ignore"):
            return array.astype(np.float64).astype(np.float32)
    except (ValueError, TypeError, OverflowError):
        return None


def _from_base64(text: str) -> FloatArray | None:
    if len(text) < 8 or len(text) % 4:
        return None
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(content) % 4:
        return None
    numbers = np.frombuffer(content, "<f4").astype(np.float32)
    with np.errstate(invalid="ignore"):
        return numbers if np.all(np.isnan(numbers) | (np.abs(numbers) < _GREATEST_BASE64)) else None


def text_of(value: Any) -> str:
    """A value as a label or cell of text; empty where it is missing."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def texts(values: Iterable[Any]) -> Labels:
    """Values as labels."""
    return Labels.from_strings(map(text_of, values))


def json_column(values: Sequence[Any], name: str, notes: list[Note]) -> Steps[Column]:
    """A column of JSON values, None where missing: flags, numbers, or else texts and categories."""
    missing = np.fromiter((value is None for value in values), bool, len(values))
    kinds = {type(value) for value in values} - {type(None)}
    if kinds == {bool}:
        return Column("flag", np.array([bool(value) for value in values]), missing)
    if kinds and kinds <= {int, float}:
        if all(type(value) is float or -_MOST_EXACT <= value <= _MOST_EXACT for value in values if value is not None):
            numbers = [np.nan if value is None else value for value in values]
            return Column("number", np.array(numbers, np.float64), missing)
        notes.append(kept_exactly(name, len(values)))
    column = yield from typed_column(texts(values), f"Reading “{name}”", numbers=False)
    return column
