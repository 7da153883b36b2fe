"""Holding a kept run that goes on, before anything of it or of its text is read, so that it goes on only once."""

from __future__ import annotations

from dataclasses import dataclass

from embedviz.errors import OptionError, OutputError
from embedviz.formats import run_folders
from embedviz.formats.atomic import reason
from embedviz.formats.run_lock import FileLock
from embedviz.formats.run_store import KeptRun, folder_of, kept_in

_PATIENCE_SECONDS = 1.0  # who lists the runs looks at locks for a moment


@dataclass(frozen=True, eq=False)
class HeldRun:
    """A run as it was left, held as one that trains until it is closed; doing so again does nothing."""

    kept: KeptRun
    lock: FileLock

    def close(self) -> None:
        """Let go of the run."""
        self.lock.release()


def hold_run(name: str) -> HeldRun:
    """Hold a kept run as one that goes on from now.

    OptionError where there is none of that name or it is being trained already, FormatError where it is damaged,
    OutputError where its folder cannot be written to.
    """
    try:
        with run_folders.alone():
            folder = folder_of(name)
            is_taken = run_folders.is_training(folder)
            lock = None if is_taken else run_folders.hold_training(folder, patience_seconds=_PATIENCE_SECONDS)
    except OSError as error:
        raise OutputError(f"The run “{name}” cannot go on, as none of it could be kept: {reason(error)}.") from error
    if lock is None:
        raise OptionError(being_trained(name))
    try:
        return HeldRun(kept_in(folder, is_training=False), lock)
    except BaseException:
        lock.release()
        raise


def being_trained(name: str) -> str:
    """Why a run that is trained now does not go on a second time."""
    return f"The run “{name}” is being trained now, here or by another program; wait for the end of that."
