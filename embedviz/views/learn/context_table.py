"""The words that stand near two others: walking gives one the attention, Enter or a click asks about it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from embedviz.operations import Operations
from embedviz.operations.findings import Finding
from embedviz.session import Session
from embedviz.views import theme as measures
from embedviz.views.appearance import Appearance
from embedviz.views.lab.finding_table import cell_text
from embedviz.views.text import one_line

WORD, IN_ALL = 0, 5
WIDEST_NUMBER_PX, ROOMY_PX = 84, 400
Index = QModelIndex | QPersistentModelIndex


class ContextModel(QAbstractTableModel):
    """The cells of a finding whose first column is an item, and the others numbers."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._finding = Finding("", "", ("",) * (IN_ALL + 1), (), ())

    def show(self, finding: Finding) -> None:
        """Show other contexts."""
        self.beginResetModel()
        self._finding = finding
        self.endResetModel()

    def item_at(self, index: Index) -> int | None:
        """The item of a line, or None."""
        return self._finding.items[index.row()][0] if index.isValid() else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else len(self._finding.cells)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else len(self._finding.heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return one_line(self._finding.heads[section], most=60)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._finding.summary
        return _alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self._finding.cells[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_text(line[index.column()])
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            named = zip(self._finding.heads[1:], line[1:], strict=True)
            return ", ".join([cell_text(line[0]), *(f"{one_line(head)} {cell_text(cell)}" for head, cell in named)])
        return _alignment(index.column()) if role == Qt.ItemDataRole.TextAlignmentRole else None


class ContextTable(QTableView):
    """The shared contexts of two words."""

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("evidence_table")
        self.setAccessibleName("Shared contexts")
        self._session, self._operations, self._appearance = session, operations, appearance
        self._model = ContextModel(self)
        self.setModel(self._model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setMinimumSectionSize(8)
        header.setHighlightSections(False)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(WORD, QHeaderView.ResizeMode.Stretch)
        self.selectionModel().currentRowChanged.connect(self._on_current_row_changed)
        appearance.changed.connect(self._on_appearance_changed)
        self._on_appearance_changed()

    def show_finding(self, finding: Finding) -> None:
        """Show other contexts, from the strongest on."""
        self._model.show(finding)
        self.setAccessibleDescription(finding.summary)
        self.scrollToTop()
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Numbers get what they need, the words the rest."""
        px, metrics = self._appearance.px, QFontMetrics(self.font())
        is_roomy = self.viewport().width() >= px(ROOMY_PX)
        for column in range(1, self._model.columnCount()):
            texts = [self._model.index(row, column).data() for row in range(self._model.rowCount())]
            texts.append(self._model.headerData(column, Qt.Orientation.Horizontal))
            widest = max(map(metrics.horizontalAdvance, texts)) + px(14 if is_roomy else 8)
            self.setColumnWidth(column, min(widest, px(WIDEST_NUMBER_PX)))
        self.setColumnHidden(IN_ALL, not is_roomy)

    def _ask_about(self, index: QModelIndex) -> None:
        row = self._model.item_at(index)
        if row is not None:
            self._operations.ask_item(row)

    @Slot(QModelIndex, QModelIndex)
    def _on_current_row_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        row = self._model.item_at(current)
        if row is not None:
            self._session.set_focus(row)

    @Slot()
    def _on_appearance_changed(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self._appearance.px(measures.ROW_HEIGHT - 4))
        font = QFont(self.font())
        font.setPixelSize(self._appearance.px(measures.BODY_PX))
        font.setFeature(QFont.Tag("tnum"), 1)
        self.setFont(font)
        self._fit_columns()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._ask_about(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._ask_about(self.indexAt(event.position().toPoint()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        row = self._model.item_at(self.indexAt(event.position().toPoint()))
        if row is not None:
            self._session.set_focus(row)


def _alignment(column: int) -> int:
    side = Qt.AlignmentFlag.AlignLeft if column == WORD else Qt.AlignmentFlag.AlignRight
    return int(side | Qt.AlignmentFlag.AlignVCenter)
