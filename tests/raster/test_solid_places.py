"""Where items in space are seen, and which lie where, against the slow answers."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz import kernels
from embedviz.errors import OptionError
from embedviz.progress import finish
from embedviz.raster import Camera, SolidPlaces, nearest_solid, project_solid
from embedviz.raster.plane import is_solid, solid_points
from embedviz.raster.solid import SOLID_KERNELS, projected
from embedviz.space.projection import Projection


@pytest.fixture
def cloud():
    points = np.random.default_rng(3).standard_normal((5000, 3)).astype(np.float32) * [3, 2, 1]
    points[::50, 0], points[1::70] = np.nan, 1e30
    return points.astype(np.float32)


@pytest.mark.parametrize("distance", [None, 4.0])
def test_kernels_see_what_numpy_sees(cloud, distance, monkeypatch):
    finish(kernels.load((SOLID_KERNELS,)))
    camera = Camera.around(cloud, 300, 200, distance=distance).turned(70, -30).shifted(5, 9)
    compiled = projected(cloud, camera, 300, 200)
    monkeypatch.setattr(kernels, "loaded", lambda name: None)
    plain = projected(cloud, camera, 300, 200)
    exact, depth = project_solid(cloud, camera, 300, 200)
    near = np.isfinite(exact).all(axis=1) & (np.abs(exact) < 1e4).all(axis=1)
    for places, depths, steps in (compiled, plain):
        np.testing.assert_allclose(places[near, 0], exact[near, 0], atol=0.01)
        np.testing.assert_allclose(200 - places[near, 1], exact[near, 1], atol=0.01)
        np.testing.assert_allclose(depths[near], depth[near], atol=1e-4)
        assert (np.abs(steps[near] - np.clip(depth[near] * 8 + 8, 0, 15).astype(int)) <= 1).all()


def test_the_nearest_is_the_one_a_slow_search_finds(cloud):
    camera = Camera.around(cloud, 300, 200).turned(70, -30)
    places = SolidPlaces(cloud, camera, 300, 200)
    for px, py in np.random.default_rng(0).uniform(-20, 320, (200, 2)):
        assert places.nearest(px, py, 6.0) == nearest_solid(cloud, camera, 300, 200, px, py, 6.0)


def test_rectangles_and_brushes_agree_with_numpy(cloud):
    camera = Camera.around(cloud, 300, 200).turned(-20, 60)
    places = SolidPlaces(cloud, camera, 300, 200)
    exact = project_solid(cloud, camera, 300, 200)[0]
    inside = (exact >= [90, 60]).all(axis=1) & (exact <= [200, 140]).all(axis=1)
    assert places.in_rectangle(90, 200, 60, 140).tolist() == np.flatnonzero(inside).tolist()
    brushed = np.hypot(exact[:, 0] - np.clip(exact[:, 0], 60, 220), exact[:, 1] - 110) <= 12.5
    assert places.under_brush(np.array([[60, 110], [220, 110.0]]), 12.5).tolist() == np.flatnonzero(brushed).tolist()
    diamond = np.array([[150, 40], [240, 100], [150, 160], [60, 100.0]])
    expected = np.abs(exact[:, 0] - 150) / 90 + np.abs(exact[:, 1] - 100) / 60 < 1
    assert places.in_polygon(diamond).tolist() == np.flatnonzero(expected).tolist()


def test_three_axes_are_taken_in_their_order():
    projection = Projection(np.arange(20, dtype=np.float32).reshape(4, 5), "made", ("a", "b", "c", "d", "e"))
    assert np.array_equal(solid_points(projection, (4, 0, 2)), projection.points[:, [4, 0, 2]])
    assert is_solid(projection, (4, 0, 2))
    assert not is_solid(projection, (0, 1))
    assert not is_solid(None, (0, 1, 2))
    for axes in ((0, 1), (0, 1, 5)):
        with pytest.raises(OptionError):
            solid_points(projection, axes)
