"""Which text an open space was learned from, as its run says; that text opened again, and known to be the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from embedviz.errors import FileAccessError, InputError
from embedviz.progress import Steps
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.training.options import Lines
from embedviz.training.small_world import SMALL_WORLD
from embedviz.training.text_source import Part, TextSource, source_steps

Blocks = Iterator[tuple[bytes, float]]

NOT_TRAINED = "The open space was not trained here, so there is no text to look into."


@dataclass(frozen=True)
class TrainedText:
    """A text that was trained on: where it is, how its lines were read, the BLAKE2b hash of it, and the window."""

    path: str
    column: str | None
    lines: Lines
    content_hash: str
    window: int

    @property
    def name(self) -> str:
        """What messages call it."""
        return "the small world" if self.path == SMALL_WORLD else Path(self.path).name

    def open_steps(self, stack: ExitStack) -> Steps[TextSource]:
        """Open the text; `stack` removes what was unpacked. FileAccessError if it is not there any more."""
        if self.path != SMALL_WORLD and not _may_be_there(Path(self.path)):
            raise FileAccessError(
                f"The text this space was trained on, “{self.path}”, is not there any more; put it back there, or "
                "train on it where it is now."
            )
        return (yield from source_steps(self.path, self.column, stack, self.lines))

    def check(self, content_hash: str) -> None:
        """Raise InputError unless a text of this hash is the one that was trained on."""
        if content_hash != self.content_hash:
            raise InputError(
                f"“{self.name}” is not the text any more that this space was trained on: it was changed since, and "
                "would show sentences that nothing was learned from. Put the earlier text back, or train on this one."
            )


def trained_text(space: EmbeddingSpace) -> TrainedText:
    """The text that a space was trained on, here or before it was saved; InputError if that is not known."""
    run = space.source.run
    if run is None:
        raise InputError(NOT_TRAINED)
    source = space.source
    first_hand = {**source.options, "content_hash": source.known_hash} if source.format == "trained" else {}
    told = {**first_hand, **run.options}  # a saved space is read from a file of its own, and keeps its run only
    path, column, lines = told.get("corpus"), told.get("column"), told.get("lines")
    content_hash, window = told.get("content_hash"), told.get("window")
    if not (isinstance(path, str) and isinstance(content_hash, str) and isinstance(window, int) and window > 0):
        raise InputError(
            "The record of this training does not say which text it read, or over which window; train again to look "
            "into the text."
        )
    read_as: Lines = "running" if lines == "running" else "sentences" if lines == "sentences" else "auto"
    return TrainedText(path, column if isinstance(column, str) else None, read_as, content_hash, window)


def parts_of(source: TextSource) -> Iterator[tuple[Part, Blocks]]:
    """The parts of a text, each with its blocks, which tell the share of the whole text that is read with them."""
    before, total = 0, max(1, source.n_bytes)
    for part in source.parts:
        share = part.probe.size / total
        yield part, _within(TextSource(source.name, (part,)).blocks(), before / total, share)
        before += part.probe.size


def _within(blocks: Blocks, low: float, share: float) -> Blocks:
    return ((block, min(1.0, low + share * done)) for block, done in blocks)


def _may_be_there(path: Path) -> bool:
    """Whether a path, or an archive around it, is there; what cannot be known is left to the reader."""
    try:
        return path.exists() or any(parent.is_file() for parent in path.parents)
    except (OSError, ValueError):
        return True
