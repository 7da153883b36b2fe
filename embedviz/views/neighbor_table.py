"""The answer as a table: rank, label, score, and the score as a bar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from embedviz.analysis.null_scores import NullScores
from embedviz.operations import Operations
from embedviz.session import Session
from embedviz.space.answer import Answer
from embedviz.space.arrays import DoubleArray
from embedviz.space.metrics import score_shares
from embedviz.views import theme as measures
from embedviz.views.appearance import Appearance
from embedviz.views.item_table import Index, ItemModel, ItemTable
from embedviz.views.table_heads import TO_LEFT, TO_RIGHT
from embedviz.views.text import one_line

RANK, LABEL, SCORE, BAR = range(4)
FEWEST_ROWS = 10
BAR_WIDTH, NARROW_BAR_WIDTH, LEAST_BAR_WIDTH, MANY_RANKS = 56, 40, 34, 100
LABEL_MARGIN = 10
HEADS = ("Rank", "Item", "Score", "Strength")


def score_text(score: float) -> str:
    """A score as it stands in the table: three decimals, fewer where the numbers are large."""
    return f"{score:.3f}" if abs(score) < 1000 else f"{score:,.1f}"


class AnswerModel(ItemModel):
    """The rows of one answer; `null_of` a metric is how random pairs score by it, where that is known."""

    def __init__(self, null_of: Callable[[str], NullScores | None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._null_of = null_of
        self._answer: Answer | None = None
        self._shares: DoubleArray | None = None

    def show(self, answer: Answer | None) -> None:
        """Show another answer."""
        self.beginResetModel()
        self._answer = answer
        self._shares = score_shares(answer.metric, answer.scores) if answer is not None else None
        self.endResetModel()

    def item_at(self, index: Index) -> int | None:
        return None if self._answer is None or not index.isValid() else int(self._answer.rows[index.row()])

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if self._answer is None or parent.isValid() else len(self._answer.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return len(HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return HEADS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self._answer is None or self._shares is None or not index.isValid():
            return None
        row, column = index.row(), index.column()
        label = self._answer.labels[row]
        score = float(self._answer.scores[row])
        if role == Qt.ItemDataRole.DisplayRole:
            return (str(row + 1), one_line(label), score_text(score), "")[column]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row + 1}, {one_line(label)}, {self._answer.metric} {score_text(score)}{self._worth(score, ', ')}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return one_line(f"{label}\n{self._answer.metric} {score!r}", most=400) + self._worth(score, "\n")
        if role == Qt.ItemDataRole.UserRole:
            return float(self._shares[row])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return TO_LEFT if column == LABEL else TO_RIGHT
        return None

    def _worth(self, score: float, before: str) -> str:
        null = self._null_of(self._answer.metric) if self._answer is not None else None
        return "" if null is None else f"{before}closer than {null.share_text(score)} of {null.pairs_text}"


class BarDelegate(QStyledItemDelegate):
    """Draws the strength of a neighbour as a bar on a faint track."""

    def __init__(self, appearance: Appearance, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        theme = self._appearance.theme
        height = self._appearance.px(7)
        area = QRectF(option.rect).adjusted(self._appearance.px(8), 0, -self._appearance.px(6), 0)
        track = QRectF(area.left(), area.center().y() - height / 2, area.width(), height)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.tint))
        painter.drawRoundedRect(track, height / 2, height / 2)
        strength = index.data(Qt.ItemDataRole.UserRole)
        track.setWidth(max(height, track.width() * strength))
        painter.setBrush(QColor(theme.neighbor))
        painter.drawRoundedRect(track, height / 2, height / 2)
        painter.restore()


class NeighborTable(ItemTable):
    """The neighbours of the open question; arrows walk, Enter or a click asks about the item."""

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        self._model, row_px = AnswerModel(operations.null_scores), measures.ROW_HEIGHT
        super().__init__(
            "neighbor_table",
            "Nearest neighbours",
            self._model,
            session,
            operations,
            appearance,
            row_px=row_px,
            parent=parent,
        )
        self.setItemDelegateForColumn(BAR, BarDelegate(appearance, self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(LABEL, QHeaderView.ResizeMode.Stretch)
        session.answer_changed.connect(self._on_answer_changed)
        self._on_answer_changed()

    @Slot()
    def _on_answer_changed(self) -> None:
        self._model.show(self._session.state.answer)
        self.scrollToTop()
        self._fit_columns()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Labels may need more of another width."""
        super().resizeEvent(event)
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Ranks and scores get the width of the widest number; numbers do not move while one walks."""
        answer = self._session.state.answer
        metrics = QFontMetrics(self.font())
        scores = answer.scores if answer is not None else ()
        widest = max((metrics.horizontalAdvance(score_text(float(score))) for score in scores), default=0)
        count = len(answer.rows) if answer is not None else 10
        self.setColumnWidth(RANK, metrics.horizontalAdvance("0" * max(2, len(str(count)))) + self._appearance.px(10))
        self.setColumnWidth(SCORE, max(widest, metrics.horizontalAdvance("0.000")) + self._appearance.px(12))
        bar = self._appearance.px(NARROW_BAR_WIDTH if count >= MANY_RANKS else BAR_WIDTH)
        labels = answer.labels[:MANY_RANKS] if answer is not None else ()
        label = max(map(metrics.horizontalAdvance, labels), default=0) + self._appearance.px(LABEL_MARGIN)
        left = self.viewport().width() - self.columnWidth(RANK) - self.columnWidth(SCORE) - label
        # long numbers and labels take from the bar
        self.setColumnWidth(BAR, min(bar, max(left, self._appearance.px(LEAST_BAR_WIDTH))))
        self.setMaximumHeight(max(FEWEST_ROWS, count) * self.verticalHeader().defaultSectionSize() + 4)
