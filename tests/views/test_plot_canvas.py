"""The canvas: what Qt paints and what the raster writes are one picture, whatever else is done with it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPicture

from embedviz.views.plot.canvas import Canvas
from embedviz.views.plot.frame import frame_of

AREA = QRectF(10, 20, 41, 33)
RED = [0, 0, 255, 255]


@pytest.fixture
def canvas(qapp) -> Canvas:
    canvas = Canvas(is_opaque=True)
    canvas.fit(frame_of(AREA, AREA, 1.0))
    return canvas


def shown(canvas: Canvas) -> np.ndarray:
    """What it brings to a widget of 100 x 80."""
    widget = QImage(100, 80, QImage.Format.Format_RGB32)
    widget.fill(QColor("white"))
    with QPainter(widget) as painter:
        canvas.show(painter)
    return np.frombuffer(widget.constBits(), np.uint8).reshape(80, 100, 4).copy()


def test_qt_and_the_raster_draw_on_one_picture(canvas):
    canvas.pixels[:] = (0, 255, 0, 255)
    with canvas.painter() as painter:
        painter.fillRect(QRectF(20, 25, 5, 5), QColor("red"))
    assert canvas.pixels[5, 10].tolist() == RED
    picture = shown(canvas)
    assert picture[25, 20].tolist() == RED
    assert picture[20, 10].tolist() == picture[52, 50].tolist() == [0, 255, 0, 255]
    assert picture[19, 10].tolist() == picture[53, 50].tolist() == [255, 255, 255, 255]


def test_nothing_of_a_memory_that_was_not_painted_is_shown(canvas):
    for size in (700, 300, 701):
        area = QRectF(0, 0, size, size)
        canvas.fit(frame_of(area, area, 1.0))
        assert not canvas.pixels.any()
        canvas.pixels[:] = 99


def test_it_goes_on_where_somebody_keeps_a_picture_of_it(canvas):
    page = QPicture()
    with QPainter(page) as painter:
        canvas.show(painter)
    kept = QImage(canvas.image)
    canvas.fit(canvas.frame)
    with canvas.painter() as painter:
        painter.fillRect(AREA, QColor("red"))
    assert (canvas.pixels == RED).all()
    assert shown(canvas)[30, 30].tolist() == RED
    assert not kept.isNull()


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
def test_it_covers_whole_device_pixels(qapp, ratio):
    area, canvas = QRectF(57, 0, 101, 83), Canvas(is_opaque=True)
    canvas.fit(frame_of(area, area, ratio))
    height, width = canvas.pixels.shape[:2]
    left, top = canvas.corner.tolist()
    assert left <= 57 * ratio < left + 1
    assert top == 0
    assert left + width - 1 < 158 * ratio <= left + width
    assert height - 1 < 83 * ratio <= height
    with canvas.painter() as painter:
        painter.fillRect(area, QColor("red"))
    assert (canvas.pixels[1:-1, 1:-1] == RED).all()


def test_a_clear_one_lets_what_lies_under_it_through(qapp):
    canvas = Canvas.clear(AREA, 1.0)
    with canvas.painter() as painter:
        painter.fillRect(QRectF(20, 25, 5, 5), QColor("red"))
    picture = shown(canvas)
    assert picture[25, 20].tolist() == RED
    assert picture[40, 40].tolist() == [255, 255, 255, 255]
    assert canvas.image.size().toTuple() == (41, 33)
    assert canvas.image.rect().contains(QPoint(0, 0))
