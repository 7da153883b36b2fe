"""Kept trainings as rows of a table; those that are checked are drawn, each with a line of its own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QPointF, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPen, QPixmap

from embedviz.formats import DamagedRun, KeptRun, RunList
from embedviz.formats.run_store import spans
from embedviz.operations.caching import size_text
from embedviz.views.appearance import Appearance
from embedviz.views.table_heads import Heads
from embedviz.views.text import one_line
from embedviz.views.train.curve import Line
from embedviz.views.train.line_colors import line_color

TITLE, CORPUS, ALGORITHM, DIMS, EPOCHS, HELDOUT, ACCURACY, STATUS, SIZE, BEGAN = range(10)
HEADS = Heads(
    ("Training", "Text", "Algorithm", "Dims", "Epochs", "Held-out", "Accuracy", "Status", "Size", "Began"),
    (
        "Check to draw it; F2 gives it a title, and one with a title is never removed to make room",
        "What was trained on",
        "How it learned",
        "Numbers in a vector",
        "Epochs that are done, of those that were asked for",
        "Loss on sentences that are not trained on, after the last epoch",
        "How often the true neighbour outscored a drawn word after the last epoch; chance is 50 %",
        "An interrupted or stopped training can go on",
        "What it takes on the disk",
        "When it began",
    ),
    left=frozenset({TITLE, CORPUS, ALGORITHM, STATUS, BEGAN}),
)
NAME_ROLE, SORT_ROLE = Qt.ItemDataRole.UserRole + 1, Qt.ItemDataRole.UserRole + 2
SAMPLE_PX, SAMPLE_HEIGHT_PX = 20, 10
Index = QModelIndex | QPersistentModelIndex
AnyRun = KeptRun | DamagedRun


class RunModel(QAbstractTableModel):
    """All runs, newest first, damaged ones last. `renamed` carries a name and a title, `checked_changed` no more."""

    renamed = Signal(str, str)
    checked_changed = Signal()

    def __init__(self, appearance: Appearance, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._runs: tuple[AnyRun, ...] = ()
        self._numbers: dict[str, int] = {}  # of the lines of those that are checked

    @property
    def numbers(self) -> Mapping[str, int]:
        """The number of the line of each run that is checked, by its name."""
        return MappingProxyType(self._numbers)

    def show(self, found: RunList) -> None:
        """Show other runs; rows that stay are not touched, so that one can be named meanwhile."""
        runs: tuple[AnyRun, ...] = (*found.runs, *found.damaged)
        before, names = self._runs, [run.name for run in runs]
        n_new = len(runs) - len(before)
        if n_new >= 0 and names[n_new:] == [run.name for run in before]:
            if n_new:
                self.beginInsertRows(QModelIndex(), 0, n_new - 1)
                self._runs = (*runs[:n_new], *before)
                self.endInsertRows()
            self._runs = runs
            for row, (one, other) in enumerate(zip(before, runs[n_new:], strict=True), n_new):
                self._tell_change(row, one, other)
        else:
            self.beginResetModel()
            self._runs = runs
            self.endResetModel()
        for name in [name for name in self._numbers if name not in names]:
            del self._numbers[name]

    def _tell_change(self, row: int, before: AnyRun, after: AnyRun) -> None:
        """Tell what differs in a row; a title that is being written is not read again unless it is another."""
        if before != after:
            is_named = cells(before)[TITLE] != cells(after)[TITLE]
            self.dataChanged.emit(self.index(row, TITLE if is_named else CORPUS), self.index(row, BEGAN))

    def run_of(self, name: str) -> AnyRun | None:
        """The run of a name, if it is listed."""
        return next((run for run in self._runs if run.name == name), None)

    def check(self, name: str, *, wanted: bool) -> None:
        """Draw a run, or do not."""
        if wanted == (name in self._numbers) or not isinstance(self.run_of(name), KeptRun):
            return
        if wanted:
            taken = set(self._numbers.values())
            self._numbers[name] = next(number for number in range(len(taken) + 1) if number not in taken)
        else:
            del self._numbers[name]
        row = next(at for at, run in enumerate(self._runs) if run.name == name)
        self.dataChanged.emit(self.index(row, TITLE), self.index(row, TITLE))
        self.checked_changed.emit()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else len(self._runs)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else len(HEADS)

    def flags(self, index: Index) -> Qt.ItemFlag:
        own = super().flags(index)
        if index.column() == TITLE and isinstance(self._runs[index.row()], KeptRun):
            return own | Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsUserCheckable
        return own

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return HEADS.data(section, orientation, role)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        run, column = self._runs[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return cells(run)[column]
        if role == Qt.ItemDataRole.EditRole and isinstance(run, KeptRun):
            return run.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return told(run)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return HEADS.alignment(column)
        if role == NAME_ROLE:
            return run.name
        if role == SORT_ROLE:
            return _key(run, column)
        if column == TITLE and isinstance(run, KeptRun):
            return self._mark(run.name, role)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        run = self._runs[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole:
            self.check(run.name, wanted=Qt.CheckState(value) == Qt.CheckState.Checked)
            return True
        if role == Qt.ItemDataRole.EditRole and isinstance(run, KeptRun):
            if str(value).strip() != run.title:
                self.renamed.emit(run.name, str(value))
            return True
        return False

    def _mark(self, name: str, role: int) -> Any:
        """The check of a run, and beside it a piece of its line."""
        number = self._numbers.get(name)
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Unchecked if number is None else Qt.CheckState.Checked
        if role == Qt.ItemDataRole.DecorationRole:
            return sample_of(number, self._appearance)
        return None


def sample_of(number: int | None, appearance: Appearance) -> QIcon:
    """A piece of the line of a number, the same in a row that is selected; empty, and as wide, for none."""
    width, height = appearance.px(SAMPLE_PX), appearance.px(SAMPLE_HEIGHT_PX)
    picture = QPixmap(width, height)
    picture.fill(Qt.GlobalColor.transparent)
    if number is not None:
        line = Line.numbered(number, "", ())
        with QPainter(picture) as painter:
            painter.setPen(QPen(line_color(line.role, appearance.theme), appearance.px(2), line.style))
            painter.drawLine(QPointF(0, height / 2), QPointF(width, height / 2))
    icon = QIcon(picture)
    icon.addPixmap(picture, QIcon.Mode.Selected)
    return icon


def cells(run: AnyRun) -> tuple[str, ...]:
    """One run as a row of the table."""
    size = size_text(run.n_bytes)
    if isinstance(run, DamagedRun):
        return (one_line(run.name), "", "", "", "", "", "", "damaged", size, "")
    last = run.run.epochs[-1] if run.run.epochs else None
    return (
        one_line(run.caption, most=80),
        one_line(run.corpus_name, most=60),
        one_line(str(run.run.options.get("algorithm", "")), most=40),
        f"{run.n_dims:,}",
        f"{len(run.run.epochs):,} of {run.n_epochs:,}",
        _figure(None if last is None else last.heldout_loss, "{:.4f}"),
        _figure(None if last is None else 100 * last.accuracy, "{:.1f} %"),
        run.status,
        size,
        f"{run.began.astimezone():%Y-%m-%d %H:%M}",
    )


def told(run: AnyRun) -> str:
    """All that is worth knowing of a run."""
    if isinstance(run, DamagedRun):
        return run.problem
    return "\n".join([f"{run.name}: {one_line(run.corpus)}", summary(run), *(note.text for note in run.notes)])


def summary(run: AnyRun) -> str:
    """What is worth knowing of a run that the table does not say."""
    if isinstance(run, DamagedRun):
        return run.problem
    return f"{run.run.n_words:,} words, seed {run.run.seed}; epochs {spans(list(run.kept_epochs))} can be opened."


def _figure(value: float | None, form: str) -> str:
    return "–" if value is None or math.isnan(value) else form.format(value)


def _key(run: AnyRun, column: int) -> Any:
    """By what a column is sorted."""
    if column == SIZE:
        return run.n_bytes
    if isinstance(run, DamagedRun):
        return cells(run)[column] if column in HEADS.left else -1.0
    last = run.run.epochs[-1] if run.run.epochs else None
    numbers = {
        DIMS: run.n_dims,
        EPOCHS: len(run.run.epochs),
        HELDOUT: float("inf") if last is None else last.heldout_loss,
        ACCURACY: -1.0 if last is None else last.accuracy,
        BEGAN: run.began.timestamp(),
    }
    return numbers.get(column, cells(run)[column].casefold())
