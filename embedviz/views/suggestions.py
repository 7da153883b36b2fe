"""What may have been meant where a question could not be answered: a button for each."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from embedviz.operations import Operations
from embedviz.operations.questions import Refusal
from embedviz.space.query_repair import MOST_REPAIRS, Repair
from embedviz.views.panel import plain
from embedviz.views.text import one_line

LONGEST_NAME = 60


class Suggestions(QFrame):
    """Stands while the last question could not be answered and near names are known; a click asks with one of them."""

    def __init__(self, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("suggestions")
        self.setProperty("role", "card")
        self.sentence = plain("", "suggestions_sentence")
        self.choices = [_Choice(operations, at, self) for at in range(MOST_REPAIRS)]
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(4)
        column.addWidget(self.sentence)
        for choice in self.choices:
            column.addWidget(choice.button)
        operations.refused.connect(self._on_operations_refused)
        operations.session.space_changed.connect(self._on_space_changed)
        self._on_operations_refused(None)

    @Slot(object)
    def _on_operations_refused(self, refusal: Refusal | None) -> None:
        offered = () if refusal is None else refusal.repairs
        if refusal is not None:
            why = f"No item “{one_line(refusal.unknown, most=LONGEST_NAME)}”. " if refusal.unknown else ""
            self.sentence.setText(f"{why}Did you mean")
        for at, choice in enumerate(self.choices):
            choice.show(offered[at] if at < len(offered) else None)
        self.setVisible(bool(offered))

    @Slot()
    def _on_space_changed(self) -> None:
        self._on_operations_refused(None)


class _Choice(QObject):
    """One button and the question it asks."""

    def __init__(self, operations: Operations, at: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._operations = operations
        self._repair: Repair | None = None
        self.button = QPushButton(parent)
        self.button.setObjectName(f"suggestion_{at}")
        self.button.clicked.connect(self._on_button_clicked)

    def show(self, repair: Repair | None) -> None:
        """Offer one repair, or none."""
        self._repair = repair
        self.button.setVisible(repair is not None)
        if repair is not None:
            name = one_line(repair.name, most=LONGEST_NAME)
            self.button.setText(name.replace("&", "&&"))
            self.button.setAccessibleName(f"Ask about {name} instead")
            self.button.setToolTip(one_line(repair.question))

    @Slot()
    def _on_button_clicked(self) -> None:
        if self._repair is not None:
            self._operations.ask(self._repair.question)
