"""Which training that was cut short is offered again, and which was declined."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from embedviz.errors import EmbedvizError
from embedviz.formats.run_arrays import read_bytes, write_text
from embedviz.formats.run_store import KeptRun, folder_of, kept_runs

_DECLINED = "declined.txt"  # is removed with all else that no record names when the run goes on
_MOST_BYTES = 32


def interrupted_run() -> KeptRun | None:
    """The newest run that was cut short after an epoch, can go on, and was not declined after that epoch."""
    for run in kept_runs():
        if run.status == "interrupted" and run.resumes_after and not _is_declined(run):
            return run
    return None


def decline_run(name: str, epoch: int) -> None:
    """Do not offer a run again unless it is cut short after another epoch; where that cannot be noted it is offered."""
    with suppress(OSError, EmbedvizError):
        write_text(folder_of(name) / _DECLINED, f"{epoch}\n")


def _is_declined(run: KeptRun) -> bool:
    with suppress(OSError, EmbedvizError):
        place: Path = folder_of(run.name) / _DECLINED
        return read_bytes(place, _MOST_BYTES).decode("ascii", "replace").strip() == str(run.resumes_after)
    return False
