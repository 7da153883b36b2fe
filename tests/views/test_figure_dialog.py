"""The figure dialog as a person uses it: look at the preview, change what it holds, save or copy."""

from __future__ import annotations

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog

from embedviz.raster import FigureContent, FigureSpec, color_by
from embedviz.views.figure_dialog import FigureDialog


@pytest.fixture
def content(window, space):
    coloring = color_by(space.metadata["part_of_speech"], dark=False)
    projection = window.session.state.projection
    return FigureContent(space, projection, coloring=coloring, coloring_name="part_of_speech", selection=np.arange(5))


@pytest.fixture
def dialog(qtbot, window, content, idle):
    made = FigureDialog(content, FigureSpec(size=(640, 400)), window.operations, window)
    made.show()
    qtbot.waitUntil(lambda: not made.preview.pixmap().isNull(), timeout=20_000)
    yield made
    if is_open(made):
        made.close()
    idle()


@pytest.fixture
def chosen(monkeypatch):
    """What the file dialog answers, and what it was asked."""
    asked = []

    def choose(answer):
        def run(parent, title, name, filters):
            asked.append((name, filters))
            return str(answer), filters

        monkeypatch.setattr(QFileDialog, "getSaveFileName", run)
        return asked

    return choose


def is_open(dialog: FigureDialog) -> bool:
    """Whether it is still there: it deletes itself when it closes."""
    return shiboken6.isValid(dialog) and dialog.isVisible()


def shown(dialog: FigureDialog) -> QImage:
    return dialog.preview.pixmap().toImage()


def click(button) -> None:
    place = QPoint(8, button.height() // 2)  # on the box of a check box, wherever its text ends
    QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=place)


def test_it_opens_with_a_preview_in_the_proportions_of_the_figure(dialog):
    size = shown(dialog).size()
    assert size.width() <= dialog.preview.width()
    assert size.height() <= dialog.preview.height()
    assert size.width() / size.height() == pytest.approx(1.6, rel=0.02)
    assert dialog.kind == "png"
    assert not dialog.shapes_spin.isEnabled()


def test_every_control_has_a_name(dialog):
    for control in (
        dialog.kind_combo,
        dialog.width_spin,
        dialog.height_spin,
        dialog.scale_combo,
        dialog.title_edit,
        dialog.names_spin,
        dialog.shapes_spin,
    ):
        assert control.accessibleName()
    assert dialog.preview.accessibleName()


def test_the_preview_follows_the_controls(qtbot, dialog):
    before = shown(dialog)
    QTest.keyClicks(dialog.title_edit, "A title")
    qtbot.waitUntil(lambda: shown(dialog) != before, timeout=20_000)
    titled = shown(dialog)
    click(dialog.legend_check)
    qtbot.waitUntil(lambda: shown(dialog) != titled, timeout=20_000)
    assert dialog.spec() == FigureSpec(size=(640, 400), title="A title", legend=False)


def test_the_controls_say_what_is_drawn(dialog):
    dialog.kind_combo.setCurrentIndex(2)
    dialog.scale_combo.setCurrentIndex(1)
    dialog.width_spin.setValue(800)
    dialog.height_spin.setValue(600)
    dialog.names_spin.setValue(7)
    dialog.shapes_spin.setValue(50)
    click(dialog.provenance_check)
    click(dialog.transparent_check)
    assert dialog.kind == "pdf"
    assert dialog.shapes_spin.isEnabled()
    assert dialog.spec() == FigureSpec(
        size=(800, 600), scale=2, names=7, vector_points=50, provenance=False, transparent=True
    )


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_saving_writes_the_format_that_is_chosen_and_closes(qtbot, window, dialog, chosen, tmp_path, kind, idle):
    asked = chosen(tmp_path / "figure")
    dialog.kind_combo.setCurrentIndex(dialog.kind_combo.findData(kind))
    with qtbot.waitSignal(window.operations.figure_saved, timeout=20_000):
        click(dialog.save_button)
    idle()
    assert asked[0][0] == f"embedviz.{kind}"
    starts = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
    assert (tmp_path / f"figure.{kind}").read_bytes().startswith(starts[kind])
    assert not is_open(dialog)
    assert window.message_bar.message_line.text() == f"Saved the figure figure.{kind}."


def test_a_suffix_that_is_typed_says_the_format(qtbot, window, dialog, chosen, tmp_path, idle):
    chosen(tmp_path / "typed.SVG")
    assert dialog.kind == "png"
    with qtbot.waitSignal(window.operations.figure_saved, timeout=20_000):
        click(dialog.save_button)
    idle()
    assert [path.name for path in tmp_path.glob("typed*")] == ["typed.SVG"]
    assert (tmp_path / "typed.SVG").read_bytes().startswith(b"<?xml")


def test_a_file_is_replaced_only_if_the_file_dialog_asked(qtbot, window, dialog, chosen, tmp_path, idle):
    (tmp_path / "a.png").write_bytes(b"mine")
    chosen(tmp_path / "a")  # the file dialog has asked about “a”, not about “a.png”
    click(dialog.save_button)
    idle()
    assert "exists already" in dialog.message_label.text()
    assert is_open(dialog)
    assert (tmp_path / "a.png").read_bytes() == b"mine"
    chosen(tmp_path / "a.png")
    with qtbot.waitSignal(window.operations.figure_saved, timeout=20_000):
        click(dialog.save_button)
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_giving_up_the_file_dialog_saves_nothing(dialog, chosen, tmp_path, window):
    chosen("")
    click(dialog.save_button)
    assert window.operations.jobs.newest("figure") is None
    assert is_open(dialog)


def test_copying_puts_a_picture_on_the_clipboard(qtbot, window, dialog, idle):
    dialog.scale_combo.setCurrentIndex(1)
    with qtbot.waitSignal(window.operations.figure_copied, timeout=20_000):
        click(dialog.copy_button)
    idle()
    assert QGuiApplication.clipboard().image().size() == QSize(1280, 800)
    assert dialog.message_label.text() == "Copied the figure as a picture."


def test_what_is_too_large_is_said_and_cannot_be_saved(dialog):
    dialog.scale_combo.setCurrentIndex(2)
    dialog.width_spin.setValue(12_000)
    dialog.height_spin.setValue(12_000)
    assert "million pixels" in dialog.message_label.text()
    assert not dialog.save_button.isEnabled()
    dialog.scale_combo.setCurrentIndex(0)
    dialog.width_spin.setValue(640)
    dialog.height_spin.setValue(400)
    assert dialog.message_label.text() == ""
    assert dialog.save_button.isEnabled()


def test_without_colors_there_is_no_legend_to_choose(qtbot, window, content, idle):
    bare = FigureContent(content.space, content.projection)
    dialog = FigureDialog(bare, FigureSpec(size=(400, 300)), window.operations, window)
    dialog.show()
    assert not dialog.legend_check.isEnabled()
    click(dialog.buttons.button(QDialogButtonBox.StandardButton.Close))
    assert not is_open(dialog)
    idle()
