"""The page of Compare: two items, their vectors as strips, their scores, and the dimensions that make a score."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QAction, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from embedviz.analysis.contributions import Comparison, Contributions
from embedviz.formats.cell_lines import Cell, aligned, tabbed
from embedviz.operations import Operations
from embedviz.operations.questions import item_text
from embedviz.session import Session
from embedviz.space.metrics import METRICS
from embedviz.views.appearance import Appearance
from embedviz.views.ask.contribution_model import BAR, DIMENSION, PART, RUNNING, ContributionModel, PartDelegate
from embedviz.views.ask.score_table import ScoreTable
from embedviz.views.copy_button import CopyButton
from embedviz.views.drawer_page import DrawerPage
from embedviz.views.elided import ElidedLabel
from embedviz.views.export_dialog import write_to_chosen
from embedviz.views.panel import beside, plain, push_button, snug, stack_into
from embedviz.views.row_table import RowTable
from embedviz.views.strip import Strip
from embedviz.views.text import one_line

QUIET_MS = 30
ROW_PX = 22
NARROWEST_EDIT_PX, WIDEST_EDIT_PX = 72, 170
NARROW_PAGE_PX = 640
EMPTY = (
    "Ask about an item, then point at another on the plot or walk the neighbours: the two are compared here. "
    "Or type two items above; formulas can be compared too."
)


class ComparePage(DrawerPage):
    """Compares the open question with the item under attention; what is typed in a field stays instead."""

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, operations, appearance, parent)
        self.setObjectName("compare_page")
        self._found: Comparison | None = None
        self._second: int | None = None
        self.first_edit = self._edit("compare_first_edit", "First item; empty for the open question")
        self.second_edit = self._edit("compare_second_edit", "Second item; empty for the item under attention")
        self.metric_combo = QComboBox()
        self.scores = ScoreTable()
        self.strips = [Strip(appearance) for _ in range(3)]
        self.names = [ElidedLabel("", f"compare_name_{at}") for at in range(3)]
        self.norms = [plain("muted", f"compare_norm_{at}") for at in range(3)]
        self.sentence = plain("muted", "compare_sentence")
        self.empty_label = plain("muted", "compare_empty")
        self._model = ContributionModel(self)
        self.table = RowTable("contribution_table", "Parts of the score by dimension", appearance, row_px=ROW_PX)
        self.copy_button = CopyButton(
            "copy_compare_button", "Copy the parts as a table; its menu as text, with the scores"
        )
        self.export_button = push_button("Export…", "export_compare_button", "Write the parts to a table file")
        self._waiting = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._set_up()
        self._lay_out()
        self._waiting.timeout.connect(self._on_quiet)
        self.metric_combo.activated.connect(self._on_metric_chosen)
        for edit in (self.first_edit, self.second_edit):
            edit.textChanged.connect(self._on_wish_changed)
        self.copy_button.copy_table_action.triggered.connect(self.copy_table)
        self.copy_button.copy_text_action.triggered.connect(self.copy_text)
        self.export_button.clicked.connect(self.export)
        operations.items_compared.connect(self._on_items_compared)
        operations.items_refused.connect(self._on_items_refused)
        operations.calibrated.connect(self._on_calibrated)
        session.answer_changed.connect(self._on_answer_changed)
        session.space_changed.connect(self._on_space_changed)
        session.focus_changed.connect(self._on_focus_changed)
        appearance.changed.connect(self._on_appearance_changed)
        self._on_appearance_changed()
        self._on_space_changed()

    def texts(self) -> tuple[str, str]:
        """What is to be compared: what is typed, else the open question and the item under attention."""
        state = self._session.state
        first = self.first_edit.text() or (state.answer.text if state.answer is not None else "")
        second, row = self.second_edit.text(), self._second
        if not second and row is None and state.answer is not None and len(state.answer.rows):
            row = int(state.answer.rows[0])
        if not second and state.space is not None and row is not None:
            second = item_text(state.space, row)
        return first, second

    @Slot()
    def copy_table(self) -> None:
        """Put the parts by dimension on the clipboard, with tabs."""
        self._copy(tabbed(self._lines()), f"Copied {self._model.rowCount():,} parts as a table.")

    @Slot()
    def copy_text(self) -> None:
        """Put the scores, the sentence and the parts on the clipboard as lines of text."""
        if self._found is not None:
            scores = [f"{metric.title}: {self.scores.text_of(name)}" for name, metric in METRICS.items()]
            head = f"{self._found.readings[0]} with {self._found.readings[1]}"
            said = "\n".join((head, *scores, self.sentence.text()))
            self._copy(f"{said}\n\n{aligned(self._lines())}", "Copied the comparison as text.")

    @Slot()
    def export(self) -> None:
        """Ask for a file and write the parts to it."""
        write_to_chosen(partial(self._operations.export_lines, self._lines()), "Export parts", "parts.csv", self)

    def _lines(self) -> list[list[Cell]]:
        parts = None if self._found is None else self._found.contributions(self.metric_combo.currentData())
        return [] if self._found is None or parts is None else part_lines(self._found, parts)

    def _follow_metric(self) -> None:
        self.metric_combo.setCurrentIndex(self.metric_combo.findData(self._session.state.view.metric))

    def _edit(self, name: str, tip: str) -> QLineEdit:
        edit = QLineEdit()
        edit.setObjectName(name)
        edit.setAccessibleName(tip)
        edit.setToolTip(tip)
        edit.setClearButtonEnabled(True)
        return edit

    def _set_up(self) -> None:
        for metric in METRICS.values():
            self.metric_combo.addItem(metric.title, metric.name)
        self.metric_combo.setObjectName("compare_metric_combo")
        self.metric_combo.setAccessibleName("Metric whose parts are shown")
        self.metric_combo.setToolTip("Metric whose parts are shown")
        self.table.setModel(self._model)
        self.table.setItemDelegateForColumn(BAR, PartDelegate(self._appearance, self.table))
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.horizontalHeader().setSectionResizeMode(BAR, QHeaderView.ResizeMode.Stretch)

    def _lay_out(self) -> None:
        with_word, edits = QLabel("with"), (self.first_edit, self.second_edit)
        with_word.setProperty("role", "muted")
        self._fill_tools(self.first_edit, with_word, self.second_edit, self.metric_combo, grow=edits)
        export_action = QAction("Export…", self)
        export_action.triggered.connect(self.export)
        self.table.offer(self.copy_button.copy_table_action, self.copy_button.copy_text_action, export_action)
        strips = QGridLayout()
        strips.setContentsMargins(0, 0, 0, 0)
        strips.setHorizontalSpacing(8)
        strips.setVerticalSpacing(2)
        for at, (name, norm, strip) in enumerate(zip(self.names, self.norms, self.strips, strict=True)):
            norm.setWordWrap(False)
            norm.setAlignment(Qt.AlignmentFlag.AlignRight)
            strips.addWidget(name, 2 * at, 0)
            strips.addWidget(norm, 2 * at, 1)
            strips.addWidget(strip, 2 * at + 1, 0, 1, 2)
        strips.setRowStretch(6, 1)
        strips.setColumnStretch(0, 1)
        left, center = QWidget(), QWidget()
        left.setLayout(strips)
        middle = QVBoxLayout(center)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.addWidget(self.scores)
        middle.addWidget(self.sentence)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.copy_button)
        buttons.addWidget(self.export_button)
        buttons.addStretch(1)
        middle.addLayout(buttons)
        middle.addStretch(1)
        shown = beside((left, 4), (center, 3), (self.table, 5))
        self._stack = stack_into(snug(QVBoxLayout(self), 0), self.empty_label, shown)

    def _show(self, found: Comparison | None, *, problem: str = "") -> None:
        self._found = found
        self.empty_label.setText(problem or EMPTY)
        self._stack.setCurrentIndex(0 if found is None else 1)
        if found is None:
            self._show_parts()
            return
        named = (*found.readings, "difference")
        lengths = (*found.norms, found.scores["euclidean"] or 0.0)
        for at, vector in enumerate((*found.vectors, found.difference)):
            text = one_line(named[at], most=60)
            self.names[at].setText(text)
            self.norms[at].setText(f"‖v‖ {lengths[at]:.4g}")
            self.strips[at].show_vector(vector.astype("float32"))
            self.strips[at].setAccessibleName(f"Vector of {text}" if at < 2 else "Difference of the two vectors")
        self._show_parts()

    def _show_parts(self) -> None:
        metric = self.metric_combo.currentData()
        parts = self._found.contributions(metric) if self._found is not None else None
        self._model.show(parts)
        for button in (self.copy_button, self.export_button):
            button.setEnabled(parts is not None)
        self.scores.show_scores(self._found, self._operations.null_scores)
        null = self._operations.null_scores(metric)
        calibrated = f" Shares are of {null.pairs_text}." if null is not None else ""
        self.sentence.setText(parts_sentence(parts) + calibrated)

    @Slot()
    def _on_wish_changed(self) -> None:
        """What is to be compared may be another; it is looked at once the page is seen."""
        if not self.isVisible():
            return
        first, second = self.texts()
        self.first_edit.setPlaceholderText(one_line(first, most=60) or "an item")
        self.second_edit.setPlaceholderText(one_line(second, most=60) or "another item")
        self._waiting.start()

    @Slot()
    def _on_quiet(self) -> None:
        first, second = self.texts()
        if self._session.state.space is None or not first.strip() or not second.strip():
            self._show(None)
        elif self._found is None or self._found.texts != (first, second):
            self._operations.compare_items(first, second)

    @Slot(object)
    def _on_items_compared(self, found: Comparison) -> None:
        self._show(found)

    @Slot(str)
    def _on_items_refused(self, why: str) -> None:
        self._show(None, problem=why)

    @Slot()
    def _on_answer_changed(self) -> None:
        self._follow_metric()
        self._second = None
        self._on_wish_changed()

    @Slot()
    def _on_space_changed(self) -> None:
        self._second = None
        self._follow_metric()
        self._show(None)
        self._on_wish_changed()

    @Slot()
    def _on_focus_changed(self) -> None:
        row = self._session.focus
        if row is not None and row != self._second:
            self._second = row
            self._on_wish_changed()

    @Slot(int)
    def _on_metric_chosen(self, _at: int) -> None:
        self._show_parts()

    @Slot()
    def _on_calibrated(self) -> None:
        if self._found is not None:
            self._show_parts()

    @Slot()
    def _on_appearance_changed(self) -> None:
        self._fit()

    def _fit(self) -> None:
        px = self._appearance.px
        is_wide = self.width() >= px(760)
        for column, width in ((DIMENSION, 84), (PART, 76), (RUNNING, 76)):
            self.table.setColumnWidth(column, px(width))
        self.table.setColumnHidden(PART, not is_wide)
        self.table.setColumnHidden(RUNNING, self.width() < px(NARROW_PAGE_PX))
        for edit in (self.first_edit, self.second_edit):
            edit.setMinimumWidth(px(NARROWEST_EDIT_PX))
            edit.setMaximumWidth(px(WIDEST_EDIT_PX))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._on_wish_changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


def part_lines(found: Comparison, parts: Contributions) -> list[list[Cell]]:
    """The parts of a score as lines below a head: dimension from 1, both vectors, part, and all up to it together."""
    lines: list[list[Cell]] = [["dimension", *found.readings, f"part of {parts.metric}", "together, of the whole"]]
    for rank, dimension in enumerate(parts.order.tolist()):
        values = (*(vector[dimension] for vector in found.vectors), parts.parts[dimension], parts.cumulative[rank])
        lines.append([dimension + 1, *(float(value) for value in values)])
    return lines


def parts_sentence(parts: Contributions | None) -> str:
    """How few dimensions make half of a score, and how many work against it."""
    if parts is None:
        return "The zero vector has no direction, so there is no cosine to take apart."
    n_half, n_dims = parts.n_for(0.5), len(parts.parts)
    what = {"cosine": "the cosine", "dot": "the dot product", "euclidean": "the squared distance"}
    whole = what.get(parts.metric, "the distance")
    if n_half is None:
        return f"There is nothing to take apart: {whole} is zero."
    largest = "largest dimension makes" if n_half == 1 else f"{n_half:,} largest dimensions make"
    against = f"; {parts.n_against:,} take away from it" if parts.n_against else ""
    return f"The {largest} half of {whole}, of {n_dims:,}{against}."
