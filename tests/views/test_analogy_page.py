"""Analogies: typed, prefilled from the open question, pasted as pairs; the offsets are drawn on the plot."""

from __future__ import annotations

import csv

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMenu

from embedviz.operations.analysing import Arrow
from embedviz.views.lab.analogy_page import AnalogyPage


@pytest.fixture
def page(window, space):
    window.named_actions["action_show_analogies"].trigger()
    return window.drawer.page(AnalogyPage)


def click(widget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def typed(page) -> list[str]:
    return [edit.text() for edit in page.edits]


def shown(table, row: int) -> list[str]:
    return [table.model().index(row, column).data() for column in range(table.model().columnCount())]


def test_the_empty_page_says_what_to_do(page):
    assert page.isVisible()
    assert page.empty_label.isVisible()
    assert not page.answer_button.isEnabled()
    assert not page.copy_button.isEnabled()
    assert not page.offsets_check.isEnabled()


def test_an_analogy_is_typed_and_answered(page, session, idle):
    for edit, word in zip(page.edits, ("word1", "word2", "word3"), strict=True):
        edit.setFocus()
        QTest.keyClicks(edit, word)
        edit.hide_choices()
    QTest.keyClick(page.edits[2], Qt.Key.Key_Return)
    idle()
    assert page.table.isVisible()
    assert shown(page.table, 0)[0] == "1"
    assert "have a cosine of" in page.summary_label.text()
    index = page.table.model().index(0, 1)
    QTest.mouseMove(page.table.viewport(), page.table.visualRect(index).center())
    click_at = page.table.visualRect(index).center()
    QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=click_at)
    idle()
    assert session.state.answer.text == index.data()


@pytest.mark.parametrize("question", ["word1 : word2 :: word3 : ?", "word2 - word1 + word3"])
def test_the_fields_take_the_open_question(window, space, ask, question):
    ask(question)
    window.named_actions["action_show_analogies"].trigger()
    assert typed(window.drawer.page(AnalogyPage)) == ["word1", "word2", "word3"]


def test_other_questions_fill_nothing(window, space, ask):
    ask("word1 + word2 + word3")
    window.named_actions["action_show_analogies"].trigger()
    assert typed(window.drawer.page(AnalogyPage)) == ["", "", ""]


def test_the_offsets_are_drawn(page, window, ask, idle, qapp):
    window.query_edit.setFocus()
    ask("word1 : word2 :: word3 : ?")
    click(page.answer_button)
    idle()
    before = window.plot.grab().toImage()
    page.offsets_check.click()
    answer = space_row(window, shown(page.table, 0)[1])
    assert window.operations.arrows == (Arrow(1, 2), Arrow(3, answer))
    qapp.processEvents()
    assert window.plot.grab().toImage() != before
    page.offsets_check.click()
    assert window.operations.arrows == ()


def space_row(window, name: str) -> int:
    return window.session.state.space.row(name)


def test_pairs_are_pasted(page, idle):
    QGuiApplication.clipboard().setText("word1\tword2\nword3\tword4\nword5\tword6\n")
    click(page.paste_button)
    idle()
    assert page.rules_table.isVisible()
    assert [shown(page.rules_table, row)[0] for row in range(4)] == [
        "3CosAdd",
        "3CosMul",
        "Nearest to b",
        "Nearest to c",
    ]
    assert page.pairs_table.model().rowCount() == 3
    click(page.copy_button)
    assert QGuiApplication.clipboard().text().startswith("Rule\tRight\t95 % interval\tQuestions\n3CosAdd")


def test_a_file_of_pairs_and_one_that_is_none(page, idle, tmp_path, monkeypatch):
    path = tmp_path / "pairs.csv"
    path.write_text("word1,word2\nword3,word4\n")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (str(path), ""))
    click(page.open_button)
    idle()
    assert page.pairs_table.model().rowCount() == 2
    path.write_text("nothing")
    click(page.open_button)
    idle()
    assert "fewer than two pairs" in page.summary_label.text()
    assert page.summary_label.property("role") == "error"


def test_another_space_empties_the_page(page, ask, idle, show, make_space):
    ask("word1 : word2 :: word3 : ?")
    click(page.answer_button)
    idle()
    show(make_space([[1.0, 0.0], [0.0, 1.0]]))
    assert page.empty_label.isVisible()


def exported(monkeypatch, idle, path, press) -> list[list[str]]:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(path), ""))
    press()
    idle()
    return list(csv.reader(path.read_text(encoding="utf-8").splitlines()))


def test_an_analogy_is_copied_as_text_and_exported(page, window, ask, idle, monkeypatch, tmp_path):
    window.query_edit.setFocus()
    ask("word1 : word2 :: word3 : ?")
    click(page.answer_button)
    idle()
    first = shown(page.table, 0)
    page.copy_button.copy_text_action.trigger()
    blocks = QGuiApplication.clipboard().text().split("\n\n")
    assert blocks[0] == page.summary_label.text()
    assert blocks[1].split("\n")[:2] == [
        "word1 : word2 :: word3 : ?, 3CosAdd, in sixty words",
        f"1. {first[1]} ({first[2]})",
    ]
    heads, *lines = exported(monkeypatch, idle, tmp_path / "analogy.csv", lambda: click(page.export_button))
    assert heads[:3] == ["Rank", "3CosAdd", "Score"]
    assert lines[0][1] == first[1]
    assert f"{float(lines[0][2]):.3f}" == first[2]
    assert len(lines) == page.table.model().rowCount()


def test_rules_and_pairs_are_two_tables(page, idle, monkeypatch, tmp_path):
    assert not page.export_button.isEnabled()
    QGuiApplication.clipboard().setText("word1\tword2\nword3\tword4\nword5\tword6\n")
    click(page.paste_button)
    idle()
    page.copy_button.copy_text_action.trigger()
    lines = QGuiApplication.clipboard().text().split("\n")
    assert lines[0] == page.summary_label.text()
    assert lines[3].split() == ["Rule", "Right", "95", "%", "interval", "Questions"]
    assert lines[4].startswith("3CosAdd  ")
    assert lines[-3:] == [
        f"{one:5}  {other:5}  {parallel:>8}"
        for one, other, parallel in (shown(page.pairs_table, row) for row in range(3))
    ]
    click(page.export_button)
    menu = page.findChild(QMenu, "export_analogy_menu")
    assert [action.text() for action in menu.actions()] == ["Export the rules…", "Export the pairs…"]
    menu.close()
    rules = exported(monkeypatch, idle, tmp_path / "rules.csv", page.export_rules_action.trigger)
    assert [line[0] for line in rules] == ["Rule", *(shown(page.rules_table, row)[0] for row in range(4))]
    pairs = exported(monkeypatch, idle, tmp_path / "pairs.csv", page.export_pairs_action.trigger)
    assert pairs[0] == ["a", "b", "Parallel"]
    assert [line[:2] for line in pairs[1:]] == [shown(page.pairs_table, row)[:2] for row in range(3)]


def test_every_table_has_a_menu(page):
    for table, export in ((page.table, "Export…"), (page.rules_table, "Export the rules…")):
        assert [action.text() for action in table.actions()] == ["Copy as table", "Copy as text", export]
