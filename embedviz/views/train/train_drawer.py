"""The drawer of Train: curves that grow with each epoch, the epochs as a table, and what the last one changed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from embedviz.operations import Operations
from embedviz.session import Session
from embedviz.space.run import EpochRecord
from embedviz.views import theme as measures
from embedviz.views.appearance import Appearance
from embedviz.views.panel import head, plain
from embedviz.views.train.curve import Curve

HEADS = ("Epoch", "Loss", "Held-out", "Accuracy", "Rate", "Words/s")
EMPTY = "Train on a text to see loss and accuracy, epoch by epoch."


def cells(record: EpochRecord) -> tuple[str, ...]:
    """One epoch as a row of the table."""
    return (
        str(record.epoch),
        f"{record.loss:.4f}",
        f"{record.heldout_loss:.4f}",
        f"{100 * record.accuracy:.1f} %",
        f"{record.learning_rate:.4f}",
        f"{record.words_per_second / 1e6:.2f} M",
    )


class TrainDrawer(QFrame):
    """Shows the training that runs, or the one the open space came from."""

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setObjectName("train_drawer")
        self._session = session
        self._operations = operations
        self._appearance = appearance
        self._records: tuple[EpochRecord, ...] = ()
        self.loss_plot = Curve("loss, nats per pair", appearance)
        self.loss_plot.setObjectName("loss_plot")
        self.accuracy_plot = Curve("held-out accuracy, %", appearance)
        self.accuracy_plot.setObjectName("accuracy_plot")
        self.epoch_table = QTableWidget(0, len(HEADS))
        self.epoch_table.setObjectName("epoch_table")
        self.epoch_table.setAccessibleName("Epochs of the training")
        self.epoch_table.setHorizontalHeaderLabels(HEADS)
        self.epoch_table.verticalHeader().hide()
        self.epoch_table.setShowGrid(False)
        self.epoch_table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.epoch_table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.epoch_table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.sentence = plain("muted", "epoch_sentence")
        row = QHBoxLayout()
        row.setSpacing(measures.GAP)
        for widget, share in ((self.loss_plot, 4), (self.accuracy_plot, 4), (self.epoch_table, 6)):
            row.addWidget(widget, share)
        column = QVBoxLayout(self)
        column.setContentsMargins(15, 10, 15, 10)
        column.setSpacing(4)
        column.addWidget(head("Training"))
        column.addLayout(row, 1)
        column.addWidget(self.sentence)
        operations.training_began.connect(self._on_training_began)
        operations.epoch_recorded.connect(self._on_epoch_recorded)
        operations.training_ended.connect(self._on_space_changed)
        session.space_changed.connect(self._on_space_changed)
        appearance.changed.connect(self._on_appearance_changed)
        self._on_space_changed()
        self._on_appearance_changed()

    def _show(self, records: tuple[EpochRecord, ...]) -> None:
        self._records = records
        epochs = [record.epoch for record in records]
        theme = self._appearance.theme
        self.loss_plot.show_lines(
            epochs,
            (
                ("training", theme.neighbor, [record.loss for record in records], Qt.PenStyle.SolidLine),
                ("held-out", theme.query, [record.heldout_loss for record in records], Qt.PenStyle.DashLine),
            ),
        )
        accuracy = [100 * record.accuracy for record in records]
        self.accuracy_plot.show_lines(epochs, (("held-out", theme.query, accuracy, Qt.PenStyle.DashLine),))
        self.epoch_table.setRowCount(len(records))
        for row, record in enumerate(records):
            for column, text in enumerate(cells(record)):
                item = QTableWidgetItem(text)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.epoch_table.setItem(row, column, item)
        self.epoch_table.scrollToBottom()
        self.sentence.setText(records[-1].sentence if records else EMPTY)

    @Slot()
    def _on_training_began(self) -> None:
        self._show(())
        self.sentence.setText("Reading the text…")

    @Slot(object)
    def _on_epoch_recorded(self, record: EpochRecord) -> None:
        self._show((*self._records, record))

    @Slot()
    def _on_space_changed(self) -> None:
        if self._operations.is_training:
            return
        space = self._session.state.space
        run = space.source.run if space is not None else None
        self._show(run.epochs if run is not None else ())

    @Slot()
    def _on_appearance_changed(self) -> None:
        self.setFixedHeight(self._appearance.px(224))
        self.epoch_table.verticalHeader().setDefaultSectionSize(self._appearance.px(22))
        self._show(self._records)
