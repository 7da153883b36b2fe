"""The space: items, their vectors and metadata, and where they came from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from embedviz.errors import OptionError, UnknownItemError
from embedviz.space.arrays import DoubleArray, FlagArray, FloatArray, RowArray, read_only
from embedviz.space.composing import Composer
from embedviz.space.labels import Labels
from embedviz.space.magnitudes import Centered, Magnitudes, center, measure
from embedviz.space.source import Note, Source
from embedviz.space.table import Table

if TYPE_CHECKING:
    from embedviz.progress import Progress
    from embedviz.space.answer import Answer
    from embedviz.space.search_index import SearchIndex

_CHUNK_FLOATS = 1 << 18
_NAMES_SHOWN = 6
_NO_METADATA = Table(0)


@dataclass(frozen=True, eq=False)
class EmbeddingSpace:
    """Items with `vectors` float32 (n_items, n_dims) C order read-only, `labels`, `metadata`, `source`, `notes`.

    Row i of all of them is the same item. Non-finite rows are kept and are in no ranking, zero rows in
    none by cosine. `subwords` composes vectors for words that are no items, where the file could.
    """

    vectors: FloatArray
    labels: Labels
    source: Source
    metadata: Table = field(default_factory=lambda: _NO_METADATA)
    notes: tuple[Note, ...] = ()
    subwords: Composer | None = None

    def __post_init__(self) -> None:
        vectors = np.ascontiguousarray(self.vectors, np.float32)
        if vectors.ndim != 2:
            raise OptionError(f"Vectors must form a table (items x dimensions), not an array of shape {vectors.shape}.")
        if self.metadata is _NO_METADATA:
            object.__setattr__(self, "metadata", Table(len(vectors)))
        if not len(vectors) == len(self.labels) == self.metadata.n_rows:
            raise OptionError(
                f"{len(vectors):,} vectors, {len(self.labels):,} labels and {self.metadata.n_rows:,} metadata rows: "
                "each item needs one of each."
            )
        object.__setattr__(self, "vectors", read_only(vectors.view()))

    def __repr__(self) -> str:
        """Short, for a prompt: `EmbeddingSpace('glove-10k', 9,998 items, 50 dimensions, metadata: supersense)`."""
        names = [*list(self.metadata)[:_NAMES_SHOWN], *(["..."] if len(self.metadata) > _NAMES_SHOWN else [])]
        metadata = f", metadata: {', '.join(names)}" if names else ""
        return f"EmbeddingSpace({self.source.name!r}, {self.n_items:,} items, {self.n_dims:,} dimensions{metadata})"

    @property
    def n_items(self) -> int:
        """How many items there are."""
        return len(self.vectors)

    @property
    def n_dims(self) -> int:
        """How many numbers a vector has."""
        return int(self.vectors.shape[1])

    @cached_property
    def norms(self) -> DoubleArray:
        """The Euclidean length of every vector (n_items, float64), in chunks that stay in the processor's cache."""
        norms = np.empty(self.n_items, np.float64)
        step = max(1, _CHUNK_FLOATS // max(1, self.n_dims))
        with np.errstate(over="ignore", invalid="ignore"):
            for start in range(0, self.n_items, step):
                chunk = self.vectors[start : start + step].astype(np.float64)
                norms[start : start + step] = np.sqrt(np.einsum("ij,ij->i", chunk, chunk))
        return read_only(norms)

    @cached_property
    def finite(self) -> FlagArray:
        """True where a vector has no NaN or infinity (n_items, bool)."""
        return read_only(np.isfinite(self.norms))

    @cached_property
    def nonfinite_rows(self) -> RowArray:
        """Rows that hold NaN or infinity; they are in no ranking."""
        return read_only(np.flatnonzero(~self.finite))

    @cached_property
    def zero_rows(self) -> RowArray:
        """Rows whose vector is zero; they are in no ranking by cosine."""
        return read_only(np.flatnonzero(self.norms == 0))

    @cached_property
    def magnitudes(self) -> Magnitudes:
        """Which rows a float32 scan can rank, their inverse norms and the longest of them."""
        return measure(self.norms)

    @cached_property
    def centered(self) -> Centered:
        """The mean of the usual rows and every row's distance from it, for Euclidean search."""
        usual = self.finite.copy()
        usual[self.magnitudes.odd_rows] = False
        return center(self.vectors, usual)

    @cached_property
    def indexes(self) -> dict[str, SearchIndex]:
        """The compressed indexes that were built so far, by metric; filled by `answer.index_steps`."""
        return {}

    def with_norms(self, norms: DoubleArray) -> EmbeddingSpace:
        """The same space, whose norms (n_items, float64) were measured already."""
        if norms.shape != (self.n_items,) or norms.dtype != np.float64:
            raise OptionError(f"{self.n_items:,} items need one float64 norm each, not {norms.dtype} {norms.shape}.")
        other = self.with_notes(self.notes)
        vars(other)["norms"] = read_only(norms)
        return other

    def with_notes(self, notes: tuple[Note, ...]) -> EmbeddingSpace:
        """The same space with other notes; what was measured is shared."""
        return self._alike(EmbeddingSpace(self.vectors, self.labels, self.source, self.metadata, notes, self.subwords))

    def with_source(self, source: Source) -> EmbeddingSpace:
        """The same space from another source; what was measured is shared."""
        return self._alike(EmbeddingSpace(self.vectors, self.labels, source, self.metadata, self.notes, self.subwords))

    def _alike(self, other: EmbeddingSpace) -> EmbeddingSpace:
        measured = {name: value for name, value in vars(self).items() if name not in vars(other)}
        vars(other).update(measured)
        return other

    def prepare(self) -> None:
        """Measure norms and sort labels now, on a worker, so that the first question by cosine does not wait."""
        _ = self.magnitudes, self.zero_rows, self.nonfinite_rows
        self.labels.prepare()

    def name(self, row: int) -> str:
        """The label of a row, or `#row` where it is empty or blank."""
        label = self.labels[row]
        return label if label.strip() else f"#{row}"

    def row(self, label: str) -> int:
        """The first row labelled `label`; UnknownItemError with near spellings if there is none."""
        row = self.labels.find(label)
        if row is None:
            from embedviz.space.spelling import near_spellings

            raise UnknownItemError(label, near_spellings(self.labels, label))
        return row

    def vector(self, label: str) -> FloatArray:
        """The vector of the first item labelled `label` (n_dims, float32), else one composed from its sub-words.

        UnknownItemError if there is neither.
        """
        if self.subwords is not None and self.labels.find(label) is None:
            composed = self.subwords.compose(label)
            if composed is not None:
                return read_only(composed.vector.astype(np.float32))
        vector: FloatArray = self.vectors[self.row(label)]
        return vector

    def neighbors(
        self,
        query: str,
        k: int = 10,
        *,
        metric: str = "cosine",
        exclude_inputs: bool = True,
        exact: bool = True,
        within: Sequence[int] | RowArray | None = None,
    ) -> Answer:
        """Answer a typed `query` with the `k` nearest items, nearest first: over all rows, or those `within`.

        Raises QueryError if it cannot be read, UnknownItemError for an unknown label, OptionError for a bad option.
        """
        from embedviz.space.answer import ask

        return ask(self, query, k, metric=metric, exclude_inputs=exclude_inputs, exact=exact, within=within)

    def neighbors_many(
        self,
        queries: Sequence[str],
        k: int = 10,
        *,
        metric: str = "cosine",
        exclude_inputs: bool = True,
        exact: bool = True,
        within: Sequence[int] | RowArray | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> list[Answer]:
        """Answer many typed queries, each as `neighbors` does, at the speed of matrix products.

        Raises the error of the first that cannot be answered, and no answer then; OptionError for a bad option.
        """
        from embedviz.progress import finish
        from embedviz.space.many_questions import Options, answers_steps

        options = Options(k, metric, exclude_inputs, exact, within)
        return finish(answers_steps(self, queries, options), on_progress)
