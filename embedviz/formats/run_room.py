"""How much kept runs may take, which of them go to make room, and how many epochs of a new one fit."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from embedviz import paths
from embedviz.errors import EmbedvizError, OutputError
from embedviz.formats.run_folders import discard, is_in_use, n_bytes, read_title, run_folders
from embedviz.formats.run_record import read_record
from embedviz.space.source import Note

LIMIT_BYTES = 4_000_000_000
THINNED = "epochs_thinned"
_SHARE_OF_DISK = 3
_SHARE_OF_RUN = 2
_FEWEST_EPOCHS = 3  # the first, the last, and the one being written


@dataclass(frozen=True)
class Standing:
    """A run that takes room: `may_go` where it has no title and nobody uses it."""

    folder: Path
    n_bytes: int
    began: datetime
    may_go: bool


def limit(limit_bytes: int = LIMIT_BYTES) -> int:
    """The bytes that all runs may take: `limit_bytes`, and never more than a third of the disk without them."""
    folders = run_folders()
    free = shutil.disk_usage(paths.runs()).free
    return min(limit_bytes, (free + sum(map(n_bytes, folders))) // _SHARE_OF_DISK)


def make_room(n_epochs: int, epoch_bytes: int, state_bytes: int, limit_bytes: int) -> int:
    """Remove the oldest runs without a title until a new one has room; every how many epochs of it can be kept.

    `state_bytes` are those of the trainer's matrices, which are there twice while they are replaced. To be called while
    alone. OutputError where runs that stay leave no room for the new one.
    """
    most = limit(limit_bytes)
    standing = sorted(_standing(), key=lambda each: each.began)
    least = _FEWEST_EPOCHS * epoch_bytes + 2 * state_bytes
    fixed = sum(each.n_bytes for each in standing if not each.may_go)
    if fixed + least > most:
        raise OutputError(_no_room(fixed, least, most))
    room = most - fixed - 2 * state_bytes
    every = spacing(n_epochs, min(most // _SHARE_OF_RUN, room) // max(1, epoch_bytes))
    n_kept = min(n_epochs // every + _FEWEST_EPOCHS, n_epochs + 1)
    total = sum(each.n_bytes for each in standing) + n_kept * epoch_bytes + 2 * state_bytes
    for each in standing:
        if total <= most:
            break
        with suppress(OSError):
            if each.may_go:
                discard(each.folder)
                total -= each.n_bytes
    return every


def spacing(n_epochs: int, n_fitting: int) -> int:
    """Every how many epochs one is kept where `n_fitting` fit, the first, the last and one being written among them."""
    if n_epochs + 1 <= n_fitting:
        return 1
    return n_epochs // max(1, n_fitting - 2) + 1


def thinning_note(every: int, n_epochs: int, epoch_bytes: int) -> tuple[Note, ...]:
    """What is said where not every epoch is kept."""
    if every == 1:
        return ()
    text = (
        f"Only every {every:,}{_ending(every)} epoch is kept, with the first and the last: all {n_epochs:,} would take "
        f"{(n_epochs + 1) * epoch_bytes / 1e9:,.1f} GB."
    )
    return (Note(THINNED, every, text),)


def _standing() -> list[Standing]:
    found = []
    for folder in run_folders():
        if folder.is_symlink():
            continue
        began = datetime.min.replace(tzinfo=UTC)
        with suppress(OSError):
            began = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
        with suppress(EmbedvizError):
            began = read_record(folder).began
        may_go = not read_title(folder) and not is_in_use(folder)
        found.append(Standing(folder, n_bytes(folder), began, may_go))
    return found


def _no_room(fixed: int, least: int, most: int) -> str:
    return (
        f"kept trainings may take {most / 1e9:,.2f} GB, those with a title or in use take {fixed / 1e9:,.2f} GB, and "
        f"this one needs at least {least / 1e9:,.2f} GB; remove some (embedviz runs --remove NAME)"
    )


def _ending(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
