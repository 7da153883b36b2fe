"""The list of what may be typed next: it takes neither the keyboard nor the mouse away from what lies around it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRect, QStringListModel, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWindow
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLineEdit, QListView

FEWEST_LETTERS = 28  # so wide it is at least, in letters of its font
MARGIN_PX = 4


class CompletionList(QListView):
    """Lies over the window below an edit, which keeps the keyboard; a press elsewhere closes it and goes on its way.

    A window of its own (a popup) would take the first press for itself. `chosen` carries the text that was clicked, or
    marked by an arrow key when Enter was pressed.
    """

    chosen = Signal(str)

    def __init__(self, edit: QLineEdit) -> None:
        super().__init__(edit)
        self._edit = edit
        self._handle: QWindow | None = None
        self._texts = QStringListModel(self)
        self.setObjectName("completion_popup")
        self.setAccessibleName("What may be typed next")
        self.setModel(self._texts)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.hide()
        self.clicked.connect(self._on_clicked)
        edit.installEventFilter(self)

    @property
    def is_marked(self) -> bool:
        """Whether one of the texts is marked, so that Enter takes it."""
        return self.isVisible() and self.currentIndex().isValid()

    def offer(self, texts: Sequence[str]) -> None:
        """Show some texts below the edit, none of them marked; without any, be gone."""
        self._texts.setStringList(list(texts))
        if not texts:
            self.hide()
            return
        if self.parent() is not self._edit.window():
            self.setParent(self._edit.window())
        self.setCurrentIndex(QModelIndex())
        self._place()
        self._watch()
        self.show()
        self.raise_()
        self.scrollToTop()

    def _place(self) -> None:
        """Below the edit, no wider than it and no wider than needed, within the window."""
        window, edit, border = self._edit.window(), self._edit, 2
        corner = edit.mapTo(window, QPoint(0, edit.height() + 2))
        needed = max(self.sizeHintForColumn(0), FEWEST_LETTERS * self.fontMetrics().averageCharWidth())
        height = self._texts.rowCount() * self.sizeHintForRow(0) + 2 * border
        room = window.height() - corner.y() - MARGIN_PX
        self.setGeometry(QRect(corner.x(), corner.y(), min(needed + 2 * border, edit.width()), min(height, room)))

    def _watch(self) -> None:
        """Hear of each press in the window, whatever lies where it falls."""
        handle = self._edit.window().windowHandle()
        if handle is not self._handle and handle is not None:
            self._handle = handle
            handle.installEventFilter(self)

    def _step(self, step: int) -> None:
        """Mark the next text, or the one before; past either end nothing is marked."""
        n, now = self._texts.rowCount(), self.currentIndex()
        at = (now.row() + 1 if now.isValid() else 0) + step
        self.setCurrentIndex(self._texts.index((at % (n + 1)) - 1, 0))

    def _take(self, index: QModelIndex) -> None:
        self.hide()
        self.chosen.emit(index.data())

    def _answer(self, key: int) -> bool:
        """Do what a key means for the list; whether it meant anything."""
        last = self._texts.rowCount() - 1
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._step(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.setCurrentIndex(self._texts.index(last if key == Qt.Key.Key_PageDown else 0, 0))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.is_marked:
            self._take(self.currentIndex())
        elif key == Qt.Key.Key_Escape:
            self.hide()
        else:
            return False
        return True

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self._take(index)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not self.isVisible():
            return False
        if watched is not self._edit:
            self._close_for(event)
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if event.key() == Qt.Key.Key_Escape:  # else it would be the shortcut that clears the question
                event.accept()
                return True
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier and self._answer(event.key())
        elif event.type() in (QEvent.Type.FocusOut, QEvent.Type.Hide, QEvent.Type.Move, QEvent.Type.Resize):
            self.hide()
        return False

    def _close_for(self, event: QEvent) -> None:
        """Be gone when the mouse is pressed elsewhere in the window."""
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress:
            place = self._edit.window().mapFromGlobal(event.globalPosition().toPoint())
            box = QRect(self._edit.mapTo(self._edit.window(), QPoint(0, 0)), self._edit.size())
            if not self.geometry().contains(place) and not box.contains(place):
                self.hide()
