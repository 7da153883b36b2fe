"""The left panel of Explore: the open space, its projection, its colours, the selection."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from embedviz.operations import Operations
from embedviz.projection import METHODS
from embedviz.raster import axis_title
from embedviz.raster.color_choices import BUILT_IN, choice_title, column_choices
from embedviz.session import Session
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.projection import Projection
from embedviz.views.color_key import ColorKey
from embedviz.views.import_report import ImportReport
from embedviz.views.legend import Legend
from embedviz.views.panel import head, plain, scrolled
from embedviz.views.text import one_line

N_SOLID = 3


def variance_sentence(projection: Projection | None, axes: tuple[int, ...]) -> str:
    """How much of the variance the shown axes hold, in one sentence."""
    if projection is None or projection.explained_variance_ratio is None:
        return ""
    shown = {axis for axis in axes if axis < projection.n_components}
    share = float(sum(projection.explained_variance_ratio[axis] for axis in shown))
    return f"The axes show {100 * share:.1f} % of the variance"


def summary(space: EmbeddingSpace | None) -> str:
    """How large the space is."""
    return f"{space.n_items:,} items × {space.n_dims:,} dimensions" if space is not None else "No space is open"


class SpacePanel(QFrame):
    """Shows what is open and how it is projected and coloured; changes the latter two."""

    def __init__(
        self, session: Session, operations: Operations, color_key: ColorKey, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._session = session
        self._operations = operations
        self.title = plain("title", "space_title")
        self.space_summary = plain("muted", "space_summary")
        self.source = plain("muted", "space_source")
        self.notes = ImportReport()
        self.projection_combo = self._combo("projection_combo", "Projection method")
        self.x_combo = self._combo("x_axis_combo", "Component on the x axis")
        self.y_combo = self._combo("y_axis_combo", "Component on the y axis")
        self.z_combo = self._combo("axis_z_combo", "Depth: component on the third axis")
        self.variance_label = plain("muted", "variance_label")
        self.color_combo = self._combo("color_combo", "Colour by")
        self.legend = Legend(session, operations, color_key)
        self.selection_label = plain("muted", "selection_label")
        self.clear_button = QPushButton("Clear selection")
        self.clear_button.setObjectName("clear_selection_button")
        for method in METHODS.values():
            self.projection_combo.addItem(method.title, method.name)
        self._lay_out()
        self.x_combo.currentIndexChanged.connect(self._on_axes_chosen)
        self.y_combo.currentIndexChanged.connect(self._on_axes_chosen)
        self.z_combo.currentIndexChanged.connect(self._on_axes_chosen)
        self.color_combo.currentIndexChanged.connect(self._on_color_chosen)
        self.clear_button.clicked.connect(operations.clear_selection)
        session.space_changed.connect(self._on_space_changed)
        session.projection_changed.connect(self._on_projection_changed)
        session.view_changed.connect(self._on_projection_changed)
        session.coloring_changed.connect(self._on_coloring_changed)
        session.selection_changed.connect(self._on_selection_changed)
        self._on_space_changed()
        self._on_projection_changed()
        self._on_selection_changed()

    def _combo(self, name: str, title: str) -> QComboBox:
        combo = QComboBox()
        combo.setObjectName(name)
        combo.setAccessibleName(title)
        combo.setToolTip(title)
        combo.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        return combo

    def _lay_out(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(15, 12, 15, 12)
        column.setSpacing(6)
        self._selection_head = head("Selection")
        for widget in (head("Space"), self.title, self.space_summary, self.source, self.notes):
            column.addWidget(widget)
        axes = QGridLayout()
        axes.setSpacing(6)
        axes.setColumnStretch(1, 1)
        for place, (sign, combo) in enumerate((("x", self.x_combo), ("y", self.y_combo), ("z", self.z_combo))):
            letter = plain("muted")
            letter.setText(sign)
            letter.setMinimumWidth(12)
            axes.addWidget(letter, place, 0)
            axes.addWidget(combo, place, 1)
        column.addSpacing(10)
        column.addWidget(head("Projection"))
        column.addWidget(self.projection_combo)
        column.addLayout(axes)
        column.addWidget(self.variance_label)
        column.addSpacing(10)
        column.addWidget(head("Colour by"))
        column.addWidget(self.color_combo)
        column.addWidget(self.legend)
        column.addSpacing(10)
        column.addWidget(self._selection_head)
        column.addWidget(self.selection_label)
        column.addWidget(self.clear_button)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 1, 1, 1)
        outer.addWidget(scrolled(content))

    @Slot()
    def _on_space_changed(self) -> None:
        space = self._session.state.space
        self.title.setText(one_line(space.source.name, most=80) if space is not None else "Nothing open")
        self.space_summary.setText(summary(space))
        self.source.setText(one_line(space.source.description or space.source.format) if space is not None else "")
        self.notes.show_space(space)
        with QSignalBlocker(self.color_combo):
            self.color_combo.clear()
            self.color_combo.addItem("One colour", None)
            for choice in (*column_choices(space), *BUILT_IN) if space is not None else ():
                self.color_combo.addItem(one_line(choice_title(choice), most=60), choice)
                if choice in BUILT_IN:
                    tip = BUILT_IN[choice].explanation
                    self.color_combo.setItemData(self.color_combo.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.color_combo.setEnabled(self.color_combo.count() > 1)
        self._on_coloring_changed()

    @Slot()
    def _on_projection_changed(self) -> None:
        projection, axes = self._session.state.projection, self._session.state.view.axes
        titles = [axis_title(projection, axis) for axis in range(projection.n_components)] if projection else []
        for combo, axis in ((self.x_combo, axes[0]), (self.y_combo, axes[1])):
            with QSignalBlocker(combo):
                combo.clear()
                combo.addItems(titles)
                combo.setCurrentIndex(axis if axis < len(titles) else -1)
            combo.setEnabled(len(titles) > 1)
        self._show_depth(projection, axes, titles)
        if projection is not None:
            self.projection_combo.setCurrentIndex(self.projection_combo.findData(projection.method))
        self.variance_label.setText(variance_sentence(projection, axes))

    def _show_depth(self, projection: Projection | None, axes: tuple[int, ...], titles: list[str]) -> None:
        """A third axis, where the projection has components for it; else why not."""
        n_components = projection.n_components if projection is not None else 0
        tip = "Component on the third axis: the plot becomes 3-D, drag turns it"
        if projection is not None and n_components < N_SOLID:
            tip = f"3-D needs at least three components; this projection has {n_components:,}."
        with QSignalBlocker(self.z_combo):
            self.z_combo.clear()
            self.z_combo.addItem("None (flat)", None)
            for axis, title in enumerate(titles):
                self.z_combo.addItem(title, axis)
            self.z_combo.setCurrentIndex(axes[2] + 1 if len(axes) == N_SOLID and axes[2] < len(titles) else 0)
        self.z_combo.setEnabled(n_components >= N_SOLID)
        self.z_combo.setToolTip(tip)
        self.z_combo.setAccessibleDescription(tip)

    @Slot()
    def _on_coloring_changed(self) -> None:
        with QSignalBlocker(self.color_combo):
            self.color_combo.setCurrentIndex(max(0, self.color_combo.findData(self._session.state.coloring)))

    @Slot()
    def _on_selection_changed(self) -> None:
        selection = self._session.state.selection
        self.selection_label.setText(f"{len(selection):,} items" if selection is not None else "")
        for widget in (self._selection_head, self.selection_label, self.clear_button):
            widget.setVisible(selection is not None)

    @Slot()
    def _on_axes_chosen(self) -> None:
        z: int | None = self.z_combo.currentData()
        self._operations.set_axes(self.x_combo.currentIndex(), self.y_combo.currentIndex(), z)

    @Slot(int)
    def _on_color_chosen(self, index: int) -> None:
        self._operations.color_by(self.color_combo.itemData(index))
