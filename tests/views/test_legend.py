"""The legend under the mouse and the keyboard: what it says, hides, highlights, and what the plot then shows."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QImage, QPainter, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from embedviz.space.table import Column
from embedviz.views.class_list import CODE, COLOR, COUNT, IS_HIDDEN

GROUPS = ("left", "right", "middle")
GROUP_SIZES = (50, 30, 20)


@pytest.fixture
def legend(window):
    return window.space_panel.legend


@pytest.fixture
def groups(show, make_space):
    """Three groups of items far apart, with a class each, and two numbers."""
    random = np.random.default_rng(4)
    codes = np.repeat(np.arange(3, dtype=np.int32), GROUP_SIZES)
    centers = np.array([[-10, 0, 0], [10, 0, 0], [0, 3, 0]])
    vectors = centers[codes] + random.normal(0, 1.2, (100, 3))
    values = np.arange(100.0)
    values[:4] = np.nan
    metadata = {
        "group": Column("category", codes, np.zeros(100, bool), GROUPS),
        "value": Column("number", values, np.isnan(values)),
    }
    return show(make_space(vectors, metadata=metadata))


@pytest.fixture
def by_group(qapp, window, groups):
    window.operations.color_by("group")
    qapp.processEvents()
    return groups


def place_of(legend, name: str) -> QPoint:
    """The middle of a row of the list."""
    rows = legend.class_list
    QApplication.processEvents()  # rows are laid out in batches
    model = rows.model()
    (at,) = (row for row in range(model.rowCount()) if model.index(row).data() == name)
    rows.scrollTo(model.index(at))
    return rows.visualRect(model.index(at)).center()


def click(qapp, legend, name: str, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.mouseClick(legend.class_list.viewport(), Qt.MouseButton.LeftButton, modifiers, place_of(legend, name))
    qapp.processEvents()


def hover(qapp, legend, name: str) -> None:
    QTest.mouseMove(legend.class_list.viewport(), place_of(legend, name))
    qapp.processEvents()


def rows(legend) -> list[tuple[str, str, bool]]:
    model = legend.class_list.model()
    found = [model.index(row) for row in range(model.rowCount())]
    return [(index.data(), index.data(COUNT), index.data(IS_HIDDEN)) for index in found]


def strength(plot, rows_of: range) -> float:
    """How far the pixels of some items differ from the ground, in the mean."""
    image = QImage(plot.size(), QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        plot.scene.points_item._drawn_for = None
        plot.render(painter, QPoint(), QRegion(), QWidget.RenderFlag.DrawWindowBackground)
    bits = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[..., :3].astype(int)
    places = [plot.pixel_of(row) for row in rows_of]
    return float(np.mean([np.abs(bits[place.y(), place.x()] - 255).max() for place in places]))


@pytest.fixture
def bare(monkeypatch, plot):
    """The plot without names."""
    monkeypatch.setattr(plot.labels_item, "draw", lambda *args, **options: None)
    return plot


LEFT, RIGHT, MIDDLE = range(50), range(50, 80), range(80, 100)


def test_classes_stand_with_their_counts_most_frequent_first(legend, by_group):
    assert legend.isVisible()
    assert rows(legend) == [("left", "50", False), ("right", "30", False), ("middle", "20", False)]
    assert legend.shown_label.text() == "100 items"
    assert not legend.show_all_button.isVisible()
    assert not legend.search_edit.isVisible()


def test_each_class_has_a_dot_of_its_colour(legend, window, by_group):
    picture = legend.class_list.viewport().grab().toImage()
    model = legend.class_list.model()
    for at, entry in enumerate(window.color_key.coloring.legend.entries):
        place = legend.class_list.visualRect(model.index(at))
        assert model.index(at).data(COLOR).getRgb()[:3] == entry.color
        assert picture.pixelColor(6, place.center().y()).getRgb()[:3] == entry.color


def test_a_click_hides_a_class_and_another_shows_it(qapp, bare, legend, session, by_group):
    before = strength(bare, LEFT)
    assert before > 60
    click(qapp, legend, "left")
    assert session.state.hidden_classes == {0}
    assert rows(legend)[0] == ("left", "50", True)
    assert legend.shown_label.text() == "Showing 50 of 100"
    assert strength(bare, LEFT) < 3
    assert strength(bare, RIGHT) > 60
    assert session.state.selection is None
    click(qapp, legend, "left")
    assert session.state.hidden_classes == frozenset()
    assert legend.shown_label.text() == "100 items"
    assert strength(bare, LEFT) == pytest.approx(before)


def test_hidden_items_are_neither_touched_nor_selected_nor_named(qapp, plot, window, legend, session, by_group):
    place = plot.pixel_of(7)
    assert plot.row_at(place) in LEFT
    plot.grab()
    assert set(plot.labels_item.rows.tolist()) & set(LEFT)
    click(qapp, legend, "left")
    assert plot.row_at(place) is None
    assert plot.row_at(plot.pixel_of(60)) in RIGHT
    plot.grab()
    named = set(plot.labels_item.rows.tolist())
    assert named
    assert not named & set(LEFT)
    window.operations.select_rectangle(-99, 99, -99, 99)
    assert session.state.selection.tolist() == [*RIGHT, *MIDDLE]
    assert plot.scene.row_beside(60, -1, 0) not in LEFT


def test_the_table_keeps_all_neighbours_and_the_legend_says_so(qapp, plot, legend, by_group, ask):
    answer = ask("item 3")
    assert set(answer.rows.tolist()) <= set(LEFT)
    click(qapp, legend, "left")
    assert len(plot.window().neighbor_table.model()._answer.rows) == 10
    assert legend.note.text() == "The table of neighbours has hidden items too."
    assert np.isnan(plot.scene.marks.neighbor_points).all()


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier])
def test_with_ctrl_or_alt_a_class_stands_alone(qapp, legend, session, by_group, modifier):
    click(qapp, legend, "right", modifier)
    assert [name for name, _, is_hidden in rows(legend) if not is_hidden] == ["right"]
    assert legend.shown_label.text() == "Showing 30 of 100"
    click(qapp, legend, "right", modifier)
    assert session.state.hidden_classes == frozenset()


def double_click(qapp, legend, name: str) -> None:
    """Press, release, press again as a double click, release."""
    viewport, left, none = legend.class_list.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    place = place_of(legend, name)
    QTest.mouseClick(viewport, left, none, place)
    QTest.mouseDClick(viewport, left, none, place)
    QTest.mouseRelease(viewport, left, none, place)
    qapp.processEvents()


def test_a_double_click_is_one_step_that_isolates(qapp, legend, window, session, by_group):
    double_click(qapp, legend, "middle")
    assert session.state.hidden_classes == {0, 1, 3}
    window.operations.undo()
    assert session.state.hidden_classes == frozenset()
    window.operations.redo()
    double_click(qapp, legend, "middle")
    assert session.state.hidden_classes == frozenset()


def test_hiding_is_undone_and_ends_with_the_colouring(qapp, legend, window, session, by_group):
    click(qapp, legend, "left")
    click(qapp, legend, "right")
    window.operations.undo()
    assert session.state.hidden_classes == {0}
    assert [is_hidden for _, _, is_hidden in rows(legend)] == [True, False, False]
    window.operations.color_by("value")
    assert session.state.hidden_classes == frozenset()
    window.operations.undo()
    assert session.state.hidden_classes == {0}
    QTest.mouseClick(legend.show_all_button, Qt.MouseButton.LeftButton)
    assert session.state.hidden_classes == frozenset()


def test_hovering_fades_the_others_while_it_lasts(qapp, bare, legend, window, session, by_group):
    full, others = strength(bare, LEFT), strength(bare, RIGHT)
    hover(qapp, legend, "right")
    assert window.color_key.coloring.alphas.tolist() == pytest.approx([0.15, 1, 0.15, 0.15])
    assert strength(bare, LEFT) < 0.7 * full
    assert strength(bare, LEFT) > 3
    assert strength(bare, RIGHT) == pytest.approx(others)
    assert not session.can_undo or session.state.hidden_classes == frozenset()
    QApplication.sendEvent(legend.class_list, QEvent(QEvent.Type.Leave))
    assert window.color_key.coloring.alphas is None
    click(qapp, legend, "left")
    hover(qapp, legend, "left")
    assert window.color_key.coloring.alphas.tolist() == [0, 1, 1, 1]


def test_all_by_keyboard(qapp, legend, window, session, by_group):
    listed = legend.class_list
    listed.setFocus()
    QTest.keyClick(listed, Qt.Key.Key_Down)
    assert listed.currentIndex().data(CODE) == 1
    assert window.color_key.coloring.alphas.tolist() == pytest.approx([0.15, 1, 0.15, 0.15])
    QTest.keyClick(listed, Qt.Key.Key_Escape)
    assert window.color_key.coloring.alphas is None
    QTest.keyClick(listed, Qt.Key.Key_Space)
    assert session.state.hidden_classes == {1}
    spoken = Qt.ItemDataRole.AccessibleTextRole
    assert listed.currentIndex().data(spoken) == "right, 30 items, hidden"
    QTest.keyClick(listed, Qt.Key.Key_Space)
    QTest.keyClick(listed, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    assert session.state.hidden_classes == {0, 2, 3}
    assert listed.accessibleName()


def test_many_classes_can_be_searched(qapp, legend, window, session, show, make_space):
    codes, names = np.arange(10_000, dtype=np.int32), tuple(f"<i>{n}</i>" for n in range(10_000))
    column = Column("category", codes, np.zeros(10_000, bool), names)
    show(make_space(np.random.default_rng(0).normal(size=(10_000, 3)), metadata={"kind": column}))
    window.operations.color_by("kind")
    qapp.processEvents()
    assert legend.class_list.model().rowCount() == 10_000
    assert "10,000 classes share" in legend.note.text()
    assert legend.search_edit.isVisible()
    QTest.keyClicks(legend.search_edit, "<I>777")
    assert [name for name, _, _ in rows(legend)] == [f"<i>{n}</i>" for n in (777, *range(7770, 7780))]
    click(qapp, legend, "<i>7775</i>", Qt.KeyboardModifier.ControlModifier)
    assert legend.shown_label.text() == "1 of 10,000"


def test_a_scale_has_ticks_and_says_what_is_beyond_and_missing(qapp, legend, window, groups):
    window.operations.color_by("value")
    low, high = np.percentile(np.arange(4, 100), [2, 98])
    assert legend.title.text() == "value"
    assert not legend.class_list.isVisible()
    assert legend.missing_label.text() == "4 missing, in grey"
    assert legend.note.text() == f"2 below {low:.4g}, 2 above {high:.4g}"
    facts = window.color_key.coloring.legend
    assert 3 <= len(facts.ticks) <= 5
    bar, picture = legend.color_bar.bar(), legend.color_bar.grab().toImage()
    for share in (0.02, 0.5, 0.98):
        shown = picture.pixelColor(round(bar.left() + share * bar.width()), round(bar.center().y()))
        assert np.abs(np.array(shown.getRgb()[:3]) - facts.colors[round(share * 255)]).max() < 12


def test_limits_can_be_changed_and_undone(qapp, legend, window, session, groups):
    window.operations.color_by("value")
    limits = legend.limits
    assert limits.combo.currentText() == "Percentiles 2–98"
    assert not limits.low_edit.isVisible()
    limits.combo.setCurrentIndex(1)
    assert session.state.color_limits == "full"
    assert window.color_key.coloring.legend.ends == (4, 99)
    limits.combo.setCurrentIndex(2)
    assert session.state.color_limits == (4, 99)
    assert limits.low_edit.isVisible()
    limits.high_edit.selectAll()
    QTest.keyClicks(limits.high_edit, "54")
    QTest.keyClick(limits.high_edit, Qt.Key.Key_Return)
    assert session.state.color_limits == (4, 54)
    assert window.color_key.coloring.legend.n_above == 45
    window.operations.undo()
    assert session.state.color_limits == (4, 99)
    assert limits.high_edit.text() == "99"
    limits.high_edit.selectAll()
    QTest.keyClicks(limits.high_edit, "3")
    QTest.keyClick(limits.high_edit, Qt.Key.Key_Return)
    assert session.state.color_limits == (4, 99)
    assert limits.high_edit.text() == "99"
    window.operations.color_by("group")
    assert session.state.color_limits == "percentile"


def test_similarity_follows_the_question(qapp, legend, window, session, groups, ask):
    window.operations.color_by(":similarity")
    assert window.color_key.coloring is None
    assert "Ask about an item" in legend.hint.text()
    assert legend.hint.isVisible()
    for name, row in (("item 3", 3), ("item 60", 60)):
        ask(name)
        assert legend.title.text() == f"cosine similarity to {name}"
        assert not legend.hint.isVisible()
        vectors = groups.vectors.astype(float)
        cosines = vectors @ vectors[row] / np.linalg.norm(vectors, axis=1) / np.linalg.norm(vectors[row])
        codes = window.color_key.coloring.codes
        assert (np.diff(codes[np.argsort(cosines)]) >= 0).all()
        assert codes[row] == 255
    window.operations.clear_question()
    assert window.color_key.coloring is None


def test_the_selection_as_colours(qapp, legend, window, groups):
    window.operations.color_by(":selection")
    assert "Nothing is selected" in legend.hint.text()
    window.operations.select_rectangle(-99, -5, -99, 99)
    selected = len(window.session.state.selection)
    assert rows(legend) == [("selected", f"{selected}", False), ("not selected", f"{100 - selected}", False)]


def test_density_follows_the_axes(qapp, legend, window, groups):
    window.operations.color_by(":density")
    before = window.color_key.coloring
    assert "items within" in legend.title.text()
    window.operations.set_axes(1, 2)
    assert window.color_key.coloring is not before
    window.operations.color_by(":norm")
    before = window.color_key.coloring
    window.operations.set_axes(0, 1)
    assert window.color_key.coloring is before


def test_many_items_are_coloured_in_the_background(qtbot, legend, window, show, make_space, idle):
    random = np.random.default_rng(0)
    codes = random.integers(0, 3, 30_000).astype(np.int32)
    metadata = {"group": Column("category", codes, np.zeros(30_000, bool), GROUPS)}
    show(make_space(random.normal(size=(30_000, 3)), metadata=metadata))
    idle()
    window.operations.color_by(":density")
    window.operations.color_by("group")
    assert window.color_key.coloring is None
    idle()
    assert [name for name, _, _ in rows(legend)] == [GROUPS[at] for at in np.argsort(-np.bincount(codes))]
    window.operations.toggle_class(0)
    idle()
    scene = window.plot.scene
    assert scene.sieve.tiles is not None
    hidden = GROUPS.index(rows(legend)[0][0])
    assert np.isnan(scene.sieve.points[codes == hidden]).all()
    assert np.isfinite(scene.sieve.points[codes != hidden]).all()
