"""The page of Sweep: one option at several values, and how good each training came out."""

from __future__ import annotations

import math
from pathlib import Path
from types import MappingProxyType

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from embedviz.analysis.sweep_quality import ANALOGIES, GROUPS
from embedviz.errors import OptionError
from embedviz.jobs import Job
from embedviz.operations import Operations
from embedviz.operations.sweeping import sweep_rows
from embedviz.session import Session
from embedviz.training import EXPLANATIONS
from embedviz.training.sweep import Sweep, SweepPoint, comparable, values_of
from embedviz.views import theme as measures
from embedviz.views.appearance import Appearance
from embedviz.views.drawer_page import DrawerPage
from embedviz.views.panel import beside, plain, push_button, snug, stack_into, take_turns
from embedviz.views.text import one_line
from embedviz.views.train.sweep_chart import Series, SweepChart

TITLES = MappingProxyType(
    {
        "n_dims": "Dimensions",
        "window": "Window",
        "epochs": "Epochs",
        "min_count": "Minimum count",
        "negatives": "Negatives",
        "learning_rate": "Learning rate",
        "subsample": "Subsample",
    }
)
VALUES = MappingProxyType(
    {
        "n_dims": "2, 5, 10, 25, 50, 100",
        "window": "1, 2, 5, 10",
        "epochs": "1, 2, 5, 10",
        "min_count": "1, 5, 20",
        "negatives": "1, 5, 15",
        "learning_rate": "0.005, 0.025, 0.1",
        "subsample": "0, 0.0001, 0.001",
    }
)
LOGARITHMIC = frozenset({"n_dims", "min_count", "learning_rate"})
HEADS = MappingProxyType(
    {
        "seed": "Seed",
        GROUPS: "Groups",
        ANALOGIES: "Analogies",
        "accuracy": "Accuracy",
        "heldout_loss": "Held-out",
        "seconds": "Seconds",
    }
)
TIPS = MappingProxyType(
    {
        "seed": "The start of all random choices",
        GROUPS: "Which share of the 5 nearest neighbours of a word is of the group it was planted in",
        ANALOGIES: "Which share of the analogies that were planted is answered (3CosAdd)",
        "accuracy": "How often the true neighbour outscores a drawn word; chance is 0.5",
        "heldout_loss": "The loss on sentences that are not trained on, nats per pair",
        "seconds": "Seconds of learning, without reading and measuring",
    }
)
NARROWEST_EDIT_PX, WIDEST_EDIT_PX, NARROW_PX = 96, 260, 760


class SweepPage(DrawerPage):
    """Chooses an option and its values; the text and the other options are those of the Train panel."""

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, operations, appearance, parent)
        self.setObjectName("sweep_page")
        self._files: tuple[Path, ...] = ()
        self._shown: Sweep | None = None
        self.option_combo = QComboBox()
        self.option_combo.setObjectName("sweep_option_combo")
        self.option_combo.setAccessibleName("Option to sweep")
        for name, title in TITLES.items():
            self.option_combo.addItem(title, name)
            self.option_combo.setItemData(
                self.option_combo.count() - 1, EXPLANATIONS[name], Qt.ItemDataRole.ToolTipRole
            )
        self.values_edit = QLineEdit()
        self.values_edit.setObjectName("sweep_values_edit")
        self.values_edit.setAccessibleName("Values to try")
        self.values_edit.setToolTip("Numbers with commas between; each is a training")
        self.sweep_button = push_button("Sweep", "sweep_button", "Train once for each value")
        self.stop_button = push_button("Stop", "sweep_stop_button", "End now, and keep the trainings that are complete")
        self.file_button = push_button("Judge by…", "sweep_file_button", "Add word pairs or analogies to judge by")
        self.copy_button = push_button("Copy", "copy_sweep_button", "Copy the trainings as a table")
        self.chart = SweepChart(appearance)
        self.table = QTableWidget()
        self.empty_label = plain("muted", "sweep_empty")
        self.remark_label = plain("muted", "sweep_remark")
        self._set_up_table()
        self._lay_out()
        self.option_combo.currentIndexChanged.connect(self._on_option_chosen)
        self.values_edit.textChanged.connect(self._offer)
        self.values_edit.returnPressed.connect(self.sweep)
        self.sweep_button.clicked.connect(self.sweep)
        self.stop_button.clicked.connect(operations.stop_sweep)
        self.file_button.clicked.connect(self._on_file_clicked)
        self.copy_button.clicked.connect(self.copy)
        operations.plan_changed.connect(self._offer)
        operations.sweep_changed.connect(self._on_sweep_changed)
        operations.sweep_progressed.connect(self._on_sweep_progressed)
        operations.sweep_refused.connect(self._on_sweep_refused)
        operations.training_began.connect(self._offer)
        operations.training_ended.connect(self._offer)
        appearance.changed.connect(self._on_appearance_changed)
        self._on_appearance_changed()
        self._on_option_chosen()
        self._on_sweep_changed()

    @Slot()
    def sweep(self) -> None:
        """Train once for each value that is typed."""
        name = self.option_combo.currentData()
        try:
            values = values_of(name, self.values_edit.text())
        except OptionError as error:
            self.remark_label.say(str(error), "error")
            return
        self._operations.sweep_option(name, values, files=self._files)

    @Slot()
    def copy(self) -> None:
        """Put the trainings on the clipboard, as a table with tabs."""
        if self._shown is not None and self._shown.points:
            heads, rows = sweep_rows(self._shown)
            lines = ["\t".join(map(str, row)) for row in (heads, *rows)]
            self._copy("\n".join(lines), "Copied the sweep as a table.")

    def _set_up_table(self) -> None:
        self.table.setObjectName("sweep_table")
        self.table.setAccessibleName("Trainings of the sweep")
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setHighlightSections(False)
        self.table.horizontalHeader().setMinimumSectionSize(8)
        self.table.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)

    def _lay_out(self) -> None:
        tools = (self.option_combo, self.values_edit, self.sweep_button, self.stop_button)
        self._fill_tools(*tools, grow=(self.values_edit,))
        foot = QHBoxLayout()
        foot.setSpacing(6)
        for widget, share in ((self.remark_label, 1), (self.file_button, 0), (self.copy_button, 0)):
            foot.addWidget(widget, share)
        column = snug(QVBoxLayout(self), 4)
        self._stack = stack_into(column, self.empty_label, beside((self.chart, 5), (self.table, 6)))
        column.addLayout(foot)

    @Slot()
    def _offer(self) -> None:
        """Offer what can be done now, and say what would be swept."""
        operations, plan = self._operations, self._operations.plan
        can_begin = not operations.is_training and bool(self.values_edit.text().strip())
        take_turns(self.sweep_button, (self.stop_button,), is_running=operations.is_sweeping, can_begin=can_begin)
        self.copy_button.setEnabled(self._shown is not None and bool(self._shown.points))
        name = self.option_combo.currentData()
        judged = ", ".join(one_line(file.name, most=40) for file in self._files)
        self.empty_label.setText(
            f"{EXPLANATIONS[name]} How many are too few, and how many too many? Each value is a training on "
            f"“{one_line(plan.name, most=60)}” with the other options of the Train panel.\n\n"
            f"{f'Judged by {judged}. ' if judged else ''}{comparable(name)}"
        )

    def _show(self, sweep: Sweep) -> None:
        heads, rows = sweep_rows(sweep)
        title = TITLES.get(sweep.name, sweep.name)
        self.table.setColumnCount(len(heads))
        for column, head in enumerate(heads):
            item = QTableWidgetItem("Value" if not column else HEADS.get(head, one_line(head, most=40)))
            item.setToolTip(title if not column else TIPS.get(head, one_line(head, most=400)))
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.table.setHorizontalHeaderItem(column, item)
        self.table.setRowCount(len(rows))
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                item = QTableWidgetItem(f"{cell:.3f}" if isinstance(cell, float) else str(cell) or "–")
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, column, item)
        self.table.scrollToBottom()
        self.chart.show_series(series_of(sweep), axis=title.lower(), is_log=sweep.name in LOGARITHMIC)
        self._stack.setCurrentIndex(1 if sweep.points else 0)
        self._fit()

    @Slot()
    def _on_option_chosen(self) -> None:
        self.values_edit.setText(VALUES[self.option_combo.currentData()])
        self._offer()

    @Slot()
    def _on_file_clicked(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Judge by", "", "Lists (*.txt *.tsv *.csv);;All files (*)")
        if path:
            self._files = (*self._files, Path(path))
            self._offer()

    @Slot()
    def _on_sweep_changed(self) -> None:
        self._shown = self._operations.sweep
        if self._shown is not None:
            self._show(self._shown)
        is_error = self.remark_label.property("role") == "error" and not self._operations.is_sweeping
        if not is_error:
            self.remark_label.say(self._shown.remark if self._shown is not None and self._shown.points else "")
        self._offer()

    @Slot(object)
    def _on_sweep_progressed(self, job: Job) -> None:
        """Before the first training is complete there is nothing else to see."""
        if self._shown is not None and not self._shown.points:
            self.remark_label.say(job.latest.text)

    @Slot(str)
    def _on_sweep_refused(self, why: str) -> None:
        self.remark_label.say(why, "error")

    @Slot()
    def _on_appearance_changed(self) -> None:
        self.values_edit.setMinimumWidth(self._appearance.px(NARROWEST_EDIT_PX))
        self.values_edit.setMaximumWidth(self._appearance.px(WIDEST_EDIT_PX))
        self.table.verticalHeader().setDefaultSectionSize(self._appearance.px(measures.ROW_HEIGHT - 4))
        self._fit()

    def _fit(self) -> None:
        """A narrow page leaves the seconds and the seed out, which are the same for most."""
        is_narrow = self.width() < self._appearance.px(NARROW_PX)
        n_columns = self.table.columnCount()
        if n_columns > 1:
            self.table.setColumnHidden(n_columns - 1, is_narrow)
            self.table.setColumnHidden(1, is_narrow or len({point.seed for point in self._points()}) == 1)

    def _points(self) -> tuple[SweepPoint, ...]:
        return () if self._shown is None else self._shown.points

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


def series_of(sweep: Sweep) -> tuple[Series, ...]:
    """The figures of a sweep to draw: those measured, and the held-out accuracy."""
    points = sweep.points
    names = [figure.name for figure in points[0].figures] if points else []
    measured = [
        Series(name, tuple((point.value, _number(point.figures[at].value)) for point in points))
        for at, name in enumerate(names)
    ]
    return (*measured, Series("held-out accuracy", tuple((point.value, point.accuracy) for point in points)))


def _number(value: float | None) -> float:
    return math.nan if value is None else value
