"""The chart of the training: its marks, what it draws, what it reads out."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from embedviz.settings import Settings
from embedviz.views.appearance import Appearance
from embedviz.views.train.curve import Curve, Line, whole_ticks


@pytest.mark.parametrize(
    ("last", "most", "expected"),
    [(0, 4, []), (3, 4, [1, 2, 3]), (5, 4, [2, 4]), (1000, 5, [200, 400, 600, 800, 1000])],
)
def test_epochs_are_whole(last, most, expected):
    assert whole_ticks(last, most) == expected


@pytest.fixture
def curve(qtbot, qapp):
    made = Curve("loss", Appearance(qapp, Settings(theme="light")))
    qtbot.addWidget(made)
    made.resize(300, 150)
    made.show()
    yield made
    qapp.setStyleSheet("")


def lines(*values: float) -> tuple[Line, ...]:
    return (Line("training", "neighbor", values), Line("held-out", "query", values[::-1], Qt.PenStyle.DashLine))


def painted_colors(curve: Curve) -> set[str]:
    image = curve.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_lines_are_drawn_in_the_colours_of_the_theme(curve):
    theme = curve._appearance.theme
    wanted = {QColor(theme.neighbor).name(), QColor(theme.query).name()}
    assert not wanted & painted_colors(curve)
    curve.show_lines(lines(3.0, 2.0, 1.5))
    assert wanted <= painted_colors(curve)


def test_the_text_for_screen_readers_has_the_last_values(curve):
    assert curve.accessibleDescription() == "loss: no epochs yet"
    curve.show_lines(lines(3.0, 2.0, 1.5))
    assert curve.accessibleDescription() == "loss: 3 epochs; epoch 3 · training 1.500 · held-out 3.000"


def test_the_cursor_and_the_arrows_read_an_epoch(curve):
    curve.show_lines(lines(3.0, 2.0, 1.5))
    QTest.mouseMove(curve, QPoint(295, 70))
    assert curve.readout == "epoch 3 · training 1.500 · held-out 3.000"
    QTest.keyClick(curve, Qt.Key.Key_Left)
    QTest.keyClick(curve, Qt.Key.Key_Left)
    QTest.keyClick(curve, Qt.Key.Key_Left)
    assert curve.readout.startswith("epoch 1 ")
    QTest.keyClick(curve, Qt.Key.Key_Escape)
    assert curve.readout == ""


@pytest.mark.parametrize("values", [(1.0,), (2.0, 2.0), (math.nan, 1.0, math.inf), (math.nan,), (1e9, 1e-9)])
def test_odd_values_are_drawn_too(curve, values):
    curve.show_lines(lines(*values))
    curve.grab()
    assert curve.n_epochs == len(values)
