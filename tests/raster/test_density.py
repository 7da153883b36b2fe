"""Density against the true number of items within the radius."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from embedviz.progress import finish
from embedviz.raster.density import NEAR_SHARE, density_steps


def test_density_counts_about_as_many_as_there_are_within_the_radius() -> None:
    random = np.random.default_rng(0)
    points = np.concatenate([random.normal(0, 0.2, (20_000, 2)), random.uniform(-2, 2, (20_000, 2))]).astype(np.float32)
    near = finish(density_steps(points))
    low, high = np.percentile(points, [0.1, 99.9], axis=0)
    radius = NEAR_SHARE * 1.1 * (high - low).max()
    tree = cKDTree(points.astype(np.float64))
    true = np.array([len(found) for found in tree.query_ball_point(points.astype(np.float64), radius)])
    assert np.corrcoef(np.log(near), np.log(true))[0, 1] > 0.97
    crowded = true > 50
    assert near[crowded].mean() == pytest.approx(true[crowded].mean(), rel=0.05)
    assert near.min() >= 1


def test_odd_points() -> None:
    assert finish(density_steps(np.zeros((0, 2), np.float32))).shape == (0,)
    assert finish(density_steps(np.ones((1, 2), np.float32))).tolist() == [1.0]
    same = finish(density_steps(np.full((500, 2), 3.0, np.float32)))
    assert same == pytest.approx(same[0])
    assert 200 < same[0] <= 510
    points = np.random.default_rng(1).normal(size=(5_000, 2)).astype(np.float32)
    points[7] = np.nan
    points[8] = 1e30
    near = finish(density_steps(points))
    assert np.isnan(near[7])
    assert near[8] == 1
    assert np.nanmax(near) > 5
