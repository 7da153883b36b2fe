"""Which words a training moved, against what a second seed moves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from embedviz.analysis.movement import Movement, movement_steps
from embedviz.errors import EmbedvizError, InputError
from embedviz.formats import RUN_PREFIX, named_run_steps, open_steps
from embedviz.formats.cell_lines import Cell
from embedviz.jobs import Job, Jobs
from embedviz.operations.background import in_background
from embedviz.operations.findings import Finding
from embedviz.operations.tracing import TracingOperations
from embedviz.progress import Steps, within
from embedviz.session import Session
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.training import TrainingOptions
from embedviz.training.second_seed import second_seed_steps

MOST_SHOWN = 500
NO_BEGINNING = (
    "The open space did not go on from another one. Train with “Continue this space”, or choose a file to compare with."
)
NO_SECOND_SEED = "The open space was not trained here, so it cannot be trained again by another seed."
STILL_MEASURING = "A second training still runs to measure the noise. Cancel it first, then start again."
ENDED = "“{}” ended, since another space was opened. Go back to the training that it was about, and begin anew."
STILL_TRAINING = "A training still runs. Stop it first, then measure the noise."


_LANES = ("moved", "noise")


@dataclass(frozen=True, eq=False)
class _Begun:
    """A space that was trained here, and the one that it went on from, which is at hand."""

    after: EmbeddingSpace
    before: EmbeddingSpace


@dataclass(frozen=True, eq=False)
class _Compared:
    """What moved from `before` to `after`; `second` is the training of `after` by another seed, where it was made."""

    before: EmbeddingSpace
    after: EmbeddingSpace
    second: EmbeddingSpace | None
    movement: Movement


class MovingOperations(TracingOperations):
    """Compare the open space with the one that its training went on from, or with a file.

    `movement_began` carries what is done, `movement_found` a Movement, `movement_refused` why there is none;
    `movement_ended` states that nothing is compared any more. Both the work and its result stay while one goes through
    the epochs of that training. The second training never runs beside another.
    """

    movement_began = Signal(str)
    movement_found = Signal(object)
    movement_refused = Signal(str)
    movement_ended = Signal()

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(session, jobs, parent)
        self._onto: EmbeddingSpace | None = None
        self._begun: _Begun | None = None
        self._compared: _Compared | None = None
        session.space_changed.connect(self._on_space_to_move_changed)
        self.training_ended.connect(self._on_continued_ended)

    @property
    def is_measuring_noise(self) -> bool:
        """Whether a second training runs."""
        return self.jobs.newest("noise") is not None

    @property
    def comparing(self) -> str:
        """What is being compared or measured now; empty where nothing is."""
        return next((job.title for job in map(self.jobs.newest, _LANES) if job is not None), "")

    @property
    def movement(self) -> Movement | None:
        """What was found last of the training that is open."""
        return self._compared.movement if self._compared is not None else None

    @property
    def movement_summary(self) -> str:
        """What was found, and of which epoch where another is open now; empty where nothing was."""
        found, space = self._compared, self.session.state.space
        if found is None or space is None:
            return ""
        run = found.after.source.run
        if _is_same_epoch(found.after, space) or run is None:
            return found.movement.summary
        return f"Of epoch {len(run.epochs):,}: {found.movement.summary}"

    @property
    def beginning(self) -> EmbeddingSpace | str:
        """The space that the open one went on from, or what to open for it; empty where there is none."""
        space = self.session.state.space
        origin = "" if space is None else str(space.source.options.get("continued", ""))
        if space is not None and origin and self._begun is not None and _is_same_training(self._begun.after, space):
            return self._begun.before
        return origin

    def train(self, path: str, options: TrainingOptions, *, onto: EmbeddingSpace | None = None) -> None:
        """Train on a text; the space that it goes on from is at hand to compare with."""
        was_training = self.is_training
        super().train(path, options, onto=onto)
        if self.is_training and not was_training:
            self._onto = onto

    def find_moved(self, path: str | Path | None = None) -> None:
        """Compare the open space with what its training went on from, or with a file."""
        space, before = self.session.state.space, path if path is not None else self._compared_with()
        if space is None or not before:
            self._refuse_movement(NO_BEGINNING)
            return
        found = self._compared
        second = found.second if found is not None and _is_same_epoch(found.after, space) else None
        self._compare("moved", _compared_steps(before, space, second), "Comparing neighbours")

    def measure_noise(self) -> None:
        """Train once more by another seed, and compare with what differs between the two."""
        space, before = self.session.state.space, self._compared_with()
        if space is None or not before:
            self._refuse_movement(NO_BEGINNING)
        elif space.source.run is None:
            self._refuse_movement(NO_SECOND_SEED)
        elif self.is_training or self.is_learning_next_words:
            self._refuse_movement(STILL_TRAINING)
        else:
            steps = _measured_steps(before, space, self.beginning)
            self._compare("noise", in_background(steps), "Measuring the noise")

    def _compared_with(self) -> EmbeddingSpace | str:
        """What the open space was compared with last, else what it went on from."""
        return self._compared.before if self._compared is not None else self.beginning

    def _compare(self, lane: str, steps: Steps[_Compared], title: str) -> None:
        job = self.jobs.start(
            lane,
            steps,
            title=title,
            context=self.session.state.space,
            on_success=self._on_movement_found,
            on_failure=self._on_movement_not_found,
        )
        job.ended.connect(self._on_movement_ended)
        self.movement_began.emit(title)

    def _refuse_movement(self, why: str) -> None:
        self.movement_refused.emit(why)
        self.say(why)

    def _learn(self, steps: Steps[EmbeddingSpace], *, title: str) -> bool:
        if self.is_measuring_noise:
            self.complain(EmbedvizError(STILL_MEASURING))
            return False
        return super()._learn(steps, title=title)

    @Slot(object)
    def _on_trained(self, job: Job) -> None:
        super()._on_trained(job)
        after, self._onto, onto = self.session.state.space, None, self._onto
        if after is not None and onto is not None:
            self._begun = _Begun(after, onto)

    @Slot(object)
    def _on_movement_found(self, job: Job) -> None:
        if _is_same_training(job.context, self.session.state.space):
            self._compared = job.result
            self.movement_found.emit(job.result.movement)

    @Slot(object)
    def _on_movement_not_found(self, job: Job) -> None:
        self._refuse_or_complain(job, self._refuse_movement)

    @Slot(object)
    def _on_movement_ended(self, job: Job) -> None:
        if job.is_cancelled and not _is_same_training(job.context, self.session.state.space):
            self.movement_refused.emit(ENDED.format(job.title))
        if {self.jobs.newest(lane) for lane in _LANES} <= {None, job}:
            self.movement_ended.emit()

    @Slot()
    def _on_space_to_move_changed(self) -> None:
        """Another epoch of the training that is compared changes nothing; any other space ends it."""
        space = self.session.state.space
        for lane in _LANES:
            job = self.jobs.newest(lane)
            if job is not None and not _is_same_training(job.context, space):
                job.cancel()
        if self._compared is not None and not _is_same_training(self._compared.after, space):
            self._compared = None

    @Slot()
    def _on_continued_ended(self) -> None:
        """Whatever came of it, the next training has a beginning of its own."""
        self._onto = None


def moved_finding(found: Movement) -> Finding:
    """The words that moved most, one a row, as a table; the items are rows of the space after.

    What was not measured has no column.
    """
    words = found.words(MOST_SHOWN)
    columns: dict[str, list[Cell]] = {"Word": [word.word for word in words]}
    columns[f"Kept of {found.k}"] = [word.kept for word in words]
    if found.noise is not None:
        columns["Two seeds"] = [word.noise for word in words if word.noise is not None]
    if found.cosines is not None:
        columns["Cosine"] = [word.cosine for word in words if word.cosine is not None]
    columns["Lost"] = [", ".join(word.lost) for word in words]
    columns["Gained"] = [", ".join(word.gained) for word in words]
    cells = tuple(zip(*columns.values(), strict=True))
    return Finding("Moved words", found.summary, tuple(columns), cells, tuple((word.row,) for word in words))


def _is_same_training(one: EmbeddingSpace, other: EmbeddingSpace | None) -> bool:
    """Whether two spaces are the same, or epochs of one kept training."""
    name = one.source.options.get("run")
    return one is other or (other is not None and bool(name) and other.source.options.get("run") == name)


def _is_same_epoch(one: EmbeddingSpace, other: EmbeddingSpace) -> bool:
    """Whether two spaces of one training are the same, perhaps opened again."""
    runs = one.source.run, other.source.run
    return one is other or (runs[0] is not None and runs[1] is not None and len(runs[0].epochs) == len(runs[1].epochs))


def _opened_steps(origin: EmbeddingSpace | str | Path) -> Steps[EmbeddingSpace]:
    """A space that is at hand, or opened again."""
    if isinstance(origin, EmbeddingSpace):
        return origin
    if isinstance(origin, str) and origin.startswith(RUN_PREFIX):
        return (yield from named_run_steps(origin))
    if not Path(origin).exists():
        raise InputError(
            f"The training went on from “{origin}”, which stands in no file any more; choose a file to compare with."
        )
    return (yield from open_steps(origin))


def _compared_steps(
    before: EmbeddingSpace | str | Path, after: EmbeddingSpace, second: EmbeddingSpace | None
) -> Steps[_Compared]:
    opened = yield from within(_opened_steps(before), 0.0, 0.3)
    movement = yield from within(movement_steps(opened, after, noise=second), 0.3, 1.0)
    return _Compared(opened, after, second, movement)


def _measured_steps(
    before: EmbeddingSpace | str | Path, after: EmbeddingSpace, origin: EmbeddingSpace | str
) -> Steps[_Compared]:
    """Train by another seed as `after` was, going on from its `origin` if it has one, and compare."""
    onto = (yield from within(_opened_steps(origin), 0.0, 0.05)) if origin else None
    second = yield from within(second_seed_steps(after, onto), 0.05, 0.85)
    return (yield from within(_compared_steps(before, after, second), 0.85, 1.0))
