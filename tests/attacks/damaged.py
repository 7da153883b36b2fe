"""What a damaged file must come to, and the places where it is damaged."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from embedviz import formats
from embedviz.errors import EmbedvizError
from embedviz.progress import finish
from embedviz.space.embedding_space import EmbeddingSpace

EVERY_PLACE = "EMBEDVIZ_EVERY_PLACE" in os.environ
MOST_SECONDS = 5.0  # of the processor: the promise for any file, however it is damaged
MOST_BYTES = 1 << 28  # beyond what the process held before, for files of some kilobytes
SEED = 11


def check(space: EmbeddingSpace) -> None:
    """Every invariant of a space, and that what is shown of it can be shown."""
    assert space.n_items == len(space.labels) == space.metadata.n_rows
    assert space.n_items > 0
    assert space.n_dims > 0
    assert space.vectors.dtype == np.float32
    assert space.vectors.shape == (space.n_items, space.n_dims)
    assert not space.vectors.flags.writeable
    assert space.norms.shape == (space.n_items,)
    assert space.labels.buffer.tobytes().decode() == "".join(space.labels)
    assert all(note.count > 0 and note.text for note in space.notes)
    if space.subwords is not None:
        made = space.subwords.compose("unknown")
        assert made is None or made.vector.shape == (space.n_dims,)
    for column in space.metadata.values():
        assert len(column.missing) == space.n_items
        assert all(isinstance(column.text(row), str) for row in (0, space.n_items - 1))


def open_damaged(path: Path, **wishes: Any) -> EmbeddingSpace | None:
    """The space of a file or folder, sound in all its parts, or None where it was refused in one line."""
    caught: EmbedvizError | None = None
    began = time.process_time()
    try:
        space = finish(formats.open_steps(path, **wishes))
    except EmbedvizError as error:
        caught = error
    assert time.process_time() - began < MOST_SECONDS, f"{path.name} took too long"
    if caught is not None:
        assert str(caught)
        assert "\n" not in str(caught)
        return None
    check(space)
    return space


def attack(path: Path, content: bytes) -> EmbeddingSpace | None:
    """What comes of a file with this content."""
    path.write_bytes(content)
    return open_damaged(path)


def places(n_bytes: int, most: int) -> Iterator[int]:
    """Every place of a short file or where EMBEDVIZ_EVERY_PLACE is set; else an even, fixed choice of about `most`."""
    yield from range(0, n_bytes, 1 if EVERY_PLACE else max(1, -(-n_bytes // most)))


def flips(content: bytes, most: int) -> Iterator[bytes]:
    """The content with one byte changed: all its bits, or one of them; every place has both where all are tried."""
    generator = np.random.default_rng(SEED)
    for number, at in enumerate(places(len(content), most)):
        bits = (0xFF, 1 << int(generator.integers(8)))
        for flip in bits if EVERY_PLACE else bits[number % 2 : number % 2 + 1]:
            yield content[:at] + bytes([content[at] ^ flip]) + content[at + 1 :]
