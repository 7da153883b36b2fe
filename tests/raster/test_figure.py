"""Marks of an answer, and whole figures read back from their PNG."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from embedviz.errors import OptionError, OutputError
from embedviz.raster import axis_title, color_by, ghost_point, marks_of, plane_points, render_figure
from embedviz.raster.figure_sheet import on_ground, plain_line
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.projection import Projection
from embedviz.space.source import Source
from embedviz.space.table import Column


@dataclass(frozen=True)
class Asked:
    """An answer as the drawing reads it."""

    text: str
    vector: np.ndarray | None
    inputs: tuple[int, ...]
    rows: np.ndarray
    labels: tuple[str, ...]
    scores: np.ndarray
    metric: str = "cosine"
    exact: bool = True
    is_formula: bool = False


@pytest.fixture
def space() -> EmbeddingSpace:
    vectors = np.random.default_rng(0).standard_normal((300, 3)).astype(np.float32) * [3, 2, 1]
    labels = [f"item {row}" for row in range(300)]
    labels[7], labels[8], labels[9] = "$\\frac{bad$ 日本 \n\0" + "x" * 200, "", "עברית"
    vectors[4] = np.nan
    return EmbeddingSpace(vectors, Labels.from_strings(labels), Source("little\nfile", "npy"))


@pytest.fixture
def projection(space: EmbeddingSpace) -> Projection:
    # The first two coordinates as they are: every place in the figure can be worked out by hand.
    return Projection(
        space.vectors[:, :2].copy(),
        "pca",
        ("PC 1", "PC 2"),
        mean=np.zeros(3),
        components=np.eye(3)[:2],
        explained_variance=np.array([9.0, 4.0]),
        explained_variance_ratio=np.array([0.6, 0.25]),
    )


@pytest.fixture
def item() -> Asked:
    rows = np.array([7, 8, 9, 20])
    return Asked("item 5", None, (5,), rows, ("", "", "", ""), np.array([0.9, 0.7, 0.5, 0.1]))


@pytest.fixture
def formula(item: Asked) -> Asked:
    return replace(item, text="item 1 + item 2", vector=np.array([0.6, 0.0, 0.8]), inputs=(1, 2), is_formula=True)


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
    with pytest.raises(OptionError, match=r"Axis 3.*has 2"):
        plane_points(projection, (0, 2))


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def amount(picture: np.ndarray, color: tuple[int, int, int]) -> int:
    return int((np.abs(picture - color).max(axis=2) <= 12).sum())


@pytest.mark.parametrize(("dark", "query", "ground"), [(False, 0xD55E00, 0xFFFFFF), (True, 0xFF9D5C, 0x121519)])
def test_a_figure_shows_the_answer_in_its_colors(
    tmp_path: Path, space: EmbeddingSpace, projection: Projection, formula: Asked, dark: bool, query: int, ground: int
) -> None:
    render_figure(space, projection, tmp_path / "plain.png", size=(640, 400), dark=dark)
    render_figure(space, projection, tmp_path / "asked.png", size=(640, 400), dark=dark, answer=formula, title="Ask $x")
    plain, asked = pixels(tmp_path / "plain.png"), pixels(tmp_path / "asked.png")
    assert plain.shape == asked.shape == (400, 640, 3)
    orange, white = ((color >> 16, color >> 8 & 255, color & 255) for color in (query, ground))
    assert amount(plain, orange) == 0
    assert amount(asked, orange) > 30
    assert amount(plain, white) > 80_000
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["asked.png", "plain.png"]


def test_points_lie_exactly_under_the_axes(tmp_path: Path) -> None:
    vectors = np.array([[0, 0], [1, 1], [0.25, 0.75]], np.float32)
    space = EmbeddingSpace(vectors, Labels.from_strings("abc"), Source("three", "npy"))
    projection = Projection(vectors.copy(), "pca", ("x", "y"))
    render_figure(space, projection, tmp_path / "a.png", size=(1280, 800))
    picture = pixels(tmp_path / "a.png")
    # At unit 1 the frame spans x 76..1260 and y 20..708; the margins are 4 % of its height on each end, and a unit is
    # as long to the right as upwards.
    for x, y in vectors:
        column, row = 76 + 1184 / 2 + 688 * (x - 0.5) / 1.08, 20 + 688 * (1.04 - y) / 1.08
        around = picture[round(row) - 12 : round(row) + 12, round(column) - 12 : round(column) + 12]
        marked = np.argwhere(np.abs(around - 255).max(axis=2) > 60)
        np.testing.assert_allclose(
            marked.mean(axis=0) + 0.5 + (round(row) - 12, round(column) - 12), (row, column), atol=0.6
        )


def test_a_legend_shows_every_class_color(tmp_path: Path, space: EmbeddingSpace, projection: Projection) -> None:
    codes = (np.arange(300) % 3).astype(np.int32)
    coloring = color_by(Column("category", codes, codes < 0, ("a", "b$", "c" * 80)), dark=False)
    render_figure(space, projection, tmp_path / "a.png", size=(800, 500), coloring=coloring, legend_title="kind")
    column = pixels(tmp_path / "a.png")[:, 680:]
    for entry in coloring.legend.entries:
        assert amount(column, entry.color) > 20
    scale = color_by(Column("number", np.arange(300.0), np.zeros(300, bool)), dark=True)
    render_figure(space, projection, tmp_path / "b.png", size=(800, 500), coloring=scale, dark=True)
    column = pixels(tmp_path / "b.png")[:, 670:]
    for color in scale.legend.colors[5:-5:40]:
        assert amount(column, color) > 5


def test_one_item_and_one_component(tmp_path: Path, item: Asked) -> None:
    space = EmbeddingSpace(np.ones((1, 2), np.float32), Labels.from_strings(["only"]), Source("one", "npy"))
    projection = Projection(np.zeros((1, 1), np.float32), "pca", ("PC 1",))
    alone = replace(item, inputs=(0,), rows=np.empty(0, np.int64), scores=np.empty(0), labels=())
    render_figure(space, projection, tmp_path / "a.png", size=(300, 200), answer=alone)
    assert amount(pixels(tmp_path / "a.png"), (0xD5, 0x5E, 0)) > 20


def test_bad_places_and_sizes_are_refused(tmp_path: Path, space: EmbeddingSpace, projection: Projection) -> None:
    with pytest.raises(OutputError, match=r"\.png"):
        render_figure(space, projection, tmp_path / "a.svg")
    with pytest.raises(OptionError, match="10 x 10"):
        render_figure(space, projection, tmp_path / "a.png", size=(10, 10))
    with pytest.raises(OutputError, match="no folder"):
        render_figure(space, projection, tmp_path / "none" / "a.png", size=(300, 200))
    assert list(tmp_path.iterdir()) == []


def test_text_is_one_plain_line() -> None:
    assert plain_line("a\nb\0c\u202e") == "a b c"
    assert plain_line("x" * 60) == "x" * 39 + "…"


def test_a_picture_laid_on_a_ground() -> None:
    picture = np.array([[[0, 0, 0, 0], [10, 20, 128, 128], [1, 2, 3, 255]]], np.uint8)
    laid = on_ground(picture, (255, 255, 255))
    assert laid.tolist() == [[[255, 255, 255], [255, 147, 137], [3, 2, 1]]]
