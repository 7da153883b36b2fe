"""The page of Runs: trainings of this and earlier days, opened, named, gone on with, removed, compared on one chart."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from embedviz.formats import KeptRun
from embedviz.operations import Operations
from embedviz.operations.caching import size_text
from embedviz.session import Session
from embedviz.space.run import EpochRecord
from embedviz.training import EpochKept
from embedviz.views.appearance import Appearance
from embedviz.views.drawer_page import DrawerPage
from embedviz.views.panel import beside, plain, push_button, snug, stack_into
from embedviz.views.text import one_line
from embedviz.views.train.curve import Curve, Line
from embedviz.views.train.line_colors import N_COLORS
from embedviz.views.train.run_model import AnyRun, RunModel, summary
from embedviz.views.train.run_table import RunTable

LOOK_AGAIN_MS, CHECKED_AT_FIRST = 300, 3
CHART_SHARE = 0.38
EMPTY = "No training is kept yet. Train on a text: every epoch is kept, and can be opened again here."
REMOVE, REMOVE_NOW = "Remove", "Remove now"

Figure = Callable[[EpochRecord], float]
FIGURES: tuple[tuple[str, str, Figure], ...] = (
    ("Held-out loss", "held-out loss, nats per pair", lambda record: record.heldout_loss),
    ("Accuracy", "held-out accuracy, %", lambda record: 100 * record.accuracy),
    ("Training loss", "training loss, nats per pair", lambda record: record.loss),
)


class RunsPage(DrawerPage):
    """Lists all runs; those that are checked are drawn together."""

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, operations, appearance, parent)
        self.setObjectName("runs_page")
        self._is_known = False
        self._to_remove: tuple[str, ...] = ()
        self._again: set[str] = set()
        self._looking = QTimer(self, singleShot=True, interval=LOOK_AGAIN_MS)
        self.model = RunModel(appearance, self)
        self.table = RunTable(self.model, appearance)
        self.chart = Curve(FIGURES[0][1], appearance)
        self.chart.setObjectName("runs_chart")
        self.figure_combo = QComboBox()
        self.open_button = push_button("Open", "runs_open_button", "Open what was learned, and go through its epochs")
        self.resume_button = push_button("Go on", "runs_resume_button", "Go on with a training that was cut short")
        self.remove_button = push_button(REMOVE, "runs_remove_button", "Remove the chosen trainings from the disk")
        self.sentence = plain("muted", "runs_sentence")
        self._lay_out()
        self.open_button.clicked.connect(self.open_chosen)
        self.table.opened.connect(self.open_chosen)
        self.resume_button.clicked.connect(self._on_resume_clicked)
        self.remove_button.clicked.connect(self._on_remove_clicked)
        self.figure_combo.currentIndexChanged.connect(self._draw)
        self.model.renamed.connect(operations.rename_run)
        self.model.checked_changed.connect(self._draw)
        self.table.chosen_changed.connect(self._on_chosen_changed)
        self._looking.timeout.connect(self._on_looking_due)
        operations.runs_changed.connect(self._on_runs_changed)
        operations.training_began.connect(self._on_training_changed)
        operations.training_ended.connect(self._on_training_changed)
        operations.epoch_kept.connect(self._on_epoch_kept)
        self._on_runs_changed()

    @Slot()
    def open_chosen(self) -> None:
        """Open the run that is chosen, after its last epoch."""
        run = self._only()
        if isinstance(run, KeptRun):
            self._operations.open_run(run.name)

    def _lay_out(self) -> None:
        self.figure_combo.setObjectName("runs_figure_combo")
        self.figure_combo.setAccessibleName("Figure that is drawn")
        self.figure_combo.addItems([name for name, _, _ in FIGURES])
        self._fill_tools(self.figure_combo, self.open_button, self.resume_button, self.remove_button, room=1)
        empty = plain("muted", "runs_empty")
        empty.setText(EMPTY)
        column = snug(QVBoxLayout(self), 4)
        self._stack = stack_into(column, empty, beside((self.table, 1), (self.chart, 0)))
        column.addWidget(self.sentence)

    def _only(self) -> AnyRun | None:
        """The run that is chosen, if it is one."""
        chosen = self.table.chosen
        return self.model.run_of(chosen[0]) if len(chosen) == 1 else None

    def _say(self) -> None:
        """What is chosen, or what all take; and which buttons help."""
        chosen, only = self.table.chosen, self._only()
        runs = [run for run in map(self.model.run_of, chosen) if run is not None]
        may_go_on = isinstance(only, KeptRun) and only.resumes_after is not None
        asks = bool(chosen) and self._to_remove == chosen
        self.open_button.setEnabled(isinstance(only, KeptRun))
        self.resume_button.setEnabled(may_go_on and not self._operations.is_training)
        self.remove_button.setEnabled(bool(runs) and not any(map(_is_running, runs)))
        self.remove_button.setText(REMOVE_NOW if asks else REMOVE)
        if asks:
            which = f"“{_caption(only)}”" if only is not None else f"These {len(runs):,} trainings"
            freed = size_text(sum(run.n_bytes for run in runs))
            self.sentence.setText(f"{which} would be gone for good; that frees {freed}. “{REMOVE_NOW}” does it.")
        else:
            self.sentence.setText(self._total() if only is None else summary(only))

    def _total(self) -> str:
        found = self._operations.runs
        n, n_damaged = len(found.runs) + len(found.damaged), len(found.damaged)
        n_bytes = sum(run.n_bytes for run in found.runs) + sum(run.n_bytes for run in found.damaged)
        if not n:
            return ""
        damaged = f", {n_damaged:,} of them damaged" if n_damaged else ""
        return f"{n:,} training{'s'[: n != 1]}{damaged}, {size_text(n_bytes)}. Check some to compare them."

    @Slot()
    def _draw(self) -> None:
        """Draw the checked runs, in the order in which they were checked."""
        _, title, figure = FIGURES[max(0, self.figure_combo.currentIndex())]
        lines = []
        for name, number in self.model.numbers.items():
            run = self.model.run_of(name)
            if isinstance(run, KeptRun) and run.run.epochs:
                values = tuple(figure(record) for record in run.run.epochs)
                lines.append(Line.numbered(number, _caption(run), values))
        self.chart.show_title(title)
        self.chart.show_lines(lines)

    def _check_fresh(self, names: list[str]) -> None:
        """The newest are checked at first, then each that comes, as long as their lines have colours of their own."""
        for name in names if self._is_known else names[:CHECKED_AT_FIRST]:
            if len(self.model.numbers) < N_COLORS:
                self.model.check(name, wanted=True)
        self._is_known = True

    @Slot()
    def _on_runs_changed(self) -> None:
        found, known, chosen, asked = self._operations.runs, set(self.table.names), self.table.chosen, self._to_remove
        self.model.show(found)
        self.table.choose(chosen)
        self._to_remove = asked if self.table.chosen == chosen else ()
        if found.runs:
            self._check_fresh([run.name for run in found.runs if run.name not in known])
        self._stack.setCurrentIndex(1 if self.table.names else 0)
        self._draw()
        self._say()

    @Slot()
    def _on_chosen_changed(self) -> None:
        self._to_remove = ()
        self._say()

    @Slot()
    def _on_resume_clicked(self) -> None:
        run = self._only()
        if run is not None:
            self._operations.resume_run(run.name)

    @Slot()
    def _on_remove_clicked(self) -> None:
        """The first time it is asked, the second time done."""
        chosen, asked = self.table.chosen, self._to_remove
        self._to_remove = () if asked == chosen else chosen
        for name in chosen if asked == chosen else ():
            self._operations.remove_run(name)
        self._say()

    @Slot()
    def _on_training_changed(self) -> None:
        if self.isVisible():
            self._operations.list_runs()
        self._say()

    @Slot(object)
    def _on_epoch_kept(self, kept: EpochKept) -> None:
        self._again.add(kept.run)
        if self.isVisible() and not self._looking.isActive():
            self._looking.start()

    @Slot()
    def _on_looking_due(self) -> None:
        for name in self._again:
            self._operations.look_at_run(name)
        self._again.clear()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.chart.setFixedWidth(round(CHART_SHARE * self.width()))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._operations.list_runs()


def _is_running(run: AnyRun) -> bool:
    return isinstance(run, KeptRun) and run.status == "running"


def _caption(run: AnyRun) -> str:
    return one_line(run.caption if isinstance(run, KeptRun) else run.name, most=60)
