"""Quality: lists are chosen or dropped, what was found stays listed, what is wrong is said beside it."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

VECTORS = [[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.5, 0.5], [0.2, 0.9]]


@pytest.fixture
def pairs(tmp_path):
    path = tmp_path / "pairs.tsv"
    path.write_text("a\tb\t9.5\na\tc\t1\na\td\t6\nc\te\t8\nb\tunknown\t3\n", encoding="utf-8")
    return path


@pytest.fixture
def questions(tmp_path):
    path = tmp_path / "questions.txt"
    path.write_text(": letters\na b c e\na b c unknown\n: none\nx y z w\n", encoding="utf-8")
    return path


@pytest.fixture
def page(window, show, make_space):
    show(make_space(VECTORS, list("abcde"), name="five letters"))
    window.named_actions["action_show_quality"].trigger()
    return window.drawer.quality_page


@pytest.fixture
def choose(monkeypatch, page, idle):
    """Choose a file by the button, as answered in the dialog, and wait."""

    def run(path) -> None:
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (str(path), ""))
        QTest.mouseClick(page.choose_button, Qt.MouseButton.LeftButton)
        idle()

    return run


def texts(page, row: int, parent: int | None = None) -> list[str]:
    model = page.table.model()
    above = model.index(parent, 0) if parent is not None else page.table.rootIndex()
    return [model.index(row, column, above).data() for column in range(model.columnCount())]


def test_the_empty_page_says_what_such_a_file_looks_like(page):
    assert page.isVisible()
    assert page.empty_label.isVisible()
    assert "two words and a number a line" in page.empty_label.text()
    assert not page.save_button.isEnabled()


def test_a_list_of_pairs_is_a_row(page, choose, pairs):
    choose(pairs)
    assert page.table.isVisible()
    assert texts(page, 0) == [
        "pairs.tsv",
        "ρ 1.000",
        "1.000 to 1.000",
        "4 of 5 pairs",
        "80.0 %",
        "five letters",
        "cosine",
    ]
    assert page.table.model().rowCount() == 1


def test_analogies_are_a_row_with_one_below_it_for_each_section(page, choose, questions):
    choose(questions)
    model = page.table.model()
    top = model.index(0, 0)
    assert texts(page, 0)[:5] == ["questions.txt", "100.0 %", "20.7 to 100.0 %", "1 of 3", "33.3 %"]
    assert texts(page, 0, 0)[:5] == ["letters", "100.0 %", "20.7 to 100.0 %", "1 of 2", "50.0 %"]
    assert texts(page, 1, 0)[:4] == ["none", "not defined", "–", "0 of 1"]
    assert page.table.isExpanded(top)
    assert model.rowCount(top) == 2
    assert model.parent(model.index(1, 0, top)) == top


def test_two_spaces_stand_side_by_side(page, choose, pairs, show, make_space):
    choose(pairs)
    show(make_space(-np.array(VECTORS)[::-1], list("abcde"), name="turned"))
    choose(pairs)
    choose(pairs)  # the same again is not listed twice
    assert [texts(page, row)[5] for row in range(page.table.model().rowCount())] == ["turned", "five letters"]
    QTest.mouseClick(page.clear_button, Qt.MouseButton.LeftButton)
    assert page.empty_label.isVisible()


def test_what_is_wrong_with_a_file_is_said_on_the_page(window, page, choose, pairs, tmp_path):
    (tmp_path / "prose.txt").write_text("hello there\n", encoding="utf-8")
    choose(tmp_path / "prose.txt")
    assert "holds neither word pairs" in page.status_label.text()
    assert page.status_label.property("role") == "error"
    assert window.message_bar.message_line.text() == ""
    choose(pairs)
    assert page.status_label.property("role") == "muted"
    assert "five letters" in page.status_label.text()


def test_without_a_space_nothing_can_be_chosen(window):
    window.named_actions["action_show_quality"].trigger()
    page = window.drawer.quality_page
    assert not page.choose_button.isEnabled()
    assert page.status_label.text().startswith("No space is open")


def test_a_dropped_list_is_evaluated(page, pairs, idle):
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(pairs))])
    no, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    page.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, dropped, left, no))
    idle()
    assert texts(page, 0)[0] == "pairs.tsv"


def test_copy_and_save_hold_the_numbers(monkeypatch, page, choose, pairs, questions, tmp_path):
    choose(pairs)
    choose(questions)
    target = tmp_path / "found.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(target.with_suffix("")), ""))
    QTest.mouseClick(page.save_button, Qt.MouseButton.LeftButton)
    with target.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["file"], row["section"]) for row in rows] == [
        ("questions.txt", "letters"),
        ("questions.txt", "none"),
        ("questions.txt", "all"),
        ("pairs.tsv", "all"),
    ]
    assert float(rows[-1]["score"]) == pytest.approx(1.0)
    assert (rows[1]["score"], rows[1]["n_used"], rows[1]["n_all"], rows[1]["coverage"]) == ("", "0", "1", "0.0")
    QTest.mouseClick(page.copy_button, Qt.MouseButton.LeftButton)
    lines = QGuiApplication.clipboard().text().split("\n")
    assert len(lines) == 5
    assert lines[1].split("\t")[:4] == ["questions.txt", "letters", "accuracy", "1.0"]


def test_quality_stays_open_when_the_mode_changes(window, page):
    window.operations.set_mode("train")
    assert window.drawer.training_page.isVisible()
    QTest.mouseClick(window.drawer.quality_tab, Qt.MouseButton.LeftButton)
    window.operations.set_mode("explore")
    assert page.isVisible()
