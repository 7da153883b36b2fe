"""A finding as a table: pointing at a cell gives its item the attention, Enter or a click asks about it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QWidget

from embedviz.formats.cell_lines import Cell
from embedviz.operations import Operations
from embedviz.operations.findings import Finding
from embedviz.session import Session
from embedviz.views import theme as measures
from embedviz.views.appearance import Appearance
from embedviz.views.item_table import Index, ItemModel, ItemTable
from embedviz.views.neighbor_table import score_text
from embedviz.views.table_heads import TO_LEFT, TO_RIGHT
from embedviz.views.text import one_line

NARROWEST_PX, WIDEST_PX = 110, 320
BESIDE = "Score"
_MEASURED = 200


class FindingModel(ItemModel):
    """The cells of one finding."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._finding = Finding("", "", (), (), ())

    def show(self, finding: Finding) -> None:
        """Show another finding."""
        self.beginResetModel()
        self._finding = finding
        self.endResetModel()

    def item_at(self, index: Index) -> int | None:
        if not index.isValid():
            return None
        items, columns = self._finding.items[index.row()], self._finding.columns
        place = columns[index.column()] if columns else 0
        return items[place] if place < len(items) and items[place] >= 0 else None

    def is_text(self, column: int) -> bool:
        """Whether a column holds words."""
        return not self._finding.cells or all(isinstance(line[column], str) for line in self._finding.cells[:2])

    def is_beside(self, column: int) -> bool:
        """Whether a column holds the score of the item before it."""
        return self._finding.heads[column] == BESIDE

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else len(self._finding.cells)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else len(self._finding.heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self._finding.heads):
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return one_line(self._finding.heads[section], most=60)
        return self._alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self._finding.cells[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_text(line[index.column()])
        if role == Qt.ItemDataRole.ToolTipRole:
            after = index.column() + 1
            score = f"  {cell_text(line[after])}" if after < len(line) and self.is_beside(after) else ""
            return one_line(str(line[index.column()]), most=400) + score
        if role == Qt.ItemDataRole.AccessibleTextRole:
            named = zip(self._finding.heads, line, strict=True)
            return ", ".join(f"{head} {cell_text(cell)}" for head, cell in named if cell != "")
        return self._alignment(index.column()) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def _alignment(self, column: int) -> int:
        return TO_LEFT if self.is_text(column) else TO_RIGHT


class FindingTable(ItemTable):
    """The rows of one finding."""

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, name: str, parent: QWidget | None = None
    ) -> None:
        self._model, row_px = FindingModel(), measures.ROW_HEIGHT - 2
        super().__init__(name, "", self._model, session, operations, appearance, row_px=row_px, parent=parent)
        self.setProperty("role", "spaced")
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    def show_finding(self, finding: Finding) -> None:
        """Show another finding, from its top."""
        self._model.show(finding)
        self.setAccessibleName(finding.title or "Findings")
        self.setAccessibleDescription(finding.summary)
        self.scrollToTop()
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Every column gets the width it needs; where that is too much, columns of words share what is left."""
        header, columns, px = self.horizontalHeader(), range(self._model.columnCount()), self._appearance.px
        widths = [min(self._widest(column, most=_MEASURED) + px(32), px(WIDEST_PX)) for column in columns]
        room = self.viewport().width()
        is_tight = sum(widths) > room
        of_words = [column for column in columns if self._model.is_text(column)]
        left = room - sum(width for column, width in zip(columns, widths, strict=True) if column not in of_words)
        is_narrow = is_tight and left < self._appearance.px(NARROWEST_PX) * len(of_words)
        for column, width in zip(columns, widths, strict=True):
            self.setColumnHidden(column, is_narrow and self._model.is_beside(column))  # tool tips tell these scores too
            shares = is_tight and self._model.is_text(column)
            mode = QHeaderView.ResizeMode.Stretch if shares else QHeaderView.ResizeMode.Fixed
            header.setSectionResizeMode(column, mode)
            header.resizeSection(column, width)


def cell_text(cell: Cell) -> str:
    """A cell as it stands in the table."""
    if isinstance(cell, float):
        return score_text(cell)
    return f"{cell:,}" if isinstance(cell, int) else one_line(cell)
