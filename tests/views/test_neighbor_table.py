"""The table of neighbours: what stands in it, and walking it with the keyboard and the mouse."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from embedviz.views.neighbor_table import BAR, score_text

ROLE = Qt.ItemDataRole


@pytest.fixture
def table(window):
    return window.neighbor_table


def cells(table):
    model = table.model()
    return [[model.index(row, column).data() for column in range(3)] for row in range(model.rowCount())]


def shares(table):
    return [table.model().index(row, BAR).data(ROLE.UserRole) for row in range(table.model().rowCount())]


def cosines(space, row):
    unit = space.vectors.astype(float) / np.linalg.norm(space.vectors.astype(float), axis=1, keepdims=True)
    scores = unit @ unit[row]
    order = [int(each) for each in np.argsort(-scores, kind="stable") if each != row]
    return order, scores


def test_ranks_labels_and_scores_with_three_decimals(table, space, ask):
    ask("word3")
    order, scores = cosines(space, 3)
    expected = [[str(rank), f"word{row}", f"{scores[row]:.3f}"] for rank, row in enumerate(order[:10], 1)]
    assert cells(table) == expected


def test_bars_are_as_long_as_the_cosine(table, space, ask):
    ask("word3")
    order, scores = cosines(space, 3)
    assert shares(table) == pytest.approx(scores[order[:10]], abs=1e-9)


def test_bars_of_distances_shrink_with_the_distance(table, window, space, ask):
    window.operations.set_metric("euclidean")
    ask("word3")
    distances = np.sort(np.linalg.norm(space.vectors.astype(float) - space.vectors[3], axis=1))[1:11]
    assert [float(score) for _, _, score in cells(table)] == pytest.approx(distances, abs=5e-4)
    assert shares(table) == pytest.approx(distances[0] / distances, rel=1e-6)


def test_bars_are_painted_as_long_as_their_strength(table, window, space, ask):
    ask("word3")
    model, strengths = table.model(), shares(table)
    picture = table.viewport().grab().toImage()
    tone = window.appearance.theme.neighbor.lower()
    lengths = []
    for row in range(5):
        cell = table.visualRect(model.index(row, BAR))
        line = [picture.pixelColor(x, cell.center().y()).name() for x in range(cell.left(), cell.right() + 1)]
        lengths.append(line.count(tone))
    track = table.columnWidth(BAR) - 14
    assert lengths == pytest.approx([strength * track for strength in strengths[:5]], abs=3)


def test_one_answer_replaces_the_other_and_none_empties_the_table(table, session, space, ask):
    ask("word3")
    ask("word4")
    assert cells(table)[0][1] == f"word{cosines(space, 4)[0][0]}"
    session.replace(answer=None)
    assert cells(table) == []


@pytest.mark.parametrize(
    ("score", "shown"),
    [
        (0.77, "0.770"),
        (-0.0004, "-0.000"),
        (12.3456, "12.346"),
        (999.9994, "999.999"),
        (1000.0, "1,000.0"),
        (1e6, "1,000,000.0"),
    ],
)
def test_score_text(score, shown):
    assert score_text(score) == shown


def test_labels_are_plain_text_on_one_line(table, show, make_space, ask):
    labels = ["query", "<b>bold</b>", "two\nlines", "nul\0", "x" * 500, "", "שלום"]
    show(make_space(np.random.default_rng(1).normal(size=(7, 4)), labels))
    ask("query")
    shown = {cell[1] for cell in cells(table)}
    assert shown == {"<b>bold</b>", "two⏎lines", "nul␀", "x" * 199 + "…", "#5", "\u2068שלום\u2069"}


def test_walking_with_the_arrows_moves_the_attention(table, window, session, space, ask):
    answer = ask("word3")
    window.named_actions["action_show_neighbors"].trigger()
    assert table.currentIndex().row() == 0
    assert session.focus == answer.rows[0]
    for rank in (1, 2):
        QTest.keyClick(table, Qt.Key.Key_Down)
        assert session.focus == answer.rows[rank]
        assert window.answer_panel.item_panel.title.text() == answer.labels[rank]
    QTest.keyClick(table, Qt.Key.Key_Up)
    assert session.focus == answer.rows[1]
    assert session.state.answer is answer


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_asks_about_the_neighbour(table, window, session, space, ask, idle, key):
    answer = ask("word3")
    window.named_actions["action_show_neighbors"].trigger()
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, key)
    idle()
    assert session.state.answer.text == answer.labels[1]
    assert window.query_edit.text() == answer.labels[1]


def test_a_click_asks_about_the_neighbour(table, session, space, ask, idle):
    answer = ask("word3")
    cell = table.visualRect(table.model().index(2, 1))
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=cell.center())
    idle()
    assert session.state.answer.text == answer.labels[2]


def test_hovering_a_row_shows_its_item(table, window, session, space, ask):
    answer = ask("word3")
    QTest.mouseMove(table.viewport(), table.visualRect(table.model().index(4, 1)).center())
    assert session.focus == answer.rows[4]
    assert window.answer_panel.item_panel.title.text() == answer.labels[4]


def test_enter_in_an_empty_table_does_nothing(table, window, session, space):
    QTest.keyClick(table, Qt.Key.Key_Return)
    window.named_actions["action_show_neighbors"].trigger()
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert window.operations.jobs.alive() == []
    assert session.state.answer is None


def test_a_row_is_read_aloud_whole(table, space, ask):
    ask("word3")
    rank, label, score = cells(table)[0]
    read = table.model().index(0, 0).data(ROLE.AccessibleTextRole)
    assert read.startswith(f"{rank}, {label}, cosine {score}, closer than ")
    assert read.endswith(" % of all 1,770 pairs of items")


def test_a_thousand_neighbours(table, window, show, make_space, ask):
    show(make_space(np.random.default_rng(1).normal(size=(1500, 4))))
    window.operations.set_k(1000)
    ask("item 0")
    assert [cell[0] for cell in cells(table)] == [str(rank) for rank in range(1, 1001)]
    table.scrollToBottom()
    table.grab()


def test_copied_neighbours_are_a_table_with_full_precision(qapp, window, space, ask):
    answer = ask("word3")
    window.named_actions["action_copy_neighbors"].trigger()
    head, *lines = qapp.clipboard().text().split("\n")
    assert head.split("\t") == ["rank", "label", "row", "cosine"]
    assert [line.split("\t")[1] for line in lines] == list(answer.labels)
    assert [float(line.split("\t")[3]) for line in lines] == answer.scores.tolist()


def test_the_sentence_says_how_it_was_answered(window, space, ask):
    ask("word3")
    sentence = window.answer_panel.sentence
    assert sentence.text().split("\n")[:2] == ["word3", "cosine over all 59 other items, exact"]
    ask("word3 + word4")
    assert "3CosAdd" in sentence.text()


def test_labels_keep_their_room_beside_a_thousand_ranks(table, window, show, make_space, ask):
    names = ["reservoir", *(f"item {row}" for row in range(1200))]
    show(make_space(np.random.default_rng(1).normal(size=(1201, 4)), names))
    window.operations.set_k(1000)
    ask("item 0")
    QApplication.processEvents()
    assert table.verticalScrollBar().isVisible()
    assert table.columnWidth(1) >= table.fontMetrics().horizontalAdvance("reservoir") + 6


def test_long_labels_take_from_the_bars(table, window, show, make_space, ask):
    names = [f"word{row:06d}" for row in range(40)]
    show(make_space(np.random.default_rng(1).normal(size=(40, 4)), names))
    ask(names[0])
    needed = table.fontMetrics().horizontalAdvance(names[0]) + 6
    table.setFixedWidth(table.columnWidth(0) + table.columnWidth(2) + needed + 40)
    QApplication.processEvents()
    assert table.columnWidth(1) >= needed
    narrow = table.columnWidth(BAR)
    assert narrow >= 20
    table.setFixedWidth(500)
    QApplication.processEvents()
    assert table.columnWidth(BAR) > narrow


def test_a_copied_label_cannot_break_the_table(qapp, window, show, make_space, ask):
    show(make_space(np.eye(4) + 1, ["tab\there", "line\nend", "", "plain"]))
    ask("plain")
    window.named_actions["action_copy_neighbors"].trigger()
    lines = qapp.clipboard().text().split("\n")
    assert [line.split("\t")[1] for line in lines] == ["label", "tab here", "line end", "#2"]
    assert {line.count("\t") for line in lines} == {3}


def test_a_list_that_is_empty_gives_the_keyboard_back(qtbot, window, space, ask, show, make_space):
    ask("word3")
    window.activateWindow()
    window.neighbor_table.setFocus()
    qtbot.waitUntil(window.neighbor_table.hasFocus)
    show(make_space([[1, 2], [3, 4]], ["one", "two"]))
    assert window.query_edit.hasFocus()


def test_there_is_nothing_to_walk_without_an_answer(qtbot, window, space):
    window.activateWindow()
    window.plot.setFocus()
    window.named_actions["action_show_neighbors"].trigger()
    assert window.query_edit.hasFocus()
    assert "no neighbours" in window.message_bar.message_line.text()
