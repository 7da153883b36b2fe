"""The hash of a file or folder that is worked out when somebody asks, or by the quiet work after a space stands."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

from embedviz.formats.blocks import content_hash, new_hash
from embedviz.formats.cache_state import files_inside, present_state
from embedviz.progress import Steps, finish, within
from embedviz.space.source import FileState

AT_ONCE_BYTES = 1 << 23


class FileHash:
    """The hash of the file at `path`, or of those `files` that lie in it where it is a folder, while in `state`.

    Several threads may ask.
    """

    def __init__(self, path: Path, state: FileState, known: str | None = None, files: Iterable[Path] = ()) -> None:
        self.path, self.state, self.files = path, state, tuple(files)
        self._known = known
        self._is_lost = False
        self._lock = threading.Lock()

    def known(self) -> str | None:
        """The hash, if it was worked out already."""
        return self._known

    def worked_out(self) -> str | None:
        """The hash, reading the file if need be; None if it is not there in this state any more."""
        with self._lock:
            return finish(self.steps())

    def take(self, found: str) -> None:
        """Know the hash that somebody else worked out."""
        self._known = found

    def unknown(self) -> FileHash:
        """The same hash, to be worked out afresh."""
        return FileHash(self.path, self.state, None, self.files)

    def steps(self) -> Steps[str | None]:
        """Work the hash out."""
        if self._known is None and not self._is_lost:
            try:
                found = yield from _hash_steps(self.path, self.files)
                if present_state(self.path, self.files) == self.state:
                    self._known = found
            except OSError:
                pass
            self._is_lost = self._known is None
        return self._known


def hash_of(path: Path, state: FileState, files: Iterable[Path] = ()) -> Steps[str | FileHash]:
    """The hash of a small file or folder, at once; of others one that is worked out later."""
    if state.size > AT_ONCE_BYTES:
        return FileHash(path.absolute(), state, None, files)
    return (yield from _hash_steps(path, tuple(files)))


def _hash_steps(path: Path, files: tuple[Path, ...]) -> Steps[str]:
    """The hash of one file; of a folder, that of the names and the hashes of the files in it, in order."""
    if not path.is_dir():
        return (yield from content_hash(path, f"Checking {path.name}"))
    digest, inside = new_hash(), [each for each in files_inside(path, files) if each.is_file()]
    for at, each in enumerate(inside):
        hashing = content_hash(each, f"Checking {each.name}")
        found = yield from within(hashing, at / len(inside), (at + 1) / len(inside))
        digest.update(f"{each.relative_to(path).as_posix()}\0{found}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
