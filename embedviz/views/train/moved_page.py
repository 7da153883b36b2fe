"""The page of Moved: which words a training that went on moved, against what two seeds differ in."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from embedviz.analysis.movement import Movement
from embedviz.operations import Operations
from embedviz.operations.findings import table_lines
from embedviz.operations.moving import moved_finding
from embedviz.session import Session
from embedviz.views.appearance import Appearance
from embedviz.views.drawer_page import DrawerPage
from embedviz.views.lab.finding_table import FindingTable
from embedviz.views.panel import plain, push_button, snug, stack_into
from embedviz.views.text import one_line

EMPTY = (
    "Which words did a new text move? Open a space, tick “Continue this space” in the Train panel, and train on "
    "another text. Then every word that both hold is asked how many of its nearest neighbours it kept.\n\n"
    "Some would change by chance alone: “Measure the noise” trains once more by another seed, and counts what differs "
    "between the two."
)
READY = (
    "The open space went on from “{}”. Press “What moved?” to see which words kept their neighbours, and which did not."
)


class MovedPage(DrawerPage):
    """Compares the open space with the one it went on from, or with a file."""

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, operations, appearance, parent)
        self.setObjectName("moved_page")
        self._found: Movement | None = None
        self.moved_button = push_button("What moved?", "moved_button", "Compare with what the training went on from")
        self.file_button = push_button("File…", "moved_file_button", "Compare the open space with a file")
        self.noise_button = push_button(
            "Measure the noise", "measure_noise_button", "Train once more by another seed, and count what differs"
        )
        self.copy_button = push_button("Copy", "copy_moved_button", "Copy the words as a table")
        self.summary_label = plain("muted", "moved_summary")
        self.empty_label = plain("muted", "moved_empty")
        self.table = FindingTable(session, operations, appearance, "moved_table")
        self._lay_out()
        self.moved_button.clicked.connect(self._on_moved_clicked)
        self.file_button.clicked.connect(self._on_file_clicked)
        self.noise_button.clicked.connect(operations.measure_noise)
        self.copy_button.clicked.connect(self.copy)
        operations.movement_began.connect(self._on_movement_began)
        operations.movement_found.connect(self._on_space_changed)
        operations.movement_refused.connect(self._on_movement_refused)
        operations.movement_ended.connect(self._on_movement_ended)
        operations.training_began.connect(self._offer)
        operations.training_ended.connect(self._on_space_changed)
        session.space_changed.connect(self._on_space_changed)
        self._on_space_changed()

    @Slot()
    def copy(self) -> None:
        """Put the words on the clipboard, as a table with tabs."""
        if self._found is not None:
            lines = [
                "\t".join(one_line(str(cell)) for cell in line) for line in table_lines(moved_finding(self._found))
            ]
            self._copy("\n".join(lines), "Copied the moved words as a table.")

    def _lay_out(self) -> None:
        self._fill_tools(self.moved_button, self.noise_button, self.file_button, self.copy_button, room=1)
        column = snug(QVBoxLayout(self), 4)
        self._stack = stack_into(column, self.empty_label, self.table)
        column.addWidget(self.summary_label)

    def _show(self, found: Movement | None) -> None:
        """Show what was found, or that it is being looked for; the same once more keeps its place in the table."""
        if found is not None and found is not self._found:
            self.table.show_finding(moved_finding(found))
        self._found = found
        self._stack.setCurrentIndex(0 if found is None else 1)
        self._say_what_is()
        self._offer()

    def _say_what_is(self) -> None:
        doing = self._operations.comparing
        self._say(f"{doing} …" if doing else self._operations.movement_summary)

    def _say(self, text: str, role: str = "muted") -> None:
        self.summary_label.say(text, role)
        self.summary_label.setVisible(bool(text))

    @Slot()
    def _offer(self) -> None:
        """Offer what can be done now, and say what the empty page is for."""
        operations, space = self._operations, self._session.state.space
        beginning = operations.beginning
        name = beginning if isinstance(beginning, str) else beginning.source.name
        can_measure = bool(name) or self._found is not None
        is_trained = space is not None and space.source.run is not None
        self.moved_button.setEnabled(bool(name))
        self.file_button.setEnabled(space is not None)
        self.noise_button.setEnabled(
            can_measure and is_trained and not operations.is_training and not operations.is_measuring_noise
        )
        self.copy_button.setEnabled(self._found is not None)
        self.empty_label.setText(READY.format(one_line(name, most=80)) if name else EMPTY)

    @Slot()
    def _on_moved_clicked(self) -> None:
        self._operations.find_moved()

    @Slot()
    def _on_file_clicked(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Compare with the space before", "", "All files (*)")
        if path:
            self._operations.find_moved(path)

    @Slot()
    def _on_movement_began(self) -> None:
        self._say_what_is()
        self._offer()

    @Slot(str)
    def _on_movement_refused(self, why: str) -> None:
        self._say(why, "error")

    @Slot()
    def _on_movement_ended(self) -> None:
        """Cancelled work leaves what is shown."""
        if self.summary_label.property("role") != "error":
            self._say_what_is()
        self._offer()

    @Slot()
    def _on_space_changed(self) -> None:
        self._show(self._operations.movement)
