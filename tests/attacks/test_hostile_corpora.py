"""Texts to train on that are too long, too odd, or not what they say: read in small steps, or refused in a sentence."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from embedviz.errors import FormatError, NothingLearnedError
from embedviz.progress import Command, finish
from embedviz.training import TrainingOptions, encode_steps, train_steps

ALL = TrainingOptions(min_count=1, n_dims=2)


@pytest.mark.parametrize("line", [b"some words on one line and ", b"onlyonewordwithoutanyblank", "日本語".encode()])
def test_a_long_line_is_read_in_small_steps(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "line.txt"
    n_bytes = 5_000_000
    path.write_bytes(line * (n_bytes // len(line)) + b"\nother words\n")
    n_steps = 0
    steps = encode_steps(path, ALL)
    try:
        while True:
            next(steps)
            n_steps += 1
    except StopIteration as done:
        corpus = done.value
    assert n_steps > 2 * n_bytes / (5 << 18), "two readings, about a megabyte at most in a step"
    assert np.diff(corpus.sentence_starts).max() <= 1_000


def test_paragraphs_without_end_are_cut(tmp_path: Path) -> None:
    path = tmp_path / "endless.txt"
    path.write_bytes(b"a line of running text\n" * 20_000)
    corpus = finish(encode_steps(path, TrainingOptions(min_count=1, n_dims=2, lines="running")))
    assert np.diff(corpus.sentence_starts).tolist() == [1_000] * 100


def test_a_stop_while_reading_is_heard_at_the_next_step(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(b"some words on one line\n" * 100_000)
    for n_steps in (1, 5, 25):
        steps = train_steps(path, ALL)
        for _ in range(n_steps):
            next(steps)
        with pytest.raises(NothingLearnedError):
            steps.send(Command("stop"))


def test_an_archive_that_unpacks_to_far_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for row in range(3):
            archive.writestr(f"{row}.txt", b"\n" * 120_000_000)
    with pytest.raises(FormatError, match="more than texts do"):
        finish(encode_steps(path, ALL))


def test_names_in_an_archive_write_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "texts.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../outside.txt", "first words")
        archive.writestr("/absolute.txt", "second words")
    before = set(tmp_path.rglob("*"))
    assert finish(encode_steps(path, ALL)).n_raw_tokens == 4
    assert set(tmp_path.rglob("*")) == before
    assert not (tmp_path.parent / "outside.txt").exists()
