"""What pages of lists share: the table, its menu, the words where there is none, copying and exporting."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton, QVBoxLayout, QWidget

from embedviz.formats.answer_lists import AnswerList, lists_text, lists_tsv
from embedviz.operations import Operations
from embedviz.session import Session
from embedviz.views.appearance import Appearance
from embedviz.views.ask.list_model import ListColumn
from embedviz.views.ask.list_table import ListTable
from embedviz.views.drawer_page import DrawerPage
from embedviz.views.export_dialog import write_to_chosen
from embedviz.views.panel import plain, push_button, snug, stack_into


class ListPage(DrawerPage):
    """A table of lists with its tools; `name` begins the object names."""

    def __init__(
        self,
        name: str,
        spoken: str,
        session: Session,
        operations: Operations,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(session, operations, appearance, parent)
        self.setObjectName(f"{name}_page")
        self._name = name
        self.table = ListTable(f"{name}_table", spoken, session, operations, appearance)
        self.empty_label = plain("muted", f"{name}_empty")
        self.sentence = plain("muted", f"{name}_sentence")
        menu = QMenu(self)
        self.copy_table_action = menu.addAction("Copy as table")
        self.copy_text_action = menu.addAction("Copy as text")
        self.copy_button = self.tool("Copy", "copy", "Copy all these lists, as a table or as text")
        self.copy_button.setMenu(menu)
        self.copy_button.setProperty("role", "menu")
        self.export_button = self.tool("Export…", "export", "Export all these lists as CSV, TSV or Parquet")
        self._row = self._fill_tools(self.copy_button, self.export_button, room=1)
        column = snug(QVBoxLayout(self), 4)
        self._stack = stack_into(column, self.empty_label, self.table)
        column.addWidget(self.sentence)
        self.list_menu = QMenu(self)
        self.list_menu.setObjectName(f"{name}_menu")
        self.menu_column = -1
        for widget in (self.table, self.table.horizontalHeader()):
            widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._on_table_menu_wanted)
        self.table.horizontalHeader().customContextMenuRequested.connect(self._on_header_menu_wanted)
        self.copy_table_action.triggered.connect(self.copy_table)
        self.copy_text_action.triggered.connect(self.copy_text)
        self.export_button.clicked.connect(self.export)

    def tool(self, text: str, verb: str, tip: str) -> QPushButton:
        """A button for the tools of the page."""
        return push_button(text, f"{verb}_{self._name}_button", tip)

    def add_tool(self, button: QPushButton) -> None:
        """Put a button before those for copying and exporting."""
        self._row.insertWidget(self._row.count() - 2, button)

    def add_list_action(self, text: str) -> QAction:
        """An action about one list, in the menu of its head and its cells; `menu_column` is that list."""
        action: QAction = self.list_menu.addAction(text)
        return action

    def show_columns(self, columns: tuple[ListColumn, ...], *, empty: str, sentence: str) -> None:
        """Show lists and a sentence about them; without lists what to do to get some."""
        self.table.show_lists(columns)
        self.empty_label.setText(empty)
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))
        self._stack.setCurrentIndex(1 if columns else 0)
        for button in (self.copy_button, self.export_button):
            button.setEnabled(bool(columns))

    @property
    def ranked(self) -> list[AnswerList]:
        """The lists that are shown."""
        return [column.ranked for column in self.table.lists.columns]

    @property
    def _counted(self) -> str:
        n = len(self.ranked)
        return f"{n:,} list{'s'[: n != 1]}"

    @Slot()
    def copy_table(self) -> None:
        """Put the lists side by side on the clipboard, with tabs."""
        self._copy(lists_tsv(self.ranked), f"Copied {self._counted} as a table.")

    @Slot()
    def copy_text(self) -> None:
        """Put the lists on the clipboard as lines of text."""
        self._copy(lists_text(self.ranked), f"Copied {self._counted} as text.")

    @Slot()
    def export(self) -> None:
        """Ask for a file and write the lists to it."""
        write = partial(self._operations.export_lists, self.ranked)
        write_to_chosen(write, "Export lists", f"{self._name}.csv", self)

    def _open_menu(self, column: int, at: QPoint) -> None:
        self.menu_column = column
        if column >= 0:
            self.list_menu.popup(at)

    @Slot(QPoint)
    def _on_table_menu_wanted(self, place: QPoint) -> None:
        viewport = self.table.viewport()
        self._open_menu(self.table.columnAt(place.x()), viewport.mapToGlobal(place))

    @Slot(QPoint)
    def _on_header_menu_wanted(self, place: QPoint) -> None:
        header = self.table.horizontalHeader()
        self._open_menu(header.logicalIndexAt(place), header.mapToGlobal(place))
