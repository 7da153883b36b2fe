"""A table of tokens that shows some columns of them, and keeps step with the others."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QWidget

from embedviz.operations import Operations
from embedviz.session import Session
from embedviz.views.appearance import Appearance
from embedviz.views.item_table import ItemTable
from embedviz.views.learn.token_model import HEADS, NUMBERS, STRIP, WEIGHT, StripDelegate, TokenModel

ROW_PX = 20
NARROW_PX, WEIGHT_PX = 190, 70


class TokenTable(ItemTable):
    """`shares` says which columns are shown, and which of them are as wide as they need (0) or take what is left.

    The item of the current token has the attention; Enter asks about it.
    """

    asks_by_click = False

    def __init__(
        self,
        name: str,
        spoken: str,
        model: TokenModel,
        shares: Mapping[int, int],
        session: Session,
        operations: Operations,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(name, spoken, model, session, operations, appearance, row_px=ROW_PX, parent=parent)
        self.setMouseTracking(False)
        self.setItemDelegateForColumn(STRIP, StripDelegate(appearance, self))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._has_numbers = NUMBERS in shares
        header = self.horizontalHeader()
        header.hide()
        for column in range(len(HEADS)):
            self.setColumnHidden(column, column not in shares)
            stretches = shares.get(column, 0)
            header.setSectionResizeMode(
                column, QHeaderView.ResizeMode.Stretch if stretches else QHeaderView.ResizeMode.ResizeToContents
            )

    def keep_step_with(self, other: TokenTable) -> None:
        """Scroll and choose together with another table of the same tokens."""
        self.setSelectionModel(other.selectionModel())
        self.verticalScrollBar().valueChanged.connect(other.verticalScrollBar().setValue)
        other.verticalScrollBar().valueChanged.connect(self.verticalScrollBar().setValue)
        other.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_weights(self, *, wanted: bool) -> None:
        """Show the weights of the tokens, or not."""
        self.setColumnHidden(WEIGHT, not wanted)
        self._fit_columns()

    def _fit_columns(self) -> None:
        """A narrow table leaves the numbers to the tool tips."""
        if self._has_numbers:
            needed = NARROW_PX if self.isColumnHidden(WEIGHT) else NARROW_PX + WEIGHT_PX
            self.setColumnHidden(NUMBERS, self.width() < self._appearance.px(needed))
