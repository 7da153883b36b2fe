"""Going on with the open space, what moved, and the sweep: as a person uses them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSlider, QSpinBox

from embedviz.views.train.moved_page import EMPTY, MovedPage

ANIMALS = ("cat", "dog", "hen", "cow", "owl", "eel")


@pytest.fixture
def corpus(tmp_path):
    rng = np.random.default_rng(3)
    path = tmp_path / "story.txt"
    path.write_text("\n".join(" ".join(rng.choice([*ANIMALS[:4], "new"], 8)) for _ in range(200)), encoding="utf-8")
    return str(path)


@pytest.fixture
def animals(show, make_space):
    return show(make_space(np.random.default_rng(1).normal(size=(6, 5)), ANIMALS, name="animals"))


@pytest.fixture
def panel(window, corpus):
    window.operations.set_mode("train")
    window.train_panel.choose(corpus)
    window.train_panel.findChild(QSpinBox, "train_min_count").setValue(1)
    window.train_panel.findChild(QSpinBox, "train_epochs").setValue(2)
    return window.train_panel


def click(widget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def dims(panel) -> QSpinBox:
    return panel.findChild(QSpinBox, "train_n_dims")


def test_the_dimensions_follow_the_space_that_is_gone_on_with(qtbot, window, panel, show, make_space, idle):
    assert not panel.continue_check.isEnabled()
    assert panel.continue_check.toolTip() == "Open a space to go on with"
    show(make_space(np.ones((3, 5)), ANIMALS[:3]))
    dims(panel).setValue(30)
    panel.continue_check.click()
    assert (dims(panel).value(), dims(panel).isEnabled()) == (5, False)
    assert "goes on with the open space" in dims(panel).toolTip()
    assert window.operations.plan.options.n_dims == 5
    show(make_space(np.ones((3, 2_500)), ANIMALS[:3]))
    assert dims(panel).value() == 2_500
    panel.continue_check.click()
    assert (dims(panel).value(), dims(panel).isEnabled()) == (30, True)
    idle()


def test_a_text_of_fewer_words_than_dimensions_is_not_refused_where_it_goes_on(window, panel, show, make_space, idle):
    idle()
    assert "dimensions are more than" in panel.preview_label.text()
    show(make_space(np.random.default_rng(1).normal(size=(6, 50)), ANIMALS))
    panel.continue_check.click()
    idle()
    assert "dimensions" not in panel.preview_label.text()


@pytest.fixture
def page(qtbot, window, panel, animals, idle):
    """The page after the open space was gone on with."""
    panel.continue_check.click()
    click(panel.train_button)
    qtbot.waitUntil(lambda: window.session.state.space is not animals, timeout=60_000)
    idle()
    click(window.drawer.tabs["moved"]) if window.drawer.tabs["moved"].isVisible() else window.drawer.open(MovedPage)
    return window.drawer.page(MovedPage)


def column(page, at: int) -> list[str]:
    model = page.table.model()
    return [model.index(row, at).data() for row in range(model.rowCount())]


def test_an_empty_page_says_what_it_is_for(window, show, make_space):
    page = window.drawer.open(MovedPage)
    assert page.empty_label.text() == EMPTY
    assert not page.moved_button.isEnabled()
    assert not page.file_button.isEnabled()
    assert not page.noise_button.isEnabled()
    show(make_space(np.eye(4)))
    assert page.file_button.isEnabled()
    assert not page.noise_button.isEnabled()


def test_moved_words_are_listed_and_asked_about(qtbot, window, page, idle):
    assert "went on from “animals”" in page.empty_label.text()
    click(page.moved_button)
    idle()
    assert sorted(column(page, 0)) == sorted(ANIMALS)
    assert page.table.model().columnCount() == 5, "nothing is said of a noise that was not measured"
    assert "not known" in page.summary_label.text()
    place = page.table.visualRect(page.table.model().index(0, 0)).center()
    QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: window.session.state.answer is not None, timeout=10_000)
    assert window.session.state.answer.text == column(page, 0)[0]


def test_the_noise_is_measured_by_a_second_training(qtbot, window, page, idle):
    click(page.noise_button)
    assert not page.noise_button.isEnabled()
    assert page.summary_label.text().startswith("Measuring the noise")
    idle()
    assert all(text.isdigit() for text in column(page, 2))
    assert "of 4 words moved more than two seeds differ" in page.summary_label.text()
    assert sorted(column(page, 0)[-2:]) == ["eel", "owl"], "they are not in the text and stayed"
    assert page.noise_button.isEnabled()
    click(page.copy_button)
    lines = QGuiApplication.clipboard().text().split("\n")
    assert lines[0].split("\t")[0] == "Word"
    assert len(lines) == 7


def test_another_space_empties_the_page(window, page, show, make_space, idle):
    click(page.moved_button)
    idle()
    show(make_space(np.eye(4)))
    assert page.empty_label.text() == EMPTY
    assert not page.copy_button.isEnabled()


def test_a_refusal_is_said_on_the_page(window, page, show, make_space, tmp_path, idle):
    window.operations.find_moved(tmp_path / "missing.npz")
    idle()
    assert page.summary_label.property("role") == "error"
    assert "missing.npz" in page.summary_label.text()


def test_the_epoch_slider_leaves_what_is_measured(qtbot, window, page, idle):
    slider = window.train_panel.findChild(QSlider, "epoch_slider")
    operations = window.operations
    click(page.noise_button)
    QTest.keyClick(slider, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: operations.epoch == 0, timeout=10_000)
    idle()
    assert len(column(page, 0)) == 6
    assert all(text.isdigit() for text in column(page, 2)), "the noise is there"
    assert page.summary_label.text().startswith("Of epoch 2: ")
    QTest.keyClick(slider, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: operations.epoch == 2, timeout=10_000)
    idle()
    assert "of 4 words moved more than two seeds differ" in page.summary_label.text()
    assert not page.summary_label.text().startswith("Of epoch")
    assert page.copy_button.isEnabled()


def test_that_another_space_ended_it_is_said_on_the_page(window, page, show, make_space, idle):
    click(page.noise_button)
    show(make_space(np.eye(4)))
    idle()
    assert page.summary_label.text().startswith("“Measuring the noise” ended, since another space was opened.")
    assert page.summary_label.property("role") == "error"
    assert page.empty_label.text() == EMPTY
