"""The page of what is pinned: lists that stay in sight beside the present one, also while other spaces are open."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Slot
from PySide6.QtWidgets import QWidget

from embedviz.analysis.metric_lists import rank_moves
from embedviz.formats.answer_lists import AnswerList, answer_list
from embedviz.operations import Operations
from embedviz.operations.comparing import Pin
from embedviz.session import Session
from embedviz.views.appearance import Appearance
from embedviz.views.ask.list_model import ListColumn
from embedviz.views.ask.list_page import ListPage
from embedviz.views.text import one_line

EMPTY = (
    "Nothing is pinned. “Pin” keeps the neighbours of the open question here while you ask on, by another metric or in "
    "another space, so that lists stand beside each other. Findings (hubs, a path, pairs …) are pinned on their page."
)


class PinnedPage(ListPage):
    """The present answer first, then the pinned lists, the newest first."""

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__("pinned", "Pinned lists", session, operations, appearance, parent)
        self._shown: tuple[Pin | None, ...] = ()
        self.pin_button = self.tool("Pin", "pin", "Pin the neighbours of the open question (Ctrl+D)")
        self.unpin_button = self.tool("Unpin", "unpin", "Unpin the list whose item is current")
        self.clear_button = self.tool("Clear", "clear", "Unpin all lists")
        for button in (self.pin_button, self.unpin_button, self.clear_button):
            self.add_tool(button)
        self.pin_button.clicked.connect(operations.pin_answer)
        self.unpin_action = self.add_list_action("Unpin this list")
        self.list_menu.aboutToShow.connect(self._on_menu_shown)
        self.unpin_action.triggered.connect(self._on_unpin_wanted)
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
        pin = self._pin_at(self.table.currentIndex().column())
        if pin is not None:
            self._operations.unpin(pin)

    def _pin_at(self, column: int) -> Pin | None:
        return self._shown[column] if 0 <= column < len(self._shown) else None

    @Slot()
    def _on_menu_shown(self) -> None:
        self.unpin_action.setEnabled(self._pin_at(self.menu_column) is not None)

    @Slot()
    def _on_unpin_wanted(self) -> None:
        pin = self._pin_at(self.menu_column)
        if pin is not None:
            self._operations.unpin(pin)

    @Slot()
    def _on_pins_changed(self) -> None:
        state, pins = self._session.state, self._operations.pins[::-1]
        now: AnswerList | None = None
        columns: list[ListColumn] = []
        shown: list[Pin | None] = []
        if state.answer is not None and state.space is not None:
            now = answer_list(state.answer, state.space.source.name)
        is_pinned = now is not None and any(pin.shows(now, state.space) for pin in pins)
        if now is not None and state.answer is not None and not is_pinned:
            shown.append(None)
            columns.append(_column(now, state.answer.reading, "now", None, is_live=True))
        for pin in pins:
            is_live = pin.is_of(state.space)
            other = now if now is not None and pin.is_answer and not pin.shows(now, state.space) else None
            shown.append(pin)
            columns.append(_column(pin.ranked, pin.about, "pinned", other if is_live else None, is_live=is_live))
        self._shown = tuple(shown) if pins else ()
        self.show_columns(tuple(columns) if pins else (), empty=EMPTY, sentence="")
        self.pin_button.setEnabled(now is not None and not is_pinned)
        self.clear_button.setEnabled(bool(pins))
        self._on_current_changed()

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, *_: QModelIndex) -> None:
        self.unpin_button.setEnabled(self._pin_at(self.table.currentIndex().column()) is not None)


def _column(ranked: AnswerList, about: str, when: str, other: AnswerList | None, *, is_live: bool) -> ListColumn:
    """One list; ranks are compared with those of `other`, where that is given."""
    note = f"{when}, {ranked.comparison}, {one_line(ranked.space_name, most=60)}"
    moves = () if other is None else rank_moves(ranked.rows, other.rows)
    tip = f"{one_line(about, most=400)}\n{note}"
    return ListColumn(one_line(ranked.question, most=80), note, tip, ranked, moves, marks_new=False, is_live=is_live)
