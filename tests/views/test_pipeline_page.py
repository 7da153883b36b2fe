"""The page of the Pipeline: typed letter by letter, its stages, and the pooled vector on the plot."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QTableView

from embedviz.raster import marks_of
from embedviz.space.table import Column
from embedviz.views.learn.lines_dialog import LinesDialog
from embedviz.views.learn.pipeline_page import PipelinePage
from embedviz.views.learn.token_model import NUMBERS, STATE, STRIP, TOKEN, WEIGHT

WORDS = ("the", "king", "man", "river", "Rome")
VECTORS = ((1, 0, 0), (0, 2, 0), (0, 0, 3), (4, 4, 0), (1, 1, 1))


@pytest.fixture
def space(show, make_space):
    counts = Column("number", np.array([96.0, 1, 3, 0, 0]), np.zeros(5, bool))
    return show(make_space(VECTORS, WORDS, {"count": counts}, name="five words"))


@pytest.fixture
def page(window, space):
    window.named_actions["action_show_pipeline"].trigger()
    return window.drawer.page(PipelinePage)


@pytest.fixture
def type_sentence(page, idle, qapp):
    def run(text: str):
        page.edit.setFocus()
        QTest.keyClicks(page.edit, text)
        idle()
        qapp.processEvents()

    return run


def shown(page, row: int, column: int):
    return page.table.model().index(row, column).data()


def test_the_parts_can_be_found_and_have_names(window, page):
    found = {
        "pipeline_edit": QLineEdit,
        "pipeline_weighting_combo": QComboBox,
        "pipeline_table": QTableView,
        "pipeline_vector_table": QTableView,
    }
    for name, kind in found.items():
        assert window.findChild(kind, name).accessibleName()
    assert page.empty_label.isVisible()
    assert [stage.title.text() for stage in page.stages] == [
        "1 Text",
        "2 Preprocessed",
        "3 Tokens",
        "4 Vectors",
        "5 Pooled",
    ]


def test_a_typed_sentence_goes_through_the_stages(page, type_sentence):
    type_sentence("The KING, xyz!")
    assert not page.empty_label.isVisible()
    assert page.stages[0].text.text() == "The KING, xyz!"
    assert page.stages[1].text.text() == "the king, xyz!"
    assert "5 letters lower-cased" in page.stages[1].said.text()
    assert "in no word: ,!" in page.stages[1].said.text()
    assert [shown(page, row, TOKEN) for row in range(3)] == ["the", "king", "xyz"]
    assert [shown(page, row, STATE) for row in range(3)] == ["#0", "#1", "unknown"]
    assert [shown(page, row, NUMBERS) for row in range(3)] == ["1.00  0.00  0.00", "0.00  2.00  0.00", "no vector"]
    assert [stage.fact.text() for stage in page.stages[2:]] == ["3", "2 × 3", "3"]
    assert page.sentence.text() == "mean of 2 of 3 words"
    assert page.numbers.text() == "‖v‖ 1.118\n0.50  1.00  0.00"
    assert page.table.model().index(2, TOKEN).data(Qt.ItemDataRole.ForegroundRole) is not None
    assert "no item of this space" in page.table.model().index(2, TOKEN).data(Qt.ItemDataRole.ToolTipRole)
    assert page.table.model().index(2, STRIP).data(Qt.ItemDataRole.UserRole) is None


def test_the_pooled_vector_is_the_open_question(page, type_sentence, session, window):
    type_sentence("the king")
    state = session.state
    assert state.answer.vector.tolist() == [0.5, 1.0, 0.0]
    assert state.answer.reading == "mean of 2 words"
    assert window.query_edit.text() == state.answer.text == "[0.5, 1.0, 0.0]"
    assert page.nearest.text().startswith(f"Nearest by cosine: {state.answer.labels[0]} ")
    marks = marks_of(state.space, state.projection, state.answer)
    placed = state.projection.place(np.array([0.5, 1.0, 0.0]))
    assert marks.is_ghost
    assert marks.query_point == pytest.approx(placed[:2])


def test_typing_is_one_step_back(page, type_sentence, session, window, ask):
    ask("river")
    type_sentence("the king")
    window.named_actions["action_go_back"].trigger()
    assert session.state.answer.text == "river"


def test_without_the_check_the_open_question_stays(page, type_sentence, session, ask, idle):
    ask("river")
    page.show_check.click()
    type_sentence("the king")
    assert session.state.answer.text == "river"
    assert page.nearest.text().startswith("Nearest by cosine: ")
    QTest.keyClick(page.edit, Qt.Key.Key_Return)
    idle()
    assert session.state.answer.text == "[0.5, 1.0, 0.0]"


def test_the_words_can_be_weighted(page, type_sentence, session, idle):
    type_sentence("king man")
    assert page.vector_table.isColumnHidden(WEIGHT)
    page.weighting_combo.setFocus()
    QTest.keyClick(page.weighting_combo, Qt.Key.Key_Down)
    idle()
    assert not page.vector_table.isColumnHidden(WEIGHT)
    assert shown(page, 0, WEIGHT) == "× 0.091"  # 0.001 / (0.001 + 1 / 100)
    assert page.sentence.text() == "mean by inverse frequency of 2 words"


def test_without_counts_only_the_mean_is_offered(page, show, make_space):
    show(make_space(VECTORS, WORDS))
    assert not page.weighting_combo.isEnabled()
    assert "count" in page.weighting_combo.toolTip()


def test_a_space_without_these_words_says_so(page, type_sentence, show, make_space, session, idle):
    show(make_space(VECTORS))
    type_sentence("hello")
    assert "No word of it is an item of made" in page.nearest.text()
    assert session.state.answer is None


def test_another_metric_asks_the_same_sentence(page, type_sentence, session, window, idle):
    type_sentence("the king")
    window.operations.set_metric("euclidean")
    idle()
    assert session.state.answer.metric == "euclidean"
    assert session.state.answer.reading == "mean of 2 words"
    assert page.nearest.text().startswith("Nearest by euclidean: ")


def test_tokens_are_walked_by_keys(page, type_sentence, session, idle):
    type_sentence("the king")
    page.table.setFocus()
    page.table.selectRow(0)
    QTest.keyClick(page.table, Qt.Key.Key_Down)
    assert session.focus == 1
    assert page.vector_table.currentIndex().row() == 1
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    idle()
    assert session.state.answer.text == "king"


def test_emptying_the_field_shows_what_to_do(page, type_sentence, idle):
    type_sentence("the")
    page.edit.clear()
    idle()
    assert page.empty_label.isVisible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_paints_in_both_themes_and_narrow(page, type_sentence, window, theme, qapp):
    window.appearance.set_theme(theme)
    window.resize(1000, 560)
    type_sentence("the king xyz " + "man " * 40)
    qapp.processEvents()
    assert not page.grab().toImage().isNull()


def test_lines_of_a_text_take_the_place_of_the_words(window, space, session, idle, tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("the king\nthe man\nriver\nqqq\n")
    window.named_actions["action_open_lines"].trigger()
    dialog = window.findChild(LinesDialog)
    assert not dialog.buttons.button(dialog.buttons.StandardButton.Open).isEnabled()
    dialog.path_edit.setFocus()
    QTest.keyClicks(dialog.path_edit, str(path))
    QTest.keyClick(dialog.weighting_combo, Qt.Key.Key_Down)
    QTest.mouseClick(dialog.buttons.button(dialog.buttons.StandardButton.Open), Qt.MouseButton.LeftButton)
    idle()
    assert list(session.state.space.labels) == ["the king", "the man", "river"]
    assert session.state.space.source.options["weighting"] == "frequency"
    window.operations.ask("a man")
    idle()
    answer = session.state.answer
    assert answer.labels[0] == "the man"
    assert "composed from 1 of 2 words" in answer.remarks[0]
    assert marks_of(session.state.space, session.state.projection, answer).is_ghost


def test_what_is_wrong_with_a_text_is_said(window, space, session, idle, tmp_path):
    said = []
    window.operations.said.connect(lambda message: said.append(message.text))
    window.operations.open_lines(tmp_path / "missing.txt")
    idle()
    assert session.state.space is space
    assert "missing.txt" in said[-1]


def test_a_sentence_that_can_be_followed_ends_an_older_complaint(window, page, type_sentence, idle):
    window.operations.ask("nobody")
    idle()
    assert "nobody" in window.message_bar.message_line.text()
    type_sentence("the king")
    assert window.message_bar.message_line.text() == ""


def test_the_rail_leads_to_the_sentence(qtbot, window, space):
    window.activateWindow()
    window.query_edit.setFocus()
    QTest.mouseClick(window.findChild(object, "mode_learn"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(window.drawer.page(PipelinePage).edit.hasFocus)
    QTest.keyClicks(window.focusWidget(), "the king")
    assert window.drawer.page(PipelinePage).edit.text() == "the king"


@pytest.mark.parametrize("width", [1280, 800, 560])
def test_titles_and_figures_of_the_stages_keep_to_their_columns(window, page, type_sentence, qapp, width):
    type_sentence("the king")
    window.resize(width, 800)
    qapp.processEvents()
    for stage in page.stages:
        for label in (stage.title, stage.fact):
            assert stage.rect().contains(label.geometry())
        assert not stage.title.geometry().intersects(stage.fact.geometry())
