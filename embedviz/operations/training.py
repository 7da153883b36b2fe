"""The Train mode: look at a text, train on it in the background, stop or cancel."""

from __future__ import annotations

import math
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from embedviz import training
from embedviz.errors import EmbedvizError, ProseError
from embedviz.jobs import Job, Jobs
from embedviz.operations.background import in_background
from embedviz.operations.files import FileOperations, open_and_project
from embedviz.operations.looking import LookingOperations
from embedviz.progress import Command, Steps
from embedviz.session import Session
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.run import EpochRecord, Run
from embedviz.training import EpochKept, Frame, TrainingOptions
from embedviz.training.options import check_learning_rate


class TrainingOperations(FileOperations, LookingOperations):
    """Train a space while the open one stays usable; it takes its place when it is complete, or stopped.

    `corpus_previewed` carries a Preview, `corpus_refused` why there is none, `epoch_recorded` an EpochRecord, the
    last of `epochs_so_far`; `training_began`, `training_progressed` (carries the job) and `training_ended` state what
    happens to the one training there can be; `frame_seen` carries a Frame of the vectors that are being learned,
    `epoch_kept` an EpochKept; `pause_changed` states that it stands still or goes on; `corpus_offered` carries the path
    of a text that was opened as vectors.
    """

    corpus_previewed = Signal(object)
    corpus_refused = Signal(str)
    training_began = Signal()
    training_progressed = Signal(object)
    epoch_recorded = Signal(object)
    epoch_kept = Signal(object)
    frame_seen = Signal(object)
    pause_changed = Signal()
    training_ended = Signal()
    corpus_offered = Signal(str)

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(session, jobs, parent)
        self.epochs_so_far: tuple[EpochRecord, ...] = ()
        self.is_paused = False

    @property
    def is_training(self) -> bool:
        """Whether a training runs."""
        return self.jobs.newest("train") is not None

    def preview_corpus(self, path: str, options: TrainingOptions, *, goes_on: bool = False) -> None:
        """Read a text once and tell what training on it would read; one that `goes_on` has the space's dimensions."""
        self.jobs.start(
            "preview",
            training.preview_steps(path, options, goes_on=goes_on),
            title=f"Reading {Path(path).name}",
            on_success=self._on_previewed,
            on_failure=self._on_not_previewed,
        )

    def train(self, path: str, options: TrainingOptions, *, onto: EmbeddingSpace | None = None) -> None:
        """Train on a text, anew or with the vectors `onto`; refused with a sentence while another training runs."""
        try:
            options.checked()
        except EmbedvizError as error:
            self.complain(error)
            return
        steps = training.train_steps(path, options, watch=True, onto=onto)
        self._learn(steps, title=f"Training on {Path(path).name}")

    def stop_training(self) -> None:
        """End the training at its next step and keep what it has learned."""
        job = self.jobs.newest("train")
        if job is not None:
            job.send(Command("stop"))

    def pause_training(self) -> None:
        """Let the training stand still, or go on."""
        job = self.jobs.newest("train")
        if job is not None:
            self.is_paused = not self.is_paused
            job.send(Command("pause" if self.is_paused else "resume"))
            self.pause_changed.emit()

    def set_learning_rate(self, rate: float) -> None:
        """Let the training that runs learn by larger or smaller steps from now on."""
        job = self.jobs.newest("train")
        if job is None:
            return
        try:
            check_learning_rate(rate)
        except EmbedvizError as error:
            self.complain(error)
            return
        job.send(Command("set", {"learning_rate": rate}))

    def cancel_training(self) -> None:
        """Give the training up; nothing of it is kept, but what a run that goes on had before."""
        self.jobs.cancel("train")

    def save_run(self, path: str | Path) -> None:
        """Write the epochs of the open space's training to a CSV or JSON file, by suffix."""
        run = self.session.state.run
        if run is None:
            self.say("The open space was not trained here, so it has no epochs to save.")
            return
        try:
            training.save_run(run, Path(path), overwrite=True)  # the dialog has asked
        except EmbedvizError as error:
            self.complain(error)
            return
        self.say(f"Saved {len(run.epochs)} epochs in {Path(path).name}.")

    def _learn(self, steps: Steps[EmbeddingSpace], *, title: str) -> bool:
        """Run a training that is watched, the one there can be; False, with a sentence, where it is refused."""
        try:
            job = self.jobs.start(
                "train",
                in_background(open_and_project(steps)),
                title=title,
                on_success=self._on_trained,
                on_failure=self._on_job_failed,
                on_progress=self._on_training_progressed,
            )
        except EmbedvizError as error:
            self.complain(error)
            return False
        job.ended.connect(self._on_training_ended)
        self.epochs_so_far = ()
        self.is_paused = False
        self.training_began.emit()
        return True

    @Slot(object)
    def _on_not_opened(self, job: Job) -> None:
        """A text that is prose, not vectors, is offered to the training."""
        if isinstance(job.error, ProseError) and job.error.path is not None:
            self.corpus_offered.emit(str(job.error.path))
            self.set_mode("train")
            self.say(f"“{job.error.path.name}” reads as prose, not vectors. Press Train to learn vectors from it.")
        else:
            super()._on_not_opened(job)

    @Slot(object)
    def _on_previewed(self, job: Job) -> None:
        self.corpus_previewed.emit(job.result)

    @Slot(object)
    def _on_not_previewed(self, job: Job) -> None:
        """What is wrong with a text is said beside it; only what nobody foresaw goes to the message line."""
        if isinstance(job.error, EmbedvizError):
            self.corpus_refused.emit(str(job.error))
        else:
            self.corpus_refused.emit("")
            self._on_job_failed(job)

    @Slot(object)
    def _on_training_progressed(self, job: Job) -> None:
        partial = job.latest.partial
        if isinstance(partial, EpochRecord):
            self.epochs_so_far = (*self.epochs_so_far, partial)
            self.epoch_recorded.emit(partial)
        elif isinstance(partial, EpochKept):
            self.epoch_kept.emit(partial)
        elif isinstance(partial, Frame):
            self.frame_seen.emit(partial)
        self.training_progressed.emit(job)

    @Slot(object)
    def _on_trained(self, job: Job) -> None:
        space, projection, answer = job.result
        self._show(space, projection, answer)
        self.say(trained_sentence(space.n_items, space.source.run))

    @Slot(object)
    def _on_training_ended(self, job: Job) -> None:  # noqa: ARG002  # a job reports itself
        self.is_paused = False
        self.training_ended.emit()


def trained_sentence(n_words: int, run: Run | None) -> str:
    """What the training made, and whether it was stopped early."""
    if run is None or not run.epochs:
        return f"Trained {n_words:,} words."
    last = run.epochs[-1]
    early = " It was stopped early; what was learned is kept." if run.stopped else ""
    if not math.isfinite(last.heldout_loss):
        return f"Trained {n_words:,} words by {run.options['algorithm']}; accuracy {100 * last.accuracy:.1f} %.{early}"
    epochs = "1 epoch" if len(run.epochs) == 1 else f"{len(run.epochs):,} epochs"
    return f"Trained {n_words:,} words in {epochs}; held-out loss {last.heldout_loss:.3f}.{early}"
