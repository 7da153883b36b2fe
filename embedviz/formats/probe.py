"""What is known of a file before it is read: its beginning, its size, what it is called."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

from embedviz.errors import FileAccessError, FormatError
from embedviz.formats.text_layout import Layout, layout_of
from embedviz.space.source import FileState

HEAD_BYTES = 1 << 18
_SAMPLE_BYTES = 1 << 24
_SAMPLE_LINES = 51


@dataclass(frozen=True)
class Probe:
    """A file to be read: `path` holds the bytes, `shown` is what the person named (it may have been compressed).

    Of a folder, `is_folder`, it knows the place only.
    """

    path: Path
    shown: Path
    size: int
    head: bytes
    state: FileState
    is_folder: bool = False

    @classmethod
    def of(cls, path: Path, shown: Path) -> Probe:
        """Read the beginning of `path`; FileAccessError if it is no regular file that can be read."""
        check_readable(path)
        with path.open("rb") as file:
            facts = os.fstat(file.fileno())
            size = facts.st_size
            # some files of the system declare no bytes and keep a reader waiting for ever
            return cls(path, shown, size, file.read(min(size, HEAD_BYTES)), _state(facts))

    @classmethod
    def of_folder(cls, path: Path) -> Probe:
        """A folder that is opened as a whole."""
        facts = path.stat()
        return cls(path, path, facts.st_size, b"", _state(facts), is_folder=True)

    def is_changed(self) -> bool:
        """Whether the file was written to, or another put in its place, since it was probed."""
        return file_state(self.path) != self.state

    @property
    def name(self) -> str:
        """What messages call the file."""
        return self.shown.name

    @cached_property
    def layout(self) -> Layout | None:
        """How the file's text lines hold vectors, or None if they do not; decided by its first lines."""
        with self.path.open("rb") as file:
            sample = file.read(HEAD_BYTES)
            while sample.count(b"\n") < _SAMPLE_LINES and len(sample) < min(self.size, _SAMPLE_BYTES):
                more = file.read(len(sample))
                if not more:
                    break
                sample += more
        return layout_of(sample, whole=len(sample) >= self.size, suffix=self.shown.suffix.lower())


def file_state(path: Path) -> FileState:
    """The state a file is in now; OSError if it is not there."""
    return _state(path.stat())


def state_of(file: IO[bytes]) -> FileState:
    """The state of a file that is open."""
    return _state(os.fstat(file.fileno()))


def _state(facts: os.stat_result) -> FileState:
    return FileState(facts.st_size, facts.st_mtime_ns, facts.st_ino)


def check_readable(path: Path) -> None:
    """Raise FileAccessError unless `path` is a regular file."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise access_error(path, error) from error
    if stat.S_ISDIR(mode):
        raise FileAccessError(f"“{path}” is a folder; open one of the files in it.")
    if not stat.S_ISREG(mode):
        raise FileAccessError(f"“{path}” is a device or a pipe, not a file; save its content to a file and open that.")


def changed(name: str) -> FormatError:
    """The words for a file that somebody writes to while it is read."""
    return FormatError(f"“{name}” changed while it was being read; open it again once it is complete.")


def access_error(path: Path, error: OSError | ValueError) -> FileAccessError:
    """The words for a path that the system would not give us."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return FileAccessError(f"“{path}” is not there; it may have been moved or renamed. Check the path.")
    if isinstance(error, PermissionError):
        return FileAccessError(f"“{path}” may not be read by you; ask its owner or change its permissions.")
    if isinstance(error, IsADirectoryError):
        return FileAccessError(f"“{path}” is a folder; open one of the files in it.")
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return FileAccessError(f"“{path}” could not be read ({why}); check the disk and try again.")
