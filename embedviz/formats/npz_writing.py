"""Writing .npz: exact vectors, any label, and every metadata column."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
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
from embedviz.space.table import Column, Table

_BYTES_AT_ONCE = 1 << 23


@dataclass(frozen=True)
class Member:
    """An array of an archive, of `shape` and `dtype`; its values come in `parts`, some rows at a time."""

    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    parts: Iterable[NDArray[Any]]

    @classmethod
    def of(cls, name: str, array: NDArray[Any]) -> Member:
        """An array that is in memory."""
        step = max(1, _BYTES_AT_ONCE // max(1, array[:1].nbytes))
        return cls(name, array.dtype, array.shape, (array[at : at + step] for at in range(0, len(array), step)))


def write_npz(space: EmbeddingSpace, paths: Sequence[Path]) -> Steps[None]:
    """Write `vectors`, `labels_bytes` (UTF-8) and `labels_offsets`, and `metadata/NAME.kind.part`, uncompressed."""
    check_not_empty(space, "NumPy .npz")
    vectors = Member.of("vectors", space.vectors.astype("<f4", copy=False))
    yield from write_members(paths[0], [vectors, *members_beside(space.labels, space.metadata)], "Saving")


def write_members(path: Path, members: Iterable[Member], doing: str) -> Steps[None]:
    """Write an archive of arrays, of which no more than a part is held; what is being done begins with `doing`."""
    with zipfile.ZipFile(path, "w") as archive:
        for each in members:
            with archive.open(zipfile.ZipInfo(f"{each.name}.npy"), "w", force_zip64=True) as member:
                facts = {"descr": each.dtype.str, "fortran_order": False, "shape": each.shape}
                np.lib.format.write_array_header_1_0(member, facts)
                done = 0
                for part in each.parts:
                    yield Progress(done / each.shape[0], f"{doing} {each.name}: {done:,} of {each.shape[0]:,}")
                    member.write(part.tobytes())
                    done += len(part)


def members_beside(labels: Labels, metadata: Table) -> list[Member]:
    """The labels and every metadata column as arrays."""
    found = [Member.of("labels_bytes", labels.buffer), Member.of("labels_offsets", labels.offsets)]
    for name, column in metadata.items():
        for part, array in _parts(column):
            found.append(Member.of(member_name(name, column.kind, part), np.ascontiguousarray(array)))
    return found


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
