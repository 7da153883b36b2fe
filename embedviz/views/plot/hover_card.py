"""The name (and picture) of the item under the cursor."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.views.panel import plain
from embedviz.views.text import one_line
from embedviz.views.thumbnails import Thumbnails

OFFSET_PX = 14
PICTURE_PX = 48


class HoverCard(QFrame):
    """A small card beside the cursor that never takes the mouse."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._plot = parent
        self.setProperty("role", "card")
        self.setObjectName("hover_card")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.label = plain(name="hover_label")
        self.label.setWordWrap(False)
        self._picture = QLabel()
        self._thumbnails: Thumbnails | None = None
        self._shown: tuple[EmbeddingSpace, int, QPoint] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 4)
        column.addWidget(self.label)
        column.addWidget(self._picture)
        self.hide()

    def take_pictures_from(self, thumbnails: Thumbnails) -> None:
        """Show the pictures of items as well; one that is decoded later comes when it is ready."""
        self._thumbnails = thumbnails
        thumbnails.ready.connect(self._on_picture_ready)

    def show_item(self, space: EmbeddingSpace, row: int, at: QPoint) -> None:
        """Name one item beside `at`, inside the parent."""
        self._shown = space, row, at
        self.label.setText(one_line(space.name(row), most=60))
        pixmap = self._thumbnails.pixmap(row, PICTURE_PX) if self._thumbnails is not None else None
        self._picture.setVisible(pixmap is not None)
        if pixmap is not None:
            self._picture.setPixmap(pixmap)
        self.adjustSize()
        bounds = self._plot.rect()
        x = at.x() + OFFSET_PX
        if x + self.width() > bounds.right():
            x = at.x() - OFFSET_PX - self.width()
        y = min(max(at.y() - self.height() // 2, 0), max(0, bounds.bottom() - self.height()))
        self.move(max(0, x), y)
        self.show()
        self.raise_()

    @Slot(int)
    def _on_picture_ready(self, row: int) -> None:
        if self.isVisible() and self._shown is not None and self._shown[1] == row:
            self.show_item(*self._shown)
