"""The most probable next words as rows of a table: score, probability, and chance at the temperature."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QHeaderView, QWidget

from embedviz.operations.next_words import Foretold
from embedviz.views.appearance import Appearance
from embedviz.views.neighbor_table import BarDelegate
from embedviz.views.row_table import RowTable
from embedviz.views.table_heads import Heads
from embedviz.views.text import one_line

WORD, SCORE, PROBABILITY, BAR, CHANCE = range(5)
HEADS = Heads(
    ("Word", "Score", "Prob.", "", "Chance"),
    (
        "The most probable words, the most probable first",
        "What the network gives the word; only differences between scores count",
        "exp(score), divided by the sum over all words: the softmax of all scores",
        "The probability as a bar",
        "How likely the word is chosen at this temperature; the unknown word never is",
    ),
    left=frozenset({WORD, BAR}),
)
WIDTHS = ((SCORE, 50), (PROBABILITY, 56), (BAR, 44), (CHANCE, 56))
LEAST = (CHANCE, SCORE, BAR)
NARROWEST_WORD_PX = 84
ROW_PX = 20
Index = QModelIndex | QPersistentModelIndex


def share_text(share: float) -> str:
    """A share of one as a percentage; what is smaller than is shown says so."""
    if 0 < share < 5e-4:
        return "< 0.1 %"
    return f"{100 * share:.1f} %"


class NextWordTableModel(QAbstractTableModel):
    """The rows of one Foretold; the chosen word is marked."""

    def __init__(self, appearance: Appearance, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._shown: Foretold | None = None

    def show(self, found: Foretold | None) -> None:
        """Show what is foretold for another prompt, or nothing."""
        self.beginResetModel()
        self._shown = found
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if self._shown is None or parent.isValid() else len(self._shown.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else len(HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return HEADS.data(section, orientation, role)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self._shown is None or not index.isValid():
            return None
        number, name, score, probability, chance = self._shown.rows[index.row()]
        is_chosen = number == self._shown.chosen.number
        if role == Qt.ItemDataRole.DisplayRole:
            cells = (one_line(name, most=40), f"{score:.3f}", share_text(probability), "", share_text(chance))
            return cells[index.column()]
        if role == Qt.ItemDataRole.UserRole:
            return probability
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            chosen = ", chosen" if is_chosen else ""
            return (
                f"{one_line(name)}, number {number:,}: score {score:.4f}, probability {probability:.6g}, "
                f"chance {chance:.6g}{chosen}"
            )
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return HEADS.alignment(index.column())
        return self._mark(role) if is_chosen else None

    def _mark(self, role: int) -> Any:
        """The chosen word stands out by weight and colour."""
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(self._appearance.theme.accent)
        if role == Qt.ItemDataRole.FontRole:
            font = QFont()
            font.setBold(True)
            return font
        return None


class NextWordTable(RowTable):
    """The most probable words; a narrow one leaves out all but their probabilities."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__("next_word_table", "The most probable next words", appearance, row_px=ROW_PX, parent=parent)
        self._model = NextWordTableModel(appearance, self)
        self.setModel(self._model)
        self.setItemDelegateForColumn(BAR, BarDelegate(appearance, self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().setSectionResizeMode(WORD, QHeaderView.ResizeMode.Stretch)
        self._on_appearance_changed()

    def show_words(self, found: Foretold) -> None:
        """Show what is foretold for another prompt, from the most probable on."""
        self._model.show(found)
        self.scrollToTop()

    def _fit_columns(self) -> None:
        """Show what there is room for beside the words: first their probabilities."""
        px, widths = self._appearance.px, dict(WIDTHS)
        left = self.viewport().width() - px(NARROWEST_WORD_PX + widths[PROBABILITY])
        for column in LEAST:
            left -= px(widths[column])
            self.setColumnHidden(column, left < 0)

    @Slot()
    def _on_appearance_changed(self) -> None:
        for column, width in WIDTHS:
            self.setColumnWidth(column, self._appearance.px(width))
        super()._on_appearance_changed()
