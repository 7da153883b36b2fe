"""Parquet: a column of number lists of one length, and further columns as labels and metadata."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from embedviz.errors import FormatError, MissingLibraryError, OptionError, OutputError
from embedviz.formats.blocks import content_hash
from embedviz.formats.memory_plan import check_memory
from embedviz.formats.metadata_table import LABEL_NAMES, typed_column
from embedviz.formats.metadata_writing import fits_a_table, writable_columns
from embedviz.formats.npz_columns import VECTOR_MEMBERS
from embedviz.formats.probe import Probe
from embedviz.formats.registry import Format, Reading, Wish
from embedviz.formats.text_writing import check_not_empty
from embedviz.progress import Progress, Steps, within
from embedviz.space.arrays import FloatArray
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Note
from embedviz.space.table import Column, Table

_MAGIC = b"PAR1"
_VECTOR_NAMES = ("vector", *VECTOR_MEMBERS)
_ROWS_AT_ONCE = 1 << 14


def _detect(probe: Probe) -> bool:
    return probe.head.startswith(_MAGIC)


def _read(probe: Probe, wish: Wish) -> Steps[Reading]:
    with _arrow_errors(probe.name):
        import pyarrow.parquet as pq

        with pq.ParquetFile(probe.path) as file:
            schema, n_items = file.schema_arrow, file.metadata.num_rows
            if len(set(schema.names)) < len(schema.names):
                raise FormatError(f"“{probe.name}” has several columns of one name; give each its own.")
            vector = _vector_column(schema, probe.name, wish.vector_column)
            label = _label_column(schema, probe.name, wish, vector)
            if not n_items:
                raise FormatError(f"“{probe.name}” has no rows.")
            vectors = yield from within(_vectors(file, vector, probe.name, n_items), 0.0, 0.6)
            others = [name for name in schema.names if name != vector and _is_plain(schema.field(name).type)]
            table = file.read(columns=others)
        labels, columns, notes = None, {}, _converted(schema.field(vector).type.value_type, n_items)
        for at, name in enumerate(others):
            yield Progress(0.6 + 0.3 * at / len(others), f"Reading “{name}”")
            if name == label:
                labels = _texts(table.column(name))
            else:
                columns[name] = yield from within(_column(table.column(name), name), 0.6, 0.6)
    skipped = [name for name in schema.names if name not in others and name != vector]
    if skipped:
        notes.append(
            Note(
                "columns_skipped", len(skipped), f"Columns of kinds not known here were not read: {', '.join(skipped)}."
            )
        )
    digest = yield from within(content_hash(probe.path, f"Checking {probe.name}"), 0.9, 1.0)
    metadata = Table(n_items, columns) if columns else None
    return Reading(vectors, FORMAT.title, labels, metadata, tuple(notes), digest)


def _converted(kind: Any, n_items: int) -> list[Note]:
    import pyarrow.types as types

    if types.is_float32(kind) or types.is_float16(kind) or kind.bit_width <= 16:
        return []
    return [Note("converted", n_items, f"The numbers were {kind}; they are held as float32, about seven digits.")]


def _vector_column(schema: Any, name: str, wanted: str | None) -> str:
    import pyarrow.types as types

    def holds_vectors(kind: Any) -> bool:
        is_list = types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)
        return bool(is_list and (types.is_floating(kind.value_type) or types.is_integer(kind.value_type)))

    found: list[str] = [field.name for field in schema if holds_vectors(field.type)]
    if wanted is not None and wanted not in found:
        raise OptionError(
            f"“{wanted}” is no column of vectors in “{name}”; choose {', '.join(found) or 'another file'}."
        )
    if not found:
        raise FormatError(f"“{name}” has no column whose cells are lists of numbers; it has {', '.join(schema.names)}.")
    if wanted is not None:
        return wanted
    return next((key for usual in _VECTOR_NAMES for key in found if key.casefold() == usual), found[0])


def _label_column(schema: Any, name: str, wish: Wish, vector: str) -> str | None:
    plain = [field.name for field in schema if field.name != vector and _is_text(field.type)]
    if wish.label_column is not None and wish.labels is None and wish.metadata is None:
        if wish.label_column not in plain:
            raise OptionError(f"“{wish.label_column}” is no column of texts in “{name}”; it has {', '.join(plain)}.")
        return wish.label_column
    return next((key for usual in LABEL_NAMES for key in plain if key.casefold() == usual), plain[0] if plain else None)


def _is_text(kind: Any) -> bool:
    import pyarrow.types as types

    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_dictionary(kind))


def _is_plain(kind: Any) -> bool:
    import pyarrow.types as types

    numeric = types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind)
    return bool(numeric or _is_text(kind) or types.is_timestamp(kind) or types.is_date(kind))


def _vectors(file: Any, column: str, name: str, n_items: int) -> Steps[FloatArray]:
    """Read the vectors in batches; every row must have a vector of one length without missing numbers."""
    vectors: FloatArray | None = None
    done = 0
    for batch in file.iter_batches(_ROWS_AT_ONCE, columns=[column]):
        cells = batch.column(0)
        lengths = np.asarray(cells.value_lengths().fill_null(-1))
        if not len(lengths):
            continue
        if vectors is None:
            n_dims = int(lengths[0])
            check_memory(name, n_items, max(0, n_dims))
            vectors = np.empty((n_items, max(0, n_dims)), np.float32)
        bad = np.flatnonzero(lengths != vectors.shape[1])
        if len(bad) or cells.null_count or not vectors.shape[1]:
            row = int(bad[0]) if len(bad) else 0
            raise FormatError(
                f"Row {done + row:,} of “{name}” has a vector of {max(0, int(lengths[row])):,} numbers in “{column}”, "
                f"and {vectors.shape[1]:,} are needed."
            )
        values = cells.flatten()
        if values.null_count:
            raise FormatError(
                f"“{column}” of “{name}” has missing numbers after row {done:,}; fill them or drop the rows."
            )
        with np.errstate(over="ignore"):
            numbers = values.to_numpy(zero_copy_only=False).astype(np.float32, copy=False)
        vectors[done : done + len(lengths)] = numbers.reshape(len(lengths), -1)
        done += len(lengths)
        yield Progress(done / n_items, f"Opening {name}: {done:,} items")
    if vectors is None or done != n_items:
        raise FormatError(f"“{name}” declares {n_items:,} rows and holds {done:,}; it is damaged.")
    return vectors


def _texts(column: Any) -> Labels:
    import pyarrow as pa

    return Labels.from_strings("" if text is None else text for text in column.cast(pa.large_string()).to_pylist())


def _column(column: Any, name: str) -> Steps[Column]:
    import pyarrow.types as types

    missing = np.asarray(column.is_null())
    kind = column.type
    if types.is_boolean(kind):
        return Column("flag", np.asarray(column.fill_null(False)).astype(bool), missing)
    if types.is_timestamp(kind) or types.is_date(kind):
        return Column("time", np.asarray(column.to_numpy()).astype("datetime64[ms]"), missing)
    if types.is_integer(kind) or types.is_floating(kind):
        return Column("number", np.asarray(column.to_numpy()).astype(np.float64), missing)
    return (yield from typed_column(_texts(column), f"Reading “{name}”"))


def _write(space: EmbeddingSpace, paths: Sequence[Path]) -> Steps[None]:
    check_not_empty(space, FORMAT.title)
    with _arrow_errors(paths[0].name):
        import pyarrow as pa
        import pyarrow.parquet as pq

    columns = writable_columns(space)
    if {"vector", "label"} & columns.keys():
        raise OutputError(
            "A metadata column is called “vector” or “label”, as Parquet's own columns are; save as .npz."
        )
    names = ["vector", "label", *columns]
    flat = pa.array(space.vectors.reshape(-1))
    arrays = [pa.FixedSizeListArray.from_arrays(flat, space.n_dims), pa.array(space.labels[:], pa.large_string())]
    for name, column in columns.items():
        yield Progress(None, f"Saving “{name}”")
        arrays.append(_arrow_array(column))
    table = pa.table(arrays, names=names)
    with pq.ParquetWriter(paths[0], table.schema) as writer:
        for start in range(0, space.n_items, _ROWS_AT_ONCE):
            yield Progress(start / space.n_items, f"Saving: {start:,} items")
            writer.write_table(table.slice(start, _ROWS_AT_ONCE))


def _arrow_array(column: Column) -> Any:
    import pyarrow as pa

    if isinstance(column.values, Labels) or column.kind == "category":
        texts = [None if gone else column.text(row) for row, gone in enumerate(column.missing)]
        return pa.array(texts, pa.large_string())
    return pa.array(column.values, mask=np.array(column.missing))


@contextmanager
def _arrow_errors(name: str) -> Iterator[None]:
    try:
        import pyarrow as pa
    except ImportError as error:
        raise MissingLibraryError(
            f"Parquet files need pyarrow, which did not import ({error}); reinstall pyarrow."
        ) from error
    try:
        yield
    except (pa.ArrowException, UnicodeDecodeError, OverflowError) as error:
        reason = " ".join(str(error).split())[:200]
        raise FormatError(f"“{name}” is damaged: {reason}.") from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise FormatError(f"“{name}” is damaged: {' '.join(str(error).split())[:200]}.") from error


FORMAT = Format(
    "parquet", "Parquet", (".parquet", ".pq"), _detect, _read, _write, writes=(".parquet",), keeps=fits_a_table
)
