"""Kept runs: trainings of this and earlier days, listed, named, removed, and read back.

A run is a folder of the runs folder: `run.json` names the files that are whole. `RunKeeper` writes it while a training
goes; one that a killed process left behind is interrupted, and can go on from `run_state`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from numpy.typing import NDArray

from embedviz import paths
from embedviz.errors import EmbedvizError, FileAccessError, FormatError, OptionError, OutputError
from embedviz.formats import run_folders
from embedviz.formats.atomic import reason
from embedviz.formats.run_arrays import in_memory_steps, is_there, mapped
from embedviz.formats.run_names import is_name
from embedviz.formats.run_record import RECORD, RunRecord, Written, epoch_file, read_record, state_file
from embedviz.progress import Steps, finish, within
from embedviz.space.arrays import FloatArray
from embedviz.space.run import Run
from embedviz.space.source import Note

Status = Literal["running", "complete", "stopped", "interrupted"]

_AT_REST: Mapping[Written, Status] = MappingProxyType(
    {"running": "interrupted", "complete": "complete", "stopped": "stopped"}
)


@dataclass(frozen=True)
class KeptRun:
    """A training that is kept: `title` is what a person called it (empty if nothing), `corpus` the path trained on.

    `run` holds the records so far; the vectors after each of `kept_epochs` can be opened (0 is before training).
    `resumes_after` is the epoch after which an interrupted or stopped run can go on, None where it cannot. `n_bytes`
    are on the disk; `notes` tell what was thinned or could not be kept.
    """

    name: str
    title: str
    status: Status
    run: Run
    corpus: str
    corpus_name: str
    column: str | None
    content_hash: str | None
    n_dims: int
    n_epochs: int
    kept_epochs: tuple[int, ...]
    resumes_after: int | None
    n_bytes: int
    began: datetime
    ended: datetime | None
    notes: tuple[Note, ...]

    @property
    def caption(self) -> str:
        """What to call it on a screen: its title, or its name."""
        return self.title or self.name


@dataclass(frozen=True)
class DamagedRun:
    """A run that cannot be used: its name, why, and the bytes that removing it frees."""

    name: str
    problem: str
    n_bytes: int


@dataclass(frozen=True)
class RunList:
    """All kept runs, newest first, and those that are damaged."""

    runs: tuple[KeptRun, ...]
    damaged: tuple[DamagedRun, ...]


def list_runs() -> RunList:
    """Look through the runs folder; OutputError where that cannot be used."""
    runs, broken = [], []
    for folder in sorted(run_folders.run_folders()):
        try:
            runs.append(_kept(folder_of(folder.name)))
        except EmbedvizError as error:
            if folder.is_symlink() or folder.is_dir():  # else it was removed meanwhile
                broken.append(DamagedRun(folder.name, str(error), run_folders.n_bytes(folder)))
    runs.sort(key=lambda run: run.began, reverse=True)
    return RunList(tuple(runs), tuple(broken))


def kept_runs() -> tuple[KeptRun, ...]:
    """All kept runs that can be used, newest first."""
    return list_runs().runs


def read_run(name: str) -> KeptRun:
    """One kept run; OptionError where there is none of that name, FormatError where it is damaged."""
    return _kept(folder_of(name))


def rename_run(name: str, title: str) -> None:
    """Give a run a title, which keeps it from being removed to make room; an empty one takes it away.

    Raises OptionError where there is no such run, OutputError where the title cannot be written.
    """
    folder = folder_of(name)
    try:
        run_folders.write_title(folder, title)
    except OSError as error:
        raise OutputError(f"The run “{name}” could not be renamed: {reason(error)}.") from error


def remove_run(name: str) -> int:
    """Remove a run, whether or not it is damaged; the bytes that this freed.

    A space of it that is open stays so, without its other epochs. Raises OptionError where there is no such run or it
    is being trained, OutputError where it cannot be removed.
    """
    with run_folders.alone():
        folder = _place_of(name)
        if run_folders.is_training(folder):
            raise OptionError(f"The run “{name}” is being trained now; stop or cancel that first.")
        freed = run_folders.n_bytes(folder)
        try:
            run_folders.discard(folder)
        except OSError as error:
            raise OutputError(f"The run “{name}” could not be removed: {reason(error)}. Close what uses it.") from error
    return freed


def run_state_steps(name: str) -> Steps[tuple[int, tuple[NDArray[Any], ...]]]:
    """The last finished epoch of a run, and the trainer's own matrices after it, as it gave them; all is compared.

    Raises as `epoch_vectors` does.
    """
    folder = folder_of(name)
    record = read_record(folder)
    parts: list[NDArray[Any]] = []
    for part, facts in enumerate(record.state):
        reading = in_memory_steps(folder / state_file(record.state_epoch, part), facts, f"Taking up {name}")
        parts.append((yield from within(reading, part / len(record.state), (part + 1) / len(record.state))))
    return record.state_epoch, tuple(parts)


def run_state(name: str) -> tuple[int, tuple[NDArray[Any], ...]]:
    """As `run_state_steps`, at once."""
    return finish(run_state_steps(name))


def epoch_vectors(name: str, epoch: int) -> FloatArray:
    """The vectors after an epoch, float32 (n_words, n_dims), mapped and read-only.

    Raises OptionError where there is no such run or epoch, FormatError where it is damaged, FileAccessError where it
    was removed meanwhile.
    """
    folder = folder_of(name)
    return mapped_epoch(folder, read_record(folder), epoch)


def mapped_epoch(folder: Path, record: RunRecord, epoch: int, *, is_checked: bool = False) -> FloatArray:
    """The vectors after an epoch that a record names; raises as `epoch_vectors` does."""
    if epoch not in record.kept:
        kept = sorted(record.kept)
        raise OptionError(f"The vectors after epoch {epoch} of “{folder.name}” are not kept; choose {spans(kept)}.")
    return mapped(folder / epoch_file(epoch), record.kept[epoch], is_checked=is_checked)


def folder_of(name: str) -> Path:
    """The folder of a kept run; OptionError for what is no name of one, FormatError for a link to elsewhere."""
    folder = _place_of(name)
    if folder.is_symlink():
        raise FormatError(f"The run “{name}” is a link to another place; what is there is not opened. Remove it.")
    return folder


def _place_of(name: str) -> Path:
    """Where a run stands, or a link of its name."""
    if is_name(name):
        folder = paths.runs() / name
        if folder.is_symlink() or os.path.lexists(folder / RECORD):
            return folder
    names = [folder.name for folder in run_folders.run_folders()]
    known = f"choose {', '.join(sorted(names)[:20])}" if names else "none is kept yet"
    raise OptionError(f"There is no run “{name[:60]}”; {known}.")


def spans(epochs: list[int]) -> str:
    """Ascending epochs as a person writes them: 0–4, 6."""
    parts: list[tuple[int, int]] = []
    for epoch in epochs:
        if parts and parts[-1][1] == epoch - 1:
            parts[-1] = (parts[-1][0], epoch)
        else:
            parts.append((epoch, epoch))
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in parts)


def _kept(folder: Path) -> KeptRun:
    return kept_in(folder, is_training=run_folders.is_training(folder))


def kept_in(folder: Path, *, is_training: bool) -> KeptRun:
    """The run in a folder, where some other program is known to train it or not; raises as `read_run` does."""
    record = read_record(folder)
    there = {file for file, facts in record.files().items() if is_there(folder / file, facts)}
    missing = [file for file in record.files() if file not in there]
    kept = tuple(sorted(epoch for epoch in record.kept if epoch_file(epoch) in there))
    if not kept or any(not file.startswith(("epoch-", "state-")) for file in missing):
        if not (folder / RECORD).exists():
            raise FileAccessError(f"The run “{folder.name}” was removed.")
        raise FormatError(
            f"The run “{folder.name}” is damaged: {', '.join(missing[:3])} cannot be used. Remove the run."
        )
    notes = record.notes
    if missing and not is_training:
        notes = (*notes, Note("files_missing", len(missing), f"{', '.join(missing[:3])} cannot be used."))
    has_state = bool(record.state) and not any(file.startswith("state-") for file in missing)
    status: Status = "running" if is_training else _AT_REST[record.status]
    return KeptRun(
        name=folder.name,
        title=run_folders.read_title(folder),
        status=status,
        run=record.run,
        corpus=record.corpus,
        corpus_name=record.corpus_name,
        column=record.column,
        content_hash=record.content_hash,
        n_dims=record.n_dims,
        n_epochs=record.n_epochs,
        kept_epochs=kept,
        resumes_after=record.state_epoch if has_state and status in ("interrupted", "stopped") else None,
        n_bytes=run_folders.n_bytes(folder),
        began=record.began,
        ended=record.ended,
        notes=notes,
    )
