"""The hash of a file that is worked out when somebody asks, or by the quiet work after a space stands."""

from __future__ import annotations

import threading
from pathlib import Path

from embedviz.formats.blocks import content_hash
from embedviz.formats.probe import file_state
from embedviz.progress import Steps, finish
from embedviz.space.source import FileState

AT_ONCE_BYTES = 1 << 23


class FileHash:
    """The hash of the file at `path` while it is in `state`; several threads may ask."""

    def __init__(self, path: Path, state: FileState, known: str | None = None) -> None:
        self.path, self.state = path, state
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

    def steps(self) -> Steps[str | None]:
        """Work the hash out."""
        if self._known is None and not self._is_lost:
            try:
                found = yield from content_hash(self.path, f"Checking {self.path.name}")
                if file_state(self.path) == self.state:
                    self._known = found
            except OSError:
                pass
            self._is_lost = self._known is None
        return self._known


def hash_of(path: Path, state: FileState) -> Steps[str | FileHash]:
    """The hash of a small file, at once; of others one that is worked out later."""
    if state.size > AT_ONCE_BYTES:
        return FileHash(path.absolute(), state)
    return (yield from content_hash(path, f"Checking {path.name}"))
