"""Asks for a text whose lines, or paragraphs, are to become items, and how their words are pooled."""

from __future__ import annotations

from typing import get_args

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from embedviz.operations import Operations
from embedviz.session import Session
from embedviz.training.line_space import Unit
from embedviz.training.sentence_pooling import word_space
from embedviz.training.word_weights import Weighting, has_counts
from embedviz.views.learn.pipeline_page import COUNTLESS_TIP, TIPS, TITLES
from embedviz.views.panel import plain, push_button
from embedviz.views.text import one_line

TEXT_FILTER = "Texts and tables (*.txt *.gz *.bz2 *.xz *.zip *.csv *.tsv *.tab *.parquet);;All files (*)"
UNIT_TITLES: dict[Unit, str] = {"line": "Each line", "paragraph": "Each paragraph, up to a blank line"}


class LinesDialog(QDialog):
    """A file, what of it is an item, the weighting of the words, and for a table the column of the text."""

    def __init__(self, session: Session, operations: Operations, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("lines_dialog")
        self.setWindowTitle("Lines of a text as items")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._operations = operations
        self.path_edit = QLineEdit()
        self.browse_button = push_button("Browse…", "lines_browse_button", "Choose a text or a table")
        self.unit_combo, self.weighting_combo, self.column_edit = QComboBox(), QComboBox(), QLineEdit()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel)
        space = session.state.space
        self._can_weight = space is not None and has_counts(word_space(space))
        self.sentence = plain("muted", "lines_sentence")
        name = one_line(word_space(space).source.name, 60) if space is not None else "the open space"
        self.sentence.setText(f"Each becomes one item, pooled from the vectors of its words in {name}.")
        self._set_up()
        self._lay_out()
        self.path_edit.textChanged.connect(self._on_path_changed)
        self.browse_button.clicked.connect(self.browse)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        self._on_path_changed()

    @Slot()
    def browse(self) -> None:
        """Ask for the file."""
        path, _ = QFileDialog.getOpenFileName(self, "Lines of a text as items", self.path_edit.text(), TEXT_FILTER)
        if path:
            self.path_edit.setText(path)

    def _set_up(self) -> None:
        self.path_edit.setObjectName("lines_path_edit")
        self.path_edit.setPlaceholderText("A text, a folder of texts, or a table")
        self.path_edit.setMinimumWidth(280)
        self.unit_combo.setObjectName("lines_unit_combo")
        for unit in get_args(Unit):
            self.unit_combo.addItem(UNIT_TITLES[unit], unit)
        self.weighting_combo.setObjectName("lines_weighting_combo")
        for weighting in get_args(Weighting):
            self.weighting_combo.addItem(TITLES[weighting], weighting)
        self.weighting_combo.setEnabled(self._can_weight)
        self.weighting_combo.setToolTip(TIPS["frequency"] if self._can_weight else COUNTLESS_TIP)
        self.column_edit.setObjectName("lines_column_edit")
        self.column_edit.setPlaceholderText("of a table: found by its usual name")

    def _lay_out(self) -> None:
        path = QHBoxLayout()
        path.setSpacing(6)
        path.addWidget(self.path_edit, 1)
        path.addWidget(self.browse_button)
        form = QFormLayout()
        form.setSpacing(8)
        form.addRow(_buddy("Text", self.path_edit), path)
        form.addRow(_buddy("Items", self.unit_combo), self.unit_combo)
        form.addRow(_buddy("Words", self.weighting_combo), self.weighting_combo)
        form.addRow(_buddy("Column", self.column_edit), self.column_edit)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(self.sentence)
        column.addWidget(self.buttons)

    @Slot()
    def _on_path_changed(self) -> None:
        button = self.buttons.button(QDialogButtonBox.StandardButton.Open)
        button.setEnabled(bool(self.path_edit.text().strip()))

    @Slot()
    def _on_accepted(self) -> None:
        self.accept()
        column = self.column_edit.text().strip() or None
        unit, weighting = self.unit_combo.currentData(), self.weighting_combo.currentData()
        self._operations.open_lines(self.path_edit.text().strip(), unit=unit, weighting=weighting, column=column)


def _buddy(word: str, field: QWidget) -> QLabel:
    """The label of a field, which is its name to a screen reader too."""
    label = QLabel(word)
    label.setBuddy(field)
    field.setAccessibleName(word)
    return label
