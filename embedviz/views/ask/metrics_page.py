"""The page of Metrics: the open question by every metric, without what all vectors share, and as the plot has it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from embedviz.analysis.metric_lists import ALL_BUT_TOP, CENTERED, PLOT, MetricList, MetricLists, rank_moves
from embedviz.formats.answer_lists import AnswerList
from embedviz.operations import Operations
from embedviz.session import Session
from embedviz.space.answer import Answer
from embedviz.space.metrics import METRICS
from embedviz.views.appearance import Appearance
from embedviz.views.ask.list_model import ListColumn
from embedviz.views.ask.list_page import ListPage

QUIET_MS = 120
EMPTY = (
    "Ask about an item to see its neighbours by every metric side by side: with the mean of all items taken away, "
    "without the directions that all vectors share, and as the plot shows them."
)
TIPS = {
    CENTERED: "The mean of all items is subtracted from each vector before cosines are taken.",
    ALL_BUT_TOP: (
        "All-but-the-top (Mu and Viswanath 2018): the mean and the first n_dims / 100 principal directions are taken "
        "out of each vector before cosines are taken."
    ),
    PLOT: "The nearest on the axes that are shown: what an eye takes for neighbours. A plot cannot keep all of them.",
}


class MetricsPage(ListPage):
    """Asks anew whenever the question or the axes change while it is seen."""

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__("metrics", "Neighbours by several metrics", session, operations, appearance, parent)
        self._asked: tuple[object, ...] | None = None
        self._waiting = QTimer(self, singleShot=True, interval=QUIET_MS)
        self.pin_button = self.tool("Pin", "pin", "Pin the list whose item is current, so that it stays in sight")
        self.add_tool(self.pin_button)
        self.pin_action = self.add_list_action("Pin this list")
        self.pin_button.clicked.connect(self._on_pin_clicked)
        self.pin_action.triggered.connect(self._on_pin_wanted)
        self.table.selectionModel().currentChanged.connect(self._on_current_changed)
        self.table.lists.modelReset.connect(self._on_lists_shown)
        self._waiting.timeout.connect(self._on_quiet)
        operations.metrics_compared.connect(self._on_metrics_compared)
        operations.metrics_refused.connect(self._on_metrics_refused)
        for changed in (session.answer_changed, session.projection_changed, session.view_changed):
            changed.connect(self._on_session_changed)
        session.space_changed.connect(self._on_space_changed)
        self._on_space_changed()

    def pin(self, column: int) -> None:
        """Keep one list in sight, on the page of what is pinned."""
        if 0 <= column < len(self.table.lists.columns):
            shown = self.table.lists.columns[column]
            about = f"{shown.title}: {shown.note}"
            self._operations.pin_lists([shown.ranked], about, are_answers=True)

    def _wanted(self) -> tuple[object, ...] | None:
        state = self._session.state
        if state.space is None or state.answer is None or not state.answer.exact:
            return None
        return state.space, state.answer, state.projection, state.view.axes

    @Slot()
    def _on_pin_clicked(self) -> None:
        self.pin(self.table.currentIndex().column())

    @Slot()
    def _on_pin_wanted(self) -> None:
        self.pin(self.menu_column)

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        self.pin_button.setEnabled(current.isValid())

    @Slot()
    def _on_lists_shown(self) -> None:
        self.pin_button.setEnabled(False)

    @Slot()
    def _on_session_changed(self) -> None:
        """A question that is still being typed waits for the next letter, and the first answer for the exact one."""
        if self._session.state.answer is None:
            self._on_space_changed()
        elif self.isVisible() and self._wanted() not in (None, self._asked):
            self._waiting.start()

    @Slot()
    def _on_space_changed(self) -> None:
        self._waiting.stop()
        self._asked = None
        self.show_columns((), empty=EMPTY, sentence="")

    @Slot()
    def _on_quiet(self) -> None:
        wanted = self._wanted()
        if wanted is not None and self.isVisible():
            self._asked = wanted
            self.sentence.setText("Comparing…")
            self._operations.compare_metrics()

    @Slot(object)
    def _on_metrics_compared(self, found: MetricLists) -> None:
        if found.answer is self._session.state.answer:
            self.show_columns(self._columns(found), empty=EMPTY, sentence=sentence(found))

    @Slot(str)
    def _on_metrics_refused(self, why: str) -> None:
        self.show_columns((), empty=why, sentence="")

    def _columns(self, found: MetricLists) -> tuple[ListColumn, ...]:
        space = self._session.state.space
        name = space.source.name if space is not None else ""
        first = found.lists[0]
        return tuple(_column(each, first if each is not first else None, found.answer, name) for each in found.lists)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._wanted() != self._asked:
            self._waiting.start()


def sentence(found: MetricLists) -> str:
    """What was compared with what, and how far the plot can be believed."""
    first = found.lists[0]
    said = f"Ranks are compared with {first.title.lower()}."
    if found.n_kept is None:
        return f"{found.lists[-1].problem} {said}"
    return f"The plot shows {found.n_kept:,} of these {len(first.rows):,} among its own nearest. {said}"


def _column(each: MetricList, reference: MetricList | None, answer: Answer, space_name: str) -> ListColumn:
    moves = () if reference is None else rank_moves(each.rows, reference.rows)
    tip = TIPS.get(each.name) or METRICS[each.name].explanation.capitalize() + "."
    ranked = AnswerList(space_name, answer.text, each.title.lower(), each.rows, each.labels, each.scores)
    return ListColumn(each.title, each.preparation, tip, ranked, moves, problem=each.problem)
