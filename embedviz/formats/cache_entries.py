"""Entries of our cache: folders of .npy arrays and a sealed `entry.json`, bounded together, never holding code.

An entry is found by a file's path, what was asked of it and what the entry is; it appears whole or not at all.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from embedviz import paths, settings
from embedviz.formats.blocks import new_hash
from embedviz.formats.cache_arrays import DamagedEntryError, check_regular, is_whole, write_array
from embedviz.progress import Steps

ENTRY = "entry.json"
_VERSION = 4
_FRESH = "fresh-"
_GIGABYTE = 10**9
_SHARE_OF_DISK = 0.1
_LEFT_OVER_SECONDS = 3600
_LONGEST_ENTRY = 1 << 26
_PUTTING = threading.Lock()


@dataclass(frozen=True)
class CacheUsage:
    """Where our copies stand, how many files they are of, their bytes, and how many they may be."""

    folder: Path
    n_files: int
    n_bytes: int
    limit_bytes: int


def cache_usage() -> CacheUsage:
    """What our copies and indexes take now; OutputError where our cache cannot be used."""
    entries = _entries()
    files = {folder.name.split("-")[0] for folder, _, _ in entries}
    return CacheUsage(paths.spaces(), len(files), sum(size for _, size, _ in entries), limit())


def clear_cache() -> int:
    """Remove all entries; how many bytes that freed. What is open stays so."""
    freed = 0
    for folder, size, _ in _entries():
        remove_entry(folder)
        freed += 0 if folder.exists() else size
    return freed


def entry_folder(path: Path, asked: Mapping[str, object], kind: str = "") -> Path:
    """Where the entry of a file stands, or would; a `kind` other than the copy itself has a name of its own."""
    digest = new_hash()
    digest.update(json.dumps([_VERSION, str(path.absolute()), dict(sorted(asked.items()))]).encode())
    return paths.spaces() / f"{digest.hexdigest()}{kind and '-'}{kind}"


def put_entry(
    folder: Path, arrays: Mapping[str, NDArray[Any]], facts: dict[str, Any], title: str, is_true: Callable[[], bool]
) -> Steps[None]:
    """Write an entry and put it in its place, unless `is_true` no longer holds by then or the same stands there."""
    fresh = Path(tempfile.mkdtemp(prefix=_FRESH, dir=folder.parent))
    try:
        described = {}
        for name, array in arrays.items():
            described[name] = yield from write_array(fresh / f"{name}.npy", array, title)
        facts = {**facts, "version": _VERSION, "of": folder.name, "arrays": described}
        write_facts(fresh, facts)
        with _PUTTING:
            if not is_true() or _is_kept(folder, facts):
                return
            remove_entry(folder)
            fresh.replace(folder)
        _evict(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def read_facts(folder: Path, names: frozenset[str]) -> dict[str, Any]:
    """What an entry says of itself, at least `names`; DamagedEntryError if that is not what was written."""
    entry = folder / ENTRY
    try:
        check_regular(entry)
        if folder.is_symlink() or entry.stat().st_size > _LONGEST_ENTRY:
            raise DamagedEntryError(ENTRY)
        sealed = json.loads(entry.read_bytes())
        facts = sealed["facts"]
        is_this = (facts["version"], facts["of"]) == (_VERSION, folder.name)
        if sealed["seal"] != seal(facts) or not is_this or not facts.keys() >= names | {"arrays"}:
            raise DamagedEntryError(ENTRY)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DamagedEntryError(ENTRY) from error
    found: dict[str, Any] = facts
    return found


def write_facts(folder: Path, facts: dict[str, Any]) -> None:
    """Seal what an entry says of itself, and put it in place of what it said before."""
    handle, name = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"facts": facts, "seal": seal(facts)}, file)
    Path(name).replace(folder / ENTRY)


def seal(facts: Any) -> str:
    """A checksum of facts."""
    digest = new_hash()
    digest.update(json.dumps(facts, sort_keys=True).encode())
    return digest.hexdigest()


def is_sound(folder: Path, title: str) -> Steps[bool]:
    """Whether every array of an entry is as it was written; one that is gone by now says nothing."""
    try:
        arrays = read_facts(folder, frozenset())["arrays"]
        for array, facts in arrays.items():
            if not (yield from is_whole(folder / f"{array}.npy", facts, title)):
                return not (folder / ENTRY).exists()  # it is being replaced
    except FileNotFoundError:
        return True
    except (OSError, DamagedEntryError, KeyError, TypeError, ValueError):
        return False
    return True


def limit() -> int:
    """The bytes that entries may take: what was set, and never more than a tenth of what the disk has left."""
    allowed = int(settings.load()[0].cache_gigabytes * _GIGABYTE)
    taken = 0  # what copies take now would be free without them
    with suppress(OSError):
        taken = sum(file.stat().st_size for file in paths.spaces().glob("*/vectors.npy"))
    return min(allowed, int(_SHARE_OF_DISK * (shutil.disk_usage(paths.spaces()).free + taken)))


def remove_entry(folder: Path) -> None:
    """Remove an entry; its record first, so that half of it is never believed. Links are removed, not followed."""
    with suppress(OSError):
        if folder.is_symlink() or not folder.is_dir():
            folder.unlink()
            return
        (folder / ENTRY).unlink()
    shutil.rmtree(folder, ignore_errors=True)


def _is_kept(folder: Path, facts: dict[str, Any]) -> bool:
    """Whether another window, command or thread was faster with the same entry: then theirs stays where it is."""
    with suppress(OSError, DamagedEntryError):
        kept = read_facts(folder, frozenset(facts))
        return seal({**kept, "content_hash": None}) == seal({**facts, "content_hash": None})
    return False


def _entries() -> list[tuple[Path, int, float]]:
    """Every entry with its bytes and when it was last used; what a killed process left behind is removed."""
    found = []
    for folder in paths.spaces().iterdir():
        with suppress(OSError):
            used = folder.stat().st_mtime
            if folder.name.startswith(_FRESH):
                if time.time() - used > _LEFT_OVER_SECONDS:
                    remove_entry(folder)
                continue
            with suppress(FileNotFoundError):
                used = (folder / ENTRY).stat().st_mtime
            found.append((folder, sum(file.stat().st_size for file in folder.iterdir()), used))
    return found


def _evict(newest: Path) -> None:
    """Remove the entries that were not used for longest until the rest may stay."""
    entries = sorted(_entries(), key=lambda entry: entry[2])
    total, most = sum(size for _, size, _ in entries), limit()
    for folder, size, _ in entries:
        if total <= most:
            return
        if folder != newest:
            remove_entry(folder)
            total -= size
