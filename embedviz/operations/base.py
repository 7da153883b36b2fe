"""What all operations share: the session, the jobs, and the one road of messages to the person."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal, Slot

from embedviz.errors import EmbedvizError, UnsafeFileError
from embedviz.jobs import Job, Jobs
from embedviz.session import Session


@dataclass(frozen=True)
class SampleOffer:
    """So many rows that can be opened of a file which is too large for memory, and how it was asked for."""

    path: Path
    n_rows: int
    options: Mapping[str, Any]

    @property
    def title(self) -> str:
        """The wish, as a button says it."""
        return f"Open a sample of {self.n_rows:,} rows"

    @property
    def refusal(self) -> str:
        """What a button to say no says; empty where nobody asks."""
        return ""


@dataclass(frozen=True)
class ResumeOffer:
    """A kept run that was cut short, and the epoch after which it can go on."""

    name: str
    epoch: int

    @property
    def title(self) -> str:
        """The wish, as a button says it."""
        return "Go on"

    @property
    def refusal(self) -> str:
        """What a button to say no says."""
        return "Not now"


Offer = SampleOffer | ResumeOffer


@dataclass(frozen=True)
class Message:
    """One line for the person; `details` is what “Copy details” copies, empty where there is nothing more to say.

    `offer` is what can be done instead of what failed, or was cut short.
    """

    kind: Literal["info", "error"]
    text: str
    details: str = ""
    offer: Offer | None = None


class OperationsBase(QObject):
    """Session, jobs and messages; the operations of each menu build on it."""

    said = Signal(object)

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.jobs = jobs

    def say(self, text: str) -> None:
        """Show one line; an empty one clears the line."""
        self.said.emit(Message("info", text))

    def complain(self, error: BaseException) -> None:
        """Show an error: its own words if it has some for people, else one sentence with the details to copy."""
        if isinstance(error, EmbedvizError):
            recipe = error.recipe if isinstance(error, UnsafeFileError) else ()
            self.said.emit(Message("error", str(error), "\n".join(recipe)))
            return
        details = "".join(traceback.format_exception(error))
        text = f"Something went wrong inside embedviz ({type(error).__name__}). What is open is unharmed."
        self.said.emit(Message("error", text, details))

    def _refuse_or_complain(self, job: Job, refuse: Callable[[str], None]) -> None:
        """What a person can act on is said where it was asked for, by `refuse`; the rest goes to the message line."""
        if isinstance(job.error, EmbedvizError):
            refuse(str(job.error))
        else:
            self._on_job_failed(job)

    @Slot(object)
    def _on_job_failed(self, job: Job) -> None:
        assert job.error is not None
        self.complain(job.error)

    @Slot(object)
    def _on_nothing_to_do(self, job: Job) -> None:
        """The job's work was its effect; there is no result to take over."""
