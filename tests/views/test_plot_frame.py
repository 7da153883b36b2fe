"""The frame: whole device pixels under any scaling, and every data point where Qt would draw it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from embedviz.views.plot.frame import frame_of

RECT = QRectF(-2.0, 10.0, 8.0, 5.0)


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
@pytest.mark.parametrize("place", [(0, 0, 400, 300), (61, 13, 701, 403), (61.5, 12.25, 700.3, 402.7)])
def test_the_picture_covers_whole_device_pixels(ratio, place):
    frame = frame_of(RECT, QRectF(*place), ratio)
    left, top, width, height = (number * ratio for number in place)
    x0, y0 = frame.origin.x() * ratio, frame.origin.y() * ratio
    assert x0 == pytest.approx(round(x0), abs=1e-9)
    assert y0 == pytest.approx(round(y0), abs=1e-9)
    for start, end, shown, size in (
        (left, left + width, x0, frame.viewport.width),
        (top, top + height, y0, frame.viewport.height),
    ):
        assert -1e-5 <= start - shown < 1
        assert -1e-5 <= shown + size - end < 1


@given(
    ratio=st.sampled_from([1.0, 1.25, 1.5, 1.75, 2.0, 3.0]),
    left=st.floats(0, 500),
    top=st.floats(0, 500),
    width=st.floats(2, 3000),
    height=st.floats(2, 3000),
    x=st.floats(0, 1),
    y=st.floats(0, 1),
)
def test_a_data_point_falls_on_the_pixel_where_qt_draws_it(ratio, left, top, width, height, x, y):
    ground = QRectF(left, top, width, height)
    frame = frame_of(RECT, ground, ratio)
    point = QPointF(RECT.left() + x * RECT.width(), RECT.top() + y * RECT.height())
    at = QPointF(ground.left() + x * ground.width(), ground.bottom() - y * ground.height())
    (px,), (py,) = frame.viewport.exact_pixels(np.array([[point.x(), point.y()]]))
    assert px + frame.origin.x() * ratio == pytest.approx(at.x() * ratio, abs=1e-3)
    assert py + frame.origin.y() * ratio == pytest.approx(at.y() * ratio, abs=1e-3)


@pytest.mark.parametrize(
    "ground", [QRectF(0, 0, 0, 0), QRectF(3, 4, 1e-12, 9), QRectF(0, 0, float("nan"), 5), QRectF(0, 0, float("inf"), 5)]
)
def test_where_nothing_is_to_be_drawn_there_is_no_frame(ground):
    assert frame_of(RECT, ground, 1.25) is None
