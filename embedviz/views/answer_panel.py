"""The right column: the neighbours with the sentence that says what they are, and the item under attention."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from embedviz.analysis.null_scores import NullScores
from embedviz.operations import Operations
from embedviz.session import Session
from embedviz.space.answer import Answer
from embedviz.space.metrics import METRICS
from embedviz.views.apart_tabs import ApartTabs
from embedviz.views.appearance import Appearance
from embedviz.views.item_panel import ItemPanel
from embedviz.views.neighbor_table import NeighborTable
from embedviz.views.panel import head, plain, scrolled
from embedviz.views.suggestions import Suggestions
from embedviz.views.text import one_line
from embedviz.views.thumbnails import Thumbnails


def answer_sentence(answer: Answer | None) -> str:
    """What was understood, by which metric, over how many items, and whether that is exact."""
    if answer is None:
        return "Type a word above, or click an item on the plot."
    sure = "exact" if answer.exact else f"approximate, recall {answer.recall:.3f}"
    metric = METRICS[answer.metric].title.lower()
    over = f"all {answer.n_ranked:,} other items"
    if answer.scope:
        over = f"{answer.n_ranked:,} of {answer.n_items:,} items {one_line(answer.scope, most=110)}"
    said = f"{one_line(answer.reading, most=90)}\n{metric} over {over}, {sure}"
    return "\n".join([said, *(one_line(remark, most=110) for remark in answer.remarks)])


def worth_sentence(answer: Answer | None, null: NullScores | None) -> str:
    """How rare the farthest of the neighbours is among random pairs; empty where that is not known."""
    if answer is None or null is None or not len(answer.scores):
        return ""
    share = null.share_text(float(answer.scores[-1]))
    pairs = f"all {null.n_pairs:,} pairs" if null.is_whole else f"{null.n_pairs:,} random pairs"
    return f"{'All closer' if len(answer.scores) > 1 else 'Closer'} than {share} of {pairs}"


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
        self._operations = operations
        self.neighbor_table = NeighborTable(session, operations, appearance)
        self.suggestions = Suggestions(operations)
        self.apart_tabs = ApartTabs(session, operations)
        self.sentence = plain("muted", "answer_sentence")
        self.worth = plain("muted", "answer_worth")
        self.pin_button = QToolButton()
        self.pin_button.setObjectName("pin_button")
        self.pin_button.setText("Pin")
        self.pin_button.setToolTip("Keep these neighbours in sight while you ask on (Ctrl+D)")
        self.pin_button.setAccessibleName("Pin the neighbours")
        top = QHBoxLayout()
        top.addWidget(head("Nearest neighbours"), 1)
        top.addWidget(self.pin_button)
        self.item_panel = ItemPanel(session, appearance, thumbnails)
        column = QVBoxLayout(self)
        column.setContentsMargins(15, 12, 15, 12)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self.suggestions)
        column.addWidget(self.apart_tabs)
        column.addWidget(self.neighbor_table, 3)
        column.addWidget(self.worth)
        self._column = column
        column.addSpacing(6)
        column.addWidget(scrolled(self.item_panel), 2)
        self.pin_button.clicked.connect(operations.pin_answer)
        session.answer_changed.connect(self._on_answer_changed)
        operations.calibrated.connect(self._on_calibrated)
        self._on_answer_changed()

    @Slot()
    def _on_answer_changed(self) -> None:
        answer = self._session.state.answer
        self.sentence.setText(answer_sentence(answer))
        self._column.removeWidget(self.sentence)  # below the rows, or where they would begin: nothing else moves
        at = self._column.indexOf(self.neighbor_table)
        self._column.insertWidget(at if answer is None else at + 1, self.sentence)
        self.pin_button.setEnabled(answer is not None)
        self._on_calibrated()

    @Slot()
    def _on_calibrated(self) -> None:
        answer = self._session.state.answer
        null = self._operations.null_scores(answer.metric) if answer is not None else None
        said = worth_sentence(answer, null)
        self.worth.setText(said)
        self.worth.setToolTip(f"Compared with the scores of {null.pairs_text}" if null is not None else "")
        self.worth.setVisible(bool(said))
