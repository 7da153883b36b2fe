"""`embedviz render`: every option changes the figure as it says, in every format."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from embedviz.cli.render import axes, count, degrees, millimetres
from embedviz.raster.figure_spec import size_of_width

Run = Callable[..., tuple[int, str, str]]
TEXT = "{http://www.w3.org/2000/svg}text"


@pytest.fixture
def render(run_main: Run, tmp_path: Path) -> Callable[..., Path]:
    """Render the digits to a file of some suffix."""

    def run(suffix: str, *options: str) -> Path:
        out = tmp_path / f"figure.{suffix}"
        arguments = ("render", "sample:digits", "-o", str(out), "--size", "640x400", "--force", *options)
        code, _, err = run_main(*arguments)
        assert (code, err) == (0, "")
        return out

    return run


def texts(path: Path) -> list[str]:
    return ["".join(element.itertext()) for element in ElementTree.parse(path).getroot().iter(TEXT)]


def n_shapes(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("<use ")


def test_the_format_follows_the_suffix(render: Callable[..., Path]) -> None:
    starts = {"png": b"\x89PNG", "svg": b"<?xml", "PDF": b"%PDF"}
    for suffix, start in starts.items():
        assert render(suffix).read_bytes().startswith(start)


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_a_png_has_scale_pixels_a_pixel(render: Callable[..., Path], scale: int) -> None:
    with Image.open(render("png", "--scale", str(scale))) as picture:
        assert picture.size == (640 * scale, 400 * scale)
        assert picture.info["dpi"] == pytest.approx((96 * scale, 96 * scale), abs=0.1)


def test_transparent_leaves_out_the_ground(render: Callable[..., Path]) -> None:
    with Image.open(render("png", "--transparent")) as picture:
        alpha = np.asarray(picture)[..., 3]
    assert (alpha == 0).mean() > 0.3
    assert alpha.max() > 200


def test_title_legend_and_origin_can_be_left_out(render: Callable[..., Path]) -> None:
    full = texts(
        render("svg", "--color", "digit", "--title", "What I saw", "--query", "#0", "--metric", "dot", "-k", "4")
    )
    assert {"What I saw", "digit", "183"} <= set(full)
    origin = " ".join(text for text in full if "·" in text)
    assert "“#0”: 4 neighbours by dot, exact over all items" in origin
    assert "the axes show 28.5 % of the variance" in origin
    bare = texts(render("svg", "--color", "digit", "--no-legend", "--no-provenance", "--names", "0"))
    assert not any("·" in text for text in bare)
    assert "183" not in bare


def test_what_is_built_in_can_colour_too(render: Callable[..., Path], run_main: Run, tmp_path: Path) -> None:
    assert "vector length" in texts(render("svg", "--color", ":norm"))
    assert "cosine similarity to #0" in texts(render("svg", "--color", ":similarity", "--query", "#0"))
    assert any("items within 1 %" in text for text in texts(render("svg", "--color", ":density")))
    for choice, words in (
        (":similarity", "Ask about an item"),
        (":mood", "Nothing is called"),
        ("mood", "no metadata"),
    ):
        code, _, err = run_main("render", "sample:digits", "-o", str(tmp_path / "a.png"), "--color", choice)
        assert code == 2
        assert words in err


def test_names_are_as_many_as_wished(render: Callable[..., Path]) -> None:
    few, many = (texts(render("svg", "--names", wish, "--no-provenance")) for wish in ("0", "25"))
    assert len(many) - len(few) == 25


def test_vector_points(render: Callable[..., Path]) -> None:
    shapes, picture = (n_shapes(render("svg", "--vector-points", most)) for most in ("1797", "1796"))
    assert shapes - picture == 1797


def test_other_axes(render: Callable[..., Path]) -> None:
    said = texts(render("svg", "--axes", "2,0"))
    assert any(text.startswith("PC 3 (") for text in said)
    assert any(text.startswith("PC 1 (") for text in said)
    assert not any(text.startswith("PC 2 (") for text in said)


def test_three_axes_are_drawn_in_space(render: Callable[..., Path]) -> None:
    first = render("svg", "--axes", "0,1,2", "--vector-points", "5000")
    said, written = texts(first), first.read_text(encoding="utf-8")
    assert all(any(text.startswith(f"PC {number} (") for text in said) for number in (1, 2, 3))
    assert "the axes show 40.3 % of the variance" in " ".join(said)
    assert not {"−20", "0.0", "20"} & set(said)
    as_said = render("svg", "--axes", "0,1,2", "--vector-points", "5000", "--turn", "-28.5", "--tilt", "18")
    assert as_said.read_text(encoding="utf-8") == written
    turned = render("svg", "--axes", "0,1,2", "--vector-points", "5000", "--turn", "90")
    assert turned.read_text(encoding="utf-8") != written
    for suffix in ("png", "pdf"):
        assert render(suffix, "--axes", "2,0,1").stat().st_size > 10_000


def test_two_axes_cannot_be_turned(run_main: Run, vectors: Path) -> None:
    code, _, err = run_main("render", str(vectors), "-o", str(vectors.with_name("a.png")), "--tilt", "5")
    assert code == 2
    assert "Two axes lie flat and cannot be turned; give three" in err


def test_an_axis_that_is_not_there_is_said(run_main: Run, vectors: Path) -> None:
    code, _, err = run_main("render", str(vectors), "-o", str(vectors.with_name("a.png")), "--axes", "0,5")
    assert code == 2
    assert "Axis 5 was asked for, and the projection has the axes 0 to 2" in err
    assert not vectors.with_name("a.png").exists()


def test_a_width_on_paper(render: Callable[..., Path]) -> None:
    root = ElementTree.parse(render("svg", "--width-mm", "127")).getroot()
    assert (root.get("width"), root.get("height")) == ("360pt", "225pt")
    assert size_of_width(254, (1600, 1000)) == (960, 600)


def test_a_bad_date_is_said(run_main: Run, vectors: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    code, _, err = run_main("render", str(vectors), "-o", str(vectors.with_name("a.svg")))
    assert code == 2
    assert "SOURCE_DATE_EPOCH is “yesterday”" in err


@pytest.mark.parametrize(
    ("read", "good", "value", "bad"),
    [
        (axes, "3,1", (3, 1), "3;1"),
        (axes, "0,12", (0, 12), "-1,0"),
        (axes, "0,1,5", (0, 1, 5), "0,1,2,3"),
        (degrees, "-28.5", -28.5, "400"),
        (count, "0", 0, "-1"),
        (millimetres, "85.5", 85.5, "0"),
    ],
)
def test_what_options_accept(read: Callable[[str], object], good: str, value: object, bad: str) -> None:
    assert read(good) == value
    with pytest.raises(argparse.ArgumentTypeError, match=bad):
        read(bad)
