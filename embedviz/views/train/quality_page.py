"""The page of Quality: how well spaces agree with what people say about words; evaluations stay listed side by side."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHeaderView,
    QProgressBar,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from embedviz.jobs import Job
from embedviz.operations import Operations
from embedviz.operations.evaluating import COLUMNS, evaluation_rows
from embedviz.session import Session
from embedviz.views.appearance import Appearance
from embedviz.views.drawer_page import DrawerPage
from embedviz.views.panel import plain, push_button, snug, stack_into
from embedviz.views.text import one_line
from embedviz.views.train.quality_model import COVERAGE, INTERVAL, METRIC, QUESTIONS, USED, QualityModel

PROGRESS_PX = 100
CHARACTERS = (0, 10, 15, 17, 9, 22, 7)
NEEDS_PX = MappingProxyType({METRIC: 800, COVERAGE: 720, INTERVAL: 620, USED: 560})
EMPTY = (
    "Nothing evaluated yet. Choose a file of what people say about words, or drop it here:\n\n"
    "•  word pairs, two words and a number a line, as in WordSim-353 and SimLex-999:   tiger   cat   7.35\n"
    "•  analogies, four words a line below “: section”, as in questions-words:   Athens   Greece   Baghdad   Iraq\n\n"
    "Open or train another space and evaluate it on the same file to compare the two."
)


class QualityPage(DrawerPage):
    """Chooses a list, evaluates the open space on it, and shows all that was evaluated."""

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, operations, appearance, parent)
        self.setObjectName("quality_page")
        self.setAcceptDrops(True)
        self.choose_button = push_button("Choose a list…", "choose_list_button", "Choose word pairs or analogies")
        self.progress = QProgressBar()
        self.progress.setObjectName("quality_progress")
        self.progress.setAccessibleName("Progress of the evaluation")
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 1000)
        self.status_label = plain("muted", "quality_status")
        self.copy_button = push_button("Copy", "copy_evaluations_button", "Copy all evaluations as a table")
        self.save_button = push_button("Save…", "save_evaluations_button", "Save all evaluations as CSV")
        self.clear_button = push_button("Clear", "clear_evaluations_button", "Empty the list of evaluations")
        self._model = QualityModel(self)
        self.table = QTreeView()
        self.empty_label = plain("muted", "quality_empty")
        self.empty_label.setText(EMPTY)
        self._set_up_table()
        self._lay_out()
        self.choose_button.clicked.connect(self.choose)
        self.copy_button.clicked.connect(self.copy)
        self.save_button.clicked.connect(self.save)
        self.clear_button.clicked.connect(operations.forget_evaluations)
        operations.evaluation_began.connect(self._on_evaluation_began)
        operations.evaluation_progressed.connect(self._on_evaluation_progressed)
        operations.evaluated.connect(self._on_evaluated)
        operations.evaluation_refused.connect(self._on_evaluation_refused)
        operations.evaluation_ended.connect(self._on_evaluation_ended)
        session.space_changed.connect(self._on_space_changed)
        appearance.changed.connect(self._on_appearance_changed)
        self._on_space_changed()
        self._on_appearance_changed()
        self._on_evaluation_ended()

    @Slot()
    def choose(self) -> None:
        """Ask for a file and evaluate the open space on it."""
        path, _ = QFileDialog.getOpenFileName(
            self, "Word list or analogies", "", "Lists (*.txt *.tsv *.csv);;All files (*)"
        )
        if path:
            self._operations.evaluate(path)

    @Slot()
    def copy(self) -> None:
        """Put all evaluations on the clipboard, as a table with tabs."""
        rows = evaluation_rows(self._operations.evaluations)
        if not rows:
            self._operations.say("There is no evaluation to copy. Choose a word list or an analogy file first.")
            return
        lines = ["\t".join("" if cell is None else one_line(str(cell)) for cell in row) for row in (COLUMNS, *rows)]
        self._copy("\n".join(lines), f"Copied {len(rows):,} row{'s'[: len(rows) > 1]} as a table.")

    @Slot()
    def save(self) -> None:
        """Ask for a file and save all evaluations to it."""
        if not self._operations.evaluations:
            self._operations.save_evaluations("")
            return
        path, _ = QFileDialog.getSaveFileName(self, "Save evaluations", "evaluations.csv", "CSV (*.csv)")
        if path:
            self._operations.save_evaluations(path if Path(path).suffix else f"{path}.csv")

    def _set_up_table(self) -> None:
        self.table.setObjectName("evaluation_table")
        self.table.setAccessibleName("Evaluations")
        self.table.setModel(self._model)
        self.table.setUniformRowHeights(True)
        self.table.setFrameShape(QTreeView.Shape.NoFrame)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        header = self.table.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(8)
        header.setSectionResizeMode(QUESTIONS, QHeaderView.ResizeMode.Stretch)

    def _lay_out(self) -> None:
        buttons = (self.choose_button, self.copy_button, self.save_button, self.clear_button)
        self._fill_tools(self.progress, *buttons, room=1)
        column = snug(QVBoxLayout(self), 4)
        self._shown = stack_into(column, self.empty_label, self.table)
        column.addWidget(self.status_label)

    def _say(self, text: str, role: str = "muted") -> None:
        """Tell below the table what goes on, or why nothing came of it; with nothing to tell, what is evaluated."""
        self.status_label.say(text or self._subject(), role)

    def _subject(self) -> str:
        space = self._session.state.space
        if space is None:
            return "No space is open. Open or train one first."
        return f"Evaluates “{one_line(space.source.name, most=60)}” by the cosine of its vectors; all items take part."

    @Slot(str)
    def _on_evaluation_began(self, name: str) -> None:
        self.progress.setValue(0)
        self.progress.show()
        self._say(f"Evaluating on {one_line(name, most=60)}")

    @Slot(object)
    def _on_evaluation_progressed(self, job: Job) -> None:
        self.progress.setValue(round(1000 * (job.latest.fraction or 0.0)))
        self._say(job.latest.text)

    @Slot()
    def _on_evaluated(self) -> None:
        self._say("")

    @Slot(str)
    def _on_evaluation_refused(self, why: str) -> None:
        self._say(why, "error")

    @Slot()
    def _on_evaluation_ended(self) -> None:
        """Nothing runs any more: show what there is; the newest evaluation is unfolded."""
        evaluations = self._operations.evaluations
        self.progress.hide()
        if self.status_label.property("role") != "error":
            self._say("")
        self._model.show(evaluations)
        self.table.expand(self._model.index(0, 0))
        self._shown.setCurrentIndex(1 if evaluations else 0)
        for button in (self.copy_button, self.save_button, self.clear_button):
            button.setEnabled(bool(evaluations))

    @Slot()
    def _on_space_changed(self) -> None:
        space = self._session.state.space
        self.choose_button.setEnabled(space is not None)
        self._say("")

    @Slot()
    def _on_appearance_changed(self) -> None:
        self.progress.setFixedWidth(self._appearance.px(PROGRESS_PX))
        unit = self._appearance.px(8)
        for column, characters in enumerate(CHARACTERS):
            if column != QUESTIONS:
                self.table.header().resizeSection(column, unit * characters + self._appearance.px(16))
        self._fit_columns()

    def _fit_columns(self) -> None:
        """A narrow drawer leaves out what the tool tips and the menu hold too."""
        for column, least in NEEDS_PX.items():
            self.table.setColumnHidden(column, self.width() < self._appearance.px(least))
        for button in (self.copy_button, self.clear_button):
            button.setVisible(self.width() >= self._appearance.px(NEEDS_PX[USED]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.choose_button.isEnabled() and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self._operations.evaluate(paths[0])
