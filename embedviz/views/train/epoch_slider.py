"""The slider that goes back to any epoch of a training, while it runs and after."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import QSlider, QVBoxLayout, QWidget

from embedviz.operations import Operations
from embedviz.views.panel import plain


class EpochSlider(QWidget):
    """A place for each kept epoch; while a training runs, the last place is the present."""

    def __init__(self, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._operations = operations
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("epoch_slider")
        self.slider.setAccessibleName("Epoch that is shown")
        self.slider.setToolTip("Go back to how it was after any epoch: plot, neighbours and scores")
        self.slider.setPageStep(1)
        self.label = plain("muted", "epoch_label")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.label)
        column.addWidget(self.slider)
        self.slider.valueChanged.connect(self._on_value_changed)
        operations.epochs_changed.connect(self._on_epochs_changed)
        self._on_epochs_changed()

    @Slot(int)
    def _on_value_changed(self, place: int) -> None:
        epochs = self._operations.epochs
        if place < len(epochs):
            self._operations.show_epoch(epochs[place])
        else:
            self._operations.show_live()

    @Slot()
    def _on_epochs_changed(self) -> None:
        """Take the places of all epochs, and the one that is open, unless the hand is on the slider."""
        operations = self._operations
        epochs, last = operations.epochs, operations.epochs[-1:] or (0,)
        n_places = len(epochs) + operations.is_training
        self.setVisible(len(epochs) > 0)
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, max(0, n_places - 1))
            if operations.is_live:
                self.slider.setValue(n_places - 1)
            elif not self.slider.isSliderDown() and operations.epoch in epochs:
                self.slider.setValue(epochs.index(operations.epoch))
        self.label.setText(_said(operations.epoch, last[0], len(epochs), is_live=operations.is_live))


def _said(epoch: int | None, last: int, n_kept: int, *, is_live: bool) -> str:
    if is_live:
        return "Live; drag back to an epoch"
    if epoch is None:
        return f"{n_kept} moments are kept"
    return f"After epoch {epoch} of {last}" if epoch else "Before training"
