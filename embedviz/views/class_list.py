"""The classes of the legend as a list: colour, name, count; a click hides, hovering highlights."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFocusEvent, QFont, QKeyEvent, QMouseEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from embedviz.raster import LegendEntry
from embedviz.views.text import one_line

MOST_ROWS, BATCH_ROWS = 15, 500
ROOM_PX = 5
DOT_PX = 8
CODE, COUNT, COLOR, IS_HIDDEN = (int(Qt.ItemDataRole.UserRole) + number for number in range(4))
Index = QModelIndex | QPersistentModelIndex

_ALONE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class ClassModel(QAbstractListModel):
    """The classes whose names hold what was searched, and which of them are hidden."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._found: tuple[LegendEntry, ...] = ()
        self._hidden: frozenset[int] = frozenset()

    def show(self, entries: tuple[LegendEntry, ...], hidden: frozenset[int], search: str) -> None:
        """Show other classes, or other ones as hidden; a search leaves those that hold it."""
        wanted = search.strip().casefold()
        found = entries if not wanted else tuple(entry for entry in entries if wanted in entry.name.casefold())
        if found is self._found or found == self._found:
            self._hidden, self._found = hidden, found
            if found:
                self.dataChanged.emit(self.index(0), self.index(len(found) - 1))
            return
        self.beginResetModel()
        self._hidden, self._found = hidden, found
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else len(self._found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self._found[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return one_line(entry.name)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            state = "hidden" if entry.code in self._hidden else "shown"
            return f"{one_line(entry.name, most=60)}, {entry.count:,} items, {state}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return one_line(f"{entry.name}: {entry.count:,}", most=400)
        values = {CODE: entry.code, COUNT: f"{entry.count:,}", COLOR: QColor(*entry.color)}
        return entry.code in self._hidden if role == IS_HIDDEN else values.get(role)


class ClassDelegate(QStyledItemDelegate):
    """Paints one class; a hidden one has a ring for a dot and its name struck through."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, option.fontMetrics.height() + ROOM_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        area, is_hidden = QRectF(option.rect), index.data(IS_HIDDEN)
        palette: QPalette = option.palette
        text, muted = palette.color(QPalette.ColorRole.Text), palette.color(QPalette.ColorRole.PlaceholderText)
        is_current = bool(option.state & QStyle.StateFlag.State_HasFocus)
        painter.save()
        if is_current or option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, palette.color(QPalette.ColorRole.Highlight))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tone, dot = index.data(COLOR), QRectF(2, area.center().y() - DOT_PX / 2, DOT_PX, DOT_PX)
        painter.setPen(tone if is_hidden else Qt.PenStyle.NoPen)
        painter.setBrush(Qt.BrushStyle.NoBrush if is_hidden else tone)
        painter.drawEllipse(dot.adjusted(0.5, 0.5, -0.5, -0.5) if is_hidden else dot)
        font = painter.font()
        font.setFeature(QFont.Tag("tnum"), 1)
        painter.setFont(font)
        count = index.data(COUNT)
        count_width = option.fontMetrics.horizontalAdvance(count) + 4
        painter.setPen(muted)
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(area.adjusted(0, 0, -2, 0), right, count)
        font.setStrikeOut(is_hidden)
        painter.setFont(font)
        painter.setPen(muted if is_hidden else text)
        room = area.adjusted(DOT_PX + 10, 0, -count_width - 6, 0)
        name = option.fontMetrics.elidedText(index.data(), Qt.TextElideMode.ElideRight, int(room.width()))
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignLeft
        painter.drawText(room, left, name)
        painter.restore()


class ClassList(QListView):
    """Classes with the mouse and the keyboard.

    A click or Space is `toggled` with the code of the class. With Ctrl or Alt it is `isolated`, and so is a double
    click, whose second value says that its first click has toggled already. `pointed` carries the code under the
    cursor, or where an arrow key went, and None when it is left.
    """

    toggled = Signal(int)
    isolated = Signal(int, bool)
    pointed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("class_list")
        self.setAccessibleName("Classes and their colours")
        self.setAccessibleDescription(
            "Space hides or shows a class, Ctrl+Space shows it alone; arrows highlight, Esc ends that."
        )
        self.classes = ClassModel(self)
        self.setModel(self.classes)
        self.setItemDelegate(ClassDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("QListView#class_list { border: none; background: transparent; }")
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.Batched)  # Qt asks for each of 10,000 rows by itself
        self.setBatchSize(BATCH_ROWS)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._is_double = self._is_walking = False

    def show_classes(self, entries: tuple[LegendEntry, ...], hidden: frozenset[int], search: str = "") -> None:
        """Show classes; the list is as high as they need, up to some rows, whatever is searched."""
        self.classes.show(entries, hidden, search)
        n_rows = max(1, min(MOST_ROWS, len(entries)))
        self.setFixedHeight(n_rows * (self.fontMetrics().height() + ROOM_PX) + 2)

    def _code_at(self, event: QMouseEvent) -> int | None:
        index = self.indexAt(event.position().toPoint())
        return index.data(CODE) if index.isValid() else None

    def _point_at(self, code: int | None, *, is_walking: bool = False) -> None:
        self._is_walking = is_walking
        self.pointed.emit(code)

    def event(self, event: QEvent) -> bool:
        """Esc ends what the arrows highlight before it means anything else."""
        is_asked = event.type() == QEvent.Type.ShortcutOverride and self._is_walking
        if is_asked and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return bool(super().event(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        code, was_double, self._is_double = self._code_at(event), self._is_double, False
        if code is None or was_double or event.button() != Qt.MouseButton.LeftButton:
            return
        if event.modifiers() & _ALONE:
            self.isolated.emit(code, False)
        else:
            self.toggled.emit(code)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        code = self._code_at(event)
        if code is not None and event.button() == Qt.MouseButton.LeftButton and not event.modifiers() & _ALONE:
            self._is_double = True
            self.isolated.emit(code, True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._point_at(self._code_at(event))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point_at(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._point_at(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            if event.modifiers() & _ALONE:
                self.isolated.emit(index.data(CODE), False)
            else:
                self.toggled.emit(index.data(CODE))
        elif event.key() == Qt.Key.Key_Escape and self._is_walking:
            self._point_at(None)
        else:
            super().keyPressEvent(event)
            if self.currentIndex() != index:
                self._point_at(self.currentIndex().data(CODE), is_walking=True)
