"""The neighbours of a word as a matrix: a column an epoch, a row a rank; what is new in an epoch is marked."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from embedviz.analysis.over_time import EpochNeighbors, NeighborsOverTime
from embedviz.views.appearance import Appearance
from embedviz.views.text import one_line

COLUMN_PX, ROW_PX = 96, 21
NEW, SHOWN = "+ ", "▸ "
Index = QModelIndex | QPersistentModelIndex


class TraceModel(QAbstractTableModel):
    """The columns of one trace; it holds no text of its own, so that a thousand epochs cost nothing until seen."""

    def __init__(self, appearance: Appearance, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self.found: NeighborsOverTime | None = None
        self.shown_epoch: int | None = None

    @property
    def columns(self) -> tuple[EpochNeighbors, ...]:
        """The epochs, ascending."""
        return () if self.found is None else self.found.columns

    def show(self, found: NeighborsOverTime | None) -> None:
        """Show another trace."""
        self.beginResetModel()
        self.found = found
        self.endResetModel()

    def point_out(self, epoch: int | None) -> None:
        """Mark the head of the epoch that is open."""
        if epoch != self.shown_epoch:
            self.shown_epoch = epoch
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, max(0, len(self.columns) - 1))

    def column_of(self, epoch: int | None) -> int | None:
        """The column of an epoch, if it is looked at."""
        return next((at for at, column in enumerate(self.columns) if column.epoch == epoch), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else max((len(column.rows) for column in self.columns), default=0)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return str(section + 1) if role == Qt.ItemDataRole.DisplayRole else None
        column, is_shown = self.columns[section], self.columns[section].epoch == self.shown_epoch
        if role == Qt.ItemDataRole.DisplayRole:
            name = f"epoch {column.epoch:,}" if column.epoch else "start"
            return f"{SHOWN}{name}" if is_shown else name
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._told(section)
        if role == Qt.ItemDataRole.FontRole and is_shown:
            return _bold()
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self.found is None:
            return None
        at, rank = index.column(), index.row()
        column = self.columns[at]
        if rank >= len(column.labels):
            return None
        is_new = self._is_new(at, rank)
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{NEW if is_new else ''}{one_line(column.labels[rank], most=60)}"
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            after = f"after epoch {column.epoch:,}" if column.epoch else "before training"
            said = f"{one_line(column.labels[rank])}, {self.found.metric} {column.scores[rank]:.3f} {after}"
            return f"{said}; not among the nearest the epoch before" if is_new else said
        if role == Qt.ItemDataRole.FontRole and is_new:
            return _bold()
        if role == Qt.ItemDataRole.ForegroundRole and is_new:
            return QColor(self._appearance.theme.accent)
        return None

    def _is_new(self, at: int, rank: int) -> bool:
        return at > 0 and self.columns[at].rows[rank] not in self.columns[at - 1].rows

    def _told(self, at: int) -> str:
        column = self.columns[at]
        after = f"After epoch {column.epoch:,}" if column.epoch else "Before training"
        if column.problem:
            return f"{after}: {column.problem}"
        n_new = sum(self._is_new(at, rank) for rank in range(len(column.rows)))
        return f"{after}: {n_new:,} of {len(column.rows):,} are new. Click to go there." if at else f"{after}."


class TraceTable(QTableView):
    """Shows a trace. `epoch_chosen` carries the epoch of a column that is clicked, or on which Enter is pressed."""

    epoch_chosen = Signal(int)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trace_table")
        self.setAccessibleName("Neighbours epoch by epoch")
        self._appearance = appearance
        self.trace_model = TraceModel(appearance, self)
        self.setModel(self.trace_model)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectColumns)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.horizontalHeader().setHighlightSections(False)
        self.verticalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().sectionClicked.connect(self._on_section_clicked)
        self.clicked.connect(self._on_clicked)
        appearance.changed.connect(self._on_appearance_changed)
        self._on_appearance_changed()

    def show_trace(self, found: NeighborsOverTime | None) -> None:
        """Show another trace; where it is of the same question the place that is seen stays."""
        before, place = self.trace_model.found, self.horizontalScrollBar().value()
        self.trace_model.show(found)
        if before is not None and found is not None and before.asked == found.asked:
            self.horizontalScrollBar().setValue(place)
        self.point_out(self.trace_model.shown_epoch)

    def point_out(self, epoch: int | None) -> None:
        """Mark the column of the epoch that is open."""
        self.trace_model.point_out(epoch)
        column = self.trace_model.column_of(epoch)
        if column is None:
            self.clearSelection()
        elif self.selectionModel().currentIndex().column() != column or not self.selectionModel().hasSelection():
            self.selectColumn(column)

    def _choose(self, column: int) -> None:
        if 0 <= column < len(self.trace_model.columns):
            self.epoch_chosen.emit(self.trace_model.columns[column].epoch)

    @Slot(int)
    def _on_section_clicked(self, column: int) -> None:
        self._choose(column)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self._choose(index.column())

    @Slot()
    def _on_appearance_changed(self) -> None:
        self.horizontalHeader().setDefaultSectionSize(self._appearance.px(COLUMN_PX))
        self.verticalHeader().setDefaultSectionSize(self._appearance.px(ROW_PX))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.currentIndex().column())
        else:
            super().keyPressEvent(event)


def _bold() -> QFont:
    font = QFont()
    font.setWeight(QFont.Weight.DemiBold)
    return font
