"""Classes hidden by a click on the legend, in space: not touched, not selected, not named, not marked, not drawn."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from embedviz.space.table import Column

LEFT_BUTTON = Qt.MouseButton.LeftButton
LEFT, RIGHT = range(40), range(40, 70)


@pytest.fixture
def groups(qapp, show, make_space, window, plot):
    """Two groups far apart, coloured by group, in space and at rest."""
    codes = np.repeat(np.arange(2, dtype=np.int32), (40, 30))
    centers = np.array([[-10.0, 0, 0], [10, 0, 0]])
    vectors = centers[codes] + np.random.default_rng(4).normal(0, 2, (70, 3))
    made = show(make_space(vectors, metadata={"group": Column("category", codes, codes < 0, ("left", "right"))}))
    window.operations.color_by("group")
    window.operations.set_axes(0, 1, 2)
    qapp.processEvents()
    plot.glide.land()
    plot.grab()
    return made


@pytest.fixture
def click_class(qapp, window, plot):
    """Click on a class in the legend."""

    def click(name: str) -> None:
        shown = window.space_panel.legend.class_list
        QApplication.processEvents()  # rows are laid out in batches
        model = shown.model()
        (at,) = (row for row in range(model.rowCount()) if model.index(row).data() == name)
        QTest.mouseClick(shown.viewport(), LEFT_BUTTON, pos=shown.visualRect(model.index(at)).center())
        qapp.processEvents()
        plot.grab()

    return click


def named(plot) -> set[int]:
    return set(plot.solid.labels_item.rows.tolist())


def test_hidden_items_are_neither_touched_nor_named(plot, groups, click_class):
    places = {row: plot.pixel_of(row) for row in LEFT}
    assert {plot.row_at(place) for place in places.values()} <= set(LEFT)
    assert named(plot) & set(LEFT)
    click_class("left")
    assert {plot.row_at(place) for place in places.values()} <= {None, *RIGHT}
    assert sum(plot.row_at(place) is None for place in places.values()) > 30
    assert named(plot)
    assert named(plot) <= set(RIGHT)
    assert {plot.row_at(plot.pixel_of(row)) for row in RIGHT} <= set(RIGHT)
    click_class("left")
    assert {plot.row_at(place) for place in places.values()} <= set(LEFT)
    assert named(plot) & set(LEFT)


def test_hovering_does_not_find_a_hidden_item(qapp, qtbot, plot, session, groups, click_class):
    click_class("left")
    row = next(row for row in LEFT if plot.row_at(plot.pixel_of(row)) is None)
    QTest.mouseMove(plot, plot.pixel_of(row))
    qapp.processEvents()
    assert session.focus is None
    assert not plot.hover_card.isVisible()
    QTest.mouseMove(plot, plot.pixel_of(50))
    qtbot.waitUntil(plot.hover_card.isVisible)
    assert session.focus in RIGHT


@pytest.mark.parametrize("tool", ["rectangle", "lasso", "brush"])
def test_hidden_items_are_not_selected(plot, session, groups, click_class, drag, tool):
    click_class("left")
    plot.set_tool(tool)
    low, high = QPoint(2, 90), QPoint(plot.width() - 3, plot.height() - 3)
    if tool == "rectangle":
        drag(plot, low, high)
    elif tool == "lasso":
        drag(plot, low, QPoint(high.x(), low.y()), high, QPoint(low.x(), high.y()))
    else:
        drag(plot, *(plot.pixel_of(row) for row in (*LEFT, *RIGHT) if plot.rect().contains(plot.pixel_of(row))))
    chosen = session.state.selection.tolist()
    assert len(chosen) > 20
    assert set(chosen) <= set(RIGHT)


def test_hidden_neighbours_are_not_marked(plot, groups, click_class, ask):
    answer = ask("item 3")
    assert set(answer.rows.tolist()) <= set(LEFT)
    assert np.isfinite(plot.solid.marks.neighbor_points).all()
    click_class("left")
    assert np.isnan(plot.solid.marks.neighbor_points).all()
    assert not named(plot) & set(answer.rows.tolist())


def test_hidden_items_are_not_drawn(monkeypatch, plot, groups, click_class):
    monkeypatch.setattr(plot.solid.labels_item, "paint", lambda *args, **options: None)

    def ink() -> float:
        plot.grab()
        (pixels, _), *_ = plot.solid.points_item.pictures
        places = [plot.pixel_of(row) for row in LEFT]
        return float(np.mean([pixels[place.y(), place.x(), 3] for place in places if plot.rect().contains(place)]))

    before = ink()
    click_class("left")
    assert before > 60
    assert ink() < 5


def test_what_is_left_is_worked_out_once(plot, groups, click_class, window, session):
    """Fading all classes but one, or selecting, changes nothing of it."""
    click_class("left")
    left = plot.solid._left
    window.color_key.highlight(1)
    session.replace(selection=np.array([50, 51]))
    assert plot.solid._left is left
