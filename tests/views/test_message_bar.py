"""The line at the foot: messages, details to copy, progress after a moment, Cancel."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import QObject, Qt, Slot

from embedviz.errors import FormatError
from embedviz.progress import Progress


class Ends(QObject):
    """Where jobs of these tests report to."""

    def __init__(self) -> None:
        super().__init__()
        self.results = []

    @Slot(object)
    def on_done(self, job) -> None:
        self.results.append(job.result)

    @Slot(object)
    def on_failed(self, job) -> None:
        self.results.append(job.error)


@pytest.fixture
def bar(window):
    return window.message_bar


@pytest.fixture
def gate():
    made = threading.Event()
    yield made
    made.set()


@pytest.fixture
def start(window, gate):
    """Start work that waits for the gate; returns the job and where it ends."""

    def run(lane="load", steps=None, is_quiet=False, text="Reading line 12", fraction=0.43):
        def waiting():
            while not gate.wait(0.005):
                yield Progress(fraction, text)
            return "done"

        ends = Ends()
        job = window.operations.jobs.start(
            lane,
            steps or waiting(),
            title="Work",
            on_success=ends.on_done,
            on_failure=ends.on_failed,
            is_quiet=is_quiet,
        )
        return job, ends

    return run


def test_a_message_replaces_the_one_before(bar, window):
    window.operations.say("first")
    window.operations.say("second")
    assert bar.message_line.text() == "second"
    assert bar.message_line.property("role") == "muted"


def test_messages_are_one_plain_line(bar, window):
    window.operations.say("<b>a</b>\nb" + "x" * 5000)
    assert bar.message_line.text().startswith("<b>a</b>⏎b")
    assert bar.message_line.text().endswith("…")
    assert len(bar.message_line.text()) < 1000
    assert bar.message_line.textFormat() == Qt.TextFormat.PlainText
    assert window.width() == 1280


def test_an_error_is_marked_and_has_no_details_if_it_says_all(bar, window):
    window.operations.complain(FormatError("Line 3 has 2 numbers where 3 were expected."))
    assert bar.message_line.text() == "Line 3 has 2 numbers where 3 were expected."
    assert bar.message_line.property("role") == "error"
    assert not bar.copy_button.isVisible()


def test_details_of_an_unexpected_error_can_be_copied(qtbot, qapp, bar, window):
    try:
        raise ZeroDivisionError("deep inside")
    except ZeroDivisionError as error:
        window.operations.complain(error)
    assert bar.copy_button.isVisible()
    qtbot.mouseClick(bar.copy_button, Qt.MouseButton.LeftButton)
    copied = qapp.clipboard().text()
    assert copied.startswith("Something went wrong inside embedviz (ZeroDivisionError)")
    assert "Traceback" in copied
    assert copied.rstrip().endswith("ZeroDivisionError: deep inside")
    window.operations.say("something else")
    assert not bar.copy_button.isVisible()


def test_a_sample_of_what_does_not_fit_is_opened_by_a_click(qtbot, bar, window, tmp_path, monkeypatch):
    path = tmp_path / "large.npy"
    np.save(path, np.random.default_rng(1).normal(size=(5000, 3)).astype(np.float32))
    monkeypatch.setattr("embedviz.formats.memory_plan.free_memory", lambda: 40_000)
    window.operations.open_file(path)
    qtbot.waitUntil(bar.offer_button.isVisible)
    assert "a sample of it" in bar.message_line.text()
    assert bar.offer_button.text() == "Open a sample of 1,000 rows"
    qtbot.mouseClick(bar.offer_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.session.state.space is not None)
    assert window.session.state.space.n_items == 1000
    text = "A random sample of 1,000 of 5,000 rows, seed 0. Ready. All 1,000 items are searched and drawn."
    qtbot.waitUntil(lambda: bar.message_line.text().startswith(text))
    assert not bar.offer_button.isVisible()
    qtbot.waitUntil(lambda: not window.operations.jobs.alive())


def test_progress_is_shown_after_a_moment_and_goes_with_the_work(qtbot, bar, start, gate):
    start()
    assert not bar.job_progress.isVisible()
    qtbot.waitUntil(lambda: bar.job_progress.isVisible() and bar.job_progress.value() == 430, timeout=2000)
    assert bar.job_cancel.isVisible()
    assert bar.job_text.text().startswith("Reading line 12  43 %")
    gate.set()
    qtbot.waitUntil(lambda: not bar.job_progress.isVisible())
    assert not bar.job_cancel.isVisible()
    assert not bar.job_text.isVisible()


def test_short_work_shows_no_progress(qtbot, bar, start, gate):
    shown = []
    bar._showing.timeout.connect(lambda: shown.append(True))
    gate.set()
    _, ends = start()
    qtbot.waitUntil(lambda: ends.results == ["done"])
    assert not bar.job_progress.isVisible()
    assert not bar._showing.isActive()
    assert shown == []


def test_work_of_unknown_length_shows_no_share(qtbot, bar, start):
    start(fraction=None, text="Waiting for the disk")
    qtbot.waitUntil(bar.job_progress.isVisible)
    qtbot.waitUntil(lambda: bar.job_text.text() == "Waiting for the disk")
    assert bar.job_progress.maximum() == 0


def test_quiet_work_shows_nothing(qtbot, bar, start):
    start(is_quiet=True)
    assert not bar._showing.isActive()
    assert not bar.job_progress.isVisible()


def test_cancel_ends_the_work_and_keeps_nothing(qtbot, bar, window, start):
    job, ends = start()
    qtbot.waitUntil(bar.job_cancel.isVisible)
    before = bar.message_line.text()
    qtbot.mouseClick(bar.job_cancel, Qt.MouseButton.LeftButton)
    assert job.is_cancelled
    assert not bar.job_progress.isVisible()
    qtbot.waitUntil(lambda: not window.operations.jobs.alive())
    assert ends.results == []
    assert bar.message_line.text() == before


def test_a_question_asked_meanwhile_does_not_hide_the_progress_of_opening(qtbot, bar, start, window, space, session):
    job, _ = start("load")
    qtbot.waitUntil(bar.job_progress.isVisible)
    window.operations.ask("word3")
    qtbot.waitUntil(lambda: session.state.answer is not None)
    qtbot.waitUntil(lambda: window.operations.jobs.alive() == [job])
    assert bar.job_progress.isVisible()
    qtbot.waitUntil(lambda: bar.job_text.text().startswith("Reading line 12"))
    qtbot.mouseClick(bar.job_cancel, Qt.MouseButton.LeftButton)
    assert job.is_cancelled


def test_the_newer_work_of_a_lane_takes_over_the_progress(qtbot, bar, start, window, gate):
    first, _ = start(text="first file")
    qtbot.waitUntil(bar.job_progress.isVisible)
    start(text="second file")
    qtbot.waitUntil(lambda: not first.is_running)
    qtbot.waitUntil(lambda: bar.job_text.text().startswith("second file"))
    assert bar.job_progress.isVisible()


def test_after_cancelling_one_work_the_other_is_shown(qtbot, bar, start):
    first, _ = start("load", text="opening")
    second, _ = start("save", text="saving")
    qtbot.waitUntil(lambda: bar.job_progress.isVisible() and bar.job_text.text().startswith("opening"))
    qtbot.mouseClick(bar.job_cancel, Qt.MouseButton.LeftButton)
    assert first.is_cancelled
    assert not second.is_cancelled
    qtbot.waitUntil(lambda: bar.job_progress.isVisible() and bar.job_text.text().startswith("saving"))


def test_an_odd_file_name_in_the_progress_is_plain_text(qtbot, bar, start):
    start(text="Opening <b>x</b>\n.txt")
    qtbot.waitUntil(lambda: bar.job_text.text().startswith("Opening <b>x</b>⏎.txt"))
    assert bar.job_text.textFormat() == Qt.TextFormat.PlainText
