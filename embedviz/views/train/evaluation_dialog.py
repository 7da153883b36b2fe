"""The result of an evaluation as a table."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from embedviz.analysis import AnalogyScore, Section, Similarity
from embedviz.views.panel import head, plain
from embedviz.views.text import one_line

Row = tuple[str, str, str, str]


def evaluation_rows(result: Similarity | AnalogyScore) -> list[Row]:
    """What was asked, the score, its 95 % interval, and how much of the file is known to the space."""
    if isinstance(result, Similarity):
        score = "not defined" if result.rho is None else f"rho {result.rho:.3f}"
        return [(result.name, score, _interval(result.interval), f"{result.n_known:,} of {result.n_pairs:,} pairs")]
    return [_section_row(section) for section in (*result.sections, result.total)]


def evaluation_dialog(result: Similarity | AnalogyScore, space_name: str, parent: QWidget) -> QDialog:
    """A window with the rows of one evaluation."""
    rows = evaluation_rows(result)
    dialog = QDialog(parent)
    dialog.setObjectName("evaluation_dialog")
    dialog.setWindowTitle("Evaluation")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    title = plain("title")
    title.setText(one_line(f"{space_name} on {result.name}", most=120))
    table = QTableWidget(len(rows), 4)
    table.setObjectName("evaluation_table")
    table.setAccessibleName("Evaluation")
    table.setHorizontalHeaderLabels(("Questions", "Score", "95 % interval", "Known"))
    table.verticalHeader().hide()
    table.setShowGrid(False)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    for place, row in enumerate(rows):
        for column, text in enumerate(row):
            table.setItem(place, column, QTableWidgetItem(one_line(text, most=80)))
    table.resizeColumnsToContents()
    note = plain("muted")
    note.setText(
        "Cosine of unit vectors over all items; Spearman's rho for similarity lists, for analogies the share whose "
        "first answer, the three words left out, is the expected word."
    )
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.close)
    column_layout = QVBoxLayout(dialog)
    column_layout.setContentsMargins(20, 16, 20, 16)
    for widget in (head("Evaluation"), title, table, note, buttons):
        column_layout.addWidget(widget)
    dialog.resize(620, 420 if len(rows) > 3 else 260)
    return dialog


def _section_row(section: Section) -> Row:
    known = f"{section.n_known:,} of {section.n_questions:,}"
    score = "not defined" if section.accuracy is None else f"{100 * section.accuracy:.1f} %"
    return section.name, score, _interval(section.interval, as_percent=True), known


def _interval(interval: tuple[float, float] | None, *, as_percent: bool = False) -> str:
    if interval is None:
        return "–"
    low, high = interval
    return f"{100 * low:.1f} to {100 * high:.1f} %" if as_percent else f"{low:.3f} to {high:.3f}"
