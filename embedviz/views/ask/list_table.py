"""Lists side by side: the item under attention is marked in all of them; arrows walk, Enter asks about an item."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QRect, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from embedviz.operations import Operations
from embedviz.session import Session
from embedviz.views import theme as measures
from embedviz.views.appearance import Appearance
from embedviz.views.ask.list_header import PADDING_PX, ListHeader
from embedviz.views.ask.list_model import MARK_ROLE, NEW, ROWS_ROLE, SCORE_ROLE, ListColumn, ListModel
from embedviz.views.item_table import Index, ItemTable

ROW_PX = 22
NARROWEST_PX, SCROLLED_PX, WIDEST_PX = 126, 150, 230


class CellDelegate(QStyledItemDelegate):
    """Paints how an item moved, its label and its score."""

    def __init__(self, session: Session, appearance: Appearance, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._appearance = appearance

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        label = index.data()
        if label is None:
            return
        theme, pad = self._appearance.theme, self._appearance.px(PADDING_PX)
        area = QRect(option.rect)
        in_focus = self._session.focus in index.data(ROWS_ROLE)
        painter.save()
        if in_focus:
            painter.fillRect(area, QColor(theme.tint))
            painter.fillRect(
                QRect(area.left(), area.top(), self._appearance.px(3), area.height()), QColor(theme.accent)
            )
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(theme.accent))
            painter.drawRect(area.adjusted(0, 0, -1, -1))
        area.adjust(pad, 0, -pad, 0)
        font = QFont(option.font)
        small = QFont(font)
        small.setPixelSize(self._appearance.px(measures.HEAD_PX))
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        mark = index.data(MARK_ROLE)
        mark_width = 0 if mark is None else QFontMetrics(small).horizontalAdvance("new ") + pad // 2
        painter.setFont(small)
        painter.setPen(QColor(theme.neighbor if mark == NEW else theme.muted))
        painter.drawText(QRect(area.left(), area.top(), mark_width, area.height()), left, mark or "")
        score = index.data(SCORE_ROLE)
        painter.setFont(font)
        painter.setPen(QColor(theme.muted))
        painter.drawText(area, right, score)
        metrics = QFontMetrics(font)
        area.adjust(mark_width, 0, -metrics.horizontalAdvance(score) - pad, 0)
        font.setBold(in_focus)
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        painter.drawText(
            area, left, QFontMetrics(font).elidedText(label, Qt.TextElideMode.ElideRight, max(0, area.width()))
        )
        painter.restore()


class ListTable(ItemTable):
    """Shows columns that a page makes; knows what has the attention and gives it. A double click asks."""

    asks_by_click = False

    def __init__(
        self,
        name: str,
        spoken: str,
        session: Session,
        operations: Operations,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        self.lists = ListModel()
        super().__init__(name, spoken, self.lists, session, operations, appearance, row_px=ROW_PX, parent=parent)
        self._header = ListHeader(self.lists, appearance, self)
        self.setHorizontalHeader(self._header)
        self.setItemDelegate(CellDelegate(session, appearance, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().show()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setHighlightSections(False)
        self.verticalHeader().setSectionsClickable(False)
        self.doubleClicked.connect(self._ask_about)
        session.focus_changed.connect(self._on_focus_changed)
        self._on_appearance_changed()

    def show_lists(self, columns: tuple[ListColumn, ...]) -> None:
        """Show other lists."""
        self.lists.show(columns)
        self._fit_columns()

    def _fit_columns(self) -> None:
        """All lists get the same width: what there is, within bounds; the table scrolls beyond."""
        n_columns, px = self.lists.columnCount(), self._appearance.px
        if n_columns:
            wide = self.viewport().width() // n_columns
            width = min(wide, px(WIDEST_PX)) if wide >= px(NARROWEST_PX) else px(SCROLLED_PX)
            for column in range(n_columns):
                self.setColumnWidth(column, width)

    @Slot(QModelIndex)
    def _ask_about(self, index: QModelIndex) -> None:
        rows = self.lists.rows_of(index)
        if len(rows) == 2:
            self._operations.ask_two(*rows)
        else:
            super()._ask_about(index)

    @Slot()
    def _on_focus_changed(self) -> None:
        self.viewport().update()

    @Slot()
    def _on_appearance_changed(self) -> None:
        super()._on_appearance_changed()
        self._header.headerDataChanged(Qt.Orientation.Horizontal, 0, 0)
        metrics = QFontMetrics(self.font())
        self.verticalHeader().setFixedWidth(metrics.horizontalAdvance("0000") + self._appearance.px(4))
