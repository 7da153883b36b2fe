"""The axes: round numbers, evenly spaced, never over one another, and the ground they leave for the data."""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from embedviz.views import theme as themes
from embedviz.views.plot.axes import Axes
from embedviz.views.plot.camera import Camera
from embedviz.views.ticks import ticks


@pytest.mark.parametrize(
    ("low", "high", "most", "texts"),
    [
        (-3.2, 3.4, 8, ["−3", "−2", "−1", "0", "1", "2", "3"]),
        (0.0, 1.0, 6, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (-0.26, 0.01, 3, ["−0.2", "−0.1", "0"]),
        (999.0, 2501.0, 4, ["1000", "1500", "2000", "2500"]),
        (-2.1e30, 1e30, 4, ["−2e30", "−1e30", "0", "1e30"]),
        (1.2e-30, 2.1e-30, 2, ["1.5e−30", "2.0e−30"]),
        (1e6 + 0.5, 1e6 + 1.2, 3, ["1.0000005e6", "1.0000010e6"]),
        (1.0, 1.0, 5, []),
        (0.0, float("inf"), 5, []),
        (0.0, 1.0, 0, []),
    ],
)
def test_ticks_as_a_person_would_write_them(low, high, most, texts):
    assert [tick.text for tick in ticks(low, high, most)] == texts


@given(low=st.floats(-1e6, 1e6), size=st.floats(1e-6, 1e7), most=st.integers(1, 40))
def test_ticks_are_all_the_multiples_of_one_round_number_in_the_range(low, size, most):
    high = low + size
    found = ticks(low, high, most)
    assert len(found) <= most
    if len(found) < 2:
        assert most < 6
        return
    slack = Decimal(size * 1e-6 + abs(low) * 1e-14)
    values = [Decimal(tick.text.replace("−", "-")) for tick in found]
    steps = {after - before for before, after in pairwise(values)}
    assert len(steps) == 1
    step = steps.pop()
    assert step.normalize().as_tuple().digits in {(1,), (2,), (5,)}
    assert [tick.value for tick in found] == pytest.approx([float(value) for value in values], abs=float(slack))
    assert values[0] >= Decimal(low) - slack
    assert values[0] - step < Decimal(low) + slack
    assert values[-1] <= Decimal(high) + slack
    assert values[-1] + step > Decimal(high) - slack
    assert len(found) > most / 6 - 1


def drawn(axes, camera, ratio=1.0, size=(900, 600)):
    """The axes painted on a ground of another colour than the theme's: (picture, the ground that they leave)."""
    widget = QRectF(0, 0, *size)
    camera.set_ground(axes.ground(widget, camera))
    image = QImage(round(size[0] * ratio), round(size[1] * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor("#ff00ff"))
    with QPainter(image) as painter:
        axes.paint(painter, widget, camera)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return pixels[:, :, 2::-1].astype(int), camera.ground


@pytest.fixture
def axes(qapp):
    made, font = Axes(), QFont()
    font.setPixelSize(12)
    made.set_look(themes.LIGHT, font)
    made.set_titles("PC 1 (12.3 %)", "PC 2 (4.5 %)")
    return made


def test_without_titles_the_whole_widget_is_ground(axes):
    axes.set_titles("", "")
    assert axes.ground(QRectF(0, 0, 300, 200), Camera()) == QRectF(0, 0, 300, 200)


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
def test_ticks_stand_where_the_camera_puts_their_values(axes, ratio):
    camera = Camera()
    camera.show(QRectF(-3.2, -2, 6.4, 4))
    picture, ground = drawn(axes, camera, ratio)
    hairline = QColor(themes.LIGHT.hairline)
    row = picture[round(ground.bottom() * ratio) - math.ceil(2 * ratio)]
    inside = np.arange(len(row)) > (ground.left() + 8) * ratio
    columns = np.flatnonzero((row == [hairline.red(), hairline.green(), hairline.blue()]).all(axis=1) & inside)
    firsts = columns[np.diff(columns, prepend=-9) > 1]
    expected = [camera.to_pixel(tick.value, 0).x() * ratio for tick in axes._x_ticks(camera.shown, ground.width())]
    assert len(expected) >= 5
    assert np.abs(firsts - expected).max() <= 0.51
    middle = picture[round(ground.center().y() * ratio), round(ground.center().x() * ratio)]
    assert middle.tolist() == [255, 0, 255]


def test_numbers_keep_their_distance_however_long_they_are(axes):
    camera, metrics = Camera(), QFontMetricsF(axes._font)
    for center in (0.0, 12.5, 123456.5, -1e9):
        camera.show(QRectF(center - 1e-2, -1, 2e-2, 1e-2))
        drawn(axes, camera, size=(700, 400))
        places = [
            (camera.to_pixel(tick.value, 0).x(), metrics.horizontalAdvance(tick.text))
            for tick in axes._x_ticks(camera.shown, camera.ground.width())
        ]
        for (x, width), (after, next_width) in pairwise(places):
            assert x + width / 2 + 4 < after - next_width / 2


def test_the_ground_does_not_move_while_panning_and_keeps_the_room_it_needed(axes):
    camera = Camera()
    camera.show(QRectF(-1, -1, 2, 2))
    _, before = drawn(axes, camera)
    for _ in range(30):
        camera.move(0.03, 0.04)
        assert drawn(axes, camera)[1] == before
    camera.show(QRectF(0, 123.45678, 1e-4, 1e-4))
    _, wide = drawn(axes, camera)
    assert wide.left() > before.left()
    camera.show(QRectF(-1, -1, 2, 2))
    assert drawn(axes, camera)[1] == wide


def test_a_tiny_widget_still_has_a_ground(axes):
    for size in ((1, 1), (5, 300), (300, 5)):
        _, ground = drawn(axes, Camera(), size=size)
        assert ground.width() > 0
        assert ground.height() > 0
