"""Compressed indexes of opened files, kept beside our copies of them, so that they are built once."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.errors import OutputError
from embedviz.formats.cache_arrays import DamagedEntryError, read_array
from embedviz.formats.cache_entries import (
    ENTRY,
    entry_folder,
    is_sound,
    limit,
    put_entry,
    read_facts,
    remove_entry,
)
from embedviz.formats.cache_state import listed, present_state
from embedviz.progress import Progress, Steps
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.search_index import SearchIndex, build_steps, packed, unpacked

_FACTS = frozenset({"state", "shape", "depth", "recall", "n_measured"})


def kept_index_steps(space: EmbeddingSpace, metric: str) -> Steps[SearchIndex]:
    """The index of a space for one metric: from our cache if it stands there, else built, and kept there.

    Raises as `build_steps` does; where our cache cannot be used, the index is built and not kept.
    """
    index = yield from known_index_steps(space, metric)
    if index is None:
        index = yield from build_steps(space, metric)
        yield from keep_index_steps(space, index)
    return index


def known_index_steps(space: EmbeddingSpace, metric: str) -> Steps[SearchIndex | None]:
    """The index of a space for one metric, if it stands in our cache."""
    try:
        return (yield from _kept(space, metric))
    except (OSError, OutputError):
        return None


def keep_index_steps(space: EmbeddingSpace, index: SearchIndex) -> Steps[None]:
    """Put an index of a space into our cache, where that can be."""
    with suppress(OSError, OutputError):
        yield from _keep(space, index)


def _folder(space: EmbeddingSpace, metric: str) -> Path | None:
    source = space.source
    if source.path is None or source.state is None:
        return None
    return entry_folder(source.path, source.options, f"index-{metric}")


def _kept(space: EmbeddingSpace, metric: str) -> Steps[SearchIndex | None]:
    """The index that was kept; all its bytes are checked, since faiss believes what it is given."""
    yield Progress(None, "Looking for the index")
    folder, state = _folder(space, metric), space.source.state
    if folder is None or state is None or not folder.is_dir():
        return None
    try:
        facts = read_facts(folder, _FACTS)
        if facts["state"] != listed(state) or facts["shape"] != [space.n_items, space.n_dims]:
            return None
        if not (yield from is_sound(folder, "Checking the index")):
            raise DamagedEntryError(metric)
        quantized, rotation = (
            read_array(folder / f"{name}.npy", facts["arrays"][name]) for name in ("quantized", "rotation")
        )
        depth, recall, n_measured = int(facts["depth"]), float(facts["recall"]), int(facts["n_measured"])
        index = SearchIndex(metric, unpacked(quantized), np.array(rotation), depth, recall, n_measured)
        if index.quantized.ntotal != space.n_items or len(index.rotation) != space.n_dims:
            raise DamagedEntryError(metric)
    except (DamagedEntryError, KeyError, TypeError, ValueError):
        remove_entry(folder)
        return None
    os.utime(folder / ENTRY)
    return index


def _keep(space: EmbeddingSpace, index: SearchIndex) -> Steps[None]:
    folder, path, state = _folder(space, index.metric), space.source.path, space.source.state
    if folder is None or path is None or state is None or index.n_bytes > limit():
        return
    facts = {
        "state": listed(state),
        "shape": [space.n_items, space.n_dims],
        "depth": index.depth,
        "recall": index.recall,
        "n_measured": index.n_measured,
    }
    files = space.source.companions
    arrays: dict[str, NDArray[Any]] = {"quantized": packed(index), "rotation": index.rotation}
    yield from put_entry(folder, arrays, facts, "Keeping the index", lambda: present_state(path, files) == state)
