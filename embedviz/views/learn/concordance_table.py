"""Keyword in context: lines of a text below each other, their keywords in one column."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from embedviz.operations.evidence_finding import lines_head, lines_sentence, place_head, place_text
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.training.concordance import ConcordanceLine, Spot
from embedviz.training.evidence import Evidence
from embedviz.views import theme as measures
from embedviz.views.appearance import Appearance
from embedviz.views.row_table import RowTable
from embedviz.views.table_heads import TO_CENTER, TO_LEFT, TO_RIGHT
from embedviz.views.text import one_line

PLACE, BESIDE, LEFT, KEYWORD, RIGHT = range(5)
SIDES = (TO_RIGHT, TO_LEFT, TO_RIGHT, TO_CENTER, TO_LEFT)
NARROW_PX, WIDEST_WORD_PX = 640, 130
SPOT_ROLE = Qt.ItemDataRole.UserRole
_LONGEST = 2_000
Index = QModelIndex | QPersistentModelIndex


class ConcordanceModel(QAbstractTableModel):
    """The lines of one Evidence; `SPOT_ROLE` is where in a cell the word stands that a line was looked up for."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._found: Evidence | None = None
        self._space: EmbeddingSpace | None = None

    def show(self, space: EmbeddingSpace | None, found: Evidence | None) -> None:
        """Show other lines, or none."""
        self.beginResetModel()
        self._space, self._found = space, found
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if self._found is None or parent.isValid() else len(self._found.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else len(SIDES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or self._found is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (place_head(self._found), "With", "", "Keyword", lines_head(self._found))[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return lines_sentence(self._found)
        return SIDES[section] if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self._found is None or self._space is None or not index.isValid():
            return None
        line, column = self._found.lines[index.row()], index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return SIDES[column]
        if role == SPOT_ROLE:
            return _beside(line, column)
        place, beside = place_text(self._found, line), one_line(self._space.name(line.beside), most=60)
        if role == Qt.ItemDataRole.DisplayRole:
            left, right = line.left.rstrip(), line.right.lstrip()
            return (
                place,
                beside,
                *(one_line(text, most=_LONGEST) for text in (left, line.keyword, right)),
            )[column]
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            where = f"{'Paragraph' if line.is_paragraph else 'Line'} {line.number:,} of {one_line(line.part, most=60)}"
            return f"{where}, {one_line(line.keyword)} with {beside}: {one_line(line.text, most=_LONGEST)}"
        return None


class KeywordDelegate(QStyledItemDelegate):
    """Paints a part of a line, cut on the side away from the keyword, with the word it was looked up for marked."""

    def __init__(self, appearance: Appearance, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        shown = QStyleOptionViewItem(option)
        self.initStyleOption(shown, index)
        text, shown.text = shown.text, ""
        shown.widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, shown, painter, shown.widget)
        pad = self._appearance.px(4)
        area = QRectF(option.rect).adjusted(pad, 0, -pad, 0)
        font = QFont(option.font)
        font.setBold(index.column() == KEYWORD)
        is_left = index.column() == LEFT
        layout = laid_out(text, font, area.width(), index.data(SPOT_ROLE), self._marked(), from_end=is_left)
        width = layout.lineAt(0).naturalTextWidth()
        free = area.width() - width
        x = area.left() + (free if is_left else free / 2 if index.column() == KEYWORD else 0)
        painter.save()
        painter.setClipRect(option.rect)
        painter.setPen(QColor(self._appearance.theme.text))
        layout.draw(painter, QPointF(x, area.center().y() - layout.lineAt(0).height() / 2))
        painter.restore()

    def _marked(self) -> QTextCharFormat:
        marked = QTextCharFormat()
        marked.setForeground(QColor(self._appearance.theme.neighbor))
        marked.setFontWeight(QFont.Weight.DemiBold)
        return marked


class ConcordanceTable(RowTable):
    """The lines of a text around two words and their contexts; arrows walk."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        row_px = measures.ROW_HEIGHT - 4
        super().__init__("concordance_table", "Lines of the text", appearance, row_px=row_px, parent=parent)
        self._model = ConcordanceModel(self)
        self.setModel(self._model)
        delegate = KeywordDelegate(appearance, self)
        for column in (LEFT, KEYWORD, RIGHT):
            self.setItemDelegateForColumn(column, delegate)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        for column in (LEFT, RIGHT):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)

    def show_evidence(self, space: EmbeddingSpace | None, found: Evidence | None) -> None:
        """Show the lines of an Evidence from the first on, or none."""
        self._model.show(space, found)
        self.setAccessibleDescription("" if found is None else lines_sentence(found))
        self.scrollToTop()
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Words and numbers get what they need, the text to both sides shares the rest."""
        px, bold = self._appearance.px, QFont(self.font())
        bold.setBold(True)
        for column in (PLACE, BESIDE, KEYWORD):
            widest = self._widest(column, bold if column == KEYWORD else None) + px(16)
            self.setColumnWidth(column, min(widest, px(WIDEST_WORD_PX)))
        self.setColumnHidden(BESIDE, self.viewport().width() < px(NARROW_PX))


def laid_out(
    text: str, font: QFont, width: float, spot: Spot | None, marked: QTextCharFormat, *, from_end: bool
) -> QTextLayout:
    """One line of text that fits, cut at its begin or its end, with one spot marked as far as that is seen."""
    side = Qt.TextElideMode.ElideLeft if from_end else Qt.TextElideMode.ElideRight
    cut = QFontMetrics(font).elidedText(text, side, max(0, int(width)))
    layout = QTextLayout(cut, font)
    if spot is not None:
        shift = len(cut) - len(text) if from_end else 0
        low, high = max(spot[0] + shift, int(from_end and cut != text)), min(spot[1] + shift, len(cut))
        if low < high:
            part = QTextLayout.FormatRange()
            part.start, part.length, part.format = low, high - low, marked
            layout.setFormats([part])
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    return layout


def _beside(line: ConcordanceLine, column: int) -> Spot | None:
    """Where in a cell, as it is shown, the word stands that its line was looked up for."""
    if line.beside_at is None or column not in (LEFT, RIGHT):
        return None
    (low, high), (start, end) = line.beside_at, line.keyword_at
    if column == LEFT:
        shift, text = 0, line.left.rstrip()
        is_there = high <= start
    else:
        text = line.right.lstrip()
        shift = end + len(line.right) - len(text)
        is_there = low >= end
    isolated = one_line(text, most=_LONGEST)[:1] == "\u2068"
    return (low - shift + isolated, high - shift + isolated) if is_there else None
