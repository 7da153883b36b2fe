"""A small dialog that asks for one or two items, and a number where one is needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QDoubleSpinBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from embedviz.session import Session
from embedviz.views.lab.item_edit import ItemEdit


class ItemsDialog(QDialog):
    """Fields that offer labels; OK is possible once none of them is empty."""

    def __init__(
        self,
        session: Session,
        title: str,
        words: Sequence[str],
        texts: Sequence[str],
        wish: Callable[..., object],
        parent: QWidget,
        *,
        number: tuple[str, float] | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("items_dialog")
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._wish = wish
        self.edits = [ItemEdit(session, f"item_edit_{at}", word) for at, word in enumerate(words)]
        self.number_spin = QDoubleSpinBox()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        form = QFormLayout()
        form.setSpacing(8)
        for word, text, edit in zip(words, texts, self.edits, strict=True):
            edit.setText(text)
            edit.setMinimumWidth(240)
            edit.textChanged.connect(self._on_text_changed)
            form.addRow(_buddy(word, edit), edit)
        if number is not None:
            word, value = number
            self.number_spin.setObjectName("number_spin")
            self.number_spin.setAccessibleName(word)
            self.number_spin.setDecimals(3)
            self.number_spin.setRange(-1e9, 1e9)
            self.number_spin.setSingleStep(0.05)
            self.number_spin.setValue(value)
            form.addRow(_buddy(word, self.number_spin), self.number_spin)
        self._has_number = number is not None
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(self.buttons)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        self._on_text_changed()

    @Slot()
    def _on_text_changed(self) -> None:
        complete = all(edit.text().strip() for edit in self.edits)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(complete)

    @Slot()
    def _on_accepted(self) -> None:
        given = [edit.text().strip() for edit in self.edits]
        self.accept()
        self._wish(*given, self.number_spin.value()) if self._has_number else self._wish(*given)


def _buddy(word: str, field: QWidget) -> QLabel:
    label = QLabel(word)
    label.setBuddy(field)
    return label
