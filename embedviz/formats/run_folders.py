"""The folders of kept runs: found, made under a free name, held while they are used, and removed as one."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from embedviz import paths
from embedviz.errors import EmbedvizError, OutputError
from embedviz.formats.run_arrays import read_bytes, write_text
from embedviz.formats.run_lock import FileLock, is_locked, lock_file
from embedviz.formats.run_names import clean_title, is_name, new_name
from embedviz.formats.run_record import RECORD

TITLE = "title.txt"
_TRAINING, _OPEN = "training.lock", "open.lock"
_OURS = frozenset({RECORD, TITLE, _TRAINING, _OPEN})
_REMOVED = ".removed-"
_MOST_TITLE_BYTES = 4096
_PATIENCE_SECONDS = 5.0


def run_folders() -> list[Path]:
    """All that is called like a run and has a record, in the runs folder; OutputError if that cannot be used."""
    return [folder for folder in _named() if os.path.lexists(folder / RECORD) or folder.is_symlink()]


@contextmanager
def alone() -> Iterator[Path]:
    """The runs folder, for one that makes or removes runs at a time; OutputError where that cannot be."""
    folder = paths.runs()
    lock = lock_file(folder / ".lock", patience_seconds=_PATIENCE_SECONDS)
    if lock is None:
        raise OutputError(f"Another program has been changing “{folder}” for seconds; try again.")
    try:
        yield folder
    finally:
        lock.release()


def make_folder(runs: Path, corpus_name: str) -> tuple[Path, FileLock]:
    """Make the folder of a new run and hold it as one that trains; to be called while alone."""
    names = [each.name for each in runs.iterdir()]
    folder = runs / new_name(corpus_name, names)
    folder.mkdir(mode=0o700)
    lock = hold_training(folder)
    assert lock is not None, "nobody else is here"
    return folder, lock


def sweep(runs: Path) -> None:
    """Remove what killed trainings and removals left behind; to be called while alone."""
    for folder in runs.glob(f"{_REMOVED}*"):
        shutil.rmtree(folder, ignore_errors=True)
    for folder in _named():
        if folder.is_symlink() or os.path.lexists(folder / RECORD):
            continue
        with suppress(OSError):
            if not (folder / _TRAINING).exists():
                folder.rmdir()  # only where it is empty: nothing else in it would be ours
            elif not is_training(folder):
                discard(folder)


def discard(folder: Path) -> None:
    """Remove a run as one, so that half of it is never seen; OSError where the system does not let go of it."""
    if folder.is_symlink():
        folder.unlink()
        return
    removed = folder.with_name(f"{_REMOVED}{secrets.token_hex(8)}")
    folder.replace(removed)
    shutil.rmtree(removed, ignore_errors=True)


def tidy(folder: Path, names: Iterable[str]) -> None:
    """Remove the files of a run's folder that are neither ours by name nor among `names`."""
    kept = _OURS | frozenset(names)
    with suppress(OSError):
        for name in {file.name for file in folder.iterdir()} - kept:
            with suppress(OSError):  # a folder in it is not ours
                (folder / name).unlink()


def hold_training(folder: Path, *, patience_seconds: float = 0.0) -> FileLock | None:
    """Hold a run as one that trains; None where somebody else does."""
    return lock_file(folder / _TRAINING, patience_seconds=patience_seconds)


def hold_open(folder: Path) -> FileLock | None:
    """Hold a run as one that is looked at, so that it is not removed to make room; several may."""
    with suppress(OSError):
        return lock_file(folder / _OPEN, is_shared=True)
    return None


def is_training(folder: Path) -> bool:
    """Whether some process trains this run now."""
    return is_locked(folder / _TRAINING)


def is_in_use(folder: Path) -> bool:
    """Whether some process trains or shows this run now."""
    if is_training(folder):
        return True
    try:
        lock = lock_file(folder / _OPEN)
    except OSError:
        return True  # who cannot ask removes nothing
    if lock is not None:
        lock.release()
    return lock is None


def n_bytes(folder: Path) -> int:
    """What the files of a run take."""
    with suppress(OSError), os.scandir(folder) as entries:
        return sum(entry.stat(follow_symlinks=False).st_size for entry in entries)
    return 0


def read_title(folder: Path) -> str:
    """The title that a person gave the run, empty if none."""
    try:
        return clean_title(read_bytes(folder / TITLE, _MOST_TITLE_BYTES).decode("utf-8", "replace"))
    except (OSError, EmbedvizError):
        return ""


def write_title(folder: Path, title: str) -> None:
    """Give the run a title, or take it away with an empty one; OSError where that cannot be written."""
    cleaned = clean_title(title.encode("utf-8", "replace").decode("utf-8"))
    if cleaned:
        write_text(folder / TITLE, cleaned)
    else:
        (folder / TITLE).unlink(missing_ok=True)


def _named() -> list[Path]:
    runs = paths.runs()
    return [each for each in runs.iterdir() if is_name(each.name) and (each.is_symlink() or each.is_dir())]
