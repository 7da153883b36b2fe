"""The words that stand near two others: walking gives one the attention, Enter or a click asks about it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QWidget

from embedviz.operations import Operations
from embedviz.operations.findings import Finding
from embedviz.session import Session
from embedviz.views import theme as measures
from embedviz.views.appearance import Appearance
from embedviz.views.item_table import Index, ItemTable
from embedviz.views.lab.finding_table import FindingModel, cell_text
from embedviz.views.text import one_line

WORD, IN_ALL = 0, 5
WIDEST_NUMBER_PX, ROOMY_PX = 84, 400


class ContextModel(FindingModel):
    """The cells of a finding whose first column is an item, and the others numbers."""

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.ToolTipRole:
            return self._finding.summary
        return super().headerData(section, orientation, role)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return super().data(index, role)
        line = self._finding.cells[index.row()]
        named = zip(self._finding.heads[1:], line[1:], strict=True)
        return ", ".join([cell_text(line[0]), *(f"{one_line(head)} {cell_text(cell)}" for head, cell in named)])

    def is_text(self, column: int) -> bool:
        return column == WORD


class ContextTable(ItemTable):
    """The shared contexts of two words."""

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        self._model, row_px = ContextModel(), measures.ROW_HEIGHT - 4
        super().__init__(
            "evidence_table",
            "Shared contexts",
            self._model,
            session,
            operations,
            appearance,
            row_px=row_px,
            parent=parent,
        )
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._model.show(Finding("", "", ("",) * (IN_ALL + 1), (), ()))
        header = self.horizontalHeader()
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(WORD, QHeaderView.ResizeMode.Stretch)

    def show_finding(self, finding: Finding) -> None:
        """Show other contexts, from the strongest on."""
        self._model.show(finding)
        self.setAccessibleDescription(finding.summary)
        self.scrollToTop()
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Numbers get what they need, the words the rest."""
        px = self._appearance.px
        is_roomy = self.viewport().width() >= px(ROOMY_PX)
        for column in range(WORD + 1, IN_ALL + 1):
            widest = self._widest(column) + px(14 if is_roomy else 8)
            self.setColumnWidth(column, min(widest, px(WIDEST_NUMBER_PX)))
        self.setColumnHidden(IN_ALL, not is_roomy)
