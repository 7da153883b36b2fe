"""Where a space came from, and what its import changed or skipped."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from embedviz.space.run import Run


@dataclass(frozen=True)
class Note:
    """One thing that import changed, skipped or noticed: a short kind, how many items, and a sentence."""

    kind: str
    count: int
    text: str


@dataclass(frozen=True)
class FileState:
    """Which state of a file was read: its size, the time of its last change (ns), and its number on its disk.

    Of a folder: the size of all files that were read, a number that is another when one of them is, and its own inode.
    """

    size: int
    changed_ns: int
    inode: int


class LazyHash(Protocol):
    """The hash of a content that nobody has read for that purpose yet."""

    def known(self) -> str | None:
        """The hash, if it was worked out already."""

    def worked_out(self) -> str | None:
        """The hash; the first time this reads the whole content. None if that is gone or another by now."""


@dataclass(frozen=True)
class Source:
    """Enough to make the same space again: the file, its format and content hash (BLAKE2b), and what was asked of it.

    `name` is what a person calls it; `description` one line about it; `companions` the label and metadata files read;
    `run` the training it came out of, if it was trained here. `state` is that of the file when it was read, and
    `from_cache` says that our copy of what was in it was opened in its place.
    """

    name: str
    format: str
    path: Path | None = None
    digest: str | LazyHash | None = None
    description: str = ""
    companions: tuple[Path, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    run: Run | None = None
    state: FileState | None = None
    from_cache: bool = False

    @property
    def content_hash(self) -> str | None:
        """The hash of the content; of a large file, the first to ask reads all of it: never ask on the GUI thread."""
        if self.digest is None or isinstance(self.digest, str):
            return self.digest
        return self.digest.worked_out()

    @property
    def known_hash(self) -> str | None:
        """The hash of the content if it stands; asks no file."""
        if self.digest is None or isinstance(self.digest, str):
            return self.digest
        return self.digest.known()
