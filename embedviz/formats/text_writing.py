"""Rows and labels as text, exact: nine significant digits name every float32."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from embedviz.errors import OutputError
from embedviz.progress import Progress, Steps
from embedviz.space.embedding_space import EmbeddingSpace

_NUMBERS_AT_ONCE = 1 << 16


def write_rows(space: EmbeddingSpace, path: Path, *, header: str, separator: str, with_labels: bool) -> Steps[None]:
    """Write one line per item, its numbers with nine significant digits (they read back bit for bit)."""
    form = separator.join(["%.9g"] * space.n_dims) + "\n"
    step = max(1, _NUMBERS_AT_ONCE // max(1, space.n_dims))
    with path.open("wb") as file:
        file.write(header.encode())
        for start in range(0, space.n_items, step):
            yield Progress(start / space.n_items, f"Saving: {start:,} items")
            rows = space.vectors[start : start + step].tolist()
            numbers = (form % tuple(row) for row in rows)
            if with_labels:
                labels = space.labels[start : start + step]
                numbers = (label + separator + row for label, row in zip(labels, numbers, strict=True))
            file.write("".join(numbers).encode())


def write_lines(labels: list[str], path: Path) -> None:
    """Write one label per line."""
    path.write_bytes("".join(f"{label}\n" for label in labels).encode())


def check_labels(space: EmbeddingSpace, format_title: str, forbidden: str, *, lines: bool = False) -> Steps[None]:
    """Refuse labels that hold one of the `forbidden` characters, or (for `lines`) would not survive as a line."""

    def reason(row: int, label: str) -> str | None:
        found = next((mark for mark in forbidden if mark in label), None)
        if found is not None:
            return _NAMES.get(found, f"“{found}”")
        if lines and label.endswith("\r"):
            return _NAMES["\r"] + " at its end"
        if row == 0 and label.startswith("\ufeff"):
            return "a byte order mark at its beginning"
        return None

    yield from _check(space, format_title, reason)


def _check(space: EmbeddingSpace, format_title: str, reason: Callable[[int, str], str | None]) -> Steps[None]:
    for start in range(0, space.n_items, 1 << 15):
        yield Progress(None, "Checking that the format can hold every label")
        for row, label in enumerate(space.labels[start : start + (1 << 15)], start):
            why = reason(row, label)
            if why is not None:
                shown = repr(label if len(label) <= 40 else label[:39] + "…")
                raise OutputError(
                    f"Item #{row:,} is labelled {shown}, and {format_title} cannot hold a label with {why}; "
                    "save as .npz, which holds any label."
                )


def check_not_empty(space: EmbeddingSpace, format_title: str) -> None:
    """Refuse a space without items or dimensions, which could not be opened again."""
    if not space.n_items or not space.n_dims:
        raise OutputError(
            f"The space has {space.n_items:,} items of {space.n_dims:,} dimensions: nothing to save as {format_title}."
        )


_NAMES = {" ": "a space", "\n": "a line break", "\t": "a tab", "\r": "a carriage return"}
