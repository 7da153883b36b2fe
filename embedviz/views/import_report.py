"""What the import noticed: one line with counts, and all of it when asked."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.report import report_line
from embedviz.views.panel import plain
from embedviz.views.text import one_line

FEW_NOTES = 2
MOST_NOTES = 40


class ImportReport(QWidget):
    """Few notes stand as they are; more are one line of counts, with a button that shows them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[str] = []
        self.line = plain("muted", "report_line")
        self.notes = plain("muted", "space_notes")
        self.button = QToolButton()
        self.button.setObjectName("notes_button")
        self.button.setCheckable(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for widget in (self.line, self.button, self.notes):
            column.addWidget(widget)
        self.button.toggled.connect(self._on_button_toggled)
        self.show_space(None)

    def text(self) -> str:
        """The notes as they are listed, a line each."""
        return "\n".join(self._lines)

    def show_space(self, space: EmbeddingSpace | None) -> None:
        """Show the notes of another space, folded where they are many."""
        notes = space.notes if space is not None else ()
        self._lines = [f"• {one_line(note.text)}" for note in notes[:MOST_NOTES]]
        if len(notes) > MOST_NOTES:
            self._lines.append(f"and {len(notes) - MOST_NOTES} more (embedviz info lists all)")
        are_many = len(notes) > FEW_NOTES
        self.line.setText(report_line(space.n_items, notes) if space is not None and are_many else "")
        self.line.setVisible(are_many)
        self.button.setVisible(are_many)
        self.notes.setText(self.text())
        self.button.setChecked(False)
        self._fold()
        self.setVisible(bool(notes))

    def _fold(self) -> None:
        is_folded = not self.button.isHidden() and not self.button.isChecked()
        self.notes.setVisible(bool(self._lines) and not is_folded)
        self.button.setText("Show details" if is_folded else "Hide details")

    @Slot(bool)
    def _on_button_toggled(self, _is_on: bool) -> None:
        self._fold()
