"""The right column: the neighbours with the sentence that says what they are, and the item under attention."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from embedviz.operations import Operations
from embedviz.session import Session
from embedviz.space.answer import Answer
from embedviz.space.metrics import METRICS
from embedviz.views.appearance import Appearance
from embedviz.views.item_panel import ItemPanel
from embedviz.views.neighbor_table import NeighborTable
from embedviz.views.panel import head, plain, scrolled
from embedviz.views.text import one_line
from embedviz.views.thumbnails import Thumbnails


def answer_sentence(answer: Answer | None) -> str:
    """What was understood, by which metric, over how many items, and whether that is exact."""
    if answer is None:
        return "Type a word above, or click an item on the plot."
    sure = "exact" if answer.exact else f"approximate, recall {answer.recall:.3f}"
    metric = METRICS[answer.metric].title.lower()
    said = f"{one_line(answer.reading, most=90)}\n{metric} over all {answer.n_ranked:,} other items, {sure}"
    return "\n".join([said, *(one_line(remark, most=110) for remark in answer.remarks)])


class AnswerPanel(QFrame):
    """Neighbours above, the item below."""

    def __init__(
        self,
        session: Session,
        operations: Operations,
        appearance: Appearance,
        thumbnails: Thumbnails,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._session = session
        self.neighbor_table = NeighborTable(session, operations, appearance)
        self.sentence = plain("muted", "answer_sentence")
        self.item_panel = ItemPanel(session, appearance, thumbnails)
        column = QVBoxLayout(self)
        column.setContentsMargins(15, 12, 15, 12)
        column.setSpacing(6)
        column.addWidget(head("Nearest neighbours"))
        column.addWidget(self.neighbor_table, 3)
        self._column = column
        column.addSpacing(6)
        column.addWidget(scrolled(self.item_panel), 2)
        session.answer_changed.connect(self._on_answer_changed)
        self._on_answer_changed()

    @Slot()
    def _on_answer_changed(self) -> None:
        answer = self._session.state.answer
        self.sentence.setText(answer_sentence(answer))
        self._column.removeWidget(self.sentence)  # below the rows, or where they would begin: nothing else moves
        at = self._column.indexOf(self.neighbor_table)
        self._column.insertWidget(at if answer is None else at + 1, self.sentence)
