"""The index that `--approximate` asks: taken from our cache where it stands there, and put there once it is built."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embedviz.progress import Progress
    from embedviz.space.embedding_space import EmbeddingSpace


@contextmanager
def kept_index(
    space: EmbeddingSpace, options: argparse.Namespace, on_progress: Callable[[Progress], object]
) -> Iterator[None]:
    """While questions are asked: the index a run before this one built is known, and one that is built is kept."""
    from embedviz.formats.index_cache import keep_index_steps, known_index_steps
    from embedviz.progress import finish

    metric = options.metric
    known = finish(known_index_steps(space, metric), on_progress) if options.approximate else None
    if known is not None:
        space.indexes[metric] = known
    yield
    if known is None and metric in space.indexes:
        finish(keep_index_steps(space, space.indexes[metric]), on_progress)
