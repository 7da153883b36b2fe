"""The overview: there when one looks closely, never in the way, and one can point at it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def overview(plot):
    return plot.overview


@pytest.fixture
def crowd(show, make_space):
    return show(make_space(np.random.default_rng(3).normal(size=(2000, 2)) * [3, 2]))


def test_it_is_there_only_when_one_looks_closely(plot, overview, crowd):
    assert not overview.isVisible()
    plot.zoom(3.5)
    assert not overview.isVisible()
    plot.zoom(1.5)
    assert overview.isVisible()
    assert overview.accessibleName() == "Overview of all items"
    plot.fit_all()
    assert not overview.isVisible()


def test_it_can_be_turned_off(plot, overview, window, crowd):
    plot.zoom(8.0)
    action = window.named_actions["action_toggle_overview"]
    assert action.isChecked()
    action.trigger()
    assert not overview.isVisible()
    assert not window.appearance.settings.overview
    assert not action.isChecked()
    action.trigger()
    assert overview.isVisible()


@pytest.mark.parametrize("size", [(1280, 800), (900, 620), (1900, 1000)])
def test_it_stands_in_a_corner_off_the_buttons_and_names_keep_off_it(qapp, plot, overview, window, crowd, size):
    window.resize(*size)
    qapp.processEvents()
    for x, y in ((3, 2), (-3, 2), (3, -2), (-3, -2)):
        plot.fit_all()
        plot.zoom(6.0)
        center = plot.camera.shown.center()
        plot.camera.move(x - center.x(), y - center.y())
        plot.grab()
        place = overview.geometry()
        ground = plot.camera.ground.toRect()
        assert ground.contains(place)
        assert min(abs(place.left() - ground.left()), abs(place.right() - ground.right())) < 20
        assert min(abs(place.top() - ground.top()), abs(place.bottom() - ground.bottom())) < 20
        assert not place.intersects(window.plot_tools.geometry())
        boxes = plot.labels_item.boxes
        apart = (
            (boxes[:, 0] >= place.right())
            | (boxes[:, 0] + boxes[:, 2] <= place.left())
            | (boxes[:, 1] >= place.bottom())
            | (boxes[:, 1] + boxes[:, 3] <= place.top())
        )
        assert apart.all()


def test_it_takes_the_corner_with_the_fewest_items(plot, overview, show, make_space):
    rng = np.random.default_rng(1)
    cloud = np.concatenate([rng.normal(size=(500, 2)) * 0.3 + [2, -1], [[-40, -30], [40, 30]]])
    show(make_space(cloud))
    points = plot.scene.points
    cluster = np.median(points, axis=0).tolist()
    center = plot.camera.shown.center()
    plot.zoom(1.01)
    plot.camera.move(cluster[0] - center.x(), cluster[1] - center.y())
    plot.camera.zoom(5.0)
    away = plot.camera.to_data(plot.camera.ground.bottomRight() - QPointF(60, 50))
    plot.overview.hide()
    plot.camera.move(cluster[0] - away[0], cluster[1] - away[1])
    place = overview.geometry()
    inside = [place.contains(plot.pixel_of(row)) for row in range(len(points))]
    assert sum(inside) < 50


def test_the_marked_part_is_the_one_in_view(plot, overview, crowd):
    plot.zoom(8.0)
    plot.camera.move(x=1.0, y=-0.5)
    mark, viewport = overview.view_rectangle(), overview._viewport()
    low, high = viewport.to_data(mark.left(), mark.bottom()), viewport.to_data(mark.right(), mark.top())
    shown = plot.camera.shown
    assert low == pytest.approx((shown.left(), shown.top()), abs=1e-6)
    assert high == pytest.approx((shown.right(), shown.bottom()), abs=1e-6)


def test_a_click_or_a_drag_in_it_moves_the_view(plot, overview, crowd, drag, session):
    plot.zoom(8.0)
    width, place = plot.camera.shown.width(), overview.geometry()
    for at in (QPoint(50, 40), QPoint(90, 70)):
        QTest.mouseClick(overview, LEFT, pos=at)
        wanted = overview._viewport().to_data(at.x(), at.y())
        center = plot.camera.shown.center()
        assert (center.x(), center.y()) == pytest.approx(wanted)
    drag(overview, QPoint(30, 30), QPoint(100, 60))
    center = plot.camera.shown.center()
    assert (center.x(), center.y()) == pytest.approx(overview._viewport().to_data(100, 60))
    assert plot.camera.shown.width() == pytest.approx(width)
    assert overview.geometry() == place
    assert session.state.answer is None
    assert session.state.selection is None


def test_the_view_is_marked_in_the_accent(plot, overview, window, crowd):
    plot.zoom(6.0)
    picture = overview.grab().toImage()
    mark = overview.view_rectangle().toRect()
    accent = QColor(window.appearance.theme.accent)
    near = [picture.pixelColor(mark.left() + x, mark.center().y()) for x in (-1, 0, 1)]
    assert min(abs(tone.red() - accent.red()) + abs(tone.green() - accent.green()) for tone in near) < 60
    panel = QColor(window.appearance.theme.panel)
    whole = overview._viewport()
    (x,), (y,) = whole.exact_pixels(np.median(plot.scene.points, axis=0)[None])
    assert picture.pixelColor(int(x) + 12, int(y) - 9) != panel
    assert picture.pixelColor(6, 50) == panel


def test_too_small_a_plot_has_none(qapp, plot, overview, window, crowd):
    window.resize(320, 300)
    qapp.processEvents()
    plot.zoom(10.0)
    assert not overview.isVisible()


def test_it_makes_way_for_the_item_that_an_arrow_leads_to(plot, overview, session, crowd):
    plot.zoom(8.0)
    before = overview.geometry()
    row = next(row for row in range(2000) if before.contains(plot.pixel_of(row)))
    beside = plot.scene.row_beside(row, 1, 0)
    session.set_focus(row)
    QTest.keyClick(plot, Qt.Key.Key_Right)
    plot.flight.land()
    assert session.focus == beside
    assert not overview.geometry().contains(plot.pixel_of(beside))


def test_a_frame_paints_the_plot_once_though_the_overview_lies_on_it(plot, overview, crowd, monkeypatch):
    plot.zoom(8.0)
    plot.repaint()
    assert overview.isVisible()
    paint, painted = plot.scene.paint, []
    monkeypatch.setattr(plot.scene, "paint", lambda *args, **options: painted.append(1) or paint(*args, **options))
    for _ in range(4):
        plot.camera.pan(3.0, 1.0)
        plot.repaint()
    assert len(painted) == 4
