"""The legend of a figure: ticks on scales, hidden classes left out and counted."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from PIL import Image

from embedviz.progress import finish
from embedviz.projection import project_steps
from embedviz.raster import FigureContent, FigureSpec, color_by, render_figure
from embedviz.raster.coloring import with_alphas
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source
from embedviz.space.table import Column

TEXT = "{http://www.w3.org/2000/svg}text"
N_ITEMS = 300


def content_of(column: Column) -> FigureContent:
    vectors = np.random.default_rng(0).normal(size=(N_ITEMS, 3)).astype(np.float32)
    names = Labels.from_strings([f"item {row}" for row in range(N_ITEMS)])
    space = EmbeddingSpace(vectors, names, Source("made", "for a test"))
    coloring = color_by(column, dark=False, title="kind")
    return FigureContent(space, finish(project_steps(space, n_components=2)), coloring=coloring, coloring_name="kind")


def texts(path: Path) -> list[str]:
    return ["".join(element.itertext()) for element in ElementTree.parse(path).getroot().iter(TEXT)]


def test_hidden_classes_are_neither_drawn_nor_listed_nor_named(tmp_path: Path) -> None:
    codes = np.repeat(np.arange(3, dtype=np.int32), (150, 100, 50))
    content = content_of(Column("category", codes, codes < 0, ("first", "second", "third")))
    assert content.coloring is not None
    hidden = FigureContent(
        content.space,
        content.projection,
        coloring=with_alphas(content.coloring, frozenset({0})),
        coloring_name="kind",
    )
    spec = FigureSpec(size=(900, 600))
    render_figure(hidden, tmp_path / "a.svg", spec)
    said = texts(tmp_path / "a.svg")
    assert {"second", "100", "third", "50"} <= set(said)
    assert "first" not in said
    assert "150 of 300 items are shown" in " ".join(said)
    assert not {f"item {row}" for row in range(150)} & set(said)
    render_figure(hidden, tmp_path / "a.png", spec)
    pixels = np.asarray(Image.open(tmp_path / "a.png").convert("RGB")).astype(int)
    color = np.array(content.coloring.legend.entries[0].color)
    assert (np.abs(pixels - color).max(axis=2) < 8).sum() == 0
    render_figure(content, tmp_path / "b.png", spec)
    pixels = np.asarray(Image.open(tmp_path / "b.png").convert("RGB")).astype(int)
    assert (np.abs(pixels - color).max(axis=2) < 8).sum() > 50


def test_a_scale_has_its_ticks(tmp_path: Path) -> None:
    content = content_of(Column("number", np.arange(float(N_ITEMS)), np.arange(N_ITEMS) < 12))
    assert content.coloring is not None
    render_figure(content, tmp_path / "a.svg", FigureSpec(size=(900, 600), names=0))
    said = texts(tmp_path / "a.svg")
    ticks = [tick.text for tick in content.coloring.legend.ticks]
    assert len(ticks) >= 3
    assert set(ticks) <= set(said)
    assert {"kind", "(none)", "12"} <= set(said)
