"""Metadata from a separate file, added to a space that is open."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from embedviz.errors import FormatError, MemoryPlanError
from embedviz.formats.companions import attach
from embedviz.formats.picture_names import with_named_pictures
from embedviz.formats.probe import Probe, access_error, check_readable
from embedviz.formats.registry import Reading, Wish
from embedviz.progress import Progress, Steps, within
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.source import Note


@dataclass(frozen=True)
class Addition:
    """The space with its further columns, their names, those that took the place of others, and what was noticed."""

    space: EmbeddingSpace
    added: tuple[str, ...]
    replaced: tuple[str, ...]
    notes: tuple[Note, ...]


def add_metadata_steps(
    space: EmbeddingSpace, path: str | os.PathLike[str], *, label_column: str | None = None
) -> Steps[Addition]:
    """Join the table at `path` to a space, by row or by label; vectors, and what was measured of them, are shared.

    A space without any label takes those of the table. Raises FileAccessError, FormatError, MemoryPlanError and
    OptionError as opening with `metadata=` does.
    """
    path = Path(path)
    yield Progress(0.0, f"Reading {path.name}")
    try:
        check_readable(path)
        unnamed = not len(space.labels.buffer)
        reading = Reading(
            space.vectors,
            space.source.format,
            None if unnamed else space.labels,
            space.metadata,
            subwords=space.subwords,
        )
        wish = Wish(metadata=path, label_column=label_column)
        joined = yield from within(attach(reading, Probe.of(path, path), wish), 0.0, 1.0)
        joined = with_named_pictures(joined, [path.parent])
    except OSError as error:
        raise access_error(path, error) from error
    except MemoryError as error:
        raise MemoryPlanError(f"“{path.name}” does not fit into the memory that is free.") from error
    table = joined.metadata if joined.metadata is not None else space.metadata
    fresh = tuple(name for name, column in table.items() if column is not space.metadata.get(name))
    labels = joined.labels if joined.labels is not None else space.labels
    if not fresh and labels is space.labels:
        raise FormatError(f"“{path.name}” has no column beside the labels; there is nothing to add.")
    labels.prepare()
    companions = (
        *space.source.companions,
        *(each for each in joined.companions if each not in space.source.companions),
    )
    added = replace(
        space,
        labels=labels,
        metadata=table,
        notes=(*space.notes, *joined.notes),
        source=replace(space.source, companions=companions),
    )
    vars(added).update({name: value for name, value in vars(space).items() if name not in vars(added)})
    return Addition(added, fresh, tuple(name for name in fresh if name in space.metadata), joined.notes)
