"""Arrow columns as metadata columns and labels, and metadata columns as Arrow arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from embedviz.formats.label_bytes import clean_labels
from embedviz.formats.metadata_table import kept_exactly, typed_column
from embedviz.formats.table_roles import Field
from embedviz.progress import Steps
from embedviz.space.labels import Labels
from embedviz.space.source import Note
from embedviz.space.table import Column

_MOST_EXACT = 2**53


def field_of(field: Any) -> Field:
    """What an Arrow field can be used for."""
    import pyarrow.types as types

    kind = plain_type(field.type)
    if is_list(kind):
        numeric = types.is_floating(kind.value_type) or types.is_integer(kind.value_type)
        n_dims = kind.list_size if types.is_fixed_size_list(kind) else None
        words = f"lists of {kind.value_type}" if n_dims is None else f"{n_dims:,} x {kind.value_type}"
        is_vector = numeric and not field.name.casefold().startswith("neighbor")
        return Field(field.name, words, "vector" if is_vector else "unknown", n_dims if numeric else None)
    if types.is_dictionary(kind):
        inner = kind.value_type
        return Field(field.name, f"categories of {inner}", "text" if is_text(inner) else _use(inner))
    return Field(field.name, "text" if is_text(kind) else str(kind)[:60], _use(kind))


def plain_type(kind: Any) -> Any:
    """A type without what an extension says of it."""
    import pyarrow as pa

    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind


def is_list(kind: Any) -> bool:
    """Whether cells are lists, of any of the three sorts that are laid out alike."""
    import pyarrow.types as types

    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


def is_text(kind: Any) -> bool:
    """Whether cells are texts."""
    import pyarrow.types as types

    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _use(kind: Any) -> Any:
    import pyarrow.types as types

    if is_text(kind):
        return "text"
    if types.is_integer(kind):
        return "whole"
    if types.is_floating(kind) or types.is_decimal(kind):
        return "float"
    is_plain = types.is_boolean(kind) or types.is_timestamp(kind) or types.is_date(kind)
    return "plain" if is_plain else "unknown"


def plain_array(array: Any) -> Any:
    """An array without extension type and without dictionary."""
    import pyarrow as pa
    import pyarrow.types as types

    if isinstance(array.type, pa.BaseExtensionType):
        array = array.storage
    return array.dictionary_decode() if types.is_dictionary(array.type) else array


def texts_of(arrays: Sequence[Any]) -> tuple[Labels, int]:
    """Arrays of text (or of bytes, or anything with a text form) as labels, and how many hold bad UTF-8."""
    import pyarrow as pa
    import pyarrow.types as types

    buffers, ends, done = [], [np.zeros(1, np.int64)], 0
    for array in map(plain_array, arrays):
        if types.is_binary(array.type) or types.is_large_binary(array.type):
            array = array.cast(pa.large_binary())
        elif is_text(array.type):
            array = array.cast(pa.large_string())
        else:
            array = array.cast(pa.string()).cast(pa.large_string())
        if array.null_count:
            array = array.fill_null("" if types.is_large_string(array.type) else b"")
        if not len(array):
            continue
        _, offsets_buffer, data_buffer = array.buffers()
        offsets = np.frombuffer(offsets_buffer, np.int64)[array.offset : array.offset + len(array) + 1]
        data = np.frombuffer(data_buffer, np.uint8) if data_buffer is not None else np.zeros(0, np.uint8)
        buffers.append(data[offsets[0] : offsets[-1]])
        ends.append(offsets[1:] - offsets[0] + done)
        done = int(ends[-1][-1])
    return clean_labels(np.concatenate(buffers) if buffers else np.zeros(0, np.uint8), np.concatenate(ends))


def column_of(arrays: Sequence[Any], name: str, notes: list[Note], names: tuple[str, ...] = ()) -> Steps[Column]:
    """The metadata column of the chunks of an Arrow column; what was not kept as it was goes into `notes`.

    `names` are the classes of whole numbers, where the file gives them.
    """
    import pyarrow as pa
    import pyarrow.types as types

    arrays = [plain_array(array) for array in arrays]
    kind = arrays[0].type
    missing = np.concatenate([np.asarray(array.is_null()) for array in arrays])
    if types.is_boolean(kind):
        flags = [np.asarray(array.fill_null(False)).astype(bool) for array in arrays]
        return Column("flag", np.concatenate(flags), missing)
    if types.is_timestamp(kind) or types.is_date(kind):
        times = [array.cast(pa.timestamp("ms"), safe=False).to_numpy(zero_copy_only=False) for array in arrays]
        return Column("time", np.concatenate(times).astype("datetime64[ms]"), missing)
    if types.is_decimal(kind):
        arrays = [array.cast(pa.float64()) for array in arrays]
    elif types.is_integer(kind):
        if names and all(_within(array, 0, len(names) - 1) for array in arrays):
            codes = np.concatenate([array.cast(pa.int32()).fill_null(-1).to_numpy() for array in arrays])
            return Column("category", codes, missing, names)
        if not all(_within(array, -_MOST_EXACT, _MOST_EXACT) for array in arrays):
            column = yield from typed_column(texts_of(arrays)[0], f"Reading “{name}”", numbers=False)
            notes.append(kept_exactly(name, len(column)))
            return column
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        numbers = [array.to_numpy(zero_copy_only=False).astype(np.float64) for array in arrays]
        return Column("number", np.concatenate(numbers), missing)
    cells, n_bad = texts_of(arrays)
    if n_bad:
        notes.append(
            Note("bad_utf8", n_bad, f"{n_bad:,} cells of “{name}” are not valid UTF-8; bad bytes show as “\ufffd”.")
        )
    is_bytes = types.is_binary(kind) or types.is_large_binary(kind)
    return (yield from typed_column(cells, f"Reading “{name}”", numbers=is_bytes, notes=notes, name=name))


def _within(array: Any, low: int, high: int) -> bool:
    import pyarrow.compute as pc

    bounds = pc.min_max(array).as_py()
    return bounds["min"] is None or (bounds["min"] >= low and bounds["max"] <= high)


def arrow_array(column: Column) -> Any:
    """A metadata column as an Arrow array: texts and categories as text, null where missing."""
    import pyarrow as pa

    gone = np.array(column.missing)
    if isinstance(column.values, Labels):
        return texts_array(column.values, gone)
    if column.kind == "category":
        codes = pa.array(np.array(column.values), mask=gone)
        names = pa.array([name.encode("utf-8", "replace").decode() for name in column.names], pa.large_string())
        return names.take(codes) if len(names) else pa.nulls(len(column), pa.large_string())
    return pa.array(np.array(column.values), mask=gone)


def texts_array(labels: Labels, missing: Any = None) -> Any:
    """Labels as an Arrow array of text, over the same bytes; null where `missing`."""
    import pyarrow as pa

    buffers = [None, pa.py_buffer(labels.offsets), pa.py_buffer(labels.buffer)]
    array = pa.Array.from_buffers(pa.large_string(), len(labels), buffers)
    if missing is None or not missing.any():
        return array
    return pa.compute.if_else(pa.array(missing), pa.scalar(None, pa.large_string()), array)
