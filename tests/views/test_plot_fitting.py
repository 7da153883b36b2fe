"""The rectangle around all points, against plain minima and maxima."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz.views.plot.fitting import rectangle_around


@pytest.mark.parametrize("n", [2, 1023, 1024, 1025, 5000])
@pytest.mark.parametrize("bad", [False, True])
def test_it_holds_all_finite_points(n, bad):
    points = np.random.default_rng(n).normal(size=(n, 2)).astype(np.float32)
    kept = np.ones(n, bool)
    if bad:
        points[0, 1], points[n // 2, 0] = np.nan, np.inf
        kept[[0, n // 2]] = False
    found = rectangle_around(points)
    if not kept.any():
        assert found is None
        return
    (left, low), (right, high) = points[kept].min(axis=0), points[kept].max(axis=0)
    assert (found.left(), found.top(), found.right(), found.bottom()) == pytest.approx((left, low, right, high))


def test_of_none_there_is_none():
    assert rectangle_around(np.empty((0, 2), np.float32)) is None
    assert rectangle_around(np.full((2000, 2), np.nan, np.float32)) is None


def test_one_point_has_some_room():
    found = rectangle_around(np.array([[3, 4]], np.float32))
    assert found.width() > 0
    assert found.center().toTuple() == (3, 4)
