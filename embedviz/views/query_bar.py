"""The query box with its completion, the metric, the number of neighbours, and the way back and forward."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, QSize, Qt, QTimer, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSpinBox, QToolButton, QWidget

from embedviz.operations import Operations
from embedviz.operations.questions import MOST_NEIGHBORS, Refusal
from embedviz.session import Session
from embedviz.space.completion import Offer, offers
from embedviz.space.metrics import METRICS
from embedviz.space.query import LONGEST_QUERY
from embedviz.views.appearance import Appearance
from embedviz.views.completion_list import CompletionList
from embedviz.views.icons import icon

ASK_DELAY_MS = 0  # letters that come in one turn of the loop are one question
MOST_COMPLETIONS = 8


class QueryEdit(QLineEdit):
    """The box one types questions into; offers labels, words of the query language, columns and their values."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("query_edit")
        self.setAccessibleName("Question: words, or a formula such as king - man + woman")
        self.setPlaceholderText("Type words, or king - man + woman")
        self.setClearButtonEnabled(True)
        for button in self.findChildren(QToolButton):
            button.setAccessibleName("Clear the question")
            button.setToolTip("Clear the question")
        self.setMaxLength(2 * LONGEST_QUERY)  # what is too long is refused with a sentence, not cut here
        self.setAcceptDrops(False)
        self._session = session
        self.choices = CompletionList(self)
        self.choices.chosen.connect(self._on_choices_chosen)
        self._start = 0
        self._offers: dict[str, Offer] = {}
        self.textEdited.connect(self._on_text_edited)

    @property
    def is_choosing(self) -> bool:
        """Whether an offered label is marked, so that Enter takes it."""
        return self.choices.is_marked

    def hide_choices(self) -> None:
        """Put the list of offered labels away."""
        self.choices.hide()

    def mark(self, place: tuple[int, int]) -> None:
        """Mark what the question stumbled on, from which to which character, so that typing replaces it."""
        start, length = (_units(self.text()[low:high]) for low, high in ((0, place[0]), place))
        self.setFocus()
        self.setCursorPosition(start)
        if length:
            self.setSelection(start, length)

    @Slot(str)
    def _on_text_edited(self, text: str) -> None:
        space = self._session.state.space
        cursor = self.cursorPosition()
        found: list[Offer] = []
        if space is not None:
            self._start, found = offers(space.labels, text, cursor, MOST_COMPLETIONS, space.metadata)
        self._offers = {offer.text: offer for offer in found}
        words = list(self._offers)
        self.choices.offer(words if words != [text[self._start : cursor]] else ())

    @Slot(str)
    def _on_choices_chosen(self, word: str) -> None:
        text, cursor = self.text(), self.cursorPosition()
        offer = self._offers[word]
        self.setText(text[: self._start] + offer.inserted + text[cursor:])
        self.setCursorPosition(self._start + len(offer.inserted))
        if offer.is_whole:
            self.returnPressed.emit()
        else:
            self.textEdited.emit(self.text())


def _units(text: str) -> int:
    """How many characters Qt counts in a text: those beyond U+FFFF twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class QueryBar(QWidget):
    """One line: back, forward, the question, the metric, k."""

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._operations = operations
        self._appearance = appearance
        self.back_button = self._way_button("back_button", "Back to the question before", operations.go_back)
        self.forward_button = self._way_button("forward_button", "Forward to the question after", operations.go_forward)
        self.query_edit = QueryEdit(session, self)
        self.metric_combo = QComboBox(self)
        self.metric_combo.setObjectName("metric_combo")
        self.metric_combo.setAccessibleName("Metric")
        for metric in METRICS.values():
            self.metric_combo.addItem(metric.title, metric.name)
            self.metric_combo.setItemData(
                self.metric_combo.count() - 1, metric.explanation, Qt.ItemDataRole.ToolTipRole
            )
        self.k_spin = QSpinBox(self)
        self.k_spin.setObjectName("k_spin")
        self.k_spin.setAccessibleName("Number of neighbours")
        self.k_spin.setToolTip("How many neighbours, 1 to 1,000")
        self.k_spin.setRange(1, MOST_NEIGHBORS)
        self.k_spin.setPrefix("k ")
        self.k_spin.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.k_spin.setKeyboardTracking(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self.back_button, self.forward_button):
            row.addWidget(widget)
        row.addWidget(self.query_edit, 1)
        row.addWidget(self.metric_combo)
        row.addWidget(self.k_spin)
        self._typing = QTimer(self, singleShot=True, interval=ASK_DELAY_MS)
        self._typing.timeout.connect(self._on_typing_paused)
        self.query_edit.textEdited.connect(self._on_query_edited)
        self.query_edit.returnPressed.connect(self._on_query_entered)
        self.metric_combo.currentIndexChanged.connect(self._on_metric_chosen)
        self.k_spin.valueChanged.connect(self._on_k_changed)
        operations.refused.connect(self._on_operations_refused)
        session.answer_changed.connect(self._on_answer_changed)
        session.space_changed.connect(self._on_space_changed)
        session.view_changed.connect(self._on_view_changed)
        session.history_changed.connect(self._on_history_changed)
        appearance.changed.connect(self._on_appearance_changed)
        self._on_appearance_changed()
        self._on_view_changed()
        self._on_history_changed()
        self._on_answer_changed()

    def forget_typing(self) -> None:
        """Leave what is being typed; the box shows the question that is answered again."""
        self._typing.stop()
        self.query_edit.hide_choices()
        self._on_answer_changed()

    def _way_button(self, name: str, tip: str, wish: Callable[[], None]) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setAccessibleName(tip)
        button.setToolTip(tip)
        button.clicked.connect(wish)
        return button

    @Slot()
    def _on_query_edited(self) -> None:
        self._typing.start()

    @Slot()
    def _on_typing_paused(self) -> None:
        self._operations.ask(self.query_edit.text(), live=True)

    @Slot()
    def _on_query_entered(self) -> None:
        if self.query_edit.is_choosing:
            return
        self._typing.stop()
        self.query_edit.hide_choices()
        self._operations.ask(self.query_edit.text())

    @Slot(int)
    def _on_metric_chosen(self, index: int) -> None:
        self._operations.set_metric(self.metric_combo.itemData(index))

    @Slot(int)
    def _on_k_changed(self, k: int) -> None:
        self._operations.set_k(k)

    @Slot()
    def _on_answer_changed(self) -> None:
        """Show the question that is answered, unless the person is typing the next one."""
        answer = self._session.state.answer
        text = answer.text if answer is not None else ""
        if not self._typing.isActive() and self.query_edit.text() != text:
            self.query_edit.setText(text)
            if not self.query_edit.hasFocus():
                self.query_edit.home(False)  # a long one is read from its beginning

    @Slot(object)
    def _on_operations_refused(self, refusal: Refusal | None) -> None:
        if refusal is None or refusal.live or refusal.place is None or self._typing.isActive():
            return
        if self.query_edit.text() == refusal.text:
            self.query_edit.mark(refusal.place)

    @Slot()
    def _on_space_changed(self) -> None:
        self._typing.stop()
        self.query_edit.hide_choices()
        self._on_answer_changed()

    @Slot()
    def _on_view_changed(self) -> None:
        view = self._session.state.view
        with QSignalBlocker(self.metric_combo), QSignalBlocker(self.k_spin):
            self.metric_combo.setCurrentIndex(self.metric_combo.findData(view.metric))
            self.k_spin.setValue(view.k)

    @Slot()
    def _on_history_changed(self) -> None:
        self.back_button.setEnabled(self._session.can_go_back)
        self.forward_button.setEnabled(self._session.can_go_forward)

    @Slot()
    def _on_appearance_changed(self) -> None:
        theme = self._appearance.theme
        side = self._appearance.px(16)
        for button, name in ((self.back_button, "back"), (self.forward_button, "forward")):
            button.setIcon(icon(name, theme.text))
            button.setIconSize(QSize(side, side))
        self.metric_combo.setFixedWidth(self._appearance.px(124))
        self.k_spin.setFixedWidth(self._appearance.px(84))
