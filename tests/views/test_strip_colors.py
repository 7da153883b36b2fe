"""A vector as colours: the ground at zero, full colour at the largest absolute value, square roots between."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor

from embedviz.views.strip import strip_colors

GROUND, NEGATIVE, POSITIVE = QColor(200, 100, 0), QColor(0, 0, 100), QColor(100, 200, 50)


def colors(*values: float) -> list[list[int]]:
    return strip_colors(np.array(values, np.float32), GROUND, NEGATIVE, POSITIVE).tolist()


def test_the_ends_and_zero_are_the_given_colours_in_bgra():
    assert colors(2.0, -2.0, 0.0) == [[50, 200, 100, 255], [100, 0, 0, 255], [0, 100, 200, 255]]


def test_a_quarter_of_the_largest_is_half_the_way():
    # sqrt(1/4) = 1/2: half way from the ground (b 0, g 100, r 200) to each end
    assert colors(4.0, 1.0, -1.0)[1:] == [[25, 150, 150, 255], [50, 50, 100, 255]]


def test_a_negative_largest_value_scales_as_well():
    assert colors(-4.0, 1.0) == [[100, 0, 0, 255], [25, 150, 150, 255]]


def test_zero_vectors_and_what_is_not_finite_are_ground():
    ground = [0, 100, 200, 255]
    assert colors(0.0, 0.0) == [ground, ground]
    assert colors(np.nan, np.inf, -np.inf, 1.0) == [ground, ground, ground, [50, 200, 100, 255]]
    assert colors() == []


def test_the_smallest_numbers_do_not_overflow():
    assert colors(1e-45, -1e-45) == [[50, 200, 100, 255], [100, 0, 0, 255]]
    assert colors(3e38, 0.0) == [[50, 200, 100, 255], [0, 100, 200, 255]]
