"""The engine of drawing alone: pictures of tiles at 1600 x 1000 along a fixed path, sorting, colours and touch."""

from __future__ import annotations

import functools
import statistics
import time
from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QRectF

from embedviz import kernels, raster
from embedviz.progress import finish
from embedviz.raster import Camera, Painter, Style, Tiles, Viewport

SIZE = (1600, 1000)
PALETTE = np.random.default_rng(1).integers(0, 256, (21, 3)).astype(np.uint8)
DISC_5_PX = Style(2.5, 0.3)


@pytest.fixture(scope="module", autouse=True)
def _kernels() -> None:
    finish(kernels.load(raster.KERNELS))


@pytest.fixture
def painter():
    with Painter() as painter:
        yield painter


def cloud(n: int, n_dims: int = 2) -> np.ndarray:
    """Clusters of all densities in a wide haze."""
    random = np.random.default_rng(7)
    middles, widths = random.standard_normal((200, n_dims)) * 3, random.gamma(2.0, 0.25, 200)
    group = random.integers(0, 200, n)
    points = middles[group] + random.standard_normal((n, n_dims)) * widths[group][:, None]
    return np.ascontiguousarray(points, np.float32)


def camera_path(points: np.ndarray) -> list[Viewport]:
    """From all points into a dense place, a hundredfold, panning all the way, and out again."""
    whole, (x, y) = Viewport.around(points, *SIZE), np.median(points, axis=0).tolist()
    width, height = whole.x_high - whole.x_low, whole.y_high - whole.y_low
    views = []
    for zoom in [*np.geomspace(1, 100, 40), *np.geomspace(100, 1, 20)]:
        shift = 0.1 * width / zoom * np.sin(7 * zoom)
        half_x, half_y = width / zoom / 2, height / zoom / 2
        views.append(Viewport(x + shift - half_x, x + shift + half_x, y - half_y, y + half_y, *SIZE))
    return views


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def summary(times: list[float]) -> str:
    return f"median {statistics.median(times):.2f} ms, 99th percentile {np.percentile(times, 99):.2f} ms"


def scatter(qtbot, points: np.ndarray) -> pg.PlotWidget:
    widget = pg.PlotWidget(background="w")
    widget.addItem(pg.ScatterPlotItem(points[:, 0], points[:, 1], size=5, pen=None, brush=(124, 141, 163, 76)))
    widget.disableAutoRange()
    qtbot.addWidget(widget)
    widget.resize(*SIZE)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


@pytest.mark.parametrize("n", [10_000, 100_000, 1_000_000, 10_000_000])
@pytest.mark.parametrize("colored", [False, True])
def test_pictures_along_a_path(benchmark, say, painter, n: int, colored: bool):
    points = cloud(n)
    building = timed(lambda: finish(raster.tile_steps(points)))
    tiles: Tiles = finish(raster.tile_steps(points))
    codes = np.arange(n, dtype=np.int32) % 20
    tints = painter.tint(tiles, codes, PALETTE) if colored else None
    out = np.empty((SIZE[1], SIZE[0], 4), np.uint8)
    views = camera_path(points)
    # the first picture of a level makes its colours, if it has some; the way back has seen all levels
    firsts = [timed(lambda at=view: painter.paint(tiles, at, tints=tints, out=out)) for view in views[:40]]
    times = [timed(lambda at=view: painter.paint(tiles, at, tints=tints, out=out)) for view in views]
    size = (tiles.nbytes + (tints.nbytes if tints is not None else 0)) / n
    kind = "coloured" if colored else "plain"
    say(f"{n:,} points, {kind}, the first time: {summary(firsts)}")
    say(f"{n:,} points, {kind}: {summary(times)}; sorted in {building / 1000:.2f} s; {size:.1f} bytes a point")
    benchmark.pedantic(lambda: painter.paint(tiles, views[0], tints=tints, out=out), rounds=1)


@pytest.mark.parametrize("n", [10_000, 100_000, 1_000_000])
@pytest.mark.parametrize("style", [None, DISC_5_PX], ids=["own style", "5 px discs"])
def test_a_picture_beside_the_repaint_of_a_scatter_plot(compare, qtbot, painter, n: int, style: Style | None):
    points = cloud(n)
    tiles, view = finish(raster.tile_steps(points)), Viewport.around(points, *SIZE)
    theirs, out = scatter(qtbot, points), np.empty((SIZE[1], SIZE[0], 4), np.uint8)
    theirs.plotItem.vb.setRange(QRectF(view.x_low, view.y_low, view.x_high - view.x_low, view.y_high - view.y_low))
    compare(
        f"picture of {n:,} points ({'own style' if style is None else '5 px discs'})",
        lambda: painter.paint(tiles, view, style=style, out=out),
        "pyqtgraph ScatterPlotItem",
        theirs.viewport().repaint,
        rounds=9,
    )


def test_a_first_picture_of_points_in_no_order(compare, painter):
    points = cloud(1_000_000)
    view, tiles = Viewport.around(points, *SIZE), finish(raster.tile_steps(points))
    compare(
        "first picture of 1,000,000 points",
        lambda: painter.paint(points, view),
        "the same from tiles",
        lambda: painter.paint(tiles, view),
    )


@pytest.fixture(scope="module")
def tiled():
    """Points and their tiles, made once."""

    @functools.cache
    def make(n: int) -> tuple[np.ndarray, Tiles]:
        points = cloud(n)
        return points, finish(raster.tile_steps(points))

    yield make
    make.cache_clear()


@pytest.mark.parametrize("n", [1_000_000, 10_000_000])
def test_nearest(compare, tiled, n: int):
    points, tiles = tiled(n)
    view, few = Viewport.around(points, *SIZE), points[:: n // 100_000]
    cursors = iter(np.random.default_rng(2).uniform((0, 0), SIZE, (1000, 2)).tolist())
    compare(
        f"nearest of {n:,}",
        lambda: raster.nearest(tiles, view, *next(cursors)),
        "scanning 100,000",
        lambda: raster.nearest(few, view, 700, 500),
    )


@pytest.mark.parametrize("n", [1_000_000, 10_000_000])
@pytest.mark.parametrize("shape", ["rectangle", "lasso", "brush"])
def test_selecting(compare, tiled, n: int, shape: str):
    points, tiles = tiled(n)
    view, turn = Viewport.around(points, *SIZE), np.linspace(0, 2 * np.pi, 200)
    lasso = np.median(points, axis=0) + np.column_stack([np.sin(turn), np.cos(turn)]) * (3 + np.sin(9 * turn))[:, None]
    stroke = np.column_stack([np.linspace(300, 1200, 200), 500 + 100 * np.sin(np.linspace(0, 9, 200))])
    ours = {
        "rectangle": lambda: raster.rows_in_rectangle(tiles, -3, 3, -3, 3),
        "lasso": lambda: raster.rows_in_polygon(tiles, lasso),
        "brush": lambda: raster.rows_in_brush(tiles, view, stroke, 20),
    }[shape]
    scan = raster.rows_in_rectangle
    claim = f"{shape} with {len(ours()):,} of {n:,}"
    compare(claim, ours, "scan for a rectangle", lambda: scan(points, -3, 3, -3, 3), rounds=5)


@pytest.mark.parametrize("n", [1_000_000, 10_000_000])
@pytest.mark.parametrize("kind", ["colours", "half selected"])
def test_tints(compare, tiled, painter, n: int, kind: str):
    points, tiles = tiled(n)
    codes, shown = np.arange(n, dtype=np.int32) % 20, np.random.default_rng(3).random(n) < 0.5
    options = {"codes": codes, "palette": PALETTE} if kind == "colours" else {"shown": shown}
    view, out = Viewport.around(points, *SIZE), np.empty((SIZE[1], SIZE[0], 4), np.uint8)
    compare(
        f"{kind} of {n:,}, made and seen",
        lambda: painter.paint(tiles, view, tints=painter.tint(tiles, **options), out=out),
        "one pass over the items",
        lambda: codes.take(tiles.order),
        rounds=5,
    )


@pytest.mark.parametrize("kind", ["plain", "coloured"])
@pytest.mark.parametrize("motion", ["glide", "space"])
def test_glide_and_space(compare, painter, motion: str, kind: str):
    solid = cloud(1_000_000, 3)
    solid = solid[finish(raster.tile_steps(solid[:, :2])).order]
    before, after = solid[:, :2].copy(), np.ascontiguousarray(solid[:, 1:])
    view, camera = Viewport.around(after, *SIZE), Camera.around(solid, *SIZE).turned(50, 30)
    codes = np.arange(len(solid), dtype=np.int32) % 20
    options = {"codes": codes, "palette": PALETTE} if kind == "coloured" else {}
    ours = {
        "glide": lambda: painter.paint_between(before, after, 0.4, view, **options),
        "space": lambda: painter.paint_solid(solid, camera, *SIZE, **options),
    }[motion]
    claim = f"{motion} of 1,000,000, {kind}"
    compare(claim, ours, "still picture", lambda: painter.paint(after, view), rounds=9)
