"""A projection as a table of labels and coordinates, or as a bare array."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from math import isnan
from pathlib import Path

import numpy as np

from embedviz.errors import OptionError, OutputError
from embedviz.formats.atomic import atomic_output
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.projection import Projection

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_NO_BREAKS = {9: " ", 10: " ", 13: " "}
_QUOTE = '"'
_QUOTED = re.compile(r'[,"\r\n]')
_ROWS_AT_ONCE = 1 << 14


def save_projection(
    space: EmbeddingSpace, projection: Projection, path: str | os.PathLike[str], *, overwrite: bool = False
) -> None:
    """Save `label,x,y[,z[,c4...]]` as .csv, .tsv or .parquet, or the points float32 alone as .npy.

    In .csv and .tsv a label that a spreadsheet would run as a formula (it begins with = + - @, a tab or a carriage
    return) is written behind an apostrophe, and tabs and line breaks in .tsv labels become spaces; .parquet holds
    labels as they are. Coordinates have nine significant digits and read back bit for bit; not-a-number is left empty.
    Written whole or not at all. Raises OutputError as `atomic_output` does, and for another suffix.
    """
    path = Path(path)
    if len(projection.points) != space.n_items:
        raise OptionError(
            f"The projection has {len(projection.points):,} points and the space {space.n_items:,} items."
        )
    writers: dict[str, Callable[[EmbeddingSpace, Projection, Path], None]] = {
        ".csv": _write_csv,
        ".tsv": _write_tsv,
        ".parquet": _write_parquet,
        ".npy": _write_npy,
    }
    write = writers.get(path.suffix.lower())
    if write is None:
        raise OutputError(f"“{path.name}” names no format for a projection; choose {', '.join(writers)}.")
    with atomic_output(path, overwrite=overwrite) as temporary:
        write(space, projection, temporary)


def axis_columns(n_components: int) -> list[str]:
    """The names of the coordinate columns: x, y, z, c4, c5..."""
    return [*"xyz"[:n_components], *(f"c{number}" for number in range(4, n_components + 1))]


def guarded(label: str) -> str:
    """A label that no spreadsheet takes for a formula."""
    return f"'{label}" if label.startswith(_FORMULA_STARTS) else label


def csv_line(cells: list[str]) -> str:
    """A line of CSV; cells in quotes where they hold a comma, a quote or a break (a bare CR too, unlike `csv`)."""
    return ",".join(f'"{cell.replace(_QUOTE, 2 * _QUOTE)}"' if _QUOTED.search(cell) else cell for cell in cells) + "\n"


def _write_csv(space: EmbeddingSpace, projection: Projection, path: Path) -> None:
    _write_table(space, projection, path, ",")


def _write_tsv(space: EmbeddingSpace, projection: Projection, path: Path) -> None:
    _write_table(space, projection, path, "\t")


def _write_table(space: EmbeddingSpace, projection: Projection, path: Path, separator: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:

        def write(cells: list[str]) -> None:
            if separator == ",":
                file.write(csv_line(cells))
            else:
                file.write("\t".join(cell.translate(_NO_BREAKS) for cell in cells) + "\n")

        write(["label", *axis_columns(projection.n_components)])
        for start in range(0, space.n_items, _ROWS_AT_ONCE):
            labels = space.labels[start : start + _ROWS_AT_ONCE]
            points = projection.points[start : start + _ROWS_AT_ONCE].tolist()
            for label, point in zip(labels, points, strict=True):
                write([guarded(label), *("" if isnan(value) else f"{value:.9g}" for value in point)])


def _write_parquet(space: EmbeddingSpace, projection: Projection, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = axis_columns(projection.n_components)
    coordinates = [np.ascontiguousarray(projection.points[:, at]) for at in range(projection.n_components)]
    labels = pa.array(space.labels[:], pa.large_string())
    pq.write_table(pa.table([labels, *map(pa.array, coordinates)], names=["label", *names]), path)


def _write_npy(space: EmbeddingSpace, projection: Projection, path: Path) -> None:
    del space
    with path.open("wb") as file:
        np.save(file, projection.points, allow_pickle=False)
