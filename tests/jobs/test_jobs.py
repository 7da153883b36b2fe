"""Jobs and lanes: results, errors, cancelling, commands, and that signals arrive in the GUI thread."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QObject, QThread, Slot

from embedviz.errors import EmbedvizError, FormatError
from embedviz.jobs import Job, Jobs
from embedviz.progress import Command, Progress, Steps


class Listener(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.successes: list[object] = []
        self.failures: list[BaseException | None] = []
        self.fractions: list[float | None] = []
        self.threads: set[QThread] = set()

    @Slot(object)
    def on_success(self, job: Job) -> None:
        self.successes.append(job.result)
        self.threads.add(QThread.currentThread())

    @Slot(object)
    def on_failure(self, job: Job) -> None:
        self.failures.append(job.error)
        self.threads.add(QThread.currentThread())

    @Slot(object)
    def on_progress(self, job: Job) -> None:
        self.fractions.append(job.latest.fraction)
        self.threads.add(QThread.currentThread())


def counting(n: int) -> Steps[int]:
    for step in range(n):
        yield Progress(step / n, f"step {step}")
    return n


def until(gate: threading.Event, closed: threading.Event | None = None) -> Steps[str]:
    try:
        while not gate.wait(0.005):
            yield Progress(None, "waiting")
        return "through the gate"
    finally:
        if closed is not None:
            closed.set()


def failing() -> Steps[int]:
    yield Progress(0.5, "half way")
    raise FormatError("Line 3 has 2 numbers where 3 were expected.")


@pytest.fixture
def jobs(qtbot):
    made = Jobs()
    yield made
    assert made.shutdown()
    qtbot.waitUntil(lambda: not made.alive())


def start(jobs: Jobs, listener: Listener, steps: Steps[object], lane: str = "load") -> Job:
    return jobs.start(
        lane,
        steps,
        title="work",
        on_success=listener.on_success,
        on_failure=listener.on_failure,
        on_progress=listener.on_progress,
    )


def test_the_result_arrives_once_in_the_gui_thread(qtbot, jobs):
    listener = Listener()
    with qtbot.waitSignal(jobs.ended):
        start(jobs, listener, counting(5))
    assert listener.successes == [5]
    assert listener.failures == []
    assert listener.fractions[0] == 0.0
    assert listener.threads == {QThread.currentThread()}


def test_an_error_arrives_with_its_words(qtbot, jobs):
    listener = Listener()
    with qtbot.waitSignal(jobs.ended):
        start(jobs, listener, failing())
    assert listener.successes == []
    assert str(listener.failures[0]) == "Line 3 has 2 numbers where 3 were expected."


def test_cancelling_closes_the_work_and_says_nothing(qtbot, jobs):
    listener, closed = Listener(), threading.Event()
    with qtbot.waitSignal(jobs.ended, timeout=2000):
        start(jobs, listener, until(threading.Event(), closed)).cancel()
    assert closed.is_set()
    assert listener.successes == []
    assert listener.failures == []


def test_a_result_that_is_on_its_way_when_cancelled_never_arrives(qtbot, jobs):
    listener = Listener()
    with qtbot.waitSignal(jobs.ended):
        job = start(jobs, listener, counting(0))
        assert job.wait(2.0)  # the thread is done, its report waits for the event loop
        job.cancel()
    assert listener.successes == []


def test_the_newest_of_a_lane_wins(qtbot, jobs):
    listener, gate = Listener(), threading.Event()
    first = start(jobs, listener, until(gate))
    second = start(jobs, listener, until(gate))
    assert first.is_cancelled
    assert jobs.newest("load") is second
    gate.set()
    qtbot.waitUntil(lambda: not jobs.alive())
    assert listener.successes == ["through the gate"]


def test_lanes_do_not_disturb_each_other(qtbot, jobs):
    listener, gate = Listener(), threading.Event()
    start(jobs, listener, until(gate), "load")
    with qtbot.waitSignal(jobs.ended):
        start(jobs, listener, counting(3), "query")
    assert listener.successes == [3]
    gate.set()
    qtbot.waitUntil(lambda: not jobs.alive())
    assert listener.successes == [3, "through the gate"]


def test_a_second_training_is_refused_with_a_sentence(qtbot, jobs):
    listener, gate = Listener(), threading.Event()
    start(jobs, listener, until(gate), "train")
    with pytest.raises(EmbedvizError, match="still running"):
        start(jobs, listener, counting(1), "train")
    gate.set()
    qtbot.waitUntil(lambda: not jobs.alive())
    assert listener.successes == ["through the gate"]


def test_commands_reach_the_work(qtbot, jobs):
    def obedient() -> Steps[str]:
        while True:
            command = yield Progress(None, "waiting for a command")
            if command is not None:
                return command.verb

    listener = Listener()
    with qtbot.waitSignal(jobs.ended):
        start(jobs, listener, obedient()).send(Command("stop"))
    assert listener.successes == ["stop"]


def test_shutdown_ends_every_thread_and_refuses_new_work(qtbot):
    jobs, listener = Jobs(), Listener()
    threads = [start(jobs, listener, until(threading.Event()), lane) for lane in ("load", "query", "project")]
    assert jobs.shutdown()
    assert not any(job.is_running for job in threads)
    with pytest.raises(EmbedvizError, match="closing"):
        start(jobs, listener, counting(1))
    qtbot.waitUntil(lambda: not jobs.alive())
    assert listener.successes == []
