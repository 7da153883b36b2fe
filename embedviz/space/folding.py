"""Spelling variants under which two labels count as the same: NFC, case-folding, NFKC with case-folding."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

import numpy as np

from embedviz.space.arrays import ByteArray, FlagArray, RowArray

Folding = Literal["NFC", "case", "NFKC"]

_GROUP = 512
_FIRST_CAPITAL, _LAST_CAPITAL, _TO_SMALL = np.uint8(65), np.uint8(90), np.uint8(32)


def fold(text: str, folding: Folding) -> str:
    """Return `text` in one spelling: canonical composition (NFC), `str.casefold`, or NFKC_Casefold (Unicode 3.13)."""
    return _FOLDS[folding](text)


def folded_rows(
    buffer: ByteArray, offsets: RowArray, ascii_rows: FlagArray, folding: Folding
) -> tuple[RowArray, ByteArray, RowArray]:
    """The rows whose UTF-8 label changes under `folding`, ascending, and what they become, end to end at offsets.

    Most often few; where all have capitals, no Python object is made for each.
    """
    others = _folded_others(buffer, offsets, np.flatnonzero(~ascii_rows), folding)
    capitals = np.empty(0, np.int64)
    if folding != "NFC":
        capitals = np.flatnonzero(
            rows_holding((buffer >= _FIRST_CAPITAL) & (buffer <= _LAST_CAPITAL), offsets) & ascii_rows
        )
    rows = np.concatenate([capitals, np.fromiter(others, np.int64, len(others))])
    lengths = np.concatenate(
        [offsets[capitals + 1] - offsets[capitals], np.fromiter(map(len, others.values()), np.int64, len(others))]
    )
    order = np.argsort(rows, kind="stable")
    ends = np.concatenate([[0], np.cumsum(lengths[order])]).astype(np.int64)
    lowered = _lowered(buffer, offsets, capitals)
    if not others:
        return rows, lowered, ends
    folded = np.empty(int(ends[-1]), np.uint8)
    is_lowered = np.repeat(order < len(capitals), lengths[order])
    folded[is_lowered] = lowered
    folded[~is_lowered] = np.frombuffer(b"".join(others.values()), np.uint8)
    return rows[order], folded, ends


def _lowered(buffer: ByteArray, offsets: RowArray, rows: RowArray) -> ByteArray:
    """The ASCII labels of `rows`, ascending, end to end in small letters."""
    wanted = np.zeros(len(offsets) - 1, np.bool_)
    wanted[rows] = True
    lowered = buffer[offsets[0] : offsets[-1]][np.repeat(wanted, np.diff(offsets))]
    lowered[(lowered >= _FIRST_CAPITAL) & (lowered <= _LAST_CAPITAL)] += _TO_SMALL
    return lowered


def _folded_others(buffer: ByteArray, offsets: RowArray, rows: RowArray, folding: Folding) -> dict[int, bytes]:
    """Those of `rows`, ascending, whose label changes under `folding`, with what it becomes."""
    raw, bounds, others = buffer.data, offsets.data, rows.tolist()
    changed: dict[int, bytes] = {}
    for start in range(0, len(others), _GROUP):
        group = [(row, bytes(raw[bounds[row] : bounds[row + 1]])) for row in others[start : start + _GROUP]]
        if _stays(b"".join(label for _, label in group), folding):
            continue
        for row, label in group:
            folded = _encoded(fold(label.decode("utf-8", "replace"), folding))
            if folded != label:
                changed[row] = folded
    return changed


def rows_holding(marked: FlagArray, offsets: RowArray) -> FlagArray:
    """True for each label that holds a marked byte."""
    holds = np.zeros(len(offsets) - 1, np.bool_)
    if marked.any():
        filled = np.flatnonzero(offsets[1:] > offsets[:-1])
        holds[filled] = np.logical_or.reduceat(marked[: offsets[-1]], offsets[filled])
    return holds


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
