"""Bad files and bad questions, through the real main(): a message, and the open space intact."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from embedviz import formats
from embedviz.formats import opening

N_ITEMS = 300  # as the file `small` has


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
        yield person.is_error
        text = person.text("message_line")
        assert words in text
        assert "\n" not in text
        assert "Traceback" not in text
        assert "went wrong inside" not in text
        yield from person.still_answers(N_ITEMS)
        assert changes == []

    assert run_window([str(small)], script) == 0


def test_dropped_prose_is_offered_to_the_training_and_the_space_stays(run_window, small, tmp_path):
    words = " ".join(
        f"{first}{second}ing" for first in "bcdfghklmnpr" for second in ("a", "e", "i", "o", "u", "ea", "oo")
    )
    more = " ".join(f"{first}{second}er" for first in "bcdfghklmnpr" for second in ("a", "e", "i"))
    story = written("story.txt", f"It was a dark night, {words}, and {more}. ".encode() * 12)(tmp_path)

    def script(person):
        yield lambda: person.sees("small.txt")
        person.drop(story)
        yield lambda: person.window.session.state.view.mode == "train"
        yield lambda: "reads as prose, not vectors. Press Train" in person.text("message_line")
        assert person.find("corpus_label").text() == "story.txt"
        yield from person.still_answers(N_ITEMS)

    assert run_window([str(small)], script) == 0


def test_a_bad_file_on_the_command_line_leaves_an_empty_window_that_opens_the_next(run_window, small, tmp_path):
    bad = written("bad.txt", b"")(tmp_path)

    def script(person):
        yield person.is_error
        assert person.text("space_summary") == "No space is open"
        person.ask("anything")
        person.drop(small)
        yield lambda: person.sees("small.txt")
        yield from person.still_answers(N_ITEMS)

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
        yield person.is_error
        assert "secret.txt" in person.text("message_line")
        assert "inside embedviz" not in person.text("message_line")
        yield from person.still_answers(N_ITEMS)

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
        yield person.is_error
        assert "brief.txt" in person.text("message_line")
        assert "inside embedviz" not in person.text("message_line")
        yield from person.still_answers(N_ITEMS)

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
            yield person.is_idle
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
            yield person.is_idle
            assert person.is_error(), text
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
        yield from person.still_answers(N_ITEMS)

    assert run_window([str(small)], script) == 0
