"""Bad moments, through the real main(): two files at once, closed in the middle of work, resized to nothing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from embedviz import formats
from embedviz.cli import main
from embedviz.operations import files, questions
from embedviz.views import launch
from embedviz.views.drawer import PAGES
from embedviz.views.main_window import MainWindow

N_ITEMS = 300  # as the file `small` has


def hold_opening(monkeypatch, gate, held_file) -> None:
    """Let the opening of one file stand still at the gate."""
    real = formats.open_steps

    def held(path, **options):
        steps = real(path, **options)
        return (yield from gate.holding(steps) if path == held_file else steps)

    monkeypatch.setattr(formats, "open_steps", held)


def test_a_second_file_dropped_while_the_first_loads_wins(monkeypatch, run_window, vectors, small, gate):
    first, second = vectors("first.txt"), vectors("second.txt", prefix="other")
    hold_opening(monkeypatch, gate, first)

    def script(person):
        yield lambda: person.sees("small.txt")
        names = []
        session = person.window.session
        session.space_changed.connect(lambda: names.append(session.state.space.source.name))
        person.drop(first)
        yield gate.reached.is_set
        yield person.find("job_progress").isVisible
        person.drop(second)
        yield lambda: person.sees("second.txt")
        yield person.is_idle
        assert names == ["second.txt"]
        assert gate.closed.is_set()
        assert not person.is_error()
        person.ask("other3")
        yield lambda: person.neighbors()

    assert run_window([str(small)], script) == 0


def test_cancel_while_opening_keeps_the_space(monkeypatch, run_window, vectors, small, gate):
    slow = vectors("slow.txt")
    hold_opening(monkeypatch, gate, slow)

    def script(person):
        yield lambda: person.sees("small.txt")
        said = person.text("message_line")
        person.drop(slow)
        yield person.find("job_cancel").isVisible
        QTest.mouseClick(person.find("job_cancel"), Qt.MouseButton.LeftButton)
        yield gate.closed.is_set
        assert person.text("message_line") == said
        yield from person.still_answers(N_ITEMS)

    assert run_window([str(small)], script) == 0


def test_the_window_closed_while_opening(monkeypatch, run_window, vectors, small, gate):
    slow = vectors("slow.txt")
    hold_opening(monkeypatch, gate, slow)

    def script(person):
        yield lambda: person.sees("small.txt")
        person.drop(slow)
        yield gate.reached.is_set

    assert run_window([str(small)], script) == 0
    assert gate.closed.is_set()


def test_pages_that_nobody_sees_are_not_built_while_a_file_is_opened(monkeypatch, run_window, vectors, small, gate):
    slow, prepare, waited_for = vectors("slow.txt"), MainWindow.prepare_next, []
    hold_opening(monkeypatch, gate, slow)
    monkeypatch.setattr(launch, "PREPARE_EVERY_MS", 1)

    def prepare_next(window):
        waited_for.extend(job.title for job in window.operations.jobs.alive() if not job.is_quiet)
        return prepare(window)

    monkeypatch.setattr(MainWindow, "prepare_next", prepare_next)

    def script(person):
        yield lambda: person.sees("small.txt")
        person.drop(slow)
        yield gate.reached.is_set
        turns = iter(range(10))
        yield lambda: next(turns, None) is None
        QTest.mouseClick(person.find("job_cancel"), Qt.MouseButton.LeftButton)
        yield lambda: len(person.window.drawer._built) == len(PAGES)
        assert waited_for == []

    assert run_window([str(small)], script) == 0


@pytest.mark.parametrize(("module", "name"), [(files, "project_steps"), (questions, "ask_steps")])
def test_the_window_closed_while_projecting_or_asking(monkeypatch, run_window, small, gate, module, name):
    real = getattr(module, name)
    monkeypatch.setattr(module, name, lambda *args, **options: gate.holding(real(*args, **options)))

    def script(person):
        if name == "ask_steps":
            yield lambda: person.sees("small.txt")
            person.ask("word1")
        yield gate.reached.is_set

    assert run_window([str(small)], script) == 0
    assert gate.closed.is_set()


def test_the_window_closed_while_saving_leaves_no_file(monkeypatch, run_window, small, gate, tmp_path):
    folder, real = tmp_path / "out", formats.save_steps
    folder.mkdir()

    def held(*args, **options):
        return gate.holding(real(*args, **options), moment=lambda: list(folder.iterdir()))

    monkeypatch.setattr(formats, "save_steps", held)

    def script(person):
        yield lambda: person.sees("small.txt")
        person.window.operations.save_space(folder / "copy.npz")
        yield gate.reached.is_set
        assert list(folder.iterdir())

    assert run_window([str(small)], script) == 0
    assert gate.closed.is_set()
    assert list(folder.iterdir()) == []


def test_the_window_resized_to_nothing_and_back(run_window, small):
    def script(person):
        yield lambda: person.sees("small.txt")
        window = person.window
        window.setMinimumSize(1, 1)
        for size in ((1, 1), (1, 700), (1500, 1), (4000, 3000), (0, 0)):
            window.resize(*size)
            QApplication.processEvents()
            window.grab()
        window.resize(1280, 800)
        yield lambda: window.width() == 1280
        yield from person.still_answers(N_ITEMS)
        person.click_item("word3")
        yield person.is_idle
        assert person.find("query_edit").text() == "word3"

    assert run_window([str(small)], script) == 0


@pytest.mark.parametrize("argv", [[], ["sample:digits"]])
def test_closed_at_once_after_the_panels_stand(run_window, argv):
    def script(person):
        return
        yield

    assert run_window(argv, script) == 0


def close_every_window() -> None:
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, MainWindow):
            widget.close()


def test_closed_before_the_panels_stand(qapp, small):
    """The first turn of the event loop already brings the wish to close."""
    rescue = QTimer(singleShot=True, interval=20_000)
    rescue.timeout.connect(qapp.quit)
    rescue.start()
    QTimer.singleShot(0, close_every_window)
    assert main([str(small)]) == 0
    assert rescue.isActive(), "the program had to be ended by force"
    rescue.stop()


def test_started_twice_in_one_process(run_window, small):
    def script(person):
        yield lambda: person.sees("small.txt")
        yield from person.still_answers(N_ITEMS)
        assert sum(isinstance(each, MainWindow) and each.isVisible() for each in QApplication.topLevelWidgets()) == 1

    assert run_window([str(small)], script) == 0
    assert run_window([str(small)], script) == 0


def test_many_files_dropped_in_a_row(run_window, vectors, small):
    paths = [vectors(f"file{n}.txt", n_items=50 + n) for n in range(8)]

    def script(person):
        yield lambda: person.sees("small.txt")
        for path in paths:
            person.drop(path)
        yield lambda: person.sees("file7.txt")
        yield person.is_idle
        assert person.text("space_summary") == "57 items × 8 dimensions"
        assert not person.is_error()

    assert run_window([str(small)], script) == 0
