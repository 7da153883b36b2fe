"""Evaluating: how well the open space agrees with what people say about words."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot

from embedviz.analysis import evaluate_steps
from embedviz.jobs import Job
from embedviz.operations.training import TrainingOperations


class EvaluatingOperations(TrainingOperations):
    """Compare the open space with a word-similarity list or an analogy file; `evaluated` carries the result.

    It extends the training operations because Qt finds signals in the first line of ancestors only.
    """

    evaluated = Signal(object)

    def evaluate(self, path: str | Path) -> None:
        """Evaluate the open space on one file of judgments."""
        space = self.session.state.space
        if space is None:
            self.say("There is no open space to evaluate. Open a file first.")
            return
        self.jobs.start(
            "analyse",
            evaluate_steps(space, Path(path)),
            title=f"Evaluating on {Path(path).name}",
            context=space,
            on_success=self._on_evaluated,
            on_failure=self._on_job_failed,
        )

    @Slot(object)
    def _on_evaluated(self, job: Job) -> None:
        if job.context is self.session.state.space:
            self.evaluated.emit(job.result)
