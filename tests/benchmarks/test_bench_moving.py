"""Moving points: whole repaints at 1600 x 1000 of a cloud that turns and of a glide, beside ScatterPlotItem.

pyqtgraph has neither, so its peer is what it takes to show other places: setData with as many points, each frame.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
import pytest

from embedviz import kernels, raster
from embedviz.jobs import Jobs
from embedviz.operations import Operations
from embedviz.progress import finish
from embedviz.session import Session
from embedviz.settings import Settings
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.projection import Projection
from embedviz.space.source import Source
from embedviz.views.appearance import Appearance
from embedviz.views.color_key import ColorKey
from embedviz.views.plot import Plot
from embedviz.views.plot.glide import GLIDE_S

SIZE = (1600, 1000)
N_FRAMES = 24


@pytest.fixture
def cloud_of(glove_vectors):
    """The first three directions of real vectors, for n items: beyond their number they repeat, a little moved."""
    vectors = glove_vectors[:: max(1, len(glove_vectors) // 50_000)].astype(np.float64)
    directions = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)[2][:3].T.astype(np.float32)
    space = glove_vectors @ directions

    def make(n: int) -> np.ndarray:
        points = np.tile(space, (-(-n // len(space)), 1))[:n]
        points += np.random.default_rng(0).normal(size=points.shape).astype(np.float32) * 0.2
        return np.ascontiguousarray(points)

    return make


@pytest.fixture
def plot_of(qtbot, qapp):
    """Our plot of some points with short names, as a person sees it once everything is prepared."""
    made = []

    def make(points: np.ndarray) -> tuple[Plot, Operations]:
        finish(kernels.load(raster.KERNELS))
        names = np.char.add("w", np.arange(len(points)).astype(str)).tolist()
        space = EmbeddingSpace(points, Labels.from_strings(names), Source("bench", "memory"))
        session, appearance = Session(), Appearance(qapp, Settings(theme="light"))
        operations = Operations(session, Jobs())
        plot = Plot(session, operations, appearance, ColorKey(session, operations, appearance))
        made.append((plot, operations))
        qtbot.addWidget(plot)
        plot.resize(*SIZE)
        with qtbot.waitExposed(plot):
            plot.show()
        session.replace(space=space, projection=Projection(points, "pca", ("PC 1", "PC 2", "PC 3")))
        qtbot.waitUntil(lambda: not operations.jobs.alive(), timeout=120_000)
        return plot, operations

    yield make
    for plot, operations in made:
        plot.close_raster()
        operations.close()
    made.clear()
    gc.collect()


def scatter(qtbot, points: np.ndarray) -> Callable[[], None]:
    """pyqtgraph's own plot, which is given other places each frame."""
    widget = pg.PlotWidget(background="w")
    item = pg.ScatterPlotItem(points[:, 0], points[:, 1], size=5, pen=None, brush=(124, 141, 163, 76))
    widget.addItem(item)
    widget.disableAutoRange()
    qtbot.addWidget(widget)
    widget.resize(*SIZE)
    with qtbot.waitExposed(widget):
        widget.show()
    ends = [points[:, :2], points[:, 1:]]

    def frame() -> None:
        ends.reverse()
        item.setData(ends[0][:, 0], ends[0][:, 1])
        widget.viewport().repaint()

    return frame


def turning(plot: Plot) -> Callable[[], None]:
    def frame() -> None:
        plot.solid.camera.turn(7, 3)
        plot.repaint()

    return frame


def gliding(plot: Plot, operations: Operations) -> Callable[[], None]:
    """Frames at even shares of a glide between two planes, begun anew when it ends."""
    times, planes = [0.0], [(0, 1), (1, 2)]
    plot.glide.clock = lambda: times[0]

    def begin() -> None:
        plot.glide.land()
        plot.repaint()
        planes.reverse()
        operations.set_axes(*planes[0])
        plot.repaint()

    def frame() -> None:
        if not plot.glide.is_on or plot.glide.share > 0.99:
            begin()
        times[0] += GLIDE_S / 16
        start = plot.glide.is_on
        plot.repaint()
        assert start

    return frame


@pytest.mark.parametrize("n", [100_000, 1_000_000])
def test_a_frame_of_a_cloud_that_turns(qtbot, compare, plot_of, cloud_of, n):
    points = cloud_of(n)
    plot, operations = plot_of(points)
    operations.set_axes(0, 1, 2)
    plot.glide.land()
    compare(
        f"turning {n:,} items in space with axes and names, 1600 x 1000",
        turning(plot),
        "pyqtgraph ScatterPlotItem.setData",
        scatter(qtbot, points),
        rounds=N_FRAMES if n < 1_000_000 else 4,
        in_a_row=4,
    )


@pytest.mark.parametrize("kind", ["turn", "glide"])
def test_the_slowest_moving_frames(benchmark, say, plot_of, cloud_of, kind):
    points = cloud_of(1_000_000)
    plot, operations = plot_of(points)
    if kind == "turn":
        operations.set_axes(0, 1, 2)
        plot.glide.land()
        frame = turning(plot)
    else:
        frame = gliding(plot, operations)
    times = []
    for _ in range(3 * N_FRAMES):
        start = time.perf_counter()
        frame()
        times.append(1000 * (time.perf_counter() - start))
    median, slowest = np.percentile(times, [50, 95])
    benchmark.extra_info.update(median_ms=median, slowest_ms=slowest)
    say(f"{kind} of 1,000,000 items alone: median {median:.1f} ms, 95 % within {slowest:.1f} ms")
    benchmark.pedantic(frame, rounds=1)


@pytest.mark.parametrize("n", [100_000, 1_000_000])
def test_a_frame_of_a_glide(qtbot, compare, plot_of, cloud_of, n):
    points = cloud_of(n)
    plot, operations = plot_of(points)
    compare(
        f"gliding {n:,} items, with axes, 1600 x 1000",
        gliding(plot, operations),
        "pyqtgraph ScatterPlotItem.setData",
        scatter(qtbot, points),
        rounds=N_FRAMES if n < 1_000_000 else 4,
        in_a_row=4,
    )
