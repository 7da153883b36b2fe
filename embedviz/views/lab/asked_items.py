"""Which items a question about two or three of them is meant for: those of the open question, or the selected ones."""

from __future__ import annotations

from embedviz.errors import EmbedvizError
from embedviz.operations.questions import item_text
from embedviz.session import State
from embedviz.space.query import parse


def asked_two(state: State) -> tuple[str, str] | None:
    """The two items of the open question, as typed names, else those of a selection of two; None without."""
    if state.space is None:
        return None
    inputs = state.answer.inputs if state.answer is not None else ()
    if len(inputs) != 2 and state.selection is not None and len(state.selection) == 2:
        inputs = tuple(state.selection.tolist())
    return (item_text(state.space, inputs[0]), item_text(state.space, inputs[1])) if len(inputs) == 2 else None


def asked_one(state: State) -> str:
    """The item of the open question, or empty."""
    if state.space is None or state.answer is None or len(state.answer.inputs) != 1:
        return ""
    return item_text(state.space, state.answer.inputs[0])


def asked_analogy(state: State) -> tuple[str, str, str] | None:
    """The a, b and c of an open question that is b - a + c, however it was typed; None if it is none."""
    space, answer = state.space, state.answer
    if space is None or answer is None or not answer.is_formula or len(answer.inputs) != 3:
        return None
    try:
        terms = parse(answer.text, space.labels, space.subwords).expression
    except EmbedvizError:
        return None
    added = [term.row for term in terms if term.row is not None and term.weight == 1]
    taken = [term.row for term in terms if term.row is not None and term.weight == -1]
    if len(added) != 2 or len(taken) != 1:
        return None
    a, b, c = (item_text(space, row) for row in (taken[0], *added))
    return a, b, c
