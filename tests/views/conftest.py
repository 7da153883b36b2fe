"""A furnished window without main(), small spaces to show in it, and the hand on the mouse."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from embedviz.jobs import Jobs
from embedviz.operations import Operations
from embedviz.progress import finish
from embedviz.projection import project_steps
from embedviz.session import Session
from embedviz.settings import Settings
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Note, Source
from embedviz.space.table import Column, Table
from embedviz.views.appearance import Appearance
from embedviz.views.main_window import MainWindow

N_ITEMS = 60


def furnished(app, settings: Settings) -> MainWindow:
    made = MainWindow(Appearance(app, settings))
    made.show()
    session = Session(parent=made)
    made.furnish(session, Operations(session, Jobs(parent=made), parent=made))
    return made


@pytest.fixture
def make_window(qtbot, qapp):
    """Furnished windows that are closed when the test ends."""

    def make(settings: Settings | None = None) -> MainWindow:
        made = furnished(qapp, settings or Settings(theme="light"))
        qtbot.addWidget(made)
        return made

    QCursor.setPos(0, 0)  # a mouse that already stands where a test moves it would not move
    yield make
    qapp.setStyleSheet("")


@pytest.fixture
def window(make_window):
    return make_window()


@pytest.fixture
def session(window):
    return window.session


@pytest.fixture
def plot(window):
    return window.plot


@pytest.fixture
def make_space():
    """A space of some vectors; labels `item 0`, ... unless given."""

    def make(vectors, labels=None, metadata=None, notes=(), name="made") -> EmbeddingSpace:
        vectors = np.asarray(vectors, np.float32)
        names = labels if labels is not None else [f"item {row}" for row in range(len(vectors))]
        table = Table(len(vectors), metadata or {})
        return EmbeddingSpace(vectors, Labels.from_strings(names), Source(name, "made for a test"), table, notes)

    return make


@pytest.fixture
def words(make_space):
    """60 items, 6 dimensions, with a column of every kind; every seventh value is missing."""
    rng = np.random.default_rng(5)
    vectors = rng.normal(size=(N_ITEMS, 6)) * [5, 3, 2, 1, 1, 1]
    missing, whole = np.arange(N_ITEMS) % 7 == 0, np.zeros(N_ITEMS, bool)
    codes = rng.integers(0, 3, N_ITEMS).astype(np.int32)
    metadata = {
        "part_of_speech": Column(
            "category", np.where(missing, -1, codes).astype(np.int32), missing, ("noun", "verb", "other")
        ),
        "frequency": Column("number", np.where(missing, np.nan, rng.uniform(0, 5000, N_ITEMS)), missing),
        "comment": Column("text", Labels.from_strings(f"text {row}" for row in range(N_ITEMS)), whole),
        "checked": Column("flag", rng.integers(0, 2, N_ITEMS).astype(bool), whole),
    }
    notes = (Note("duplicate_labels", 2, "2 labels repeat an earlier one."),)
    return make_space(vectors, [f"word{row}" for row in range(N_ITEMS)], metadata, notes, "sixty words")


@pytest.fixture
def show(qapp, session):
    """Put a space into the window, projected, and let it be painted."""

    def put(space: EmbeddingSpace) -> EmbeddingSpace:
        projection = finish(project_steps(space, n_components=min(10, space.n_dims)))
        session.replace(space=space, projection=projection, answer=None, selection=None, coloring=None)
        qapp.processEvents()
        return space

    return put


@pytest.fixture
def space(show, words):
    return show(words)


@pytest.fixture
def idle(qtbot, window):
    """Wait until every job has ended and reported."""
    return lambda: qtbot.waitUntil(lambda: not window.operations.jobs.alive(), timeout=10_000)


@pytest.fixture
def ask(window, idle):
    """Ask a question and wait for its answer."""

    def run(text: str):
        window.operations.ask(text)
        idle()
        return window.session.state.answer

    return run


def move_mouse(widget: QWidget, place: QPoint, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> None:
    """Move with a button held, which QTest.mouseMove cannot."""
    at, on_screen, none = QPointF(place), QPointF(widget.mapToGlobal(place)), Qt.MouseButton.NoButton
    QApplication.sendEvent(widget, QMouseEvent(QEvent.Type.MouseMove, at, on_screen, none, button, modifiers))


@pytest.fixture
def drag(qapp):
    """Press, move through all places, release."""

    def run(
        widget: QWidget, *places: QPoint, modifiers=Qt.KeyboardModifier.NoModifier, button=Qt.MouseButton.LeftButton
    ):
        QTest.mousePress(widget, button, modifiers, places[0])
        for start, end in pairwise(places):
            for share in (0.25, 0.5, 0.75, 1.0):
                move_mouse(widget, start + (end - start) * share, button, modifiers)
        QTest.mouseRelease(widget, button, modifiers, places[-1])
        qapp.processEvents()

    return run
