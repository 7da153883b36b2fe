"""The page of Findings: what was found out about a selection, two items or all of them, one at a time."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from embedviz.operations import Operations
from embedviz.operations.findings import Finding, findings_text, findings_tsv
from embedviz.session import Session
from embedviz.views.appearance import Appearance
from embedviz.views.color_bar import ColorBar
from embedviz.views.copy_button import CopyButton
from embedviz.views.drawer_page import DrawerPage
from embedviz.views.elided import ElidedCombo
from embedviz.views.export_dialog import write_to_chosen
from embedviz.views.lab.finding_table import FindingTable
from embedviz.views.lab.heat_map import HeatMap
from embedviz.views.lab.matrix_window import MatrixWindow
from embedviz.views.panel import beside, plain, push_button, snug, stack_into
from embedviz.views.text import one_line

EMPTY = (
    "Nothing found yet. The Analyze menu asks:\n\n"
    "•  of a selection: the odd one out, its most and least similar pairs, its similarity matrix\n"
    "•  of two items: the path between them along true neighbours, the line between them\n"
    "•  of one item: all within a radius, its mutual neighbours;  of all: hubs, which are near to most others"
)
PIN_TIP = "Pin what was found, to keep it in sight beside other lists"
NO_LIST = "Nothing is ranked here, so there is no list to pin"
NARROWEST_COMBO_PX, WIDEST_COMBO_PX = 64, 320


class FindingsPage(DrawerPage):
    """Shows one finding at a time: a table, or a heat map beside its names; the earlier ones stay to choose from."""

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, operations, appearance, parent)
        self.setObjectName("findings_page")
        self.choice_combo = ElidedCombo()
        self.choice_combo.setObjectName("finding_combo")
        self.choice_combo.setAccessibleName("Finding that is shown")
        self.enlarge_button = push_button("Enlarge", "enlarge_matrix_button", "Show the matrix in a window of its own")
        self.pin_button = push_button("Pin", "pin_findings_button", PIN_TIP)
        self.copy_button = CopyButton("copy_finding_button", "Copy this finding as a table; its menu as text")
        self.export_button = push_button("Export…", "export_finding_button", "Write this finding to a table file")
        self.clear_button = push_button("Clear", "clear_findings_button", "Empty the list of findings")
        self.table = FindingTable(session, operations, appearance, "finding_table")
        self.pin_action, self.export_action = QAction("Pin this list", self), QAction("Export…", self)
        self.heat_map = HeatMap(appearance)
        self.readout = plain("", "heat_readout")
        self.color_bar = ColorBar()
        self.summary_label = plain("muted", "finding_summary")
        self.empty_label = plain("muted", "findings_empty")
        self.empty_label.setText(EMPTY)
        self._lay_out()
        self.choice_combo.activated.connect(self._on_chosen)
        self.enlarge_button.clicked.connect(self.enlarge)
        self.pin_button.clicked.connect(self.pin)
        self.copy_button.copy_table_action.triggered.connect(self.copy)
        self.copy_button.copy_text_action.triggered.connect(self.copy_text)
        self.pin_action.triggered.connect(self.pin)
        self.export_action.triggered.connect(self.export)
        self.export_button.clicked.connect(self.export)
        self.clear_button.clicked.connect(operations.forget_findings)
        self.heat_map.pointed.connect(self._on_pointed)
        self.heat_map.chosen.connect(operations.ask_two)
        operations.finding_made.connect(self._on_finding_made)
        operations.findings_forgotten.connect(self._show_newest)
        operations.analysis_began.connect(self._on_analysis_began)
        operations.analysis_refused.connect(self._on_analysis_refused)
        operations.analysis_ended.connect(self._on_analysis_ended)
        appearance.changed.connect(self._on_appearance_changed)
        self._on_appearance_changed()
        self._show_newest()

    @property
    def shown(self) -> Finding | None:
        """The finding that is shown."""
        at = self.choice_combo.currentIndex()
        return self._operations.findings[at] if 0 <= at < len(self._operations.findings) else None

    @Slot()
    def copy(self) -> None:
        """Put the finding on the clipboard, as a table with tabs."""
        if self.shown is None:
            self._operations.say("There is no finding to copy. Choose a question in the Analyze menu first.")
            return
        self._copy(findings_tsv([self.shown]), f"Copied {len(self.shown.cells):,} rows as a table.")

    @Slot()
    def copy_text(self) -> None:
        """Put the finding on the clipboard as lines of text."""
        if self.shown is not None:
            self._copy(findings_text([self.shown]), f"Copied {len(self.shown.cells):,} rows as text.")

    @Slot()
    def pin(self) -> None:
        """Keep what was found in sight beside other lists."""
        if self.shown is not None:
            self._operations.pin_lists(self.shown.lists, self.shown.summary)

    @Slot()
    def export(self) -> None:
        """Ask for a file and write the finding to it."""
        if self.shown is not None:
            write = partial(self._operations.export_finding, self.shown)
            write_to_chosen(write, "Export finding", "finding.csv", self)

    @Slot()
    def enlarge(self) -> None:
        """Show the matrix in a window of its own."""
        if self.shown is not None and self.shown.matrix is not None:
            MatrixWindow(self.shown, self._operations, self._appearance, self.window()).show()

    def _lay_out(self) -> None:
        self.choice_combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        buttons = (self.enlarge_button, self.pin_button, self.copy_button, self.export_button, self.clear_button)
        self._fill_tools(self.choice_combo, *buttons)
        copying = (self.copy_button.copy_table_action, self.copy_button.copy_text_action)
        self.table.offer(self.pin_action, *copying, self.export_action)
        said = QWidget()
        lines = snug(QVBoxLayout(said), 6)
        lines.addWidget(self.color_bar)
        lines.addWidget(self.readout)
        lines.addStretch(1)
        self._heat = beside((self.heat_map, 0), (said, 1), spacing=16)
        found = beside((self._heat, 2), (self.table, 2), spacing=16)
        column = snug(QVBoxLayout(self), 4)
        self._stack = stack_into(column, self.empty_label, found)
        column.addWidget(self.summary_label)

    def _fit_heat_map(self) -> None:
        """The map is a square as high as the page."""
        below = self.summary_label.heightForWidth(self.width()) + 4 if self.summary_label.text() else 0
        self.heat_map.setFixedWidth(max(40, self.height() - below))

    def _say(self, text: str, role: str = "muted") -> None:
        self.summary_label.say(text, role)
        self.summary_label.setToolTip(text)
        self.summary_label.setVisible(bool(text))

    @Slot()
    def _show_newest(self) -> None:
        with QSignalBlocker(self.choice_combo):
            self.choice_combo.clear()
            self.choice_combo.addItems([one_line(each.title, most=60) for each in self._operations.findings])
        self._show_chosen()

    def _show_chosen(self) -> None:
        finding = self.shown
        self.choice_combo.setToolTip(self.choice_combo.currentText())
        for widget in (self.choice_combo, self.copy_button, self.export_button, self.clear_button):
            widget.setEnabled(finding is not None)
        can_pin = finding is not None and any(len(each.rows) for each in finding.lists)
        self.pin_button.setEnabled(can_pin)
        self.pin_action.setEnabled(can_pin)
        self.pin_button.setToolTip(PIN_TIP if finding is None or can_pin else NO_LIST)
        matrix = None if finding is None else finding.matrix
        self._stack.setCurrentIndex(0 if finding is None else 1)
        self._heat.setVisible(matrix is not None)
        self.enlarge_button.setVisible(matrix is not None)
        self.table.setVisible(finding is not None and bool(finding.cells))
        names = () if finding is None or matrix is None else tuple(str(cells[0]) for cells in finding.cells)
        self.heat_map.show_matrix(matrix, names)
        self.color_bar.show_scale(self.heat_map.legend)
        if finding is not None:
            self.table.show_finding(finding)
        self._say("" if finding is None else finding.summary)
        self._fit_heat_map()

    @Slot(int)
    def _on_chosen(self, at: int) -> None:
        self._show_chosen()

    @Slot(object)
    def _on_finding_made(self, finding: Finding) -> None:
        self._show_newest()

    @Slot(str)
    def _on_pointed(self, text: str) -> None:
        self.readout.setText(text or "Point at a cell, or walk with the arrow keys; a click asks about its two items.")

    @Slot(str)
    def _on_analysis_began(self, title: str) -> None:
        self._say(f"{one_line(title, most=80)} …")

    @Slot(str)
    def _on_analysis_refused(self, why: str) -> None:
        self._say(why, "error")

    @Slot()
    def _on_analysis_ended(self) -> None:
        """Cancelled work leaves what is shown."""
        if self.summary_label.property("role") != "error":
            self._say("" if self.shown is None else self.shown.summary)

    @Slot()
    def _on_appearance_changed(self) -> None:
        self.choice_combo.setMinimumWidth(self._appearance.px(NARROWEST_COMBO_PX))
        self.choice_combo.setMaximumWidth(self._appearance.px(WIDEST_COMBO_PX))
        self.color_bar.show_scale(self.heat_map.legend)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_heat_map()
