"""Asking: typed words, clicked items, metrics, and the way back through what was asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from embedviz.errors import EmbedvizError, UnknownItemError
from embedviz.jobs import Job, Jobs
from embedviz.operations.figures import FigureOperations
from embedviz.operations.indexing import IndexingOperations
from embedviz.session import Session
from embedviz.space.answer import Answer, ask_steps
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.naming import Named, named_rows_steps, names_in
from embedviz.space.query import Term, parse
from embedviz.space.query_repair import Repair, is_unfinished, repairs, stumble
from embedviz.space.query_tokens import OPERATORS, quoted
from embedviz.space.query_vectors import bare_numbers

MOST_NEIGHBORS = 1000
_CLAUSE_WORDS = ("where", "in", "the", "selection", "top", "not")
_SIGNS = frozenset(OPERATORS) | frozenset('"“”„«»')


@dataclass(frozen=True, eq=False)
class Asked:
    """A question on its way: in which space, its text, what it merges with, and whether it is still being typed."""

    space: EmbeddingSpace
    text: str
    merge: str | None
    live: bool


@dataclass(frozen=True)
class Refusal:
    """A question that could not be answered: its text, from which to which character it stumbled, if that is known.

    `unknown` is the name that nobody has, or empty; `repairs` are the questions that may have been meant. A `live` one
    was still being typed.
    """

    text: str
    place: tuple[int, int] | None
    unknown: str
    repairs: tuple[Repair, ...]
    live: bool


class QuestionOperations(FigureOperations, IndexingOperations):
    """Ask about what was typed or clicked; go back and forward.

    `refused` states that a question could not be answered (a Refusal), or that there is none of that kind (None). The
    class extends the figure operations because Qt finds signals in the first line of ancestors only.
    """

    refused = Signal(object)

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(session, jobs, parent)
        session.selection_changed.connect(self._on_selection_changed)

    def ask(self, text: str, *, live: bool = False) -> None:
        """Ask a typed question; `live` while it is still being typed (one step to undo, errors said softly)."""
        self._ask(text, merge="typing", live=live)

    def ask_item(self, row: int) -> None:
        """Ask about one item, by its row."""
        space = self.session.state.space
        if space is not None:
            self._ask(item_text(space, row), merge=None, live=False)

    @Slot(int)
    def follow_item(self, row: int) -> None:
        """Ask about the item that the cursor passes; the next one takes its place."""
        space = self.session.state.space
        if space is not None:
            self._ask(item_text(space, row), merge="following", live=True)

    def add_item(self, row: int) -> None:
        """Add one item to the question that is open."""
        state = self.session.state
        if state.space is None:
            return
        added = operand_text(state.space, row)
        if state.answer is None:
            self.ask_item(row)
        else:
            self._ask(_with_added(state.space, state.answer, added), merge=None, live=False)

    def ask_apart(self) -> None:
        """Ask for the neighbours of each part of the open list, not of their mean."""
        self._ask_list("each: ")

    def ask_mean(self) -> None:
        """Ask for the neighbours of the mean of the open list."""
        self._ask_list("")

    def show_part(self, part: int | None) -> None:
        """Show the answer to one part of a list that was asked apart; None shows the nearest to any."""
        answer = self.session.state.answer
        if answer is not None:
            self.session.replace(merge="asking", answer=answer.of_part(part))

    def select_labels(self, text: str) -> None:
        """Select the items that a pasted text names: a label a line, or with commas or tabs between them."""
        space, names = self.session.state.space, names_in(text)
        if space is None or not names:
            self.say("There are no labels to select. Copy a list of them, one a line, and try again.")
            return
        self.jobs.start(
            "select",
            named_rows_steps(space.labels, names),
            title="Looking up labels",
            context=space,
            on_success=self._on_labels_found,
            on_failure=self._on_job_failed,
        )

    def clear_question(self) -> None:
        """Close the open question."""
        self.jobs.cancel("query")
        self.refused.emit(None)
        self.session.replace(answer=None)

    def step_back_out(self) -> None:
        """Close the open question; if there is none, select nothing. What was refused is forgotten in any case."""
        had_answer = self.session.state.answer is not None
        self.clear_question()
        if not had_answer:
            self.clear_selection()

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
        self.refused.emit(None)
        self.session.settle()

    def _ask_list(self, how: str) -> None:
        answer = self.session.state.answer
        if answer is not None and answer.listed:
            rest = answer.text[answer.core_end :].strip()
            self._ask(f"{how}{', '.join(answer.listed)} {rest}".strip(), merge=None, live=False)

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
        is_as_selected = answer is None or answer.selection is None or answer.selection is state.selection
        if asked_before == (text, view.metric, view.k) and is_as_selected:
            self.jobs.cancel("query")
            self.refused.emit(None)
            if not live:
                self.session.settle()
            return
        glimpse = self.index_for(state.space, view.metric)
        if glimpse and merge is None:  # the exact answer takes the place of the first one, not of the question before
            self.session.settle()
            merge = "clicking"
        self.jobs.start(
            "query",
            ask_steps(state.space, text, view.k, metric=view.metric, selection=state.selection, glimpse=glimpse),
            title="Searching",
            context=Asked(state.space, text, merge, live),
            on_progress=self._on_glimpse,
            on_success=self._on_answered,
            on_failure=self._on_not_answered,
        )

    @Slot()
    def _on_selection_changed(self) -> None:
        """A question about the selection is one about the new selection."""
        state = self.session.state
        if state.answer is not None and state.answer.selection is not None and state.selection is not None:
            self._ask(state.answer.text, merge="asking", live=True)

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
        self.refused.emit(None)
        self.session.replace(merge=asked.merge, answer=job.result)
        if not asked.live and asked.merge in ("typing", "clicking"):
            self.session.settle()
        self.say(" ".join(job.result.remarks))

    @Slot(object)
    def _on_not_answered(self, job: Job) -> None:
        asked: Asked = job.context
        if asked.space is not self.session.state.space:
            return
        error = job.error
        assert error is not None
        if asked.live and isinstance(error, EmbedvizError):
            is_quiet = is_unfinished(asked.text, error) and _may_become(asked.space, error)
            self.say("" if is_quiet else str(error))
            self.refused.emit(None if is_quiet else _refusal(asked, error))
        else:
            self.complain(error)
            self.refused.emit(_refusal(asked, error))

    @Slot(object)
    def _on_labels_found(self, job: Job) -> None:
        named: Named = job.result
        if job.context is not self.session.state.space:
            return
        n_missing = len(named.missing)
        said = f"{len(named.rows):,} items are selected."
        if n_missing:
            shown = ", ".join(f"“{name[:40]}”" for name in named.missing[:3])
            said += (
                f" {n_missing:,} of {named.n_names:,} labels were not found: {shown}{', …' if n_missing > 3 else '.'}"
            )
        if len(named.rows):
            self.session.replace(selection=named.rows)
        else:
            said = f"None of the {named.n_names:,} labels was found, so the selection stays as it is."
        self.say(said)


def item_text(space: EmbeddingSpace, row: int) -> str:
    """What to type to ask about exactly this item: its label if that finds this row, else `#row`."""
    label = space.labels[row]
    return label if label.strip() and space.labels.find(label) == row else f"#{row}"


def operand_text(space: EmbeddingSpace, row: int) -> str:
    """An item as it stands in a formula: quoted where its label would be read as something else."""
    return _as_operand(space, item_text(space, row))


def _refusal(asked: Asked, error: BaseException) -> Refusal:
    unknown = error.label if isinstance(error, UnknownItemError) else ""
    return Refusal(asked.text, stumble(asked.text, error), unknown, repairs(asked.text, error), asked.live)


def _may_become(space: EmbeddingSpace, error: BaseException) -> bool:
    """Whether more typing may make sense of a question that stumbled at its end."""
    if not isinstance(error, UnknownItemError):
        return True
    begun = error.label.lower()
    return space.labels.any_starting_with(error.label) or any(word.startswith(begun) for word in _CLAUSE_WORDS)


def _with_added(space: EmbeddingSpace, answer: Answer, added: str) -> str:
    """The question of an answer with one more item: before its `not` and its conditions, or at the end of its list."""
    end = len(answer.text) if answer.core_end is None else answer.core_end
    core, rest = answer.text[:end].strip(), answer.text[end:].strip()
    if answer.parts:
        asked = f"{core}, {added}"
    elif bare_numbers(core) is not None and not answer.inputs:
        asked = f"[{core}] + {added}"
    else:
        asked = f"{_as_summand(space, core)} + {added}"
    return f"{asked} {rest}".strip()


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
