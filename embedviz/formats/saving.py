"""Saving: a space to a file whose suffix says the format."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

from embedviz.errors import OutputError
from embedviz.formats.atomic import atomic_output
from embedviz.formats.catalog import FORMATS, WRITABLE_SUFFIXES
from embedviz.formats.registry import Format
from embedviz.progress import Progress, Steps
from embedviz.space.embedding_space import EmbeddingSpace


def save_steps(space: EmbeddingSpace, path: str | os.PathLike[str], *, overwrite: bool = False) -> Steps[None]:
    """Save a space, format by suffix: .txt .vec .bin .npy .npz .tsv .parquet; vectors read back bit for bit.

    .npy is joined by STEM.labels.txt (and STEM.tsv for metadata), .tsv by STEM.metadata.tsv. Written whole or not at
    all. Text formats of word vectors hold no metadata, tables and .parquet no images; .npz holds all.

    Raises OutputError if a file exists and `overwrite` is False, for an unknown suffix, for a label the format cannot
    hold, and where the system cannot write.
    """
    path = Path(path)
    entry = _format_for(path)
    assert entry.write is not None, "only writable formats are chosen"
    targets = [path, *(path.with_name(path.stem + suffix) for suffix in entry.companions(space))]
    yield Progress(0.0, f"Saving {path.name}")
    with ExitStack() as stack:
        temporaries = [stack.enter_context(atomic_output(target, overwrite=overwrite)) for target in targets]
        yield from entry.write(space, temporaries)
        yield Progress(1.0, f"Saving {path.name}: finishing")


def _format_for(path: Path) -> Format:
    suffix = path.suffix.lower()
    entry = next((entry for entry in FORMATS if suffix in entry.writes), None)
    if entry is None:
        known = ", ".join(f"{' '.join(suffixes)} ({title})" for title, suffixes in WRITABLE_SUFFIXES)
        shown = f"“{suffix}”" if suffix else "no suffix"
        raise OutputError(f"“{path.name}” has {shown}, which names no format to save in; choose {known}.")
    return entry
