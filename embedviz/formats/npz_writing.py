"""Writing .npz: exact vectors, any label, and every metadata column."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.formats.npz_columns import member_name
from embedviz.formats.text_writing import check_not_empty
from embedviz.progress import Progress, Steps
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.images import ImageColumn
from embedviz.space.labels import Labels
from embedviz.space.table import Column

_BYTES_AT_ONCE = 1 << 23


def write_npz(space: EmbeddingSpace, paths: Sequence[Path]) -> Steps[None]:
    """Write `vectors`, `labels_bytes` (UTF-8) and `labels_offsets`, and `metadata/NAME.kind.part`, uncompressed."""
    check_not_empty(space, "NumPy .npz")
    with zipfile.ZipFile(paths[0], "w") as archive:
        for name, array in _arrays(space):
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                facts = {"descr": array.dtype.str, "fortran_order": False, "shape": array.shape}
                np.lib.format.write_array_header_1_0(member, facts)
                step = max(1, _BYTES_AT_ONCE // max(1, array[:1].nbytes))
                for start in range(0, len(array), step):
                    yield Progress(start / len(array), f"Saving {name}: {start:,} of {len(array):,}")
                    member.write(array[start : start + step].tobytes())


def _arrays(space: EmbeddingSpace) -> Iterator[tuple[str, NDArray[Any]]]:
    yield "vectors", space.vectors.astype("<f4", copy=False)
    yield "labels_bytes", space.labels.buffer
    yield "labels_offsets", space.labels.offsets
    for name, column in space.metadata.items():
        for part, array in _parts(column):
            yield member_name(name, column.kind, part), np.ascontiguousarray(array)


def _parts(column: Column) -> Iterator[tuple[str, NDArray[Any]]]:
    if isinstance(column.values, ImageColumn):
        return  # pictures in other files; `keeps_all` says so
    yield "missing", np.asarray(column.missing)
    if isinstance(column.values, Labels):
        yield "bytes", column.values.buffer
        yield "offsets", column.values.offsets
        return
    yield "values", column.values
    if column.kind == "category":
        yield "names", np.frombuffer(json.dumps(column.names).encode(), np.uint8)
