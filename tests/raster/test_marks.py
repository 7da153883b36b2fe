"""Marks of an answer, and the plane on which they lie, worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from asked import Asked

from embedviz.errors import OptionError
from embedviz.raster import axis_title, ghost_point, marks_of, plane_points
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.projection import Projection


def test_an_item_is_marked_where_it_lies(space: EmbeddingSpace, projection: Projection, item: Asked) -> None:
    marks = marks_of(space, projection, item)
    np.testing.assert_array_equal(marks.query_point, space.vectors[5, :2])
    np.testing.assert_array_equal(marks.neighbor_points, space.vectors[[7, 8, 9, 20], :2])
    np.testing.assert_allclose(marks.strengths, [1.0, 0.8, 0.6, 0.2])
    assert not marks.is_ghost
    np.testing.assert_array_equal(marks_of(space, projection, item, axes=(1, 0)).query_point, space.vectors[5, 1::-1])


def test_a_formula_under_cosine_gets_the_mean_length_of_its_inputs(
    space: EmbeddingSpace, projection: Projection, formula: Asked
) -> None:
    length = (np.linalg.norm(space.vectors[1]) + np.linalg.norm(space.vectors[2])) / 2
    np.testing.assert_allclose(ghost_point(space, projection, formula), [0.6 * length, 0], rtol=1e-6)
    np.testing.assert_allclose(ghost_point(space, projection, replace(formula, metric="dot")), [0.6, 0])
    marks = marks_of(space, projection, formula)
    assert marks.is_ghost
    np.testing.assert_allclose(marks.query_point, [0.6 * length, 0], rtol=1e-6)


def test_strengths_of_distances_fall_with_the_distance(
    space: EmbeddingSpace, projection: Projection, item: Asked
) -> None:
    near_first = replace(item, metric="euclidean", scores=np.array([1.0, 2.0, 3.0, 5.0]))
    np.testing.assert_allclose(marks_of(space, projection, near_first).strengths, [1.0, 0.8, 0.6, 0.2])
    equal = replace(item, scores=np.full(4, 0.3))
    assert marks_of(space, projection, equal).strengths.tolist() == [1, 1, 1, 1]


def test_what_cannot_be_placed_has_no_mark(space: EmbeddingSpace, projection: Projection, formula: Asked) -> None:
    assert ghost_point(space, replace(projection, mean=None), formula) is None
    assert marks_of(space, replace(projection, mean=None), formula).query_point is None
    nowhere = replace(formula, is_formula=False, inputs=(4,))
    assert marks_of(space, projection, nowhere).query_point is None
    none = replace(formula, rows=np.empty(0, np.int64), scores=np.empty(0), labels=())
    assert marks_of(space, projection, none).neighbor_points.shape == (0, 2)


def test_planes_and_their_titles(projection: Projection) -> None:
    np.testing.assert_array_equal(plane_points(projection, (1, 0)), projection.points[:, ::-1])
    assert axis_title(projection, 0) == "PC 1 (60.0 %)"
    line = Projection(projection.points[:, :1].copy(), "pca", ("PC 1",))
    assert not plane_points(line)[:, 1].any()
    assert (axis_title(line, 0), axis_title(line, 1)) == ("PC 1", "")
    with pytest.raises(OptionError, match=r"Axis 2.*axes 0 to 1"):
        plane_points(projection, (0, 2))


def test_a_plane_is_laid_out_once() -> None:
    points = np.random.default_rng(3).normal(size=(20_000, 4)).astype(np.float32)
    projection = Projection(points, "pca", ("a", "b", "c", "d"))
    plane = plane_points(projection, (2, 0))
    np.testing.assert_array_equal(plane, points[:, [2, 0]])
    assert plane_points(projection, (2, 0)) is plane
    assert plane_points(projection, (2, 0, 1)) is plane
    np.testing.assert_array_equal(plane_points(projection), points[:, :2])
    assert list(projection.planes) == [(0, 1)]
    assert not plane.flags.writeable
