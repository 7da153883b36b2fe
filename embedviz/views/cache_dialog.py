"""The cache of opened files: where it is, how much it holds, how much it may hold, and clearing it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from embedviz.operations import Operations
from embedviz.operations.caching import size_text
from embedviz.views.appearance import Appearance
from embedviz.views.panel import plain

if TYPE_CHECKING:
    from embedviz.formats import CacheUsage

MOST_GIGABYTES = 1000.0
ABOUT = "Files that are slow to read are kept as plain numbers, so that they open at once the next time."


class CacheDialog(QDialog):
    """Shows the cache; its limit is a setting, and takes effect with the next file."""

    def __init__(self, operations: Operations, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("cache_dialog")
        self.setWindowTitle("Cache")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._appearance = appearance
        self.about = plain("muted")
        self.about.setText(ABOUT)
        self.size_label = plain(name="cache_size")
        self.size_label.setText("…")
        self.folder_label = plain("muted", "cache_folder")
        self.folder_label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.limit_spin = QDoubleSpinBox()
        self.limit_spin.setObjectName("cache_limit")
        self.limit_spin.setAccessibleName("Limit of the cache in gigabytes")
        self.limit_spin.setRange(0.0, MOST_GIGABYTES)
        self.limit_spin.setDecimals(1)
        self.limit_spin.setSuffix(" GB")
        self.limit_spin.setSpecialValueText("Keep nothing")
        self.limit_spin.setValue(appearance.settings.cache_gigabytes)
        self.clear_button = QPushButton("Clear now")
        self.clear_button.setObjectName("clear_cache_button")
        self.clear_button.setEnabled(False)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        held = QHBoxLayout()
        held.addWidget(self.size_label, 1)
        held.addWidget(self.clear_button)
        form = QFormLayout()
        form.addRow("Holds", held)
        form.addRow("At most", self.limit_spin)
        form.addRow("Folder", self.folder_label)
        column = QVBoxLayout(self)
        column.setContentsMargins(appearance.px(20), appearance.px(16), appearance.px(20), appearance.px(16))
        column.setSpacing(appearance.px(12))
        column.addWidget(self.about)
        column.addLayout(form)
        column.addStretch(1)
        column.addWidget(buttons)
        self.resize(appearance.px(440), appearance.px(240))
        operations.cache_measured.connect(self._on_cache_measured)
        self.clear_button.clicked.connect(operations.clear_cache)
        self.limit_spin.valueChanged.connect(self._on_limit_changed)
        operations.measure_cache()

    @Slot(object)
    def _on_cache_measured(self, usage: CacheUsage) -> None:
        files = f"{usage.n_files:,} file{'s'[: usage.n_files != 1]}"
        self.size_label.setText(f"{size_text(usage.n_bytes)} in {files}" if usage.n_files else "nothing")
        self.folder_label.setText(str(usage.folder))
        self.clear_button.setEnabled(usage.n_files > 0)

    @Slot(float)
    def _on_limit_changed(self, gigabytes: float) -> None:
        self._appearance.keep(replace(self._appearance.settings, cache_gigabytes=gigabytes))
