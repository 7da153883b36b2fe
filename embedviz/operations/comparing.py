"""Comparing: one question in several ways, two items, what a score is worth, and lists that stay in sight."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from embedviz import formats
from embedviz.analysis.contributions import comparison_steps
from embedviz.analysis.lenses import Lenses, lenses_steps
from embedviz.analysis.metric_lists import MetricLists, metric_lists_steps
from embedviz.analysis.null_scores import NullScores, null_steps
from embedviz.errors import EmbedvizError
from embedviz.formats.answer_lists import AnswerList, answer_list, lists_table
from embedviz.formats.cell_lines import Cell, cells_table, one_cell
from embedviz.jobs import Job, Jobs
from embedviz.operations.background import in_background
from embedviz.operations.questions import QuestionOperations
from embedviz.progress import Progress, Steps, within
from embedviz.raster.plane import Axes
from embedviz.session import Session
from embedviz.space.answer import Answer
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.metrics import METRICS
from embedviz.space.projection import Projection
from embedviz.space.source import Note
from embedviz.space.table import Table

MOST_PINS = 20


@dataclass(frozen=True, eq=False)
class Pin:
    """A list that stays in sight; it does not keep its space in memory, only the name of it.

    `about` says how the list came about; `is_answer` that it ranks the neighbours of a question, so that its ranks can
    be compared with those of another answer.
    """

    ranked: AnswerList
    about: str
    is_answer: bool
    _space: weakref.ref[EmbeddingSpace] = field(repr=False)

    @property
    def title(self) -> str:
        """What was asked."""
        return self.ranked.question

    @property
    def space_name(self) -> str:
        """The name of the space it is of."""
        return self.ranked.space_name

    def is_of(self, space: EmbeddingSpace | None) -> bool:
        """Whether its rows are items of `space`."""
        return space is not None and self._space() is space

    def shows(self, ranked: AnswerList, space: EmbeddingSpace | None) -> bool:
        """Whether it is this very list, of this space."""
        return self.is_of(space) and self.ranked.equals(ranked)


class ComparingOperations(QuestionOperations):
    """Look at a question from several sides.

    `metrics_compared` carries MetricLists and `items_compared` a Comparison; `metrics_refused` and `items_refused` say
    why there is none. `calibrated` states that `null_scores` know more, `pins_changed` that `pins` are others. It
    extends the operations on questions because Qt finds signals in the first line of ancestors only.
    """

    metrics_compared = Signal(object)
    metrics_refused = Signal(str)
    items_compared = Signal(object)
    items_refused = Signal(str)
    calibrated = Signal()
    pins_changed = Signal()

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(session, jobs, parent)
        self.pins: tuple[Pin, ...] = ()
        self._lenses: Lenses | EmbedvizError | None = None
        self._nulls: dict[str, NullScores] = {}
        session.space_changed.connect(self._on_space_to_compare_changed)
        session.answer_changed.connect(self._on_answer_to_calibrate)

    def compare_metrics(self) -> None:
        """Answer the open question in every way; the newest question wins."""
        state = self.session.state
        if state.space is None or state.answer is None:
            self.jobs.cancel("metrics")
            return
        self.jobs.start(
            "metrics",
            _metrics_steps(state.space, state.answer, self._lenses, state.projection, state.view.axes),
            title="Comparing metrics",
            context=state.space,
            is_quiet=self._lenses is not None,
            on_success=self._on_metrics_compared,
            on_failure=self._on_metrics_not_compared,
        )

    def compare_items(self, first: str, second: str) -> None:
        """Compare two typed items or formulas."""
        space = self.session.state.space
        if space is None:
            self.items_refused.emit("There is no open space. Open a file first.")
            return
        self.jobs.start(
            "compare",
            comparison_steps(space, first, second),
            title="Comparing two items",
            context=space,
            is_quiet=True,
            on_success=self._on_items_compared,
            on_failure=self._on_items_not_compared,
        )

    def null_scores(self, metric: str) -> NullScores | None:
        """How random pairs of the open space score by `metric`, where that is known; None until then."""
        return self._nulls.get(metric)

    def calibrate(self, metrics: Sequence[str]) -> None:
        """Score random pairs of the open space by some metrics in the background, where that was not done yet."""
        space, running = self.session.state.space, self.jobs.newest("null")
        missing = {metric for metric in metrics if metric not in self._nulls}
        if running is not None:
            if missing <= running.context[1]:
                return
            missing |= running.context[1]
        if space is None or not missing:
            return
        self.jobs.start(
            "null",
            in_background(_nulls_steps(space, sorted(missing))),
            title="Scoring random pairs",
            context=(space, missing),
            is_quiet=True,
            on_progress=self._on_calibrated,
            on_success=self._on_nothing_to_do,
            on_failure=self._on_not_calibrated,
        )

    def pin_answer(self) -> None:
        """Keep the present answer in sight while asking on."""
        state = self.session.state
        if state.space is None or state.answer is None:
            self.say("There are no neighbours to pin. Ask about an item first.")
            return
        ranked = answer_list(state.answer, state.space.source.name)
        self.pin_lists([ranked], state.answer.reading, are_answers=True)

    def pin_lists(self, lists: Sequence[AnswerList], about: str, *, are_answers: bool = False) -> None:
        """Keep lists about the open space in sight; those that are pinned already, or hold nothing, are left out."""
        space = self.session.state.space
        if space is None or not any(len(each.rows) for each in lists):
            self.say("There is no list to pin. Ask for something that ranks items first.")
            return
        fresh = [each for each in lists if len(each.rows) and not any(pin.shows(each, space) for pin in self.pins)]
        if not fresh:
            self.say("These neighbours are pinned already." if are_answers else "This is pinned already.")
        elif len(self.pins) + len(fresh) > MOST_PINS:
            self.say(f"{len(self.pins):,} lists are pinned, and no more than {MOST_PINS} fit. Unpin one first.")
        else:
            of_space = weakref.ref(space)
            self.pins = (*self.pins, *(Pin(each, about, are_answers, of_space) for each in fresh))
            self.pins_changed.emit()
            self.say(f"Pinned “{one_cell(fresh[0].question)}”; Ctrl+Shift+D shows all that is pinned.")

    def unpin(self, pin: Pin) -> None:
        """Take one pinned list away."""
        self.pins = tuple(each for each in self.pins if each is not pin)
        self.pins_changed.emit()

    def clear_pins(self) -> None:
        """Take all pinned lists away."""
        self.pins = ()
        self.pins_changed.emit()

    def export_lists(self, lists: Sequence[AnswerList], path: str | Path, *, overwrite: bool = False) -> None:
        """Write several lists as one table, by the suffix of the path."""
        if not lists:
            self.say("There are no lists to export. Ask about an item first.")
            return
        self._export_made(lambda: lists_table(lists), Path(path), overwrite=overwrite)

    def export_lines(self, lines: Sequence[Sequence[Cell]], path: str | Path, *, overwrite: bool = False) -> None:
        """Write lines of cells below a head as a table, by the suffix of the path."""
        self._export_made(lambda: cells_table(lines), Path(path), overwrite=overwrite)

    def _export_made(self, make: Callable[[], Table], path: Path, *, overwrite: bool) -> None:
        """Make a table in the background and write it, by the suffix of the path."""
        self.jobs.start(
            "export",
            _export_steps(make, path, overwrite=overwrite),
            title=f"Exporting {path.name}",
            context=path,
            on_success=self._on_exported,
            on_failure=self._on_job_failed,
        )

    @Slot()
    def _on_space_to_compare_changed(self) -> None:
        for lane in ("metrics", "compare", "null"):
            self.jobs.cancel(lane)
        self._lenses, self._nulls = None, {}

    @Slot()
    def _on_answer_to_calibrate(self) -> None:
        answer = self.session.state.answer
        if answer is not None:
            self.calibrate([answer.metric])

    @Slot(object)
    def _on_metrics_compared(self, job: Job) -> None:
        if job.context is self.session.state.space:
            lists, self._lenses = job.result
            self.metrics_compared.emit(lists)

    @Slot(object)
    def _on_metrics_not_compared(self, job: Job) -> None:
        if isinstance(job.error, EmbedvizError):
            self.metrics_refused.emit(str(job.error))
        else:
            self.metrics_refused.emit("The comparison failed; the message line says how.")
            self._on_job_failed(job)

    @Slot(object)
    def _on_items_compared(self, job: Job) -> None:
        if job.context is self.session.state.space:
            self.calibrate(list(METRICS))
            self.items_compared.emit(job.result)

    @Slot(object)
    def _on_items_not_compared(self, job: Job) -> None:
        self._refuse_or_complain(job, self.items_refused.emit)

    @Slot(object)
    def _on_calibrated(self, job: Job) -> None:
        null = job.latest.partial
        if isinstance(null, NullScores) and job.context[0] is self.session.state.space:
            self._nulls[null.metric] = null
            self.calibrated.emit()

    @Slot(object)
    def _on_not_calibrated(self, job: Job) -> None:
        """Fewer than two items: there is nothing random to compare with, and nothing to say about it."""
        if not isinstance(job.error, EmbedvizError):
            self._on_job_failed(job)


def _metrics_steps(
    space: EmbeddingSpace,
    answer: Answer,
    lenses: Lenses | EmbedvizError | None,
    projection: Projection | None,
    axes: Axes,
) -> Steps[tuple[MetricLists, Lenses | EmbedvizError]]:
    """The lists, and the lenses they were seen through: measured once a space, or why they cannot be."""
    if lenses is None:
        try:
            lenses = yield from within(lenses_steps(space, projection), 0.0, 0.6)
        except EmbedvizError as error:
            lenses = error
    lists = yield from within(metric_lists_steps(space, answer, lenses, projection, axes), 0.6, 1.0)
    return lists, lenses


def _nulls_steps(space: EmbeddingSpace, metrics: Sequence[str]) -> Steps[None]:
    """Score random pairs by one metric after the other; each NullScores is the `partial` of a Progress."""
    for metric in metrics:
        null = yield from null_steps(space, metric)
        yield Progress(None, "Scoring random pairs", null)


def _export_steps(make: Callable[[], Table], path: Path, *, overwrite: bool) -> Steps[tuple[int, tuple[Note, ...]]]:
    yield Progress(None, f"Exporting {path.name}")
    table = make()
    return table.n_rows, (yield from formats.export_steps(table, path, overwrite=overwrite))
