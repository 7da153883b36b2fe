"""word2vec text and fastText .vec: a header `items dimensions`, then a label and its numbers on each line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from embedviz.formats.probe import Probe
from embedviz.formats.registry import Format
from embedviz.formats.text_vectors import read_text
from embedviz.formats.text_writing import check_labels, check_not_empty, write_rows
from embedviz.progress import Steps
from embedviz.space.embedding_space import EmbeddingSpace


def _detect(probe: Probe) -> bool:
    layout = probe.layout
    return layout is not None and layout.declared is not None


def _write(space: EmbeddingSpace, paths: Sequence[Path]) -> Steps[None]:
    check_not_empty(space, FORMAT.title)
    yield from check_labels(space, FORMAT.title, " \t\n")
    header = f"{space.n_items} {space.n_dims}\n"
    yield from write_rows(space, paths[0], header=header, separator=" ", with_labels=True)


FORMAT = Format(
    "word2vec-text",
    "word2vec text",
    (".txt", ".vec", ".w2v"),
    _detect,
    read_text,
    _write,
    writes=(".txt", ".vec"),
    one_matrix=True,
)
