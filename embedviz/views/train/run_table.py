"""The table of kept trainings."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSize, QSortFilterProxyModel, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QWidget

from embedviz.views.appearance import Appearance
from embedviz.views.row_table import RowTable
from embedviz.views.train.run_model import (
    ACCURACY,
    ALGORITHM,
    BEGAN,
    CORPUS,
    DIMS,
    EPOCHS,
    HELDOUT,
    NAME_ROLE,
    SAMPLE_HEIGHT_PX,
    SAMPLE_PX,
    SIZE,
    SORT_ROLE,
    TITLE,
    RunModel,
)

ROW_PX = 22
CHARACTERS = (20, 13, 10, 5, 9, 9, 9, 11, 9, 16)
LEFT_OUT = (
    *((BEGAN, 990), (SIZE, 850), (CORPUS, 760), (ALGORITHM, 650)),
    *((DIMS, 555), (ACCURACY, 500), (HELDOUT, 360), (EPOCHS, 290)),
)
"""Columns that a narrow table leaves out, and how wide it must be to show them."""


class RunTable(RowTable):
    """Newest first, or by the head that is clicked. `opened` states that the chosen run is to be opened."""

    opened = Signal()
    chosen_changed = Signal()

    def __init__(self, model: RunModel, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__("runs_table", "Kept trainings", appearance, row_px=ROW_PX, parent=parent)
        self.setProperty("role", "spaced")
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSortRole(SORT_ROLE)
        self._sorted.setSourceModel(model)
        self.setModel(self._sorted)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.EditKeyPressed | triggers.DoubleClicked)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().setSectionResizeMode(TITLE, QHeaderView.ResizeMode.Stretch)
        self.setSortingEnabled(True)
        self.horizontalHeader().setSortIndicatorClearable(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.doubleClicked.connect(self._on_double_clicked)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self._on_appearance_changed()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all runs, from the top."""
        return tuple(self._sorted.index(row, TITLE).data(NAME_ROLE) for row in range(self._sorted.rowCount()))

    @property
    def chosen(self) -> tuple[str, ...]:
        """The names of the runs that are selected, from the top."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return tuple(self._sorted.index(row, TITLE).data(NAME_ROLE) for row in rows)

    def choose(self, names: tuple[str, ...]) -> None:
        """Select runs again, where the table was filled anew."""
        if self.chosen == names:
            return
        model = self.selectionModel()
        flags = model.SelectionFlag.Select | model.SelectionFlag.Rows
        for row, name in enumerate(self.names):
            if name in names:
                model.select(self._sorted.index(row, TITLE), flags)

    def _fit_columns(self) -> None:
        """A narrow table leaves out what the tool tips say too."""
        for column, least in LEFT_OUT:
            self.setColumnHidden(column, self.viewport().width() < self._appearance.px(least))

    @Slot(QModelIndex)
    def _on_double_clicked(self, index: QModelIndex) -> None:
        """The title is written, all else opens."""
        if index.column() != TITLE:
            self.opened.emit()

    @Slot()
    def _on_selection_changed(self) -> None:
        self.chosen_changed.emit()

    @Slot()
    def _on_appearance_changed(self) -> None:
        super()._on_appearance_changed()
        self.setIconSize(QSize(self._appearance.px(SAMPLE_PX), self._appearance.px(SAMPLE_HEIGHT_PX)))
        unit, padding = self._appearance.px(7), self._appearance.px(22)
        for column, characters in enumerate(CHARACTERS):
            if column != TITLE:
                self.horizontalHeader().resizeSection(column, unit * characters + padding)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_editing = self.state() == QAbstractItemView.State.EditingState
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not is_editing:
            self.opened.emit()
        else:
            super().keyPressEvent(event)
