"""The import sheet: which column of a table is the vector, which the label, which metadata to take."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QObject, Qt, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QListView,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from embedviz.jobs import Job
from embedviz.operations import Operations
from embedviz.operations.importing import Chosen, ImportRequest, can_label, members
from embedviz.views import theme as measures
from embedviz.views.appearance import Appearance
from embedviz.views.import_models import ColumnsModel, FirstRowsModel
from embedviz.views.panel import head, plain
from embedviz.views.text import one_line

SIZE = (760, 620)
COLUMN_WIDTH = 132
NO_LABEL = "As the file says"


def heading(request: ImportRequest) -> str:
    """What the file is, in one line, and what is asked."""
    contents = request.contents
    n_vectors = sum(column.is_vector_candidate for column in contents.columns)
    rows = [] if contents.n_rows is None else [f"{contents.n_rows:,} rows"]
    found = f"{n_vectors:,} columns can be the vectors" if n_vectors != 1 else "one column can be the vectors"
    return " · ".join([contents.format, *rows, found])


class ImportSheet(QDialog):
    """Asks for the columns of one table, then opens it; an error of opening brings the sheet back and stands in it."""

    def __init__(
        self, request: ImportRequest, operations: Operations, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("import_sheet")
        self.setWindowTitle("Open with choices")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._request = request
        self._operations = operations
        self._appearance = appearance
        columns = request.contents.columns
        is_table = bool(request.contents.first_rows)
        self.vectors = ColumnsModel([column for column in columns if column.is_vector_candidate], parent=self)
        offered = [column for column in columns if column.role_guess != "ignored"] if is_table else []
        self.metadata = ColumnsModel(offered, is_checkable=True, parent=self)
        self.title = plain("title", "import_title")
        self.title.setText(one_line(request.path.name, most=120))
        self.about = plain("muted", "import_about")
        self.about.setText(heading(request))
        self.vector_list = _list(self.vectors, "vector_list", "Column that holds the vectors")
        self.label_combo = QComboBox()
        self.label_combo.setObjectName("label_combo")
        self.label_combo.setAccessibleName("Column that names the items")
        self.metadata_list = _list(self.metadata, "metadata_list", "Metadata to take")
        self.all_button, self.none_button = QPushButton("All"), QPushButton("None")
        self.rows = QTableView()
        self.rows.setObjectName("first_rows")
        self.rows.setAccessibleName("The first rows of the file")
        self.hint = plain("muted", "import_hint")
        self.hint.setText("Files named like this one open the same way until embedviz is closed.")
        self.error = plain("error", "import_error")
        self.error.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.error.hide()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel, parent=self
        )
        self.open_button = self.buttons.button(QDialogButtonBox.StandardButton.Open)
        self.open_button.setObjectName("import_open")
        self.open_button.setDefault(True)
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setObjectName("import_cancel")
        self._fill()
        self._lay_out(is_table=is_table)
        if is_table:  # last, for a header measures all columns again whenever its table is changed
            self.rows.setModel(FirstRowsModel(request.contents, self))
        self.buttons.accepted.connect(self._on_open_clicked)
        self.buttons.rejected.connect(self.reject)
        self.vector_list.doubleClicked.connect(self._on_open_clicked)
        self.vector_list.selectionModel().currentChanged.connect(self._on_part_changed)
        self.label_combo.currentIndexChanged.connect(self._on_part_changed)
        self.all_button.clicked.connect(self._on_all_clicked)
        self.none_button.clicked.connect(self._on_none_clicked)
        self._on_part_changed()

    def chosen(self) -> Chosen | None:
        """The columns as they are chosen now; None while no vector is."""
        index = self.vector_list.currentIndex()
        if not index.isValid():
            return None
        vector = self.vectors.columns[index.row()].name
        label = self.label_combo.currentData()
        taken = self.metadata.checked()
        rest = [column for column in self.metadata.columns if column.name not in (vector, label)]
        names = tuple(name for column in taken for name in members(column))
        return Chosen(vector, label, None if len(taken) == len(rest) else names)

    def _fill(self) -> None:
        """Set everything to what was chosen before, else to what the columns look like."""
        before = self._request.before
        columns = self._request.contents.columns
        guess = next((column.name for column in columns if column.role_guess == "label"), None)
        if guess is None:
            self.label_combo.addItem(NO_LABEL, None)
        for column in columns:
            if can_label(column):
                self.label_combo.addItem(one_line(column.name, most=60), column.name)
        label = before.label if before is not None and before.label is not None else guess
        self.label_combo.setCurrentIndex(max(0, self.label_combo.findData(label)))
        if before is not None and before.metadata is not None:
            taken = set(before.metadata)
            self.metadata.check([column.name for column in self.metadata.columns if taken.issuperset(members(column))])
        elif before is not None:
            self.metadata.check([column.name for column in self.metadata.columns])
        wanted = [column.name for column in columns if column.role_guess == "vector"]
        wanted = [before.vector] if before is not None else wanted
        rows = [row for row, column in enumerate(self.vectors.columns) if column.name in wanted]
        if self.vectors.columns:
            index = self.vectors.index(rows[0] if rows else 0)
            self.vector_list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _lay_out(self, *, is_table: bool) -> None:
        px = self._appearance.px
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(measures.GAP + 8))
        grid.setVerticalSpacing(px(6))
        grid.addWidget(head("Vectors"), 0, 0)
        grid.addWidget(self.vector_list, 1, 0, 3, 1)
        grid.addWidget(head("Label"), 0, 1)
        grid.addWidget(self.label_combo, 1, 1)
        marks, metadata_head = QHBoxLayout(), head("Metadata")
        marks.addWidget(metadata_head, 1)
        marks.addWidget(self.all_button)
        marks.addWidget(self.none_button)
        grid.addLayout(marks, 2, 1)
        grid.addWidget(self.metadata_list, 3, 1)
        grid.setRowStretch(3, 1)
        grid.setRowMinimumHeight(3, px(96))
        for column in (0, 1):
            grid.setColumnStretch(column, 1)
        for widget in (self.metadata_list, self.all_button, self.none_button, metadata_head, self.rows):
            widget.setVisible(is_table)
        self.label_combo.setEnabled(self.label_combo.count() > 1)
        body = QVBoxLayout(self)
        body.setContentsMargins(px(20), px(16), px(20), px(16))
        body.setSpacing(px(8))
        body.addWidget(self.title)
        body.addWidget(self.about)
        body.addLayout(grid, 4)
        if is_table:
            body.addWidget(head("First rows"))
        body.addWidget(self.rows, 4)
        body.addWidget(self.error)
        body.addWidget(self.hint)
        body.addWidget(self.buttons)
        self._lay_out_rows()
        above = self.parentWidget()
        room = self.maximumSize() if above is None else above.size()
        self.resize(min(px(SIZE[0]), room.width() - 40), min(px(SIZE[1]), room.height() - 40))

    def _lay_out_rows(self) -> None:
        px = self._appearance.px
        self.rows.setWordWrap(False)
        self.rows.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectColumns)
        self.rows.verticalHeader().setDefaultSectionSize(px(measures.ROW_HEIGHT - 2))
        self.rows.verticalHeader().hide()
        self.rows.horizontalHeader().setDefaultSectionSize(px(COLUMN_WIDTH))
        self.rows.horizontalHeader().setHighlightSections(False)
        self.rows.horizontalHeader().setFixedHeight(px(measures.ROW_HEIGHT))
        self.rows.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.rows.setMinimumHeight(px(90))

    @Slot()
    def _on_part_changed(self) -> None:
        """Mark the column of the vectors among the first rows; what is vector or label is no metadata."""
        index = self.vector_list.currentIndex()
        self.open_button.setEnabled(index.isValid())
        parts = {self.label_combo.currentData(): "the label"} if self.label_combo.currentData() is not None else {}
        if index.isValid():
            parts[self.vectors.columns[index.row()].name] = "the vectors"
        self.metadata.use_elsewhere(parts)
        if index.isValid() and self._request.contents.first_rows:
            chosen = self.vectors.columns[index.row()]
            self.rows.selectColumn(self._request.contents.columns.index(chosen))

    @Slot()
    def _on_all_clicked(self) -> None:
        self.metadata.check([column.name for column in self.metadata.columns])

    @Slot()
    def _on_none_clicked(self) -> None:
        self.metadata.check([])

    @Slot()
    def _on_open_clicked(self) -> None:
        """Step aside while the file opens, so that its progress is seen and can be cancelled."""
        chosen = self.chosen()
        if chosen is None:
            return
        self.error.hide()
        self.hide()
        job = self._operations.open_chosen(self._request, chosen)
        job.failed.connect(self._on_opening_failed)
        job.ended.connect(self._on_opening_ended)

    @Slot(object)
    def _on_opening_failed(self, job: Job) -> None:
        self.error.setText(str(job.error))
        self.error.show()
        self.open()

    @Slot(object)
    def _on_opening_ended(self, job: Job) -> None:
        if job.error is None:
            self.close()
            self.deleteLater()


class ImportAsker(QObject):
    """Opens the sheet over a window when the columns of a table are to be chosen."""

    def __init__(self, operations: Operations, appearance: Appearance, window: QWidget) -> None:
        super().__init__(window)
        self._operations = operations
        self._appearance = appearance
        self._window = window
        operations.choice_needed.connect(self._on_choice_needed)

    @Slot(object)
    def _on_choice_needed(self, request: ImportRequest) -> None:
        """Show the sheet, in the place of one that may still be open."""
        for earlier in self._window.findChildren(ImportSheet):
            earlier.close()
        ImportSheet(request, self._operations, self._appearance, self._window).open()


def _list(model: ColumnsModel, name: str, title: str) -> QListView:
    view = QListView()
    view.setObjectName(name)
    view.setAccessibleName(title)
    view.setModel(model)
    view.setUniformItemSizes(True)
    view.setMinimumHeight(60)
    return view
