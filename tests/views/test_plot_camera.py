"""The camera: fit, pan and zoom by keyboard, axes, and what stays where it is."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtTest import QTest

from embedviz.views.plot.camera import Camera


def centre(plot):
    middle = plot.camera.shown.center()
    return middle.x(), middle.y()


def in_view(plot, rows):
    ground = plot.camera.ground
    return [row for row in rows if ground.contains(QPointF(plot.pixel_of(row)))]


def test_fit_all_shows_every_item_and_fills_the_plot(plot, window, space):
    plot.camera.move(x=1000.0)
    assert in_view(plot, range(60)) == []
    window.named_actions["action_fit_all"].trigger()
    plot.flight.land()
    assert in_view(plot, range(60)) == list(range(60))
    places = np.array([(plot.pixel_of(row).x(), plot.pixel_of(row).y()) for row in range(60)])
    ground = plot.camera.ground
    shares = np.ptp(places, axis=0) / [ground.width(), ground.height()]
    assert shares.max() > 0.8


def test_one_unit_is_as_long_to_the_right_as_upwards(plot, session, space):
    points = session.state.projection.points[:, :2].astype(float)
    for action in (plot.fit_all, lambda: plot.zoom(3.0)):
        action()
        right, up = int(points[:, 0].argmax()), int(points[:, 1].argmax())
        moved = plot.pixel_of(right) - plot.pixel_of(up)
        across, along = points[right] - points[up]
        assert moved.x() / across == pytest.approx(-moved.y() / along, rel=0.02)


def test_fit_selection_shows_the_selected_else_the_neighbours(plot, window, session, space, ask):
    window.operations.set_k(3)
    answer = ask("word3")
    plot.fit_selection()
    assert in_view(plot, answer.rows.tolist()) == answer.rows.tolist()
    session.replace(selection=np.array([1, 2]))
    whole = plot.camera.shown.width()
    plot.fit_selection()
    assert in_view(plot, [1, 2]) == [1, 2]
    assert plot.camera.shown.width() != whole


def test_fit_selection_without_either_stays(plot, space):
    before = plot.camera.shown
    plot.fit_selection()
    assert plot.camera.shown == before


@pytest.mark.parametrize(
    ("key", "x", "y"),
    [(Qt.Key.Key_Left, -1, 0), (Qt.Key.Key_Right, 1, 0), (Qt.Key.Key_Up, 0, 1), (Qt.Key.Key_Down, 0, -1)],
)
def test_arrows_with_shift_move_the_view_by_a_tenth(plot, space, key, x, y):
    before, size = centre(plot), plot.camera.shown.size()
    QTest.keyClick(plot, key, Qt.KeyboardModifier.ShiftModifier)
    after = centre(plot)
    assert after[0] - before[0] == pytest.approx(0.1 * x * size.width(), abs=1e-9)
    assert after[1] - before[1] == pytest.approx(0.1 * y * size.height(), abs=1e-9)


def test_plus_and_minus_zoom_about_the_middle_and_0_shows_all(plot, space):
    before, width = centre(plot), plot.camera.shown.width()
    QTest.keyClick(plot, Qt.Key.Key_Plus)
    assert plot.camera.shown.width() == pytest.approx(width / 1.25)
    QTest.keyClick(plot, Qt.Key.Key_Minus)
    QTest.keyClick(plot, Qt.Key.Key_Minus)
    assert plot.camera.shown.width() == pytest.approx(width * 1.25)
    assert centre(plot) == pytest.approx(before)
    QTest.keyClick(plot, Qt.Key.Key_0)
    plot.flight.land()
    assert plot.camera.shown.width() == pytest.approx(width)


def test_an_answer_does_not_move_the_camera_unless_the_query_is_out_of_view(plot, space, ask):
    before = plot.camera.shown
    ask("word3")
    assert plot.camera.shown == before
    plot.camera.move(x=1000.0)
    ask("word4")
    plot.flight.land()
    assert in_view(plot, [4]) == [4]
    assert plot.camera.shown.width() == pytest.approx(before.width())


def test_a_colour_or_a_selection_does_not_move_the_camera(plot, session, space):
    plot.zoom(2.0)
    before = plot.camera.shown
    session.replace(coloring="part_of_speech")
    session.replace(selection=np.array([1, 2]))
    session.replace(coloring=None)
    assert plot.camera.shown == before


def test_other_axes_move_the_items(plot, window, session, space):
    window.operations.set_axes(2, 1)
    points = session.state.projection.points[:, [2, 1]].astype(float)
    places = np.array([(plot.pixel_of(row).x(), plot.pixel_of(row).y()) for row in range(60)], float)
    for axis, sign in ((0, 1.0), (1, -1.0)):
        assert np.corrcoef(points[:, axis], places[:, axis])[0, 1] * sign > 0.9999
    assert plot.accessibleDescription().startswith("60 items, PC 3 (")
    assert "PC 2 (" in plot.accessibleDescription()


def test_a_new_space_is_shown_whole(plot, show, make_space, space):
    plot.zoom(40.0)
    show(make_space(np.random.default_rng(1).normal(size=(30, 3)) * 1000))
    assert in_view(plot, range(30)) == list(range(30))


def test_resizing_keeps_the_items_in_view(qapp, plot, window, space):
    for size in ((700, 500), (1600, 500), (900, 1100)):
        window.resize(*size)
        qapp.processEvents()
        assert in_view(plot, range(60)) == list(range(60))


def test_the_plot_tells_in_words_what_it_shows(plot, session, space, ask):
    ask("word3")
    session.replace(selection=np.array([1, 2]), coloring="part_of_speech")
    text = plot.accessibleDescription()
    assert text.startswith("60 items, PC 1 (")
    assert "word3 is marked with 10 neighbours" in text
    assert "2 items are selected." in text
    assert len(text) < 1000
    assert plot.pixel_of(3) != QPoint()


def test_a_very_long_question_stays_short_in_words(plot, space, ask):
    ask(" ".join(f"word{row % 60}" for row in range(2000)))
    assert len(plot.accessibleDescription()) < 1500


@pytest.fixture
def camera():
    made = Camera()
    made.set_ground(QRectF(50, 10, 800, 400))
    made.show(QRectF(-3, 2, 4, 10))
    return made


def test_the_camera_shows_all_of_what_was_asked_for_in_every_shape_of_ground(camera):
    for size in ((800, 400), (400, 800), (1, 1), (5000, 7)):
        camera.set_ground(QRectF(50, 10, *size))
        assert camera.shown.adjusted(-1e-9, -1e-9, 1e-9, 1e-9).contains(QRectF(-3, 2, 4, 10))
        assert camera.shown.width() / camera.shown.height() == pytest.approx(size[0] / size[1])
        assert camera.shown.center() == QPointF(-1, 7)


def test_pixels_and_data_are_each_others_inverse(camera):
    camera.zoom(7.3, QPointF(130, 200))
    for place in (QPointF(50, 10), QPointF(333.25, 17.5), QPointF(-400, 9000)):
        back = camera.to_pixel(*camera.to_data(place))
        assert (back.x(), back.y()) == pytest.approx((place.x(), place.y()), abs=1e-6)
    points = np.random.default_rng(0).normal(size=(20, 2)) * 10
    one_by_one = [(place.x(), place.y()) for place in (camera.to_pixel(x, y) for x, y in points.tolist())]
    assert camera.to_pixels(points) == pytest.approx(np.array(one_by_one))
    assert np.isnan(camera.to_pixels(np.array([[np.nan, 1.0]], np.float32))[0, 0])


def test_zooming_keeps_the_data_under_the_cursor_and_can_be_undone(camera):
    before, at = camera.shown, QPointF(700, 350)
    under = camera.to_data(at)
    for factor in (1.5, 40.0, 1e6, 1 / 6e7):
        camera.zoom(factor, at)
        assert camera.to_data(at) == pytest.approx(under, rel=1e-6)
    assert camera.shown.width() == pytest.approx(before.width(), rel=1e-6)


def test_the_camera_never_loses_its_scale(camera):
    for factor in (1e-300, 1e300):
        for _ in range(4):
            camera.zoom(factor, QPointF(60, 20))
            camera.move(1e300, -1e300)
        assert np.isfinite([camera.scale, camera.shown.width(), camera.shown.center().x()]).all()
        assert camera.scale > 0
