"""Arrows of a figure go from one item to another, on a plane and in space."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from embedviz.raster import FigureContent, FigureSpec, render_figure
from embedviz.raster.figure_theme import LIGHT
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.projection import Projection
from embedviz.space.source import Source

ACCENT = tuple(int(LIGHT.accent[at : at + 2], 16) for at in (1, 3, 5))


def content_of(points: list[list[float]], *arrows: tuple[int, int]) -> FigureContent:
    array = np.array(points, np.float32)
    labels = Labels.from_strings([f"item {row}" for row in range(len(array))])
    titles = ("x", "y", "z")[: array.shape[1]]
    space = EmbeddingSpace(np.nan_to_num(array), labels, Source("made", "npy"))
    return FigureContent(space, Projection(array, "made", titles), arrows=arrows)


def accented(content: FigureContent, path: Path, axes: tuple[int, ...]) -> np.ndarray:
    """Where the accent is drawn: bool (height, width)."""
    spec = FigureSpec(size=(800, 600), names=0, provenance=False, axes=axes)
    render_figure(content, path, spec, overwrite=True)
    pixels = np.asarray(Image.open(path).convert("RGB")).astype(int)
    found: np.ndarray = (np.abs(pixels - ACCENT) < 80).all(axis=2)
    return found


FLAT = [[-3.0, 0.0], [3.0, 0.0], [0.0, 2.0], [0.0, -2.0]]
SOLID = [[-3.0, 0, 0], [3.0, 0, 0], [0.0, 2, 0], [0.0, -2, 0], [0.0, 0, 2], [0.0, 0, -2]]


@pytest.mark.parametrize(("points", "axes"), [(FLAT, (0, 1)), (SOLID, (0, 1, 2))])
def test_an_arrow_goes_from_an_item_to_another_and_its_head_is_there(tmp_path, points, axes) -> None:
    plain = accented(content_of(points), tmp_path / "a.png", axes)
    assert not plain.any()
    found = accented(content_of(points, (0, 1)), tmp_path / "b.png", axes)
    columns = np.flatnonzero(found.any(axis=0))
    assert columns[-1] - columns[0] > 200, "it spans the way from the left item to the right one"
    thickness = found.sum(axis=0)[columns[0] : columns[-1]]
    assert thickness[-12:].max() > 2 * thickness[5:50].max(), "the head is at the right end"
    back = accented(content_of(points, (1, 0)), tmp_path / "c.png", axes)
    columns = np.flatnonzero(back.any(axis=0))
    thickness = back.sum(axis=0)[columns[0] : columns[-1]]
    assert thickness[:12].max() > 2 * thickness[-50:-5].max(), "or at the left one"


def test_an_arrow_to_an_item_without_a_place_is_none(tmp_path) -> None:
    content = content_of([*FLAT, [np.nan, np.nan]], (0, 4), (2, 2))
    assert not accented(content, tmp_path / "a.png", (0, 1)).any()


def test_arrows_are_shapes_in_a_vector_file(tmp_path) -> None:
    spec = FigureSpec(size=(800, 600), names=0, provenance=False)
    for name, content in (("a.svg", content_of(FLAT)), ("b.svg", replace(content_of(FLAT), arrows=((0, 1),)))):
        render_figure(content, tmp_path / name, spec)
    drawn = [
        (tmp_path / name).read_text(encoding="utf-8").lower().count(LIGHT.accent.lower()) for name in ("a.svg", "b.svg")
    ]
    assert drawn[1] == drawn[0] + 2, "a line and a head"
