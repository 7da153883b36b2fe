"""Analysing: analogies, and questions about a selection, two items, or how all items stand to each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from embedviz import analysis
from embedviz.analysis import Analogy, NeighborGraph, Pairs, PairScores
from embedviz.errors import OptionError
from embedviz.jobs import Job, Jobs
from embedviz.operations import findings
from embedviz.operations.comparing import ComparingOperations
from embedviz.operations.findings import Finding
from embedviz.operations.questions import operand_text
from embedviz.progress import Progress, Steps, within
from embedviz.session import Session
from embedviz.space.answer import reading_steps
from embedviz.space.arrays import RowArray
from embedviz.space.embedding_space import EmbeddingSpace

MOST_KEPT = 30
PATH_NEIGHBORS = 20
GRAPH_NEIGHBORS = 10
LINE_ITEMS = 40
EXTREME_PAIRS = 20

_NO_SPACE = "There is no open space to look at. Open a file first."


@dataclass(frozen=True)
class Arrow:
    """An offset to draw on the plot, from one item to another."""

    start: int
    end: int


class AnalysingOperations(ComparingOperations):
    """Ask more of the open space; what was found stays listed until another space is opened.

    `analysis_began` carries what is looked for, `analysis_progressed` the job, `analysis_ended` states its end.
    `finding_made` carries a Finding, the first of `findings`; `analogy_made` an Analogy, `pairs_scored` PairScores;
    `analysis_refused` says why there is none. `arrows_changed` states that other `arrows` are drawn.
    """

    analysis_began = Signal(str)
    analysis_progressed = Signal(object)
    analysis_ended = Signal()
    analysis_refused = Signal(str)
    finding_made = Signal(object)
    findings_forgotten = Signal()
    analogy_made = Signal(object)
    pairs_scored = Signal(object)
    arrows_changed = Signal()

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(session, jobs, parent)
        self.findings: tuple[Finding, ...] = ()
        self.arrows: tuple[Arrow, ...] = ()
        self._graph: NeighborGraph | None = None
        session.space_changed.connect(self._on_space_to_analyse_changed)

    def try_analogy(self, a: str, b: str, c: str) -> None:
        """Answer a : b :: c : ? for three typed items, with and without them."""

        def steps(space: EmbeddingSpace) -> Steps[Analogy]:
            rows = []
            for text in (a, b, c):
                rows.append((yield from row_steps(space, text)))
            return (yield from analysis.analogy_lab_steps(space, *rows))

        self._analyse(f"{a} : {b} :: {c} : ?", steps, self._on_analogy_made)

    def try_pairs(self, given: str | Path) -> None:
        """Score a list of pairs: a file, or what was pasted."""

        def steps(space: EmbeddingSpace) -> Steps[PairScores]:
            yield Progress(0.0, "Reading the pairs")
            pairs: Pairs = analysis.read_pairs(given) if isinstance(given, Path) else analysis.parse_pairs(given)
            return (yield from analysis.pair_scores_steps(space, pairs))

        self._analyse("Pairs", steps, self._on_pairs_scored)

    def find_odd_one_out(self) -> None:
        """Which of the selected items is least like the others."""
        self._ask_selection(
            "The odd one out",
            lambda space, rows, metric: _worded(
                space, analysis.odd_one_out_steps(space, rows, metric), findings.odd_one_out_finding
            ),
        )

    def find_pairs(self) -> None:
        """Which two of the selected items are most alike, and which least."""
        self._ask_selection(
            "Most and least similar pairs",
            lambda space, rows, metric: _worded(
                space, analysis.extreme_pairs_steps(space, rows, EXTREME_PAIRS, metric), findings.pairs_finding
            ),
        )

    def find_matrix(self) -> None:
        """How similar every two of the selected items are."""
        self._ask_selection(
            "Similarity matrix",
            lambda space, rows, metric: _worded(
                space, analysis.similarity_matrix_steps(space, rows, metric), findings.matrix_finding
            ),
        )

    def find_path(self, start: str, end: str) -> None:
        """The path between two typed items along true neighbours."""
        metric = self.session.state.view.metric

        def steps(space: EmbeddingSpace) -> Steps[Finding]:
            ends = ((yield from row_steps(space, start)), (yield from row_steps(space, end)))
            found = yield from analysis.neighbor_path_steps(space, *ends, k=PATH_NEIGHBORS, metric=metric)
            return findings.path_finding(space, found, ends)

        self._analyse(f"Path from {start} to {end}", steps, self._on_found)

    def find_line(self, start: str, end: str) -> None:
        """Everything on the line between two typed items."""
        metric = self.session.state.view.metric

        def steps(space: EmbeddingSpace) -> Steps[Finding]:
            ends = ((yield from row_steps(space, start)), (yield from row_steps(space, end)))
            found = analysis.line_between_steps(space, *ends, LINE_ITEMS, metric)
            return (yield from _worded(space, found, findings.line_finding))

        self._analyse(f"Line from {start} to {end}", steps, self._on_found)

    def find_within(self, center: str, limit: float) -> None:
        """All items that reach a score with a typed one."""
        metric = self.session.state.view.metric

        def steps(space: EmbeddingSpace) -> Steps[Finding]:
            row = yield from row_steps(space, center)
            found = analysis.within_radius_steps(space, row, limit, metric)
            return (yield from _worded(space, found, findings.radius_finding))

        self._analyse(f"Within {limit:g} of {center}", steps, self._on_found)

    def find_mutual(self, center: str) -> None:
        """Which of the nearest of a typed item have it among theirs."""
        view = self.session.state.view

        def steps(space: EmbeddingSpace) -> Steps[Finding]:
            row = yield from row_steps(space, center)
            found = analysis.mutual_neighbors_steps(space, row, view.k, view.metric)
            return (yield from _worded(space, found, findings.mutual_finding))

        self._analyse(f"Mutual neighbours of {center}", steps, self._on_found)

    def find_hubs(self) -> None:
        """Which items are in most others' lists of neighbours; the graph of all neighbours is kept."""
        metric, known = self.session.state.view.metric, self._graph

        def steps(space: EmbeddingSpace) -> Steps[tuple[Finding, NeighborGraph]]:
            graph = known
            if graph is None or graph.metric != metric:
                graph = yield from within(analysis.neighbor_graph_steps(space, GRAPH_NEIGHBORS, metric), 0.0, 0.99)
            yield Progress(0.99, "Counting")
            return findings.hubs_finding(space, analysis.hubs(graph), graph), graph

        self._analyse("Hubs", steps, self._on_hubs_found)

    def ask_two(self, one: int, other: int) -> None:
        """Ask about two items, by their rows: what is near to both."""
        space = self.session.state.space
        if space is not None and one != other:
            self.ask(f"{operand_text(space, one)}, {operand_text(space, other)}")
        else:
            self.ask_item(one)

    def cancel_analysis(self) -> None:
        """Give up what is looked for."""
        self.jobs.cancel("analyse")

    def export_finding(self, finding: Finding, path: str | Path, *, overwrite: bool = False) -> None:
        """Write a finding as a table, by the suffix of the path."""
        self._export_made(lambda: findings.finding_table(finding), Path(path), overwrite=overwrite)

    def forget_findings(self) -> None:
        """Empty the list of findings."""
        self.findings = ()
        self.findings_forgotten.emit()

    def draw_arrows(self, arrows: tuple[Arrow, ...]) -> None:
        """Draw offsets on the plot, or none."""
        if arrows != self.arrows:
            self.arrows = arrows
            self.arrows_changed.emit()

    def _ask_selection(self, title: str, make: Callable[[EmbeddingSpace, RowArray, str], Steps[Finding]]) -> None:
        state = self.session.state
        rows = state.selection if state.selection is not None else np.empty(0, np.int64)
        if state.space is not None and not len(rows):
            self._refuse("Nothing is selected. Select some items on the plot, or the neighbours of a question, first.")
            return
        metric = state.view.metric
        self._analyse(title, lambda space: make(space, rows, metric), self._on_found)

    def _analyse(
        self, title: str, make: Callable[[EmbeddingSpace], Steps[Any]], on_success: Callable[[Job], None]
    ) -> None:
        space = self.session.state.space
        if space is None:
            self._refuse(_NO_SPACE)
            return
        job = self.jobs.start(
            "analyse",
            make(space),
            title=title,
            context=space,
            on_success=on_success,
            on_failure=self._on_not_found,
            on_progress=self._on_analysis_progressed,
        )
        job.ended.connect(self._on_analysis_ended)
        self.analysis_began.emit(title)

    def _refuse(self, why: str) -> None:
        self.analysis_refused.emit(why)
        self.say(why)

    def _list_finding(self, finding: Finding) -> None:
        self.findings = (finding, *self.findings)[:MOST_KEPT]
        self.finding_made.emit(finding)

    @Slot(object)
    def _on_found(self, job: Job) -> None:
        if job.context is self.session.state.space:
            self._list_finding(job.result)

    @Slot(object)
    def _on_hubs_found(self, job: Job) -> None:
        if job.context is self.session.state.space:
            finding, self._graph = job.result
            self._list_finding(finding)

    @Slot(object)
    def _on_analogy_made(self, job: Job) -> None:
        if job.context is self.session.state.space:
            self.analogy_made.emit(job.result)

    @Slot(object)
    def _on_pairs_scored(self, job: Job) -> None:
        if job.context is self.session.state.space:
            self.pairs_scored.emit(job.result)

    @Slot(object)
    def _on_not_found(self, job: Job) -> None:
        self._refuse_or_complain(job, self._refuse)

    @Slot(object)
    def _on_analysis_progressed(self, job: Job) -> None:
        self.analysis_progressed.emit(job)

    @Slot(object)
    def _on_analysis_ended(self, job: Job) -> None:
        if self.jobs.newest("analyse") in (None, job):
            self.analysis_ended.emit()

    @Slot()
    def _on_space_to_analyse_changed(self) -> None:
        self.jobs.cancel("analyse")
        self._graph = None
        self.draw_arrows(())
        self.forget_findings()


def _worded(
    space: EmbeddingSpace, steps: Steps[Any], words: Callable[[EmbeddingSpace, Any], Finding]
) -> Steps[Finding]:
    return words(space, (yield from steps))


def row_steps(space: EmbeddingSpace, text: str) -> Steps[int]:
    """The row of one typed item; raises as `parse` does, and OptionError for a formula."""
    query = yield from reading_steps(space, text)
    if query.is_formula or len(query.inputs) != 1:
        raise OptionError(f"“{text}” is no single item; give one word, name or #row.")
    return query.inputs[0]
