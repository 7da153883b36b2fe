"""A table of tokens that shows some columns of them, and keeps step with the others."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtGui import QFont, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from embedviz.operations import Operations
from embedviz.session import Session
from embedviz.views import theme as measures
from embedviz.views.appearance import Appearance
from embedviz.views.item_details import tabular
from embedviz.views.learn.token_model import HEADS, NUMBERS, STRIP, WEIGHT, StripDelegate, TokenModel

ROW_PX = 20
NARROW_PX, WEIGHT_PX = 190, 70


class TokenTable(QTableView):
    """`shares` says which columns are shown, and which of them are as wide as they need (0) or take what is left.

    The item of the current token has the attention; Enter asks about it.
    """

    def __init__(
        self,
        model: TokenModel,
        shares: Mapping[int, int],
        session: Session,
        operations: Operations,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tokens, self._session, self._operations, self._appearance = model, session, operations, appearance
        self.setModel(model)
        self.setItemDelegateForColumn(STRIP, StripDelegate(appearance, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self._has_numbers = NUMBERS in shares
        header = self.horizontalHeader()
        header.hide()
        header.setMinimumSectionSize(8)
        for column in range(len(HEADS)):
            self.setColumnHidden(column, column not in shares)
            stretches = shares.get(column, 0)
            header.setSectionResizeMode(
                column, QHeaderView.ResizeMode.Stretch if stretches else QHeaderView.ResizeMode.ResizeToContents
            )
        appearance.changed.connect(self._on_appearance_changed)
        self._on_appearance_changed()

    def keep_step_with(self, other: TokenTable) -> None:
        """Scroll and choose together with another table of the same tokens."""
        self.setSelectionModel(other.selectionModel())
        self.verticalScrollBar().valueChanged.connect(other.verticalScrollBar().setValue)
        other.verticalScrollBar().valueChanged.connect(self.verticalScrollBar().setValue)
        other.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().currentChanged.connect(self._on_current_changed)

    def show_weights(self, *, wanted: bool) -> None:
        """Show the weights of the tokens, or not."""
        self.setColumnHidden(WEIGHT, not wanted)
        self._fit()

    def _fit(self) -> None:
        """A narrow table leaves the numbers to the tool tips."""
        if self._has_numbers:
            needed = NARROW_PX if self.isColumnHidden(WEIGHT) else NARROW_PX + WEIGHT_PX
            self.setColumnHidden(NUMBERS, self.width() < self._appearance.px(needed))

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        row = self._tokens.item_at(current)
        if row is not None:
            self._session.set_focus(row)

    @Slot()
    def _on_appearance_changed(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self._appearance.px(ROW_PX))
        font = QFont(self.font())
        font.setPixelSize(self._appearance.px(measures.BODY_PX))
        self.setFont(tabular(font))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self._tokens.item_at(self.currentIndex())
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row is not None:
            self._operations.ask_item(row)
        else:
            super().keyPressEvent(event)
