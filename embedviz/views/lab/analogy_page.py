"""The page of Analogies: one analogy with and without its inputs by two rules, or a list of pairs."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Slot
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QGuiApplication, QShowEvent
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from embedviz.analysis import Analogy, PairScores
from embedviz.operations import Operations
from embedviz.operations.analysing import Arrow
from embedviz.operations.findings import (
    Finding,
    analogy_finding,
    findings_text,
    findings_tsv,
    known_pairs_finding,
    rules_finding,
)
from embedviz.session import Session
from embedviz.views.appearance import Appearance
from embedviz.views.copy_button import CopyButton
from embedviz.views.drawer_page import DrawerPage
from embedviz.views.export_dialog import write_to_chosen
from embedviz.views.lab.asked_items import asked_analogy
from embedviz.views.lab.finding_table import FindingTable
from embedviz.views.lab.item_edit import ItemEdit
from embedviz.views.panel import beside, plain, push_button, snug, stack_into

MOST_ARROWS = 50
WORDS = ("a, such as man", "b, such as king", "c, such as woman")
EMPTY = (
    "a is to b as c is to what? The answers stand side by side with the inputs left out, as most tools do in silence, "
    "and with them.\n\n"
    "Or open a file of pairs that stand in one relation, or paste two columns: every pair is tried on every other, "
    "and compared with rules that ignore the analogy."
)


class AnalogyPage(DrawerPage):
    """Type a, b and c, or give pairs; the offsets can be drawn on the plot."""

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, operations, appearance, parent)
        self.setObjectName("analogy_page")
        self.setAcceptDrops(True)
        self._arrows: tuple[Arrow, ...] = ()
        self._shown: list[Finding] = []
        self._is_ours = False
        names = ("analogy_a_edit", "analogy_b_edit", "analogy_c_edit")
        self.edits = [ItemEdit(session, name, word) for name, word in zip(names, WORDS, strict=True)]
        self.answer_button = push_button("Answer", "answer_analogy_button", "Answer the analogy")
        self.open_button = push_button("Open pairs…", "open_pairs_button", "Open a file of pairs")
        self.paste_button = push_button("Paste", "paste_pairs_button", "Take pairs, two columns, from the clipboard")
        self.copy_button = CopyButton("copy_analogy_button", "Copy what is shown as a table; its menu as text")
        self.export_button = push_button("Export…", "export_analogy_button", "Write what is shown to a table file")
        self.export_action = QAction("Export…", self)
        self.export_rules_action = QAction("Export the rules…", self)
        self.export_pairs_action = QAction("Export the pairs…", self)
        self._export_menu = QMenu(self)
        self._export_menu.setObjectName("export_analogy_menu")
        self._export_menu.addActions([self.export_rules_action, self.export_pairs_action])
        self.offsets_check = QCheckBox("Offsets on the plot")
        self.offsets_check.setObjectName("offsets_check")
        self.offsets_check.setToolTip("Draw an arrow from a to b, and from c to the answer, on the plot")
        self.table = FindingTable(session, operations, appearance, "analogy_table")
        self.rules_table = FindingTable(session, operations, appearance, "rules_table")
        self.pairs_table = FindingTable(session, operations, appearance, "pairs_table")
        self.summary_label = plain("muted", "analogy_summary")
        self.empty_label = plain("muted", "analogy_empty")
        self.empty_label.setText(EMPTY)
        self._lay_out()
        for edit in self.edits:
            edit.returnPressed.connect(self._on_edit_entered)
            edit.textChanged.connect(self._on_typed)
        self.answer_button.clicked.connect(self.answer)
        self.open_button.clicked.connect(self.open_pairs)
        self.paste_button.clicked.connect(self.paste_pairs)
        self.copy_button.copy_table_action.triggered.connect(self.copy)
        self.copy_button.copy_text_action.triggered.connect(self.copy_text)
        self.export_button.clicked.connect(self._on_export_clicked)
        for action in (self.export_action, self.export_rules_action):
            action.triggered.connect(self._on_export_first_wanted)
        self.export_pairs_action.triggered.connect(self._on_export_second_wanted)
        self.offsets_check.toggled.connect(self._draw_offsets)
        operations.analogy_made.connect(self._on_analogy_made)
        operations.pairs_scored.connect(self._on_pairs_scored)
        operations.analysis_refused.connect(self._on_refused)
        session.answer_changed.connect(self._on_answer_changed)
        session.space_changed.connect(self._on_space_changed)
        self._on_space_changed()

    @Slot()
    def answer(self) -> None:
        """Answer the analogy that is typed."""
        a, b, c = (edit.text().strip() for edit in self.edits)
        if a and b and c:
            self._is_ours = True
            self._operations.try_analogy(a, b, c)

    @Slot()
    def open_pairs(self) -> None:
        """Ask for a file of pairs and score them."""
        path, _ = QFileDialog.getOpenFileName(self, "Open pairs", "", "Pairs (*.txt *.tsv *.csv);;All files (*)")
        if path:
            self._try_pairs(Path(path))

    @Slot()
    def paste_pairs(self) -> None:
        """Score the two columns on the clipboard."""
        self._try_pairs(QGuiApplication.clipboard().text())

    @Slot()
    def copy(self) -> None:
        """Put what is shown on the clipboard, as a table with tabs."""
        self._copy(findings_tsv(self._shown), "Copied what the page of analogies shows as a table.")

    @Slot()
    def copy_text(self) -> None:
        """Put what is shown on the clipboard as lines of text."""
        self._copy(findings_text(self._shown), "Copied what the page of analogies shows as text.")

    def export(self, finding: Finding, name: str) -> None:
        """Ask for a file and write one table to it."""
        write = partial(self._operations.export_finding, finding)
        write_to_chosen(write, f"Export {name}", f"{name}.csv", self)

    def _try_pairs(self, given: str | Path) -> None:
        self._is_ours = True
        self._operations.try_pairs(given)

    def _lay_out(self) -> None:
        self._fill_tools(self.open_button, self.paste_button, self.copy_button, self.export_button, room=1)
        typed = QHBoxLayout()
        typed.setSpacing(6)
        for edit, sign in zip(self.edits, (":", "::", ": ?"), strict=True):
            edit.setMinimumWidth(48)
            typed.addWidget(edit, 1)
            typed.addWidget(QLabel(sign))
        typed.addWidget(self.answer_button)
        typed.addWidget(self.offsets_check)
        copying = (self.copy_button.copy_table_action, self.copy_button.copy_text_action)
        self.table.offer(*copying, self.export_action)
        self.rules_table.offer(*copying, self.export_rules_action)
        self.pairs_table.offer(*copying, self.export_pairs_action)
        pairs = beside((self.rules_table, 3), (self.pairs_table, 2), spacing=16)
        column = snug(QVBoxLayout(self), 4)
        column.addLayout(typed)
        self._stack = stack_into(column, self.empty_label, self.table, pairs)
        column.addWidget(self.summary_label)

    def _say(self, text: str, role: str = "muted") -> None:
        self.summary_label.say(text, role)
        self.summary_label.setToolTip(text)
        self.summary_label.setVisible(bool(text))

    def _prefill(self) -> None:
        asked = asked_analogy(self._session.state)
        if asked is not None:
            for edit, text in zip(self.edits, asked, strict=True):
                edit.setText(text)

    def _show(self, findings: list[Finding], page: int, arrows: tuple[Arrow, ...]) -> None:
        self._shown, self._arrows = findings, arrows
        self._stack.setCurrentIndex(page)
        for button in (self.copy_button, self.export_button):
            button.setEnabled(bool(findings))
        self.offsets_check.setEnabled(bool(arrows))
        self._say(findings[0].summary if findings else "")
        self._draw_offsets(self.offsets_check.isChecked())

    @Slot()
    def _on_export_clicked(self) -> None:
        """Two tables are two files."""
        if len(self._shown) > 1:
            self._export_menu.popup(self.export_button.mapToGlobal(QPoint(0, self.export_button.height())))
        else:
            self.export_action.trigger()

    @Slot()
    def _on_export_first_wanted(self) -> None:
        if self._shown:
            self.export(self._shown[0], "analogy" if len(self._shown) == 1 else "rules")

    @Slot()
    def _on_export_second_wanted(self) -> None:
        if len(self._shown) > 1:
            self.export(self._shown[1], "pairs")

    @Slot()
    def _on_edit_entered(self) -> None:
        if not any(edit.is_choosing for edit in self.edits):
            self.answer()

    @Slot()
    def _on_typed(self) -> None:
        can = self._session.state.space is not None and all(edit.text().strip() for edit in self.edits)
        self.answer_button.setEnabled(can)

    @Slot(bool)
    def _draw_offsets(self, wanted: bool) -> None:
        self._operations.draw_arrows(self._arrows[:MOST_ARROWS] if wanted else ())

    @Slot(object)
    def _on_analogy_made(self, found: Analogy) -> None:
        space = self._session.state.space
        if space is not None:
            a, b, c = found.inputs
            arrows = (Arrow(a, b),) if found.answer is None else (Arrow(a, b), Arrow(c, found.answer))
            finding = analogy_finding(space, found)
            self.table.show_finding(finding)
            self._show([finding], 1, arrows)

    @Slot(object)
    def _on_pairs_scored(self, found: PairScores) -> None:
        space = self._session.state.space
        if space is not None:
            rules, pairs = rules_finding(found), known_pairs_finding(space, found)
            self.rules_table.show_finding(rules)
            self.pairs_table.show_finding(pairs)
            self._show([rules, pairs], 2, tuple(Arrow(a, b) for a, b in found.rows.tolist()))

    @Slot(str)
    def _on_refused(self, why: str) -> None:
        if self._is_ours:
            self._say(why, "error")

    @Slot()
    def _on_answer_changed(self) -> None:
        if self.isVisible() and not any(edit.hasFocus() for edit in self.edits):
            self._prefill()

    @Slot()
    def _on_space_changed(self) -> None:
        has_space = self._session.state.space is not None
        for button in (self.open_button, self.paste_button):
            button.setEnabled(has_space)
        self._show([], 0, ())
        self._on_typed()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._prefill()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.open_button.isEnabled() and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self._try_pairs(Path(paths[0]))
