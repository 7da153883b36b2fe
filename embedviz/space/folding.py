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


def fold(text: str, folding: Folding) -> str:
    """Return `text` in one spelling: canonical composition (NFC), `str.casefold`, or NFKC_Casefold (Unicode 3.13)."""
    return _FOLDS[folding](text)


def folded_rows(buffer: ByteArray, offsets: RowArray, ascii_rows: FlagArray, folding: Folding) -> dict[int, bytes]:
    """The rows whose UTF-8 label changes under `folding`, ascending, with what it becomes; most often few."""
    raw, bounds = buffer.data, offsets.data
    changed: dict[int, bytes] = {}
    if folding != "NFC":
        capitals = rows_holding((buffer >= 65) & (buffer <= 90), offsets) & ascii_rows
        changed.update(
            (row, bytes(raw[bounds[row] : bounds[row + 1]]).lower()) for row in np.flatnonzero(capitals).tolist()
        )
    others = np.flatnonzero(~ascii_rows).tolist()
    for start in range(0, len(others), _GROUP):
        group = [(row, bytes(raw[bounds[row] : bounds[row + 1]])) for row in others[start : start + _GROUP]]
        if _stays(b"".join(label for _, label in group), folding):
            continue
        for row, label in group:
            folded = _encoded(fold(label.decode("utf-8", "replace"), folding))
            if folded != label:
                changed[row] = folded
    return dict(sorted(changed.items()))


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
