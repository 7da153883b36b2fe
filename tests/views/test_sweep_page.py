"""The page of Sweep: option, values, chart and table, as a person uses them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QPushButton, QSpinBox, QTableWidget, QWidget

from embedviz.views.train.sweep_chart import Series, SweepChart
from embedviz.views.train.sweep_page import SweepPage


@pytest.fixture
def corpus(tmp_path):
    rng = np.random.default_rng(3)
    path = tmp_path / "story.txt"
    path.write_text("\n".join(" ".join(rng.choice([f"w{n}" for n in range(12)], 8)) for _ in range(200)))
    return str(path)


@pytest.fixture
def page(window, corpus, idle):
    window.operations.set_mode("train")
    panel = window.train_panel
    for name, value in (("n_dims", 4), ("epochs", 2), ("min_count", 1)):
        panel.findChild(QSpinBox, f"train_{name}").setValue(value)
    panel.choose(corpus)
    idle()
    return window.drawer.open(SweepPage)


def table_texts(page) -> list[list[str]]:
    table = page.table
    return [[table.item(row, at).text() for at in range(table.columnCount())] for row in range(table.rowCount())]


def test_its_parts_can_be_found_by_name(window, page):
    for kind, name in (
        (QWidget, "sweep_chart"),
        (QTableWidget, "sweep_table"),
        (QPushButton, "sweep_button"),
        (QComboBox, "sweep_option_combo"),
        (QLineEdit, "sweep_values_edit"),
    ):
        assert window.findChild(kind, name) is not None


def test_it_says_what_would_be_swept(page):
    assert page.values_edit.text() == "2, 5, 10, 25, 50, 100"
    assert "“story.txt”" in page.empty_label.text()
    assert "same held-out pairs" in page.empty_label.text()
    page.option_combo.setCurrentIndex(page.option_combo.findData("window"))
    assert page.values_edit.text() == "1, 2, 5, 10"
    assert "Do not compare the held-out loss" in page.empty_label.text()
    page.values_edit.clear()
    assert not page.sweep_button.isEnabled()


def test_each_value_is_a_row_and_a_place_on_the_chart(window, page, idle):
    page.values_edit.setText("2, 4, 8")
    QTest.keyClick(page.values_edit, Qt.Key.Key_Return)
    assert not page.sweep_button.isEnabled()
    assert page.stop_button.isEnabled()
    idle()
    points = window.operations.sweep.points
    assert [row[0] for row in table_texts(page)] == ["2", "4", "8"]
    assert [row[2] for row in table_texts(page)] == [f"{point.accuracy:.3f}" for point in points]
    assert page.chart.is_log
    assert page.chart.values == [2, 4, 8]
    assert page.chart.series[0].points == tuple((point.value, point.accuracy) for point in points)
    assert page.remark_label.text() == window.operations.sweep.remark
    assert page.sweep_button.isEnabled()
    QTest.mouseClick(page.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text().split("\n")[0].split("\t")[:2] == ["n_dims", "seed"]
    assert len(QGuiApplication.clipboard().text().split("\n")) == 4


def test_a_stop_leaves_the_complete_trainings(qtbot, window, page, idle):
    page.option_combo.setCurrentIndex(page.option_combo.findData("window"))
    page.values_edit.setText(", ".join(map(str, range(1, 101))))
    QTest.mouseClick(page.sweep_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.table.rowCount() >= 2, timeout=20_000)
    QTest.mouseClick(page.stop_button, Qt.MouseButton.LeftButton)
    idle()
    assert 2 <= page.table.rowCount() < 100
    assert page.sweep_button.isEnabled()


def test_what_is_typed_wrong_is_said(page):
    page.values_edit.setText("2, many")
    QTest.mouseClick(page.sweep_button, Qt.MouseButton.LeftButton)
    assert "“many” is no value" in page.remark_label.text()
    assert page.remark_label.property("role") == "error"
    page.values_edit.setText("0")
    QTest.mouseClick(page.sweep_button, Qt.MouseButton.LeftButton)
    assert "number of dimensions is 0" in page.remark_label.text()


def test_a_file_of_judgments_adds_a_figure(monkeypatch, tmp_path, window, page, idle):
    judged = tmp_path / "pairs.tsv"
    judged.write_text("w1\tw2\t9\nw1\tw3\t3\nw4\tw5\t1\nw6\tw7\t5\n", encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(judged), ""))
    QTest.mouseClick(page.file_button, Qt.MouseButton.LeftButton)
    assert "pairs.tsv" in page.empty_label.text()
    page.values_edit.setText("2, 3")
    QTest.mouseClick(page.sweep_button, Qt.MouseButton.LeftButton)
    idle()
    assert page.table.horizontalHeaderItem(2).text() == "pairs.tsv"
    assert [series.name for series in page.chart.series] == ["pairs.tsv", "held-out accuracy"]


def test_the_mean_of_the_seeds_is_drawn_and_each_as_a_dot():
    series = Series("figure", ((2, 0.2), (2, 0.4), (5, math.nan), (1, 0.5)))
    assert series.means == ((1, 0.5), (2, pytest.approx(0.3)))


def test_a_logarithmic_axis_sets_equal_ratios_equally_apart(qtbot, window):
    chart = SweepChart(window.appearance)
    qtbot.addWidget(chart)
    chart.resize(400, 200)
    chart.show_series([Series("a", ((1, 0.1), (10, 0.5), (100, 0.9)))], axis="dimensions", is_log=True)
    area = chart.area()
    places = [chart.place(area, value, 0.5).x() for value in (1, 10, 100)]
    assert places[1] - places[0] == pytest.approx(places[2] - places[1])
    assert chart.place(area, 1, 0.9).y() < chart.place(area, 1, 0.1).y()
    chart.show_series([Series("a", ((0, 0.1), (10, 0.5)))], axis="subsample", is_log=True)
    assert not chart.is_log, "there is no logarithm of 0"
    full = chart.grab().toImage()
    chart.show_series((), axis="", is_log=False)
    assert chart.grab().toImage() != full
    assert chart.accessibleDescription() == "no trainings yet"
