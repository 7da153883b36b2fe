"""The plot in space: turned, zoomed, asked and selected with the mouse and the keys, against numpy."""

from __future__ import annotations

import gc
import weakref
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
NONE, SHIFT, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
AXES = (0, 1, 2)


@pytest.fixture
def solid(qapp, plot, window, space):
    """Sixty words in space, at rest."""
    window.operations.set_axes(*AXES)
    qapp.processEvents()
    plot.glide.land()
    plot.grab()
    return plot.solid


def seen(plot, rows=slice(None)):
    """Pixels and depths of items, from the numbers of the lens alone: turn, then perspective, then scale and shift."""
    lens = plot.solid.camera.lens
    points = plot._session.state.projection.points[:, list(plot._session.state.view.axes)].astype(float)[rows]
    turned = np.einsum("ij,nj->ni", lens.rotation, points - lens.center)
    depth = turned[:, 2] / lens.radius
    grown = lens.scale * lens.distance / (lens.distance - depth)
    x = plot.width() / 2 + lens.shift[0] + turned[:, 0] * grown
    y = plot.height() / 2 + lens.shift[1] - turned[:, 1] * grown
    return np.column_stack([x, y]), depth


def alone(plot):
    places = seen(plot)[0]
    away = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(away, np.inf)
    inside = (places > 30).all(axis=1) & (places < [plot.width() - 30, plot.height() - 30]).all(axis=1)
    rows = np.flatnonzero((away.min(axis=1) > 14) & inside & (places[:, 1] > 90))
    assert len(rows) >= 5
    return rows.tolist()


def turn_of(before, after):
    """The angle between two rotations, in degrees."""
    return float(np.degrees(np.arccos(np.clip((np.trace(before.T @ after) - 1) / 2, -1, 1))))


def test_items_stand_where_the_lens_puts_them(plot, solid):
    pixels = np.array([[plot.pixel_of(row).x(), plot.pixel_of(row).y()] for row in range(60)])
    assert np.abs(pixels - seen(plot)[0]).max() <= 0.51
    assert not plot.is_flat


def test_all_items_are_seen_at_first(plot, solid):
    places = seen(plot)[0]
    assert ((places > 0).all(axis=1) & (places < [plot.width(), plot.height()]).all(axis=1)).mean() > 0.95


def test_the_item_at_its_pixel_is_the_item(plot, solid):
    for row in alone(plot):
        assert plot.row_at(plot.pixel_of(row)) == row
        assert plot.row_at(QPointF(plot.pixel_of(row)) + QPointF(3, -3)) == row
    assert plot.row_at(QPoint(3, plot.height() - 3)) is None


def test_of_items_behind_each_other_the_nearer_is_taken(qapp, plot, session, show, make_space, window):
    vectors = np.random.default_rng(0).normal(size=(40, 3)) * 9
    show(make_space(vectors))
    window.operations.set_axes(*AXES)
    qapp.processEvents()
    points, lens = session.state.projection.points.astype(float), plot.solid.camera.lens
    towards = lens.rotation[2]
    assert abs(towards @ towards - 1) < 1e-9
    plot.solid.camera._look(type(lens)(lens.rotation, points[7], lens.scale * 3, lens.radius))
    middle = QPointF(plot.width() / 2, plot.height() / 2)
    near = np.flatnonzero(np.linalg.norm(seen(plot)[0] - [middle.x(), middle.y()], axis=1) <= 2)
    assert plot.row_at(middle) == near[np.argmax(seen(plot)[1][near])]


def test_what_is_drawn_stands_where_items_are(qapp, plot, show, make_space, window):
    show(make_space([[0, 0, 0], [10, 0, 3], [0, 6, -4], [-7, -5, 2], [4, -8, -5]], ["", "", "", "", ""]))
    window.operations.set_axes(*AXES)
    plot.set_tool("pan")
    plot.grab()
    plot.glide.land()
    empty, image = window.appearance.theme.ground, plot.grab().toImage()
    for row in range(5):
        at = plot.pixel_of(row)
        around = [image.pixelColor(at + QPoint(x, y)).name() for x in (-1, 0, 1) for y in (-1, 0, 1)]
        assert all(color != empty.lower() for color in around)


def test_dragging_turns_with_the_hand_and_keeps_the_shape(plot, solid, drag, session):
    before, lens = seen(plot), plot.solid.camera.lens
    drag(plot, QPoint(200, 300), QPoint(260, 300))
    after, turned = seen(plot), plot.solid.camera.lens
    np.testing.assert_allclose(turned.rotation @ turned.rotation.T, np.eye(3), atol=1e-12)
    assert turn_of(lens.rotation, turned.rotation) == pytest.approx(60 * 180 / 600, abs=0.5)
    moved = after[0][:, 0] - before[0][:, 0]
    assert moved[before[1] > 0.3].mean() > 5
    assert moved[before[1] < -0.3].mean() < -5
    assert turned.scale == lens.scale
    assert session.state.answer is None


def test_turning_over_the_top_never_flips(plot, solid, drag):
    rotations = [plot.solid.camera.lens.rotation]
    for _ in range(12):
        drag(plot, QPoint(300, 200), QPoint(300, 330))
        rotations.append(plot.solid.camera.lens.rotation)
    turns = [turn_of(one, other) for one, other in pairwise(rotations)]
    assert max(turns) - min(turns) < 1e-6
    assert turns[0] == pytest.approx(39, abs=1)


@pytest.mark.parametrize(("button", "modifiers"), [(RIGHT, NONE), (MIDDLE, NONE), (LEFT, SHIFT)])
def test_other_drags_move_the_picture(plot, solid, drag, button, modifiers):
    before, rotation = seen(plot)[0], plot.solid.camera.lens.rotation
    drag(plot, QPoint(200, 300), QPoint(260, 270), button=button, modifiers=modifiers)
    np.testing.assert_allclose(seen(plot)[0] - before, np.tile([60, -30], (60, 1)), atol=1e-6)
    assert np.array_equal(plot.solid.camera.lens.rotation, rotation)


@pytest.mark.parametrize("turns", [2, -1])
def test_the_wheel_zooms_about_the_cursor(plot, solid, turns):
    row = alone(plot)[1]
    place, before = plot.pixel_of(row), seen(plot)[0]
    at, none = QPointF(place), Qt.MouseButton.NoButton
    spot, still = QPointF(plot.mapToGlobal(place)), Qt.ScrollPhase.NoScrollPhase
    wheel = QWheelEvent(at, spot, QPoint(), QPoint(0, 120 * turns), none, NONE, still, False)
    QApplication.sendEvent(plot, wheel)
    assert (plot.pixel_of(row) - place).manhattanLength() <= 2
    after = seen(plot)[0]
    assert np.ptp(after[:, 0]) / np.ptp(before[:, 0]) == pytest.approx(1.02 ** (15 * turns), rel=1e-6)


@pytest.mark.parametrize("how", ["double click", "key", "action"])
def test_everything_can_be_brought_back(plot, solid, drag, window, how):
    first = seen(plot)[0]
    drag(plot, QPoint(200, 300), QPoint(320, 180))
    drag(plot, QPoint(200, 300), QPoint(500, 380), button=RIGHT)
    plot.zoom(2.0)
    assert np.abs(seen(plot)[0] - first).max() > 50
    if how == "double click":
        QTest.mouseDClick(plot, LEFT, NONE, QPoint(4, plot.height() - 4))
    elif how == "key":
        QTest.keyClick(plot, Qt.Key.Key_0)
    else:
        window.named_actions["action_fit_all"].trigger()
    np.testing.assert_allclose(seen(plot)[0], first)


def test_arrows_turn_and_with_shift_move(plot, solid):
    plot.setFocus()
    before = plot.solid.camera.lens
    for key, back in ((Qt.Key.Key_Left, Qt.Key.Key_Right), (Qt.Key.Key_Up, Qt.Key.Key_Down)):
        QTest.keyClick(plot, key)
        assert turn_of(before.rotation, plot.solid.camera.lens.rotation) == pytest.approx(9)
        QTest.keyClick(plot, back)
        np.testing.assert_allclose(plot.solid.camera.lens.rotation, before.rotation, atol=1e-12)
    turned_back = plot.solid.camera.lens.rotation
    QTest.keyClick(plot, Qt.Key.Key_Right, SHIFT)
    assert plot.solid.camera.lens.shift[0] > before.shift[0]
    assert np.array_equal(plot.solid.camera.lens.rotation, turned_back)


def test_a_click_asks_and_the_answer_is_marked(plot, session, solid, idle):
    row = alone(plot)[2]
    QTest.mouseClick(plot, LEFT, NONE, plot.pixel_of(row))
    idle()
    assert session.state.answer.inputs == (row,)
    marks = plot.solid.marks
    rows = session.state.answer.rows
    np.testing.assert_allclose(marks.neighbor_points, session.state.projection.points[rows][:, AXES], rtol=1e-6)
    image = plot.grab().toImage()
    assert image.pixelColor(plot.pixel_of(row)).red() > 180
    assert {row, *rows.tolist()} >= set(plot.solid.labels_item.rows[:5].tolist())


def test_hovering_names_the_item(qtbot, plot, session, solid):
    row = alone(plot)[0]
    QTest.mouseMove(plot, plot.pixel_of(row))
    qtbot.waitUntil(plot.hover_card.isVisible)
    assert plot.hover_card.label.text() == f"word{row}"
    assert session.focus == row


def selected(session):
    return [] if session.state.selection is None else session.state.selection.tolist()


def inside(places, one, other):
    low, high = np.minimum(one, other), np.maximum(one, other)
    return np.flatnonzero(((places >= low) & (places <= high)).all(axis=1)).tolist()


def test_a_rectangle_selects_what_is_seen_in_it(plot, session, solid, drag):
    plot.set_tool("rectangle")
    x, y = plot.width() // 2, plot.height() // 2
    drag(plot, QPoint(x, y), QPoint(x + 200, y + 160))
    right = inside(seen(plot)[0], [x, y], [x + 200, y + 160])
    assert 1 <= len(right) < 60
    assert selected(session) == right
    drag(plot, QPoint(x, y), QPoint(x - 200, y - 160), modifiers=SHIFT)
    assert selected(session) == sorted({*right, *inside(seen(plot)[0], [x - 200, y - 160], [x, y])})
    drag(plot, QPoint(x, y), QPoint(x + 200, y + 160), modifiers=ALT)
    assert not set(selected(session)) & set(right)


def test_a_lasso_selects_what_is_seen_in_it(plot, session, solid, drag):
    plot.set_tool("lasso")
    x, y = plot.width() // 2, plot.height() // 2
    corners = [(x, y - 150), (x + 180, y), (x, y + 150), (x - 180, y)]
    drag(plot, *(QPoint(*corner) for corner in corners))
    places = np.abs(seen(plot)[0] - [x, y]) / [180, 150]
    expected = np.flatnonzero(places.sum(axis=1) < 1).tolist()
    assert 3 <= len(expected) < 60
    assert selected(session) == expected


def test_a_brush_selects_what_it_touches(plot, session, solid, drag):
    plot.set_tool("brush")
    x, y = plot.width() // 2, plot.height() // 2
    drag(plot, QPoint(x - 120, y), QPoint(x + 120, y))
    places = seen(plot)[0]
    over = np.hypot(np.maximum(np.abs(places[:, 0] - x) - 120, 0), places[:, 1] - y)
    assert selected(session) == np.flatnonzero(over <= plot.hand.brush_radius).tolist() != []


def test_the_axes_are_named_and_their_names_keep_inside(plot, solid):
    titles = plot.solid.axes.titles(plot.solid.camera)
    assert [title.text.split(" (")[0] for title in titles] == ["PC 1", "PC 2", "PC 3"]
    assert all(title.text.endswith(" %)") for title in titles)
    assert all(plot.rect().contains(title.box.toAlignedRect()) for title in titles)


def test_the_names_of_axes_keep_off_the_buttons(plot, solid, window):
    buttons = window.plot_tools
    for _ in range(24):
        plot.solid.camera.turn(25.0, 0.0)
        plot.solid.camera.pan(-10.0, -6.0)
        plot.grab()
        for title in plot.solid.axes.titles(plot.solid.camera):
            assert not title.box.toRect().intersects(buttons.geometry())


def test_names_of_items_far_behind_fade(plot, solid):
    rows, depths = np.arange(60), seen(plot)[1]
    strengths = plot.solid.labels_item._strengths(rows)
    order = np.argsort(depths)
    assert (np.diff(strengths[order]) >= 0).all()
    assert strengths[order[-1]] == 1.0
    assert strengths[order[0]] < 0.6


def test_two_components_are_too_few(plot, window, show, make_space):
    show(make_space(np.random.default_rng(0).normal(size=(9, 2))))
    window.operations.set_axes(0, 1, 2)
    assert window.session.state.view.axes == (0, 1)
    assert "at least three components; this projection has 2" in window.message_bar.message_line.text()
    assert plot.is_flat


def test_a_state_with_too_few_components_is_shown_flat(plot, session, show, make_space, window, solid):
    show(make_space(np.random.default_rng(0).normal(size=(9, 2))))
    assert session.state.view.axes == AXES
    assert plot.is_flat
    assert plot.row_at(plot.pixel_of(3)) == 3


@pytest.mark.parametrize(
    "vectors",
    [
        np.zeros((1, 3)),
        np.ones((30, 3)),
        [[1, 2, 3], [np.nan, 0, 0], [4, 5, 9], [np.inf, 1, 1], [3, 1, 2]],
        np.array([[1e30, 0, 1], [0, 1e30, 0], [1, 2, 3], [5, 3, 1]]),
        np.zeros((0, 3)),
    ],
    ids=["one", "same", "nan", "huge", "none"],
)
def test_nothing_breaks(qapp, plot, session, make_space, window, drag, vectors):
    from embedviz.space.projection import Projection

    vectors = np.asarray(vectors, np.float32)
    space = make_space(np.zeros((len(vectors), 3)))
    session.replace(space=space, projection=Projection(vectors, "made", ("a", "b", "c")))
    window.operations.set_axes(*AXES)
    plot.grab()
    plot.glide.land()
    drag(plot, QPoint(100, 100), QPoint(160, 130))
    QTest.mouseMove(plot, QPoint(100, 100))
    for size in ((1, 1), (300, 2000)):
        plot.resize(*size)
        plot.grab()
        plot.fit_all()
        plot.grab()
    assert plot.row_at(QPoint(-99, -99)) is None


@pytest.mark.parametrize("axes", [AXES[:2], AXES])
def test_a_space_that_was_closed_is_let_go_whichever_of_plane_and_space_showed_it(
    qtbot, qapp, window, plot, show, make_space, idle, axes
):
    def look() -> None:
        idle()
        qapp.processEvents()
        plot.grab()

    def made(seed: int):
        return make_space(np.random.default_rng(seed).normal(size=(60, 6)))

    closed = weakref.ref(show(made(0)))
    window.operations.set_axes(*axes)
    look()
    window.operations.set_axes(*(AXES if len(axes) == 2 else AXES[:2]))
    look()
    for seed in (1, 2, 3):
        show(made(seed))
        look()
    qtbot.waitUntil(lambda: gc.collect() >= 0 and closed() is None)
