"""How tables look: rows without a grid, chosen whole, with figures of one width."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from embedviz.views import theme as measures
from embedviz.views.appearance import Appearance


class RowTable(QTableView):
    """Rows to read, `row_px` of the design high; what else a table does, its own class says."""

    def __init__(
        self, name: str, spoken: str, appearance: Appearance, *, row_px: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self._appearance, self._row_px = appearance, row_px
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.horizontalHeader().setMinimumSectionSize(8)
        self.horizontalHeader().setHighlightSections(False)
        appearance.changed.connect(self._on_appearance_changed)
        self._take_sizes()

    def offer(self, *actions: QAction) -> None:
        """Put actions into the context menu."""
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.addActions(actions)

    def _fit_columns(self) -> None:
        """Share the width among the columns: when it, or the size of letters, is another."""

    def _widest(self, column: int, font: QFont | None = None, most: int | None = None) -> int:
        """The pixels that the head of a column and the texts of its first `most` rows take."""
        model, metrics = self.model(), QFontMetrics(font or self.font())
        n_rows = model.rowCount() if most is None else min(most, model.rowCount())
        texts = [model.index(row, column).data() for row in range(n_rows)]
        head = model.headerData(column, Qt.Orientation.Horizontal) or ""
        return max(map(metrics.horizontalAdvance, (*texts, head)))

    def _take_sizes(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self._appearance.px(self._row_px))
        font = QFont(self.font())
        font.setPixelSize(self._appearance.px(measures.BODY_PX))
        self.setFont(tabular(font))

    @Slot()
    def _on_appearance_changed(self) -> None:
        self._take_sizes()
        self._fit_columns()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()


def tabular(font: QFont) -> QFont:
    """The font with figures of one width, so that numbers stand still while items pass."""
    font.setFeature(QFont.Tag("tnum"), 1)
    return font
