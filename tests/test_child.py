"""The child process: protocol, errors, cancel, and that nothing is left of it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from embedviz import child
from embedviz.errors import ChildError, FormatError, QueryError
from embedviz.progress import Command, Progress, Steps, finish

TESTS = Path(__file__).parent
CANCEL_SECONDS = 2.0  # the promise of the design for any work, whatever else the machine does


@pytest.fixture(autouse=True)
def _functions_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TESTS))


def run(name: str, **arguments: Any) -> Steps[Any]:
    return child.run(f"child_functions:{name}", arguments)


def n_descriptors() -> int:
    process = psutil.Process()
    return process.num_handles() if sys.platform == "win32" else process.num_fds()


def has_ended(process: psutil.Process) -> bool:
    """Whether the process ends within five seconds; one that nobody has waited for yet counts as ended."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            process.wait(timeout=0.05)
        except psutil.TimeoutExpired:
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
        else:
            return True
    return False


def until_it_works(steps: Steps[Any]) -> int:
    """Drive `steps` until the child tells its process id."""
    text = ""
    while not text.startswith("pid "):
        text = next(steps).text
    return int(text.removeprefix("pid "))


def test_progress_and_result_come_back_from_a_process_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "json.py").write_text("raise SystemExit('a module in the current folder was run')")
    steps: list[Progress] = []
    result = finish(run("count", up_to=3), steps.append)
    assert result["numbers"] == [0, 1, 2]
    assert result["pid"] != os.getpid()
    assert Path(result["place"]).samefile(tmp_path)
    assert str(tmp_path) not in result["path"]
    told = [step for step in steps if step.text.startswith("at ")]
    assert told[-1] == Progress(2 / 3, "at 2: “ünïcödé”")


def test_what_a_library_prints_cannot_pass_for_an_answer() -> None:
    assert finish(run("print_noise")) == "true"


def test_a_command_reaches_the_function() -> None:
    steps = run("obey")
    next(steps)
    steps.send(Command("set", {"epochs": 3}))
    assert finish(steps) == ["set", {"epochs": 3}]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("exit_at_once", "exit code 7", id="exit"),
        pytest.param("divide", "ZeroDivisionError", id="bug"),
        pytest.param(
            "crash",
            "Segmentation fault",
            id="segfault",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGSEGV to send"),
        ),
        pytest.param("no_such_function", "AttributeError", id="unknown"),
    ],
)
def test_an_unexpected_end_is_a_child_error_that_says_how(name: str, words: str) -> None:
    with pytest.raises(ChildError, match=words) as caught:
        finish(run(name))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "expected", "words"),
    [
        ("format", FormatError, "line 3 has 4 numbers, line 2 had 5"),
        ("query", QueryError, "a bracket is open"),
        ("item", ChildError, "No item is called “qeen”. Near spellings: queen."),
    ],
)
def test_an_error_for_people_keeps_its_class_and_words(kind: str, expected: type[Exception], words: str) -> None:
    with pytest.raises(expected) as caught:
        finish(run("refuse", kind=kind))
    assert type(caught.value) is expected
    assert str(caught.value) == words


def test_closing_kills_at_once_and_leaves_nothing() -> None:
    descriptors, threads = n_descriptors(), threading.active_count()
    steps = run("work_for_ever")
    pid = until_it_works(steps)
    started = time.monotonic()
    steps.close()
    assert time.monotonic() - started < CANCEL_SECONDS
    assert not psutil.pid_exists(pid)
    assert n_descriptors() == descriptors
    assert threading.active_count() == threads


def test_a_waiting_caller_gets_a_step_at_least_every_poll() -> None:
    steps = run("work_for_ever")
    until_it_works(steps)
    started = time.monotonic()
    next(steps)
    assert time.monotonic() - started < CANCEL_SECONDS
    steps.close()


def test_the_child_ends_when_its_parent_is_killed() -> None:
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from embedviz import child\n"
            "for step in child.run('child_functions:work_for_ever', {}):\n"
            "    print(step.text, flush=True)",
        ],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)])},
    )
    with parent:
        assert parent.stdout is not None
        pid = next(int(line[4:]) for line in parent.stdout if line.startswith("pid "))
        orphan = psutil.Process(pid)
        parent.kill()
    assert has_ended(orphan)


def test_a_program_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    with pytest.raises(ChildError, match="could not be started"):
        finish(run("count", up_to=1))
