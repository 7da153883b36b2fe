"""All operations of one window."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot

from embedviz import formats, kernels, raster, training
from embedviz.jobs import Job
from embedviz.operations.sweeping import SweepingOperations


class Operations(SweepingOperations):
    """What a person can do; each method is one wish, its effect arrives through the session's signals."""

    kernels_ready = Signal()

    def warm_up(self) -> None:
        """Make the compiled kernels ready in the background; drawing and reading go their slower road until then."""
        self.jobs.start(
            "warm",
            kernels.load((*raster.KERNELS, *formats.KERNELS, *training.KERNELS)),
            title="Preparing kernels",
            is_quiet=True,
            on_success=self._on_warm,
            on_failure=self._on_job_failed,
        )

    def cancel_job(self, job: Job) -> None:
        """Give up one piece of work; nothing of it is kept."""
        if job is self.jobs.newest("train"):
            self.cancel_training()
        else:
            job.cancel()

    def close(self) -> bool:
        """End all background work; False if a thread would not end in two seconds."""
        return self.jobs.shutdown()

    @Slot(object)
    def _on_warm(self, job: Job) -> None:  # noqa: ARG002  # a job reports itself
        self.kernels_ready.emit()
