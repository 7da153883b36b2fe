"""The drawer: one page at a time, built when it is wanted, chosen by tabs, by a list, by keys."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from embedviz.settings import Settings
from embedviz.views.ask.metrics_page import MetricsPage
from embedviz.views.drawer import PAGES
from embedviz.views.train.quality_page import QualityPage
from embedviz.views.train.runs_page import RunsPage


@pytest.fixture
def drawer(window):
    return window.drawer


def test_pages_are_built_when_they_are_wanted(window, drawer):
    assert drawer.build_next()
    assert len(drawer._built) == 1
    while drawer.build_next():
        pass
    assert [type(page) for page in drawer._built.values()] == [spec.kind for spec in PAGES]
    assert not drawer.isVisible()


def test_building_the_pages_takes_no_focus_from_what_one_types(window, drawer, qapp):
    window.activateWindow()
    window.query_edit.setFocus()
    while drawer.build_next():
        qapp.processEvents()
    assert qapp.activeWindow() is window
    assert qapp.focusWidget() is window.query_edit


@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.name)
def test_each_tab_opens_its_page_and_its_tools(window, drawer, space, spec):
    window.operations.set_mode(spec.modes[0])
    if spec.modes[0] == "explore":
        window.named_actions["action_toggle_drawer"].trigger()
    assert {name for name, tab in drawer.tabs.items() if tab.isVisible()} == {
        other.name for other in PAGES if spec.modes[0] in other.modes
    }
    QTest.mouseClick(drawer.tabs[spec.name], Qt.MouseButton.LeftButton)
    page = drawer.page(spec.kind)
    assert page.isVisible()
    assert page.tools.isVisible()
    assert drawer.page_combo.currentText() == spec.title


def test_it_opens_where_it_was_left(window, drawer):
    toggle = window.named_actions["action_toggle_drawer"].trigger
    toggle()
    assert drawer.page(MetricsPage).isVisible()
    drawer.open(QualityPage)
    toggle()
    assert not drawer.isVisible()
    toggle()
    assert drawer.page(QualityPage).isVisible()


def test_leaving_train_keeps_another_page_open(window, drawer):
    window.operations.set_mode("train")
    assert drawer.training_page.isVisible()
    drawer.open(MetricsPage)
    window.operations.set_mode("explore")
    assert drawer.page(MetricsPage).isVisible()


def test_each_mode_opens_where_it_was_left(window, drawer):
    window.operations.set_mode("learn")
    first = drawer._open
    assert first.modes == ("learn",)
    assert drawer.isVisible()
    window.operations.set_mode("train")
    drawer.open(RunsPage)
    window.operations.set_mode("explore")
    assert not drawer.isVisible()
    window.operations.set_mode("train")
    assert drawer.page(RunsPage).isVisible()
    window.operations.set_mode("learn")
    assert drawer.page(first.kind).isVisible()


def test_tabs_come_back_with_room(qapp, window, drawer):
    drawer.open(MetricsPage)
    assert drawer.tabs["metrics"].isVisible()
    for width, tabs in ((800, False), (1280, True)):
        window.resize(width, 700)
        qapp.processEvents()
        assert drawer.tabs["metrics"].isVisible() == tabs
        assert drawer.page_combo.isVisible() != tabs


@pytest.mark.parametrize(
    ("size", "scale"), [((1280, 800), 1.0), ((1000, 700), 1.0), ((800, 600), 1.0), ((1000, 700), 1.5)]
)
def test_the_tools_of_no_page_are_cut_or_overlap(qapp, make_window, size, scale):
    window = make_window(Settings(theme="light", interface_scale=scale))
    window.resize(*size)
    for spec in PAGES:
        window.operations.set_mode(spec.modes[0])
        tools = window.drawer.open(spec.kind).tools
        qapp.processEvents()
        shown = [child for child in tools.children() if isinstance(child, QWidget) and child.isVisible()]
        for one, other in combinations(shown, 2):
            assert not one.geometry().intersects(other.geometry()), spec.name
        for child in shown:
            assert tools.rect().contains(child.geometry()), spec.name
            if isinstance(child, QPushButton):
                needed = child.fontMetrics().horizontalAdvance(child.text())
                assert child.width() > needed, (spec.name, child.text())
