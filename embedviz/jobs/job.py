"""One piece of background work: a generator driven on a thread of its own."""

from __future__ import annotations

import threading
import time
from queue import Empty, SimpleQueue
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from embedviz.jobs.giving_way import WORK_NICENESS, give_way
from embedviz.progress import Command, Progress, Steps

PROGRESS_SECONDS = 0.03


class Job(QObject):
    """Background work seen from the GUI thread, where this object lives and emits.

    Signals carry the job itself: `progressed` (read `latest`), then one of `succeeded` (read `result`) and `failed`
    (read `error`), then always `ended`. A cancelled job emits only `ended`.
    """

    progressed = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    ended = Signal(object)
    _woken = Signal()

    def __init__(
        self,
        steps: Steps[Any],
        *,
        title: str,
        context: Any = None,
        is_quiet: bool = False,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.title = title
        self.context = context
        self.is_quiet = is_quiet
        self.latest = Progress(None, title)
        self._began: float | None = None
        self.result: Any = None
        self.error: BaseException | None = None
        self._steps = steps
        self._cancelled = threading.Event()
        self._commands: SimpleQueue[Command] = SimpleQueue()
        self._reports: SimpleQueue[tuple[str, Any]] = SimpleQueue()
        self._woken.connect(self._on_woken, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._work, name=f"job: {title}", daemon=True)

    @property
    def is_cancelled(self) -> bool:
        """Whether its end is wished and its result no longer wanted."""
        return self._cancelled.is_set()

    @property
    def is_running(self) -> bool:
        """Whether its thread still works."""
        return self._thread.is_alive()

    @property
    def seconds(self) -> float:
        """How long it has been working."""
        return 0.0 if self._began is None else time.monotonic() - self._began

    def start(self) -> None:
        """Begin the work."""
        self._began = time.monotonic()
        self._thread.start()

    def cancel(self) -> None:
        """Wish its end: no result or error will come of it any more; the work is closed at its next step."""
        self._cancelled.set()

    def send(self, command: Command) -> None:
        """Hand a command to the work; it arrives at its next step."""
        self._commands.put(command)

    def wait(self, seconds: float) -> bool:
        """Wait for the thread to end; False if it still works after `seconds`."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        """On the worker thread: drive the generator and report; touches no Qt object but the waking signal."""
        last_woken = 0.0
        give_way(WORK_NICENESS)
        try:
            command: Command | None = None
            while not self._cancelled.is_set():
                step = next(self._steps) if command is None else self._steps.send(command)
                command = self._next_command()
                now = time.monotonic()
                if step.partial is not None or now - last_woken >= PROGRESS_SECONDS:
                    last_woken = now
                    self._report("progressed", step)
            self._steps.close()
            self._report("cancelled", None)
        except StopIteration as stop:
            self._report("succeeded", stop.value)
        except BaseException as error:  # noqa: BLE001  # everything the work raises is the job's error, shown to the user
            self._report("failed", error)

    def _next_command(self) -> Command | None:
        try:
            return self._commands.get_nowait()
        except Empty:
            return None

    def _report(self, kind: str, value: Any) -> None:
        self._reports.put((kind, value))
        self._woken.emit()

    @Slot()
    def _on_woken(self) -> None:
        """On the GUI thread: pass on what the worker reported, unless nobody wants it any more."""
        while True:
            try:
                kind, value = self._reports.get_nowait()
            except Empty:
                return
            wanted = not self._cancelled.is_set()
            if kind == "progressed":
                self.latest = value
                if wanted:
                    self.progressed.emit(self)
                continue
            self.wait(1.0)
            if wanted and kind == "succeeded":
                self.result = value
                self.succeeded.emit(self)
            elif wanted and kind == "failed":
                self.error = value
                self.failed.emit(self)
            self.ended.emit(self)
