"""The palette of all commands, the list of shortcuts, and About."""

from __future__ import annotations

from html import escape
from importlib.metadata import version

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from embedviz import paths
from embedviz.views.mnemonics import without_mnemonic
from embedviz.views.panel import scrolled

ABOUT = """embedviz {version}
A desktop explorer for embedding spaces. Licence: BSD-3-Clause.

Qt for Python and Qt: LGPL-3.0.
GloVe vectors (sample “English words”): Pennington, Socher and Manning; Public Domain Dedication and License 1.0.
WordNet 3.0 (parts of speech and senses in that sample): Princeton University, WordNet 3.0 licence.
Handwritten digits: UCI data set as carried by scikit-learn, BSD-3-Clause; CC BY 4.0.
Palettes from cmap (BSD-3-Clause): Okabe–Ito, Glasbey, viridis.

The licence texts lie in {samples}."""


KEYS_OF_WIDGETS = (
    ("Arrows on the plot", "Go to the next item that way; Enter asks, Ctrl+Enter adds it"),
    ("Shift+arrows, + and −, 0", "Move, zoom, show all"),
    ("Shift+wheel with a brush", "Wider or narrower"),
    ("Enter in the table", "Ask about the neighbour"),
)


class Palette(QDialog):
    """Type a part of a command's name, press Enter."""

    def __init__(self, actions: list[QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("command_palette")
        self.setWindowTitle("All commands")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(460, 420)
        self._actions = actions
        self.filter_edit = QLineEdit()
        self.filter_edit.setPlaceholderText("Type a part of a command")
        self.filter_edit.setAccessibleName("Command")
        self.filter_edit.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName("Commands")
        column = QVBoxLayout(self)
        column.addWidget(self.filter_edit)
        column.addWidget(self.list)
        self.filter_edit.textChanged.connect(self._on_filter_changed)
        self.filter_edit.returnPressed.connect(self._on_chosen)
        self.list.itemActivated.connect(self._on_chosen)
        self._on_filter_changed("")

    @Slot(str)
    def _on_filter_changed(self, text: str) -> None:
        self.list.clear()
        words = text.casefold().split()
        named = [(without_mnemonic(action.text()), action) for action in self._actions if action.isEnabled()]
        for name, action in sorted(named, key=lambda each: _distance(each[0].casefold(), words)):
            if all(word in name.casefold() for word in words):
                keys = action.shortcut().toString()
                item = QListWidgetItem(f"{name}   {keys}" if keys else name, self.list)
                item.setData(Qt.ItemDataRole.UserRole, action)
        self.list.setCurrentRow(0)

    @Slot()
    def _on_chosen(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            action: QAction = item.data(Qt.ItemDataRole.UserRole)
            self.close()
            action.trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and down in the box walk the list."""
        walking = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if walking and isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            self.list.setCurrentRow(max(0, min(self.list.count() - 1, self.list.currentRow() + step)))
            return True
        return bool(super().eventFilter(watched, event))


def _distance(name: str, words: list[str]) -> int:
    """How far a command's name is from what was typed: it is that, it begins so, or it holds it somewhere."""
    typed = " ".join(words)
    return 0 if name == typed else 1 if name.startswith(typed) else 2


def shortcuts(actions: list[QAction], parent: QWidget) -> QDialog:
    """The list of keyboard shortcuts, made from the actions."""
    rows = [
        ("  or  ".join(keys.toString() for keys in action.shortcuts()), without_mnemonic(action.text()))
        for action in actions
        if action.shortcuts()
    ]
    cells = "".join(
        f"<tr><td style='padding: 2px 24px 2px 0; white-space: pre'>{escape(keys)}</td>"
        f"<td style='padding: 2px 0'>{escape(what)}</td></tr>"
        for keys, what in (*rows, *KEYS_OF_WIDGETS)
    )
    return _text_dialog("Keyboard shortcuts", f"<table>{cells}</table>", parent, form=Qt.TextFormat.RichText)


def about(parent: QWidget) -> QDialog:
    """What this is, and the licences of what it carries."""
    samples = paths.resources() / "samples"
    return _text_dialog("About embedviz", ABOUT.format(version=version("embedviz"), samples=samples), parent)


def _text_dialog(title: str, text: str, parent: QWidget, *, form: Qt.TextFormat = Qt.TextFormat.PlainText) -> QDialog:
    dialog = QDialog(parent)
    dialog.setObjectName(title.lower().replace(" ", "_"))
    dialog.setWindowTitle(title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    label = QLabel(text)  # to be copied as it stands, so no break is put into it
    label.setTextFormat(form)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.close)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(20, 16, 20, 16)
    column.addWidget(scrolled(label))
    column.addWidget(buttons)
    dialog.resize(560, 480)
    return dialog
