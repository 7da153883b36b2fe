"""The suite's own strictness: each of these small tests must fail, and the one that does nothing wrong must pass."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

OFFENCES = """
import subprocess, sys, threading, time, warnings
import pytest
from PySide6.QtCore import QObject, QTimer, Signal, Slot, qWarning
from PySide6.QtWidgets import QWidget
from embedviz import child
from embedviz.progress import finish

kept = []


class Bell(QObject):
    rung = Signal()

    @Slot()
    def fail(self):
        raise RuntimeError("in a slot")


class Painted(QWidget):
    def paintEvent(self, event):
        raise RuntimeError("in a paintEvent")


def test_innocent(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    timer = QTimer(widget)
    timer.start(10_000)
    thread = threading.Thread(target=time.sleep, args=(0.05,))
    thread.start()


def test_slot(qtbot):
    bell = Bell()
    bell.rung.connect(bell.fail)
    bell.rung.emit()


def test_timer(qtbot):
    def fail():
        raise RuntimeError("in a timer")
    QTimer.singleShot(0, fail)
    qtbot.wait(20)


def test_paint_event(qtbot):
    widget = Painted()
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()


def test_thread():
    thread = threading.Thread(target=lambda: 1 // 0)
    thread.start()
    thread.join()


def test_child():
    finish(child.run("json:no_such_function", {}))


def test_python_warning():
    warnings.warn("careful", UserWarning)


def test_qt_warning(qtbot):
    qWarning("careful")


def test_unclosed_file(tmp_path):
    (tmp_path / "file").open("w")


def test_leaked_thread():
    gate = threading.Event()
    kept.append(gate)
    threading.Thread(target=gate.wait, name="job: never ends", daemon=True).start()


def test_leaked_process():
    kept.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]))


def test_leaked_timer(qapp):
    timer = QTimer()
    timer.setObjectName("ticking")
    timer.start(10_000)
    kept.append(timer)


def test_leaked_window(qapp):
    window = QWidget()
    window.setObjectName("forgotten")
    window.show()
    kept.append(window)


def test_unknown_marker_is_refused(request):
    with pytest.raises(pytest.fail.Exception, match="not found in `markers`"):
        pytest.mark.no_such_marker


@pytest.mark.xfail(reason="it does not fail")
def test_unexpected_pass():
    pass


@pytest.fixture(scope="session", autouse=True)
def end_what_leaked():
    yield
    for item in kept:
        if isinstance(item, threading.Event):
            item.set()
        elif isinstance(item, subprocess.Popen):
            item.kill()
            item.wait()
        elif isinstance(item, QTimer):
            item.stop()
        else:
            item.close()
"""

FAILED = (
    "slot",
    "timer",
    "paint_event",
    "thread",
    "child",
    "python_warning",
    "qt_warning",
    "unclosed_file",
    "unexpected_pass",
)
LEFT_RUNNING = {
    "leaked_thread": "thread 'job: never ends'",
    "leaked_process": "import time; time.sleep(60)",
    "leaked_timer": "timer 'ticking'",
    "leaked_window": "window QWidget 'forgotten'",
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The line of the short summary for each offence, from one run under the real configuration."""
    import subprocess
    import sys

    folder = tmp_path_factory.mktemp("strict")
    (folder / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    (folder / "tests").mkdir()
    rules = (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8")
    hurried = rules.replace("GRACE_SECONDS = 2.0", "GRACE_SECONDS = 0.3")
    assert hurried != rules
    (folder / "tests" / "conftest.py").write_text(hurried, encoding="utf-8")
    (folder / "tests" / "test_offences.py").write_text(OFFENCES)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "0", "-rA", "--tb=no", "--show-capture=no"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "400"},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=60,
        check=False,
    )
    summary = run.stdout.rpartition("short test summary info")[2].splitlines()
    assert run.returncode == 1, run.stdout + run.stderr
    found: dict[str, str] = {}
    for line in summary:
        state, _, rest = line.partition(" tests/test_offences.py::test_")
        if rest:
            name = rest.split()[0]
            found[name] = f"{found.get(name, '')}{state} {rest}\n"
    return found


def test_a_test_that_does_nothing_wrong_passes(report: dict[str, str]) -> None:
    assert report["innocent"].startswith("PASSED")
    assert "ERROR" not in report["innocent"]
    assert report["unknown_marker_is_refused"].startswith("PASSED")


@pytest.mark.parametrize("offence", FAILED)
def test_an_offence_fails_the_test(report: dict[str, str], offence: str) -> None:
    assert "FAILED" in report[offence] or "ERROR" in report[offence]


@pytest.mark.parametrize("offence", LEFT_RUNNING)
def test_what_is_left_running_fails_the_test_by_name(report: dict[str, str], offence: str) -> None:
    assert "ERROR" in report[offence]
    assert "The test left running" in report[offence]
    assert LEFT_RUNNING[offence] in report[offence]
