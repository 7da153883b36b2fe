"""The Train mode: panel, curves, table; as a person uses them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from embedviz.views.train.words import time_left

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


def set_small(panel) -> None:
    for name, value in (("n_dims", 6), ("epochs", 3), ("min_count", 1)):
        panel.findChild(type(panel.options_form._counts[name]), f"train_{name}").setValue(value)


def test_the_rail_changes_between_the_modes(qtbot, window):
    button = window.findChild(object, "mode_train")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.train_panel.isVisible()
    assert window.train_drawer.isVisible()
    assert not window.space_panel.isVisible()
    QTest.mouseClick(window.findChild(object, "mode_explore"), Qt.MouseButton.LeftButton)
    assert window.space_panel.isVisible()
    assert not window.train_drawer.isVisible()


def test_train_fills_curves_and_table_and_shows_the_space(qtbot, window, panel, corpus):
    set_small(panel)
    panel.choose(corpus)
    QTest.mouseClick(panel.train_button, Qt.MouseButton.LeftButton)
    assert not panel.train_button.isEnabled()
    assert panel.stop_button.isEnabled()
    qtbot.waitUntil(lambda: window.session.state.space is not None, timeout=60_000)
    qtbot.waitUntil(lambda: not window.operations.jobs.alive(), timeout=10_000)
    epochs = window.session.state.space.source.run.epochs
    drawer = window.train_drawer
    assert drawer.epoch_table.rowCount() == len(epochs) == 3
    assert drawer.epoch_table.item(0, 1).text() == f"{epochs[0].loss:.4f}"
    curves = drawer.loss_plot.plotItem.listDataItems()
    assert [curve.getData()[1].tolist() for curve in curves] == [
        [record.loss for record in epochs],
        [record.heldout_loss for record in epochs],
    ]
    assert drawer.sentence.text() == epochs[-1].sentence
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


def test_an_evaluation_is_shown_as_a_table(qtbot, window, show, make_space, tmp_path):
    show(make_space(np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.5, 0.5], [0.2, 0.9]]), list("abcde")))
    judged = tmp_path / "pairs.tsv"
    judged.write_text("a\tb\t9.5\na\tc\t1\na\td\t6\nc\te\t8\nb\tunknown\t3\n", encoding="utf-8")
    window.operations.evaluate(judged)
    qtbot.waitUntil(lambda: window.findChild(object, "evaluation_table") is not None, timeout=10_000)
    table = window.findChild(object, "evaluation_table")
    assert table.item(0, 1).text() == "rho 1.000"
    assert table.item(0, 3).text() == "4 of 5 pairs"
    window.findChild(object, "evaluation_dialog").close()
    qtbot.waitUntil(lambda: not window.operations.jobs.alive(), timeout=10_000)
