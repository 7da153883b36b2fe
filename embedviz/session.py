"""What is open now, as one immutable value, and the values it had before."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal

from embedviz.space.answer import Answer
from embedviz.space.arrays import RowArray
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.projection import Projection
from embedviz.space.run import Run

MOST_STATES = 200

ColorLimits = Literal["percentile", "full"] | tuple[float, float]


@dataclass(frozen=True)
class View:
    """How things are looked at: the mode of the rail, the components on the axes, and how questions are asked.

    Two `axes` make a plane, three a space that can be turned.
    """

    mode: str = "explore"
    axes: tuple[int, ...] = (0, 1)
    metric: str = "cosine"
    k: int = 10


@dataclass(frozen=True, eq=False)
class State:
    """Everything that is open: compared field by field, by identity; arrays are shared between states.

    `coloring` is a choice as `raster.color_choices` names them. `hidden_classes` are codes of that colouring, and
    `color_limits` where its scale ends; both begin anew where the colouring changes.
    """

    space: EmbeddingSpace | None = None
    projection: Projection | None = None
    answer: Answer | None = None
    selection: RowArray | None = None
    coloring: str | None = None
    hidden_classes: frozenset[int] = frozenset()
    color_limits: ColorLimits = "percentile"
    view: View = field(default_factory=View)

    @property
    def run(self) -> Run | None:
        """The training that made the open space, where one did."""
        return None if self.space is None else self.space.source.run


class Session(QObject):
    """The current state, the earlier and undone ones, and the trail of questions; tells what changed.

    Each `*_changed` signal states that one field of the state differs; the new value is in `state`. The item under
    attention (`focus`: hovered, or current in a table) passes too quickly to be part of the state.
    """

    space_changed = Signal()
    projection_changed = Signal()
    answer_changed = Signal()
    selection_changed = Signal()
    coloring_changed = Signal()
    hidden_classes_changed = Signal()
    color_limits_changed = Signal()
    view_changed = Signal()
    history_changed = Signal()
    focus_changed = Signal()

    def __init__(self, state: State | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._states = [state or State()]
        self._position = 0
        self._merge: str | None = None
        self._trail: list[Answer] = []
        self._trail_position = -1
        self._focus: int | None = None

    @property
    def state(self) -> State:
        """The state now."""
        return self._states[self._position]

    @property
    def focus(self) -> int | None:
        """The row under attention, or None."""
        return self._focus

    def set_focus(self, row: int | None) -> None:
        """Give one item attention, or none."""
        if row != self._focus:
            self._focus = row
            self.focus_changed.emit()

    def replace(self, *, merge: str | None = None, **changes: Any) -> None:
        """Make a new state with `changes`.

        A change that names the same `merge` as the one before it takes its place, so that typing a word is one step
        to undo and one question to go back to, not five.
        """
        before = self.state
        if changes.get("coloring", before.coloring) != before.coloring or "space" in changes:
            changes = {"hidden_classes": State.hidden_classes, "color_limits": State.color_limits, **changes}
        after = replace(before, **changes)
        if all(getattr(before, name) is getattr(after, name) for name in changes):
            return
        merged = merge is not None and merge == self._merge and self._position > 0
        self._merge = merge
        del self._states[self._position + (0 if merged else 1) :]
        self._states = [*self._recent(after), after]
        self._position = len(self._states) - 1
        self._follow_trail(before, after, merged=merged)
        self._tell(before, after)

    def settle(self) -> None:
        """End a series of merging changes: the next one is a step of its own."""
        self._merge = None

    @property
    def can_undo(self) -> bool:
        """Whether there is an earlier state."""
        return self._position > 0

    @property
    def can_redo(self) -> bool:
        """Whether a state was undone."""
        return self._position < len(self._states) - 1

    @property
    def can_go_back(self) -> bool:
        """Whether there is an earlier question."""
        return self._trail_position > 0

    @property
    def can_go_forward(self) -> bool:
        """Whether one went back from a later question."""
        return self._trail_position < len(self._trail) - 1

    def undo(self) -> None:
        """Return to the state before, if any."""
        self._move(self._position - 1)

    def redo(self) -> None:
        """Return to the state that was undone, if any."""
        self._move(self._position + 1)

    def go_back(self) -> None:
        """Show the answer to the question before, if any."""
        self._walk_trail(self._trail_position - 1)

    def go_forward(self) -> None:
        """Show the answer one went back from, if any."""
        self._walk_trail(self._trail_position + 1)

    def _recent(self, after: State) -> list[State]:
        """The states worth keeping: not too many, and of no more spaces than the new one and the one before it."""
        spaces: list[EmbeddingSpace | None] = [after.space]
        kept: list[State] = []
        for state in reversed(self._states[-MOST_STATES + 1 :]):
            if not any(state.space is space for space in spaces):
                if len(spaces) == 2:
                    break
                spaces.append(state.space)
            kept.append(state)
        return kept[::-1]

    def _move(self, position: int) -> None:
        if 0 <= position < len(self._states):
            before = self.state
            self._position = position
            self._merge = None
            self._follow_trail(before, self.state, merged=False)
            self._tell(before, self.state)

    def _walk_trail(self, position: int) -> None:
        if 0 <= position < len(self._trail):
            answer = self._trail[position]
            view = replace(self.state.view, metric=answer.metric, k=answer.k)
            self.replace(answer=answer, view=view if view != self.state.view else self.state.view)

    def _follow_trail(self, before: State, after: State, *, merged: bool) -> None:
        if after.space is not before.space:
            self._trail, self._trail_position = [], -1
        answer = after.answer
        if answer is None or (answer is before.answer and after.space is before.space):
            return
        known = [position for position, earlier in enumerate(self._trail) if earlier is answer]
        if known:
            self._trail_position = known[-1]
            return
        keep = self._trail_position + (0 if merged and before.answer is not None else 1)
        self._trail = [*self._trail[: max(keep, 0)], answer][-MOST_STATES:]
        self._trail_position = len(self._trail) - 1

    def _tell(self, before: State, after: State) -> None:
        if before.space is not after.space or before.answer is not after.answer:
            self.set_focus(None)
        for each in fields(State):
            if getattr(before, each.name) is not getattr(after, each.name):
                getattr(self, f"{each.name}_changed").emit()
        self.history_changed.emit()
