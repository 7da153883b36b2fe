"""The page of Evidence: why two words are near, in the sentences and counts of the text they were learned from."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from embedviz.operations import Operations
from embedviz.operations.evidence import pair_to_explain, why_not
from embedviz.operations.evidence_finding import contexts_finding, lines_finding
from embedviz.operations.findings import table_lines
from embedviz.operations.questions import item_text
from embedviz.session import Session
from embedviz.space.answer import Answer
from embedviz.training.evidence import Evidence
from embedviz.views.appearance import Appearance
from embedviz.views.drawer_page import DrawerPage
from embedviz.views.lab.item_edit import ItemEdit
from embedviz.views.learn.concordance_table import ConcordanceTable
from embedviz.views.learn.context_table import ContextTable
from embedviz.views.panel import beside, plain, push_button, snug, stack_into
from embedviz.views.text import one_line

EMPTY = (
    "Choose a neighbour: point at one, or walk the neighbours (Ctrl+J), and press “Why near?”; or type two words "
    "above. The text that was trained on is then looked through for the sentences and counts behind their score.\n\n"
    "While this page is open, a click on a neighbour says why it is near."
)
NARROWEST_EDIT_PX, WIDEST_EDIT_PX = 72, 170


class EvidencePage(DrawerPage):
    """Asks about the open question and a neighbour of it, or about what is typed; shows contexts and lines."""

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, operations, appearance, parent)
        self.setObjectName("evidence_page")
        self._found: Evidence | None = None
        self._second: int | None = None
        self._answer: Answer | None = session.state.answer
        self.first_edit = ItemEdit(session, "evidence_first_edit", "First word; empty for the open question")
        self.second_edit = ItemEdit(
            session, "evidence_second_edit", "Second word; empty for a neighbour of the question"
        )
        self.explain_button = push_button("Why near?", "explain_button", "Look into the text for why the two are near")
        self.copy_button = push_button("Copy", "copy_evidence_button", "Copy counts, contexts and lines as a table")
        self.summary_label = plain("", "evidence_summary")
        self.empty_label = plain("muted", "evidence_empty")
        self.table = ContextTable(session, operations, appearance)
        self.concordance_table = ConcordanceTable(appearance)
        self._lay_out()
        for edit in (self.first_edit, self.second_edit):
            edit.returnPressed.connect(self._on_edit_entered)
            edit.textChanged.connect(self._offer_words)
        self.explain_button.clicked.connect(self.explain)
        self.copy_button.clicked.connect(self.copy)
        operations.evidence_began.connect(self._on_evidence_began)
        operations.evidence_found.connect(self._on_evidence_found)
        operations.evidence_refused.connect(self._on_evidence_refused)
        operations.evidence_ended.connect(self._on_evidence_ended)
        session.answer_changed.connect(self._on_answer_changed)
        session.focus_changed.connect(self._on_focus_changed)
        session.space_changed.connect(self._on_space_changed)
        appearance.changed.connect(self._on_appearance_changed)
        self._on_appearance_changed()
        self._on_space_changed()

    def take_focus(self) -> None:
        self.first_edit.setFocus()

    @property
    def shown(self) -> Evidence | None:
        """What is shown."""
        return self._found

    @Slot()
    def explain(self) -> None:
        """Look for why the two words are near that are typed, or stand for what is not typed."""
        words = self._words()
        if all(words):
            self._operations.find_evidence_of(*words)

    @Slot()
    def copy(self) -> None:
        """Put the counts, the contexts and the lines on the clipboard, as tables with tabs."""
        space = self._session.state.space
        if self._found is not None and space is not None:
            findings = (contexts_finding(self._found), lines_finding(space, self._found))
            lines = [line for finding in findings for line in (*table_lines(finding), ())]
            rows = ["\t".join(one_line(str(cell), most=1000) for cell in line) for line in lines]
            said = "\n".join([self._found.summary, self._found.basis, "", *rows])
            self._copy(said, "Copied the evidence as tables.")

    def _lay_out(self) -> None:
        and_word, edits = QLabel("and"), (self.first_edit, self.second_edit)
        and_word.setProperty("role", "muted")
        buttons = (self.explain_button, self.copy_button)
        self._fill_tools(self.first_edit, and_word, self.second_edit, *buttons, grow=edits)
        column = snug(QVBoxLayout(self), 4)
        column.addWidget(self.summary_label)
        self._stack = stack_into(column, self.empty_label, beside((self.table, 3), (self.concordance_table, 5)))

    def _show(self, found: Evidence | None) -> None:
        self._found = found
        self.copy_button.setEnabled(found is not None)
        self.empty_label.setText(why_not(self._session.state) or EMPTY)
        self._stack.setCurrentIndex(0 if found is None else 1)
        self.concordance_table.show_evidence(self._session.state.space, found)
        if found is not None:
            self.table.show_finding(contexts_finding(found))
        self._say_found()

    def _say_found(self) -> None:
        found = self._found
        self._say("" if found is None else found.summary, tip="" if found is None else found.basis)

    def _say(self, text: str, role: str = "", tip: str = "") -> None:
        self.summary_label.say(text, role)
        self.summary_label.setToolTip(tip)
        self.summary_label.setVisible(bool(text))

    def _words(self) -> tuple[str, str]:
        """The two words that are typed or, where nothing is, meant; empty where there is none."""
        space, pair = self._session.state.space, pair_to_explain(self._session.state, self._second)
        meant = ("", "") if space is None or pair is None else (item_text(space, pair[0]), item_text(space, pair[1]))
        return self.first_edit.text().strip() or meant[0], self.second_edit.text().strip() or meant[1]

    @Slot()
    def _offer_words(self) -> None:
        """Say which two words are meant where nothing is typed."""
        words = self._words()
        for edit, word, none in zip((self.first_edit, self.second_edit), words, ("a word", "another"), strict=True):
            edit.setPlaceholderText(one_line(word, most=60) or none)
        self.explain_button.setEnabled(all(words) and not why_not(self._session.state))

    def _follow(self, before: Answer | None, after: Answer | None) -> None:
        """A click on a neighbour asks about it; while the page is open, also why it is near."""
        clicked = clicked_from(before, after)
        if clicked is not None or not is_same_question(before, after):
            self._second = clicked
        self._offer_words()
        is_typed = bool(self.first_edit.text() or self.second_edit.text())
        is_ours = self.window().focusWidget() is self.table  # what is chosen there leaves it in sight
        if clicked is not None and self.isVisible() and not is_typed and not is_ours:
            self.explain()

    @Slot()
    def _on_edit_entered(self) -> None:
        if not any(edit.is_choosing for edit in (self.first_edit, self.second_edit)):
            self.explain()

    @Slot(str)
    def _on_evidence_began(self, title: str) -> None:
        self._say(f"{one_line(title, most=80)} …", "muted")

    @Slot(object)
    def _on_evidence_found(self, found: Evidence) -> None:
        pair = pair_to_explain(self._session.state, None)
        if pair is not None and pair[0] in found.rows:
            self._second = found.rows[found.rows[0] == pair[0]]
        self._show(found)
        self._offer_words()

    @Slot(str)
    def _on_evidence_refused(self, why: str) -> None:
        self._show(None)
        self._say(why if why != self.empty_label.text() else "", "error")

    @Slot()
    def _on_evidence_ended(self) -> None:
        """Cancelled work leaves what is shown."""
        if self.summary_label.property("role") != "error":
            self._say_found()

    @Slot()
    def _on_answer_changed(self) -> None:
        before, self._answer = self._answer, self._session.state.answer
        self._follow(before, self._answer)

    @Slot()
    def _on_focus_changed(self) -> None:
        """A neighbour that has the attention is the one to explain; what the mouse passes on the plot is not."""
        row, answer = self._session.focus, self._session.state.answer
        if row is not None and answer is not None and row in answer.rows:
            self._second = row
            self._offer_words()

    @Slot()
    def _on_space_changed(self) -> None:
        self._second = None
        self._show(None)
        self._offer_words()

    @Slot()
    def _on_appearance_changed(self) -> None:
        for edit in (self.first_edit, self.second_edit):
            edit.setMinimumWidth(self._appearance.px(NARROWEST_EDIT_PX))
            edit.setMaximumWidth(self._appearance.px(WIDEST_EDIT_PX))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._offer_words()


def is_same_question(before: Answer | None, after: Answer | None) -> bool:
    """Whether two answers are about the same items."""
    return before is not None and after is not None and before.inputs == after.inputs


def clicked_from(before: Answer | None, after: Answer | None) -> int | None:
    """The item that was asked about before, where one of its neighbours is asked about now."""
    if before is None or after is None or len(before.inputs) != 1 or len(after.inputs) != 1:
        return None
    return before.inputs[0] if after.inputs[0] in before.rows else None
