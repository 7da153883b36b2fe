"""Tables for other programs: what was selected, answered, placed or known, as CSV, TSV or Parquet."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from embedviz.errors import EmbedvizError, OutputError
from embedviz.formats.arrow_columns import arrow_array
from embedviz.formats.arrow_errors import arrow_errors
from embedviz.formats.atomic import atomic_output
from embedviz.formats.coordinates import coordinate_columns
from embedviz.formats.metadata_writing import cell, fits_a_table
from embedviz.formats.projection_file import csv_line, guarded
from embedviz.progress import Progress, Steps
from embedviz.space.answer import Answer
from embedviz.space.arrays import RowArray
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.projection import Projection
from embedviz.space.source import Note
from embedviz.space.table import Column, Table

_ROWS_AT_ONCE = 1 << 13
_NO_BREAKS = {9: " ", 10: " ", 13: " "}
_TEXT_KINDS = ("text", "category")


def export_steps(table: Table, path: str | os.PathLike[str], *, overwrite: bool = False) -> Steps[tuple[Note, ...]]:
    """Write a table as .csv, .tsv or .parquet, whole or not at all; notes say which columns (images) were left out.

    In .csv and .tsv a text that a spreadsheet would run as a formula (it begins with = + - @, a tab or a carriage
    return) is written behind an apostrophe, column names too; numbers are never touched, and read back bit for bit.
    Tabs and line breaks in .tsv texts become spaces. .parquet holds texts as they are. A missing value is empty.

    Raises OutputError as `atomic_output` does, and for another suffix.
    """
    path = Path(path)
    writers: dict[str, Callable[[Table, Path], Steps[None]]] = {
        ".csv": _write_csv,
        ".tsv": _write_tsv,
        ".parquet": _write_parquet,
    }
    write = writers.get(path.suffix.lower())
    if write is None:
        raise OutputError(f"“{path.name}” names no format for a table; choose {', '.join(writers)}.")
    kept = Table(table.n_rows, {name: column for name, column in table.items() if fits_a_table(column)})
    with atomic_output(path, overwrite=overwrite) as temporary:
        yield from write(kept, temporary)
    left = [name for name in table if name not in kept]
    if not left:
        return ()
    were = "were" if len(left) > 1 else "was"
    return (Note("left_out", len(left), f"A table cannot hold pictures; {', '.join(left)} {were} left out."),)


def items_table(
    space: EmbeddingSpace, rows: RowArray | None = None, projection: Projection | None = None, *, metadata: bool = True
) -> Table:
    """The items of some rows (all by default) as a table: row, label, coordinates if given, and the metadata."""
    rows = np.arange(space.n_items) if rows is None else np.asarray(rows, np.int64)
    columns = {
        "row": _numbers(rows),
        "label": Column("text", space.labels.subset(rows), np.zeros(len(rows), bool)),
    }
    placed = {} if projection is None else coordinate_columns(projection)
    columns |= {name: column.take(rows) for name, column in placed.items()}
    if metadata:
        columns |= {_free(name, columns): column.take(rows) for name, column in space.metadata.items()}
    return Table(len(rows), columns)


def answer_table(answer: Answer) -> Table:
    """An answer as a table: rank from 1, label, row, score, and on every row the query and the metric."""
    n_rows = len(answer.rows)
    return Table(
        n_rows,
        {
            "rank": _numbers(np.arange(1, n_rows + 1)),
            "label": Column("text", Labels.from_strings(answer.labels), np.zeros(n_rows, bool)),
            "row": _numbers(answer.rows),
            "score": _numbers(answer.scores),
            "query": _texts([answer.text] * n_rows),
            "metric": _texts([answer.metric] * n_rows),
        },
    )


def answers_table(outcomes: Sequence[tuple[str, Answer | EmbedvizError]]) -> Table:
    """Many answers as one table: query, part where asked apart, rank from 1, label, row, score, each error, metric."""
    found: list[tuple[str, str, float, str, float, float, str, str]] = []
    for text, outcome in outcomes:
        if isinstance(outcome, EmbedvizError):
            found.append((text, "", math.nan, "", math.nan, math.nan, str(outcome), ""))
            continue
        for part in outcome.parts or (outcome,):
            about = part.text if outcome.parts else ""
            ranked = zip(part.labels, part.rows.tolist(), part.scores.tolist(), strict=True)
            found += [
                (text, about, rank, label, row, score, "", part.metric)
                for rank, (label, row, score) in enumerate(ranked, 1)
            ]
    queries, parts, ranks, labels, rows, scores, errors, metrics = zip(*found, strict=True) if found else ((),) * 8
    columns = {
        "query": _texts(queries),
        **({"part": _texts(parts)} if any(parts) else {}),
        "rank": _numbers(ranks),
        "label": _texts(labels),
        "row": _numbers(rows),
        "score": _numbers(scores),
        **({"error": _texts(errors)} if any(errors) else {}),
        "metric": _texts(metrics),
    }
    return Table(len(found), columns)


def _texts(values: Sequence[str]) -> Column:
    return Column("text", Labels.from_strings(values), np.array([not value for value in values], bool))


def _numbers(values: object) -> Column:
    numbers = np.array(values, np.float64)
    return Column("number", numbers, np.isnan(numbers))


def _free(name: str, taken: dict[str, Column]) -> str:
    """A column name that is not taken: `label` becomes `label (2)`."""
    free, count = name, 1
    while free in taken:
        count += 1
        free = f"{name} ({count})"
    return free


def _write_csv(table: Table, path: Path) -> Steps[None]:
    yield from _write_text(table, path, lambda rows: "".join(map(csv_line, rows)))


def _write_tsv(table: Table, path: Path) -> Steps[None]:
    def lines(rows: list[list[str]]) -> str:
        return "".join("\t".join(text.translate(_NO_BREAKS) for text in row) + "\n" for row in rows)

    yield from _write_text(table, path, lines)


def _write_text(table: Table, path: Path, lines: Callable[[list[list[str]]], str]) -> Steps[None]:
    with path.open("wb") as file:
        file.write(lines([[guarded(name) for name in table]]).encode("utf-8", "replace"))
        for start in range(0, table.n_rows, _ROWS_AT_ONCE):
            yield Progress(start / table.n_rows, f"Exporting: {start:,} rows")
            rows = range(start, min(table.n_rows, start + _ROWS_AT_ONCE))
            cells = [[_cell(column, row) for column in table.values()] for row in rows]
            file.write(lines(cells).encode("utf-8", "replace"))


def _cell(column: Column, row: int) -> str:
    text = cell(column, row)
    return guarded(text) if column.kind in _TEXT_KINDS else text


def _write_parquet(table: Table, path: Path) -> Steps[None]:
    with arrow_errors(path.name):
        import pyarrow as pa
        import pyarrow.parquet as pq

    arrays = []
    for name, column in table.items():
        yield Progress(None, f"Exporting “{name}”")
        arrays.append(arrow_array(column))
    names = [name.encode("utf-8", "replace").decode() for name in table]
    pq.write_table(pa.table(arrays, names=names), path)
