"""Our copies of files that are slow to read: written after a space stands, mapped when the same file is opened again.

An entry is a folder of .npy arrays and `entry.json`; it is found by the file's path and what was asked of it, and
believed while size, time of change and inode of that file are those it was made from. It never holds code.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz import paths, settings
from embedviz.errors import OutputError
from embedviz.formats.blocks import new_hash
from embedviz.formats.cache_arrays import DamagedEntryError, is_whole, read_array, write_array
from embedviz.formats.cache_columns import can_hold, labels_arrays, labels_from, table_arrays, table_from
from embedviz.formats.companions import beside
from embedviz.formats.lazy_hash import FileHash
from embedviz.formats.probe import file_state
from embedviz.progress import Steps, finish
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.source import FileState, Note, Source

WORTH_BYTES = 1 << 22
_VERSION = 2
_ENTRY = "entry.json"
_FRESH = "fresh-"
_FAST_FORMATS = frozenset({"NumPy .npy"})
_GIGABYTE = 10**9
_SHARE_OF_DISK = 0.1
_LEFT_OVER_SECONDS = 3600
_LONGEST_ENTRY = 1 << 26
_PUTTING = threading.Lock()
_FACTS = frozenset({"state", "beside", "companions", "content_hash", "format", "notes", "labels", "table", "arrays"})


@dataclass(frozen=True)
class CacheUsage:
    """Where our copies stand, how many files they are of, their bytes, and how many they may be."""

    folder: Path
    n_files: int
    n_bytes: int
    limit_bytes: int


def cache_usage() -> CacheUsage:
    """What our copies take now; OutputError where our cache cannot be used."""
    entries = _entries()
    return CacheUsage(paths.spaces(), len(entries), sum(size for _, size, _ in entries), _limit())


def clear_cache() -> int:
    """Remove all copies; how many bytes that freed. What is open stays so."""
    freed = 0
    for folder, size, _ in _entries():
        _remove(folder)
        freed += 0 if folder.exists() else size
    return freed


def cached_space(path: Path, asked: Mapping[str, object]) -> EmbeddingSpace | None:
    """The space made of our copy of the file at `path`, if there is one of its present state and it is undamaged."""
    try:
        folder = _folder(path, asked)
        if not folder.is_dir():
            return None
        state = file_state(path)
        facts = _facts(folder)
        try:
            if facts["state"] != _listed(state) or facts["beside"] != _beside(path, facts["companions"]):
                return None
            space = _space(folder, facts, path, asked, state)
        except (DamagedEntryError, KeyError, TypeError, ValueError, AttributeError, IndexError):
            _remove(folder)
            return None
        os.utime(folder / _ENTRY)
    except (OSError, OutputError, DamagedEntryError):
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
    folder = _folder(source.path, source.options)
    if source.from_cache and not (yield from _is_sound(folder, source.name)):
        _remove(folder)
        text = (
            f"The copy of “{source.name}” in our cache is damaged, so what is shown may be wrong. It was dropped: "
            "open the file again."
        )
        return (Note("cache_dropped", 1, text),)
    known = source.digest.known()
    found = yield from FileHash(source.digest.path, source.digest.state).steps()
    if found is None:
        return ()
    if known is None:
        source.digest.take(found)
    with suppress(OSError, DamagedEntryError):
        facts = _facts(folder)
        if facts["content_hash"] not in (None, found):
            _remove(folder)
            text = (
                f"“{source.name}” has another content than when its copy in our cache was made, though its size and "
                "time are the same. The copy was dropped: open the file again."
            )
            return (Note("cache_dropped", 1, text),)
        _write_facts(folder, {**facts, "content_hash": found})
    return ()


def _is_sound(folder: Path, name: str) -> Steps[bool]:
    """Whether every array of an entry is as it was written; one that is gone by now says nothing."""
    try:
        arrays = _facts(folder)["arrays"]
        for array, facts in arrays.items():
            if not (yield from is_whole(folder / f"{array}.npy", facts, f"Checking the copy of {name}")):
                return not (folder / _ENTRY).exists()  # it is being replaced
    except FileNotFoundError:
        return True
    except (OSError, DamagedEntryError, KeyError, TypeError, ValueError):
        return False
    return True


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
    if source.state.size < WORTH_BYTES or space.subwords is not None or not can_hold(space.metadata):
        return False
    needed = space.vectors.nbytes + 4 * space.labels.n_bytes + 16 * space.n_items
    try:
        return needed <= _limit() and file_state(source.path) == source.state
    except (OSError, OutputError):
        return False


def _write(space: EmbeddingSpace) -> Steps[None]:
    source = space.source
    assert source.path is not None, "asked before"
    assert source.state is not None, "asked before"
    folder = _folder(source.path, source.options)
    fresh = Path(tempfile.mkdtemp(prefix=_FRESH, dir=folder.parent))
    try:
        of_labels, label_facts = labels_arrays(space.labels)
        of_table, table_facts = table_arrays(space.metadata)
        arrays: dict[str, NDArray[Any]] = {"vectors": space.vectors, "norms": space.norms, **of_labels, **of_table}
        described = {}
        for name, array in arrays.items():
            described[name] = yield from write_array(fresh / f"{name}.npy", array, f"Keeping a copy of {source.name}")
        companions = [str(path) for path in source.companions]
        facts = {
            "version": _VERSION,
            "file": str(source.path),
            "state": _listed(source.state),
            "beside": _beside(source.path, companions),
            "companions": companions,
            "content_hash": source.known_hash,
            "format": source.format,
            "notes": [[note.kind, note.count, note.text] for note in space.notes],
            "labels": label_facts,
            "table": table_facts,
            "arrays": described,
        }
        _write_facts(fresh, facts)
        with _PUTTING:
            if file_state(source.path) != source.state or _is_kept(folder, facts):
                return
            _remove(folder)
            fresh.replace(folder)
        _evict(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _is_kept(folder: Path, facts: dict[str, Any]) -> bool:
    """Whether another window, command or thread was faster with the same copy: then theirs stays where it is."""
    with suppress(OSError, DamagedEntryError):
        kept = _facts(folder)
        return all(kept[name] == facts[name] for name in ("state", "beside", "arrays"))
    return False


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
    digest = FileHash(path.absolute(), state, known)
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
    return EmbeddingSpace(vectors, labels, source, table, notes).with_norms(norms)


def _folder(path: Path, asked: Mapping[str, object]) -> Path:
    digest = new_hash()
    digest.update(json.dumps([_VERSION, str(path.absolute()), dict(sorted(asked.items()))]).encode())
    return paths.spaces() / digest.hexdigest()


def _facts(folder: Path) -> dict[str, Any]:
    entry = folder / _ENTRY
    try:
        if entry.stat().st_size > _LONGEST_ENTRY:
            raise DamagedEntryError(_ENTRY)
        sealed = json.loads(entry.read_bytes())
        facts = sealed["facts"]
        if sealed["seal"] != _seal(facts) or facts["version"] != _VERSION or not facts.keys() >= _FACTS:
            raise DamagedEntryError(_ENTRY)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DamagedEntryError(_ENTRY) from error
    found: dict[str, Any] = facts
    return found


def _write_facts(folder: Path, facts: dict[str, Any]) -> None:
    handle, name = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"facts": facts, "seal": _seal(facts)}, file)
    Path(name).replace(folder / _ENTRY)


def _seal(facts: Any) -> str:
    digest = new_hash()
    digest.update(json.dumps(facts, sort_keys=True).encode())
    return digest.hexdigest()


def _listed(state: FileState) -> list[int]:
    return [state.size, state.changed_ns, state.inode]


def _beside(path: Path, companions: list[str]) -> dict[str, list[int]]:
    """The states of all files that would be read along with one, or were."""
    found = {}
    for each in (*beside(path), *map(Path, companions)):
        with suppress(OSError):
            found[str(each)] = _listed(file_state(each))
    return found


def _entries() -> list[tuple[Path, int, float]]:
    """Every entry with its bytes and when it was last used; what a killed process left behind is removed."""
    found = []
    for folder in paths.spaces().iterdir():
        with suppress(OSError):
            used = folder.stat().st_mtime
            if folder.name.startswith(_FRESH):
                if time.time() - used > _LEFT_OVER_SECONDS:
                    _remove(folder)
                continue
            with suppress(FileNotFoundError):
                used = (folder / _ENTRY).stat().st_mtime
            found.append((folder, sum(file.stat().st_size for file in folder.iterdir()), used))
    return found


def _evict(newest: Path) -> None:
    """Remove the copies that were not used for longest until the rest may stay."""
    entries = sorted(_entries(), key=lambda entry: entry[2])
    total, limit = sum(size for _, size, _ in entries), _limit()
    for folder, size, _ in entries:
        if total <= limit:
            return
        if folder != newest:
            _remove(folder)
            total -= size


def _limit() -> int:
    """The bytes that copies may take: what was set, and never more than a tenth of what the disk has left."""
    allowed = int(settings.load()[0].cache_gigabytes * _GIGABYTE)
    taken = 0  # what copies take now would be free without them
    with suppress(OSError):
        taken = sum(file.stat().st_size for file in paths.spaces().glob("*/vectors.npy"))
    return min(allowed, int(_SHARE_OF_DISK * (shutil.disk_usage(paths.spaces()).free + taken)))


def _remove(folder: Path) -> None:
    """Remove an entry; its record first, so that half of it is never believed."""
    with suppress(OSError):
        (folder / _ENTRY).unlink()
    shutil.rmtree(folder, ignore_errors=True)
