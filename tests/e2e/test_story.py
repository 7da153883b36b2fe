"""The story: start, see, ask, click, go back, drop a file, ask again."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest


@pytest.fixture
def glove_file(tmp_path):
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(500, 12)).astype(np.float32)
    vectors[7] = vectors[3] + 0.01
    lines = [f"word{row} " + " ".join(f"{value:.5f}" for value in vector) for row, vector in enumerate(vectors)]
    path = tmp_path / "small.glove.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_first_window_shows_the_sample_with_river_asked(run_window):
    def script(person):
        yield lambda: person.neighbors()
        assert person.text("space_summary") == "9,998 items × 100 dimensions"
        assert person.find("query_edit").text() == "river"
        assert "9.5 %" in person.text("variance_label")
        assert person.neighbors()[0] == "rivers"
        assert person.text("message_line").startswith("Ready. All 9,998 items")

    assert run_window([], script) == 0


def test_typing_a_formula_marks_queen(run_window):
    def script(person):
        yield lambda: person.neighbors()
        person.ask("king - man + woman")
        yield lambda: person.neighbors()[0] == "queen"
        assert person.table()[:2] == [("1", "queen", "0.770"), ("2", "monarch", "0.684")]
        answer = person.window.session.state.answer
        assert answer.is_formula
        assert answer.exact
        assert "exact" in person.text("answer_sentence")

    assert run_window([], script) == 0


def test_answers_come_while_typing(run_window):
    def script(person):
        yield lambda: person.neighbors()
        person.type_query("doctor")
        yield lambda: person.window.session.state.answer.text == "doctor"
        assert "physician" in person.neighbors()[:5]

    assert run_window([], script) == 0


def test_clicking_an_item_asks_about_it_and_back_and_forward_return(run_window):
    def script(person):
        yield lambda: person.neighbors()
        person.ask("king")
        yield lambda: person.neighbors()[0] == "prince"
        person.click_item("queen")  # a ringed neighbour
        yield lambda: person.find("query_edit").text() == "queen"
        QTest.mouseClick(person.find("back_button"), Qt.MouseButton.LeftButton)
        yield lambda: person.find("query_edit").text() == "king"
        assert person.neighbors()[0] == "prince"
        QTest.mouseClick(person.find("forward_button"), Qt.MouseButton.LeftButton)
        yield lambda: person.find("query_edit").text() == "queen"

    assert run_window([], script) == 0


def test_an_unknown_word_is_answered_with_near_spellings_and_nothing_is_lost(run_window):
    def script(person):
        yield lambda: person.neighbors()
        person.ask("kinng")
        yield lambda: "king" in person.text("message_line")
        assert person.window.session.state.answer.text == "river"

    assert run_window([], script) == 0


def test_a_dropped_file_replaces_the_space_when_it_is_complete(run_window, glove_file):
    def script(person):
        yield lambda: person.neighbors()
        person.drop(glove_file)
        yield lambda: person.sees("small.glove.txt")
        assert person.text("space_summary") == "500 items × 12 dimensions"
        assert person.find("query_edit").text() == ""
        assert person.neighbors() == []
        person.ask("word3")
        yield lambda: person.neighbors()
        assert person.neighbors()[0] == "word7"

    assert run_window([], script) == 0


def test_a_file_on_the_command_line_opens(run_window, glove_file):
    def script(person):
        yield lambda: person.sees("small.glove.txt")
        assert "small.glove.txt" in person.window.windowTitle()

    assert run_window([str(glove_file)], script) == 0


def test_digits_show_their_pictures(run_window):
    def script(person):
        yield lambda: person.text("space_summary") == "1,797 items × 64 dimensions"
        person.ask("#0")
        yield lambda: person.neighbors()
        assert person.find("item_picture").isVisible()
        assert not person.find("item_picture").pixmap().isNull()

    assert run_window(["sample:digits"], script) == 0


def test_the_table_walks_by_keyboard(run_window):
    def script(person):
        yield lambda: person.neighbors()
        person.ask("king")
        yield lambda: person.neighbors()[0] == "prince"
        person.action("action_show_neighbors").trigger()
        table = person.window.neighbor_table
        QTest.keyClick(table, Qt.Key.Key_Down)
        assert person.text("item_title") == "queen"
        QTest.keyClick(table, Qt.Key.Key_Return)
        yield lambda: person.find("query_edit").text() == "queen"

    assert run_window([], script) == 0


def test_the_metric_and_k_ask_again(run_window):
    def script(person):
        yield lambda: person.neighbors()
        person.find("k_spin").setValue(3)
        yield lambda: len(person.neighbors()) == 3
        combo = person.find("metric_combo")
        combo.setCurrentIndex(combo.findData("euclidean"))
        yield lambda: person.window.session.state.answer.metric == "euclidean"
        scores = [float(score) for _, _, score in person.table()]
        assert scores == sorted(scores)
        assert "euclidean" in person.text("answer_sentence")

    assert run_window([], script) == 0


def test_escape_clears_the_question_then_the_selection(run_window):
    def script(person):
        yield lambda: person.neighbors()
        person.action("action_select_neighbors").trigger()
        assert len(person.window.session.state.selection) == 10
        person.action("action_step_back").trigger()
        assert person.window.session.state.answer is None
        assert person.find("query_edit").text() == ""
        assert person.window.session.state.selection is not None
        person.action("action_step_back").trigger()
        assert person.window.session.state.selection is None
        yield lambda: True

    assert run_window([], script) == 0
