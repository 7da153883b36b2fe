"""Arrow IPC: files (Feather 2) and streams, as Hugging Face data sets keep them."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from embedviz.errors import FormatError
from embedviz.formats.arrow_errors import arrow_errors
from embedviz.formats.arrow_table import ArrowSource, inspected, read_source
from embedviz.formats.arrow_writing import write_batches
from embedviz.formats.contents import Contents
from embedviz.formats.metadata_writing import fits_a_table
from embedviz.formats.probe import Probe
from embedviz.formats.registry import Format, Reading, Wish
from embedviz.progress import Progress, Steps
from embedviz.space.embedding_space import EmbeddingSpace

_FILE, _FEATHER_1 = b"ARROW1\x00\x00", b"FEA1"
_CONTINUATION = b"\xff\xff\xff\xff"
_LARGEST_SCHEMA = 1 << 24


def _detect(probe: Probe) -> bool:
    return probe.head.startswith((_FILE, _FEATHER_1)) or _is_stream(probe)


def _is_stream(probe: Probe) -> bool:
    """Whether the file begins with a message of a plausible length: a table's first field points inside it."""
    if not probe.head.startswith(_CONTINUATION) or len(probe.head) < 16:
        return False
    length, root = struct.unpack("<iI", probe.head[4:12])
    return bool(8 < length <= min(_LARGEST_SCHEMA, probe.size) and length % 8 == 0 and 4 <= root < length)


def _read(probe: Probe, wish: Wish) -> Steps[Reading]:
    with arrow_errors(probe.name), _source(probe) as source:
        return (yield from read_source(source, wish))


def _inspect(probe: Probe) -> Steps[Contents]:
    yield Progress(0.0, f"Looking into {probe.name}")
    with arrow_errors(probe.name), _source(probe) as source:
        return inspected(source)


@contextmanager
def _source(probe: Probe) -> Iterator[ArrowSource]:
    import pyarrow as pa

    if probe.head.startswith(_FEATHER_1):
        raise FormatError(
            f"“{probe.name}” is Feather of version 1; write it anew as version 2: "
            "`pyarrow.feather.write_feather(pyarrow.feather.read_table(PATH), 'out.feather')`."
        )
    # not memory-mapped: a file that shrinks under a map ends the process
    with pa.OSFile(str(probe.path)) as file:
        is_file = probe.head.startswith(_FILE)
        with (pa.ipc.open_file if is_file else pa.ipc.open_stream)(file) as reader:
            schema = reader.schema

        def batches(vectors: Sequence[str], others: Sequence[str]) -> Iterator[Any]:
            wanted = [schema.get_field_index(name) for name in (*vectors, *others)]
            options = pa.ipc.IpcReadOptions(included_fields=sorted(wanted), ensure_alignment=_aligned())
            file.seek(0)
            if is_file:
                with pa.ipc.open_file(file, options=options) as reader:
                    yield from (_sound(reader.get_batch(at)) for at in range(reader.num_record_batches))
            else:
                with pa.ipc.open_stream(file, options=options) as reader:
                    yield from map(_sound, reader)

        yield ArrowSource.typed(probe, FORMAT.title, schema, None, batches, lambda: file.tell() / max(1, probe.size))


def _aligned() -> Any:
    import pyarrow as pa

    return pa.ipc.Alignment.DataTypeSpecific


def _sound(batch: Any) -> Any:
    """A batch whose offsets lie inside its buffers: what a file says of itself is not to be followed unseen."""
    batch.validate(full=False)
    for column in batch.columns:
        column.validate(full=not _is_bare(column))
    return batch


def _is_bare(column: Any) -> bool:
    """Whether a column is numbers in fixed places only: nothing in it points anywhere."""
    import pyarrow.types as types

    kind = column.type
    while types.is_fixed_size_list(kind):
        kind = kind.value_type
    return bool(types.is_primitive(kind))


def _write(space: EmbeddingSpace, paths: Sequence[Path]) -> Steps[None]:
    with arrow_errors(paths[0].name):
        import pyarrow as pa

    opened = partial(pa.ipc.new_file, str(paths[0]))
    yield from write_batches(space, FORMAT.title, opened, lambda writer, batch: writer.write_batch(batch))


FORMAT = Format(
    "arrow",
    "Arrow",
    (".arrow", ".feather", ".ipc", ".arrows"),
    _detect,
    _read,
    _write,
    writes=(".arrow", ".feather"),
    keeps=fits_a_table,
    inspect=_inspect,
)
