"""Whole figures read back from their PNG."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from asked import Asked
from PIL import Image

from embedviz.errors import OptionError, OutputError
from embedviz.progress import Steps
from embedviz.raster import (
    FigureContent,
    FigureSpec,
    color_by,
    draw_figure_steps,
    render_figure,
    save_figure_steps,
)
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.projection import Projection
from embedviz.space.source import Source
from embedviz.space.table import Column


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def alphas(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        assert image.mode == "RGBA"
        return np.asarray(image)[..., 3]


def amount(picture: np.ndarray, color: tuple[int, int, int]) -> int:
    return int((np.abs(picture - color).max(axis=2) <= 12).sum())


def plain_space(vectors: np.ndarray, labels: list[str] | None = None) -> FigureContent:
    """Items whose first two coordinates are where they are drawn."""
    names = labels or [f"item {row}" for row in range(len(vectors))]
    space = EmbeddingSpace(np.asarray(vectors, np.float32), Labels.from_strings(names), Source("made", "npy"))
    return FigureContent(space, Projection(space.vectors[:, :2].copy(), "pca", ("x", "y")))


@pytest.mark.parametrize(("dark", "query", "ground"), [(False, 0xD55E00, 0xFFFFFF), (True, 0xFF9D5C, 0x121519)])
def test_a_figure_shows_the_answer_in_its_colors(
    tmp_path: Path, space: EmbeddingSpace, projection: Projection, formula: Asked, dark: bool, query: int, ground: int
) -> None:
    spec = FigureSpec(size=(640, 400), scale=2, dark=dark, title="Ask $x")
    render_figure(FigureContent(space, projection), tmp_path / "plain.png", spec)
    render_figure(FigureContent(space, projection, formula), tmp_path / "asked.png", spec)
    plain, asked = pixels(tmp_path / "plain.png"), pixels(tmp_path / "asked.png")
    assert plain.shape == asked.shape == (800, 1280, 3)
    orange, bare = ((color >> 16, color >> 8 & 255, color & 255) for color in (query, ground))
    assert amount(plain, orange) == 0
    assert amount(asked, orange) > 30
    assert amount(plain, bare) > 80_000
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["asked.png", "plain.png"]


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_points_lie_exactly_under_the_axes(tmp_path: Path, scale: int) -> None:
    vectors = np.array([[0, 0], [1, 1], [0.25, 0.75]], np.float32)
    render_figure(plain_space(vectors), tmp_path / "a.png", FigureSpec(size=(1280, 800), scale=scale, names=0))
    picture = pixels(tmp_path / "a.png")
    assert picture.shape == (800 * scale, 1280 * scale, 3)
    # At unit 1 the frame spans x 76..1260 and y 20..708; the margins are 4 % of its height on each end, and a unit is
    # as long to the right as upwards.
    reach = 12 * scale
    for x, y in vectors:
        column, row = scale * (76 + 1184 / 2 + 688 * (x - 0.5) / 1.08), scale * (20 + 688 * (1.04 - y) / 1.08)
        around = picture[round(row) - reach : round(row) + reach, round(column) - reach : round(column) + reach]
        marked = np.argwhere(np.abs(around - 255).max(axis=2) > 60)
        middle = marked.mean(axis=0) + 0.5 + (round(row) - reach, round(column) - reach)
        np.testing.assert_allclose(middle, (row, column), atol=0.6)


def test_the_part_that_is_wished_is_seen_whole(tmp_path: Path) -> None:
    vectors = np.array([[0, 0], [10, 10], [11, 10]], np.float32)
    spec = FigureSpec(size=(1280, 800), names=0, shown=(9.0, 12.0, 9.0, 11.0))
    render_figure(plain_space(vectors), tmp_path / "a.png", spec)
    inside = pixels(tmp_path / "a.png")[21:707, 78:1258]
    columns = np.flatnonzero((np.abs(inside - 255).max(axis=2) > 60).any(axis=0)) + 78
    first, second = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    # Two units upwards fill 688 pixels, and a unit is as long to the right.
    assert second.mean() - first.mean() == pytest.approx(688 / 2, abs=1)


def test_a_transparent_figure_has_alpha_only_where_something_is_drawn(tmp_path: Path) -> None:
    content = plain_space(np.random.default_rng(1).normal(size=(200, 2)))
    spec = FigureSpec(size=(640, 400), transparent=True, names=0, provenance=False)
    render_figure(content, tmp_path / "clear.png", spec)
    render_figure(content, tmp_path / "solid.png", replace(spec, transparent=False))
    clear, solid = alphas(tmp_path / "clear.png"), alphas(tmp_path / "solid.png")
    assert (solid == 255).all()
    assert (clear == 0).mean() > 0.8
    assert clear.max() > 150
    # Laid on white it is the other figure.
    with Image.open(tmp_path / "clear.png") as image:
        white = Image.new("RGBA", image.size, "white")
        laid = np.asarray(Image.alpha_composite(white, image).convert("RGB")).astype(int)
    assert np.abs(laid - pixels(tmp_path / "solid.png")).max() <= 3


def test_a_legend_shows_every_class_color(tmp_path: Path, space: EmbeddingSpace, projection: Projection) -> None:
    codes = (np.arange(300) % 3).astype(np.int32)
    coloring = color_by(Column("category", codes, codes < 0, ("a", "b$", "c" * 80)), dark=False)
    content = FigureContent(space, projection, coloring=coloring, coloring_name="kind")
    render_figure(content, tmp_path / "a.png", FigureSpec(size=(800, 500)))
    column = pixels(tmp_path / "a.png")[:, 580:]
    for entry in coloring.legend.entries:
        assert amount(column, entry.color) > 20
    render_figure(content, tmp_path / "without.png", FigureSpec(size=(800, 500), legend=False))
    assert amount(pixels(tmp_path / "without.png")[:, 760:], coloring.legend.entries[0].color) == 0
    scale = color_by(Column("number", np.arange(300.0), np.zeros(300, bool)), dark=True)
    content = FigureContent(space, projection, coloring=scale, coloring_name="rank")
    render_figure(content, tmp_path / "b.png", FigureSpec(size=(800, 500), dark=True))
    column = pixels(tmp_path / "b.png")[:, 670:]
    for color in scale.legend.colors[5:-5:40]:
        assert amount(column, color) > 5


def test_the_selected_stand_out(tmp_path: Path) -> None:
    content = plain_space(np.random.default_rng(1).normal(size=(500, 2)))
    spec = FigureSpec(size=(640, 400), names=0)
    render_figure(content, tmp_path / "plain.png", spec)
    render_figure(replace(content, selection=np.arange(20)), tmp_path / "selected.png", spec)

    def bluish(name: str) -> int:
        picture = pixels(tmp_path / name)
        return int((picture[..., 2] - picture[..., 0] > 80).sum())

    assert bluish("plain.png") == 0
    assert bluish("selected.png") > 100


def test_factors_make_points_larger_and_stronger(tmp_path: Path) -> None:
    content, ink = plain_space(np.random.default_rng(1).normal(size=(500, 2))), {}
    for name, factors in (("a", (1.0, 1.0)), ("b", (2.0, 1.0)), ("c", (1.0, 1.7))):
        size, opacity = factors
        spec = FigureSpec(size=(640, 400), names=0, point_size=size, opacity=opacity)
        render_figure(content, tmp_path / f"{name}.png", spec)
        ink[name] = (255 - pixels(tmp_path / f"{name}.png")[20:300, 60:600]).sum()
    assert ink["b"] > 2 * ink["a"]
    assert ink["c"] > 1.3 * ink["a"]


def test_one_item_and_one_component(tmp_path: Path, item: Asked) -> None:
    space = EmbeddingSpace(np.ones((1, 2), np.float32), Labels.from_strings(["only"]), Source("one", "npy"))
    projection = Projection(np.zeros((1, 1), np.float32), "pca", ("PC 1",))
    alone = replace(item, inputs=(0,), rows=np.empty(0, np.int64), scores=np.empty(0), labels=())
    render_figure(FigureContent(space, projection, alone), tmp_path / "a.png", FigureSpec(size=(300, 200)))
    assert amount(pixels(tmp_path / "a.png"), (0xD5, 0x5E, 0)) > 20


STRANGE = {
    "none": np.zeros((0, 2)),
    "one": np.ones((1, 2)),
    "all in one place": np.full((500, 2), 3.25),
    "not finite": np.array([[np.nan, 1], [np.inf, 0], [-np.inf, np.nan]]),
    "some not finite": np.array([[np.nan, 1], [0, 0], [1, 2]]),
    "huge": np.array([[1e30, -1e30], [-1e30, 1e30], [0, 0]]),
    "largest": np.array([[3.4e38, -3.4e38], [-3.4e38, 3.4e38]]),
    "tiny": np.array([[1e-38, 0], [0, 1e-38]]),
    "far": np.array([[1e7, 1e7], [1e7 + 1, 1e7 + 1]]),
}


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
@pytest.mark.parametrize("name", STRANGE)
def test_any_coordinates_can_be_drawn(tmp_path: Path, suffix: str, name: str) -> None:
    content = plain_space(STRANGE[name])
    for vector_points in (0, 100):
        spec = FigureSpec(size=(300, 200), vector_points=vector_points)
        render_figure(content, tmp_path / f"a.{suffix}", spec, overwrite=True)
    assert (tmp_path / f"a.{suffix}").stat().st_size > 1000


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_equal_input_gives_equal_bytes(
    tmp_path: Path, space: EmbeddingSpace, projection: Projection, item: Asked, suffix: str
) -> None:
    spec = FigureSpec(size=(400, 300), title="Twice", provenance=False)
    for name in ("a", "b"):
        render_figure(FigureContent(space, projection, item), tmp_path / f"{name}.{suffix}", spec)
    assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()


def test_the_own_settings_of_a_person_change_nothing(tmp_path: Path) -> None:
    import matplotlib

    content, spec = plain_space(np.eye(3)), FigureSpec(size=(300, 200))
    render_figure(content, tmp_path / "a.svg", spec)
    with matplotlib.rc_context({"svg.fonttype": "path", "axes.linewidth": 9.0, "savefig.bbox": "tight"}):
        render_figure(content, tmp_path / "b.svg", spec)
        assert matplotlib.rcParams["axes.linewidth"] == 9.0
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_a_large_picture_in_bands_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = plain_space(np.random.default_rng(1).normal(size=(3000, 2)))
    spec = FigureSpec(size=(400, 300), scale=2, names=0)
    render_figure(content, tmp_path / "whole.png", spec)
    monkeypatch.setattr("embedviz.raster.figure_points._BAND_PIXELS", 5_000)
    monkeypatch.setattr("embedviz.raster.figure_png._BAND_PIXELS", 5_000)
    render_figure(content, tmp_path / "bands.png", spec)
    # Where a band begins a point may fall on the next eighth of a pixel.
    assert (np.abs(pixels(tmp_path / "whole.png") - pixels(tmp_path / "bands.png")).max(axis=2) > 24).mean() < 1e-3


def test_bad_places_and_sizes_are_refused(tmp_path: Path, space: EmbeddingSpace, projection: Projection) -> None:
    content = FigureContent(space, projection)
    with pytest.raises(OutputError, match=r"PNG, SVG or PDF; name the file “a\.png”"):
        render_figure(content, tmp_path / "a.gif")
    with pytest.raises(OutputError, match="no folder"):
        render_figure(content, tmp_path / "none" / "a.png", FigureSpec(size=(300, 200)))
    with pytest.raises(OptionError, match=r"Axis 7.*axes 0 to 1"):
        render_figure(content, tmp_path / "a.png", FigureSpec(axes=(0, 7)))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"size": (10, 10)}, "10 x 10"),
        ({"scale": 3}, "choose 1, 2 or 4"),
        ({"size": (12_000, 9_000), "scale": 2}, "million pixels"),
        ({"names": -1}, "0 or more"),
        ({"vector_points": -1}, "0 or more"),
        ({"shown": (0.0, np.nan, 0.0, 1.0)}, "finite"),
        ({"opacity": 0.0}, "above 0"),
    ],
)
def test_what_cannot_be_drawn_is_said(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(OptionError, match=words):
        FigureSpec(**wrong)  # type: ignore[arg-type]


def test_an_existing_figure_stays_unless_replacing_is_allowed(tmp_path: Path) -> None:
    content, spec, path = plain_space(np.eye(2)), FigureSpec(size=(300, 200)), tmp_path / "a.png"
    path.write_bytes(b"mine")
    with pytest.raises(OutputError, match="exists already"):
        render_figure(content, path, spec)
    assert path.read_bytes() == b"mine"
    render_figure(content, path, spec, overwrite=True)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_a_figure_given_up_at_any_step_leaves_nothing(tmp_path: Path) -> None:
    content, spec = plain_space(np.eye(3)), FigureSpec(size=(300, 200))

    def walk(steps: Steps[None], most: int) -> int:
        for n_steps, _ in enumerate(steps):
            if n_steps == most:
                steps.close()
                return n_steps
        return -1

    for most in range(100):
        if walk(save_figure_steps(content, tmp_path / "a.png", spec), most) < 0:
            break
        assert list(tmp_path.iterdir()) == []
    assert most > 4
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_full_disk_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match=r"the disk is full\. Nothing was saved"):
        render_figure(plain_space(np.eye(2)), tmp_path / "a.png", FigureSpec(size=(300, 200)))
    assert list(tmp_path.iterdir()) == []


def test_progress_goes_forward(space: EmbeddingSpace, projection: Projection) -> None:
    steps = draw_figure_steps(FigureContent(space, projection), FigureSpec(size=(300, 200)))
    fractions = [step.fraction for step in steps if step.fraction is not None]
    assert fractions == sorted(fractions)
    assert 0 <= fractions[0] < fractions[-1] <= 1
