"""The columns of a table and its first rows, as models: hundreds of columns cost nothing until they are seen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont, QFontDatabase

from embedviz.formats import ColumnChoice, Contents
from embedviz.views.text import one_line

LONGEST_NAME = 60
LONGEST_CELL = 80
_NUMBERS = re.compile(r"\[?-?(?:\.?\d[\d.,eE+\-… ]*|nan|inf)\]?", re.IGNORECASE)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
Index = QModelIndex | QPersistentModelIndex


class ColumnsModel(QAbstractListModel):
    """Columns by name and kind; where `is_checkable`, each with a check mark."""

    def __init__(
        self, columns: Sequence[ColumnChoice], *, is_checkable: bool = False, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._is_checkable = is_checkable
        self._checked = [not column.is_vector_candidate for column in columns]
        self._used: dict[str, str] = {}

    def checked(self) -> tuple[ColumnChoice, ...]:
        """The columns whose mark is set and that have no other part."""
        marked = zip(self.columns, self._checked, strict=True)
        return tuple(column for column, is_on in marked if is_on and column.name not in self._used)

    def use_elsewhere(self, parts: dict[str, str]) -> None:
        """Columns that have another part, which stands beside their name; they cannot be marked."""
        self._used = parts
        self._tell()

    def check(self, names: Sequence[str]) -> None:
        """Set the marks of these columns, and take away all others."""
        wanted = set(names)
        self._checked = [column.name in wanted for column in self.columns]
        self._tell()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column = self.columns[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            about = self._used.get(column.name, column.kind)
            return f"{one_line(column.name, most=LONGEST_NAME) or '(no name)'}   {one_line(about, most=40)}"
        if role == Qt.ItemDataRole.CheckStateRole and self._is_checkable:
            is_on = self._checked[index.row()] and column.name not in self._used
            return Qt.CheckState.Checked if is_on else Qt.CheckState.Unchecked
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or not index.isValid():
            return False
        self._checked[index.row()] = Qt.CheckState(value) == Qt.CheckState.Checked
        self.dataChanged.emit(index, index, [role])
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.isValid() and self.columns[index.row()].name in self._used:
            return flags & ~Qt.ItemFlag.ItemIsEnabled
        return flags | Qt.ItemFlag.ItemIsUserCheckable if self._is_checkable else flags

    def _tell(self) -> None:
        if self.columns:
            self.dataChanged.emit(self.index(0), self.index(len(self.columns) - 1))


class FirstRowsModel(QAbstractTableModel):
    """The first rows of a table, as the file holds them; numbers in figures of one width, to the right."""

    def __init__(self, contents: Contents, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._contents = contents
        self._names: dict[int, str] = {}
        self._figures = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else len(self._contents.first_rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else len(self._contents.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return str(section) if role == Qt.ItemDataRole.DisplayRole else None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._name(section)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._contents.first_rows[index.row()]
        text = row[index.column()] if index.column() < len(row) else ""
        if role == Qt.ItemDataRole.DisplayRole:
            return one_line(text, most=LONGEST_CELL) or "–"
        if role == Qt.ItemDataRole.FontRole:
            return QFont(self._figures) if _NUMBERS.fullmatch(text) else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            is_number = _NUMBERS.fullmatch(text) is not None and not text.startswith("[")
            return _RIGHT if is_number else _LEFT
        return None

    def _name(self, section: int) -> str:
        """The name of a column, made fit for its head once: a header asks for all of them again and again."""
        if section not in self._names:
            self._names[section] = one_line(self._contents.columns[section].name, most=LONGEST_NAME)
        return self._names[section]
