"""Runs: listed, compared on one chart, named in place, opened, gone on with, removed; offered in the message line."""

from __future__ import annotations

from functools import partial

import pytest
from cut_trainings import cut_short, learned, story
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QTableView, QWidget

from embedviz import formats
from embedviz.formats.run_store import kept_runs
from embedviz.training import TrainingOptions
from embedviz.views.train.run_model import EPOCHS, HEADS, HELDOUT, NAME_ROLE, STATUS, TITLE
from embedviz.views.train.runs_page import RunsPage

pytestmark = pytest.mark.usefixtures("runs")

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def corpus(tmp_path):
    return story(tmp_path)


@pytest.fixture
def train(corpus):
    return partial(learned, corpus)


@pytest.fixture
def open_page(window, idle):
    """Open the page by its tab and wait for the list."""

    def run() -> RunsPage:
        window.drawer.open(RunsPage)
        idle()
        return window.drawer.page(RunsPage)

    return run


def texts(page, column: int) -> list[str]:
    model = page.table.model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


def place_of(page, row: int, column: int) -> QPoint:
    return page.table.visualRect(page.table.model().index(row, column)).center()


def click(page, row: int, column: int = STATUS) -> None:
    QTest.mouseClick(page.table.viewport(), LEFT, pos=place_of(page, row, column))


def check(page, row: int) -> None:
    """Click the box at the left of a row."""
    rect = page.table.visualRect(page.table.model().index(row, TITLE))
    QTest.mouseClick(page.table.viewport(), LEFT, pos=QPoint(rect.left() + 11, rect.center().y()))


def drawn(page) -> dict[str, tuple[float, ...]]:
    return {line.name: line.values for line in page.chart.lines}


def test_the_names_that_scripts_use(window, open_page):
    page = open_page()
    assert window.findChild(QTableView, "runs_table") is page.table
    assert window.findChild(QWidget, "runs_chart") is page.chart
    for name in ("runs_open_button", "runs_resume_button", "runs_remove_button"):
        assert isinstance(window.findChild(QPushButton, name), QPushButton)


def test_the_empty_page_says_what_will_be_here(open_page):
    page = open_page()
    assert page.findChild(QWidget, "runs_empty").isVisible()
    assert not any(button.isEnabled() for button in (page.open_button, page.resume_button, page.remove_button))


def test_all_runs_stand_with_their_figures(open_page, train, corpus):
    first, short = train(3), cut_short(corpus)
    page = open_page()
    assert texts(page, TITLE) == [short, first]
    assert texts(page, EPOCHS) == ["2 of 4", "3 of 3"]
    assert texts(page, STATUS) == ["interrupted", "complete"]
    epochs = formats.read_run(first).run.epochs
    assert texts(page, HELDOUT)[1] == f"{epochs[-1].heldout_loss:.4f}"
    assert "2 trainings" in page.sentence.text()


def test_checked_runs_are_drawn_together_by_one_figure(qtbot, window, open_page, train):
    names = [train(epochs) for epochs in (2, 4, 3, 2)]
    page = open_page()
    assert set(drawn(page)) == set(names[1:]), "the newest three at first"
    assert page.chart.n_epochs == 4
    runs = {name: formats.read_run(name).run.epochs for name in names}
    assert drawn(page)[names[2]] == tuple(record.heldout_loss for record in runs[names[2]])
    assert len({(line.role, line.style) for line in page.chart.lines}) == 3
    combo = window.findChild(QComboBox, "runs_figure_combo")
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Down)
    assert drawn(page)[names[2]] == tuple(100 * record.accuracy for record in runs[names[2]])
    check(page, 3)
    assert set(drawn(page)) == set(names)
    check(page, 0)
    assert set(drawn(page)) == set(names[:3])
    assert page.chart.accessibleDescription().startswith("held-out accuracy, %: 4 epochs; epoch 4")
    assert names[1] in page.chart.accessibleDescription()
    assert names[2] not in page.chart.accessibleDescription(), "it has no fourth epoch"


def test_a_title_is_written_in_place(qtbot, open_page, train, idle):
    name = train()
    page = open_page()
    page.table.setFocus()
    page.table.setCurrentIndex(page.table.model().index(0, TITLE))
    QTest.keyClick(page.table, Qt.Key.Key_F2)
    editor = page.table.findChild(QLineEdit)
    QTest.keyClicks(editor, "first try")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: texts(page, TITLE) == ["first try"])
    idle()
    assert texts(page, TITLE) == ["first try"]
    assert kept_runs()[0].title == "first try"
    assert page.table.model().index(0, TITLE).data(NAME_ROLE) == name


def test_naming_goes_on_while_another_run_comes(qtbot, open_page, train, idle, window):
    train()
    page = open_page()
    page.table.setFocus()
    page.table.setCurrentIndex(page.table.model().index(0, TITLE))
    QTest.keyClick(page.table, Qt.Key.Key_F2)
    QTest.keyClicks(page.table.findChild(QLineEdit), "half of")
    train()
    window.operations.list_runs()
    idle()
    editor = page.table.findChild(QLineEdit)
    assert editor.text() == "half of"
    QTest.keyClicks(editor, " it")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: texts(page, TITLE)[1] == "half of it")
    idle()


def test_a_run_is_opened_by_its_button_and_by_enter(window, open_page, train, idle):
    first, second = train(2), train(3)
    page = open_page()
    click(page, 1)
    QTest.mouseClick(page.open_button, LEFT)
    idle()
    assert window.session.state.space.source.options["run"] == first
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_Up)
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    idle()
    assert window.session.state.space.source.options["run"] == second
    assert window.operations.epochs == (0, 1, 2, 3)


def test_removing_is_asked_once(open_page, train, idle):
    first, second = train(), train()
    page = open_page()
    click(page, 0)
    QTest.mouseClick(page.remove_button, LEFT)
    assert page.remove_button.text() == "Remove now"
    assert f"“{second}” would be gone for good" in page.sentence.text()
    click(page, 1)
    assert page.remove_button.text() == "Remove", "another choice asks anew"
    QTest.mouseClick(page.remove_button, LEFT)
    assert len(kept_runs()) == 2
    QTest.mouseClick(page.remove_button, LEFT)
    idle()
    assert [run.name for run in kept_runs()] == [second]
    assert texts(page, TITLE) == [second]
    assert page.remove_button.text() == "Remove"
    assert set(drawn(page)) == {second}
    assert first not in page.model.numbers


def test_several_are_removed_at_once(open_page, train, idle):
    for _ in range(3):
        train()
    page = open_page()
    page.table.selectAll()
    QTest.mouseClick(page.remove_button, LEFT)
    assert "These 3 trainings" in page.sentence.text()
    QTest.mouseClick(page.remove_button, LEFT)
    idle()
    assert kept_runs() == ()
    assert page.findChild(QWidget, "runs_empty").isVisible()


def test_one_that_was_cut_short_goes_on(qtbot, window, open_page, corpus, train, idle):
    short, whole = cut_short(corpus), train(4)
    page = open_page()
    click(page, 0)
    assert not page.resume_button.isEnabled(), "that one is complete"
    click(page, 1)
    QTest.mouseClick(page.resume_button, LEFT)
    qtbot.waitUntil(lambda: formats.read_run(short).status == "complete", timeout=60_000)
    idle()
    assert texts(page, STATUS) == ["complete", "complete"]
    assert texts(page, EPOCHS) == ["4 of 4", "4 of 4"]
    assert drawn(page)[short] == drawn(page)[whole]
    assert window.session.state.view.mode == "train"


def test_a_training_that_runs_grows_on_the_page(qtbot, window, open_page, corpus, idle):
    page = open_page()
    window.operations.train(str(corpus), TrainingOptions(n_dims=12, epochs=2_000, min_count=1, window=3))
    qtbot.waitUntil(lambda: texts(page, STATUS) == ["running"], timeout=60_000)
    qtbot.waitUntil(lambda: page.chart.n_epochs > 3, timeout=60_000)
    click(page, 0)
    assert not page.remove_button.isEnabled()
    assert not page.resume_button.isEnabled()
    window.operations.stop_training()
    qtbot.waitUntil(lambda: not window.operations.is_training, timeout=10_000)
    idle()
    assert texts(page, STATUS) == ["stopped"]
    assert page.resume_button.isEnabled()


def test_a_damaged_run_can_only_be_removed(open_page, train, idle, tmp_path):
    name = train()
    record = tmp_path / "runs" / name / "run.json"
    record.write_text(record.read_text().replace("story", "stori"))
    page = open_page()
    assert texts(page, STATUS) == ["damaged"]
    click(page, 0)
    assert [button.isEnabled() for button in (page.open_button, page.resume_button, page.remove_button)] == [0, 0, 1]
    assert "is damaged" in page.sentence.text()
    QTest.mouseClick(page.remove_button, LEFT)
    QTest.mouseClick(page.remove_button, LEFT)
    idle()
    assert not record.exists()


def test_a_click_on_a_head_sorts(qtbot, open_page, train):
    for epochs in (3, 1, 2):
        train(epochs)
    page = open_page()
    header = page.table.horizontalHeader()
    x = header.sectionViewportPosition(EPOCHS) + 10
    QTest.mouseClick(header.viewport(), LEFT, pos=QPoint(x, header.height() // 2))
    assert texts(page, EPOCHS) == ["1 of 1", "2 of 2", "3 of 3"]
    assert page.table.model().columnCount() == len(HEADS)


def test_the_offer_stands_in_the_message_line(window, corpus, idle):
    bar, name = window.message_bar, cut_short(corpus)
    window.operations.offer_interrupted()
    idle()
    assert bar.message_line.text() == "The training “story.txt” was cut short after epoch 2 of 4."
    assert (bar.offer_button.text(), bar.decline_button.text()) == ("Go on", "Not now")
    QTest.mouseClick(bar.decline_button, LEFT)
    idle()
    assert bar.message_line.text() == ""
    assert not bar.offer_button.isVisible()
    assert not bar.decline_button.isVisible()
    window.operations.offer_interrupted()
    idle()
    assert not bar.offer_button.isVisible()
    assert formats.read_run(name).status == "interrupted"


def test_the_offer_is_taken(qtbot, window, corpus, idle):
    bar, name = window.message_bar, cut_short(corpus)
    window.operations.offer_interrupted()
    idle()
    QTest.mouseClick(bar.offer_button, LEFT)
    qtbot.waitUntil(lambda: formats.read_run(name).status == "complete", timeout=60_000)
    idle()
    assert "Trained 12 words in 4 epochs" in bar.message_line.text()
    assert not bar.offer_button.isVisible()


def test_another_message_takes_the_place_of_the_offer(window, corpus, idle):
    cut_short(corpus)
    window.operations.offer_interrupted()
    idle()
    window.operations.say("something else")
    assert not window.message_bar.offer_button.isVisible()
    assert not window.message_bar.decline_button.isVisible()
