"""Kept trainings: listed, named, opened, removed, and gone on with where they were cut short."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from embedviz import formats, training
from embedviz.errors import EmbedvizError
from embedviz.formats import KeptRun, RunList
from embedviz.formats.run_names import clean_title
from embedviz.formats.run_offer import decline_run, interrupted_run
from embedviz.jobs import Job, Jobs
from embedviz.operations.background import in_background
from embedviz.operations.base import Message, Offer, ResumeOffer
from embedviz.operations.caching import size_text
from embedviz.operations.rewinding import RewindingOperations
from embedviz.progress import Progress, Steps
from embedviz.session import Session
from embedviz.training.continuing import resumed_options


@dataclass(frozen=True)
class _Removed:
    """A run that is gone, and the bytes that this freed."""

    name: str
    n_bytes: int


class RunOperations(RewindingOperations):
    """The runs folder: `runs_changed` states that `runs`, what is known of it, differs.

    It is read in the background whenever `list_runs` is called, and after each change that is made here.
    """

    runs_changed = Signal()

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(session, jobs, parent)
        self.runs = RunList((), ())
        self._goes_on = False
        self._given_up = ""
        self.training_began.connect(self._on_new_training)
        self.training_ended.connect(self._on_training_given_up)

    def list_runs(self) -> None:
        """Look through the runs folder."""
        self._look("runs", formats.list_runs, "Looking through the kept trainings", self._on_runs_listed)

    def look_at_run(self, name: str) -> None:
        """Look at one run again, which goes on now."""

        def look() -> tuple[KeptRun, ...]:
            try:
                return (formats.read_run(name),)
            except EmbedvizError:  # it is gone meanwhile
                return ()

        self._look(f"look at run {name}", look, f"Looking at {name}", self._on_run_seen)

    def rename_run(self, name: str, title: str) -> None:
        """Give a run a title; an empty one takes it away."""

        def rename() -> None:
            formats.rename_run(name, title)

        self._take(*(replace(run, title=clean_title(title)) for run in self.runs.runs if run.name == name))
        self._change(f"rename run {name}", rename, f"Naming {name}", self._on_run_renamed)

    def remove_run(self, name: str) -> None:
        """Remove a run; the space of it that is open stays so, without its other epochs."""

        def remove() -> _Removed:
            return _Removed(name, formats.remove_run(name))

        self._change(f"remove run {name}", remove, f"Removing {name}", self._on_run_removed)

    def resume_run(self, name: str) -> None:
        """Go on with a run that was cut short, as a training that is watched."""

        def look() -> KeptRun:
            run = formats.read_run(name)
            resumed_options(run)
            return run

        self._change("resume", look, f"Looking at {name}", self._on_resumable)

    def cancel_training(self) -> None:
        """Give the training up: a new one is not kept, one that went on stays as it was."""
        if self.is_training:
            self._given_up = "" if self._goes_on else self._name
        super().cancel_training()

    def offer_interrupted(self) -> None:
        """Offer to go on with a training that was cut short, if there is one that was not declined."""
        self._look("offer", interrupted_run, "Looking for trainings cut short", self._on_interrupted_found)

    def take_offer(self, offer: Offer) -> None:
        """Do what was offered."""
        if isinstance(offer, ResumeOffer):
            self._decline(offer)  # whatever comes of it: it was answered
            self.say("")
            self.resume_run(offer.name)
        else:
            self.open_offered(offer)

    def decline_offer(self, offer: Offer) -> None:
        """Do not do what was offered, and do not offer it again."""
        self.say("")
        if isinstance(offer, ResumeOffer):
            self._decline(offer)

    def _decline(self, offer: ResumeOffer) -> None:
        def decline() -> None:
            decline_run(offer.name, offer.epoch)

        self._look(f"decline run {offer.name}", decline, "Noting the answer", self._on_nothing_to_do)

    def _look(self, lane: str, work: Callable[[], object], title: str, on_success: Callable[[Job], None]) -> None:
        """Do a small piece of work that nobody waits for."""
        if not self.jobs.is_closed:
            steps = in_background(_done(work, title))
            ends = {"on_success": on_success, "on_failure": self._on_job_failed}
            self.jobs.start(lane, steps, title=title, is_quiet=True, **ends)

    def _change(self, lane: str, work: Callable[[], object], title: str, on_success: Callable[[Job], None]) -> None:
        """Do what a person wished."""
        ends = {"on_success": on_success, "on_failure": self._on_run_unchanged}
        self.jobs.start(lane, _done(work, title), title=title, is_quiet=True, **ends)

    def _take(self, *runs: KeptRun) -> None:
        """Know better about some runs; those that were not known are the newest."""
        if not runs:
            return
        newer = {run.name: run for run in runs}
        told = tuple(newer.pop(run.name, run) for run in self.runs.runs)
        self.runs = replace(self.runs, runs=(*newer.values(), *told))
        self.runs_changed.emit()

    @Slot()
    def _on_new_training(self) -> None:
        self._goes_on, self._given_up = False, ""

    @Slot()
    def _on_training_given_up(self) -> None:
        name, self._given_up = self._given_up, ""
        if name:
            self._look(f"discard {name}", partial(formats.remove_run, name), f"Discarding {name}", self._on_run_renamed)

    @Slot(object)
    def _on_runs_listed(self, job: Job) -> None:
        self.runs = job.result
        self.runs_changed.emit()

    @Slot(object)
    def _on_run_seen(self, job: Job) -> None:
        self._take(*job.result)

    @Slot(object)
    def _on_run_unchanged(self, job: Job) -> None:
        """What could not be done is said, and how it is looked at again."""
        self._on_job_failed(job)
        self.list_runs()

    @Slot(object)
    def _on_run_renamed(self, job: Job) -> None:  # noqa: ARG002  # a job reports itself
        self.list_runs()

    @Slot(object)
    def _on_run_removed(self, job: Job) -> None:
        removed: _Removed = job.result
        self.say(f"The training {removed.name} is removed; {size_text(removed.n_bytes)} are free again.")
        if removed.name == self._name:
            self._follow("")
            self.epochs_changed.emit()
        self.list_runs()

    @Slot(object)
    def _on_resumable(self, job: Job) -> None:
        """Begin where the run ended, its earlier epochs told as if they had just been learned."""
        run: KeptRun = job.result
        if not self._learn(training.resume_steps(run.name, watch=True), title=f"Going on with {run.caption}"):
            return
        self._goes_on = True
        self.set_mode("train")
        last = run.resumes_after or 0
        self._follow(run.name)
        self.epochs = tuple(epoch for epoch in run.kept_epochs if epoch <= last)
        self.epochs_changed.emit()
        self.epochs_so_far = tuple(record for record in run.run.epochs if record.epoch <= last)
        if self.epochs_so_far:
            self.epoch_recorded.emit(self.epochs_so_far[-1])

    @Slot(object)
    def _on_interrupted_found(self, job: Job) -> None:
        run: KeptRun | None = job.result
        if run is not None and run.resumes_after is not None and not self.is_training:
            offer = ResumeOffer(run.name, run.resumes_after)
            self.said.emit(Message("info", offer_sentence(run), offer=offer))


def offer_sentence(run: KeptRun) -> str:
    """That a training was cut short, and where."""
    name = run.title or run.corpus_name
    return f"The training “{name}” was cut short after epoch {run.resumes_after:,} of {run.n_epochs:,}."


def _done(work: Callable[[], object], title: str) -> Steps[object]:
    yield Progress(None, title)
    return work()
