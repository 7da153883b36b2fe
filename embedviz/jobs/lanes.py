"""Lanes: in each, the newest job wins and the older is cancelled; in `train` a second is refused."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from embedviz.errors import EmbedvizError
from embedviz.jobs.job import Job
from embedviz.progress import Steps

REFUSING_LANES = frozenset({"train"})


class Jobs(QObject):
    """All background work of one window. Lives in the GUI thread."""

    started = Signal(object)
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._newest: dict[str, Job] = {}
        self._alive: list[Job] = []
        self._closed = False

    def start(
        self,
        lane: str,
        steps: Steps[Any],
        *,
        title: str,
        on_success: Callable[[Job], None],
        on_failure: Callable[[Job], None],
        on_progress: Callable[[Job], None] | None = None,
        context: Any = None,
        is_quiet: bool = False,
    ) -> Job:
        """Start a job in `lane` and cancel the one before it; the callbacks are bound slots of objects in this thread.

        `context` travels with the job; a quiet job shows no progress. Raises EmbedvizError where the lane refuses a
        second job, or after shutdown.
        """
        if self._closed:
            raise EmbedvizError("The window is closing; no new work is started.")
        before = self._newest.get(lane)
        if before is not None:
            if lane in REFUSING_LANES and before.is_running:
                raise EmbedvizError(f"“{before.title}” is still running. Stop it first, then start again.")
            before.cancel()
        job = Job(steps, title=title, context=context, is_quiet=is_quiet, parent=self)
        job.succeeded.connect(on_success)
        job.failed.connect(on_failure)
        if on_progress is not None:
            job.progressed.connect(on_progress)
        job.ended.connect(self._on_job_ended)
        self._newest[lane] = job
        self._alive.append(job)
        job.start()
        self.started.emit(job)
        return job

    @property
    def is_closed(self) -> bool:
        """Whether no more work is started, as the window closes."""
        return self._closed

    def newest(self, lane: str) -> Job | None:
        """The job that runs in a lane now, or None."""
        job = self._newest.get(lane)
        return job if job is not None and not job.is_cancelled else None

    def alive(self) -> list[Job]:
        """All jobs that have not ended yet, cancelled ones included."""
        return list(self._alive)

    def cancel(self, lane: str) -> None:
        """Cancel what runs in a lane."""
        if lane in self._newest:
            self._newest[lane].cancel()

    def shutdown(self, seconds: float = 2.0) -> bool:
        """Cancel everything and wait for the threads; False if one still works after `seconds`."""
        self._closed = True
        deadline = time.monotonic() + seconds
        for job in self._alive:
            job.cancel()
        late = [job for job in self._alive if not job.wait(max(0.0, deadline - time.monotonic()))]
        return not late

    @Slot(object)
    def _on_job_ended(self, job: Job) -> None:
        self._alive.remove(job)
        for lane, newest in list(self._newest.items()):
            if newest is job:
                del self._newest[lane]
        self.ended.emit(job)
        job.deleteLater()
