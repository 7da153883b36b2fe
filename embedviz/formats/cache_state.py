"""The state of what was read: of a file, or of a folder as far as it was; by it a copy is told from an outdated one.

A folder's state covers each file that was read, and when anything was last put into the folders in which they lie.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from embedviz.formats.blocks import new_hash
from embedviz.formats.companions import beside
from embedviz.formats.probe import changed, file_state
from embedviz.formats.token_folders import PLACES
from embedviz.formats.token_vocabulary import NAMES
from embedviz.space.source import FileState

_MOST_BELOW = 1 << 14
_DIGEST_BYTES = 7  # what JSON and a signed number of 64 bits hold exactly


def listed(state: FileState) -> list[int]:
    """A state as entries hold it."""
    return [state.size, state.changed_ns, state.inode]


def present_state(path: Path, files: Iterable[Path]) -> FileState:
    """The state in which a file is now, or a folder of which the `files` in it were read; OSError if it is gone."""
    if not path.is_dir():
        return file_state(path)
    return _folder_state(path, files, {})


def states_below(folder: Path) -> dict[Path, FileState]:
    """The states of a folder and of all that lies in it, taken before it is read; of a huge one, of a part of it."""
    found: dict[Path, FileState] = {}
    for place, _, names in os.walk(folder):
        for path in (Path(place), *(Path(place) / name for name in names)):
            with suppress(OSError):
                found[path] = file_state(path)
            if len(found) >= _MOST_BELOW:
                return found
    return found


def state_as_read(folder: Path, files: Iterable[Path], before: Mapping[Path, FileState]) -> FileState | None:
    """The state of a folder `before` the `files` in it were read, or None where nobody knows it.

    Raises FormatError where one of the files is another by now.
    """
    inside = files_inside(folder, files)
    for path in inside:
        if path in before and _state_or_none(path) != before[path]:
            raise changed(folder.name)
    if any(path not in before and _state_or_none(path) is not None for path in inside):
        return None
    state = _folder_state(folder, inside, before)
    return state if state == _folder_state(folder, inside, {}) else None


def files_inside(folder: Path, files: Iterable[Path]) -> list[Path]:
    """Those of the `files` that lie in a folder, in order of their names."""
    return sorted({path for path in files if path.is_relative_to(folder)})


def read_along(path: Path, companions: Iterable[Path]) -> dict[str, list[int]]:
    """The states of all files that would be read along with a file or folder, or were."""
    tried = [path / place / name for place in PLACES for name in NAMES]
    if not path.is_dir():
        tried = [*beside(path), *(path.with_name(name) for name in NAMES)]
    found = {str(each): _state_or_none(each) for each in (*tried, *companions)}
    return {name: listed(state) for name, state in found.items() if state is not None}


def _folder_state(folder: Path, files: Iterable[Path], known: Mapping[Path, FileState]) -> FileState:
    """The bytes of all files, a digest of all states (of those not `known`, as they are now), the folder's inode."""
    inside = files_inside(folder, files)
    places = sorted({folder, *(place for path in inside for place in path.parents if place.is_relative_to(folder))})
    size, digest = 0, new_hash()
    for path in inside:
        state = known.get(path) or _state_or_none(path)
        size += 0 if state is None else state.size
        digest.update(json.dumps([str(path), None if state is None else listed(state)]).encode())
    for path in places:
        state = known.get(path) or _state_or_none(path)
        digest.update(json.dumps([str(path), None if state is None else state.changed_ns]).encode())
    return FileState(size, int.from_bytes(digest.digest()[:_DIGEST_BYTES], "big"), file_state(folder).inode)


def _state_or_none(path: Path) -> FileState | None:
    try:
        return file_state(path)
    except (OSError, ValueError):
        return None
