"""The epochs as rows of a table."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from embedviz.space.run import EpochRecord
from embedviz.views.table_heads import Heads

HEADS = Heads(
    ("Epoch", "Loss", "Held-out", "Accuracy", "Rate", "Words/s"),
    (
        "One reading of the whole text",
        "Mean loss of the updates, nats per positive pair",
        "The same loss on sentences that are not trained on",
        "How often the true neighbour outscores a drawn word; chance is 50 %",
        "Learning rate at the end of the epoch",
        "Words of the text read in a second of training",
    ),
)
HELDOUT, RATE, SPEED = 2, 4, 5
Index = QModelIndex | QPersistentModelIndex


def cells(record: EpochRecord) -> tuple[str, ...]:
    """One epoch as a row of the table; a dash for a figure that its way of training does not have."""
    figures = (
        (record.loss, f"{record.loss:.4f}"),
        (record.heldout_loss, f"{record.heldout_loss:.4f}"),
        (record.accuracy, f"{100 * record.accuracy:.1f} %"),
        (record.learning_rate, f"{record.learning_rate:.4f}"),
        (record.words_per_second, f"{record.words_per_second / 1e6:.2f} M"),
    )
    return str(record.epoch), *(text if math.isfinite(value) else "–" for value, text in figures)


class EpochModel(QAbstractTableModel):
    """Grows by a row an epoch; a row costs nothing until it is looked at."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.records: tuple[EpochRecord, ...] = ()

    def show(self, records: tuple[EpochRecord, ...]) -> None:
        """Show other epochs; where they continue those that are shown, only rows are added."""
        before = len(self.records)
        if before and len(records) > before and records[before - 1] is self.records[-1]:
            self.beginInsertRows(QModelIndex(), before, len(records) - 1)
            self.records = records
            self.endInsertRows()
            return
        self.beginResetModel()
        self.records = records
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else len(self.records)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return len(HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return HEADS.data(section, orientation, role)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return cells(self.records[index.row()])[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.records[index.row()].sentence
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return HEADS.alignment(index.column())
        return None
