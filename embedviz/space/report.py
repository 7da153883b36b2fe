"""What an import noticed, in one line with counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from embedviz.space.source import Note

# What a note of each kind counts, for one and for many; the order is that of the line.
_COUNTED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "duplicate_labels": ("duplicate label", "duplicate labels"),
        "bad_utf8": ("label or text with bad UTF-8", "labels or texts with bad UTF-8"),
        "zero_rows": ("zero vector", "zero vectors"),
        "nonfinite_rows": ("vector with NaN or infinity", "vectors with NaN or infinity"),
    }
)
_SAID: Mapping[str, str] = MappingProxyType(
    {"header_mismatch": "header mismatch", "partial": "opened in part", "sample": "a sample", "memory_mapped": "mapped"}
)


def report_line(n_items: int, notes: Sequence[Note]) -> str:
    """Rows, duplicates, bad UTF-8, zero and non-finite rows, header mismatch; and how many notes say something else."""
    parts = [f"{n_items:,} row{'s'[: n_items != 1]}"]
    for kind, (one, many) in _COUNTED.items():
        count = sum(note.count for note in notes if note.kind == kind)
        if count:
            parts.append(f"{count:,} {one if count == 1 else many}")
    parts += [words for kind, words in _SAID.items() if any(note.kind == kind for note in notes)]
    others = sum(note.kind not in _COUNTED and note.kind not in _SAID for note in notes)
    if others:
        told = len(parts) > 1
        parts.append(f"{others} {'more ' if told else ''}note{'s'[: others != 1]}")
    return " · ".join(parts)
