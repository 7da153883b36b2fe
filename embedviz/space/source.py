"""Where a space came from, and what its import changed or skipped."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from embedviz.space.run import Run


@dataclass(frozen=True)
class Note:
    """One thing that import changed, skipped or noticed: a short kind, how many items, and a sentence."""

    kind: str
    count: int
    text: str


@dataclass(frozen=True)
class Source:
    """Enough to make the same space again: the file, its format and content hash (BLAKE2b), and what was asked of it.

    `name` is what a person calls it; `description` one line about it; `companions` the label and metadata files read;
    `run` the training it came out of, if it was trained here.
    """

    name: str
    format: str
    path: Path | None = None
    content_hash: str | None = None
    description: str = ""
    companions: tuple[Path, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    run: Run | None = None
