"""Evaluations as a tree of rows: one a file and space, below it the sections of an analogy file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from embedviz.analysis import Section, Similarity
from embedviz.operations.evaluating import Evaluation
from embedviz.views.table_heads import Heads
from embedviz.views.text import one_line

QUESTIONS, SCORE, INTERVAL, USED, COVERAGE, SPACE, METRIC = range(7)
HEADS = Heads(
    ("Questions", "Score", "95 % interval", "Used", "Coverage", "Space", "Metric"),
    (
        "The file, and its sections",
        "Spearman's rho for a list of word pairs; for analogies the share whose first answer is the expected word",
        "Where the score would lie in 95 of 100 such lists: Fisher's z, for shares Wilson's score",
        "Pairs or questions whose words the space knows, of all in the file",
        "The share of the file that was used",
        "Which space, and after how many epochs",
        "By what items are compared",
    ),
    left=frozenset({QUESTIONS, SPACE, METRIC}),
)
_TOP = 0
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Entry:
    """One evaluation as texts: its own row, and a row a section."""

    total: tuple[str, ...]
    sections: tuple[tuple[str, ...], ...]


def entry(evaluation: Evaluation) -> Entry:
    """What the table says of an evaluation, in the order of HEADS."""
    about = (_space_text(evaluation), evaluation.metric)
    result = evaluation.result
    if isinstance(result, Similarity):
        score = "not defined" if result.rho is None else f"ρ {result.rho:.3f}"
        used = f"{result.n_known:,} of {result.n_pairs:,} pairs"
        texts = (one_line(result.name, most=80), score, _interval(result.interval), used, _percent(result.coverage))
        return Entry((*texts, *about), ())
    total = (one_line(result.name, most=80), *_section_texts(result.total)[1:], *about)
    return Entry(total, tuple((*_section_texts(section), "", "") for section in result.sections))


class QualityModel(QAbstractItemModel):
    """The newest evaluation first; an index knows the row above it by its id, 0 for none."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[Entry, ...] = ()

    def show(self, evaluations: tuple[Evaluation, ...]) -> None:
        """Show other evaluations."""
        self.beginResetModel()
        self._entries = tuple(entry(evaluation) for evaluation in evaluations)
        self.endResetModel()

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008  # Qt's own
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else _TOP)

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]  # Qt overloads it with QObject.parent
        above = index.internalId() if index.isValid() else _TOP
        return QModelIndex() if above == _TOP else self.createIndex(above - 1, 0, _TOP)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        if not parent.isValid():
            return len(self._entries)
        is_top = parent.internalId() == _TOP and parent.column() == QUESTIONS
        return len(self._entries[parent.row()].sections) if is_top else 0

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return len(HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return HEADS.data(section, orientation, role)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        above = index.internalId()
        texts = self._entries[index.row()].total if above == _TOP else self._entries[above - 1].sections[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return texts[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(f"{head}: {text}" for head, text in zip(HEADS.names, texts, strict=True) if text)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return HEADS.alignment(index.column())
        if role == Qt.ItemDataRole.FontRole and above == _TOP and index.column() in (QUESTIONS, SCORE):
            font = QFont()
            font.setWeight(QFont.Weight.DemiBold)
            return font
        return None


def _space_text(evaluation: Evaluation) -> str:
    name = one_line(evaluation.space_name, most=60)
    n = evaluation.n_epochs
    return name if n is None else f"{name}, {n:,} epoch{'s'[: n != 1]}"


def _section_texts(section: Section) -> tuple[str, ...]:
    score = "not defined" if section.accuracy is None else _percent(section.accuracy)
    used = f"{section.n_known:,} of {section.n_questions:,}"
    name = one_line(section.name, most=80)
    return name, score, _interval(section.interval, as_percent=True), used, _percent(section.coverage)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _interval(interval: tuple[float, float] | None, *, as_percent: bool = False) -> str:
    if interval is None:
        return "–"
    low, high = interval
    return f"{100 * low:.1f} to {100 * high:.1f} %" if as_percent else f"{low:.3f} to {high:.3f}"
