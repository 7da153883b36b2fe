"""The road of a sentence to vectors, and lines of a text as items."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal, Slot

from embedviz.analysis.pipeline import FollowedSentence, Pipeline, followed_steps
from embedviz.jobs import Job
from embedviz.operations.analysing import AnalysingOperations
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.training.line_space import Unit, line_space_steps
from embedviz.training.word_weights import Weighting


@dataclass(frozen=True, eq=False)
class Followed:
    """What a sentence is followed for: in which space, whether it is to be the open question, and is still typed."""

    space: EmbeddingSpace
    shown: bool
    live: bool


class PipelineOperations(AnalysingOperations):
    """Follow a sentence through the five stages, and open the lines of a text as a space.

    `sentence_followed` carries a Pipeline as soon as its stages stand, `sentence_placed` the FollowedSentence with the
    nearest items, `sentence_refused` why a sentence could not be followed.
    """

    sentence_followed = Signal(object)
    sentence_placed = Signal(object)
    sentence_refused = Signal(str)

    def follow_sentence(
        self, sentence: str, weighting: Weighting = "mean", *, show: bool = True, live: bool = True
    ) -> None:
        """Follow a sentence; `show` makes its pooled vector the open question, which plot and table then draw.

        `live` while it is still being typed: one step to undo, until it is asked without.
        """
        state = self.session.state
        if state.space is None:
            self.sentence_refused.emit("There is no open space of words. Open a file first.")
            return
        view = state.view
        self.jobs.start(
            "sentence",
            followed_steps(state.space, sentence, view.k, weighting=weighting, metric=view.metric),
            title="Following a sentence",
            context=Followed(state.space, show, live),
            is_quiet=True,
            on_progress=self._on_sentence_followed,
            on_success=self._on_sentence_placed,
            on_failure=self._on_sentence_refused,
        )

    def leave_sentence(self) -> None:
        """Give up the sentence that is being followed."""
        self.jobs.cancel("sentence")

    def open_lines(
        self, path: str | Path, *, unit: Unit = "line", weighting: Weighting = "mean", column: str | None = None
    ) -> None:
        """Open the lines or paragraphs of a text as items, pooled from the words of the open space, in its place."""
        space = self.session.state.space
        if space is None:
            self.say("There is no open space whose words could be pooled. Open a file first.")
            return
        reading = line_space_steps(space, str(path), unit=unit, weighting=weighting, column=column)
        self._open(reading, title=f"Pooling the {unit}s of {Path(path).name}")

    @Slot(object)
    def _on_sentence_followed(self, job: Job) -> None:
        wanted: Followed = job.context
        if isinstance(job.latest.partial, Pipeline) and wanted.space is self.session.state.space:
            self.sentence_followed.emit(job.latest.partial)

    @Slot(object)
    def _on_sentence_placed(self, job: Job) -> None:
        wanted: Followed = job.context
        found: FollowedSentence = job.result
        if wanted.space is not self.session.state.space:
            return
        self.sentence_placed.emit(found)
        if wanted.shown and found.answer is not None:
            self.jobs.cancel("query")
            self.refused.emit(None)
            self.session.replace(merge="sentence", answer=found.answer)
        if not wanted.live:
            self.session.settle()

    @Slot(object)
    def _on_sentence_refused(self, job: Job) -> None:
        self._refuse_or_complain(job, self.sentence_refused.emit)
