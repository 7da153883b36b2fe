"""Both routes of drawing, for tests that hold for each."""

from __future__ import annotations

import pytest

from embedviz import kernels
from embedviz.progress import finish
from embedviz.raster import KERNELS


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
