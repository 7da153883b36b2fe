"""One item: its label, its vector as a strip, its norm, its metadata, its picture."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from embedviz.session import Session
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.views.appearance import Appearance
from embedviz.views.item_details import ItemDetails
from embedviz.views.panel import head, plain
from embedviz.views.strip import Strip
from embedviz.views.text import one_line
from embedviz.views.thumbnails import Thumbnails

PICTURE_PX = 96
MOST_PICTURES = 3


def shown_row(session: Session) -> int | None:
    """The item the panel is about: the one under attention, else the one asked about, else the nearest."""
    if session.focus is not None:
        return session.focus
    answer = session.state.answer
    if answer is None:
        return None
    if not answer.is_formula and answer.inputs:
        return answer.inputs[0]
    return int(answer.rows[0]) if len(answer.rows) else None


class ItemPanel(QFrame):
    """Shows the item under attention, or the one the question is about."""

    def __init__(
        self, session: Session, appearance: Appearance, thumbnails: Thumbnails, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("item_panel")
        self._session = session
        self._appearance = appearance
        self._thumbnails = thumbnails
        self._shown = self._wanted()
        self.title = plain("title", "item_title")
        self.strip = Strip(appearance)
        self.facts = plain("muted", "item_facts")
        self.pictures = [QLabel() for _ in range(MOST_PICTURES)]
        self.picture = self.pictures[0]
        self.picture.setObjectName("item_picture")
        self.picture_problem = plain("muted", "picture_problem")
        self.details = ItemDetails(appearance)
        side_by_side = QHBoxLayout()
        side_by_side.setSpacing(6)
        for label in self.pictures:
            side_by_side.addWidget(label)
        side_by_side.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(head("Item"))
        for widget in (self.title, self.strip, self.facts):
            column.addWidget(widget)
        column.addLayout(side_by_side)
        column.addWidget(self.picture_problem)
        column.addWidget(self.details)
        column.addStretch(1)
        session.focus_changed.connect(self._on_session_changed)
        session.answer_changed.connect(self._on_session_changed)
        session.space_changed.connect(self._on_session_changed)
        thumbnails.ready.connect(self._on_thumbnail_ready)
        appearance.changed.connect(self._on_appearance_changed)
        self._refresh()

    @Slot()
    def _on_session_changed(self) -> None:
        wanted = self._wanted()
        if wanted != self._shown:
            self._shown = wanted
            self._refresh()

    @Slot()
    def _on_appearance_changed(self) -> None:
        self.strip.updateGeometry()
        self.details.fit()
        self._refresh()

    @Slot(int)
    def _on_thumbnail_ready(self, row: int) -> None:
        if self._shown is not None and self._shown[1] == row:
            self._show_pictures()

    def _wanted(self) -> tuple[EmbeddingSpace, int] | None:
        space, row = self._session.state.space, shown_row(self._session)
        return None if space is None or row is None else (space, row)

    def _refresh(self) -> None:
        if self._shown is None:
            self.title.setText("No item yet")
            self.facts.setText("Point at an item, or ask about one.")
            self.strip.show_vector(None)
            self.details.show_item(None, 0)
        else:
            space, row = self._shown
            self.title.setText(one_line(space.name(row), most=120))
            self.strip.show_vector(space.vectors[row])
            self.facts.setText(f"‖v‖ {space.norms[row]:.4g}  ·  row {row:,}  ·  {space.n_dims:,} dimensions")
            self.details.show_item(space, row)
        self._show_pictures()

    def _show_pictures(self) -> None:
        """Show what the first columns of pictures hold, as far as it is decoded; say where it cannot be."""
        names = self._thumbnails.columns()[:MOST_PICTURES] if self._shown is not None else ()
        row = 0 if self._shown is None else self._shown[1]
        side = self._appearance.px(PICTURE_PX) if len(names) < 2 else self._appearance.px(PICTURE_PX * 2 // 3)
        problems = []
        for at, label in enumerate(self.pictures):
            pixmap = self._thumbnails.pixmap(row, side, names[at]) if at < len(names) else None
            label.setVisible(pixmap is not None)
            if pixmap is not None:
                label.setPixmap(pixmap)
                label.setAccessibleName(f"Picture of the item: {one_line(names[at], most=60)}")
            elif at < len(names) and self._thumbnails.problem(row, names[at]):
                problems.append(f"{one_line(names[at], most=60)}: {self._thumbnails.problem(row, names[at])}")
        self.picture_problem.setText("\n".join(problems))
        self.picture_problem.setVisible(bool(problems))
