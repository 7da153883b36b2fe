"""The Train mode: look at a text, train on it in the background, stop or cancel."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from embedviz import training
from embedviz.errors import EmbedvizError, ProseError
from embedviz.jobs import Job, Jobs
from embedviz.operations.background import in_background
from embedviz.operations.files import FileOperations, open_and_project
from embedviz.operations.looking import LookingOperations
from embedviz.progress import Command
from embedviz.session import Session
from embedviz.space.run import EpochRecord, Run
from embedviz.training import TrainingOptions


class TrainingOperations(FileOperations, LookingOperations):
    """Train a space while the open one stays usable; it takes its place when it is complete, or stopped.

    `corpus_previewed` carries a Preview, `corpus_refused` why there is none, `epoch_recorded` an EpochRecord, the
    last of `epochs_so_far`; `training_began`, `training_progressed` (carries the job) and `training_ended` state what
    happens to the one training there can be; `corpus_offered` carries the path of a text that was opened as vectors.
    """

    corpus_previewed = Signal(object)
    corpus_refused = Signal(str)
    training_began = Signal()
    training_progressed = Signal(object)
    epoch_recorded = Signal(object)
    training_ended = Signal()
    corpus_offered = Signal(str)

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(session, jobs, parent)
        self.epochs_so_far: tuple[EpochRecord, ...] = ()

    @property
    def is_training(self) -> bool:
        """Whether a training runs."""
        return self.jobs.newest("train") is not None

    def preview_corpus(self, path: str, options: TrainingOptions) -> None:
        """Read a text once and tell what training on it would read."""
        self.jobs.start(
            "preview",
            training.preview_steps(path, options),
            title=f"Reading {Path(path).name}",
            on_success=self._on_previewed,
            on_failure=self._on_not_previewed,
        )

    def train(self, path: str, options: TrainingOptions) -> None:
        """Train on a text; refused with a sentence while another training runs."""
        try:
            job = self.jobs.start(
                "train",
                in_background(open_and_project(training.train_steps(path, options.checked()))),
                title=f"Training on {Path(path).name}",
                on_success=self._on_trained,
                on_failure=self._on_job_failed,
                on_progress=self._on_training_progressed,
            )
        except EmbedvizError as error:
            self.complain(error)
            return
        job.ended.connect(self._on_training_ended)
        self.epochs_so_far = ()
        self.training_began.emit()

    def stop_training(self) -> None:
        """End the training at its next step and keep what it has learned."""
        job = self.jobs.newest("train")
        if job is not None:
            job.send(Command("stop"))

    def cancel_training(self) -> None:
        """Give the training up; nothing of it is kept."""
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
        if isinstance(job.latest.partial, EpochRecord):
            self.epochs_so_far = (*self.epochs_so_far, job.latest.partial)
            self.epoch_recorded.emit(job.latest.partial)
        self.training_progressed.emit(job)

    @Slot(object)
    def _on_trained(self, job: Job) -> None:
        space, projection, answer = job.result
        self._show(space, projection, answer)
        self.say(trained_sentence(space.n_items, space.source.run))

    @Slot(object)
    def _on_training_ended(self, job: Job) -> None:  # noqa: ARG002  # a job reports itself
        self.training_ended.emit()


def trained_sentence(n_words: int, run: Run | None) -> str:
    """What the training made, and whether it was stopped early."""
    if run is None or not run.epochs:
        return f"Trained {n_words:,} words."
    last = run.epochs[-1]
    early = " It was stopped early; what was learned is kept." if run.stopped else ""
    return f"Trained {n_words:,} words in {len(run.epochs)} epochs; held-out loss {last.heldout_loss:.3f}.{early}"
