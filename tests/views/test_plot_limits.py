"""Nothing breaks: plots of one pixel and of 8K, no item, one, all in one place, numbers far out, many classes."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QRegion
from PySide6.QtTest import QTest

from embedviz.space.projection import Projection
from embedviz.space.table import Column
from embedviz.views.plot import Plot

KEYS = (Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_0)
PLACES = {
    "none": np.zeros((0, 2)),
    "one": [[1.0, 2.0]],
    "all in one place": [[1.0, 2.0]] * 50,
    "not finite": [[np.nan, np.nan], [np.inf, 0.0], [0.0, -np.inf], [1.0, 2.0]],
    "nowhere": [[np.nan, np.nan]] * 3,
    "huge": [[1e30, -1e30], [-1e30, 1e30], [0.0, 0.0]],
    "huge beside usual": [[1e30, 0.0], [1.0, 2.0], [1.5, 2.5], [3e38, -3e38]],
    "tiny": [[1e-30, 0.0], [-1e-30, 1e-30]],
    "subnormal": [[1e-42, 0.0], [-1e-42, 1e-42]],
}


@pytest.fixture
def put(session, make_space, qapp):
    """Show items at given places, whatever they are."""

    def run(places) -> None:
        points = np.array(places, np.float32).reshape(-1, 2)
        vectors = np.nan_to_num(points) if len(points) else points
        space = make_space(vectors)
        projection = Projection(points, "pca", ("PC 1", "PC 2"))
        session.replace(space=space, projection=projection, answer=None, selection=None, coloring=None)
        qapp.processEvents()

    return run


@pytest.fixture
def alone(qtbot, window, session):
    """A plot in no window, that can have any size."""
    made = Plot(session, window.operations, window.appearance, window.color_key)
    qtbot.addWidget(made)
    yield made
    made.close_raster()


def use(plot, drag) -> None:
    """All that a person can do with the plot, without asking."""
    for key in KEYS:
        QTest.keyClick(plot, key)
        plot.flight.land()
    QTest.keyClick(plot, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    middle = plot.camera.ground.center().toPoint()
    for tool in ("rectangle", "lasso", "brush", "pan"):
        plot.set_tool(tool)
        drag(plot, middle - QPoint(40, 30), middle + QPoint(50, 0), middle + QPoint(0, 60))
    plot.fit_selection()
    plot.fly_to_item()
    plot.flight.land()
    plot.zoom(1e9)
    plot.zoom(1e-12)
    plot.fly_to_all()
    plot.flight.land()
    plot.row_at(QPointF(middle))
    plot.grab()


@pytest.mark.parametrize("kind", PLACES)
def test_items_at_odd_places_can_be_looked_at(plot, session, put, drag, kind):
    put(PLACES[kind])
    plot.grab()
    use(plot, drag)
    shown = plot.camera.shown
    assert np.isfinite([shown.left(), shown.top(), shown.width(), shown.height(), plot.camera.scale]).all()
    places = np.array(PLACES[kind], np.float32).reshape(-1, 2)
    finite = np.flatnonzero(np.isfinite(places).all(axis=1)).tolist()
    session.replace(selection=None)
    plot.fit_all()
    for row in finite:
        assert plot.camera.ground.contains(QPointF(plot.pixel_of(row)))
    if session.state.selection is not None:
        assert set(session.state.selection.tolist()) <= set(finite)


@pytest.mark.parametrize("size", [(1, 1), (2, 300), (300, 2), (7680, 4320)])
@pytest.mark.parametrize("kind", ["one", "all in one place", "huge beside usual"])
def test_a_plot_of_any_size_is_painted_and_used(qapp, alone, session, put, drag, size, kind):
    put(PLACES[kind])
    alone.resize(*size)
    alone.show()
    qapp.processEvents()
    if size[0] < 1000:
        use(alone, drag)
    image = QImage(alone.size(), QImage.Format.Format_RGB32)
    alone.render(image, QPoint(), QRegion())
    assert (image.width(), image.height()) == size
    assert alone.camera.shown.isValid()
    assert alone.overview.isHidden() or QRectF(alone.rect()).contains(QRectF(alone.overview.geometry()))


def test_ten_thousand_classes(plot, session, show, make_space, drag):
    n = 20_000
    codes = (np.arange(n) % 10_000).astype(np.int32)
    names = tuple(f"class {code}" for code in range(10_000))
    column = Column("category", codes, np.zeros(n, np.bool_), names)
    show(make_space(np.random.default_rng(0).normal(size=(n, 2)), metadata={"class": column}))
    session.replace(coloring="class")
    use(plot, drag)
    assert session.state.coloring == "class"
