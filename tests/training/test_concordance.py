"""Lines in which keywords stand, from every kind of text that can be trained on."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import embedviz
from embedviz.progress import finish
from embedviz.training import Lines, TrainingOptions, concordance, text_source, train_steps
from embedviz.training.concordance import ConcordanceLine, word_spots
from embedviz.training.tokenizing import words_of

Text = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("fake_trainer")


def together(
    path: Path | str,
    word: str,
    other: str,
    *,
    window: int = 2,
    min_count: int = 1,
    lines: Lines = "auto",
    column: str | None = None,
) -> list[ConcordanceLine]:
    wished = TrainingOptions(n_dims=2, min_count=min_count, window=window, epochs=1, lines=lines)
    space = finish(train_steps(path, wished, column=column, keep=False))
    found = embedviz.evidence(space, word, other, n_lines=1_000)
    return [line for line in found.lines if (line.row, line.beside) == found.rows]


def told(lines: list[ConcordanceLine]) -> list[tuple[str, int, str]]:
    return [(line.part, line.number, f"{line.left}[{line.keyword}]{line.right}") for line in lines]


@given(st.text(st.sampled_from("aB1_'.,- \tßİΣς\u0301日本カ゠״א")))
def test_words_are_found_where_they_stand(text: str) -> None:
    words = words_of(text)
    spots = word_spots(text, words)
    assert [text[low:high].casefold() for low, high in spots] == [word.casefold() for word in words]
    assert all(before[1] <= after[0] for before, after in pairwise(spots))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_numbers_are_those_of_an_editor(text: Text, end: str) -> None:
    path = text(end.join(["One two.", "", "three", "Two, one!", "four"]))
    assert told(together(path, "one", "two")) == [
        ("corpus.txt", 1, "[One] two."),
        ("corpus.txt", 4, "Two, [one]!"),
    ]


def test_running_text_is_shown_by_paragraphs(text: Text) -> None:
    path = text("The cat sat\non the mat\n\n\nThe dog\nsat near\nthe cat")
    lines = together(path, "sat", "cat", window=3, lines="running")
    assert told(lines) == [
        ("corpus.txt", 1, "The cat [sat] on the mat"),
        ("corpus.txt", 2, "The dog [sat] near the cat"),
    ]
    assert all(line.is_paragraph for line in lines)


def test_a_wrapped_text_is_known_again(text: Text) -> None:
    line = "the quick brown fox jumps over the lazy dog while a small cat looks on and"
    path = text("\n\n".join("\n".join([line] * 8) for _ in range(3)) + "\n\nmoon sun\n")
    assert told(together(path, "moon", "sun")) == [("corpus.txt", 4, "[moon] sun")]


def test_a_folder_says_which_file(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "b.txt").write_text("none\nred blue", encoding="utf-8")
    (folder / "a.txt").write_text("red blue\nnone", encoding="utf-8")
    assert told(together(folder, "red", "blue")) == [("a.txt", 1, "[red] blue"), ("b.txt", 2, "[red] blue")]


def test_a_column_of_a_table(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text('id,said\n1,"Red, blue"\n2,none\n3,"so blue\nor red"\n', encoding="utf-8")
    lines = [("table.csv", 1, "[Red], blue")]
    assert told(together(path, "red", "blue", column="said")) == lines
    pq.write_table(pa.table({"said": ["Red, blue", None, "none"], "id": [1, 2, 3]}), tmp_path / "table.parquet")
    assert [each[1:] for each in told(together(tmp_path / "table.parquet", "red", "blue"))] == [(1, "[Red], blue")]


def test_a_packed_text(tmp_path: Path) -> None:
    path = tmp_path / "text.txt.gz"
    path.write_bytes(gzip.compress(b"none\nRed and blue\n"))
    assert told(together(path, "red", "blue")) == [("text.txt", 2, "[Red] and blue")]


def test_words_left_out_stand_between(text: Text) -> None:
    lines = together(text("red rare blue\nred here\nblue here\n"), "red", "blue", window=1, min_count=2)
    assert told(lines) == [("corpus.txt", 1, "[red] rare blue")]


@pytest.mark.parametrize("n_bytes", [1, 5, 16, 64])
def test_lines_may_cross_blocks(text: Text, monkeypatch: pytest.MonkeyPatch, n_bytes: int) -> None:
    story = [
        "first words of it",
        "the très long line goes on, and has a red thing by a blue one",
        "",
        "red blue",
        "end",
    ]
    path = text("\n".join(story))
    expected = told(together(path, "red", "blue", window=5))
    assert expected == [("corpus.txt", 2, story[1].replace("red", "[red]")), ("corpus.txt", 4, "[red] blue")]
    monkeypatch.setattr(text_source, "BLOCK_BYTES", n_bytes)
    lines = together(path, "red", "blue", window=5)
    assert [(part, number) for part, number, _ in told(lines)] == [(part, number) for part, number, _ in expected]
    for line, (_, _, whole) in zip(lines, expected, strict=True):
        assert f"{line.left}[{line.keyword}]{line.right}" in whole
        assert line.keyword == "red"


def test_a_long_line_is_shown_around_its_keyword(text: Text) -> None:
    words = [f"w{number}" for number in range(400)]
    words[200], words[203] = "red", "blue"
    (line,) = together(text(" ".join(words)), "red", "blue", window=3)
    assert line.beside_at is not None
    assert line.text[slice(*line.beside_at)] == "blue"
    assert concordance.REACH - 6 < len(line.left) <= concordance.REACH
    assert concordance.REACH - 6 < len(line.right) <= concordance.REACH
    assert line.text == line.text.strip()
    assert set(line.text.split()) <= set(words)


def test_what_is_too_far_away_is_not_shown(text: Text) -> None:
    near, far = f"red {'x' * 300} blue", f"red {'x' * 400} blue"
    one, other = together(text(f"{near}\n{far}"), "red", "blue")
    assert (one.text, one.beside_at) == (near, (305, 309))
    assert (other.text, other.beside_at) == ("red", None)


def test_bad_bytes_and_signs(text: Text) -> None:
    path = text(b"red " * 50 + b"\n\xffA\x07red \xf0\x9f\x98\x80 <b>blue</b>\n\xc4\xb0stanbul red blue")
    assert told(together(path, "red", "blue")) == [
        ("corpus.txt", 2, "\ufffdA\x07[red] 😀 <b>blue</b>"),
        ("corpus.txt", 3, "İstanbul [red] blue"),
    ]
