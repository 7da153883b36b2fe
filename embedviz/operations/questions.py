"""Asking: typed words, clicked items, metrics, and the way back through what was asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Slot

from embedviz.errors import EmbedvizError
from embedviz.jobs import Job
from embedviz.operations.indexing import IndexingOperations
from embedviz.space.answer import Answer, ask_steps
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.query import Term, parse
from embedviz.space.query_tokens import OPERATORS, quoted

MOST_NEIGHBORS = 1000
_SIGNS = frozenset(OPERATORS) | frozenset('"“”„«»')


@dataclass(frozen=True, eq=False)
class Asked:
    """A question on its way: in which space, its text, what it merges with, and whether it is still being typed."""

    space: EmbeddingSpace
    text: str
    merge: str | None
    live: bool


class QuestionOperations(IndexingOperations):
    """Ask about what was typed or clicked; go back and forward."""

    def ask(self, text: str, *, live: bool = False) -> None:
        """Ask a typed question; `live` while it is still being typed (one step to undo, errors said softly)."""
        self._ask(text, merge="typing", live=live)

    def ask_item(self, row: int) -> None:
        """Ask about one item, by its row."""
        space = self.session.state.space
        if space is not None:
            self._ask(item_text(space, row), merge=None, live=False)

    def add_item(self, row: int) -> None:
        """Add one item to the question that is open."""
        state = self.session.state
        if state.space is None:
            return
        added = operand_text(state.space, row)
        if state.answer is None:
            self.ask_item(row)
        else:
            self._ask(f"{_as_summand(state.space, state.answer.text)} + {added}", merge=None, live=False)

    def clear_question(self) -> None:
        """Close the open question."""
        self.jobs.cancel("query")
        self.session.replace(answer=None)

    def set_metric(self, metric: str) -> None:
        """Ask by another metric."""
        self._ask_by(metric=metric)

    def set_k(self, k: int) -> None:
        """Ask for another number of neighbours."""
        self._ask_by(k=k)

    def go_back(self) -> None:
        """Return to the question before."""
        self._leave_question()
        self.session.go_back()

    def go_forward(self) -> None:
        """Return to the question one went back from."""
        self._leave_question()
        self.session.go_forward()

    def undo(self) -> None:
        """Return to the state before."""
        self._leave_question()
        self.session.undo()

    def redo(self) -> None:
        """Return to the state that was undone."""
        self._leave_question()
        self.session.redo()

    def _leave_question(self) -> None:
        self.jobs.cancel("query")
        self.session.settle()

    def _ask_by(self, **asking: Any) -> None:
        """Ask the question on its way, or else the open one, in another way."""
        state = self.session.state
        view = replace(state.view, **asking)
        if view == state.view:
            return
        running = self.jobs.newest("query")
        self.session.replace(merge="asking", view=view)
        if running is not None:
            self._ask(running.context.text, merge="asking", live=False)
        elif state.answer is not None:
            self._ask(state.answer.text, merge="asking", live=False)

    def _ask(self, text: str, *, merge: str | None, live: bool) -> None:
        state = self.session.state
        if state.space is None:
            return
        if not text.strip():
            self.clear_question()
            return
        answer, view = state.answer, state.view
        asked_before = None if answer is None or not answer.exact else (answer.text, answer.metric, answer.k)
        if asked_before == (text, view.metric, view.k):
            self.jobs.cancel("query")
            if not live:
                self.session.settle()
            return
        glimpse = self.index_for(state.space, view.metric)
        if glimpse and merge is None:  # the exact answer takes the place of the first one, not of the question before
            self.session.settle()
            merge = "clicking"
        self.jobs.start(
            "query",
            ask_steps(state.space, text, view.k, metric=view.metric, glimpse=glimpse),
            title="Searching",
            context=Asked(state.space, text, merge, live),
            on_progress=self._on_glimpse,
            on_success=self._on_answered,
            on_failure=self._on_not_answered,
        )

    @Slot(object)
    def _on_glimpse(self, job: Job) -> None:
        asked: Asked = job.context
        if isinstance(job.latest.partial, Answer) and asked.space is self.session.state.space:
            self.session.replace(merge=asked.merge, answer=job.latest.partial)

    @Slot(object)
    def _on_answered(self, job: Job) -> None:
        asked: Asked = job.context
        if asked.space is not self.session.state.space:
            return
        self.session.replace(merge=asked.merge, answer=job.result)
        if not asked.live and asked.merge in ("typing", "clicking"):
            self.session.settle()
        self.say(" ".join(job.result.remarks))

    @Slot(object)
    def _on_not_answered(self, job: Job) -> None:
        asked: Asked = job.context
        if asked.space is not self.session.state.space:
            return
        assert job.error is not None
        if asked.live and isinstance(job.error, EmbedvizError):
            self.say(str(job.error))
        else:
            self.complain(job.error)


def item_text(space: EmbeddingSpace, row: int) -> str:
    """What to type to ask about exactly this item: its label if that finds this row, else `#row`."""
    label = space.labels[row]
    return label if label.strip() and space.labels.find(label) == row else f"#{row}"


def operand_text(space: EmbeddingSpace, row: int) -> str:
    """An item as it stands in a formula: quoted where its label would be read as something else."""
    return _as_operand(space, item_text(space, row))


def _as_operand(space: EmbeddingSpace, text: str) -> str:
    """Quote `text` if it is one label that a formula would take apart."""
    is_label = space.labels.find(text) is not None
    return quoted(text) if is_label and any(sign in _SIGNS or sign.isspace() for sign in text) else text


def _as_summand(space: EmbeddingSpace, text: str) -> str:
    """A whole question as the first part of a sum: an analogy as the sum it is, a list in parentheses."""
    if space.labels.find(text) is not None:
        return _as_operand(space, text)
    if "::" in text:
        terms = parse(text, space.labels, space.subwords).expression
        return " ".join(_term_text(space, term) for term in terms).removeprefix("+ ")
    return f"({text})" if "," in text else text


def _term_text(space: EmbeddingSpace, term: Term) -> str:
    factor = "" if abs(term.weight) == 1 else f"{abs(term.weight)!r} * "
    named = quoted(term.composed.text) if term.composed is not None else operand_text(space, term.row or 0)
    return f"{'-' if term.weight < 0 else '+'} {factor}{named}"
