"""Why two words are near: what the text they were learned from says about them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from embedviz.errors import EmbedvizError
from embedviz.jobs import Job, Jobs
from embedviz.operations.analysing import row_steps
from embedviz.operations.pipeline import PipelineOperations
from embedviz.progress import Progress, Steps, within
from embedviz.session import Session, State
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.training.corpus_index import CorpusIndex, index_steps
from embedviz.training.evidence import Evidence, evidence_steps
from embedviz.training.trained_text import NOT_TRAINED, trained_text

NO_SECOND = "Ask about one word, and choose one of its neighbours: why it is near is found in the text."
_READ_SHARE = 0.8


@dataclass(frozen=True, eq=False)
class _Looked:
    """What was found in a text, and the text as numbers, to be asked again."""

    evidence: Evidence
    index: CorpusIndex


class EvidenceOperations(PipelineOperations):
    """Read the text of a training again for the sentences and counts behind a score.

    `evidence_began` carries what is looked for, `evidence_found` an Evidence, `evidence_refused` why there is none;
    `evidence_ended` states that nothing is looked for any more. A text is read once for each space that is opened.
    """

    evidence_began = Signal(str)
    evidence_found = Signal(object)
    evidence_refused = Signal(str)
    evidence_ended = Signal()

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(session, jobs, parent)
        self._corpus_index: CorpusIndex | None = None
        self._indexed_run: object = None
        session.space_changed.connect(self._on_space_to_look_into_changed)

    def find_evidence(self, row: int, other_row: int) -> None:
        """Why two items are near, by their rows."""
        space = self.session.state.space
        names = [f"#{each}" if space is None else space.name(each) for each in (row, other_row)]
        self._look_for(f"#{row}", f"#{other_row}", " and ".join(names))

    def find_evidence_of(self, first: str, second: str) -> None:
        """Why two typed items are near."""
        self._look_for(first, second, f"{first} and {second}")

    def explain_neighbor(self) -> None:
        """Why the neighbour under attention, else the nearest, is near to the item that is asked about."""
        pair = pair_to_explain(self.session.state, self.session.focus)
        if pair is not None:
            self.find_evidence(*pair)
        else:
            self._refuse_evidence(why_not(self.session.state) or NO_SECOND)

    def _look_for(self, first: str, second: str, title: str) -> None:
        space = self.session.state.space
        why = why_not(self.session.state)
        if space is None or why:
            self._refuse_evidence(why)
            return
        verb = "Reading" if self._corpus_index is None else "Looking through"
        job = self.jobs.start(
            "evidence",
            _looking_steps(space, first, second, self._corpus_index),
            title=f"{verb} {trained_text(space).name}",
            context=space,
            on_success=self._on_evidence_found,
            on_failure=self._on_evidence_not_found,
        )
        job.ended.connect(self._on_evidence_ended)
        self.evidence_began.emit(title)

    def _refuse_evidence(self, why: str) -> None:
        self.evidence_refused.emit(why)
        self.say(why)

    @Slot(object)
    def _on_evidence_found(self, job: Job) -> None:
        if job.context is self.session.state.space:
            self._corpus_index = job.result.index
            self.evidence_found.emit(job.result.evidence)

    @Slot(object)
    def _on_evidence_not_found(self, job: Job) -> None:
        self._refuse_or_complain(job, self._refuse_evidence)

    @Slot(object)
    def _on_evidence_ended(self, job: Job) -> None:
        if self.jobs.newest("evidence") in (None, job):
            self.evidence_ended.emit()

    @Slot()
    def _on_space_to_look_into_changed(self) -> None:
        """What is known of a text serves all epochs of a training on it."""
        self.jobs.cancel("evidence")
        space = self.session.state.space
        name = space.source.options.get("run") if space is not None else None
        if name is None or name != self._indexed_run:
            self._corpus_index = None
        self._indexed_run = name


def why_not(state: State) -> str:
    """Why there is no text to look into; empty where there is one."""
    if state.space is None:
        return "There is no open space. Open one that was trained here, or train on a text."
    if state.run is None:
        return NOT_TRAINED
    try:
        trained_text(state.space)
    except EmbedvizError as error:
        return str(error)
    return ""


def pair_to_explain(state: State, attended: int | None) -> tuple[int, int] | None:
    """The item that is asked about with the one under attention, else its nearest; or the two that are asked about."""
    answer = state.answer
    if state.space is None or answer is None or len(answer.inputs) not in (1, 2):
        return None
    first = answer.inputs[0]
    if len(answer.inputs) == 2:
        return first, answer.inputs[1]
    nearest = int(answer.rows[0]) if len(answer.rows) else None
    second = attended if attended is not None and attended != first else nearest
    return None if second is None else (first, second)


def _looking_steps(space: EmbeddingSpace, first: str, second: str, index: CorpusIndex | None) -> Steps[_Looked]:
    yield Progress(0.0, "Opening the text")
    words = []
    for text in (first, second):
        words.append(space.labels[(yield from row_steps(space, text))])
    if index is None:
        index = yield from within(index_steps(space), 0.0, _READ_SHARE)
        looking = within(evidence_steps(space, *words, index=index), _READ_SHARE, 1.0)
    else:
        looking = evidence_steps(space, *words, index=index)
    return _Looked((yield from looking), index)
