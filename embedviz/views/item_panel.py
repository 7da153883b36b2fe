"""One item: its label, its vector as a strip, its norm, its metadata, its picture."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFormLayout, QFrame, QLabel, QVBoxLayout, QWidget

from embedviz.session import Session
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.views.appearance import Appearance
from embedviz.views.panel import head, plain
from embedviz.views.strip import Strip
from embedviz.views.text import one_line

PICTURE_PX = 96


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


def picture(space: EmbeddingSpace, row: int, side: int) -> QPixmap | None:
    """The picture of an item from its first image column, enlarged without smoothing, or None."""
    for column in space.metadata.values():
        if column.kind == "image" and not column.missing[row] and isinstance(column.values, np.ndarray):
            pixels = np.ascontiguousarray(column.values[row])
            height, width = pixels.shape[:2]
            kind = QImage.Format.Format_Grayscale8 if pixels.ndim == 2 else QImage.Format.Format_RGB888
            image = QImage(pixels.tobytes(), width, height, pixels.strides[0], kind)
            return QPixmap.fromImage(image).scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio)
    return None


class ItemPanel(QFrame):
    """Shows the item under attention, or the one the question is about."""

    def __init__(self, session: Session, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("item_panel")
        self._session = session
        self._appearance = appearance
        self._shown = self._wanted()
        self.title = plain("title", "item_title")
        self.strip = Strip(appearance)
        self.facts = plain("muted", "item_facts")
        self.picture = QLabel()
        self.picture.setObjectName("item_picture")
        self.picture.setAccessibleName("Picture of the item")
        self._details = QFormLayout()
        self._details.setContentsMargins(0, 4, 0, 0)
        self._details.setHorizontalSpacing(8)
        self._details.setVerticalSpacing(4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(head("Item"))
        for widget in (self.title, self.strip, self.facts, self.picture):
            column.addWidget(widget)
        column.addLayout(self._details)
        column.addStretch(1)
        session.focus_changed.connect(self._on_session_changed)
        session.answer_changed.connect(self._on_session_changed)
        session.space_changed.connect(self._on_session_changed)
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
        self._refresh()

    def _wanted(self) -> tuple[EmbeddingSpace, int] | None:
        space, row = self._session.state.space, shown_row(self._session)
        return None if space is None or row is None else (space, row)

    def _refresh(self) -> None:
        while self._details.rowCount():
            self._details.removeRow(0)
        if self._shown is None:
            self.title.setText("No item yet")
            self.facts.setText("Point at an item, or ask about one.")
            self.strip.show_vector(None)
            self.picture.hide()
            return
        space, row = self._shown
        self.title.setText(one_line(space.name(row), most=120))
        self.strip.show_vector(space.vectors[row])
        self.facts.setText(f"‖v‖ {space.norms[row]:.4g}  ·  row {row:,}  ·  {space.n_dims:,} dimensions")
        pixmap = picture(space, row, self._appearance.px(PICTURE_PX))
        self.picture.setVisible(pixmap is not None)
        if pixmap is not None:
            self.picture.setPixmap(pixmap)
        for name, column in space.metadata.items():
            if column.kind != "image":
                key, value = plain("muted"), plain()
                key.setText(one_line(name, most=40))
                value.setText(one_line(column.text(row)) or "—")
                self._details.addRow(key, value)
