"""Sweeping: one option at several values, a training for each, in the background."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from embedviz.analysis.sweep_quality import measure_for
from embedviz.errors import EmbedvizError, NothingLearnedError
from embedviz.formats.cell_lines import Cell
from embedviz.jobs import Job, Jobs
from embedviz.operations.background import in_background
from embedviz.operations.moving import MovingOperations
from embedviz.progress import Command, Progress, Steps
from embedviz.session import Session
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.training import SMALL_WORLD, TrainingOptions
from embedviz.training.next_word_options import NextWordOptions
from embedviz.training.sweep import Sweep, SweepPoint, checked_values, sweep_steps
from embedviz.training.text_source import corpus_name

STILL_SWEEPING = "A sweep still runs. Stop it first, then start again."


@dataclass(frozen=True)
class Plan:
    """The text and the options that a training would be made with now."""

    corpus: str
    options: TrainingOptions

    @property
    def name(self) -> str:
        """What the text is called."""
        return corpus_name(self.corpus)


class SweepingOperations(MovingOperations):
    """Train once for each value of an option; the points that are made stay until another sweep begins.

    `plan_changed` states that `plan`, the training that is being prepared, differs. `sweep_changed` states that `sweep`
    has another point, or that one began or ended; `sweep_progressed` carries the job, `sweep_refused` why there is
    none. No training runs beside it.
    """

    plan_changed = Signal()
    sweep_changed = Signal()
    sweep_progressed = Signal(object)
    sweep_refused = Signal(str)

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(session, jobs, parent)
        self.sweep: Sweep | None = None
        self.plan = Plan(SMALL_WORLD, TrainingOptions())

    @property
    def is_sweeping(self) -> bool:
        """Whether a sweep runs."""
        return self.jobs.newest("sweep") is not None

    def plan_training(self, corpus: str, options: TrainingOptions) -> None:
        """Prepare a training: on that text, with those options but one, a sweep is made."""
        if self.plan != Plan(corpus, options):
            self.plan = Plan(corpus, options)
            self.plan_changed.emit()

    def sweep_option(self, name: str, values: Sequence[float], *, files: Sequence[Path] = ()) -> None:
        """Make the planned training once for each value of an option; `files` of judgments are figures of each."""
        path, options = self.plan.corpus, self.plan.options
        if self.is_training or self.is_learning_next_words or self.is_measuring_noise or self.is_sweeping:
            self._refuse_sweep("A training still runs. Stop it first, then start again.")
            return
        try:
            for value in checked_values(name, values, options.algorithm):
                replace(options, **{name: value}).checked()
        except EmbedvizError as error:
            self._refuse_sweep(str(error))
            return
        self.sweep = Sweep(name, path, options, ())
        job = self.jobs.start(
            "sweep",
            in_background(_measured_steps(path, options, name, values, files)),
            title=f"Sweep of {name} on {corpus_name(path)}",
            on_success=self._on_swept,
            on_failure=self._on_not_swept,
            on_progress=self._on_sweep_progressed,
        )
        job.ended.connect(self._on_sweep_ended)
        self.sweep_changed.emit()

    def stop_sweep(self) -> None:
        """End the sweep, and keep the points that are complete."""
        job = self.jobs.newest("sweep")
        if job is not None:
            job.send(Command("stop"))

    def measure_noise(self) -> None:
        """Train once more by another seed; refused while a sweep runs."""
        if self.is_sweeping:
            self._refuse_movement(STILL_SWEEPING)
        else:
            super().measure_noise()

    def learn_next_words(self, path: str, options: NextWordOptions | None = None, *, column: str | None = None) -> None:
        """Train a next-word network; refused while a sweep or a second training runs."""
        if self.is_sweeping or self.is_measuring_noise:
            self.complain(EmbedvizError("A training is still running. Stop it first, then start again."))
        else:
            super().learn_next_words(path, options, column=column)

    def _learn(self, steps: Steps[EmbeddingSpace], *, title: str) -> bool:
        if self.is_sweeping:
            self.complain(EmbedvizError(STILL_SWEEPING))
            return False
        return super()._learn(steps, title=title)

    def _refuse_sweep(self, why: str) -> None:
        self.sweep_refused.emit(why)
        self.say(why)

    @Slot(object)
    def _on_sweep_progressed(self, job: Job) -> None:
        point = job.latest.partial
        if isinstance(point, SweepPoint) and self.sweep is not None:
            self.sweep = replace(self.sweep, points=(*self.sweep.points, point))
            self.sweep_changed.emit()
        self.sweep_progressed.emit(job)

    @Slot(object)
    def _on_swept(self, job: Job) -> None:
        self.sweep = job.result

    @Slot(object)
    def _on_not_swept(self, job: Job) -> None:
        if isinstance(job.error, NothingLearnedError):
            self.say(str(job.error))
        else:
            self._refuse_or_complain(job, self._refuse_sweep)

    @Slot(object)
    def _on_sweep_ended(self, job: Job) -> None:  # noqa: ARG002  # a job reports itself
        self.sweep_changed.emit()


def sweep_rows(sweep: Sweep) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    """What a sweep found: the heads of a table, and a row a training; nothing where a figure is not defined."""
    names = [figure.name for figure in sweep.points[0].figures] if sweep.points else []
    heads = (sweep.name, "seed", *names, "accuracy", "heldout_loss", "seconds")
    rows = tuple(
        (
            f"{point.value:g}",
            point.seed,
            *(_cell(figure.value) for figure in point.figures),
            _cell(point.accuracy),
            _cell(point.heldout_loss),
            _cell(point.seconds),
        )
        for point in sweep.points
    )
    return heads, rows


def _cell(value: float | None) -> Cell:
    return "" if value is None or not math.isfinite(value) else value


def _measured_steps(
    path: str, options: TrainingOptions, name: str, values: Sequence[float], files: Sequence[Path]
) -> Steps[Sweep]:
    yield Progress(0.0, "Reading the judgments")
    measure = measure_for(path, files)
    return (yield from sweep_steps(path, options, name, values, measure=measure))
