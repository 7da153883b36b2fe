"""Several ranked lists side by side as a table: a column a list, a row a rank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt

from embedviz.formats.answer_lists import AnswerList
from embedviz.views.item_table import Index, ItemModel
from embedviz.views.neighbor_table import score_text
from embedviz.views.text import one_line

MARK_ROLE, SCORE_ROLE, ROWS_ROLE = (Qt.ItemDataRole.UserRole + step for step in range(1, 4))
NEW = "new"


@dataclass(frozen=True, eq=False)
class ListColumn:
    """One list: what stands above it, what it holds, and how each item moved against the first list.

    `moves` has a number of ranks (positive is up), None for an item that is not in the first list; it is empty where
    nothing is compared. `marks_new` says whether such items are marked. `is_live` says that the rows are items of the
    open space. `problem` says why a list is empty.
    """

    title: str
    note: str
    tip: str
    ranked: AnswerList
    moves: tuple[int | None, ...] = ()
    marks_new: bool = True
    is_live: bool = True
    problem: str = ""

    def mark(self, rank: int) -> str:
        """How the item of a rank moved, as a sign and a number."""
        move = self._move(rank)
        if isinstance(move, str):
            return move
        return "=" if move == 0 else f"{'↑' if move > 0 else '↓'}{abs(move)}"

    def spoken_mark(self, rank: int) -> str:
        """The same in words."""
        move = self._move(rank)
        if isinstance(move, str):
            return "not in the first list" if move else ""
        return "at the same rank as in the first list" if move == 0 else f"{'up' if move > 0 else 'down'} {abs(move)}"

    def _move(self, rank: int) -> int | str:
        move = self.moves[rank] if self.moves else None
        if move is not None:
            return move
        return NEW if self.moves and self.marks_new else ""


class ListModel(ItemModel):
    """The lists; it holds no text of its own, so that a thousand neighbours cost nothing until they are seen."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns: tuple[ListColumn, ...] = ()

    def show(self, columns: tuple[ListColumn, ...]) -> None:
        """Show other lists."""
        self.beginResetModel()
        self.columns = columns
        self.endResetModel()

    def rows_of(self, index: Index) -> tuple[int, ...]:
        """The items of the open space in a cell: one, two of a pair, or none."""
        if not index.isValid():
            return ()
        column, rank = self.columns[index.column()], index.row()
        if not column.is_live or rank >= len(column.ranked.rows):
            return ()
        others = () if column.ranked.others is None else (int(column.ranked.others[rank]),)
        return (int(column.ranked.rows[rank]), *others)

    def item_at(self, index: Index) -> int | None:
        return next(iter(self.rows_of(index)), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else max((len(each.ranked.rows) for each in self.columns), default=0)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return str(section + 1) if role == Qt.ItemDataRole.DisplayRole else None
        column = self.columns[section]
        said = {
            Qt.ItemDataRole.DisplayRole: column.title,
            Qt.ItemDataRole.ToolTipRole: column.problem or column.tip,
            Qt.ItemDataRole.AccessibleTextRole: f"{column.title}: {column.problem or column.note}",
        }
        return said.get(Qt.ItemDataRole(role))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column, rank = self.columns[index.column()], index.row()
        if rank >= len(column.ranked.rows):
            return None
        label, score = column.ranked.labels[rank], column.ranked.scores[rank].item()
        detail = column.ranked.details[rank] if column.ranked.details else ""
        if role == Qt.ItemDataRole.DisplayRole:
            return one_line(label)
        if role == MARK_ROLE:
            return column.mark(rank) if column.moves else None
        if role == SCORE_ROLE:
            return _short(score)
        if role == ROWS_ROLE:
            return self.rows_of(index)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = (
                f"{rank + 1}",
                one_line(label),
                _short(score, spoken=True),
                one_line(detail),
                column.spoken_mark(rank),
            )
            return ", ".join(text for text in said if text)
        if role == Qt.ItemDataRole.ToolTipRole:
            exact = "" if score != score else f"{column.ranked.comparison} {score!r}"
            lines = (one_line(label, most=400), exact, one_line(detail, most=400), column.spoken_mark(rank))
            return "\n".join(line for line in lines if line)
        return None


def _short(score: float, *, spoken: bool = False) -> str:
    """A score in little room; a count as it is, nothing where there is none."""
    if isinstance(score, int):
        return f"{score:,}"
    if score != score:
        return ""
    if spoken or abs(score) < 10:
        return score_text(score)
    return f"{score:,.2f}" if abs(score) < 100 else f"{score:,.1f}"
