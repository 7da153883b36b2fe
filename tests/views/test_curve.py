"""The chart of the training: its marks, what it draws, what it reads out."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from embedviz.raster.palettes import class_palette
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


def test_lines_of_different_lengths_share_the_chart(curve):
    long, short = Line.numbered(0, "long", (4.0, 3.0, 2.0, 1.0)), Line.numbered(1, "short", (5.0, 4.5))
    curve.show_lines([long, short])
    assert (curve.n_epochs, curve.last_epoch) == (4, 4)
    assert curve.accessibleDescription() == "loss: 4 epochs; epoch 4 · long 1.000"
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Left):
        QTest.keyClick(curve, key)
    assert curve.readout == "epoch 2 · long 3.000 · short 4.500"


def test_many_lines_differ_in_colour_or_pen(curve):
    many = [Line.numbered(number, f"run {number}", (1.0, float(number))) for number in range(40)]
    assert len({(line.role, line.style) for line in many}) == 40
    assert len({line.role for line in many}) == 8
    assert len({line.style for line in many[:5]}) == 5
    curve.show_lines(many)
    curve.grab()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_numbered_lines_have_the_colours_of_classes(curve, theme):
    curve._appearance.set_theme(theme)
    curve.show_lines([Line.numbered(number, f"run {number}", (1.0, float(number))) for number in range(3)])
    palette = class_palette(8, dark=theme == "dark")
    assert {QColor(*map(int, color)).name() for color in palette[:3]} <= painted_colors(curve)


def test_epochs_may_begin_before_training_and_a_click_chooses_one(qtbot, curve):
    curve.show_lines([Line.numbered(0, "cosine", (0.0, 0.5, math.nan, 1.0))], first=0)
    assert curve.last_epoch == 3
    QTest.keyClick(curve, Qt.Key.Key_Left)
    QTest.keyClick(curve, Qt.Key.Key_Left)
    assert curve.readout == "epoch 2 · cosine –"
    with qtbot.waitSignal(curve.epoch_chosen) as chosen:
        QTest.keyClick(curve, Qt.Key.Key_Return)
    assert chosen.args == [2]
    curve.resize(400, 150)
    with qtbot.waitSignal(curve.epoch_chosen) as chosen:
        QTest.mouseClick(curve, Qt.MouseButton.LeftButton, pos=QPoint(50, 70))
    assert chosen.args == [0]


def test_the_legend_gives_way_to_lines_that_run_below_it(curve):
    curve.resize(260, 150)
    falling, rising = (3.0, 2.0, 1.5, 1.2, 1.1), (1.1, 1.2, 1.5, 2.0, 3.0)
    area = QRectF(40, 20, 200, 100)
    for values, is_right in ((falling, True), (rising, False)):
        curve.show_lines([Line("a", "query", values), Line("b", "muted", values)])
        box = curve._emptiest(area, 90, 34)
        assert (box.left() > area.left()) == is_right
        assert area.contains(box)
        assert not any(box.contains(place) for line in curve.lines for place in curve._places_along(area, line))


def test_the_frame_of_the_focused_one_crosses_no_words(curve):
    curve.resize(260, 150)
    curve.show_lines([Line("a", "query", (3.0, 2.0))])
    curve.clearFocus()
    picture = curve.grab().toImage()
    ground = picture.pixelColor(1, 1)
    edge = [(x, y) for x in range(260) for y in (0, 1, 148, 149)] + [(x, y) for x in (0, 1) for y in range(150)]
    assert all(picture.pixelColor(x, y) == ground for x, y in edge)
