"""What each dimension gives to a score, the largest part first, as a table."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from embedviz.analysis.contributions import Contributions
from embedviz.views.appearance import Appearance
from embedviz.views.strip import NEGATIVE, POSITIVE
from embedviz.views.table_heads import Heads

DIMENSION, BAR, PART, RUNNING = range(4)
HEADS = Heads(
    ("Dimension", "Part", "", "Together"),
    (
        "Which number of the vectors, counted from 1",
        "Its part of the score; to the left it takes away from it",
        "Its part of the score",
        "What this and all larger parts make together, of the whole; those that take away bring it down again",
    ),
    center=frozenset({BAR}),
)
Index = QModelIndex | QPersistentModelIndex


class ContributionModel(QAbstractTableModel):
    """The dimensions by the size of their part; a row costs nothing until it is looked at."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown: Contributions | None = None

    def show(self, shown: Contributions | None) -> None:
        """Show other parts, or none."""
        self.beginResetModel()
        self._shown = shown
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if self._shown is None or parent.isValid() else len(self._shown.order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return len(HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return HEADS.data(section, orientation, role)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self._shown is None or not index.isValid():
            return None
        rank, column = index.row(), index.column()
        dimension = int(self._shown.order[rank])
        part, running = float(self._shown.parts[dimension]), float(self._shown.cumulative[rank])
        share = f"{100 * running:.0f} %" if running == running else "–"  # NaN where the score is zero
        if role == Qt.ItemDataRole.DisplayRole:
            return (f"{dimension + 1:,}", "", f"{part:+.4g}", share)[column]
        if role == Qt.ItemDataRole.UserRole:
            largest = abs(float(self._shown.parts[self._shown.order[0]]))
            return part / largest if largest > 0 else 0.0
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"dimension {dimension + 1}, part {part:+.4g}, running share {share}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return HEADS.alignment(column)
        return None


class PartDelegate(QStyledItemDelegate):
    """Draws a part as a bar from the middle: to the right what adds, to the left what takes away."""

    def __init__(self, appearance: Appearance, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        theme, share = self._appearance.theme, float(index.data(Qt.ItemDataRole.UserRole))
        pad, height = self._appearance.px(4), self._appearance.px(7)
        area = QRectF(option.rect).adjusted(pad, 0, -pad, 0)
        middle, top = area.center().x(), area.center().y() - height / 2
        width = abs(share) * area.width() / 2
        painter.save()
        painter.setPen(QColor(theme.hairline))
        painter.drawLine(round(middle), option.rect.top(), round(middle), option.rect.bottom())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(POSITIVE[theme.is_dark] if share > 0 else NEGATIVE[theme.is_dark]))
        painter.drawRect(QRectF(middle if share > 0 else middle - width, top, width, height))
        painter.restore()
