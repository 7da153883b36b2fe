"""The table of actions: unique, named as promised, and each runs on the sample without an error."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QSpinBox

from embedviz.raster import FigureContent, render_figure
from embedviz.views.actions import ACTIONS, MENUS
from embedviz.views.figure_dialog import FigureDialog
from embedviz.views.mnemonics import without_mnemonic

PROMISED = (
    *("open_file", "save_space", "save_figure", "undo", "redo", "go_back", "go_forward"),
    *("fit_all", "select_rectangle", "select_lasso", "select_brush", "clear_selection"),
)


def test_names_and_shortcuts_are_unique():
    names = [spec.name for spec in ACTIONS]
    keys = [QKeySequence(key).toString() for spec in ACTIONS for key in spec.keys]
    assert len(set(names)) == len(names)
    assert len(set(keys)) == len(keys)
    assert all(keys)
    assert {spec.menu for spec in ACTIONS} == set(MENUS)
    assert len({spec.text for spec in ACTIONS}) == len(ACTIONS)


def test_the_promised_actions_can_be_found_by_name(window):
    for name in PROMISED:
        assert window.findChild(QAction, f"action_{name}") is not None


def test_every_action_stands_in_its_menu_with_its_keys(window):
    menus = {without_mnemonic(action.menu().title()): action.menu() for action in window.menuBar().actions()}
    for spec in ACTIONS:
        action = window.named_actions[f"action_{spec.name}"]
        assert action in menus[spec.menu].actions()
        assert [keys.toString() for keys in action.shortcuts()] == [QKeySequence(keys).toString() for keys in spec.keys]


@pytest.fixture
def answered(monkeypatch, tmp_path, vector_file):
    """File dialogs that a person has answered."""
    judged = tmp_path / "pairs.tsv"
    judged.write_text("king\tqueen\t9\nking\triver\t1\n", encoding="utf-8")
    table = tmp_path / "about.tsv"
    table.write_text("word\tcolour\ntwo\tred\none\tblue\n", encoding="utf-8")

    def asked(title):
        return judged if "Word list" in title else vector_file

    monkeypatch.setattr(
        QFileDialog,
        "getOpenFileName",
        lambda parent, title, *args: (str({"Add metadata": table}.get(title, asked(title))), ""),
    )
    names = ("out.npz", "coordinates.csv", "metadata.csv", "epochs.csv", "quality.csv")
    targets = iter([tmp_path / name for name in names])
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(next(targets)), ""))


@pytest.fixture
def vector_file(tmp_path):
    path = tmp_path / "two.txt"
    path.write_text("one 1 2\ntwo 3 4\n", encoding="utf-8")
    return path


def test_every_action_runs_on_the_sample(window, idle, answered, session, tmp_path):
    window.operations.open_sample()
    idle()
    said = []
    window.operations.said.connect(said.append)
    window.train_panel.corpus = str(tmp_path / "text.txt")
    (tmp_path / "text.txt").write_text("cat dog cow hen red blue green grey\n" * 100, encoding="utf-8")
    window.train_panel.options_form.findChild(QSpinBox, "train_n_dims").setValue(4)
    for spec in ACTIONS:
        if spec.name == "quit_program":
            continue
        action = window.named_actions[f"action_{spec.name}"]
        action.setEnabled(True)
        action.trigger()
        idle()
        for dialog in window.findChildren(QDialog):
            dialog.close()
        QApplication.processEvents()
    assert [message.text for message in said if message.kind == "error"] == []
    assert {path.name for path in tmp_path.iterdir()} >= {
        "two.txt",
        "out.npz",
        "coordinates.csv",
        "metadata.csv",
        "epochs.csv",
        "quality.csv",
    }
    window.named_actions["action_quit_program"].trigger()
    assert not window.isVisible()


def test_every_action_runs_with_nothing_open(monkeypatch, window, idle, session):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: ("", ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: ("", ""))
    said = []
    window.operations.said.connect(said.append)
    for spec in ACTIONS:
        if spec.name in ("open_glove", "open_digits", "start_training", "quit_program"):
            continue
        action = window.named_actions[f"action_{spec.name}"]
        action.setEnabled(True)
        action.trigger()
        for dialog in window.findChildren(QDialog):
            dialog.close()
    idle()
    assert [message.text for message in said if message.kind == "error"] == []
    assert session.state.space is None


def test_opening_through_the_dialog(window, idle, answered, session):
    window.named_actions["action_open_file"].trigger()
    idle()
    assert session.state.space.source.name == "two.txt"


def test_undo_redo_back_and_forward_are_possible_only_when_they_do_something(window, space, ask, session):
    names = ("undo", "redo", "go_back", "go_forward")
    states = lambda: [window.named_actions[f"action_{name}"].isEnabled() for name in names]  # noqa: E731
    ask("word1")
    ask("word2")
    assert states() == [True, False, True, False]
    window.named_actions["action_go_back"].trigger()
    assert states() == [True, False, False, True]
    window.named_actions["action_undo"].trigger()
    assert states()[1] is True
    assert session.state.answer.text == "word2"


def test_saving_a_figure_opens_its_dialog_on_what_is_in_view(qtbot, window, plot, session, space, ask, idle):
    ask("word3")
    session.replace(selection=np.array([1, 2]), coloring="part_of_speech")
    idle()
    window.appearance.prefer(point_size=2.0, point_opacity=0.5)
    plot.zoom(2.0)
    window.named_actions["action_save_figure"].trigger()
    dialog = window.findChild(FigureDialog)
    qtbot.waitUntil(lambda: not dialog.preview.pixmap().isNull(), timeout=20_000)
    content, spec, shown = dialog._content, dialog.spec(), plot.camera.shown
    assert (content.space, content.answer) == (space, session.state.answer)
    assert content.coloring_name == "part_of_speech"
    assert len(content.coloring.legend.entries) >= 3
    assert content.selection.tolist() == [1, 2]
    assert spec.shown == pytest.approx((shown.left(), shown.right(), shown.top(), shown.bottom()))
    assert (spec.size, spec.scale, spec.dark) == ((1600, 1000), 2, False)
    assert (spec.point_size, spec.opacity) == (2.0, 0.5)
    dialog.close()
    idle()


def test_a_figure_of_a_space_is_seen_as_in_the_window(qtbot, qapp, window, plot, space, drag, idle, tmp_path):
    window.operations.set_axes(0, 1, 2)
    qapp.processEvents()
    plot.glide.land()
    drag(plot, QPoint(200, 300), QPoint(260, 280))
    plot.zoom(1.3)
    window.named_actions["action_save_figure"].trigger()
    dialog = window.findChild(FigureDialog)
    qtbot.waitUntil(lambda: not dialog.preview.pixmap().isNull(), timeout=20_000)
    spec = replace(dialog.spec(), size=(1280, 800), provenance=False, names=0, scale=1)
    dialog.close()
    idle()
    assert (spec.axes, spec.shown) == ((0, 1, 2), None)
    projection = window.session.state.projection
    render_figure(FigureContent(space, projection), tmp_path / "a.svg", spec)
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    shapes = [each for each in root.iter("{http://www.w3.org/2000/svg}use") if each.get("style", "").startswith("fill")]
    found = np.array([(float(each.get("x")), float(each.get("y"))) for each in shapes]) / 0.75
    # The frame is 1240 x 760 pixels about (640, 400); shorter sides are alike.
    side, middle = min(plot.width(), plot.height()), np.array([plot.width(), plot.height()]) / 2
    expected = (plot.solid.camera.to_pixels(projection.points[:, :3]) - middle) / side * 760 + (640, 400)
    away = np.linalg.norm(found[:, None] - expected[None], axis=2).min(axis=1)
    assert len(found) > 40
    assert away.max() < 0.01


def test_copying_a_figure_puts_a_picture_on_the_clipboard(window, space, idle):
    QGuiApplication.clipboard().clear()
    window.named_actions["action_copy_figure"].trigger()
    idle()
    assert QGuiApplication.clipboard().image().size().toTuple() == (3200, 2000)
    assert window.message_bar.message_line.text() == "Copied the figure as a picture."
    QGuiApplication.clipboard().clear()


@pytest.mark.parametrize("name", ["save_figure", "copy_figure"])
def test_without_a_plot_there_is_no_figure(window, name):
    window.named_actions[f"action_{name}"].trigger()
    assert window.message_bar.message_line.text() == "There is no plot to save. Open a file first."
    assert window.findChild(FigureDialog) is None


def test_the_look_of_the_plot_is_kept_and_its_actions_show_it(make_window, plot, window, space):
    for name in ("show_few_labels", "enlarge_points", "enlarge_points", "weaken_points", "toggle_overview"):
        window.named_actions[f"action_{name}"].trigger()
    kept = window.appearance.settings
    assert (kept.label_amount, kept.overview) == ("few", False)
    assert (kept.point_size, kept.point_opacity) == pytest.approx((1.25**2, 0.8), abs=2e-3)
    again = make_window(kept)
    assert again.plot.labels_item.amount == "few"
    checked = {name for name, action in again.named_actions.items() if action.isChecked()}
    assert checked == {"action_pan_view", "action_show_few_labels"}
    for _ in range(30):
        window.named_actions["action_enlarge_points"].trigger()
        window.named_actions["action_weaken_points"].trigger()
    assert (window.appearance.settings.point_size, window.appearance.settings.point_opacity) == (10.0, 0.1)
    window.named_actions["action_reset_points"].trigger()
    assert (window.appearance.settings.point_size, window.appearance.settings.point_opacity) == (1.0, 1.0)
