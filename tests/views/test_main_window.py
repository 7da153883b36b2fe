"""The window as a whole: folding, sizes, scale, theme, settings, drops."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPalette
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QSpinBox, QTableView, QToolButton

from embedviz import settings
from embedviz.settings import Settings
from embedviz.views import theme as themes
from embedviz.views.settings_keeper import SettingsKeeper


def resize(window, width, height):
    window.setMinimumSize(1, 1)
    window.resize(width, height)
    QApplication.processEvents()


def test_the_plot_has_more_than_half_of_the_width(window, space):
    assert window.width() == 1280
    assert window.plot.width() >= 0.55 * 1280


def test_the_first_picture_of_a_space_takes_a_turn_of_its_own(qtbot, window, space, session):
    drawn_at_once = []
    session.space_changed.connect(lambda: drawn_at_once.append(window.plot.updatesEnabled()))
    session.undo()
    session.redo()
    assert session.state.space is space
    assert drawn_at_once == [False, False]
    qtbot.waitUntil(window.plot.updatesEnabled)


def test_the_columns_fold_below_1000_pixels_and_come_back(window, space, ask):
    ask("word1")
    resize(window, 1000, 800)
    assert window.space_panel.isVisible()
    assert window.answer_panel.isVisible()
    resize(window, 999, 800)
    assert not window.space_panel.isVisible()
    assert not window.answer_panel.isVisible()
    assert window.plot.width() > 800
    resize(window, 1200, 800)
    assert window.space_panel.isVisible()
    assert window.answer_panel.isVisible()


def test_folded_columns_come_with_their_keys(window, space):
    resize(window, 800, 600)
    window.named_actions["action_toggle_panel"].trigger()
    assert window.space_panel.isVisible()
    assert not window.answer_panel.isVisible()
    window.named_actions["action_toggle_answers"].trigger()
    assert window.answer_panel.isVisible()
    window.named_actions["action_toggle_answers"].trigger()
    resize(window, 790, 600)
    assert window.space_panel.isVisible()
    assert not window.answer_panel.isVisible()


@pytest.mark.parametrize("size", [(1, 1), (60, 40), (4000, 3000), (1, 2000), (3000, 1)])
def test_any_size_and_back(window, space, ask, session, size):
    ask("word1")
    resize(window, *size)
    window.grab()
    window.plot.fit_all()
    window.plot.row_at(QPoint(0, 0))
    resize(window, 1280, 800)
    assert window.plot.row_at(window.plot.pixel_of(1)) == 1
    assert session.state.answer.text == "word1"


def test_the_plot_itself_at_any_size(window, plot, space):
    plot.setMinimumSize(0, 0)
    for size in ((0, 0), (1, 1), (2, 500), (4000, 3000)):
        plot.resize(*size)
        picture = plot.grab()
        assert (picture.width(), picture.height()) == size
        plot.fit_all()
        assert plot.camera.shown.isValid()


@pytest.mark.parametrize("scale", [0.75, 2.5])
def test_scaled_interfaces_keep_everything_within_reach(make_window, scale):
    window = make_window(Settings(theme="light", interface_scale=scale))
    resize(window, 2600, 1600)
    assert window.query_edit.height() == pytest.approx(themes.QUERY_HEIGHT * scale, abs=3)
    assert window.query_edit.fontInfo().pixelSize() == round(themes.QUERY_PX * scale)
    for name in ("back_button", "metric_combo", "k_spin"):
        widget = window.findChild(
            (QToolButton, QComboBox, QSpinBox)[("back_button", "metric_combo", "k_spin").index(name)], name
        )
        assert window.rect().contains(widget.mapTo(window, widget.rect().bottomRight()))
        assert widget.height() >= widget.fontMetrics().height()
    window.grab()


def test_zooming_the_interface_has_limits_and_a_way_back(window):
    usual = window.query_edit.height()
    for _ in range(20):
        window.named_actions["action_enlarge_interface"].trigger()
    assert window.appearance.scale == 2.5
    for _ in range(30):
        window.named_actions["action_shrink_interface"].trigger()
    assert window.appearance.scale == 0.75
    window.named_actions["action_reset_interface"].trigger()
    QApplication.processEvents()
    assert window.appearance.scale == 1.0
    assert window.query_edit.height() == usual


@pytest.mark.parametrize(("action", "theme"), [("use_dark_theme", themes.DARK), ("use_light_theme", themes.LIGHT)])
def test_the_theme_follows_the_choice(window, action, theme):
    window.named_actions[f"action_{action}"].trigger()
    assert window.appearance.theme == theme
    assert window.palette().color(QPalette.ColorRole.Window).name() == theme.window.lower()
    corner = window.grab().toImage().pixelColor(4, window.height() // 2)
    assert corner.name() == theme.window.lower()


def test_a_theme_of_the_settings_is_used_from_the_start(make_window):
    assert make_window(Settings(theme="dark")).appearance.theme == themes.DARK


def test_what_was_set_is_kept_for_the_next_window(make_window, monkeypatch, tmp_path):
    monkeypatch.setenv("EMBEDVIZ_CONFIG", str(tmp_path))
    first = make_window(settings.load()[0])
    SettingsKeeper(first.session, first.operations, first.appearance, first)
    first.named_actions["action_use_dark_theme"].trigger()
    first.named_actions["action_enlarge_interface"].trigger()
    first.operations.set_metric("manhattan")
    first.operations.set_k(25)
    kept, problem = settings.load()
    assert problem is None
    assert kept == Settings(theme="dark", interface_scale=1.1, metric="manhattan", k=25)
    assert make_window(kept).appearance.theme == themes.DARK


def test_settings_that_cannot_be_kept_are_said_once(window, monkeypatch, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("EMBEDVIZ_CONFIG", str(blocked / "folder"))
    SettingsKeeper(window.session, window.operations, window.appearance, window)
    window.operations.set_k(25)
    assert "EMBEDVIZ_CONFIG" in window.message_bar.message_line.text()
    assert window.session.state.view.k == 25


def test_every_control_has_a_name_to_be_read_aloud(window, space):
    controls = [
        control
        for kind in (QLineEdit, QComboBox, QSpinBox, QTableView, QToolButton)
        for control in window.findChildren(kind)
        if control.isVisible() and control.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    assert len(controls) > 8
    inner = [control for control in controls if control.parent() is not None and isinstance(control.parent(), QSpinBox)]
    for control in controls:
        if control not in inner:
            spoken = control.accessibleName() or getattr(control, "text", str)()
            assert spoken, control.objectName()


def test_the_title_names_the_space(window, show, make_space):
    assert window.windowTitle() == "embedviz"
    show(make_space(np.eye(3), name="mine"))
    assert window.windowTitle() == "mine – embedviz"


def drop(window, *urls) -> bool:
    mime = QMimeData()
    mime.setUrls(list(urls))
    place, copy, left, none = (
        QPoint(600, 400),
        Qt.DropAction.CopyAction,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    enter = QDragEnterEvent(place, copy, mime, left, none)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(place), copy, mime, left, none))
    return enter.isAccepted()


def test_a_dropped_file_opens(window, session, idle, tmp_path):
    path = tmp_path / "two words.txt"
    path.write_text("one 1 2\ntwo 3 4\n", encoding="utf-8")
    assert drop(window, QUrl.fromLocalFile(str(path)))
    idle()
    assert session.state.space.source.name == "two words.txt"


def test_what_is_no_file_is_not_taken(window):
    assert not drop(window, QUrl("https://example.org/vectors.txt"))
    assert not drop(window)
    assert window.operations.jobs.alive() == []


def test_no_part_of_the_window_swallows_a_drop(window, space):
    takers = [
        widget.objectName()
        for widget in [*window.findChildren(QLabel), window.plot, window.query_edit]
        if widget.acceptDrops()
    ]
    assert takers == []
    assert not window.plot.viewport().acceptDrops()


def test_closing_ends_all_work(window, space, ask):
    window.operations.ask("word1 + word2")
    window.close()
    assert not any(job.is_running for job in window.operations.jobs.alive())


def test_columns_that_were_put_away_stay_away_in_another_theme_or_size(window, space):
    window.toggle_panel()
    window.appearance.set_theme("dark")
    assert not window.space_panel.isVisible()
    assert window.answer_panel.isVisible()
    window.appearance.zoom(1)
    assert not window.space_panel.isVisible()
    assert window.answer_panel.isVisible()


def test_a_scaled_interface_folds_the_columns_that_no_longer_fit(window, space):
    for _ in range(5):
        window.appearance.zoom(1)
    assert not window.space_panel.isVisible()
    assert window.answer_panel.isHidden()
    window.appearance.zoom(0)
    assert window.space_panel.isVisible()
    assert window.answer_panel.isVisible()


@pytest.mark.parametrize("name", ["neighbor_table", "plot"])
def test_what_has_the_keyboard_is_outlined(window, space, ask, name):
    ask("word1")
    widget, other = getattr(window, name), window.query_edit
    window.activateWindow()
    other.setFocus()
    QApplication.processEvents()
    accent = window.appearance.theme.accent.lower()
    place = QPoint(0, widget.height() // 2)
    assert widget.grab().toImage().pixelColor(place).name() != accent
    widget.setFocus()
    QApplication.processEvents()
    assert widget.grab().toImage().pixelColor(place).name() == accent


def test_the_button_that_empties_the_box_is_named(window):
    (button,) = window.query_edit.findChildren(QToolButton)
    assert button.accessibleName() == "Clear the question"
    assert button.toolTip() == "Clear the question"


def test_a_theme_that_is_in_force_is_not_laid_out_again(window, monkeypatch):
    laid_out = []
    monkeypatch.setattr(QApplication, "setStyleSheet", lambda _app, sheet: laid_out.append(sheet))
    window.appearance.set_theme("dark")
    window.appearance._on_scheme_changed(Qt.ColorScheme.Dark)
    window.appearance.set_theme("dark")
    assert len(laid_out) == 1
