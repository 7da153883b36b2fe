"""Evaluating: how well the open space agrees with what people say about words."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from embedviz import formats
from embedviz.analysis import AnalogyScore, Section, Similarity, evaluate_steps
from embedviz.errors import EmbedvizError
from embedviz.jobs import Job, Jobs
from embedviz.operations.training import TrainingOperations
from embedviz.session import Session
from embedviz.space.embedding_space import EmbeddingSpace

MOST_KEPT = 100
COLUMNS = (
    *("file", "section", "measure", "score", "low_95", "high_95", "n_used", "n_all", "coverage"),
    *("space", "epochs", "metric"),
)
Cell = str | int | float | None


@dataclass(frozen=True)
class Evaluation:
    """One space on one file of judgments; `n_epochs` is None for a space that was not trained here."""

    space_name: str
    n_epochs: int | None
    result: Similarity | AnalogyScore
    metric: str = "cosine"


class EvaluatingOperations(TrainingOperations):
    """Compare the open space with word-similarity lists and analogy files; what was found stays listed.

    `evaluation_began` carries the name of the file, `evaluation_progressed` the job, `evaluated` an Evaluation, the
    first of `evaluations`; `evaluation_refused` why there is none; `evaluation_ended` states the end of each. The
    class extends the training operations because Qt finds signals in the first line of ancestors only.
    """

    evaluation_began = Signal(str)
    evaluation_progressed = Signal(object)
    evaluated = Signal(object)
    evaluation_refused = Signal(str)
    evaluation_ended = Signal()

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(session, jobs, parent)
        self.evaluations: tuple[Evaluation, ...] = ()

    def evaluate(self, path: str | Path) -> None:
        """Evaluate the open space on one file of judgments."""
        space = self.session.state.space
        if space is None:
            self.evaluation_refused.emit("There is no open space to evaluate. Open a file first.")
            self.say("There is no open space to evaluate. Open a file first.")
            return
        name = Path(path).name
        job = self.jobs.start(
            "analyse",
            evaluate_steps(space, Path(path)),
            title=f"Evaluating on {name}",
            context=space,
            on_success=self._on_evaluated,
            on_failure=self._on_not_evaluated,
            on_progress=self._on_evaluation_progressed,
        )
        job.ended.connect(self._on_evaluation_ended)
        self.evaluation_began.emit(name)

    def forget_evaluations(self) -> None:
        """Empty the list of evaluations."""
        self.evaluations = ()
        self.evaluation_ended.emit()

    def save_evaluations(self, path: str | Path) -> None:
        """Write all that was evaluated to a CSV file."""
        if not self.evaluations:
            self.say("There is no evaluation to save. Choose a word list or an analogy file first.")
            return
        path = Path(path)
        try:
            with (
                formats.atomic_output(path, overwrite=True) as temporary,  # the dialog has asked
                temporary.open("w", encoding="utf-8", newline="") as file,
            ):
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(COLUMNS)
                writer.writerows(evaluation_rows(self.evaluations))
        except EmbedvizError as error:
            self.complain(error)
            return
        self.say(f"Saved {len(self.evaluations)} evaluation{'s'[: len(self.evaluations) > 1]} in {path.name}.")

    @Slot(object)
    def _on_evaluated(self, job: Job) -> None:
        space: EmbeddingSpace = job.context
        if space is not self.session.state.space:
            return
        run = space.source.run
        made = Evaluation(space.source.name, len(run.epochs) if run is not None else None, job.result)
        self.evaluations = (made, *(other for other in self.evaluations if other != made))[:MOST_KEPT]
        self.evaluated.emit(made)

    @Slot(object)
    def _on_not_evaluated(self, job: Job) -> None:
        self._refuse_or_complain(job, self.evaluation_refused.emit)

    @Slot(object)
    def _on_evaluation_progressed(self, job: Job) -> None:
        self.evaluation_progressed.emit(job)

    @Slot(object)
    def _on_evaluation_ended(self, job: Job) -> None:
        if self.jobs.newest("analyse") in (None, job):
            self.evaluation_ended.emit()


def evaluation_rows(evaluations: Sequence[Evaluation]) -> list[tuple[Cell, ...]]:
    """Everything that was found, in the order of COLUMNS: a row a list; for analogies one a section and one for all."""
    rows: list[tuple[Cell, ...]] = []
    for each in evaluations:
        result, about = each.result, (each.space_name, each.n_epochs, each.metric)
        if isinstance(result, Similarity):
            low, high = result.interval or (None, None)
            used = (result.n_known, result.n_pairs, result.coverage)
            rows.append((result.name, "all", "spearman_rho", result.rho, low, high, *used, *about))
        else:
            rows += [(result.name, *_section_cells(section), *about) for section in (*result.sections, result.total)]
    return rows


def _section_cells(section: Section) -> tuple[Cell, ...]:
    low, high = section.interval or (None, None)
    used = (section.n_known, section.n_questions, section.coverage)
    return (section.name, "accuracy", section.accuracy, low, high, *used)
