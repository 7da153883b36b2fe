"""A training that has no loss, shown: its table, curves and sentence say what there is, and a dash for the rest."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from embedviz.space.run import EpochRecord
from embedviz.training import TrainingOptions
from embedviz.views.train.epoch_model import cells

WORDS = ("cat", "dog", "cow", "hen", "red", "blue", "green", "grey")


def test_a_figure_that_is_not_there_is_a_dash() -> None:
    record = EpochRecord(1, math.nan, math.nan, 0.75, math.nan, 2e6, "Counted.")
    assert cells(record) == ("1", "–", "–", "75.0 %", "–", "2.00 M")


def test_counted_vectors_are_shown_with_what_is_known_of_them(qtbot, window, tmp_path) -> None:
    rng = np.random.default_rng(4)
    path = tmp_path / "story.txt"
    path.write_text("\n".join(" ".join(rng.choice(WORDS, 8)) for _ in range(200)), encoding="utf-8")
    operations = window.operations
    operations.set_mode("train")
    with qtbot.waitSignal(operations.training_ended, timeout=60_000):
        operations.train(str(path), TrainingOptions(algorithm="ppmi-svd", n_dims=4, min_count=1, subsample=0.0))
    page = window.drawer.training_page
    run = window.session.state.space.source.run
    model = page.epoch_table.model()
    row = [model.index(0, column).data() for column in range(model.columnCount())]
    assert row[:2] == ["1", "–"]
    assert row[3] == f"{100 * run.epochs[0].accuracy:.1f} %"
    assert page.sentence.text() == run.epochs[0].sentence
    assert "directions hold" in run.epochs[0].sentence
    assert page.loss_plot.accessibleDescription().endswith("epoch 1 · training – · held-out –")
    QTest.mouseMove(page.loss_plot, page.loss_plot.rect().center())
    page.loss_plot.setFocus()
    QTest.keyClick(page.loss_plot, Qt.Key.Key_Right)
    assert "nan" not in page.loss_plot.readout
    page.grab()
    said = f"Trained 8 words by ppmi-svd; accuracy {100 * run.epochs[0].accuracy:.1f} %."
    assert window.message_bar.message_line.text() == said
