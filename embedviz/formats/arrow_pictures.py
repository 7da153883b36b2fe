"""Pictures in Arrow columns: encoded bytes, or the `{bytes, path}` pairs of Hugging Face data sets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from embedviz.formats.arrow_columns import plain_type
from embedviz.formats.memory_plan import check_memory
from embedviz.space.images import ImageColumn, PictureBytes, PicturePaths
from embedviz.space.labels import Labels
from embedviz.space.table import Column

_NAMES = ("image", "images", "img", "picture", "photo", "thumbnail")
_BYTES, _PATH = "bytes", "path"


def is_picture(field: Any) -> bool:
    """Whether a column holds pictures: a struct with `bytes`, or bytes under a name that says so."""
    import pyarrow.types as types

    kind = plain_type(field.type)
    if types.is_struct(kind):
        at = kind.get_field_index(_BYTES)
        return at >= 0 and _is_bytes(kind.field(at).type)
    return field.name.casefold() in _NAMES and _is_bytes(kind)


def pictures_of(arrays: Sequence[Any], folder: Path, name: str) -> Column:
    """The pictures of a column; where it holds paths instead of bytes, those of files in `folder`."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as types

    chunks = [array.storage if isinstance(array.type, pa.BaseExtensionType) else array for array in arrays]
    paths: list[str | None] = []
    if chunks and types.is_struct(chunks[0].type):
        if chunks[0].type.get_field_index(_PATH) >= 0:
            paths = [path for chunk in chunks for path in pc.struct_field(chunk, _PATH).cast(pa.string()).to_pylist()]
        chunks = [pc.struct_field(chunk, _BYTES) for chunk in chunks]
    missing = np.concatenate([np.asarray(chunk.is_null()) for chunk in chunks])
    if paths and missing.all():
        values: ImageColumn = PicturePaths(folder, Labels.from_strings(path or "" for path in paths))
        return Column("image", values, np.array([not path for path in paths]))
    check_memory(name, 0, 0, extra_bytes=sum(chunk.nbytes for chunk in chunks))
    pieces, ends, done = [], [np.zeros(1, np.int64)], 0
    for chunk in chunks:
        whole = chunk.cast(pa.large_binary()).fill_null(b"")
        offsets = np.frombuffer(whole.buffers()[1], np.int64)[whole.offset : whole.offset + len(whole) + 1]
        if whole.buffers()[2] is not None:
            pieces.append(np.frombuffer(whole.buffers()[2], np.uint8)[offsets[0] : offsets[-1]])
        ends.append(offsets[1:] - offsets[0] + done)
        done = int(ends[-1][-1]) if len(ends[-1]) else done
    buffer = np.concatenate([*pieces, np.empty(0, np.uint8)])
    return Column("image", PictureBytes(buffer, np.concatenate(ends)), missing)


def _is_bytes(kind: Any) -> bool:
    import pyarrow.types as types

    return bool(types.is_binary(kind) or types.is_large_binary(kind))
