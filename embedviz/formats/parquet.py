"""Parquet: a column of number lists of one length, and further columns as labels and metadata."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from embedviz.formats.arrow_errors import arrow_errors
from embedviz.formats.arrow_table import ArrowSource, inspected, read_source
from embedviz.formats.arrow_writing import write_batches
from embedviz.formats.contents import Contents
from embedviz.formats.metadata_writing import fits_a_table
from embedviz.formats.parquet_file import parquet_file
from embedviz.formats.probe import Probe
from embedviz.formats.registry import Format, Reading, Wish
from embedviz.progress import Progress, Steps
from embedviz.space.embedding_space import EmbeddingSpace

_MAGIC = b"PAR1"
_ROWS_AT_ONCE = 1 << 12


def _detect(probe: Probe) -> bool:
    return probe.head.startswith(_MAGIC)


def _read(probe: Probe, wish: Wish) -> Steps[Reading]:
    with arrow_errors(probe.name), _source(probe) as source:
        return (yield from read_source(source, wish))


def _inspect(probe: Probe) -> Steps[Contents]:
    yield Progress(0.0, f"Looking into {probe.name}")
    with arrow_errors(probe.name), _source(probe) as source:
        return inspected(source)


@contextmanager
def _source(probe: Probe) -> Iterator[ArrowSource]:
    with parquet_file(probe.path) as file:

        def batches(vectors: Sequence[str], others: Sequence[str]) -> Iterator[Any]:
            return iter(file.iter_batches(_ROWS_AT_ONCE, columns=[*vectors, *others]))

        yield ArrowSource.typed(probe, FORMAT.title, file.schema_arrow, file.metadata.num_rows, batches)


def _write(space: EmbeddingSpace, paths: Sequence[Path]) -> Steps[None]:
    with arrow_errors(paths[0].name):
        import pyarrow.parquet as pq

    opened = partial(pq.ParquetWriter, paths[0])
    yield from write_batches(space, FORMAT.title, opened, lambda writer, batch: writer.write_batch(batch))


FORMAT = Format(
    "parquet",
    "Parquet",
    (".parquet", ".pq"),
    _detect,
    _read,
    _write,
    writes=(".parquet",),
    keeps=fits_a_table,
    inspect=_inspect,
)
