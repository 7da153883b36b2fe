"""What a table holds before it is read: its columns, what each can be, and its first rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Role = Literal["vector", "label", "metadata", "ignored"]

N_FIRST_ROWS = 20
_LONGEST_CELL = 80


@dataclass(frozen=True)
class ColumnChoice:
    """One column, or a set of number columns that make a vector together (`x1..x300`), and the part it may play.

    `kind` is what a person reads (“384 numbers”, “text”); `n_dims` the length of its vectors, None where that is not
    known before reading or it holds none.
    """

    name: str
    kind: str
    is_vector_candidate: bool
    n_dims: int | None
    role_guess: Role


@dataclass(frozen=True)
class Contents:
    """The columns of a table, its format and row count (None if unknown), and at most 20 rows as elided texts."""

    format: str
    n_rows: int | None
    columns: tuple[ColumnChoice, ...]
    first_rows: tuple[tuple[str, ...], ...] = ()


def shown(value: object) -> str:
    """One cell as a person reads it: empty where missing, a list of numbers by its first ones, long texts elided."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        more = ", …" if len(value) > 4 else ""
        return f"[{', '.join(shown(part)[:20] for part in value[:4])}{more}]"
    if isinstance(value, float):
        return f"{value:.6g}"
    text = value[: 4 * _LONGEST_CELL].decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"


def named(names: Iterable[str], most: int = 12) -> str:
    """Names in quotes for a message, the first dozen of them."""
    found = list(names)
    listed = ", ".join(f"“{name if len(name) <= 60 else name[:59] + '…'}”" for name in found[:most])
    return listed + (f" and {len(found) - most:,} more" if len(found) > most else "") or "nothing"
