"""Figures of three components, against the projection as it is documented, worked out in numpy."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from asked import Asked
from PIL import Image

from embedviz.errors import OptionError
from embedviz.raster import Camera, FigureContent, FigureSpec, color_by, render_figure
from embedviz.raster.coloring import with_alphas
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.projection import Projection
from embedviz.space.source import Source
from embedviz.space.table import Column

SVG = "{http://www.w3.org/2000/svg}"
SPEC = FigureSpec(size=(1280, 800), names=0, provenance=False, axes=(0, 1, 2))
# At unit 1, without ticks, title and origin, 20 pixels are left on each side of the frame.
LEFT, TOP, WIDTH, HEIGHT = 20, 20, 1240, 760
TURN, TILT = 40.0, 25.0


def content_of(points: np.ndarray) -> FigureContent:
    points = np.asarray(points, np.float32)
    names = [f"item {row}" for row in range(len(points))]
    space = EmbeddingSpace(points, Labels.from_strings(names), Source("made", "npy"))
    titles = ("one $x", "two", "three")
    return FigureContent(space, Projection(points, "made", titles))


@pytest.fixture
def cloud() -> FigureContent:
    return content_of(np.random.default_rng(5).normal(size=(50, 3)) * [3, 2, 1] + [10, -4, 2])


@pytest.fixture
def camera(cloud: FigureContent) -> Camera:
    return Camera.first(cloud.projection.points, 1, 1, turn=TURN, tilt=TILT)


def seen(points: np.ndarray, camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """Pixels of the sheet, and depths: to the middle, about y, about x, then smaller the farther from the eye."""
    turn, tilt = np.radians([TURN, TILT])
    about_y = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    low, high = np.percentile(points, [1, 99], axis=0)
    middle = (low + high) / 2
    radius = np.percentile(np.linalg.norm(points - middle, axis=1), 99)
    turned = (points - middle) @ about_y.T @ about_x.T
    depths = turned[:, 2] / radius
    grown = HEIGHT / (2.5 * radius) * 4 / (4 - depths)
    x = LEFT + WIDTH / 2 + camera.shift[0] * HEIGHT + turned[:, 0] * grown
    y = TOP + HEIGHT / 2 + camera.shift[1] * HEIGHT - turned[:, 1] * grown
    return np.column_stack([x, y]), depths


def drawn(content: FigureContent, path: Path, spec: FigureSpec) -> ElementTree.Element:
    render_figure(content, path, spec)
    return ElementTree.parse(path).getroot()


def circle(path: ElementTree.Element | None) -> tuple[float, float, float]:
    """Middle and radius."""
    assert path is not None
    corners = np.array(re.findall(r"-?[\d.]+", path.get("d", "")), float).reshape(-1, 2)
    low, high = corners.min(axis=0), corners.max(axis=0)
    return *((low + high) / 2).tolist(), float(high[0] - low[0]) / 2


def opacity(element: ElementTree.Element) -> float:
    said = re.search(r"fill-opacity: ([\d.]+)", element.get("style", ""))
    return float(said[1]) if said else 1.0


def circles(root: ElementTree.Element) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pixels (n, 2), radii and opacities of all circles, in the order in which they lie over each other."""
    found = []
    for group in root.iter(f"{SVG}g"):
        path = group.find(f"{SVG}defs/{SVG}path")
        alone = group.find(f"{SVG}path")  # a single circle is written where it stands
        if "PathCollection" not in group.get("id", "") or (path is None and alone is None):
            continue
        x, y, radius = circle(path if alone is None else alone)
        if alone is not None:
            found.append((x, y, radius, opacity(alone)))
        for use in group.iter(f"{SVG}use"):
            found.append((float(use.get("x", "nan")), float(use.get("y", "nan")), radius, opacity(use)))
    table = np.array(found) / (0.75, 0.75, 0.75, 1)  # points to pixels
    return table[:, :2], table[:, 2], table[:, 3]


def texts(root: ElementTree.Element) -> list[str]:
    return ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def test_shapes_stand_where_the_camera_sees_them_from_far_to_near(
    tmp_path: Path, cloud: FigureContent, camera: Camera
) -> None:
    root = drawn(cloud, tmp_path / "a.svg", replace(SPEC, camera=camera))
    places, depths = seen(cloud.projection.points.astype(float), camera)
    found, radii, opacities = circles(root)
    away = np.linalg.norm(found[:, None] - places[None], axis=2)
    rows = away.argmin(axis=1)
    inside = ((places > (LEFT, TOP)) & (places < (LEFT + WIDTH, TOP + HEIGHT))).all(axis=1)
    assert sorted(rows.tolist()) == np.flatnonzero(inside).tolist()
    assert len(rows) > 45
    assert away.min(axis=1).max() < 0.01
    steps = np.clip(np.floor(depths * 8 + 8), 0, 15)
    assert (np.diff(steps[rows]) >= 0).all()
    assert (np.diff(radii) >= -1e-6).all()
    assert (np.diff(opacities) >= -1e-6).all()
    # Half a step at most from the size that perspective gives.
    size = radii * (4 - depths[rows])
    assert size.max() / size.min() < 1.05


@pytest.mark.parametrize("scale", [1, 2])
def test_a_picture_has_ink_where_the_camera_sees_items(tmp_path: Path, scale: int) -> None:
    content = content_of([[3, 3, 2], [-3, 3, -2], [3, -3, 2], [-3, -3, -2], [3, 2, -3]])
    camera = Camera.first(content.projection.points, 1, 1, turn=TURN, tilt=TILT)
    spec = replace(SPEC, camera=camera, scale=scale, vector_points=0)
    render_figure(content, tmp_path / "a.png", spec)
    picture, places = pixels(tmp_path / "a.png"), seen(content.projection.points.astype(float), camera)[0]
    assert picture.shape == (800 * scale, 1280 * scale, 3)
    for x, y in places * scale:
        reach = 6 * scale
        around = picture[round(y) - reach : round(y) + reach, round(x) - reach : round(x) + reach]
        weight = np.clip(255 - around[..., 0] - 60.0, 0, None)  # the box and the axes are lighter
        lines, columns = np.indices(weight.shape)
        middle = np.array([(weight * columns).sum(), (weight * lines).sum()]) / weight.sum() + 0.5 - reach
        np.testing.assert_allclose(np.add(middle, (round(x), round(y))), (x, y), atol=0.8 * scale)


def test_the_first_look_is_that_of_the_window(tmp_path: Path, cloud: FigureContent) -> None:
    from embedviz.raster.solid import FIRST_TILT, FIRST_TURN

    camera = Camera.first(cloud.projection.points, 1, 1, turn=FIRST_TURN, tilt=FIRST_TILT)
    render_figure(cloud, tmp_path / "a.svg", SPEC)
    render_figure(cloud, tmp_path / "b.svg", replace(SPEC, camera=camera))
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_axes_are_named_and_numbers_left_out(tmp_path: Path, cloud: FigureContent) -> None:
    root = drawn(cloud, tmp_path / "a.svg", replace(SPEC, provenance=True, title="In space"))
    said = texts(root)
    assert {"one $x", "two", "three", "In space"} <= set(said)
    assert any("50 items × 3 dimensions" in text for text in said)
    assert len(said) == 3 + 2


def test_the_box_stands_behind_the_points(tmp_path: Path) -> None:
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    dense = np.concatenate([corners] * 40)
    spec = replace(SPEC, opacity=50.0, point_size=4.0)
    render_figure(content_of(dense), tmp_path / "full.png", spec)
    picture = pixels(tmp_path / "full.png")
    box = (picture.min(axis=2) < 250) & (picture.min(axis=2) > 215)
    assert box.sum() > 2000
    lens = Camera.first(content_of(dense).projection.points, 1, 1, turn=TURN, tilt=TILT)
    render_figure(content_of(dense), tmp_path / "turned.png", replace(spec, camera=lens))
    for x, y in np.round(seen(corners, lens)[0]).astype(int):
        disc = pixels(tmp_path / "turned.png")[y - 4 : y + 5, x - 4 : x + 5]
        assert np.abs(disc - disc[4, 4]).max() <= 2  # the edges of the box meet under it
    render_figure(content_of(dense), tmp_path / "clear.png", replace(spec, transparent=True))
    with Image.open(tmp_path / "clear.png") as image:
        laid = np.asarray(Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB"))
    assert np.abs(laid.astype(int) - picture).max() <= 4


def test_what_is_hidden_is_neither_drawn_nor_named_nor_marked(
    tmp_path: Path, cloud: FigureContent, camera: Camera
) -> None:
    codes = (np.arange(50) % 2).astype(np.int32)
    coloring = with_alphas(color_by(Column("category", codes, codes < 0, ("even", "odd")), dark=False), frozenset({1}))
    rows = np.array([4, 5, 6, 7])
    answer = Asked("item 2", None, (2,), rows, ("",) * 4, np.array([0.9, 0.8, 0.7, 0.6]))
    content = replace(cloud, coloring=coloring, answer=answer)
    for axes in ((0, 1, 2), (0, 1)):
        root = drawn(
            content, tmp_path / f"{len(axes)}.svg", replace(SPEC, axes=axes, names=50, legend=False, camera=camera)
        )
        named = {int(text.split()[1]) for text in texts(root) if text.startswith("item ")}
        assert named
        assert not any(row % 2 for row in named)
        # All places belong to even items.
        if len(axes) == 2:
            continue
        found, places = circles(root)[0], seen(cloud.projection.points.astype(float), camera)[0]
        rows_drawn = np.linalg.norm(found[:, None] - places[None], axis=2).argmin(axis=1)
        assert not (rows_drawn % 2).any()
        assert len(found) > 20


def test_bands_make_the_same_picture(tmp_path: Path, cloud: FigureContent, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = replace(SPEC, size=(400, 300), scale=2)
    render_figure(cloud, tmp_path / "whole.png", spec)
    monkeypatch.setattr("embedviz.raster.figure_points._BAND_PIXELS", 5_000)
    render_figure(cloud, tmp_path / "bands.png", spec)
    # Where a band begins a point may fall on the next eighth of a pixel.
    assert (np.abs(pixels(tmp_path / "whole.png") - pixels(tmp_path / "bands.png")).max(axis=2) > 24).mean() < 1e-3


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
@pytest.mark.parametrize(
    "points",
    [
        np.zeros((0, 3)),
        np.ones((1, 3)),
        np.full((300, 3), 2.5),
        [[1, 2, 3], [np.nan, 0, 0], [4, 5, 9], [np.inf, 1, 1]],
        [[1e30, 0, 1], [0, 1e30, 0], [1, 2, 3]],
        [[3.4e38, -3.4e38, 3.4e38], [-3.4e38, 3.4e38, -3.4e38]],
        [[1e-38, 0, 0], [0, 1e-38, 0]],
    ],
    ids=["none", "one", "same", "nan", "huge", "largest", "tiny"],
)
def test_any_coordinates_can_be_drawn(tmp_path: Path, suffix: str, points: np.ndarray) -> None:
    for vector_points in (0, 1000):
        spec = replace(SPEC, size=(300, 200), names=None, vector_points=vector_points)
        render_figure(content_of(points), tmp_path / f"a.{suffix}", spec, overwrite=True)
    assert (tmp_path / f"a.{suffix}").stat().st_size > 1000


def test_axes_that_are_not_there_or_too_many_are_said(tmp_path: Path, cloud: FigureContent) -> None:
    with pytest.raises(OptionError, match="two or three components, not 4"):
        FigureSpec(axes=(0, 1, 2, 0))
    with pytest.raises(OptionError, match=r"Axis 5.*axes 0 to 2"):
        render_figure(cloud, tmp_path / "a.png", replace(SPEC, axes=(0, 1, 5)))
    assert list(tmp_path.iterdir()) == []
