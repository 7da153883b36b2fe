"""Spaces opened and kept in our cache, and what makes two of them the same."""

from __future__ import annotations

from pathlib import Path

from embedviz import formats
from embedviz.progress import finish
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import FALL_BACKS


def opened(path: Path, **wishes: object) -> EmbeddingSpace:
    return finish(formats.open_steps(path, **wishes))  # type: ignore[arg-type]


def kept(path: Path, **wishes: object) -> EmbeddingSpace:
    space = opened(path, **wishes)
    assert finish(formats.keep_steps(space)) == ()
    return space


def same(one: EmbeddingSpace, other: EmbeddingSpace) -> None:
    assert one.vectors.tobytes() == other.vectors.tobytes()
    assert one.norms.tobytes() == other.norms.tobytes()
    assert one.labels == other.labels
    assert one.labels.order.tolist() == other.labels.order.tolist()
    assert one.labels.n_duplicates == other.labels.n_duplicates
    for folding in FALL_BACKS:
        labels, rows = one.labels.folded(folding)
        assert labels == other.labels.folded(folding)[0]
        assert rows.tolist() == other.labels.folded(folding)[1].tolist()
    assert one.notes == other.notes
    assert one.source.format == other.source.format
    assert one.source.content_hash == other.source.content_hash
    assert list(one.metadata) == list(other.metadata)
    for name, column in one.metadata.items():
        found = other.metadata[name]
        assert (column.kind, column.names) == (found.kind, found.names)
        assert [column.text(row) for row in range(len(column))] == [found.text(row) for row in range(len(found))]
