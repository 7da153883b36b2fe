"""A person at the screen: starts the real main(), waits, types, clicks and reads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QObject, QPoint, QPointF, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from embedviz.cli import main
from embedviz.progress import Progress
from embedviz.views.main_window import MainWindow

PATIENCE_SECONDS = 30.0
Script = Callable[["Person"], Generator[Callable[[], object], None, None]]


class Person:
    """What one can do with a window: find things by name, type, click, drop, read."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window

    def find(self, name: str) -> QWidget:
        found = self.window.findChild(QWidget, name)
        assert found is not None, f"there is no widget {name!r}"
        return found

    def action(self, name: str) -> QAction:
        found = self.window.findChild(QAction, name)
        assert found is not None, f"there is no action {name!r}"
        return found

    def type_query(self, text: str) -> None:
        box = self.find("query_edit")
        box.setFocus()
        box.selectAll()
        QTest.keyClicks(box, text)

    def ask(self, text: str) -> None:
        self.type_query(text)
        QTest.keyClick(self.find("query_edit"), Qt.Key.Key_Return)

    def click_item(self, label: str, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        plot = self.window.plot
        row = self.window.session.state.space.row(label)
        QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, modifiers, plot.pixel_of(row))

    def table(self) -> list[tuple[str, str, str]]:
        model = self.window.neighbor_table.model()
        return [tuple(str(model.index(row, column).data()) for column in range(3)) for row in range(model.rowCount())]

    def neighbors(self) -> list[str]:
        return [label for _, label, _ in self.table()]

    def text(self, name: str) -> str:
        return self.find(name).text()

    def drop(self, *paths: Path, on: QWidget | None = None) -> None:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        at, copy, left = QPoint(20, 20), Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
        none = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(self.window, QDragEnterEvent(at, copy, mime, left, none))
        QApplication.sendEvent(self.window, QDropEvent(QPointF(at), copy, mime, left, none))

    def is_error(self) -> bool:
        return self.find("message_line").property("role") == "error"

    def is_idle(self) -> bool:
        """Nothing works that a person would wait for; the kernels may still be made ready."""
        return all(job.is_quiet for job in self.window.operations.jobs.alive())

    def still_answers(self, n_items: int, question: str = "word3") -> Generator[Callable[[], object], None, None]:
        """The space that was open is there and answers."""
        self.ask("")
        self.ask(question)
        yield lambda: self.neighbors()
        assert self.find("query_edit").text() == question
        assert len(self.neighbors()) == 10
        assert self.sees("small.txt")
        assert self.text("space_summary") == f"{n_items} items × 8 dimensions"

    def sees(self, name: str) -> bool:
        return self.window.session.state.space is not None and self.window.session.state.space.source.name == name


class Driver(QObject):
    """Runs a script beside the event loop: each yielded condition is waited for."""

    def __init__(self, script: Script) -> None:
        super().__init__()
        self.error: BaseException | None = None
        self._script = script
        self._steps: Generator[Callable[[], object], None, None] | None = None
        self._condition: Callable[[], object] | None = None
        self._window: MainWindow | None = None
        self._deadline = time.monotonic() + PATIENCE_SECONDS
        self._timer = QTimer(self, interval=10)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start()

    @Slot()
    def _on_tick(self) -> None:
        try:
            self._step()
        except StopIteration:
            self._end()
        except BaseException as error:  # noqa: BLE001  # carried to the test that runs the script
            self.error = error
            self._end()

    def _step(self) -> None:
        if self._steps is None:
            windows = [each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow)]
            ready = [each for each in windows if each.isVisible() and hasattr(each, "plot_tools")]
            if not ready:
                self._check_patience("the window")
                return
            self._window = ready[0]
            self._steps = self._script(Person(self._window))
        elif self._condition is not None and not self._condition():
            self._check_patience("a condition of the script")
            return
        self._condition = next(self._steps)
        self._deadline = time.monotonic() + PATIENCE_SECONDS

    def _check_patience(self, what: str) -> None:
        if time.monotonic() > self._deadline:
            where = self._steps.gi_frame.f_lineno if self._steps is not None and self._steps.gi_frame else 0
            raise AssertionError(f"waited {PATIENCE_SECONDS} s for {what} (script line {where})")

    def _end(self) -> None:
        self._timer.stop()
        if self._window is None:
            QApplication.quit()
        else:
            self._window.close()  # the last window ends the application; a second quit would end the next event loop


class Gate:
    """Lets work run up to a moment and holds it there until it is closed."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.closed = threading.Event()

    def holding(self, steps, moment=lambda: True):
        """Run `steps` until `moment()` holds, then stay; closing closes them."""
        try:
            yield next(steps)
            while not moment():
                yield next(steps)
            self.reached.set()
            while True:
                self.closed.wait(0.002)
                yield Progress(0.5, "held at the gate")
        finally:
            steps.close()
            self.closed.set()


@pytest.fixture
def run_window(qapp):
    """Run the real main() with a script at the screen; returns its exit code."""

    def run(argv: list[str], script: Script) -> int:
        driver = Driver(script)
        code = main(argv)
        driver.deleteLater()
        if driver.error is not None:
            raise driver.error
        return code

    return run


@pytest.fixture
def vectors(tmp_path):
    """A file of vectors in a folder of its own, from a seed."""

    def write(name: str = "small.txt", prefix: str = "word", n_items: int = 300):
        numbers = np.random.default_rng(4).normal(size=(n_items, 8))
        lines = [f"{prefix}{row} " + " ".join(f"{value:.5f}" for value in line) for row, line in enumerate(numbers)]
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def small(vectors):
    return vectors()


@pytest.fixture
def gate():
    return Gate()
