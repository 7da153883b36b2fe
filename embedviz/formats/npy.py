"""NumPy .npy: one table of numbers, with labels and metadata in files beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from embedviz.formats.metadata_writing import fits_a_table, writable_columns, write_table
from embedviz.formats.npy_stream import MAGIC, read_header, read_matrix
from embedviz.formats.probe import Probe
from embedviz.formats.registry import Format, Reading, Wish
from embedviz.formats.text_writing import check_labels, check_not_empty, write_lines
from embedviz.progress import Progress, Steps, within
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.source import Note

_ROWS_AT_ONCE = 1 << 13


def _detect(probe: Probe) -> bool:
    return probe.head.startswith(MAGIC)


def _read(probe: Probe, wish: Wish) -> Steps[Reading]:
    with probe.path.open("rb") as file:
        header = read_header(file, probe.name)
        n_available = probe.size - header.n_bytes
        vectors, notes = yield from within(read_matrix(file, header, probe.name, n_available, wish.sample), 0.0, 0.7)
    n_trailing = n_available - header.n_data_bytes
    if n_trailing:
        notes.append(Note("trailing_bytes", n_trailing, f"{n_trailing:,} bytes follow the array; they were not read."))
    drawn_from = None if wish.sample is None else header.shape[0]
    return Reading(vectors, FORMAT.title, notes=tuple(notes), drawn_from=drawn_from)


def _write(space: EmbeddingSpace, paths: Sequence[Path]) -> Steps[None]:
    check_not_empty(space, FORMAT.title)
    yield from check_labels(space, "a labels file", "\n", lines=True)
    with paths[0].open("wb") as file:
        facts = {"descr": "<f4", "fortran_order": False, "shape": space.vectors.shape}
        np.lib.format.write_array_header_1_0(file, facts)
        for start in range(0, space.n_items, _ROWS_AT_ONCE):
            yield Progress(start / space.n_items, f"Saving: {start:,} items")
            file.write(space.vectors[start : start + _ROWS_AT_ONCE].astype("<f4", copy=False).tobytes())
    write_lines(space.labels[:], paths[1])
    if len(paths) > 2:
        yield from write_table(space, paths[2])


def _companions(space: EmbeddingSpace) -> tuple[str, ...]:
    return (".labels.txt", ".tsv") if writable_columns(space) else (".labels.txt",)


FORMAT = Format(
    "npy", "NumPy .npy", (".npy",), _detect, _read, _write, (".npy",), _companions, fits_a_table, one_matrix=True
)
