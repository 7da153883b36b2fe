"""Arrays beside the vectors of an .npz as labels and metadata columns, and the names by which they are found."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, unquote

import numpy as np
from numpy.typing import NDArray

from embedviz.errors import FormatError
from embedviz.formats.label_bytes import clean_labels
from embedviz.formats.metadata_table import typed_column
from embedviz.formats.npy_stream import ArrayHeader
from embedviz.progress import Progress, Steps
from embedviz.space.labels import Labels
from embedviz.space.table import Column

VECTOR_MEMBERS = ("vectors", "embeddings", "embedding", "vecs", "emb", "x", "features", "data", "arr_0")
LABEL_MEMBERS = (
    *("labels", "label", "words", "word", "tokens", "token", "names", "name", "titles", "title", "texts", "text"),
    *("vocab", "vocabulary", "keys", "items"),
)
PREFIX = "metadata/"
_PLAIN_KINDS = {"number": "f", "flag": "b", "time": "M", "image": "u"}


def member_name(column: str, kind: str, part: str) -> str:
    """The name of one array of a metadata column in our own files: `metadata/NAME.kind.part`, percent-encoded."""
    return f"{PREFIX}{quote(column, safe=' ', errors='replace').replace('.', '%2E')}.{kind}.{part}"


def array_labels(buffer: NDArray[Any], offsets: NDArray[Any], n_items: int, name: str) -> Labels:
    """Labels over a UTF-8 buffer and offsets from a file; FormatError unless they fit each other and `n_items`."""
    sound = (
        buffer.dtype == np.uint8
        and buffer.ndim == offsets.ndim == 1
        and offsets.dtype.kind == "i"
        and len(offsets) == n_items + 1
        and offsets[0] == 0
        and offsets[-1] == len(buffer)
        and bool(np.all(offsets[1:] >= offsets[:-1]))
    )
    if not sound:
        raise FormatError(f"“{name}” and its offsets do not make {n_items:,} labels; the file is damaged.")
    return clean_labels(buffer, offsets.astype(np.int64))[0]


def text_labels(array: NDArray[Any], name: str) -> tuple[Labels, int]:
    """An array of texts (kind U or S) as labels, and how many hold bad UTF-8."""
    try:
        values = array.tolist()
    except (ValueError, SystemError, OverflowError) as error:
        raise FormatError(f"“{name}” holds characters that do not exist; the file is damaged.") from error
    if array.dtype.kind == "U":
        return Labels.from_strings(values), 0
    offsets = np.zeros(len(values) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, values), np.int64, len(values)), out=offsets[1:])
    return clean_labels(np.frombuffer(b"".join(values), np.uint8), offsets)


def table_from(
    headers: Mapping[str, ArrayHeader], array: Callable[[str], NDArray[Any]], n_items: int, used: set[str]
) -> Steps[dict[str, Column]]:
    """Every column among the arrays: our own by their names, others where they hold one plain value per item."""
    columns: dict[str, Column] = {}
    ours: dict[tuple[str, str], dict[str, str]] = {}
    for key in headers:
        if key.startswith(PREFIX) and key.count(".") == 2:
            column, kind, part = key.removeprefix(PREFIX).split(".")
            ours.setdefault((unquote(column), kind), {})[part] = key
    for (name, kind), parts in ours.items():
        yield Progress(None, f"Reading “{name}”")
        columns[name] = _our_column(kind, {part: array(key) for part, key in parts.items()}, n_items, name)
    mine = {key for parts in ours.values() for key in parts.values()}
    for key, header in headers.items():
        if key in used or key in mine or not header.shape or header.shape[0] != n_items:
            continue
        if len(header.shape) == 1 and header.dtype.kind in "biufMUS":
            yield Progress(None, f"Reading “{key}”")
            columns[key] = yield from _plain_column(array(key), key)
    return columns


def _our_column(kind: str, parts: Mapping[str, NDArray[Any]], n_items: int, name: str) -> Column:
    damaged = FormatError(f"The metadata column “{name}” is damaged; its arrays do not fit {n_items:,} items.")
    missing = parts.get("missing")
    if missing is None or missing.shape != (n_items,) or missing.dtype != np.bool_:
        raise damaged
    values = parts.get("values")
    if kind == "text" and {"bytes", "offsets"} <= parts.keys():
        return Column("text", array_labels(parts["bytes"], parts["offsets"], n_items, name), missing)
    if values is None or not values.shape or len(values) != n_items:
        raise damaged
    if kind == "category" and "names" in parts and values.dtype.kind == "i":
        names = _category_names(parts["names"], damaged)
        codes = values.astype(np.int32)
        if values.ndim != 1 or not np.array_equal(codes == -1, missing) or np.any((codes < -1) | (codes >= len(names))):
            raise damaged
        return Column("category", codes, missing, names)
    if values.dtype.kind != _PLAIN_KINDS.get(kind) or (values.ndim == 1) == (kind == "image") or values.ndim > 4:
        raise damaged
    if kind == "number":
        return Column("number", values.astype(np.float64), missing)
    if kind == "time":
        return Column("time", values.astype("datetime64[ms]"), missing)
    if kind == "flag":
        return Column("flag", values, missing)
    if values.ndim == 4 and values.shape[3] != 3:
        raise damaged
    return Column("image", values.astype(np.uint8), missing)


def _category_names(encoded: NDArray[Any], damaged: FormatError) -> tuple[str, ...]:
    try:
        names = json.loads(encoded.tobytes())
    except (ValueError, RecursionError) as error:
        raise damaged from error
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise damaged
    return tuple(names)


def _plain_column(array: NDArray[Any], name: str) -> Steps[Column]:
    kind = array.dtype.kind
    if kind in "US":
        cells, _ = text_labels(array, name)
        return (yield from typed_column(cells, f"Reading “{name}”"))
    if kind == "b":
        return Column("flag", array, np.zeros(len(array), bool))
    if kind == "M":
        times = array.astype("datetime64[ms]")
        return Column("time", times, np.isnat(times))
    numbers = array.astype(np.float64)
    return Column("number", numbers, np.isnan(numbers))
