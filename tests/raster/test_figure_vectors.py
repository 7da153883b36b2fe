"""Figures as SVG and PDF, read back: text is text, points are shapes up to a number, nothing lies on anything else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zlib
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import ImageFont

from embedviz.raster import FigureContent, FigureSpec, color_by, render_figure
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.projection import Projection
from embedviz.space.source import Source
from embedviz.space.table import Column

SVG, LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
STRANGE_LABELS = [
    "a < b & c > d",
    "$\\frac{x$",
    '"quoted" <script>',
    "עברית",
    "العربية",
    "😀🎉",
    "日本語",
    "e\u0301\u200d\0",
]


def content_of(vectors: np.ndarray, labels: list[str] | None = None, name: str = "made") -> FigureContent:
    names = labels or [f"item {row}" for row in range(len(vectors))]
    space = EmbeddingSpace(np.asarray(vectors, np.float32), Labels.from_strings(names), Source(name, "npy"))
    return FigureContent(space, Projection(space.vectors[:, :2].copy(), "pca", ("x", "y")))


@pytest.fixture(scope="module")
def cloud() -> FigureContent:
    return content_of(np.random.default_rng(2).normal(size=(400, 2)))


def with_classes(content: FigureContent, n_classes: int) -> FigureContent:
    n = content.space.n_items
    codes = (np.arange(n) % n_classes).astype(np.int32)
    column = Column("category", codes, codes < 0, tuple(f"class number {code}" for code in range(n_classes)))
    return replace(content, coloring=color_by(column, dark=False), coloring_name="kind")


def drawn(content: FigureContent, path: Path, **options: object) -> ElementTree.Element:
    render_figure(content, path, FigureSpec(**options))  # type: ignore[arg-type]
    return ElementTree.parse(path).getroot()


def texts(root: ElementTree.Element) -> list[str]:
    return ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]


def marks(root: ElementTree.Element) -> int:
    """How many shapes are repeated from one circle."""
    groups = [element for element in root.iter(f"{SVG}g") if "PathCollection" in element.get("id", "")]
    return max((len(list(group.iter(f"{SVG}use"))) for group in groups), default=0)


def images(root: ElementTree.Element) -> list[ElementTree.Element]:
    return list(root.iter(f"{SVG}image"))


def boxes(root: ElementTree.Element) -> list[tuple[str, float, float, float, float]]:
    """Where unrotated texts lie, measured by FreeType: text, left, upper, right, lower."""
    from matplotlib import font_manager

    found = []
    for element in root.iter(f"{SVG}text"):
        style, text = element.get("style", ""), "".join(element.itertext())
        turned = re.search(r"rotate\((-?\d+)", element.get("transform", ""))
        size = re.search(r"font-size: ([\d.]+)px", style)
        assert size is not None
        if turned is not None and float(turned[1]) != 0:
            continue
        weight = "bold" if "font-weight: 700" in style else "normal"
        file = font_manager.findfont(font_manager.FontProperties(family="DejaVu Sans", weight=weight))
        left, top, right, bottom = ImageFont.truetype(file, 100).getbbox(text, anchor="ls")
        share = float(size[1]) / 100
        x, y = float(element.get("x", "0")), float(element.get("y", "0"))
        anchor = re.search(r"text-anchor: (\w+)", style)
        x -= {"middle": 0.5, "end": 1.0}.get(anchor[1] if anchor else "", 0.0) * right * share
        found.append((text, x + left * share, y + top * share, x + right * share, y + bottom * share))
    return found


def overlapping(found: list[tuple[str, float, float, float, float]]) -> list[tuple[str, str]]:
    return [
        (one[0], other[0])
        for one, other in combinations(found, 2)
        if min(one[3], other[3]) - max(one[1], other[1]) > 0.5 and min(one[4], other[4]) - max(one[2], other[2]) > 0.5
    ]


def test_points_are_shapes_up_to_a_number(tmp_path: Path, cloud: FigureContent) -> None:
    shapes = drawn(cloud, tmp_path / "a.svg", vector_points=400, names=0)
    assert (marks(shapes), len(images(shapes))) == (400, 0)
    picture = drawn(cloud, tmp_path / "b.svg", vector_points=399, names=0, size=(640, 400), scale=2)
    assert marks(picture) == 0
    (image,) = images(picture)
    assert image.get(LINK, "").startswith("data:image/png;base64,")


def test_only_points_in_view_are_shapes(tmp_path: Path, cloud: FigureContent) -> None:
    root = drawn(cloud, tmp_path / "a.svg", size=(400, 300), names=0, shown=(-0.5, 0.5, -0.5, 0.5), provenance=False)
    x, y = cloud.projection.points.T
    # The frame is 334 wide and 252 high; as a unit is as long to the right, more is seen there.
    half = 0.5 * 342 / 252
    assert marks(root) == np.count_nonzero((abs(x) < half) & (abs(y) < 0.5))


def test_shapes_lie_where_their_points_do(tmp_path: Path) -> None:
    vectors = np.array([[0, 0], [1, 1], [0.25, 0.75]], np.float32)
    root = drawn(content_of(vectors), tmp_path / "a.svg", size=(1280, 800), names=0)
    (group,) = (each for each in root.iter(f"{SVG}g") if "PathCollection" in each.get("id", ""))
    found = [(float(use.get("x", 0)) / 0.75, float(use.get("y", 0)) / 0.75) for use in group.iter(f"{SVG}use")]
    expected = [(76 + 1184 / 2 + 688 * (x - 0.5) / 1.08, 20 + 688 * (1.04 - y) / 1.08) for x, y in vectors]
    np.testing.assert_allclose(found, expected, atol=0.01)


def test_text_is_text(tmp_path: Path, cloud: FigureContent) -> None:
    content = with_classes(cloud, 3)
    root = drawn(content, tmp_path / "a.svg", title="A title", size=(1280, 800))
    said = texts(root)
    assert {"A title", "kind", "x", "y", "class number 0", "134", "133"} <= set(said)
    assert any("made" in text and "400 items × 2 dimensions" in text and "embedviz " in text for text in said)
    assert all("sans-serif" in element.get("style", "") for element in root.iter(f"{SVG}text"))
    plain = texts(drawn(content, tmp_path / "b.svg", legend=False, provenance=False, size=(1280, 800)))
    assert not {"A title", "kind", "class number 0"} & set(plain)
    assert not any("embedviz" in text for text in plain)


@pytest.mark.parametrize("size", [(400, 300), (640, 400), (1600, 1000), (4000, 3000)])
@pytest.mark.parametrize("n_classes", [3, 10_000])
def test_no_text_lies_on_another(tmp_path: Path, size: tuple[int, int], n_classes: int) -> None:
    content = with_classes(content_of(np.random.default_rng(2).normal(size=(12_000, 2)) * 1e3), n_classes)
    title = "A title that says so much about what is seen here that it must be wrapped " * 3
    root = drawn(content, tmp_path / "a.svg", size=size, names=300, title=title, vector_points=0)
    found = boxes(root)
    assert len(found) > 30
    assert overlapping(found) == []
    for text, left, upper, right, lower in found:
        assert left >= 0, text
        assert upper >= 0, text
        assert right <= size[0] * 0.75 + 1, text
        assert lower <= size[1] * 0.75, text


def test_a_long_legend_says_how_many_more(tmp_path: Path) -> None:
    content = with_classes(content_of(np.random.default_rng(2).normal(size=(12_000, 2))), 10_000)
    said = texts(drawn(content, tmp_path / "a.svg", vector_points=0, size=(1280, 800)))
    shown = [text for text in said if text.startswith("class number")]
    assert len(shown) > 15
    (more,) = (text for text in said if text.startswith("and "))
    assert more == f"and {10_000 - len(shown):,} more"
    wide = replace(with_classes(content, 100), coloring_name="the kind of item that is seen here")
    with_room = texts(drawn(wide, tmp_path / "b.svg", vector_points=0, size=(1280, 400)))
    shown = [text for text in with_room if text.startswith("class number")]
    assert f"and {100 - len(shown)} more ({12_000 - 120 * len(shown):,} items)" in with_room


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_any_label_can_be_drawn(tmp_path: Path, suffix: str) -> None:
    vectors = np.column_stack([np.zeros(8), np.arange(8)])
    content = content_of(vectors, STRANGE_LABELS, name="<&$x$>\n😀")
    title = "<&> $\\alpha עברית 😀 \0\ud800"
    render_figure(content, tmp_path / f"a.{suffix}", FigureSpec(title=title, size=(1280, 800)))
    if suffix == "svg":
        said = texts(ElementTree.parse(tmp_path / "a.svg").getroot())
        assert set(STRANGE_LABELS[:7]) <= set(said)
        assert "<&> $\\alpha עברית 😀" in said


def streams(written: bytes) -> bytes:
    """All of a PDF with its compressed streams opened."""
    found = [written]
    for begin in re.finditer(rb"stream\r?\n", written):
        try:
            found.append(zlib.decompressobj().decompress(written[begin.end() :]))
        except zlib.error:
            continue
    return b"\n".join(found)


def test_a_pdf_embeds_its_fonts(tmp_path: Path, cloud: FigureContent) -> None:
    render_figure(with_classes(cloud, 3), tmp_path / "a.pdf", FigureSpec(title="A title"))
    written = (tmp_path / "a.pdf").read_bytes()
    assert written.startswith(b"%PDF-1.")
    assert written.rstrip().endswith(b"%%EOF")
    opened = streams(written)
    assert b"/FontFile2" in opened
    assert b"/Type3" not in opened
    assert b"/ToUnicode" in opened
    assert re.search(rb"/BaseFont /[A-Z]{6}\+DejaVuSans\b", opened)
    assert b"/MediaBox [ 0 0 1200 750 ]" in opened  # 1600 x 1000 pixels of 1/96 inch


def test_a_pdf_has_points_as_shapes_or_a_picture(tmp_path: Path, cloud: FigureContent) -> None:
    for name, most in (("shapes", 400), ("picture", 0)):
        spec = FigureSpec(size=(640, 400), vector_points=most, names=0, provenance=False)
        render_figure(cloud, tmp_path / f"{name}.pdf", spec)
    shapes, picture = (streams((tmp_path / f"{name}.pdf").read_bytes()) for name in ("shapes", "picture"))
    assert b"/Subtype /Image" not in shapes
    assert b"/Subtype /Image" in picture
    # Every shape is one use of the same form.
    assert len(re.findall(rb"/\w+ Do\b", shapes)) - len(re.findall(rb"/\w+ Do\b", picture)) >= 399


def test_twenty_thousand_shapes_are_a_file_to_send(tmp_path: Path) -> None:
    content = with_classes(content_of(np.random.default_rng(2).normal(size=(20_000, 2))), 12)
    root = drawn(content, tmp_path / "a.svg")
    assert marks(root) == 20_000
    assert (tmp_path / "a.svg").stat().st_size < 5_000_000


def test_the_date_is_that_of_the_source_date_epoch(
    tmp_path: Path, cloud: FigureContent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert any("1970-01-02" in text for text in texts(drawn(cloud, tmp_path / "a.svg", names=0)))
    assert "<dc:date>1970-01-02</dc:date>" in (tmp_path / "a.svg").read_text(encoding="utf-8")
    render_figure(cloud, tmp_path / "a.pdf", FigureSpec(names=0))
    assert b"/CreationDate (D:19700102" in (tmp_path / "a.pdf").read_bytes()
    render_figure(cloud, tmp_path / "b.pdf", FigureSpec(names=0, provenance=False))
    assert b"/CreationDate" not in (tmp_path / "b.pdf").read_bytes()


PROGRAM = """
import sys
from pathlib import Path
import numpy as np
from embedviz.raster import FigureContent, FigureSpec, render_figure
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.projection import Projection
from embedviz.space.source import Source
assert "matplotlib" not in sys.modules
points = np.arange(20, dtype=np.float32).reshape(10, 2) ** 2
space = EmbeddingSpace(points, Labels.from_strings("abcdefghij"), Source("made", "npy"))
for suffix in ("svg", "pdf", "png"):
    path = Path(sys.argv[1]) / f"a.{suffix}"
    render_figure(FigureContent(space, Projection(points, "pca", ("x", "y"))), path, FigureSpec(size=(400, 300)))
assert not [name for name in sys.modules if name.startswith(("PySide6", "matplotlib.pyplot"))]
"""


def test_other_processes_write_the_same_bytes_without_a_display(tmp_path: Path) -> None:
    written = []
    for seed in ("1", "2"):
        (folder := tmp_path / seed).mkdir()
        environment = {**os.environ, "PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": "0"}
        environment = {key: value for key, value in environment.items() if key not in ("DISPLAY", "QT_QPA_PLATFORM")}
        command = [sys.executable, "-W", "error", "-c", PROGRAM, str(folder)]
        run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert (run.returncode, run.stderr) == (0, "")
        written.append([path.read_bytes() for path in sorted(folder.iterdir())])
    assert len(written[0]) == 3
    assert written[0] == written[1]
