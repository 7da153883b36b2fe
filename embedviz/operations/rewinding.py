"""Rewinding: the plot, the neighbours and the scores of any epoch of a training, while it runs and after."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from embedviz.errors import EmbedvizError
from embedviz.formats.run_epochs import RunEpochs, epochs_of
from embedviz.jobs import Job, Jobs
from embedviz.operations.files import MOST_COMPONENTS
from embedviz.operations.next_words import NextWordOperations
from embedviz.progress import Progress, Steps, within
from embedviz.projection import project_steps
from embedviz.projection.same_axes import same_axes_steps
from embedviz.session import Session, State, View
from embedviz.space.answer import Answer, ask_steps
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.projection import Projection
from embedviz.space.run import EpochRecord
from embedviz.training import EpochKept


@dataclass(frozen=True, eq=False)
class Known:
    """A kept run: the `epochs` that can be opened, and what is recorded of all."""

    run: RunEpochs
    epochs: tuple[int, ...]
    records: tuple[EpochRecord, ...]


@dataclass(frozen=True, eq=False)
class Rewound:
    """One epoch of what is `known` as it is shown: along `axes`; `remark` says why the question has no answer there."""

    known: Known
    axes: Projection
    space: EmbeddingSpace
    projection: Projection
    answer: Answer | None
    remark: str


class RewindingOperations(NextWordOperations):
    """Go through the epochs of the training of the open space, or of the one that runs.

    `epochs_changed` states that `epochs`, `epoch` or `is_live` differ. `epochs` are those that can be shown, ascending,
    0 before training; none where they are not kept.
    """

    epochs_changed = Signal()

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(session, jobs, parent)
        self.epochs: tuple[int, ...] = ()
        self.is_live = False
        self._name = ""
        self._known: Known | None = None
        self._axes: Projection | None = None
        session.space_changed.connect(self._on_space_changed)
        self.training_began.connect(self._on_training_began)
        self.training_ended.connect(self._on_run_ended)
        self.epoch_kept.connect(self._on_epoch_kept)

    @property
    def epoch(self) -> int | None:
        """The epoch that is open; None where the open space is of another training, or was not trained."""
        space = self.session.state.space
        if space is None or not self._name or space.source.options.get("run") != self._name:
            return None
        return len(space.source.run.epochs) if space.source.run is not None else None

    @property
    def records(self) -> tuple[EpochRecord, ...]:
        """What is recorded of all epochs of the training that is gone through, or runs."""
        if self.is_training:
            return self.epochs_so_far
        if self._known is not None and self.epoch is not None:
            return self._known.records
        run = self.session.state.run
        return run.epochs if run is not None else ()

    def show_epoch(self, epoch: int) -> None:
        """Open the vectors of an epoch, along the axes that the others are seen along."""
        if self.is_live:
            self.is_live = False
            self.epochs_changed.emit()
        state = self.session.state
        own = self.epoch is not None and state.projection is not None and state.projection.components is not None
        axes = self._axes or (state.projection if own else None)
        self.jobs.start(
            "epoch",
            _rewound_steps(self._known.run if self._known is not None else self._name, epoch, axes, state),
            title=f"Opening epoch {epoch}",
            context=self._name,
            is_quiet=True,
            on_success=self._on_rewound,
            on_failure=self._on_not_rewound,
        )

    def show_live(self) -> None:
        """Watch the training that runs again."""
        self.jobs.cancel("epoch")
        self.is_live = self.is_training
        self.epochs_changed.emit()

    def _leave_live(self) -> None:
        """Show another space that was opened while a training runs, and that is none of its epochs."""
        if self.is_live and self.epoch is None:
            self.is_live = False
            self.epochs_changed.emit()

    def _follow(self, name: str) -> None:
        """Go through the epochs of another run from now on."""
        self._name, self._known, self._axes, self.epochs = name, None, None, ()

    @Slot()
    def _on_training_began(self) -> None:
        self._follow("")
        self.is_live = True
        self.epochs_changed.emit()

    @Slot(object)
    def _on_trained(self, job: Job) -> None:
        """The question stays open, if what was learned knows the items that it names."""
        before, labels = self.session.state, job.result[0].labels
        super()._on_trained(job)
        if before.answer is not None and before.space is not None:
            named = [before.space.labels[row] for row in before.answer.inputs]
            if named and all(labels.find(label) is not None for label in named):
                self.ask(before.answer.text, live=True)

    @Slot()
    def _on_run_ended(self) -> None:
        """From now on the axes are those of what was learned in the end."""
        self._known = self._axes = None
        self._on_space_changed()

    @Slot(object)
    def _on_epoch_kept(self, kept: EpochKept) -> None:
        if kept.run != self._name:
            self._follow(kept.run)
        self.epochs = kept.epochs
        self.epochs_changed.emit()

    @Slot()
    def _on_space_changed(self) -> None:
        """The epochs of what is open can be shown, unless those of a training are."""
        if self.jobs.is_closed:
            return
        if self.is_training:
            self._leave_live()
            return
        self.is_live = False
        space = self.session.state.space
        name = str(space.source.options.get("run", "")) if space is not None else ""
        if space is not None and name and (name != self._name or self._known is None):
            self._follow(name)
            self.jobs.start(
                "epochs",
                _epochs_steps(name, space),
                title=f"Looking up the epochs of {name}",
                context=name,
                is_quiet=True,
                on_success=self._on_epochs_found,
                on_failure=self._on_epochs_missing,
            )
        elif not name:
            self._follow("")
        self.epochs_changed.emit()

    @Slot(object)
    def _on_epochs_found(self, job: Job) -> None:
        if job.context == self._name:
            self._known, self.epochs = job.result, job.result.epochs
            self.epochs_changed.emit()

    @Slot(object)
    def _on_epochs_missing(self, job: Job) -> None:
        """A run that is not kept any more has no epochs to show; only what nobody foresaw is told."""
        if not isinstance(job.error, EmbedvizError):
            self._on_job_failed(job)

    @Slot(object)
    def _on_rewound(self, job: Job) -> None:
        if job.context != self._name:
            return
        seen: Rewound = job.result
        self._known, self._axes = seen.known, seen.axes
        state = self.session.state
        self.jobs.cancel("query")
        shown: dict[str, Any] = {"space": seen.space, "projection": seen.projection, "answer": seen.answer}
        if state.space is not None and state.space.labels is seen.space.labels:
            kept = ("coloring", "hidden_classes", "color_limits")
            self.session.replace(merge="epoch", **shown, **{name: getattr(state, name) for name in kept})
        else:  # the rows of another space mean nothing here
            view = replace(state.view, axes=View.axes)
            self.session.replace(merge="epoch", **shown, selection=None, coloring=None, view=view)
        self.say(seen.remark)
        self.epochs_changed.emit()

    @Slot(object)
    def _on_not_rewound(self, job: Job) -> None:
        """What is shown stays; a run that is gone has no epochs any more."""
        self._on_job_failed(job)
        if job.context == self._name:
            self._known, self.epochs = None, ()
        self.is_live = self.is_training
        self.epochs_changed.emit()


def _epochs_steps(name: str, space: EmbeddingSpace) -> Steps[Known]:
    yield Progress(None, f"Looking up the epochs of {name}")
    return _known(epochs_of(name, alike=space))


def _known(run: RunEpochs) -> Known:
    epochs = run.epochs
    return Known(run, epochs, run.run(epochs[-1]).epochs)


def _rewound_steps(run: RunEpochs | str, epoch: int, axes: Projection | None, state: State) -> Steps[Rewound]:
    """An epoch as it is shown: without `axes` of the run, along those of its last epoch by now."""
    yield Progress(0.0, f"Opening epoch {epoch}")
    if isinstance(run, str):
        run = epochs_of(run, alike=state.space)
    if axes is None:
        last = run.space()
        axes = yield from within(project_steps(last, n_components=min(MOST_COMPONENTS, last.n_dims)), 0.0, 0.5)
    space = run.space(epoch)
    selection = state.selection if state.space is not None and state.space.labels is space.labels else None
    projection = yield from within(same_axes_steps(space, axes), 0.5, 0.9)
    answer, remark = None, ""
    if state.answer is not None:
        try:
            asking = ask_steps(space, state.answer.text, state.view.k, metric=state.view.metric, selection=selection)
            answer = yield from within(asking, 0.9, 1.0)
        except EmbedvizError as error:
            remark = str(error)
    return Rewound(_known(run), axes, space, projection, answer, remark)
