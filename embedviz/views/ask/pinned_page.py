"""The page of pinned answers: lists that stay in sight beside the present one, also while other spaces are open."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Slot
from PySide6.QtWidgets import QWidget

from embedviz.analysis.metric_lists import rank_moves
from embedviz.formats.answer_lists import answer_list
from embedviz.operations import Operations
from embedviz.operations.comparing import Pin
from embedviz.session import Session
from embedviz.space.answer import Answer
from embedviz.views.appearance import Appearance
from embedviz.views.ask.list_model import ListColumn
from embedviz.views.ask.list_page import ListPage
from embedviz.views.text import one_line

EMPTY = (
    "Nothing is pinned. “Pin” keeps the neighbours of the open question here while you ask on, by another metric or in "
    "another space, so that lists stand beside each other."
)


class PinnedPage(ListPage):
    """The present answer first, then the pinned ones, the newest first."""

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__("pinned", "Pinned neighbours", session, operations, appearance, parent)
        self._shown: tuple[Pin | None, ...] = ()
        self.pin_button = self.tool("Pin", "pin", "Pin the neighbours of the open question (Ctrl+D)")
        self.unpin_button = self.tool("Unpin", "unpin", "Unpin the list whose item is current")
        self.clear_button = self.tool("Clear", "clear", "Unpin all lists")
        for button in (self.pin_button, self.unpin_button, self.clear_button):
            self.add_tool(button)
        self.pin_button.clicked.connect(operations.pin_answer)
        self.unpin_button.clicked.connect(self.unpin)
        self.clear_button.clicked.connect(operations.clear_pins)
        self.table.selectionModel().currentChanged.connect(self._on_current_changed)
        operations.pins_changed.connect(self._on_pins_changed)
        session.answer_changed.connect(self._on_pins_changed)
        session.space_changed.connect(self._on_pins_changed)
        self._on_pins_changed()

    @Slot()
    def unpin(self) -> None:
        """Unpin the list in which the current item stands."""
        pin = self._current()
        if pin is not None:
            self._operations.unpin(pin)

    def _current(self) -> Pin | None:
        at = self.table.currentIndex().column()
        return self._shown[at] if 0 <= at < len(self._shown) else None

    @Slot()
    def _on_pins_changed(self) -> None:
        state, pins = self._session.state, self._operations.pins[::-1]
        now = state.answer
        columns: list[ListColumn] = []
        shown: list[Pin | None] = []
        if now is not None and state.space is not None and not any(pin.answer is now for pin in pins):
            shown.append(None)
            columns.append(_column(now, state.space.source.name, "now", None, is_live=True))
        for pin in pins:
            other = now if now is not None and pin.is_of(state.space) and pin.answer is not now else None
            shown.append(pin)
            columns.append(_column(pin.answer, pin.space_name, "pinned", other, is_live=pin.is_of(state.space)))
        self._shown = tuple(shown) if pins else ()
        self.show_columns(tuple(columns) if pins else (), empty=EMPTY, sentence="")
        self.pin_button.setEnabled(now is not None and not any(pin.answer is now for pin in pins))
        self.clear_button.setEnabled(bool(pins))
        self._on_current_changed()

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, *_: QModelIndex) -> None:
        self.unpin_button.setEnabled(self._current() is not None)


def _column(answer: Answer, space_name: str, when: str, other: Answer | None, *, is_live: bool) -> ListColumn:
    """One answer; ranks are compared with those of `other`, where that is of the same space."""
    ranked = answer_list(answer, space_name)
    note = f"{when}, {ranked.comparison}, {one_line(space_name, most=60)}"
    moves = () if other is None else rank_moves(answer.rows, other.rows)
    tip = f"{one_line(answer.reading, most=200)}\n{note}"
    return ListColumn(one_line(answer.text, most=80), note, tip, ranked, moves, marks_new=False, is_live=is_live)
