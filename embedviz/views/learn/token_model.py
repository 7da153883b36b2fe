"""The tokens of a sentence as rows: the word, what the space has for it, its weight, its vector as a strip, numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QModelIndex, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from embedviz.analysis.pipeline import Pipeline, PipelineToken
from embedviz.space.arrays import FloatArray
from embedviz.views.appearance import Appearance
from embedviz.views.item_table import Index, ItemModel
from embedviz.views.strip import NEGATIVE, POSITIVE, strip_colors
from embedviz.views.text import one_line

TOKEN, STATE, WEIGHT, STRIP, NUMBERS = range(5)
HEADS = ("Token", "Item", "Weight", "Vector", "Numbers")
NUMBERS_SHOWN = 24


def numbers_text(vector: FloatArray, most: int = NUMBERS_SHOWN) -> str:
    """The first numbers of a vector."""
    shown = "  ".join(f"{value:.2f}".replace("-", "−") for value in vector[:most].tolist())
    return f"{shown}  …" if len(vector) > most else shown


def state_text(token: PipelineToken) -> str:
    """What a token is, in a word: the row of its item, composed, or unknown."""
    return f"#{token.row:,}" if token.row is not None else token.kind


class TokenModel(ItemModel):
    """All stages from the tokens on read this one model, so that a token stands in the same row in each."""

    def __init__(self, appearance: Appearance, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._tokens: tuple[PipelineToken, ...] = ()
        self._vectors: list[FloatArray | None] = []
        self._are_items = False

    def show(self, found: Pipeline | None) -> None:
        """Show the tokens of another sentence, or none."""
        self.beginResetModel()
        self._tokens = found.tokens if found is not None else ()
        self._are_items = found is not None and found.are_items
        vectors = iter(found.vectors if found is not None else np.zeros((0, 0), np.float32))
        self._vectors = [None if token.kind == "unknown" else next(vectors) for token in self._tokens]
        self.endResetModel()

    def item_at(self, index: Index) -> int | None:
        return self._tokens[index.row()].row if index.isValid() and self._are_items else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else len(self._tokens)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else len(HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        is_head = orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return HEADS[section] if is_head else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        token, vector, column = self._tokens[index.row()], self._vectors[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            weight = f"× {token.weight:.3f}" if vector is not None else ""
            numbers = numbers_text(vector) if vector is not None else "no vector"
            return (one_line(token.text, most=60), state_text(token), weight, "", numbers)[column]
        if role == Qt.ItemDataRole.UserRole:
            return vector
        if role == Qt.ItemDataRole.ForegroundRole:
            theme = self._appearance.theme
            if token.kind == "unknown":
                return QColor(theme.error)
            return QColor(theme.muted) if column in (STATE, WEIGHT, NUMBERS) else None
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._said(token, vector, column)
        return None

    def _said(self, token: PipelineToken, vector: FloatArray | None, column: int) -> str:
        name = one_line(token.text, most=60)
        if column in (STRIP, NUMBERS):
            shown = "no vector" if vector is None else f"{len(vector):,} numbers: {numbers_text(vector, 60)}"
            return f"{name}, {shown}"
        known = f"row {token.row:,}" if token.row is not None else token.kind
        remark = f", {one_line(token.remark, most=200)}" if token.remark else ""
        return f"{name}, {known}{remark}, weight {token.weight:.4g}"


class StripDelegate(QStyledItemDelegate):
    """Draws a vector as a strip of colours."""

    def __init__(self, appearance: Appearance, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        vector = index.data(Qt.ItemDataRole.UserRole)
        if vector is None or not len(vector):
            return
        theme, pad = self._appearance.theme, self._appearance.px(3)
        tones = QColor(NEGATIVE[theme.is_dark]), QColor(POSITIVE[theme.is_dark])
        colors = strip_colors(vector, QColor(theme.panel), *tones)
        image = QImage(colors.tobytes(), len(colors), 1, 4 * len(colors), QImage.Format.Format_RGB32)
        painter.drawImage(QRectF(option.rect).adjusted(0, pad, 0, -pad), image, QRectF(image.rect()))
