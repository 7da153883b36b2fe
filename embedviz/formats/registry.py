"""What a format is: one record per module, found by content."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from embedviz.formats.contents import Contents
from embedviz.formats.probe import Probe
from embedviz.formats.row_sample import RowSample
from embedviz.progress import Steps
from embedviz.space.arrays import DoubleArray, FloatArray
from embedviz.space.composing import Composer
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.images import ImageColumn
from embedviz.space.labels import Labels
from embedviz.space.source import Note
from embedviz.space.table import Column, Table


@dataclass(frozen=True)
class Wish:
    """What the person asked of a file beyond its path."""

    labels: Path | None = None
    metadata: Path | None = None
    vector_column: str | None = None
    label_column: str | None = None
    partial: bool = False
    metadata_columns: tuple[str, ...] | None = None
    sample: RowSample | None = None


@dataclass(frozen=True)
class Reading:
    """What a format found in a file; labels and metadata are None where the file itself holds none.

    `norms` are the lengths of the vectors (n_items, float64) where they were measured while reading. `content_hash` is
    given where the content is not that of the one file that was opened. `drawn_from` is the number of rows of the file
    where only the sample of them that was wished for was read, with what the file itself says of those rows.
    """

    vectors: FloatArray
    format: str
    labels: Labels | None = None
    metadata: Table | None = None
    notes: tuple[Note, ...] = ()
    content_hash: str | None = None
    companions: tuple[Path, ...] = ()
    subwords: Composer | None = None
    norms: DoubleArray | None = None
    drawn_from: int | None = None


def keeps_nothing(column: Column) -> bool:
    """A format that holds labels and vectors only."""
    del column
    return False


def keeps_all(column: Column) -> bool:
    """A format that holds every kind of column, but no pictures that lie in other files."""
    return not isinstance(column.values, ImageColumn)


def no_companions(space: EmbeddingSpace) -> tuple[str, ...]:
    """A format that writes one file only."""
    del space
    return ()


@dataclass(frozen=True)
class Format:
    """A file format: how it is told by its content, read, and (where `write` is given) written.

    `read` raises FormatError for a damaged file. `write` fills the given paths: the file itself, then one for each
    suffix that `companions` names for the space; they take the place of the path's own suffix. `keeps` says which
    metadata columns it can hold. `inspect` is given by tables: what they hold, before anything is chosen. A file of a
    format with `one_matrix` holds nothing else that could be named as its vectors.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    detect: Callable[[Probe], bool]
    read: Callable[[Probe, Wish], Steps[Reading]]
    write: Callable[[EmbeddingSpace, Sequence[Path]], Steps[None]] | None = None
    writes: tuple[str, ...] = ()
    companions: Callable[[EmbeddingSpace], tuple[str, ...]] = no_companions
    keeps: Callable[[Column], bool] = keeps_nothing
    inspect: Callable[[Probe], Steps[Contents]] | None = None
    one_matrix: bool = False
