"""Both routes of drawing, for tests that hold for each; and what is asked of three hundred items."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from asked import Asked

from embedviz import kernels
from embedviz.progress import finish
from embedviz.raster import KERNELS
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.projection import Projection
from embedviz.space.source import Source


@pytest.fixture(params=["compiled", "plain"])
def route(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Draw by this route, whatever other tests have loaded."""
    finish(kernels.load(KERNELS))
    if request.param == "plain":
        monkeypatch.setattr(kernels, "loaded", lambda name: None)
    return str(request.param)


@pytest.fixture
def draw_plainly(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A patch under whose `context` the numpy route draws."""
    finish(kernels.load(KERNELS))
    return monkeypatch


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
