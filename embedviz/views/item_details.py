"""The metadata of one item: a few as lines of text, many as a table with a field to filter by name or value."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFormLayout, QHeaderView, QLabel, QLineEdit, QVBoxLayout, QWidget

from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.table import Column
from embedviz.views import theme as measures
from embedviz.views.appearance import Appearance
from embedviz.views.panel import plain
from embedviz.views.row_table import RowTable, tabular
from embedviz.views.text import one_line

MISSING = "–"
MOST_LINES = 12
MOST_IN_A_LINE = 280
MOST_IN_A_TIP = 2000
ROWS_SEEN = 9
HEADS = ("Column", "Value")
Index = QModelIndex | QPersistentModelIndex


def value_text(column: Column, row: int, most: int = MOST_IN_A_LINE) -> str:
    """One value on one line, elided; a dash where it is missing or empty."""
    return one_line(column.text(row), most=most) or MISSING


class DetailsModel(QAbstractTableModel):
    """The columns whose name or value holds what was typed, with their value for one item."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: list[tuple[str, Column]] = []
        self._row = 0
        self._matching: list[int] = []
        self._typed = ""

    def show(self, columns: list[tuple[str, Column]], row: int) -> None:
        """Show another item."""
        is_same = len(columns) == len(self._columns) and all(
            mine[1] is other[1] for mine, other in zip(columns, self._columns, strict=True)
        )
        if is_same and not self._typed:
            self._row = row
            if columns:
                self.dataChanged.emit(self.index(0, 1), self.index(len(columns) - 1, 1))
            return
        self.beginResetModel()
        self._columns, self._row = columns, row
        self._match()
        self.endResetModel()

    def filter_by(self, typed: str) -> None:
        """Keep the columns whose name or value holds this."""
        self.beginResetModel()
        self._typed = typed.casefold().strip()
        self._match()
        self.endResetModel()

    def _match(self) -> None:
        self._matching = [
            at
            for at, (name, column) in enumerate(self._columns)
            if self._typed in name.casefold() or self._typed in column.text(self._row)[:MOST_IN_A_TIP].casefold()
        ]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else len(self._matching)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else len(HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return HEADS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        name, column = self._columns[self._matching[index.row()]]
        if role == Qt.ItemDataRole.DisplayRole:
            return value_text(column, self._row, 120) if index.column() else one_line(name, most=60)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _as_text(f"{name}: {column.text(self._row) or MISSING}")
        if role == Qt.ItemDataRole.FontRole and index.column() and column.kind in ("number", "time"):
            return tabular(QFont())
        return None


class ItemDetails(QWidget):
    """All metadata of an item but its pictures."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._names: list[str] = []
        self._values: list[QLabel] = []
        self._form = QFormLayout()
        self._form.setContentsMargins(0, 4, 0, 0)
        self._form.setHorizontalSpacing(8)
        self._form.setVerticalSpacing(4)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.filter_edit = QLineEdit()
        self.filter_edit.setObjectName("metadata_filter")
        self.filter_edit.setPlaceholderText("Find a column or value")
        self.filter_edit.setAccessibleName("Find in the item's metadata")
        self.filter_edit.setClearButtonEnabled(True)
        self.model = DetailsModel(self)
        self.table = RowTable("metadata_table", "Metadata of the item", appearance, row_px=measures.ROW_HEIGHT)
        self.table.setModel(self.model)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.horizontalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(self._form)
        column.addWidget(self.filter_edit)
        column.addWidget(self.table)
        self.filter_edit.textChanged.connect(self._on_filter_changed)
        self.fit()
        self.show_item(None, 0)

    def show_item(self, space: EmbeddingSpace | None, row: int) -> None:
        """Show the metadata of one item, or none."""
        there = [] if space is None else [each for each in space.metadata.items() if each[1].kind != "image"]
        are_many = len(there) > MOST_LINES
        self.filter_edit.setVisible(are_many)
        self.table.setVisible(are_many)
        self.model.show(there if are_many else [], row)
        self._show_lines([] if are_many else there, row)

    def fit(self) -> None:
        """Take the sizes of the interface's scale."""
        self.table.setFixedHeight(ROWS_SEEN * self._appearance.px(measures.ROW_HEIGHT))

    def _show_lines(self, columns: list[tuple[str, Column]], row: int) -> None:
        names = [name for name, _ in columns]
        if names != self._names:
            self._names, self._values = names, []
            while self._form.rowCount():
                self._form.removeRow(0)
            for name, column in columns:
                key, value = plain("muted"), plain()
                key.setText(one_line(name, most=40))
                value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                if column.kind in ("number", "time"):
                    value.setFont(tabular(value.font()))
                self._form.addRow(key, value)
                self._values.append(value)
        for label, (_, column) in zip(self._values, columns, strict=True):
            text = column.text(row)
            label.setText(value_text(column, row))
            label.setToolTip(_as_text(text) if len(text) > MOST_IN_A_LINE else "")

    @Slot(str)
    def _on_filter_changed(self, typed: str) -> None:
        self.model.filter_by(typed)


def _as_text(text: str) -> str:
    """A tooltip that is never read as HTML and breaks its lines."""
    cut = text if len(text) <= MOST_IN_A_TIP else text[: MOST_IN_A_TIP - 1] + "…"
    safe = one_line(cut, most=MOST_IN_A_TIP).replace("&", "&amp;").replace("<", "&lt;")
    return f"<qt>{safe}</qt>"
