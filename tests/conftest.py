"""The strictness of the whole suite: no test leaves a thread, process, window or timer, or touches the user's files."""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import psutil
import pytest

pytest_plugins = ["pytester"]

GRACE_SECONDS = 2.0
_NUMBERS = itertools.count()

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
hypothesis.settings.register_profile("embedviz", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("embedviz")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Measure alone: benchmarks are no company for each other."""
    if config.getoption("benchmark_only"):
        config.option.numprocesses = 0
        config.option.dist = "no"


def pytest_configure(config: pytest.Config) -> None:
    """Lead settings and runs to a folder of this session, and compiled kernels to one that the next session finds."""
    scratch = Path(tempfile.mkdtemp(prefix="embedviz-tests-"))
    config.add_cleanup(lambda: shutil.rmtree(scratch, ignore_errors=True))
    os.environ["EMBEDVIZ_CONFIG"] = str(scratch / "config")
    os.environ["XDG_CONFIG_HOME"] = str(scratch / "xdg")
    os.environ["EMBEDVIZ_RUNS"] = str(scratch / "runs")
    cache = getattr(config, "cache", None)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    kept = scratch / "cache" if cache is None else cache.mkdir(f"embedviz-{worker}")
    os.environ.setdefault("EMBEDVIZ_CACHE", str(kept))
    shutil.rmtree(kept / "spaces", ignore_errors=True)  # copies of files that an earlier session opened


@pytest.fixture(autouse=True)
def _own_settings_and_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one person sets or trains is not what the next one finds."""
    own = f"of-test-{next(_NUMBERS)}"
    for name in ("EMBEDVIZ_CONFIG", "EMBEDVIZ_RUNS"):
        monkeypatch.setenv(name, str(Path(os.environ[name]) / own))


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runs folder where the test finds it."""
    monkeypatch.setenv("EMBEDVIZ_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


@dataclass(frozen=True)
class Running:
    """What runs at one moment, by identity, with a name for each."""

    threads: dict[int, str]
    processes: dict[int, str]
    windows: dict[int, str]
    timers: dict[int, str]

    def beyond(self, before: Running) -> list[str]:
        """The names of what runs now and did not before."""
        kinds = (
            ("thread", self.threads, before.threads),
            ("process", self.processes, before.processes),
            ("window", self.windows, before.windows),
            ("timer", self.timers, before.timers),
        )
        return [f"{kind} {now[key]}" for kind, now, then in kinds for key in now if key not in then]


@pytest.fixture(autouse=True)
def _nothing_left_over(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves threads, child processes, top-level windows or active timers, and name them."""
    sees_timers = "qapp" in request.fixturenames
    gc.collect()
    gc.freeze()  # what lives already is not looked at again after each test
    before = running(sees_timers=sees_timers)
    yield
    request.node.funcargs.clear()  # pytest keeps what fixtures gave, windows too, until after this check
    left = running(sees_timers=sees_timers).beyond(before)
    deadline = time.monotonic() + GRACE_SECONDS
    while left and time.monotonic() < deadline:
        settle()
        left = running(sees_timers=sees_timers).beyond(before)
    if left:
        pytest.fail("The test left running: " + "; ".join(left), pytrace=False)


def running(*, sees_timers: bool) -> Running:
    """Everything that runs now."""
    return Running(
        {id(thread): repr(thread.name) for thread in threading.enumerate() if is_watched(thread)},
        {child.pid: described(child) for child in psutil.Process().children(recursive=True)},
        windows(),
        timers() if sees_timers else {},
    )


def is_watched(thread: threading.Thread) -> bool:
    """Ours by name, or any that would keep the process alive."""
    if thread is threading.main_thread():
        return False
    return not thread.daemon or thread.name.startswith(("job", "child-"))


def described(process: psutil.Process) -> str:
    """The command line of a process, if it still has one."""
    try:
        return f"{process.pid} ({' '.join(process.cmdline())[:120] or process.name()})"
    except psutil.Error:
        return str(process.pid)


def windows() -> dict[int, str]:
    """Top-level widgets that exist, if this process has a QApplication."""
    widgets: Any = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or not isinstance(widgets.QApplication.instance(), widgets.QApplication):
        return {}
    return {
        id(widget): f"{type(widget).__name__} {widget.objectName()!r} {widget.windowTitle()!r}"
        for widget in widgets.QApplication.topLevelWidgets()
    }


def timers() -> dict[int, str]:
    """Active QTimers that Python knows."""
    core: Any = sys.modules.get("PySide6.QtCore")
    if core is None:
        return {}
    import shiboken6

    found = [item for item in gc.get_objects() if issubclass(type(item), core.QTimer) and shiboken6.isValid(item)]
    return {
        id(timer): f"{timer.objectName()!r} of {type(timer.parent()).__name__}, every {timer.interval()} ms"
        for timer in found
        if timer.isActive()
    }


def settle() -> None:
    """Let what is on its way out go: deferred deletes, queued signals, unreferenced cycles, threads about to end."""
    core: Any = sys.modules.get("PySide6.QtCore")
    gc.collect()
    if core is not None and core.QCoreApplication.instance() is not None:
        core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete.value)
        core.QCoreApplication.processEvents()
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and is_watched(thread):
            thread.join(0.01)
    psutil.wait_procs(psutil.Process().children(recursive=True), timeout=0.01)


@pytest.fixture(autouse=True)
def _copies_are_kept_at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The window waits before it keeps a copy of an opened file; a test that waits until all is quiet need not."""
    if "qapp" in request.fixturenames:
        monkeypatch.setattr("embedviz.operations.files.KEEP_AFTER_SECONDS", 0.0)


@pytest.fixture
def run_main(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run one command line in this process: exit code, standard output, standard error."""
    from embedviz.cli import main

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return run
