"""The Train mode: panel, curves, table; as a person uses them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QSpinBox, QWidget

from embedviz.progress import time_left
from embedviz.training import ALGORITHMS, TrainingOptions, suited_options
from embedviz.views.drawer import PAGES
from embedviz.views.train.curve import Curve

WORDS = ("cat", "dog", "cow", "hen", "red", "blue", "green", "grey")


@pytest.fixture
def corpus(tmp_path):
    rng = np.random.default_rng(4)
    path = tmp_path / "story.txt"
    path.write_text("\n".join(" ".join(rng.choice(WORDS, 8)) for _ in range(800)), encoding="utf-8")
    return str(path)


@pytest.fixture
def panel(window):
    window.operations.set_mode("train")
    return window.train_panel


def epoch_column(page, column: int) -> list[str]:
    model = page.epoch_table.model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


def set_small(panel) -> None:
    for name, value in (("n_dims", 6), ("epochs", 3), ("min_count", 1)):
        panel.findChild(type(panel.options_form._counts[name]), f"train_{name}").setValue(value)


def test_the_rail_changes_between_the_modes(qtbot, window):
    button = window.findChild(object, "mode_train")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.train_panel.isVisible()
    assert window.drawer.training_page.isVisible()
    assert not window.space_panel.isVisible()
    QTest.mouseClick(window.findChild(object, "mode_explore"), Qt.MouseButton.LeftButton)
    assert window.space_panel.isVisible()
    assert not window.drawer.isVisible()


def test_train_fills_curves_and_table_and_shows_the_space(qtbot, window, panel, corpus):
    set_small(panel)
    panel.choose(corpus)
    QTest.mouseClick(panel.train_button, Qt.MouseButton.LeftButton)
    assert not panel.train_button.isEnabled()
    assert panel.stop_button.isEnabled()
    qtbot.waitUntil(lambda: window.session.state.space is not None, timeout=60_000)
    qtbot.waitUntil(lambda: not window.operations.jobs.alive(), timeout=10_000)
    epochs = window.session.state.space.source.run.epochs
    page = window.drawer.training_page
    assert epoch_column(page, 0) == ["1", "2", "3"]
    assert epoch_column(page, 1) == [f"{record.loss:.4f}" for record in epochs]
    assert window.findChild(QWidget, "loss_plot") is page.loss_plot
    assert [line.values for line in page.loss_plot.lines] == [
        tuple(record.loss for record in epochs),
        tuple(record.heldout_loss for record in epochs),
    ]
    assert [line.values for line in page.accuracy_plot.lines] == [tuple(100 * record.accuracy for record in epochs)]
    assert page.sentence.text() == epochs[-1].sentence
    assert panel.train_button.isEnabled()
    assert not panel.stop_button.isEnabled()
    assert window.space_panel.space_summary.text() == "8 items × 6 dimensions"


def test_the_preview_is_told_in_words(qtbot, window, panel, corpus):
    set_small(panel)
    panel.choose(corpus)
    qtbot.waitUntil(lambda: "tokens" in panel.preview_label.text(), timeout=10_000)
    assert "6,400 tokens, 8 different words." in panel.preview_label.text()
    assert panel.corpus_label.text() == "story.txt"
    qtbot.waitUntil(lambda: not window.operations.jobs.alive(), timeout=10_000)


def test_what_is_wrong_with_a_text_is_said_beside_it(qtbot, window, panel, corpus):
    panel.choose(corpus)  # eight words, and a hundred dimensions are asked for
    qtbot.waitUntil(lambda: "100 dimensions are more than the 8 words" in panel.preview_label.text(), timeout=10_000)
    qtbot.waitUntil(lambda: not window.operations.jobs.alive(), timeout=10_000)
    assert window.message_bar.message_line.text() == ""
    panel.findChild(QSpinBox, "train_n_dims").setValue(6)  # mended, and looked at again
    qtbot.waitUntil(lambda: "8 different words" in panel.preview_label.text(), timeout=10_000)
    qtbot.waitUntil(lambda: not window.operations.jobs.alive(), timeout=10_000)


def test_cancel_gives_the_panel_back(qtbot, window, panel, corpus):
    set_small(panel)
    panel.choose(corpus)
    panel.findChild(type(panel.options_form._counts["epochs"]), "train_epochs").setValue(1000)
    QTest.mouseClick(panel.train_button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(panel.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.train_button.isEnabled(), timeout=10_000)
    qtbot.waitUntil(lambda: not window.operations.jobs.alive(), timeout=10_000)
    assert window.session.state.space is None


@pytest.mark.parametrize(
    ("passed", "fraction", "words"),
    [
        (10.0, 0.5, "about 10 s left"),
        (60.0, 0.25, "about 3 min left"),
        (3600.0, 0.25, "about 3.0 h left"),
        (0.1, 0.5, ""),
        (9.0, None, ""),
    ],
)
def test_time_left(passed, fraction, words):
    assert time_left(passed, fraction) == words


def test_nothing_of_train_is_built_before_it_is_wanted(window):
    assert window.findChildren(Curve) == []
    assert window.findChild(QWidget, "train_panel") is None
    pieces = 0
    while window.prepare_next():
        pieces += 1
    assert pieces == 1 + len(PAGES)
    assert len(window.findChildren(Curve)) >= 2
    assert not window.drawer.isVisible()
    assert not window.train_panel.isVisible()


def test_train_shown_during_a_training_has_the_epochs_before(qtbot, window, corpus, idle):
    options = TrainingOptions(n_dims=6, epochs=400, min_count=1)
    with qtbot.waitSignal(window.operations.epoch_recorded, timeout=60_000):
        window.operations.train(corpus, options)
    window.operations.set_mode("train")
    page = window.drawer.training_page
    assert epoch_column(page, 0)[0] == "1"
    assert window.train_panel.stop_button.isEnabled()
    QTest.mouseClick(window.train_panel.stop_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.train_panel.train_button.isEnabled(), timeout=10_000)
    idle()
    assert len(epoch_column(page, 0)) == len(window.session.state.space.source.run.epochs) < 400


def test_the_trace_is_kept_with_the_space_and_exported(monkeypatch, qtbot, window, panel, corpus, idle, tmp_path):
    page = window.drawer.training_page
    set_small(panel)
    panel.choose(corpus)
    idle()
    assert not page.save_button.isEnabled()
    QTest.mouseClick(panel.train_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.session.state.space is not None, timeout=60_000)
    idle()
    epochs = window.session.state.space.source.run.epochs
    for chosen, suffix in (("CSV (*.csv)", ".csv"), ("JSON (*.json)", ".json")):
        answer = (str(tmp_path / "epochs"), chosen)
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args, answer=answer: answer)
        QTest.mouseClick(page.save_button, Qt.MouseButton.LeftButton)
        assert (tmp_path / f"epochs{suffix}").stat().st_size > 0
    window.operations.save_space(tmp_path / "trained.npz")
    idle()
    (tmp_path / "other.txt").write_text("one 1 2\ntwo 3 4\n", encoding="utf-8")
    window.operations.open_file(tmp_path / "other.txt")
    idle()
    assert (epoch_column(page, 0), page.loss_plot.n_epochs) == ([], 0)
    assert page.sentence.text().startswith("The open space was not trained here")
    assert not page.save_button.isEnabled()
    window.operations.open_file(tmp_path / "trained.npz")
    idle()
    assert epoch_column(page, 1) == [f"{record.loss:.4f}" for record in epochs]
    assert page.loss_plot.n_epochs == 3
    assert page.sentence.text() == epochs[-1].sentence
    page.epoch_table.selectRow(0)
    assert page.sentence.text() == epochs[0].sentence


def test_the_drawer_closes_and_comes_back(window, panel):
    QTest.mouseClick(window.drawer.close_button, Qt.MouseButton.LeftButton)
    assert not window.drawer.isVisible()
    window.named_actions["action_toggle_drawer"].trigger()
    assert window.drawer.training_page.isVisible()


def test_a_narrow_window_shows_where_a_text_is_chosen(qapp, window):
    window.resize(800, 600)
    qapp.processEvents()
    assert not window.mode_panels.isVisible()
    window.operations.set_mode("train")
    assert window.train_panel.train_button.isVisible()
    window.operations.set_mode("explore")
    assert not window.mode_panels.isVisible()


@pytest.mark.parametrize("size", [(1280, 800), (800, 600)])
def test_the_drawer_leaves_the_larger_part_to_the_plot(qapp, window, panel, size):
    window.resize(*size)
    qapp.processEvents()
    assert window.drawer.height() < size[1] / 2
    assert window.plot.height() > 0.2 * size[1]


def choose_algorithm(panel, algorithm: str) -> None:
    """Go to an algorithm in the list by the arrow keys."""
    combo = panel.options_form.algorithm_combo
    places = combo.findData(algorithm) - combo.currentIndex()
    for _ in range(abs(places)):
        QTest.keyClick(combo, Qt.Key.Key_Down if places > 0 else Qt.Key.Key_Up)


def test_each_algorithm_is_trained_with_what_suits_it(panel):
    for algorithm in (*ALGORITHMS, "glove", "skip-gram", "cbow", "skip-gram"):
        choose_algorithm(panel, algorithm)
        assert panel.options_form.options() == suited_options(algorithm)
    panel.findChild(QSpinBox, "train_epochs").setValue(7)
    choose_algorithm(panel, "glove")
    assert panel.options_form.options() == suited_options("glove", epochs=7), "what was typed stays"


def test_an_algorithm_for_the_next_training_leaves_the_one_that_runs(qtbot, window, panel, corpus):
    set_small(panel)
    panel.findChild(QSpinBox, "train_epochs").setValue(1000)
    panel.choose(corpus)
    QTest.mouseClick(panel.train_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(window.operations.epochs_so_far) > 0, timeout=60_000)
    choose_algorithm(panel, "cbow")
    n_done = len(window.operations.epochs_so_far)
    qtbot.waitUntil(lambda: len(window.operations.epochs_so_far) > n_done + 1, timeout=60_000)
    assert window.operations.epochs_so_far[-1].learning_rate < 0.025
    QTest.mouseClick(panel.stop_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.operations.jobs.alive(), timeout=10_000)
    assert "changed_option" not in {note.kind for note in window.session.state.space.notes}


def test_the_keyboard_goes_from_train_to_pause_and_back(qtbot, window, panel, corpus, idle):
    set_small(panel)
    panel.choose(corpus)
    idle()
    window.activateWindow()
    panel.train_button.setFocus()
    qtbot.waitUntil(panel.train_button.hasFocus)
    QTest.keyClick(panel.train_button, Qt.Key.Key_Space)
    assert panel.pause_button.hasFocus()
    idle()
    assert panel.train_button.hasFocus()


def test_a_training_that_begins_takes_no_keyboard_from_elsewhere(qtbot, window, panel, corpus, idle):
    set_small(panel)
    panel.choose(corpus)
    idle()
    window.activateWindow()
    window.query_edit.setFocus()
    qtbot.waitUntil(window.query_edit.hasFocus)
    panel.train_button.click()
    assert window.query_edit.hasFocus()
    idle()
    assert window.query_edit.hasFocus()
