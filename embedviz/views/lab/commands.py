"""What the actions of the laboratory do: take the items from the open question or the selection, else ask for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from embedviz.operations import Operations
from embedviz.space.metrics import metric_named
from embedviz.views.lab.analogy_page import AnalogyPage
from embedviz.views.lab.asked_items import asked_one, asked_two
from embedviz.views.lab.findings_page import FindingsPage
from embedviz.views.lab.items_dialog import ItemsDialog

if TYPE_CHECKING:
    from embedviz.views.main_window import MainWindow

USUAL_COSINE = 0.5


class LabCommands(QObject):
    """One method an action; the window's commands build on it."""

    _window: MainWindow
    _operations: Operations

    def show_analogies(self) -> None:
        page = self._window.drawer.open(AnalogyPage)
        page.edits[0].setFocus()

    def show_findings(self) -> None:
        self._window.drawer.open(FindingsPage)

    def find_odd_one_out(self) -> None:
        self.show_findings()
        self._operations.find_odd_one_out()

    def find_pairs(self) -> None:
        self.show_findings()
        self._operations.find_pairs()

    def find_matrix(self) -> None:
        self.show_findings()
        self._operations.find_matrix()

    def find_path(self) -> None:
        self._of_two("Path between two items", self._operations.find_path)

    def find_line(self) -> None:
        self._of_two("Line between two items", self._operations.find_line)

    def find_hubs(self) -> None:
        self.show_findings()
        self._operations.find_hubs()

    def find_within(self) -> None:
        if not self._has_space():
            return
        state = self._window.session.state
        metric = metric_named(state.view.metric)
        farthest = state.answer.scores[-1] if state.answer is not None and len(state.answer.scores) else None
        limit = USUAL_COSINE if metric.name == "cosine" else float(farthest if farthest is not None else 1.0)
        word = f"{metric.title} {'at least' if metric.is_similarity else 'at most'}"
        self._ask_for(
            "All within a radius", ("Item",), (asked_one(state),), self._operations.find_within, (word, limit)
        )

    def find_mutual(self) -> None:
        asked = asked_one(self._window.session.state)
        if asked:
            self.show_findings()
            self._operations.find_mutual(asked)
        elif self._has_space():
            self._ask_for("Mutual neighbours", ("Item",), ("",), self._operations.find_mutual)

    def _of_two(self, title: str, wish: Callable[[str, str], object]) -> None:
        """Take two items from what is open, else ask for them."""
        asked = asked_two(self._window.session.state)
        if asked is not None:
            self.show_findings()
            wish(*asked)
        elif self._has_space():
            first = asked_one(self._window.session.state)
            self._ask_for(title, ("From", "To"), (first, ""), wish)

    def _ask_for(
        self,
        title: str,
        words: tuple[str, ...],
        texts: tuple[str, ...],
        wish: Callable[..., object],
        number: tuple[str, float] | None = None,
    ) -> None:
        def found(*given: str | float) -> None:
            self.show_findings()
            wish(*given)

        dialog = ItemsDialog(self._window.session, title, words, texts, found, self._window, number=number)
        dialog.open()
        next((edit for edit in dialog.edits if not edit.text()), dialog.number_spin).setFocus()

    def _has_space(self) -> bool:
        if self._window.session.state.space is None:
            self._operations.say("There is no open space to look at. Open a file first.")
            return False
        return True
