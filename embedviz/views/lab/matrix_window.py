"""A similarity matrix in a window of its own, where its names can be read."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from embedviz.operations import Operations
from embedviz.operations.findings import Finding
from embedviz.views.appearance import Appearance
from embedviz.views.color_bar import ColorBar
from embedviz.views.lab.heat_map import HeatMap
from embedviz.views.panel import plain

FIRST_SIZE = (720, 780)


class MatrixWindow(QDialog):
    """Stays beside the main window; a click on a cell asks there about its two items. It closes with its space."""

    def __init__(self, finding: Finding, operations: Operations, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("matrix_window")
        self.setWindowTitle(finding.title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._appearance = appearance
        self.heat_map = HeatMap(appearance)
        self.readout = plain("", "matrix_readout")
        self.color_bar = ColorBar()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        for widget, stretch in ((self.heat_map, 1), (self.color_bar, 0), (self.readout, 0)):
            column.addWidget(widget, stretch)
        summary = plain("muted", "matrix_summary")
        summary.setText(finding.summary)
        column.addWidget(summary)
        self.heat_map.pointed.connect(self._on_pointed)
        self.heat_map.chosen.connect(operations.ask_two)
        self.heat_map.show_matrix(finding.matrix, tuple(str(cells[0]) for cells in finding.cells))
        appearance.changed.connect(self._on_appearance_changed)
        operations.session.space_changed.connect(self.close)
        self._on_appearance_changed()
        self.resize(appearance.px(FIRST_SIZE[0]), appearance.px(FIRST_SIZE[1]))

    @Slot(str)
    def _on_pointed(self, text: str) -> None:
        self.readout.setText(text or "Point at a cell, or walk with the arrow keys; a click asks about its two items.")

    @Slot()
    def _on_appearance_changed(self) -> None:
        self.color_bar.show_scale(self.heat_map.legend)
