"""Drawing: a whole repaint at 1600 x 1000 while panning, beside pyqtgraph's own ScatterPlotItem."""

from __future__ import annotations

import itertools

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QRectF

from embedviz import kernels, raster
from embedviz.jobs import Jobs
from embedviz.operations import Operations
from embedviz.progress import finish
from embedviz.projection import project_steps
from embedviz.session import Session
from embedviz.settings import Settings
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source
from embedviz.views.appearance import Appearance
from embedviz.views.color_key import ColorKey
from embedviz.views.plot import Plot

SIZE = (1600, 1000)


@pytest.fixture
def plots(qtbot, qapp, glove_vectors):
    """Our plot and pyqtgraph's, of the first n items, shown."""

    def make(n: int) -> tuple[Plot, pg.PlotWidget, np.ndarray]:
        finish(kernels.load(raster.KERNELS))
        vectors = glove_vectors[:n]
        space = EmbeddingSpace(vectors, Labels.from_strings(f"w{row}" for row in range(n)), Source("bench", "memory"))
        session = Session()
        operations = Operations(session, Jobs())
        appearance = Appearance(qapp, Settings())
        ours = Plot(session, operations, appearance, ColorKey(session, appearance))
        session.replace(space=space, projection=finish(project_steps(space, "pca", n_components=2)))
        points = session.state.projection.points
        theirs = pg.PlotWidget(background="w")
        theirs.addItem(pg.ScatterPlotItem(points[:, 0], points[:, 1], size=5, pen=None, brush=(124, 141, 163, 76)))
        theirs.disableAutoRange()
        for widget in (ours, theirs):
            qtbot.addWidget(widget, before_close_func=lambda closed: getattr(closed, "close_raster", int)())
            widget.resize(*SIZE)
            with qtbot.waitExposed(widget):
                widget.show()
        return ours, theirs, points

    return make


def panning(widget: pg.PlotWidget, points: np.ndarray):
    """One repaint after the other, the view moved a little each time."""
    low, high = np.percentile(points, [1, 99], axis=0)
    width, height = (high - low).tolist()
    steps = itertools.cycle(np.concatenate([np.linspace(0, 0.1, 20), np.linspace(0.1, 0, 20)]).tolist())
    box = widget.plotItem.vb

    def frame() -> None:
        shift = next(steps) * width
        box.setRange(QRectF(low[0] + shift, low[1], width, height), padding=0, disableAutoRange=True)
        widget.viewport().repaint()

    return frame


@pytest.mark.parametrize("n", [10_000, 100_000, 400_000])
def test_a_frame_while_panning(compare, plots, n):
    ours, theirs, points = plots(n)
    compare(
        f"frame with {n:,} items, 1600 x 1000",
        panning(ours, points),
        "pyqtgraph ScatterPlotItem",
        panning(theirs, points),
        rounds=25,
    )
