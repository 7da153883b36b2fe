"""Work gives way to the window, thread by thread."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from embedviz.jobs import Jobs
from embedviz.jobs.giving_way import WORK_NICENESS, give_way
from embedviz.progress import Progress, Steps

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets one thread give way")


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def on_a_thread(*wishes: int) -> list[int]:
    """What a thread's niceness is after each wish."""
    seen = []

    def wish() -> None:
        for each in wishes:
            give_way(each)
            seen.append(niceness())

    thread = threading.Thread(target=wish)
    thread.start()
    thread.join()
    return seen


def test_a_thread_gives_way_alone() -> None:
    before = niceness()
    assert on_a_thread(before + 3) == [before + 3]
    assert niceness() == before


def test_who_gives_way_more_goes_on_doing_so() -> None:
    before = niceness()
    assert on_a_thread(before + 4, before + 2, before + 5) == [before + 4, before + 4, before + 5]


def test_a_system_that_forbids_it_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid(*_: int) -> None:
        raise PermissionError("not here")

    before = niceness()
    monkeypatch.setattr(os, "setpriority", forbid)
    assert on_a_thread(before + 3) == [before]


def test_a_job_and_the_threads_it_starts_give_way(qtbot) -> None:
    seen = []

    def work() -> Steps[None]:
        yield Progress(None, "working")
        seen.append(niceness())
        inner = threading.Thread(target=lambda: seen.append(niceness()))
        inner.start()
        inner.join()

    before, jobs = niceness(), Jobs()
    with qtbot.waitSignal(jobs.ended):
        jobs.start("load", work(), title="work", on_success=print, on_failure=print)
    assert seen == [max(before, WORK_NICENESS)] * 2
    assert niceness() == before
