"""Our copies of what is slow to read: written after a space stands, mapped when the same is opened again.

A copy is believed while size, time of change and inode of its file, or of all files that were read of a folder, are
those it was made from.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.errors import OutputError
from embedviz.formats.cache_arrays import DamagedEntryError, read_array
from embedviz.formats.cache_columns import can_hold, labels_arrays, labels_from, table_arrays, table_from
from embedviz.formats.cache_entries import (
    ENTRY,
    entry_folder,
    is_sound,
    limit,
    put_entry,
    read_facts,
    remove_entry,
    write_facts,
)
from embedviz.formats.cache_state import files_inside, listed, present_state, read_along
from embedviz.formats.cache_subwords import kept_bytes, subwords_arrays, subwords_from
from embedviz.formats.lazy_hash import FileHash
from embedviz.progress import Steps, finish
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.source import FileState, Note, Source

WORTH_BYTES = 1 << 22
_FAST_FORMATS = frozenset({"NumPy .npy"})
_FACTS = frozenset({"state", "beside", "companions", "content_hash", "format", "notes", "labels", "table", "subwords"})


def cached_space(path: Path, asked: Mapping[str, object]) -> EmbeddingSpace | None:
    """The space made of our copy of what is at `path`, if there is one of its present state and it is undamaged."""
    try:
        folder = entry_folder(path, asked)
        if not folder.is_dir():
            return None
        try:
            facts = read_facts(folder, _FACTS)
            companions = tuple(map(Path, facts["companions"]))
            state = present_state(path, companions)
            if facts["state"] != listed(state) or facts["beside"] != read_along(path, companions):
                return None
            space = _space(folder, facts, path, asked, state)
        except (DamagedEntryError, KeyError, TypeError, ValueError, AttributeError, IndexError):
            remove_entry(folder)
            return None
        os.utime(folder / ENTRY)
    except (OSError, OutputError):
        return None
    return space


def keep_steps(space: EmbeddingSpace) -> Steps[tuple[Note, ...]]:
    """Keep a copy of what was slow to read, and work the hash of the file out; for after a space stands, on a worker.

    A copy is dropped, with a note that says so, whose file turns out to hold something else by now, or which was
    damaged: when it was opened only the ends of large arrays were looked at. Where our cache cannot be written nothing
    is kept.
    """
    yield from copy_steps(space)
    source = space.source
    if not isinstance(source.digest, FileHash) or source.path is None:
        return ()
    folder = entry_folder(source.path, source.options)
    if source.from_cache and not (yield from is_sound(folder, f"Checking the copy of {source.name}")):
        remove_entry(folder)
        text = (
            f"The copy of “{source.name}” in our cache is damaged, so what is shown may be wrong. It was dropped: "
            "open the file again."
        )
        return (Note("cache_dropped", 1, text),)
    known = source.digest.known()
    found = yield from source.digest.unknown().steps()
    if found is None:
        return ()
    if known is None:
        source.digest.take(found)
    with suppress(OSError, DamagedEntryError):
        facts = read_facts(folder, _FACTS)
        if facts["content_hash"] not in (None, found):
            remove_entry(folder)
            text = (
                f"“{source.name}” has another content than when its copy in our cache was made, though its size and "
                "time are the same. The copy was dropped: open the file again."
            )
            return (Note("cache_dropped", 1, text),)
        write_facts(folder, {**facts, "content_hash": found})
    return ()


def copy_steps(space: EmbeddingSpace) -> Steps[None]:
    """Keep a copy of what was slow to read, without working its hash out."""
    try:
        if _is_worth(space):
            yield from _write(space)
    except (OSError, OutputError):
        return


def copy_in_background(space: EmbeddingSpace) -> threading.Thread | None:
    """Keep a copy of what was slow to read on a thread of its own, for which the end of the process waits."""
    if not _is_worth(space):
        return None
    thread = threading.Thread(target=lambda: finish(copy_steps(space)), name="copying", daemon=False)
    thread.start()
    return thread


def _is_worth(space: EmbeddingSpace) -> bool:
    source = space.source
    if source.path is None or source.state is None or source.from_cache or source.format in _FAST_FORMATS:
        return False
    of_subwords = kept_bytes(space.subwords)
    if source.state.size < WORTH_BYTES or of_subwords is None or not can_hold(space.metadata):
        return False
    needed = space.vectors.nbytes + of_subwords + 4 * space.labels.n_bytes + 16 * space.n_items
    try:
        return needed <= limit() and present_state(source.path, source.companions) == source.state
    except (OSError, OutputError):
        return False


def _write(space: EmbeddingSpace) -> Steps[None]:
    source = space.source
    assert source.path is not None, "asked before"
    assert source.state is not None, "asked before"
    of_labels, label_facts = labels_arrays(space.labels)
    of_table, table_facts = table_arrays(space.metadata)
    of_subwords, subword_facts = subwords_arrays(space.subwords)
    arrays: dict[str, NDArray[Any]] = {"vectors": space.vectors, "norms": space.norms}
    arrays |= {**of_labels, **of_table, **of_subwords}
    facts = {
        "file": str(source.path),
        "state": listed(source.state),
        "beside": read_along(source.path, source.companions),
        "companions": [str(path) for path in source.companions],
        "content_hash": source.known_hash,
        "format": source.format,
        "notes": [[note.kind, note.count, note.text] for note in space.notes],
        "labels": label_facts,
        "table": table_facts,
        "subwords": subword_facts,
    }
    folder, path, state = entry_folder(source.path, source.options), source.path, source.state
    files, title = source.companions, f"Keeping a copy of {source.name}"
    yield from put_entry(folder, arrays, facts, title, lambda: present_state(path, files) == state)


def _space(
    folder: Path, facts: dict[str, Any], path: Path, asked: Mapping[str, object], state: FileState
) -> EmbeddingSpace:
    described = facts["arrays"]

    def array(name: str) -> NDArray[Any]:
        return read_array(folder / f"{name}.npy", described[name])

    vectors, norms = array("vectors"), array("norms")
    if vectors.dtype != np.float32 or vectors.ndim != 2 or not len(vectors):
        raise DamagedEntryError("vectors")
    if norms.dtype != np.float64 or norms.shape != vectors.shape[:1]:
        raise DamagedEntryError("norms")
    labels = labels_from(array, facts["labels"])
    if len(labels) != len(vectors):
        raise DamagedEntryError("labels")
    table = table_from(array, facts["table"], len(vectors))
    notes = tuple(Note(str(kind), int(count), str(text)) for kind, count, text in facts["notes"])
    companions = tuple(map(Path, facts["companions"]))
    known = None if facts["content_hash"] is None else str(facts["content_hash"])
    digest = FileHash(path.absolute(), state, known, files_inside(path.absolute(), companions))
    subwords = subwords_from(array, facts["subwords"], vectors.shape[1], path.absolute(), state)
    source = Source(
        path.name,
        str(facts["format"]),
        path.absolute(),
        digest,
        "",
        companions,
        dict(asked),
        None,
        state,
        from_cache=True,
    )
    return EmbeddingSpace(vectors, labels, source, table, notes, subwords).with_norms(norms)
