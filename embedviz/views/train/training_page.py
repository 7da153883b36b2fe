"""The page of Training: curves that grow with each epoch, the epochs as a table, and what the last one changed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QHeaderView, QPushButton, QVBoxLayout, QWidget

from embedviz.operations import Operations
from embedviz.session import Session
from embedviz.space.run import EpochRecord
from embedviz.views import theme as measures
from embedviz.views.appearance import Appearance
from embedviz.views.drawer_page import DrawerPage
from embedviz.views.panel import plain, snug
from embedviz.views.row_table import RowTable
from embedviz.views.train.curve import Curve, Line
from embedviz.views.train.epoch_model import HELDOUT, RATE, SPEED, EpochModel

EMPTY = "Train on a text to see loss and accuracy, epoch by epoch."
FOREIGN = "The open space was not trained here, so it has no epochs. Train on a text to see loss and accuracy."
ROW_PX = 22
NARROW_PAGE_PX, NARROW_TABLE_PX, NARROWEST_TABLE_PX = 600, 340, 240


class TrainingPage(DrawerPage):
    """Shows the training that runs, or the one the open space came from."""

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, operations, appearance, parent)
        self.setObjectName("training_page")
        self.loss_plot = Curve("loss, nats per pair", appearance)
        self.loss_plot.setObjectName("loss_plot")
        self.accuracy_plot = Curve("held-out accuracy, %", appearance)
        self.accuracy_plot.setObjectName("accuracy_plot")
        self._model = EpochModel(self)
        self.epoch_table = RowTable("epoch_table", "Epochs of the training", appearance, row_px=ROW_PX)
        self.epoch_table.setModel(self._model)
        self.epoch_table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.sentence = plain("muted", "epoch_sentence")
        self.save_button = QPushButton("Save epochs…")
        self.save_button.setObjectName("save_epochs_button")
        self.save_button.setToolTip("Save the epochs of the open space as CSV or JSON")
        self._fill_tools(self.save_button, room=1)
        row = QHBoxLayout()
        row.setSpacing(measures.GAP)
        for widget, share in ((self.loss_plot, 4), (self.accuracy_plot, 4), (self.epoch_table, 6)):
            row.addWidget(widget, share)
        self._column = column = snug(QVBoxLayout(self), 4)
        column.addLayout(row, 1)
        column.addWidget(self.sentence)
        self.epoch_table.selectionModel().currentRowChanged.connect(self._on_current_row_changed)
        self.save_button.clicked.connect(self.save)
        operations.training_began.connect(self._on_training_began)
        operations.epoch_recorded.connect(self._on_epoch_recorded)
        operations.training_ended.connect(self._on_space_changed)
        operations.epochs_changed.connect(self._on_space_changed)
        session.space_changed.connect(self._on_space_changed)
        appearance.changed.connect(self._on_appearance_changed)
        self._on_appearance_changed()
        if operations.is_training:
            self._on_epoch_recorded()
        else:
            self._on_space_changed()

    @Slot()
    def save(self) -> None:
        """Ask for a file and save the epochs of the open space to it."""
        if self._session.state.run is None:
            self._operations.save_run("")  # says why there is nothing to save
            return
        path, chosen = QFileDialog.getSaveFileName(self, "Save epochs", "epochs.csv", "CSV (*.csv);;JSON (*.json)")
        if path:
            suffix = ".json" if "json" in chosen else ".csv"
            self._operations.save_run(path if Path(path).suffix else path + suffix)

    def _show(self, records: tuple[EpochRecord, ...], otherwise: str) -> None:
        """Show some epochs, and what the last one changed or else another sentence."""
        self._model.show(records)
        dash = Qt.PenStyle.DashLine
        self.loss_plot.show_lines(
            (
                Line("training", "neighbor", tuple(record.loss for record in records)),
                Line("held-out", "query", tuple(record.heldout_loss for record in records), dash),
            )
            if records
            else ()
        )
        accuracy = tuple(100 * record.accuracy for record in records)
        self.accuracy_plot.show_lines((Line("held-out", "query", accuracy, dash),) if records else ())
        self.epoch_table.scrollToBottom()
        self.sentence.setText(records[-1].sentence if records else otherwise)

    def _mark(self, epoch: int | None) -> None:
        """Point out the epoch that is open, where it is not the last."""
        records = self._model.records
        marked = epoch if epoch is not None and epoch < len(records) else None
        for curve in (self.loss_plot, self.accuracy_plot):
            curve.mark(marked)
        if marked:
            self.epoch_table.selectRow(marked - 1)
        else:
            self.epoch_table.clearSelection()

    @Slot()
    def _on_training_began(self) -> None:
        self._show((), "Reading the text…")

    @Slot()
    def _on_epoch_recorded(self) -> None:
        self._show(self._operations.epochs_so_far, "Reading the text…")

    @Slot()
    def _on_space_changed(self) -> None:
        if self._operations.is_training:
            return
        state = self._session.state
        self.save_button.setEnabled(state.run is not None)
        self._show(self._operations.records, EMPTY if state.space is None else FOREIGN)
        self._mark(self._operations.epoch)

    @Slot(QModelIndex)
    def _on_current_row_changed(self, current: QModelIndex) -> None:
        """An epoch that is chosen tells its sentence again."""
        if current.isValid():
            self.sentence.setText(self._model.records[current.row()].sentence)

    @Slot()
    def _on_appearance_changed(self) -> None:
        self._fit()

    def _fit(self) -> None:
        """A narrow page leaves out what the table says too, and from that how fast and by what steps was learned."""
        self.accuracy_plot.setVisible(self.width() >= self._appearance.px(NARROW_PAGE_PX))
        self._column.activate()
        for column, least in ((RATE, NARROW_TABLE_PX), (SPEED, NARROW_TABLE_PX), (HELDOUT, NARROWEST_TABLE_PX)):
            self.epoch_table.setColumnHidden(column, self.epoch_table.width() < self._appearance.px(least))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
