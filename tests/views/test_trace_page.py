"""Trace: the neighbours of a word epoch by epoch, similarities over the epochs, and the way to each of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cut_trainings import story
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit, QTableView, QWidget

import embedviz
from embedviz.formats.run_epochs import epochs_of
from embedviz.training import TrainingOptions
from embedviz.views.train.trace_page import TracePage

pytestmark = pytest.mark.usefixtures("runs")

LEFT = Qt.MouseButton.LeftButton
K = 4


@pytest.fixture
def corpus(tmp_path):
    return story(tmp_path, 6_000)


@pytest.fixture
def run(window, corpus, idle):
    """A training of four epochs that is open; its epochs."""
    space = embedviz.train(corpus, n_dims=12, epochs=4, min_count=1, window=3)
    window.operations.open_run(space.source.options["run"])
    idle()
    return epochs_of(space.source.options["run"])


@pytest.fixture
def quiet(qtbot, window, idle):
    """Wait until the page has asked and everything is answered."""

    def wait() -> None:
        page = window.drawer.page(TracePage)
        qtbot.waitUntil(lambda: not page._waiting.isActive(), timeout=10_000)
        idle()

    return wait


@pytest.fixture
def page(window, run, ask, quiet):
    session = window.session
    session.replace(view=replace(session.state.view, k=K))
    ask("cat")
    made = window.drawer.open(TracePage)
    quiet()
    return made


def column(page, at: int) -> list[str]:
    model = page.table.model()
    return [model.index(row, at).data() for row in range(model.rowCount())]


def heads(page) -> list[str]:
    model = page.table.model()
    return [model.headerData(at, Qt.Orientation.Horizontal) for at in range(model.columnCount())]


def test_the_names_that_scripts_use(window, page):
    assert window.findChild(QTableView, "trace_table") is page.table
    assert window.findChild(QWidget, "trace_chart") is page.chart
    assert window.findChild(QLineEdit, "trace_pairs_edit") is page.pairs_edit


def test_a_column_an_epoch_and_what_is_new_is_marked(page, run):
    assert heads(page) == ["start", "epoch 1", "epoch 2", "epoch 3", "▸ epoch 4"]
    before: set[str] = set()
    for at in range(5):
        labels = run.space(at).neighbors("cat", K).labels
        wanted = [label if label in before or not at else f"+ {label}" for label in labels]
        assert column(page, at) == wanted
        before = set(labels)
    new = next((row, at) for at in range(1, 5) for row in range(K) if column(page, at)[row].startswith("+ "))
    said = page.table.model().index(*new).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said.endswith("not among the nearest the epoch before")


def test_the_chart_has_the_nearest_in_the_end(page, run):
    answer = run.space(4).neighbors("cat", K)
    assert [line.name for line in page.chart.lines] == [f"cat – {label}" for label in answer.labels]
    assert [line.values[-1] for line in page.chart.lines] == pytest.approx(answer.scores.tolist(), abs=1e-6)
    assert page.chart.last_epoch == 4
    assert len(page.chart.lines[0].values) == 5


def test_a_click_on_a_column_goes_to_its_epoch(window, page, idle, quiet):
    before = [column(page, at) for at in range(5)]
    rect = page.table.visualRect(page.table.model().index(2, 1))
    QTest.mouseClick(page.table.viewport(), LEFT, pos=rect.center())
    quiet()
    assert window.operations.epoch == 1
    assert window.session.state.answer.text == "cat"
    assert heads(page)[1] == "▸ epoch 1"
    assert heads(page)[4] == "epoch 4"
    assert [column(page, at) for at in range(5)] == before
    assert page.table.selectionModel().isColumnSelected(1)
    header = page.table.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(2) + 10, header.height() // 2)
    QTest.mouseClick(header.viewport(), LEFT, pos=at)
    quiet()
    assert window.operations.epoch == 2


def test_keys_go_to_an_epoch(window, page, quiet):
    page.table.setFocus()
    page.table.setCurrentIndex(page.table.model().index(0, 4))
    QTest.keyClick(page.table, Qt.Key.Key_Left)
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    quiet()
    assert window.operations.epoch == 3
    page.chart.setFocus()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Return):
        QTest.keyClick(page.chart, key)
    quiet()
    assert window.operations.epoch == 2


def test_another_question_is_followed(window, page, run, ask, quiet):
    ask("rain")
    quiet()
    assert [text.removeprefix("+ ") for text in column(page, 4)] == list(run.space(4).neighbors("rain", K).labels)
    assert page.sentence.text().startswith("rain: ")


def test_typed_pairs_are_drawn(page, quiet):
    page.pairs_edit.setFocus()
    QTest.keyClicks(page.pairs_edit, "dog hen; red rain")
    QTest.keyClick(page.pairs_edit, Qt.Key.Key_Return)
    quiet()
    assert [line.name for line in page.chart.lines] == ["dog – hen", "red – rain"]
    page.pairs_edit.selectAll()
    QTest.keyClicks(page.pairs_edit, "dog")
    QTest.keyClick(page.pairs_edit, Qt.Key.Key_Return)
    quiet()
    assert "not two" in page.sentence.text()
    assert page.sentence.property("role") == "error"
    assert len(column(page, 0)) == K


def test_a_file_is_evaluated_over_time(monkeypatch, page, quiet, tmp_path):
    path = tmp_path / "pairs.txt"
    path.write_text("cat\tdog\t9\ncat\tred\t1\nrain\tsnow\t8\nsun\tblue\t2\nhen\tcow\t7\n", encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (str(path), ""))
    QTest.mouseClick(page.evaluate_button, LEFT)
    quiet()
    assert [line.name for line in page.chart.lines][-1] == "pairs.txt ρ"
    assert len(page.chart.lines) == K + 1
    QTest.mouseClick(page.clear_button, LEFT)
    assert len(page.chart.lines) == K
    assert not page.clear_button.isVisible()


def test_without_kept_epochs_the_page_says_what_it_is_for(window, show, words, ask, quiet):
    show(words)
    ask("word1")
    page = window.drawer.open(TracePage)
    quiet()
    assert page.findChild(QWidget, "trace_empty").isVisible()
    assert not page.pairs_edit.isEnabled()


def test_another_space_empties_the_page(window, page, show, words, quiet):
    show(words)
    quiet()
    assert column(page, 0) == []
    assert page.chart.lines == ()
    assert page.findChild(QWidget, "trace_empty").isVisible()


def test_a_page_that_is_not_seen_asks_nothing(window, run, ask, idle):
    page = window.drawer.page(TracePage)
    ask("cat")
    idle()
    assert not page._waiting.isActive()
    assert page.table.model().columnCount() == 0


def test_it_grows_while_a_training_runs(qtbot, window, page, corpus, idle):
    window.operations.train(str(corpus), TrainingOptions(n_dims=12, epochs=2_000, min_count=1, window=3))
    model = page.table.model()
    qtbot.waitUntil(lambda: window.operations.is_training and 4 < model.columnCount() != 5, timeout=60_000)
    before = model.columnCount()
    qtbot.waitUntil(lambda: model.columnCount() > before, timeout=60_000)
    window.operations.stop_training()
    qtbot.waitUntil(lambda: not window.operations.is_training, timeout=10_000)
    assert model.columnCount() > 5, "the page is not emptied meanwhile"
    qtbot.waitUntil(lambda: 0 < len(window.operations.epochs) == model.columnCount(), timeout=30_000)
    idle()
    assert heads(page)[-1].startswith("▸ ")


def test_what_is_typed_right_before_the_window_closes_is_left(qtbot, window, page):
    QTest.keyClicks(page.pairs_edit, "dog hen")
    QTest.keyClick(page.pairs_edit, Qt.Key.Key_Return)
    with qtbot.waitSignal(page._waiting.timeout):
        window.operations.close()
    assert not [job for job in window.operations.jobs.alive() if not job.is_cancelled]
