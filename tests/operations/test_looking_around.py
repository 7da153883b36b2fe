"""Looking: axes, colours, selections and how they combine, modes, stepping back out."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz.operations import Operations


@pytest.fixture
def points(session, space):
    return session.state.projection.points[:, :2].astype(np.float64)


def inside(points, x0, x1, y0, y1):
    rows = (points[:, 0] >= x0) & (points[:, 0] <= x1) & (points[:, 1] >= y0) & (points[:, 1] <= y1)
    return np.flatnonzero(rows).tolist()


def selected(session):
    return None if session.state.selection is None else session.state.selection.tolist()


def test_a_rectangle_selects_what_lies_in_it(session, operations, points, said):
    x = float(np.median(points[:, 0]))
    operations.select_rectangle(x, 1e9, -1e9, 1e9)
    assert selected(session) == inside(points, x, 1e9, -1e9, 1e9)
    assert len(selected(session)) == 4
    assert said[-1].text == "4 items are selected."
    assert not session.state.selection.flags.writeable


def test_selections_add_and_take_away(session, operations, points):
    left, right = (-1e9, 0.0, -1e9, 1e9), (0.0, 1e9, -1e9, 1e9)
    low = (-1e9, 1e9, -1e9, 0.0)
    operations.select_rectangle(*left)
    assert selected(session) == inside(points, *left)
    operations.select_rectangle(*right, how="add")
    assert selected(session) == list(range(7))
    operations.select_rectangle(*low, how="remove")
    assert selected(session) == inside(points, -1e9, 1e9, 0.0, 1e9)
    operations.select_rectangle(*left)
    assert selected(session) == inside(points, *left)


def test_adding_to_nothing_selects_and_removing_from_nothing_does_not(session, operations, points):
    operations.select_rectangle(-1e9, 1e9, -1e9, 1e9, how="remove")
    assert session.state.selection is None
    operations.select_rectangle(-1e9, 0, -1e9, 1e9, how="add")
    assert selected(session) == inside(points, -1e9, 0, -1e9, 1e9)


def test_an_empty_rectangle_clears_the_selection(session, operations, points):
    operations.select_rectangle(-1e9, 1e9, -1e9, 1e9)
    operations.select_rectangle(1e8, 1e9, 1e8, 1e9)
    assert session.state.selection is None


def test_a_lasso_selects_inside_the_drawn_line(session, operations, points):
    row = int(points[:, 0].argmax())
    x, y = points[row]
    diamond = np.array([(x - 0.01, y), (x, y + 0.01), (x + 0.01, y), (x, y - 0.01)])
    operations.select_lasso(diamond)
    assert selected(session) == [row]
    operations.select_lasso(np.array([(-99, -99), (99, -99), (99, 99), (-99, 99)]), "add")
    assert selected(session) == list(range(7))
    operations.select_lasso(diamond, "remove")
    assert selected(session) == [each for each in range(7) if each != row]


def test_selections_follow_the_axes_that_are_shown(session, operations, space):
    operations.set_axes(2, 0)
    operations.select_rectangle(0.0, 1e9, -1e9, 1e9)
    assert selected(session) == np.flatnonzero(session.state.projection.points[:, 2] >= 0).tolist()


def test_without_a_projection_there_is_nothing_to_select(session, operations, said):
    operations.select_rectangle(-1, 1, -1, 1)
    operations.select_lasso(np.zeros((3, 2)))
    operations.select_neighbors()
    assert session.state.selection is None
    assert said == []


def test_the_neighbours_can_be_selected(session, operations, space, ask):
    operations.set_k(3)
    answer = ask("king")
    operations.select_neighbors()
    assert selected(session) == sorted(answer.rows.tolist())


def test_colour_axes_and_mode_are_steps_to_undo_and_repeats_are_none(session, operations, space):
    heard = []
    session.history_changed.connect(lambda: heard.append(True))
    operations.color_by("kind")
    operations.color_by("kind")
    operations.set_axes(1, 2)
    operations.set_axes(1, 2)
    operations.set_mode("train")
    operations.set_mode("train")
    assert len(heard) == 3
    assert (session.state.coloring, session.state.view.axes, session.state.view.mode) == ("kind", (1, 2), "train")
    operations.undo()
    operations.undo()
    assert session.state.view.axes == (0, 1)
    assert session.state.coloring == "kind"
    operations.redo()
    assert session.state.view.axes == (1, 2)


def test_stepping_out_clears_the_question_then_the_selection(session, operations, space, ask):
    ask("king")
    operations.select_neighbors()
    operations.step_back_out()
    assert session.state.answer is None
    assert session.state.selection is not None
    operations.step_back_out()
    assert session.state.selection is None


def test_stepping_out_gives_up_the_question_under_way(session, operations, space, idle):
    operations.ask("king")
    operations.step_back_out()
    idle()
    assert session.state.answer is None


def test_warming_up_ends_with_kernels_ready(qtbot, operations: Operations, said):
    with qtbot.waitSignal(operations.kernels_ready, timeout=60_000):
        operations.warm_up()
    assert said == []
