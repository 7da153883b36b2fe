"""Labels and metadata as a tab-separated table with a header."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from embedviz.errors import OutputError
from embedviz.progress import Progress, Steps
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.table import Column

_ROWS_AT_ONCE = 1 << 13


def fits_a_table(column: Column) -> bool:
    """Whether a table can hold a column: all but images."""
    return column.kind != "image"


def writable_columns(space: EmbeddingSpace) -> dict[str, Column]:
    """The metadata columns a table can hold."""
    return {name: column for name, column in space.metadata.items() if fits_a_table(column)}


def write_table(space: EmbeddingSpace, path: Path) -> Steps[None]:
    """Write a header and one line per item: label, then every column; empty where missing."""
    columns = writable_columns(space)
    with path.open("wb") as file:
        file.write(_line(["label", *columns], "the header"))
        for start in range(0, space.n_items, _ROWS_AT_ONCE):
            yield Progress(start / space.n_items, f"Saving metadata: {start:,} items")
            rows = range(start, min(space.n_items, start + _ROWS_AT_ONCE))
            file.write(
                b"".join(
                    _line([space.labels[row], *(cell(column, row) for column in columns.values())], f"item #{row:,}")
                    for row in rows
                )
            )


def cell(column: Column, row: int) -> str:
    """One value as text that reads back as the same value."""
    if column.missing[row]:
        return ""
    if column.kind == "number" and isinstance(column.values, np.ndarray):
        return repr(float(column.values[row])).removesuffix(".0")
    return column.text(row)


def _line(cells: list[str], where: str) -> bytes:
    bad = next((text for text in cells if "\t" in text or "\n" in text or text.endswith("\r")), None)
    if bad is not None:
        raise OutputError(
            f"The metadata of {where} holds {bad[:40]!r}, and a TSV table cannot hold tabs or line breaks; use .npz."
        )
    return "\t".join(cells).encode("utf-8", "replace") + b"\n"
