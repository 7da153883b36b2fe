"""`embedviz info`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]


def test_json_holds_every_fact(run_main: Run, vectors: Path) -> None:
    code, out, err = run_main("info", str(vectors), "--json")
    assert (code, err) == (0, "")
    facts = json.loads(out)
    assert list(facts) == [
        "n_items",
        "n_dims",
        "format",
        "name",
        "path",
        "companions",
        "content_hash",
        "metadata",
        "notes",
    ]
    assert (facts["n_items"], facts["n_dims"]) == (5, 3)
    assert Path(facts["path"]) == vectors
    assert facts["metadata"] == []
    assert facts["notes"] == []


def test_notes_are_never_hidden(run_main: Run, tmp_path: Path) -> None:
    file = tmp_path / "twice.txt"
    file.write_text("3 2\nsame 1 0\nsame 0 1\nzero 0 0\n")
    code, out, _ = run_main("info", str(file), "--json")
    notes = json.loads(out)["notes"]
    assert code == 0
    assert all(set(note) == {"kind", "count", "text"} for note in notes)
    assert len(notes) >= 2
    _, shown, _ = run_main("info", str(file))
    assert all(note["text"] in shown for note in notes)


def test_the_bundled_sample(run_main: Run) -> None:
    code, out, err = run_main("info", "sample:glove-10k")
    assert (code, err) == (0, "")
    assert "9,998" in out
    assert "dimensions     100" in out
    assert "part_of_speech (category)" in out


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.txt", None),
        ("empty.txt", b""),
        ("ragged.txt", b"2 3\na 1 2 3\nb 1 2\n"),
        ("letters.txt", b"2 2\na 1 2\nb 1 x\n"),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(100)),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(run_main: Run, tmp_path: Path, name: str, content: bytes | None) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    code, out, err = run_main("info", str(file))
    assert (code, out) == (2, "")
    assert err.startswith("embedviz: ")
    assert err.count("\n") == 1
    assert len(err) > len("embedviz: \n")


def test_a_folder_is_refused(run_main: Run, tmp_path: Path) -> None:
    code, _, err = run_main("info", str(tmp_path))
    assert code == 2
    assert err.count("\n") == 1


def test_an_unknown_sample_names_those_there_are(run_main: Run) -> None:
    code, _, err = run_main("info", "sample:nothing")
    assert code == 2
    assert "glove-10k" in err


def test_a_sample_takes_no_options_of_opening(run_main: Run) -> None:
    code, _, err = run_main("info", "sample:digits", "--partial")
    assert code == 2
    assert "whole and with its own labels" in err
