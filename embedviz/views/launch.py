"""Starting: the application, the window at once, its panels next, then the space."""

from __future__ import annotations

import signal
import socket
import sys
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from embedviz import paths, settings
from embedviz.views.appearance import Appearance
from embedviz.views.main_window import MainWindow

if TYPE_CHECKING:
    from embedviz.operations import Operations
    from embedviz.space.embedding_space import EmbeddingSpace

SWITCH_SECONDS = 0.0005
WARM_UP_DELAY_MS, WARM_UP_AT_LAST_MS = 100, 1500
PREPARE_EVERY_MS = 50
INTERRUPTED = 130


class Starter(QObject):
    """Furnishes a shown window and opens what was asked for, between two turns of the event loop."""

    def __init__(
        self,
        window: MainWindow,
        *,
        path: str | None = None,
        options: dict[str, Any] | None = None,
        space: EmbeddingSpace | None = None,
        problem: str | None = None,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._problem = problem
        self._warm_up = QTimer(self, singleShot=True)
        self._preparing = QTimer(self, interval=PREPARE_EVERY_MS)
        self._path = path
        self._options = options or {}
        self._space = space
        self._is_offered = False

    @Slot()
    def start(self) -> None:
        """Load the heavy libraries, build the panels, open the space, then warm the kernels up."""
        if not self._window.isVisible():  # closed already, before the loop that would have noticed
            QApplication.quit()
            return
        from embedviz.jobs import Jobs
        from embedviz.operations import Operations
        from embedviz.session import Session, State, View
        from embedviz.views.settings_keeper import SettingsKeeper

        chosen = self._window.appearance.settings
        session = Session(State(view=View(metric=chosen.metric, k=chosen.k)), parent=self._window)
        operations = Operations(session, Jobs(parent=self._window), parent=self._window)
        self._open(operations)  # the worker reads while this thread builds the panels
        self._window.furnish(session, operations)
        SettingsKeeper(session, operations, self._window.appearance, self._window)
        if self._problem is not None:
            operations.say(self._problem)
        self._warm_up.timeout.connect(operations.warm_up)
        self._warm_up.timeout.connect(self._preparing.start)
        self._warm_up.start(WARM_UP_AT_LAST_MS)
        self._preparing.timeout.connect(self._on_preparing_due)
        session.space_changed.connect(self._on_space_changed)
        self._window.closed.connect(self._warm_up.stop)
        self._window.closed.connect(self._preparing.stop)

    @Slot()
    def _on_space_changed(self) -> None:
        """The first picture is on its way: nothing that is done behind it competes with it any more."""
        if self._warm_up.isActive():
            self._warm_up.start(WARM_UP_DELAY_MS)
        if not self._is_offered:
            self._is_offered = True
            self._window.operations.offer_interrupted()

    @Slot()
    def _on_preparing_due(self) -> None:
        """What is not seen yet is built in small pieces, so that neither the start nor its first showing waits.

        While work is done that somebody waits for, it is not begun: both would want the same processors.
        """
        if all(job.is_quiet for job in self._window.operations.jobs.alive()) and not self._window.prepare_next():
            self._preparing.stop()

    def _open(self, operations: Operations) -> None:
        if self._space is not None:
            operations.open_space(self._space)
        elif self._path is not None:
            operations.open_file(self._path, **self._options)
        else:
            operations.open_sample()


class Keeper(QObject):
    """Keeps a window that nobody else holds alive, and lets Qt, not Python's collector, take a closed one apart.

    A closed window stays readable until the next one is opened.
    """

    def __init__(self, window: MainWindow, app: QApplication) -> None:
        super().__init__(app)
        self._window = window
        self._is_closed = False
        window.closed.connect(self._on_window_closed)

    def release(self) -> None:
        """Give a closed window to Qt to delete."""
        if self._is_closed:
            if shiboken6.isValid(self._window):
                self._window.deleteLater()
            self.deleteLater()

    @Slot()
    def _on_window_closed(self) -> None:
        self._is_closed = True


class Interrupt(QObject):
    """Ctrl-C in the terminal closes the window like a person would."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.happened = False
        self._window = window
        self._reader, self._writer = socket.socketpair()
        for end in (self._reader, self._writer):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_signal_arrived)
        self._before = signal.signal(signal.SIGINT, _ignored)
        self._wakeup_before = signal.set_wakeup_fd(self._writer.fileno())

    def restore(self) -> None:
        """Give the signal back to whom it belonged."""
        signal.set_wakeup_fd(self._wakeup_before)
        signal.signal(signal.SIGINT, self._before)
        self._notifier.setEnabled(False)
        self._reader.close()
        self._writer.close()

    @Slot()
    def _on_signal_arrived(self) -> None:
        self.happened = True
        self._reader.recv(64)
        self._window.close()


def _ignored(number: int, frame: object) -> None:
    """The wake-up socket tells of the signal; Python's own handler has nothing to do."""


def open_window(path: str | None = None, options: dict[str, Any] | None = None) -> int:
    """Run the window until it is closed; return the exit code, 130 after Ctrl-C."""
    app = _application()
    window, problem = _shown_window(app)
    starter = Starter(window, path=path, options=options, problem=problem)
    QTimer.singleShot(0, starter.start)
    interrupt = Interrupt(window)
    code = app.exec()
    interrupt.restore()
    window.deleteLater()
    return INTERRUPTED if interrupt.happened else code


def explore(space: EmbeddingSpace | None = None, *, block: bool = True) -> MainWindow:
    """Show a window on `space` (None: the bundled sample) and return it; `block=False` does not wait for its end.

    Under IPython, `block=False` joins its event loop, so that prompt and window both stay alive. Elsewhere the window
    is complete when this returns, and lives while the caller runs Qt's event loop.
    """
    app = _application()
    for keeper in app.findChildren(Keeper):
        keeper.release()
    window, problem = _shown_window(app)
    Keeper(window, app)
    Starter(window, space=space, problem=problem).start()
    if block and window.isVisible():
        app.exec()
    else:
        _join_ipython()
    return window


def _shown_window(app: QApplication) -> tuple[MainWindow, str | None]:
    """A window that is painted, still empty, before the heavy imports begin; and what was wrong with the settings."""
    chosen, problem = settings.load()
    window = MainWindow(Appearance(app, chosen))
    window.show()
    app.processEvents()
    return window, problem


def _application() -> QApplication:
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication([sys.argv[0]])
    app.setApplicationName("embedviz")
    app.setApplicationDisplayName("embedviz")
    app.setDesktopFileName("embedviz")
    app.setWindowIcon(QIcon(str(paths.icon("app"))))
    sys.setswitchinterval(SWITCH_SECONDS)  # imports on a worker thread stiffen the window less
    return app


def _join_ipython() -> None:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None:
        shell.enable_gui("qt6")
