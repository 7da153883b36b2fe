"""Saving: a space to a file whose suffix says the format."""

from __future__ import annotations

import os
from pathlib import Path

from embedviz.errors import OutputError
from embedviz.formats.atomic import atomic_outputs, check_output
from embedviz.formats.catalog import FORMATS, WRITABLE_SUFFIXES
from embedviz.formats.coordinates import with_coordinates
from embedviz.formats.registry import Format
from embedviz.formats.run_file import run_path, write_run
from embedviz.progress import Progress, Steps
from embedviz.space.composing import SentencePooler
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.projection import Projection
from embedviz.space.source import Note


def save_steps(
    space: EmbeddingSpace,
    path: str | os.PathLike[str],
    *,
    overwrite: bool = False,
    projection: Projection | None = None,
) -> Steps[tuple[Note, ...]]:
    """Save a space in the format that the suffix names (`WRITABLE_SUFFIXES`); vectors read back bit for bit.

    The coordinates of a `projection` are saved as the columns x, y[, z] of the metadata.

    .npy is joined by STEM.labels.txt (and STEM.tsv for metadata), .tsv by STEM.metadata.tsv, a space that was trained
    by its record STEM.run.json. Written whole or not at all. word2vec files hold no metadata, tables and .parquet no
    images, .npz holds all; a note of the kind `left_out` names the columns that the format could not hold.

    Raises OutputError if a file exists and `overwrite` is False, for an unknown suffix, for a label the format cannot
    hold, and where the system cannot write.
    """
    path = Path(path)
    entry = _format_for(path)
    if projection is not None:
        space = with_coordinates(space, projection)
    assert entry.write is not None, "only writable formats are chosen"
    targets = [path, *_beside(space, path, entry)]
    run = space.source.run
    check_output(path, overwrite=overwrite)
    _check_strays(path, targets)
    yield Progress(0.0, f"Saving {path.name}")
    with atomic_outputs(targets, overwrite=overwrite) as temporaries:
        yield from entry.write(space, temporaries if run is None else temporaries[:-1])
        if run is not None:
            write_run(run, space.vectors, temporaries[-1])
        yield Progress(1.0, f"Saving {path.name}: finishing")
    return _left_out(space, entry)


def files_beside(space: EmbeddingSpace, path: str | os.PathLike[str]) -> list[Path]:
    """The files that `save_steps` writes beside `path`: labels and metadata of .npy and such, a training's record.

    Raises OutputError for an unknown suffix.
    """
    return _beside(space, Path(path), _format_for(Path(path)))


def check_saving(path: str | os.PathLike[str], *, overwrite: bool = False, with_run: bool = False) -> None:
    """Raise OutputError now where `save_steps` would later, as far as that is known without the space.

    `with_run` looks at the place of the run record too.
    """
    path = Path(path)
    _format_for(path)
    check_output(path, overwrite=overwrite)
    if with_run:
        check_output(run_path(path), overwrite=overwrite)


def _beside(space: EmbeddingSpace, path: Path, entry: Format) -> list[Path]:
    """What the format adds to a file, and last the record of the training if there was one."""
    found = [path.with_name(path.stem + suffix) for suffix in entry.companions(space)]
    return found if space.source.run is None else [*found, run_path(path)]


def _left_out(space: EmbeddingSpace, entry: Format) -> tuple[Note, ...]:
    names = [name for name, column in space.metadata.items() if not entry.keeps(column)]
    composed: tuple[Note, ...] = ()
    if space.subwords is not None:
        text = f"{entry.title} cannot hold sub-words; words that are no items get no vectors from the saved file."
        if isinstance(space.subwords, SentencePooler):
            text = f"{entry.title} cannot hold the words behind the items; the saved file knows its own items only."
        composed = (Note("left_out", 1, text),)
    if not names:
        return composed
    they = "they were" if len(names) > 1 else "it was"
    text = f"{entry.title} cannot hold the metadata {', '.join(names)}; {they} left out (.npz holds all)."
    return (Note("left_out", len(names), text), *composed)


def _check_strays(path: Path, targets: list[Path]) -> None:
    """Refuse where a file that we do not replace would be read as this one's labels or metadata."""
    if path.suffix.lower() not in (".npy", ".safetensors"):
        return
    stray = path.with_name(path.stem + ".tsv")
    if stray not in targets and stray.exists():
        raise OutputError(
            f"“{stray.name}” stands beside “{path.name}” and would be read as its metadata; move it away or save under "
            "another name."
        )


def _format_for(path: Path) -> Format:
    suffix = path.suffix.lower()
    entry = next((entry for entry in FORMATS if suffix in entry.writes), None)
    if entry is None:
        known = ", ".join(f"{' '.join(suffixes)} ({title})" for title, suffixes in WRITABLE_SUFFIXES)
        shown = f"“{suffix}”" if suffix else "no suffix"
        raise OutputError(f"“{path.name}” has {shown}, which names no format to save in; choose {known}.")
    return entry
