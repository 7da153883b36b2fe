"""Drawing: whole repaints at 1600 x 1000 along a fixed path that pans and zooms, beside pyqtgraph's ScatterPlotItem.

Not like for like, but what a person sees of each: ours draws cells where points stand close, wider ones while the view
moves, and hundreds of names; ScatterPlotItem draws every point as a disc of 5 px, and no names. Discs of the same size
are compared last.
"""

from __future__ import annotations

import gc
import itertools
import time
from collections.abc import Callable, Iterator

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QWidget

from embedviz import kernels, raster
from embedviz.jobs import Jobs
from embedviz.operations import Operations
from embedviz.progress import finish
from embedviz.raster import Painter, Style, Viewport
from embedviz.session import Session
from embedviz.settings import Settings
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.projection import Projection
from embedviz.space.source import Source
from embedviz.views.appearance import Appearance
from embedviz.views.color_key import ColorKey
from embedviz.views.plot import Plot

SIZE = (1600, 1000)
PATH_STEPS = 48


@pytest.fixture
def points_of(glove_vectors):
    """The first two directions of real vectors, for n items: beyond their number they repeat, a little moved."""
    vectors = glove_vectors[:: max(1, len(glove_vectors) // 50_000)].astype(np.float64)
    directions = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)[2][:2].T.astype(np.float32)
    plane = glove_vectors @ directions

    def make(n: int) -> np.ndarray:
        times = -(-n // len(plane))
        points = np.tile(plane, (times, 1))[:n]
        if times > 1:
            points += np.random.default_rng(0).normal(size=points.shape).astype(np.float32) * 0.2
        return np.ascontiguousarray(points)

    return make


@pytest.fixture
def plot_of(qtbot, qapp):
    """Our plot of some points with short names, as a person sees it once everything is prepared."""
    made = []

    def make(points: np.ndarray) -> Plot:
        finish(kernels.load(raster.KERNELS))
        n = len(points)
        names = np.char.add("w", np.arange(n).astype(str)) if n <= 1_000_000 else None
        space = EmbeddingSpace(points, _labels(n, names), Source("bench", "memory"))
        session, appearance = Session(), Appearance(qapp, Settings(theme="light"))
        operations = Operations(session, Jobs())
        plot = Plot(session, operations, appearance, ColorKey(session, operations, appearance))
        made.append((plot, operations))
        qtbot.addWidget(plot)
        plot.resize(*SIZE)
        with qtbot.waitExposed(plot):
            plot.show()
        session.replace(space=space, projection=Projection(points, "pca", ("PC 1", "PC 2")))
        qtbot.waitUntil(lambda: not operations.jobs.alive(), timeout=120_000)
        return plot

    yield make
    for plot, operations in made:
        plot.close_raster()
        operations.close()
    made.clear()
    gc.collect()


def _labels(n: int, names: np.ndarray | None) -> Labels:
    """`n` labels; for ten million, short ones made without a Python string for each."""
    if names is not None:
        return Labels.from_strings(names.tolist())
    digits = (np.arange(n)[:, None] // 10 ** np.arange(6, -1, -1) % 10 + ord("0")).astype(np.uint8)
    return Labels(digits.reshape(-1), np.arange(n + 1, dtype=np.int64) * 7)


def path(points: np.ndarray) -> Iterator[QRectF]:
    """What is shown frame by frame: across, closer by a twentieth at a time, across, and back again."""
    low, high = np.percentile(points[:: max(1, len(points) // 100_000)], [1, 99], axis=0)
    whole, quarter = QRectF(*low.tolist(), *(high - low).tolist()), PATH_STEPS // 4
    seen, frames = whole, []
    for step in range(PATH_STEPS):
        if step // quarter % 2 == 0:
            seen = seen.translated(0.01 * seen.width(), 0.004 * seen.height())
        else:
            seen = seen.adjusted(
                *(
                    side * share
                    for side, share in zip(
                        (seen.width(), seen.height()) * 2, (0.025, 0.025, -0.025, -0.025), strict=True
                    )
                )
            )
        frames.append(seen)
    return itertools.cycle(frames + frames[::-1])


def frames(widget: QWidget, show: Callable[[QRectF], object], points: np.ndarray) -> Callable[[], None]:
    """One repaint after the other along the path."""
    along = path(points)

    def frame() -> None:
        show(next(along))
        widget.repaint()

    return frame


def scatter(qtbot, points: np.ndarray) -> Callable[[], None]:
    """pyqtgraph's own plot of the same points."""
    widget = pg.PlotWidget(background="w")
    widget.addItem(pg.ScatterPlotItem(points[:, 0], points[:, 1], size=5, pen=None, brush=(124, 141, 163, 76)))
    widget.disableAutoRange()
    qtbot.addWidget(widget)
    widget.resize(*SIZE)
    with qtbot.waitExposed(widget):
        widget.show()

    def show(seen: QRectF) -> None:
        widget.plotItem.vb.setRange(seen, padding=0, disableAutoRange=True)

    return frames(widget.viewport(), show, points)


@pytest.mark.parametrize("n", [10_000, 100_000, 1_000_000])
def test_a_frame_with_axes_and_names(qtbot, compare, plot_of, points_of, n):
    points = points_of(n)
    plot = plot_of(points)
    compare(
        f"frame with {n:,} items, axes and names, 1600 x 1000",
        frames(plot, plot.camera.show, points),
        "pyqtgraph ScatterPlotItem",
        scatter(qtbot, points),
        rounds=2 * PATH_STEPS if n < 1_000_000 else PATH_STEPS,
        in_a_row=PATH_STEPS // 4,
    )


@pytest.mark.parametrize("n", [10_000, 100_000, 1_000_000, 10_000_000])
def test_the_slowest_frames(benchmark, say, plot_of, points_of, n):
    points = points_of(n)
    plot = plot_of(points)
    frame, times, names = frames(plot, plot.camera.show, points), [], []
    for _ in range(2 * PATH_STEPS):
        start = time.perf_counter()
        frame()
        times.append(1000 * (time.perf_counter() - start))
        names.append(len(plot.labels_item.rows))
    median, slowest = np.percentile(times, [50, 99])
    rests = []
    for seen in itertools.islice(path(points), PATH_STEPS):
        plot.camera.show(seen)
        plot.repaint()
        start = time.perf_counter()
        plot.points_item.redraw()
        plot.repaint()
        rests.append(1000 * (time.perf_counter() - start))
    benchmark.extra_info.update(median_ms=median, slowest_ms=slowest)
    say(f"{n:,} items alone: median {median:.2f} ms, 99 % within {slowest:.2f} ms, {int(np.median(names))} names")
    say(f"{n:,} items, come to rest: median {np.median(rests):.2f} ms, 99 % within {np.percentile(rests, 99):.2f} ms")
    benchmark.pedantic(frame, rounds=1)


@pytest.mark.parametrize("n", [100_000, 1_000_000])
def test_discs_of_the_same_size(qtbot, compare, points_of, n):
    finish(kernels.load(raster.KERNELS))
    points = points_of(n)
    tiles, along = finish(raster.tile_steps(points)), path(points)
    style = Style(radius=2.5, opacity=0.3)
    with Painter() as painter:

        def discs() -> None:
            seen = next(along)
            viewport = Viewport(seen.left(), seen.right(), seen.top(), seen.bottom(), *SIZE)
            painter.paint(tiles, viewport, style=style)

        compare(
            f"{n:,} discs of 5 px, 1600 x 1000",
            discs,
            "pyqtgraph ScatterPlotItem",
            scatter(qtbot, points),
            rounds=PATH_STEPS,
            in_a_row=PATH_STEPS // 4,
        )
