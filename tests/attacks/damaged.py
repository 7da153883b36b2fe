"""What a damaged file must come to, and the places where it is damaged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from embedviz import formats
from embedviz.errors import EmbedvizError
from embedviz.progress import finish
from embedviz.space.embedding_space import EmbeddingSpace

MOST_CASES = 700


def check(space: EmbeddingSpace) -> None:
    assert space.n_items == len(space.labels) == space.metadata.n_rows
    assert space.n_items > 0
    assert space.n_dims > 0
    assert space.vectors.dtype == np.float32
    assert not space.vectors.flags.writeable
    assert space.labels.buffer.tobytes().decode() == "".join(space.labels)
    assert all(note.count > 0 and note.text for note in space.notes)


def attack(path: Path, content: bytes) -> EmbeddingSpace | None:
    path.write_bytes(content)
    caught: EmbedvizError | None = None
    try:
        space = finish(formats.open_steps(path))
    except EmbedvizError as error:
        caught = error
    if caught is not None:
        assert str(caught)
        assert "\n" not in str(caught)
        return None
    check(space)
    return space


def places(n_bytes: int, most: int = MOST_CASES) -> Iterator[int]:
    """Every place of a short file; an even, fixed choice of a longer one."""
    yield from range(0, n_bytes, max(1, -(-n_bytes // most)))
