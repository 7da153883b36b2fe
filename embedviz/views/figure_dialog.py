"""The dialog that makes a figure of the plot: a preview, what it holds and how large it is; save or copy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from embedviz.errors import OptionError
from embedviz.operations import Operations
from embedviz.operations.base import Message
from embedviz.raster import FIGURE_KINDS, FIGURE_SCALES, FigureContent, FigureKind, FigureSpec
from embedviz.views.text import one_line

PREVIEW_DELAY_MS = 200
PREVIEW_SIZE = QSize(480, 320)
SMALLEST_SIDE, LARGEST_SIDE = 200, 12_000
MOST_NAMES, MOST_SHAPES = 2_000, 1_000_000
_AUTOMATIC = -1
_TITLES: dict[FigureKind, str] = {"png": "PNG picture", "svg": "SVG drawing", "pdf": "PDF page"}


class FigureDialog(QDialog):
    """Shows `content` as it was when the dialog opened; `spec` is where its controls start."""

    def __init__(self, content: FigureContent, spec: FigureSpec, operations: Operations, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("figure_dialog")
        self.setWindowTitle("Save figure")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._content, self._start, self._operations = content, spec, operations
        self._picture = QImage()
        self.preview = QLabel("Drawing a preview")
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setMinimumSize(PREVIEW_SIZE)
        self.preview.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.preview.setAccessibleName("Preview of the figure")
        self.kind_combo = QComboBox()
        for kind in FIGURE_KINDS:
            self.kind_combo.addItem(_TITLES[kind], kind)
        self.width_spin = _spin(SMALLEST_SIDE, LARGEST_SIDE, spec.size[0], " px")
        self.height_spin = _spin(SMALLEST_SIDE, LARGEST_SIDE, spec.size[1], " px")
        self.scale_combo = QComboBox()
        for scale in FIGURE_SCALES:
            self.scale_combo.addItem(f"{scale} ×", scale)
        self.scale_combo.setCurrentIndex(self.scale_combo.findData(spec.scale))
        self.title_edit = QLineEdit(spec.title)
        self.title_edit.setPlaceholderText("None")
        self.names_spin = _spin(_AUTOMATIC, MOST_NAMES, _AUTOMATIC if spec.names is None else spec.names)
        self.names_spin.setSpecialValueText("As many as look well")
        self.shapes_spin = _spin(0, MOST_SHAPES, spec.vector_points)
        self.shapes_spin.setToolTip("Up to so many points in view are shapes in SVG and PDF; more are a picture.")
        self.shapes_spin.setGroupSeparatorShown(True)
        self.legend_check = _check("Legend", checked=spec.legend and content.coloring is not None)
        self.legend_check.setEnabled(content.coloring is not None)
        self.provenance_check = _check("File, method, date and version", checked=spec.provenance)
        self.transparent_check = _check("Transparent ground", checked=spec.transparent)
        self.message_label = QLabel()
        self.message_label.setTextFormat(Qt.TextFormat.PlainText)
        self.message_label.setWordWrap(True)
        self._buttons()
        self._lay_out()
        self._delay = QTimer(self, singleShot=True, interval=PREVIEW_DELAY_MS)
        self._connect()
        self._on_kind_changed()
        self._on_preview_due()

    @property
    def kind(self) -> FigureKind:
        """The format that is chosen."""
        return cast(FigureKind, self.kind_combo.currentData())

    def spec(self) -> FigureSpec:
        """The figure as the controls say; OptionError where it would be too large."""
        names = self.names_spin.value()
        return replace(
            self._start,
            size=(self.width_spin.value(), self.height_spin.value()),
            scale=self.scale_combo.currentData(),
            transparent=self.transparent_check.isChecked(),
            title=self.title_edit.text(),
            legend=self.legend_check.isChecked(),
            provenance=self.provenance_check.isChecked(),
            names=None if names == _AUTOMATIC else names,
            vector_points=self.shapes_spin.value(),
        )

    def _buttons(self) -> None:
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.save_button = QPushButton("Save…")
        self.save_button.setDefault(True)
        self.copy_button = QPushButton("Copy picture")
        self.copy_button.setToolTip("Put the figure on the clipboard as a picture.")
        self.buttons.addButton(self.save_button, QDialogButtonBox.ButtonRole.ActionRole)
        self.buttons.addButton(self.copy_button, QDialogButtonBox.ButtonRole.ActionRole)

    def _lay_out(self) -> None:
        form = QFormLayout()
        for text, control in (
            ("Format", self.kind_combo),
            ("Width", self.width_spin),
            ("Height", self.height_spin),
            ("Scale", self.scale_combo),
            ("Title", self.title_edit),
            ("Named items", self.names_spin),
            ("Points as shapes", self.shapes_spin),
        ):
            control.setAccessibleName(text)
            form.addRow(text, control)
        for check in (self.legend_check, self.provenance_check, self.transparent_check):
            form.addRow("", check)
        upper = QHBoxLayout()
        upper.addWidget(self.preview, 1)
        upper.addLayout(form)
        column = QVBoxLayout(self)
        column.addLayout(upper, 1)
        column.addWidget(self.message_label)
        column.addWidget(self.buttons)

    def _connect(self) -> None:
        for combo in (self.kind_combo, self.scale_combo):
            combo.currentIndexChanged.connect(self._on_changed)
        for spin in (self.width_spin, self.height_spin, self.names_spin, self.shapes_spin):
            spin.valueChanged.connect(self._on_changed)
        for check in (self.legend_check, self.provenance_check, self.transparent_check):
            check.toggled.connect(self._on_changed)
        self.title_edit.textChanged.connect(self._on_changed)
        self.kind_combo.currentIndexChanged.connect(self._on_kind_changed)
        self._delay.timeout.connect(self._on_preview_due)
        self.save_button.clicked.connect(self._on_save_clicked)
        self.copy_button.clicked.connect(self._on_copy_clicked)
        self.buttons.rejected.connect(self.close)
        self._operations.said.connect(self._on_said)
        self._operations.figure_previewed.connect(self._on_previewed)
        self._operations.figure_saved.connect(self._on_saved)

    def _possible(self) -> FigureSpec | None:
        """The figure as the controls say, or None and a word of why it cannot be drawn."""
        try:
            spec = self.spec()
        except OptionError as error:
            self.message_label.setText(str(error))
            spec = None
        for button in (self.save_button, self.copy_button):
            button.setEnabled(spec is not None)
        return spec

    def _show_picture(self) -> None:
        """The preview as large as there is room, never enlarged."""
        if self._picture.isNull():
            return
        ratio = self.preview.devicePixelRatioF()
        room = self.preview.size() * ratio
        picture = self._picture
        if picture.width() > room.width() or picture.height() > room.height():
            smooth = Qt.TransformationMode.SmoothTransformation
            picture = picture.scaled(room, Qt.AspectRatioMode.KeepAspectRatio, smooth)
        shown = QPixmap.fromImage(picture)
        shown.setDevicePixelRatio(ratio)
        self.preview.setPixmap(shown)

    @Slot()
    def _on_changed(self) -> None:
        self.message_label.clear()
        if self._possible() is not None:
            self._delay.start()

    @Slot()
    def _on_kind_changed(self) -> None:
        self.shapes_spin.setEnabled(self.kind != "png")

    @Slot()
    def _on_preview_due(self) -> None:
        spec = self._possible()
        if spec is not None:
            self._operations.preview_figure(self._content, spec)

    @Slot()
    def _on_save_clicked(self) -> None:
        spec, name = self._possible(), f"embedviz.{self.kind}"
        chosen, _ = QFileDialog.getSaveFileName(self, "Save figure", name, f"{_TITLES[self.kind]} (*.{self.kind})")
        if chosen and spec is not None:
            path = Path(chosen)
            is_whole = path.suffix.lower().removeprefix(".") in _TITLES  # what is typed says more than the list
            named = path if is_whole else path.with_name(f"{path.name}.{self.kind}")
            # Only for the name that was chosen has the file dialog asked whether to replace.
            self._operations.save_figure(self._content, named, spec, overwrite=named == path)

    @Slot()
    def _on_copy_clicked(self) -> None:
        spec = self._possible()
        if spec is not None:
            self._operations.copy_figure(self._content, spec)

    @Slot(object)
    def _on_previewed(self, written: bytes) -> None:
        self._picture = QImage.fromData(written)
        self._show_picture()

    @Slot(object)
    def _on_saved(self, path: Path) -> None:
        self.close()

    @Slot(object)
    def _on_said(self, message: Message) -> None:
        self.message_label.setText(one_line(message.text, most=400))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_picture()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._operations.jobs.cancel("preview")
        super().closeEvent(event)


def _spin(least: int, most: int, value: int, suffix: str = "") -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(least, most)
    spin.setValue(value)
    spin.setSuffix(suffix)
    return spin


def _check(text: str, *, checked: bool) -> QCheckBox:
    check = QCheckBox(text)
    check.setChecked(checked)
    return check
