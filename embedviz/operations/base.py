"""What all operations share: the session, the jobs, and the one road of messages to the person."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Signal, Slot

from embedviz.errors import EmbedvizError, UnsafeFileError
from embedviz.jobs import Job, Jobs
from embedviz.session import Session


@dataclass(frozen=True)
class Message:
    """One line for the person; `details` is what “Copy details” copies, empty where there is nothing more to say."""

    kind: Literal["info", "error"]
    text: str
    details: str = ""


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

    @Slot(object)
    def _on_job_failed(self, job: Job) -> None:
        assert job.error is not None
        self.complain(job.error)

    @Slot(object)
    def _on_nothing_to_do(self, job: Job) -> None:
        """The job's work was its effect; there is no result to take over."""
