"""Where a scale ends: at percentiles, at the extremes, or at two numbers of one's own."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from embedviz.operations import Operations
from embedviz.raster import Legend as LegendFacts
from embedviz.session import Session

PERCENTILE, FULL, CUSTOM = range(3)


class ColorLimits(QWidget):
    """Shows the limits in force and changes them."""

    def __init__(self, session: Session, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._operations = session, operations
        self._facts = LegendFacts("scale", ())
        self.combo = QComboBox()
        self.combo.setObjectName("color_limits_combo")
        self.combo.setAccessibleName("Limits of the colour scale")
        self.combo.setToolTip("Where the colours begin and end; values beyond take the end colours")
        self.combo.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.combo.addItems(["Percentiles 2–98", "Full range", "Custom limits"])
        self.low_edit, self.high_edit = self._edit("Lower limit"), self._edit("Upper limit")
        self._row = QWidget()
        row = QHBoxLayout(self._row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.low_edit)
        row.addWidget(QLabel("to"))
        row.addWidget(self.high_edit)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.combo)
        column.addWidget(self._row)
        self.combo.currentIndexChanged.connect(self._on_chosen)
        self.low_edit.editingFinished.connect(self._on_edited)
        self.high_edit.editingFinished.connect(self._on_edited)

    def show_scale(self, facts: LegendFacts) -> None:
        """Show the limits of another scale."""
        self._facts = facts
        limits = self._session.state.color_limits
        with QSignalBlocker(self.combo):
            is_number = facts.scale_kind != "time"
            if self.combo.count() != (3 if is_number else 2):
                if is_number:
                    self.combo.addItem("Custom limits")
                else:
                    self.combo.removeItem(CUSTOM)
            self.combo.setCurrentIndex({"percentile": PERCENTILE, "full": FULL}.get(str(limits), CUSTOM))
        self._row.setVisible(isinstance(limits, tuple))
        for edit, end in zip((self.low_edit, self.high_edit), facts.ends, strict=True):
            edit.setText(f"{end:.6g}")

    def _edit(self, name: str) -> QLineEdit:
        edit = QLineEdit()
        edit.setAccessibleName(name)
        edit.setToolTip(name)
        edit.setMinimumWidth(20)
        return edit

    @Slot(int)
    def _on_chosen(self, index: int) -> None:
        if index == CUSTOM:
            self._operations.set_color_limits(self._facts.ends)
        else:
            self._operations.set_color_limits("full" if index == FULL else "percentile")

    @Slot()
    def _on_edited(self) -> None:
        """Take both numbers over if they have changed; what is no number is said, and what was there comes back."""
        texts = [edit.text().strip() for edit in (self.low_edit, self.high_edit)]
        if texts == [f"{end:.6g}" for end in self._facts.ends]:
            return
        low, high = (_number(text) for text in texts)
        if math.isnan(low) or math.isnan(high):
            self._operations.say("The limits of a colour scale are two numbers, such as 0.5 and 20.")
        else:
            self._operations.set_color_limits((low, high))
        self.show_scale(self._facts)


def _number(text: str) -> float:
    try:
        return float(text.replace("−", "-").replace(",", ""))
    except ValueError:
        return math.nan
