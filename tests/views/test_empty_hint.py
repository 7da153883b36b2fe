"""What an empty plot says: what to do, and why the last opening failed."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from embedviz import formats
from embedviz.progress import Progress
from embedviz.views.plot import empty_hint
from embedviz.views.plot.empty_hint import TEXT


@pytest.fixture
def hint(qtbot, plot):
    qtbot.waitUntil(plot.empty_hint.isVisible)
    return plot.empty_hint


@pytest.fixture
def bad_file(tmp_path):
    path = tmp_path / "broken.txt"
    path.write_text("one 1 2 3\ntwo 1 x 3\n", encoding="utf-8")
    return path


def drop(window, path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(600, 400), copy, mime, left, none))
    QApplication.sendEvent(window, QDropEvent(QPointF(600, 400), copy, mime, left, none))


def test_why_a_dropped_file_did_not_open_stands_in_the_plot(window, hint, idle, bad_file):
    assert hint.text() == TEXT
    drop(window, bad_file)
    idle()
    reason = window.message_bar.message_line.text()
    assert "broken.txt" in reason
    assert hint.isVisible()
    assert hint.text() == f"{reason}\n\n{TEXT}"
    assert window.plot.rect().contains(hint.geometry())


def test_an_impossible_option_is_said_there_too(window, hint, idle, bad_file):
    bad_file.write_text("one 1 2\ntwo 3 4\n", encoding="utf-8")
    window.operations.open_file(bad_file, vector_column="nothing")
    idle()
    assert window.message_bar.message_line.text() in hint.text()
    assert hint.text() != TEXT


def test_the_reason_outlives_later_messages_but_not_an_opening(window, hint, idle, bad_file, tmp_path, session):
    drop(window, bad_file)
    idle()
    window.named_actions["action_save_space"].trigger()
    assert "broken.txt" in hint.text()
    good = tmp_path / "good.txt"
    good.write_text("one 1 2\ntwo 3 4\n", encoding="utf-8")
    drop(window, good)
    idle()
    assert session.state.space is not None
    assert not hint.isVisible()
    assert hint.text() == TEXT


def test_an_error_beside_an_open_space_leaves_the_plot_alone(window, plot, space, idle, bad_file):
    drop(window, bad_file)
    idle()
    assert not plot.empty_hint.isVisible()
    assert plot.empty_hint.text() == TEXT


def test_it_waits_while_a_file_is_opened(qtbot, monkeypatch, window, bad_file):
    turns = []

    def held(path, **options):
        while True:
            turns.append(path)
            time.sleep(0.001)
            yield Progress(0.5, "Reading")

    monkeypatch.setattr(formats, "open_steps", held)
    monkeypatch.setattr(empty_hint, "SHOW_AFTER_MS", 1)
    window.operations.open_file(bad_file)
    hint = empty_hint.EmptyHint(window.session, window.operations, window.plot)
    passed = QTimer(interval=2)
    passed.timeout.connect(lambda: turns.append("turn of the window"))
    passed.start()
    qtbot.waitUntil(lambda: turns.count("turn of the window") > 10)
    passed.stop()
    assert not hint.isVisible()
    window.operations.jobs.cancel("load")
    qtbot.waitUntil(hint.isVisible)


@pytest.mark.parametrize("size", [(1280, 800), (800, 600)])
def test_a_long_reason_has_room(window, hint, size, tmp_path, idle):
    window.resize(*size)
    window.operations.open_file(tmp_path / ("a long name " * 15))
    idle()
    assert hint.wordWrap()
    assert hint.heightForWidth(hint.width()) <= hint.height()
