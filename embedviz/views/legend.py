"""The legend in the panel: what the colours mean, and by it which classes are shown."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from embedviz.operations import Operations
from embedviz.raster import Legend as LegendFacts
from embedviz.session import Session
from embedviz.views.class_list import ClassList
from embedviz.views.color_bar import ColorBar
from embedviz.views.color_key import ColorKey
from embedviz.views.color_limits import ColorLimits
from embedviz.views.panel import plain
from embedviz.views.text import one_line

SEARCH_ABOVE = 30
SHORT_FROM = 10_000
_NOTHING = LegendFacts("classes", ())


class Legend(QWidget):
    """Classes with their counts, or a scale with its limits; nothing where one colour is used."""

    def __init__(
        self, session: Session, operations: Operations, color_key: ColorKey, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("legend")
        self._session, self._operations, self._color_key = session, operations, color_key
        self._facts = _NOTHING
        self.hint = plain("muted", "color_hint")
        self.title = plain("", "legend_title")
        self.search_edit = QLineEdit()
        self.search_edit.setObjectName("class_search")
        self.search_edit.setPlaceholderText("Find a class")
        self.search_edit.setAccessibleName("Find a class")
        self.search_edit.setClearButtonEnabled(True)
        self.class_list = ClassList()
        self.color_bar = ColorBar()
        self.limits = ColorLimits(session, operations)
        self.missing_label = plain("muted")
        self.shown_label = plain("muted", "shown_label")
        self.shown_label.setWordWrap(False)  # a second line would move the list away under the cursor
        self.show_all_button = QPushButton("Show all")
        self.show_all_button.setObjectName("show_all_button")
        self.note = plain("muted", "legend_note")
        self._lay_out()
        self.search_edit.textChanged.connect(self._on_search_changed)
        self.class_list.toggled.connect(operations.toggle_class)
        self.class_list.isolated.connect(self._on_isolated)
        self.class_list.pointed.connect(color_key.highlight)
        self.show_all_button.clicked.connect(operations.show_all_classes)
        color_key.legend_changed.connect(self._on_legend_changed)
        session.hidden_classes_changed.connect(self._on_hidden_classes_changed)
        session.answer_changed.connect(self._on_hidden_classes_changed)
        self._on_legend_changed()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        for widget in (
            *(self.hint, self.title, self.search_edit, self.shown_label, self.class_list),
            *(self.color_bar, self.limits, self.missing_label),
        ):
            column.addWidget(widget)
        column.addWidget(self.show_all_button, alignment=Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.note)
        column.addStretch(1)

    def _show_classes(self) -> None:
        hidden = self._color_key.hidden
        self.class_list.show_classes(self._facts.entries, hidden, self.search_edit.text())
        space, is_filtered = self._session.state.space, bool(hidden)
        n_items = space.n_items if space is not None else 0
        self.shown_label.setText(_count_text(self._color_key.n_shown, n_items) if hidden else f"{n_items:,} items")
        self.shown_label.setVisible(self._facts.kind == "classes")
        self.show_all_button.setVisible(is_filtered)
        self._show_note()

    @Slot()
    def _on_legend_changed(self) -> None:
        coloring, hint = self._color_key.coloring, self._color_key.hint
        self._facts = facts = coloring.legend if coloring is not None else _NOTHING
        self.setVisible(coloring is not None or bool(hint))
        is_scale, n_entries = facts.kind == "scale", len(facts.entries)
        is_list = coloring is not None and not is_scale
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self.title.setText(one_line(facts.title, most=120))
        self.title.setVisible(is_scale)
        self.color_bar.setVisible(is_scale)
        self.limits.setVisible(is_scale)
        self.class_list.setVisible(is_list)
        self.search_edit.setVisible(is_list and n_entries > SEARCH_ABOVE)
        self.search_edit.clear()
        missing = facts.entries[0].count if is_scale and facts.entries else 0
        self.missing_label.setText(f"{missing:,} missing, in grey")
        self.missing_label.setVisible(missing > 0)
        if is_scale:
            self.color_bar.show_scale(facts)
            self.limits.show_scale(facts)
        self._show_classes()

    def _show_note(self) -> None:
        facts = self._facts
        lines = [f"and {facts.n_more:,} more classes"] if facts.n_more else []
        if facts.kind == "scale" and facts.n_below + facts.n_above:
            lines.append(f"{facts.n_below:,} below {facts.low}, {facts.n_above:,} above {facts.high}")
        elif facts.note:
            lines.append(facts.note)
        if self._color_key.hidden and self._session.state.answer is not None:
            lines.append("The table of neighbours has hidden items too.")
        self.note.setText("\n".join(lines))
        self.note.setVisible(bool(lines))

    @Slot(str)
    def _on_search_changed(self, text: str) -> None:
        self._show_classes()

    @Slot(int, bool)
    def _on_isolated(self, code: int, is_toggled: bool) -> None:
        coloring = self._color_key.coloring
        if coloring is not None:
            self._operations.isolate_class(code, range(len(coloring.palette)), is_toggled=is_toggled)

    @Slot()
    def _on_hidden_classes_changed(self) -> None:
        self._show_classes()


def _count_text(n_shown: int, n_items: int) -> str:
    """How many are shown, in a narrow line."""
    counts = f"{n_shown:,} of {n_items:,}"
    return f"Showing {counts}" if n_items < SHORT_FROM else counts
