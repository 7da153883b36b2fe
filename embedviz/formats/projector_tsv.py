"""The TensorFlow Projector's pair: tab-separated numbers, and a metadata file beside them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from embedviz.formats.metadata_writing import fits_a_table, writable_columns, write_table
from embedviz.formats.probe import Probe
from embedviz.formats.registry import Format
from embedviz.formats.text_vectors import read_text
from embedviz.formats.text_writing import check_labels, check_not_empty, write_lines, write_rows
from embedviz.progress import Steps
from embedviz.space.embedding_space import EmbeddingSpace


def _detect(probe: Probe) -> bool:
    layout = probe.layout
    return layout is not None and layout.declared is None and not layout.has_label


def _write(space: EmbeddingSpace, paths: Sequence[Path]) -> Steps[None]:
    check_not_empty(space, FORMAT.title)
    yield from check_labels(space, FORMAT.title, "\t\n", lines=True)
    yield from write_rows(space, paths[0], header="", separator="\t", with_labels=False)
    if writable_columns(space):
        yield from write_table(space, paths[1])
    else:
        write_lines(space.labels[:], paths[1])


def _companions(space: EmbeddingSpace) -> tuple[str, ...]:
    del space
    return (".metadata.tsv",)


FORMAT = Format(
    "projector-tsv",
    "Projector TSV",
    (".tsv", ".txt", ".tab"),
    _detect,
    read_text,
    _write,
    (".tsv",),
    _companions,
    fits_a_table,
    one_matrix=True,
)
