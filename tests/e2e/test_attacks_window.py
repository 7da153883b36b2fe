"""Bad files, bad questions and bad moments, through the real main(): a message, and the open space intact."""

from __future__ import annotations

import pickle
import threading

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from embedviz import formats
from embedviz.cli import main
from embedviz.formats import opening
from embedviz.operations import files, questions
from embedviz.progress import Progress
from embedviz.views.main_window import MainWindow

N_ITEMS = 300


@pytest.fixture
def vectors(tmp_path):
    """A file of vectors in a folder of its own, from a seed."""

    def write(name: str = "small.txt", prefix: str = "word", n_items: int = N_ITEMS):
        numbers = np.random.default_rng(4).normal(size=(n_items, 8))
        lines = [f"{prefix}{row} " + " ".join(f"{value:.5f}" for value in line) for row, line in enumerate(numbers)]
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def small(vectors):
    return vectors()


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
                threading.Event().wait(0.002)
                yield Progress(0.5, "held at the gate")
        finally:
            steps.close()
            self.closed.set()


@pytest.fixture
def gate():
    return Gate()


def is_error(person) -> bool:
    return person.find("message_line").property("role") == "error"


def is_idle(person) -> bool:
    """Nothing works that a person would wait for; the kernels may still be made ready."""
    return all(job.is_quiet for job in person.window.operations.jobs.alive())


def still_answers(person, question="word3"):
    """The space that was open is there and answers."""
    person.ask("")
    person.ask(question)
    yield lambda: person.neighbors()
    assert person.find("query_edit").text() == question
    assert len(person.neighbors()) == 10
    assert person.sees("small.txt")
    assert person.text("space_summary") == f"{N_ITEMS} items × 8 dimensions"


def a_directory(folder):
    path = folder / "folder.txt"
    path.mkdir()
    return path


def written(name, content):
    def make(folder):
        path = folder / name
        path.write_bytes(content)
        return path

    return make


BAD_FILES = {
    "a directory": (a_directory, "folder"),
    "nothing there": (lambda folder: folder / "missing.txt", "missing.txt"),
    "an empty file": (written("empty.txt", b""), "is empty"),
    "a header only": (written("header.vec", b"2 3\n"), "header.vec"),
    "prose": (written("story.txt", b"It was a dark night, and nobody was awake in the house. " * 20), "prose"),
    "a pickled .npy": (written("evil.npy", b""), "evil.npy"),
    "a pickle": (written("evil.pkl", pickle.dumps({"word": [1.0, 2.0]})), "pickle"),
    "a ragged row": (written("ragged.txt", b"one 1 2\ntwo 1 2\nthree 1\nfour 1 2\n"), "ine 3"),
    "not numbers": (written("words.txt", b"one 1 2\ntwo 1 x\nthree 1 2\n"), "ine 2"),
    "a picture": (written("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20), "photo.png"),
    "none of it finite": (written("nan.txt", b"one nan nan\ntwo nan inf\n"), "finite"),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_file_is_one_message_and_the_space_stays(run_window, small, tmp_path, kind):
    make, words = BAD_FILES[kind]
    path = make(tmp_path)
    if kind == "a pickled .npy":
        np.save(path, np.array([{"a": 1}, "text"], dtype=object), allow_pickle=True)

    def script(person):
        yield lambda: person.sees("small.txt")
        changes = []
        person.window.session.space_changed.connect(lambda: changes.append(True))
        person.drop(path)
        yield lambda: is_error(person)
        text = person.text("message_line")
        assert words in text
        assert "\n" not in text
        assert "Traceback" not in text
        assert "went wrong inside" not in text
        yield from still_answers(person)
        assert changes == []

    assert run_window([str(small)], script) == 0


def test_a_bad_file_on_the_command_line_leaves_an_empty_window_that_opens_the_next(run_window, small, tmp_path):
    bad = written("bad.txt", b"")(tmp_path)

    def script(person):
        yield lambda: is_error(person)
        assert person.text("space_summary") == "No space is open"
        person.ask("anything")
        person.drop(small)
        yield lambda: person.sees("small.txt")
        yield from still_answers(person)

    assert run_window([str(bad)], script) == 0


def test_a_file_that_may_not_be_read(monkeypatch, run_window, vectors, small):
    """Simulated by the system's own error, since an administrator may read everything."""
    secret = vectors("secret.txt")
    real = opening.check_readable

    def refusing(path):
        if path.name == "secret.txt":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(opening, "check_readable", refusing)

    def script(person):
        yield lambda: person.sees("small.txt")
        person.drop(secret)
        yield lambda: is_error(person)
        assert "secret.txt" in person.text("message_line")
        assert "inside embedviz" not in person.text("message_line")
        yield from still_answers(person)

    assert run_window([str(small)], script) == 0


def test_a_file_that_vanishes_while_it_loads(monkeypatch, run_window, vectors, small):
    brief = vectors("brief.txt")
    real = formats.open_steps

    def vanishing(path, **options):
        steps = real(path, **options)
        yield next(steps)
        if path.name == "brief.txt":
            path.unlink()
        return (yield from steps)

    monkeypatch.setattr(formats, "open_steps", vanishing)

    def script(person):
        yield lambda: person.sees("small.txt")
        person.drop(brief)
        yield lambda: is_error(person)
        assert "brief.txt" in person.text("message_line")
        assert "inside embedviz" not in person.text("message_line")
        yield from still_answers(person)

    assert run_window([str(small)], script) == 0


def test_rows_that_disagree_with_the_header_are_all_read_and_said(run_window, tmp_path):
    path = written("short.vec", b"3 2\none 1 2\ntwo 3 4\n")(tmp_path)

    def script(person):
        yield lambda: person.sees("short.vec")
        assert person.text("space_summary") == "2 items × 2 dimensions"
        assert "declares 3 items; the file holds 2" in person.text("space_notes")

    assert run_window([str(path)], script) == 0


def test_odd_rows_and_odd_labels_open_and_are_said(run_window, tmp_path):
    labels = ["plain", "plain", "<b>bold</b>", 'say"hi"', "👩‍🔬", "שלום", "nul\0", "zero", "nan", "c++"]
    rows = np.random.default_rng(2).normal(size=(10, 3))
    rows[7], rows[8] = 0.0, np.nan
    path = tmp_path / "odd.txt"
    lines = [" ".join([label, *(f"{value:.4f}" for value in row)]) for label, row in zip(labels, rows, strict=True)]
    path.write_bytes("\n".join(lines).encode() + b"\n")

    def script(person):
        yield lambda: person.sees("odd.txt")
        notes = person.window.session.state.space.notes
        counts = {note.kind: note.count for note in notes}
        assert counts == {"duplicate_labels": 1, "zero_rows": 1, "nonfinite_rows": 1}
        assert person.text("space_notes") == "\n".join(f"• {note.text}" for note in notes)
        for row in range(8):
            person.window.operations.ask_item(row)
            yield lambda: is_idle(person)
            if row != 7:
                answer = person.window.session.state.answer
                assert answer.inputs == (row,)
                assert not {7, 8} & set(answer.rows.tolist())
        assert "zero and has no direction" in person.text("message_line")
        person.window.grab()

    assert run_window([str(path)], script) == 0


def test_k_larger_than_the_space(run_window, vectors):
    few = vectors("few.txt", n_items=5)

    def script(person):
        yield lambda: person.sees("few.txt")
        person.find("k_spin").setValue(1000)
        person.ask("word1")
        yield lambda: person.neighbors()
        assert sorted(person.neighbors()) == ["word0", "word2", "word3", "word4"]
        assert "only 4 items can be ranked" in person.text("message_line")

    assert run_window([str(few)], script) == 0


def test_questions_empty_only_operators_and_ten_thousand_words(run_window, small):
    def script(person):
        yield lambda: person.sees("small.txt")
        person.ask("word1")
        yield lambda: person.neighbors()
        before = person.neighbors()
        for text in ("+", "- * /", "((((", "+ - + -", '"', "?", "word1 +", "nobody"):
            person.find("query_edit").setText(text)
            QTest.keyClick(person.find("query_edit"), Qt.Key.Key_Return)
            yield lambda: is_idle(person)
            assert is_error(person), text
            assert person.neighbors() == before
        text = " ".join(f"word{row % N_ITEMS}" for row in range(10_000))
        person.find("query_edit").setText(text)
        QTest.keyClick(person.find("query_edit"), Qt.Key.Key_Return)
        yield lambda: person.window.session.state.answer.text == text
        assert person.window.session.state.answer.inputs == tuple(range(N_ITEMS))
        person.window.grab()
        for text in ("", "    "):
            person.find("query_edit").setText(text)
            QTest.keyClick(person.find("query_edit"), Qt.Key.Key_Return)
            assert person.neighbors() == []
        yield from still_answers(person)

    assert run_window([str(small)], script) == 0


def test_a_second_file_dropped_while_the_first_loads_wins(monkeypatch, run_window, vectors, small, gate):
    first, second = vectors("first.txt"), vectors("second.txt", prefix="other")
    real = formats.open_steps

    def held(path, **options):
        steps = real(path, **options)
        return (yield from gate.holding(steps) if path.name == "first.txt" else steps)

    monkeypatch.setattr(formats, "open_steps", held)

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
        yield lambda: is_idle(person)
        assert names == ["second.txt"]
        assert gate.closed.is_set()
        assert not is_error(person)
        person.ask("other3")
        yield lambda: person.neighbors()

    assert run_window([str(small)], script) == 0


def test_cancel_while_opening_keeps_the_space(monkeypatch, run_window, vectors, small, gate):
    slow, real = vectors("slow.txt"), formats.open_steps

    def held(path, **options):
        steps = real(path, **options)
        return (yield from gate.holding(steps) if path.name == "slow.txt" else steps)

    monkeypatch.setattr(formats, "open_steps", held)

    def script(person):
        yield lambda: person.sees("small.txt")
        said = person.text("message_line")
        person.drop(slow)
        yield person.find("job_cancel").isVisible
        QTest.mouseClick(person.find("job_cancel"), Qt.MouseButton.LeftButton)
        yield gate.closed.is_set
        assert person.text("message_line") == said
        yield from still_answers(person)

    assert run_window([str(small)], script) == 0


def test_the_window_closed_while_opening(monkeypatch, run_window, vectors, small, gate):
    slow, real = vectors("slow.txt"), formats.open_steps

    def held(path, **options):
        steps = real(path, **options)
        return (yield from gate.holding(steps) if path.name == "slow.txt" else steps)

    monkeypatch.setattr(formats, "open_steps", held)

    def script(person):
        yield lambda: person.sees("small.txt")
        person.drop(slow)
        yield gate.reached.is_set

    assert run_window([str(small)], script) == 0
    assert gate.closed.is_set()


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
        yield from still_answers(person)
        person.click_item("word3")
        yield lambda: is_idle(person)
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
        yield from still_answers(person)
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
        yield lambda: is_idle(person)
        assert person.text("space_summary") == "57 items × 8 dimensions"
        assert not is_error(person)

    assert run_window([str(small)], script) == 0
