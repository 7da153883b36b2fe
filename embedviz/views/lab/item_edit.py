"""A field for one item, which offers labels as the query box does."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from embedviz.session import Session
from embedviz.views.query_bar import QueryEdit


class ItemEdit(QueryEdit):
    """Type one item; `word` says what it is for."""

    def __init__(self, session: Session, name: str, word: str, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.setObjectName(name)
        self.setAccessibleName(word)
        self.setToolTip(word)
        self.setPlaceholderText(word)
        self.setClearButtonEnabled(False)
