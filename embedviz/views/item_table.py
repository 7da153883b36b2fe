"""What tables of items do: what is walked to or pointed at has the attention, Enter or a click asks about it."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from embedviz.operations import Operations
from embedviz.session import Session
from embedviz.views.appearance import Appearance
from embedviz.views.row_table import RowTable

Index = QModelIndex | QPersistentModelIndex


class ItemModel(QAbstractTableModel):
    """Cells that may be about an item."""

    def item_at(self, index: Index) -> int | None:
        """The row of the item in the open space that a cell is about, or None."""
        raise NotImplementedError


class ItemTable(RowTable):
    """Shows an ItemModel."""

    asks_by_click = True

    def __init__(
        self,
        name: str,
        spoken: str,
        model: ItemModel,
        session: Session,
        operations: Operations,
        appearance: Appearance,
        *,
        row_px: float,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(name, spoken, appearance, row_px=row_px, parent=parent)
        self._items, self._session, self._operations = model, session, operations
        self.setModel(model)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setMouseTracking(True)
        self.selectionModel().currentChanged.connect(self._on_current_changed)

    def _attend(self, index: QModelIndex) -> None:
        row = self._items.item_at(index)
        if row is not None:
            self._session.set_focus(row)

    def _ask_about(self, index: QModelIndex) -> None:
        row = self._items.item_at(index)
        if row is not None:
            self._operations.ask_item(row)

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        self._attend(current)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._ask_about(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self.asks_by_click and event.button() == Qt.MouseButton.LeftButton:
            self._ask_about(self.indexAt(event.position().toPoint()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._attend(self.indexAt(event.position().toPoint()))
