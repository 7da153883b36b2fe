"""The pages that look closer at a question: metrics side by side, two items, pinned answers; as a person uses them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QWidget

from embedviz.views.ask.list_model import MARK_ROLE, NEW
from embedviz.views.ask.pinned_page import PinnedPage


@pytest.fixture
def coffee(space, ask):
    return ask("word7")


@pytest.fixture
def metrics(window, coffee, settled):
    window.named_actions["action_show_metrics"].trigger()
    page = window.drawer.page(type(window.drawer._pages.currentWidget()))
    settled(page)
    return page


@pytest.fixture
def settled(qtbot, idle):
    """Wait until a page has asked and been answered."""

    def wait(page) -> None:
        qtbot.waitUntil(lambda: not page._waiting.isActive(), timeout=5000)
        idle()

    return wait


@pytest.fixture
def compare(window, coffee, settled):
    window.named_actions["action_compare_items"].trigger()
    page = window.drawer._pages.currentWidget()
    settled(page)
    return page


@pytest.fixture
def pinned(window, coffee):
    window.named_actions["action_pin_neighbors"].trigger()
    return window.drawer._pages.currentWidget()


def heads(page) -> list[str]:
    model = page.table.model()
    return [model.headerData(at, Qt.Orientation.Horizontal) for at in range(model.columnCount())]


def cell(page, rank: int, column: int):
    return page.table.model().index(rank, column)


def center(page, index) -> QPoint:
    page.table.scrollTo(index)
    return page.table.visualRect(index).center()


def test_all_metrics_stand_beside_each_other(metrics, coffee):
    assert metrics.isVisible()
    assert heads(metrics) == [
        *("Cosine", "Dot product", "Euclidean", "Manhattan"),
        *("Centred cosine", "All but the top", "On the plot"),
    ]
    assert [cell(metrics, rank, 0).data() for rank in range(10)] == list(coffee.labels)
    assert "of these 10" in metrics.sentence.text()


def test_each_head_says_what_was_done(metrics):
    model, role = metrics.table.model(), Qt.ItemDataRole.AccessibleTextRole
    said = [model.headerData(at, Qt.Orientation.Horizontal, role) for at in range(7)]
    assert said[4] == "Centred cosine: mean removed, then cosine"
    assert said[5] == "All but the top: mean, 1 direction removed, cosine"
    assert "PC 1, PC 2" in said[6]
    assert "Mu and Viswanath" in model.headerData(5, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)


def test_moves_are_marked_against_the_first_list(metrics, coffee):
    marks = [cell(metrics, rank, 6).data(MARK_ROLE) for rank in range(10)]
    labels = [cell(metrics, rank, 6).data() for rank in range(10)]
    for rank, (label, mark) in enumerate(zip(labels, marks, strict=True)):
        if label not in coffee.labels:
            assert mark == NEW
        else:
            move = coffee.labels.index(label) - rank
            assert mark == ("=" if move == 0 else f"{'↑' if move > 0 else '↓'}{abs(move)}")
    assert cell(metrics, 0, 0).data(MARK_ROLE) is None
    spoken = cell(metrics, marks.index(NEW), 6).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "not in the first list" in spoken


def test_hovering_an_item_gives_it_attention_everywhere(qapp, window, metrics, coffee):
    index = cell(metrics, 3, 0)
    QTest.mouseMove(metrics.table.viewport(), center(metrics, index))
    qapp.processEvents()
    assert window.session.focus == int(coffee.rows[3])


def test_keys_walk_and_enter_asks(window, metrics, coffee, idle):
    metrics.table.setFocus()
    metrics.table.setCurrentIndex(cell(metrics, 0, 0))
    QTest.keyClick(metrics.table, Qt.Key.Key_Down)
    assert window.session.focus == int(coffee.rows[1])
    QTest.keyClick(metrics.table, Qt.Key.Key_Return)
    idle()
    assert window.session.state.answer.text == coffee.labels[1]


def test_another_question_another_comparison(qtbot, metrics, ask):
    answer = ask("word9")
    qtbot.waitUntil(lambda: cell(metrics, 0, 0).data() == answer.labels[0], timeout=5000)


def test_without_a_question_the_page_says_what_to_do(window, metrics):
    window.operations.clear_question()
    assert metrics.table.model().columnCount() == 0
    assert "Ask about an item" in metrics.empty_label.text()
    assert not metrics.export_button.isEnabled()


def test_lists_are_copied_as_table_and_as_text(metrics, coffee):
    metrics.copy_table_action.trigger()
    lines = QGuiApplication.clipboard().text().split("\n")
    assert len(lines) == 11
    assert lines[0].split("\t")[:3] == ["rank", "word7, cosine", "score"]
    assert lines[1].split("\t")[1] == coffee.labels[0]
    metrics.copy_text_action.trigger()
    assert f"1. {coffee.labels[0]} ({coffee.scores[0]:.3f})" in QGuiApplication.clipboard().text()


def test_lists_are_exported(metrics, monkeypatch, tmp_path, idle):
    path = tmp_path / "lists.tsv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(path), ""))
    QTest.mouseClick(metrics.export_button, Qt.MouseButton.LeftButton)
    idle()
    assert len(path.read_text(encoding="utf-8").splitlines()) == 71


def test_the_open_question_is_compared_with_the_nearest(compare, coffee):
    assert compare.first_edit.placeholderText() == "word7"
    assert compare.second_edit.placeholderText() == coffee.labels[0]
    assert compare.names[1].text() == coffee.labels[0]
    assert compare.scores.text_of("cosine").startswith(f"{coffee.scores[0]:.3f}")
    assert "closer than" in compare.scores.text_of("manhattan")
    assert compare.table.model().rowCount() == 6


def test_attention_changes_what_is_compared(window, compare, settled):
    window.session.set_focus(20)
    settled(compare)
    assert compare.names[1].text() == "word20"


def test_what_is_typed_stays(window, compare, settled):
    QTest.keyClicks(compare.first_edit, "word1")
    QTest.keyClicks(compare.second_edit, "word2 + word3")
    settled(compare)
    window.session.set_focus(20)
    settled(compare)
    assert [label.text() for label in compare.names] == ["word1", "word2 + word3", "difference"]
    compare.second_edit.clear()
    settled(compare)
    assert compare.names[1].text() == "word20"


def test_a_typing_error_is_said(compare, settled):
    QTest.keyClicks(compare.first_edit, "nowhere")
    settled(compare)
    assert "nowhere" in compare.empty_label.text()
    assert compare.empty_label.isVisible()


def test_parts_are_sorted_and_add_up(window, compare, coffee):
    model = compare.table.model()
    vectors = window.session.state.space.vectors.astype(float)
    one, other = vectors[7], vectors[coffee.rows[0]]
    parts = one * other / (np.linalg.norm(one) * np.linalg.norm(other))
    order = np.argsort(-np.abs(parts))
    assert [model.index(rank, 0).data() for rank in range(6)] == [str(at + 1) for at in order]
    assert model.index(5, 3).data() == "100 %"
    compare.metric_combo.setCurrentIndex(2)
    compare.metric_combo.activated.emit(2)
    assert "squared distance" in compare.sentence.text()


def test_a_pin_opens_its_page_and_stays_beside_the_next_answer(window, pinned, ask):
    assert pinned.isVisible()
    assert heads(pinned) == ["word7"]
    ask("word9")
    assert heads(pinned) == ["word9", "word7"]
    QTest.mouseClick(window.answer_panel.pin_button, Qt.MouseButton.LeftButton)
    assert len(window.operations.pins) == 2


def test_pins_are_taken_away(pinned, ask):
    ask("word9")
    assert not pinned.unpin_button.isEnabled()
    pinned.table.setCurrentIndex(cell(pinned, 0, 1))
    QTest.mouseClick(pinned.unpin_button, Qt.MouseButton.LeftButton)
    assert pinned.table.model().columnCount() == 0
    assert "Nothing is pinned" in pinned.empty_label.text()


def test_pins_of_another_space_are_read_only(window, pinned, show, make_space):
    show(make_space(np.eye(3), ["a", "b", "c"], name="other"))
    assert heads(pinned) == ["word7"]
    pinned.table.setCurrentIndex(cell(pinned, 0, 0))
    assert window.session.focus is None
    QTest.mouseClick(pinned.clear_button, Qt.MouseButton.LeftButton)
    assert heads(pinned) == []


def test_the_answer_says_how_rare_its_neighbours_are(window, coffee):
    assert "of all 1,770 pairs" in window.answer_panel.worth.text()
    tip = window.neighbor_table.model().index(0, 1).data(Qt.ItemDataRole.ToolTipRole)
    assert "closer than" in tip
    assert "all 1,770 pairs of items" in tip


def test_neighbors_are_copied_as_text(window, coffee):
    window.named_actions["action_copy_neighbors_as_text"].trigger()
    assert QGuiApplication.clipboard().text().startswith("word7, cosine, in sixty words\n1. ")


@pytest.mark.parametrize("name", ["metrics", "compare", "pinned"])
def test_every_control_has_a_name(qapp, window, coffee, name, idle):
    window.operations.pin_answer()
    QTest.mouseClick(window.drawer.tabs[name], Qt.MouseButton.LeftButton)
    idle()
    page = window.drawer._pages.currentWidget()
    assert page.objectName() == f"{name}_page"
    for widget in (*page.findChildren(QWidget), *page.tools.findChildren(QWidget)):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and widget.objectName():
            assert widget.accessibleName() or getattr(widget, "text", str)(), widget


def test_a_narrow_drawer_chooses_its_page_from_a_list(qapp, window, coffee):
    window.resize(800, 600)
    window.named_actions["action_show_metrics"].trigger()
    qapp.processEvents()
    drawer = window.drawer
    assert drawer.page_combo.isVisible()
    assert drawer.page_combo.currentText() == "Metrics"
    assert not any(tab.isVisible() for tab in drawer.tabs.values())
    drawer.page_combo.setFocus()
    QTest.keyClick(drawer.page_combo, Qt.Key.Key_Down)
    assert drawer._pages.currentWidget().objectName() == "compare_page"


def test_parts_are_copied_and_exported(compare, coffee, monkeypatch, tmp_path, idle):
    QTest.mouseClick(compare.copy_button, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
    lines = [line.split("\t") for line in QGuiApplication.clipboard().text().split("\n")]
    assert lines[0] == ["dimension", "word7", coffee.labels[0], "part of cosine", "together, of the whole"]
    assert sum(float(line[3]) for line in lines[1:]) == pytest.approx(coffee.scores[0])
    assert float(lines[-1][4]) == pytest.approx(1)
    vectors = compare._session.state.space.vectors
    for line in lines[1:]:
        assert float(line[1]) == pytest.approx(vectors[7, int(line[0]) - 1])
        assert float(line[2]) == pytest.approx(vectors[coffee.rows[0], int(line[0]) - 1])
    compare.copy_button.copy_text_action.trigger()
    said = QGuiApplication.clipboard().text().split("\n")
    assert said[0] == f"word7 with {coffee.labels[0]}"
    assert said[1].startswith(f"Cosine: {coffee.scores[0]:.3f} closer than")
    assert said[5] == compare.sentence.text()
    assert said[7].split()[:2] == ["dimension", "word7"]
    path = tmp_path / "parts.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(path), ""))
    QTest.mouseClick(compare.export_button, Qt.MouseButton.LeftButton)
    idle()
    assert len(path.read_text(encoding="utf-8").splitlines()) == 7
    assert [action.text() for action in compare.table.actions()] == ["Copy as table", "Copy as text", "Export…"]


def test_without_a_score_there_is_nothing_to_copy(compare, settled):
    assert compare.copy_button.isEnabled()
    QTest.keyClicks(compare.first_edit, "nowhere")
    settled(compare)
    assert not compare.copy_button.isEnabled()
    assert not compare.export_button.isEnabled()


def open_menu(page, widget, place: QPoint) -> None:
    widget.customContextMenuRequested.emit(place)
    assert page.list_menu.isVisible()
    page.list_menu.close()


def test_each_list_of_the_metrics_is_pinned_from_its_head(window, metrics, coffee):
    header = metrics.table.horizontalHeader()
    at = heads(metrics).index("Manhattan")
    open_menu(metrics, header, QPoint(header.sectionViewportPosition(at) + 5, 5))
    assert [action.text() for action in metrics.list_menu.actions()] == ["Pin this list"]
    metrics.pin_action.trigger()
    (pin,) = window.operations.pins
    vectors = window.session.state.space.vectors.astype(float)
    distances = np.abs(vectors - vectors[7]).sum(axis=1)
    distances[7] = np.inf
    assert pin.ranked.rows.tolist() == np.argsort(distances, kind="stable")[:10].tolist()
    assert (pin.title, pin.ranked.comparison, pin.is_answer) == ("word7", "manhattan", True)
    page = window.drawer.page(PinnedPage)
    assert heads(page) == ["word7", "word7"]
    assert cell(page, 0, 1).data() == cell(metrics, 0, at).data()
    assert cell(page, 0, 1).data(MARK_ROLE)


def test_a_list_is_pinned_from_its_cells_or_by_the_button(window, metrics, coffee, idle):
    assert not metrics.pin_button.isEnabled()
    table = metrics.table
    open_menu(metrics, table, table.visualRect(cell(metrics, 2, 1)).center())
    metrics.pin_action.trigger()
    table.setCurrentIndex(cell(metrics, 0, 4))
    QTest.mouseClick(metrics.pin_button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(metrics.pin_button, Qt.MouseButton.LeftButton)
    assert [pin.ranked.comparison for pin in window.operations.pins] == ["dot product", "centred cosine"]
    table.setCurrentIndex(cell(metrics, 0, 0))
    QTest.mouseClick(metrics.pin_button, Qt.MouseButton.LeftButton)
    window.operations.pin_answer()  # it is the answer's own list
    assert len(window.operations.pins) == 3


def test_a_list_is_unpinned_from_its_menu(window, pinned, ask):
    ask("word9")
    header = pinned.table.horizontalHeader()
    open_menu(pinned, header, QPoint(header.sectionViewportPosition(0) + 5, 5))
    assert not pinned.unpin_action.isEnabled()  # the present answer is not pinned
    open_menu(pinned, header, QPoint(header.sectionViewportPosition(1) + 5, 5))
    pinned.unpin_action.trigger()
    assert window.operations.pins == ()
