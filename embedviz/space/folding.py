"""Spelling variants under which two labels count as the same: NFC, case-folding, NFKC with case-folding."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Literal

import numpy as np

from embedviz.space.arrays import ByteArray, CodeArray, FlagArray, RowArray

Folding = Literal["NFC", "case", "NFKC"]

_GROUP = 512
_ROWS_AT_ONCE = 1 << 15
_FIRST_CAPITAL, _LAST_CAPITAL, _TO_SMALL = 65, 90, np.uint8(32)


def fold(text: str, folding: Folding) -> str:
    """Return `text` in one spelling: canonical composition (NFC), `str.casefold`, or NFKC_Casefold (Unicode 3.13)."""
    return _FOLDS[folding](text)


def folded_rows(
    buffer: ByteArray, offsets: RowArray, ascii_rows: FlagArray, folding: Folding
) -> tuple[CodeArray, ByteArray, RowArray]:
    """The rows whose UTF-8 label changes under `folding`, ascending, and what they become, end to end at offsets.

    Most often few; where all have capitals, no Python object is made for each.
    """
    others = _folded_others(buffer, offsets, np.flatnonzero(~ascii_rows), folding)
    if folding == "NFC":
        return _end_to_end(others)
    capitals = np.flatnonzero(rows_holding(buffer, offsets, _FIRST_CAPITAL, _LAST_CAPITAL) & ascii_rows)
    lowered, lengths = _lowered(buffer, offsets, capitals), offsets[capitals + 1] - offsets[capitals]
    if not others:
        return capitals.astype(np.int32), lowered, _ends(lengths)
    other_rows, other_bytes, bounds = _end_to_end(others)
    rows, lengths = np.concatenate([capitals, other_rows]), np.concatenate([lengths, np.diff(bounds)])
    order = np.argsort(rows, kind="stable")
    is_lowered = np.repeat(order < len(capitals), lengths[order])
    folded = np.empty(len(is_lowered), np.uint8)
    folded[is_lowered] = lowered
    folded[~is_lowered] = other_bytes
    return rows[order].astype(np.int32), folded, _ends(lengths[order])


def further_rows(buffer: ByteArray, offsets: RowArray, ascii_rows: FlagArray) -> tuple[CodeArray, ByteArray, RowArray]:
    """The rows whose label NFKC folds to something else than case-folding does, ascending, and what it makes of them.

    None of them is ASCII.
    """
    return _end_to_end(_folded_others(buffer, offsets, np.flatnonzero(~ascii_rows), "NFKC", apart_from="case"))


def rows_holding(buffer: ByteArray, offsets: RowArray, lowest: int, highest: int) -> FlagArray:
    """True for each label that holds a byte from `lowest` to `highest`."""
    holds = np.zeros(len(offsets) - 1, np.bool_)
    for start, bounds, part in _parts(buffer, offsets):
        marked = part - np.uint8(lowest) <= highest - lowest  # a lower byte wraps around
        if marked.any():
            filled = np.flatnonzero(bounds[1:] > bounds[:-1])
            holds[start + filled] = np.logical_or.reduceat(marked, bounds[filled])
    return holds


def _parts(buffer: ByteArray, offsets: RowArray) -> Iterator[tuple[int, RowArray, ByteArray]]:
    """Some labels at a time, so that what is worked out of them stays small: first row, offsets from 0, bytes."""
    for start in range(0, len(offsets) - 1, _ROWS_AT_ONCE):
        bounds = offsets[start : start + _ROWS_AT_ONCE + 1]
        yield start, bounds - bounds[0], buffer[bounds[0] : bounds[-1]]


def _lowered(buffer: ByteArray, offsets: RowArray, rows: RowArray) -> ByteArray:
    """The ASCII labels of `rows`, ascending, end to end in small letters."""
    wanted = np.zeros(len(offsets) - 1, np.bool_)
    wanted[rows] = True
    lowered, done = np.empty(int((offsets[rows + 1] - offsets[rows]).sum()), np.uint8), 0
    for start, bounds, part in _parts(buffer, offsets):
        chosen = part[np.repeat(wanted[start : start + len(bounds) - 1], np.diff(bounds))]
        is_capital = chosen - np.uint8(_FIRST_CAPITAL) <= _LAST_CAPITAL - _FIRST_CAPITAL
        np.add(chosen, is_capital.view(np.uint8) * _TO_SMALL, out=lowered[done : done + len(chosen)])
        done += len(chosen)
    return lowered


def _end_to_end(labels: Mapping[int, bytes]) -> tuple[CodeArray, ByteArray, RowArray]:
    lengths = np.fromiter(map(len, labels.values()), np.int64, len(labels))
    joined = np.frombuffer(b"".join(labels.values()), np.uint8)
    return np.fromiter(labels, np.int32, len(labels)), joined, _ends(lengths)


def _ends(lengths: RowArray) -> RowArray:
    ends = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=ends[1:])
    return ends


def _folded_others(
    buffer: ByteArray, offsets: RowArray, rows: RowArray, folding: Folding, apart_from: Folding | None = None
) -> dict[int, bytes]:
    """Those of `rows`, ascending, whose label changes under `folding`, with what it becomes.

    With `apart_from` those of which `folding` makes something else than that one does.
    """
    raw, bounds, others = buffer.data, offsets.data, rows.tolist()
    changed: dict[int, bytes] = {}
    for start in range(0, len(others), _GROUP):
        group = [(row, bytes(raw[bounds[row] : bounds[row + 1]])) for row in others[start : start + _GROUP]]
        if _stays(b"".join(label for _, label in group), folding):
            continue
        for row, label in group:
            text = label.decode("utf-8", "replace")
            folded = _encoded(fold(text, folding))
            if folded != (label if apart_from is None else _encoded(fold(text, apart_from))):
                changed[row] = folded
    return changed


def _stays(joined: bytes, folding: Folding) -> bool:
    """Whether many labels, end to end, are already folded: a part of a normalized text is itself normalized."""
    try:
        text = joined.decode("utf-8")
    except UnicodeDecodeError:
        return False
    form: Literal["NFC", "NFKC"] = "NFKC" if folding == "NFKC" else "NFC"
    normal = folding == "case" or unicodedata.is_normalized(form, text)
    return normal and (folding == "NFC" or text.casefold() == text)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _nfkc(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


_FOLDS: Mapping[Folding, Callable[[str], str]] = MappingProxyType({"NFC": _nfc, "case": str.casefold, "NFKC": _nfkc})
