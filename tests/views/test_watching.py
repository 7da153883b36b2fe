"""Watching a training: words move while they are learned, it is paused, and the slider goes back."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDoubleSpinBox, QSlider, QSpinBox

from embedviz.views.train.live_plot import LivePlot

WORDS = ("cat", "dog", "cow", "hen", "red", "blue", "green", "grey")


@pytest.fixture
def corpus(tmp_path):
    rng = np.random.default_rng(4)
    path = tmp_path / "story.txt"
    path.write_text("\n".join(" ".join(rng.choice(WORDS, 8)) for _ in range(3000)), encoding="utf-8")
    return str(path)


@pytest.fixture
def panel(qtbot, window, corpus):
    """The panel of a training that goes on for long."""
    window.operations.set_mode("train")
    panel = window.train_panel
    for name, value in (("n_dims", 6), ("epochs", 1000), ("min_count", 1)):
        panel.findChild(QSpinBox, f"train_{name}").setValue(value)
    panel.choose(corpus)
    QTest.mouseClick(panel.train_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(window.operations.epochs) >= 3, timeout=60_000)
    yield panel
    window.operations.cancel_training()
    qtbot.waitUntil(lambda: not window.operations.jobs.alive(), timeout=10_000)


def live(window) -> LivePlot:
    return window.plot_stage.live_plot


def test_words_move_in_the_place_of_the_plot(qtbot, window, panel) -> None:
    plot = live(window)
    qtbot.waitUntil(lambda: plot.frame is not None and window.plot_stage.currentWidget() is plot, timeout=10_000)
    first = plot.frame
    assert sorted(first.words) == sorted(WORDS)
    qtbot.waitUntil(lambda: plot.frame is not first, timeout=10_000)
    assert not np.array_equal(plot.frame.points, first.points)
    window.operations.set_mode("explore")
    assert window.plot_stage.currentWidget() is window.plot, "the open space stays usable"
    window.operations.set_mode("train")
    assert window.plot_stage.currentWidget() is plot


def test_a_paused_picture_stands_still_and_goes_on(qtbot, window, panel) -> None:
    plot = live(window)
    QTest.mouseClick(panel.pause_button, Qt.MouseButton.LeftButton)
    assert panel.pause_button.text() == "Go on"
    qtbot.waitUntil(lambda: panel.progress_label.text().startswith("Paused in epoch"), timeout=10_000)
    still, epochs = plot.frame, window.operations.epochs
    qtbot.wait(200)
    assert plot.frame is still
    assert window.operations.epochs == epochs
    picture = plot.grab().toImage()
    assert picture == plot.grab().toImage()
    QTest.mouseClick(panel.pause_button, Qt.MouseButton.LeftButton)
    assert panel.pause_button.text() == "Pause"
    qtbot.waitUntil(lambda: window.operations.epochs != epochs, timeout=10_000)


def test_the_word_under_the_cursor_is_named(qtbot, window, panel) -> None:
    plot = live(window)
    QTest.mouseClick(panel.pause_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.progress_label.text().startswith("Paused in epoch"), timeout=10_000)
    plot.grab()
    before = plot.grab().toImage()
    row = 0
    QTest.mouseMove(plot, plot.pixel_of(row).toPoint())
    qtbot.waitUntil(lambda: plot.hovered == row, timeout=5_000)
    assert plot.grab().toImage() != before
    QTest.mouseMove(plot, QPoint(2, 2))
    qtbot.waitUntil(lambda: plot.hovered is None, timeout=5_000)


def test_the_slider_goes_back_and_to_the_present(qtbot, window, panel) -> None:
    slider = panel.findChild(QSlider, "epoch_slider")
    QTest.mouseClick(panel.pause_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.progress_label.text().startswith("Paused in epoch"), timeout=10_000)
    assert slider.value() == slider.maximum(), "the present"
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: window.operations.epoch == 0, timeout=10_000)
    assert window.plot_stage.currentWidget() is window.plot
    assert np.abs(window.session.state.space.vectors).max() <= 0.5 / 6, "nothing is learned yet"
    QTest.keyClick(slider, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: window.operations.epoch == 1, timeout=10_000)
    assert panel.epoch_slider.label.text().startswith("After epoch 1 of ")
    QTest.keyClick(slider, Qt.Key.Key_End)
    assert window.plot_stage.currentWidget() is live(window)


def test_the_learning_rate_can_be_changed_meanwhile(qtbot, window, panel) -> None:
    rate = panel.findChild(QDoubleSpinBox, "train_learning_rate")
    rate.setValue(0.01)
    qtbot.waitUntil(lambda: window.operations.epochs_so_far[-1].learning_rate < 0.011, timeout=20_000)
    QTest.mouseClick(panel.stop_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.operations.is_training, timeout=20_000)
    qtbot.waitUntil(lambda: window.session.state.space is not None, timeout=10_000)
    notes = [note.text for note in window.session.state.space.notes if note.kind == "changed_option"]
    assert len(notes) == 1
    assert notes[0].startswith("The learning rate was set to 0.01 in epoch ")


def test_what_was_live_goes_over_into_the_plot(qtbot, window, panel) -> None:
    QTest.mouseClick(panel.stop_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.operations.is_training, timeout=20_000)
    qtbot.waitUntil(lambda: window.plot_stage.currentWidget() is window.plot, timeout=10_000)
    window.plot.grab()
    assert window.plot.glide.is_on, "the points are on their way from where they stood"


def test_the_view_is_held_from_epoch_to_epoch(qtbot, window, panel) -> None:
    QTest.mouseClick(panel.stop_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.operations.jobs.alive(), timeout=20_000)
    plot, slider = window.plot, panel.findChild(QSlider, "epoch_slider")
    plot.zoom(2.0)
    last, points = plot.camera.shown, plot.scene.points.astype(np.float64)
    slider.setValue(1)
    qtbot.waitUntil(lambda: window.operations.epoch == 1, timeout=10_000)
    shown, spread = plot.camera.shown, plot.scene.points.astype(np.float64)
    factor = np.sqrt((spread**2).mean() / (points**2).mean())
    assert shown.width() == pytest.approx(last.width() * factor, rel=1e-3)
    slider.setValue(slider.maximum())
    qtbot.waitUntil(lambda: window.operations.epoch != 1, timeout=10_000)
    assert plot.camera.shown.width() == pytest.approx(last.width(), rel=1e-3)
