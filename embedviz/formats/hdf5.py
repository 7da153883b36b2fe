"""HDF5 (.h5) and AnnData (.h5ad), read in a child process and handed over through a file of our cache."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path

from embedviz import child, paths
from embedviz.errors import ChildError
from embedviz.formats import npz
from embedviz.formats.probe import Probe
from embedviz.formats.registry import Format, Reading, Wish
from embedviz.formats.unpacking import PREFIX
from embedviz.formats.vector_choice import chosen_matrix, matrix_choice
from embedviz.progress import Steps, within
from embedviz.space.source import Note

MAGIC = b"\x89HDF\r\n\x1a\n"
_PLACES = (0, 512, 1024, 2048)
MOST_STEP_SECONDS = 8.0
_FUNCTION = "embedviz.formats.hdf5_tables:child_steps"


def _detect(probe: Probe) -> bool:
    return any(probe.head[at : at + len(MAGIC)] == MAGIC for at in _PLACES)


def _read(probe: Probe, wish: Wish) -> Steps[Reading]:
    handle, name = tempfile.mkstemp(prefix=PREFIX, suffix=".npz", dir=paths.cache())
    os.close(handle)
    target = Path(name)
    try:
        arguments = {
            "path": str(probe.path.absolute()),
            "name": probe.name,
            "vector": wish.vector_column,
            "label": wish.label_column if wish.labels is None and wish.metadata is None else None,
            "target": name,
            "seconds": MOST_STEP_SECONDS,
            "columns": None if wish.metadata_columns is None else list(wish.metadata_columns),
        }
        try:
            result = yield from within(child.run(_FUNCTION, arguments), 0.0, 0.7)
        except ChildError as error:
            raise ChildError(f"“{probe.name}” could not be read, it is probably damaged. {error}") from error
        if "choices" in result:
            choices = [matrix_choice(at, tuple(shape)) for at, shape in result["choices"]]
            chosen_matrix(choices, None, probe.shown, result["title"])
        handed = Probe.of(target, probe.shown)
        reading = yield from within(npz.FORMAT.read(handed, Wish()), 0.7, 0.9)
    finally:
        target.unlink(missing_ok=True)
    notes = [*reading.notes]
    if result["skipped"]:
        text = f"Columns of kinds not known here were not read: {', '.join(result['skipped'][:12])}."
        notes.append(Note("columns_skipped", len(result["skipped"]), text))
    labels = reading.labels if reading.labels is not None and len(reading.labels.buffer) else None
    return replace(reading, format=result["title"], labels=labels, notes=tuple(notes))


FORMAT = Format("hdf5", "HDF5", (".h5", ".hdf5", ".h5ad"), _detect, _read)
