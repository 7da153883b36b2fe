"""Tracing words through the epochs of a training: their neighbours, chosen similarities, and evaluations over time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from embedviz.analysis import read_judgments
from embedviz.analysis.over_time import (
    EvaluationOverTime,
    NeighborsOverTime,
    SimilarityOverTime,
    evaluation_over_time_steps,
    neighbors_over_time_steps,
    similarity_over_time_steps,
)
from embedviz.analysis.typed_pairs import typed_pairs
from embedviz.errors import EmbedvizError, OptionError
from embedviz.formats.run_epochs import RunEpochs, epochs_of
from embedviz.jobs import Job, Jobs
from embedviz.operations.analysing import row_steps
from embedviz.operations.runs import RunOperations
from embedviz.progress import Progress, Steps, within
from embedviz.session import Session, State

NEAREST_PAIRS = 5
NOTHING_KEPT = "The epochs of the open space are not kept, so nothing can be traced through them."


@dataclass(frozen=True, eq=False)
class Trace:
    """What was traced through `run`: `neighbors` of the open question (None where nothing is asked), and pairs.

    `names` are the pairs of `similarity`; `problem` says why pairs that were typed have no similarity.
    """

    run: RunEpochs
    neighbors: NeighborsOverTime | None
    similarity: SimilarityOverTime | None
    names: tuple[tuple[str, str], ...]
    problem: str


class TracingOperations(RunOperations):
    """Look at words through the epochs that `epochs` names.

    `traced` carries a Trace, `trace_grew` NeighborsOverTime while more epochs are looked at, `trace_refused` why there
    is none; `evaluations_traced` states that `traced_evaluations`, those of the run that is gone through, differ;
    `trace_ended` states that nothing is looked for any more.
    """

    traced = Signal(object)
    trace_grew = Signal(object)
    trace_refused = Signal(str)
    trace_ended = Signal()
    evaluations_traced = Signal()

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(session, jobs, parent)
        self.traced_evaluations: tuple[EvaluationOverTime, ...] = ()
        self._evaluated_run = ""
        self._trace: Trace | None = None
        self.epochs_changed.connect(self._on_traced_epochs_changed)

    @property
    def followed_run(self) -> str:
        """The run that the open space is of, or that is trained; perhaps its epochs are still being looked up."""
        return self._name

    @property
    def traced_run(self) -> str:
        """The run whose epochs can be traced; empty where none is kept."""
        return self._name if self.epochs else ""

    def trace(self, pairs: str = "") -> None:
        """Trace the open question, and typed `pairs` of words, else the item asked about with its last neighbours."""
        if self.jobs.is_closed:  # what was typed right before the window closed
            return
        if not self.traced_run:
            self.trace_refused.emit(NOTHING_KEPT)
            return
        job = self.jobs.start(
            "trace",
            _trace_steps(self.traced_run, self._trace, self.session.state, pairs),
            title="Tracing through the epochs",
            context=self.traced_run,
            on_success=self._on_traced,
            on_failure=self._on_not_traced,
            on_progress=self._on_trace_progressed,
        )
        job.ended.connect(self._on_trace_ended)

    def trace_evaluation(self, path: str | Path) -> None:
        """Evaluate every epoch on a word-similarity list or an analogy file."""
        if not self.traced_run:
            self.trace_refused.emit(NOTHING_KEPT)
            return
        self.jobs.start(
            "trace evaluation",
            _evaluation_steps(self.traced_run, self._trace, self.session.state, Path(path)),
            title=f"Evaluating each epoch on {Path(path).name}",
            context=self.traced_run,
            on_success=self._on_evaluation_traced,
            on_failure=self._on_not_traced,
        )

    def forget_traced_evaluations(self) -> None:
        """Take the evaluations over time away."""
        self.traced_evaluations = ()
        self.evaluations_traced.emit()

    @Slot(object)
    def _on_traced(self, job: Job) -> None:
        if job.context == self._name:
            self._trace = job.result
            self.traced.emit(job.result)

    @Slot(object)
    def _on_trace_progressed(self, job: Job) -> None:
        if job.context == self._name and isinstance(job.latest.partial, NeighborsOverTime):
            self.trace_grew.emit(job.latest.partial)

    @Slot(object)
    def _on_evaluation_traced(self, job: Job) -> None:
        if job.context == self._name:
            others = (each for each in self.traced_evaluations if each.name != job.result.name)
            self.traced_evaluations = (*others, job.result)
            self._evaluated_run = self._name
            self.evaluations_traced.emit()

    @Slot(object)
    def _on_not_traced(self, job: Job) -> None:
        self._refuse_or_complain(job, self.trace_refused.emit)

    @Slot(object)
    def _on_trace_ended(self, job: Job) -> None:
        if self.jobs.newest("trace") in (None, job):
            self.trace_ended.emit()

    @Slot()
    def _on_traced_epochs_changed(self) -> None:
        """What was found of another run is forgotten."""
        if self._trace is not None and self._trace.run.name != self._name:
            self._trace = None
        if self.traced_evaluations and self._evaluated_run != self._name:
            self.forget_traced_evaluations()


def _run_of(name: str, before: Trace | None, state: State) -> RunEpochs:
    """The epochs of a run, those of the trace before if they are of it."""
    return before.run if before is not None and before.run.name == name else epochs_of(name, alike=state.space)


def _trace_steps(name: str, before: Trace | None, state: State, pairs: str) -> Steps[Trace]:
    yield Progress(0.0, "Looking up the epochs")
    run = _run_of(name, before, state)
    asked = _asked(run, state)
    neighbors, similarity, problem = None, None, ""
    if asked is not None and state.answer is not None:
        known = before.neighbors if before is not None and before.run is run else None
        looking = neighbors_over_time_steps(run, asked, state.answer.k, metric=state.answer.metric, known=known)
        neighbors = yield from within(looking, 0.0, 0.9)
    try:
        rows = yield from within(_pair_steps(run, neighbors, pairs), 0.9, 0.92)
    except EmbedvizError as error:
        rows, problem = [], str(error)
    if rows:
        similarity = yield from within(similarity_over_time_steps(run, rows), 0.92, 1.0)
    names = tuple((_name(run, one), _name(run, other)) for one, other in rows)
    return Trace(run, neighbors, similarity, names, problem)


def _evaluation_steps(name: str, before: Trace | None, state: State, path: Path) -> Steps[EvaluationOverTime]:
    yield Progress(0.0, f"Reading {path.name}")
    judgments = read_judgments(path)
    return (yield from evaluation_over_time_steps(_run_of(name, before, state), judgments))


def _asked(run: RunEpochs, state: State) -> int | str | None:
    """The row of the run that is asked about, or a question of more than one item; None without any."""
    answer, space = state.answer, state.space
    if answer is None or space is None:
        return None
    if answer.is_formula or len(answer.inputs) != 1 or answer.scope or answer.listed:
        return answer.text
    row = answer.inputs[0]
    if run.labels is space.labels:
        return row
    label = space.labels[row]
    found = run.labels.find(label)
    if found is None:
        raise OptionError(f"“{space.name(row)}” is not among the words of the training {run.name}; ask about another.")
    return found


def _pair_steps(run: RunEpochs, neighbors: NeighborsOverTime | None, pairs: str) -> Steps[list[tuple[int, int]]]:
    """The rows of typed pairs; without any, of the item asked about with its nearest in the end."""
    typed = typed_pairs(pairs)
    if not typed:
        if neighbors is None or isinstance(neighbors.asked, str):
            return []
        return [(neighbors.asked, int(row)) for row in neighbors.columns[-1].rows[:NEAREST_PAIRS]]
    space, rows = run.space(run.epochs[-1]), []
    for pair in typed:
        found = []
        for text in pair:
            found.append((yield from row_steps(space, text)))
        rows.append((found[0], found[1]))
    return rows


def _name(run: RunEpochs, row: int) -> str:
    return run.labels[row] if run.labels[row].strip() else f"#{row}"
