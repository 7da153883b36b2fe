"""Kept runs: every epoch again, by name, titled, removed."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from pathlib import Path

import kept_trainings
import numpy as np
import pytest
from kept_trainings import (
    N_DIMS,
    N_EPOCHS,
    WORDS,
    check_whole,
    kept_training,
    run_of,
    vectors_after,
)

import embedviz
from embedviz import formats
from embedviz.errors import OptionError
from embedviz.progress import finish
from embedviz.space.labels import Labels
from embedviz.space.source import Note

pytestmark = pytest.mark.usefixtures("runs")


def test_a_kept_training_tells_what_it_was() -> None:
    before = datetime.now(UTC)
    name = kept_training(notes=[Note("rare_words", 9, "9 words were rare.")])
    assert name == "small-world-1"
    (run,) = formats.kept_runs()
    assert run == formats.read_run(name)
    assert (run.status, run.title, run.caption, run.kept_epochs) == ("complete", "", name, (0, 1, 2, 3))
    assert (run.corpus, run.corpus_name, run.column, run.content_hash) == (
        "sample:small-world",
        "small world",
        None,
        "c0ffee",
    )
    assert (run.n_dims, run.n_epochs, run.resumes_after) == (N_DIMS, N_EPOCHS, None)
    assert str(run.run) == str(run_of(N_EPOCHS))
    assert run.ended is not None
    assert before <= run.began <= run.ended <= datetime.now(UTC)
    assert [note.text for note in run.notes] == ["9 words were rare."]
    check_whole(run)


def test_the_bytes_are_those_of_the_folder(runs: Path) -> None:
    name = kept_training()
    assert formats.read_run(name).n_bytes == sum(file.stat().st_size for file in (runs / name).iterdir())


def test_an_epoch_can_be_read_by_numpy_alone(runs: Path) -> None:
    name = kept_training()
    for epoch in range(N_EPOCHS + 1):
        assert np.array_equal(np.load(runs / name / f"epoch-{epoch:04d}.npy"), vectors_after(epoch))
    words, offsets = np.load(runs / name / "words.npy").tobytes(), np.load(runs / name / "word-offsets.npy")
    pairs = itertools.pairwise(offsets)
    assert tuple(words[start:end].decode() for start, end in pairs) == WORDS


def test_only_the_last_state_of_the_trainer_stays(runs: Path) -> None:
    name = kept_training()
    files = sorted(file.name for file in (runs / name).glob("state-*"))
    assert files == ["state-0003-0.npy", "state-0003-1.npy", "state-0003-2.npy"]
    assert not list((runs / name).glob("*.fresh"))


def test_runs_are_numbered_by_corpus_and_listed_newest_first() -> None:
    names = [kept_training(corpus_name=name) for name in ("small world", "News.txt", "small world", "../..", "CON")]
    assert names == ["small-world-1", "news-1", "small-world-2", "run-1", "con-1"]
    assert [run.name for run in formats.kept_runs()] == names[::-1]
    formats.remove_run("small-world-1")
    assert kept_training() == "small-world-3"


def test_the_spaces_of_all_epochs_share_their_words() -> None:
    epochs = formats.epochs_of(kept_training())
    assert epochs.epochs == (0, 1, 2, 3)
    first, last = epochs.space(1), epochs.space()
    assert first.labels is last.labels is epochs.labels
    assert first.metadata is last.metadata is epochs.metadata
    assert first.vectors.tobytes() == vectors_after(1).tobytes()
    assert last.vectors.tobytes() == vectors_after(3).tobytes()
    assert epochs.space(1) is first
    assert not first.vectors.flags.writeable
    assert "norms" not in vars(first)
    assert [record.epoch for record in first.source.run.epochs] == [1] if first.source.run else False
    assert first.metadata["count"].kind == "number"


def test_a_space_after_an_epoch_says_which_and_how_to_make_it_again() -> None:
    name = kept_training()
    space = finish(formats.open_run_steps(name, 2))
    assert [note.text for note in space.notes if note.kind == "epoch"] == ["These are the vectors after epoch 2 of 3."]
    assert (space.source.format, space.source.name, space.source.content_hash) == ("trained", "small world", "c0ffee")
    assert space.source.options == {**kept_trainings.OPTIONS, "corpus": "sample:small-world", "run": name, "epoch": 2}
    assert space.source.run is not None
    assert len(space.source.run.epochs) == 2
    assert space.labels.is_ordered
    assert space.row("日本") == 4
    start = finish(formats.open_run_steps(name, 0))
    assert start.notes[0].text == "These are the vectors before training: chance alone."
    assert start.source.run is not None
    assert start.source.run.epochs == ()


def test_words_that_are_open_already_are_shared() -> None:
    name = kept_training()
    open_space = formats.epochs_of(name).space(3)
    again = formats.epochs_of(name, alike=open_space)
    assert again.space(0).labels is open_space.labels
    assert again.space(0).metadata is open_space.metadata
    other = formats.epochs_of(kept_training(words=Labels.from_strings("abcdef")), alike=open_space)
    assert other.labels is not open_space.labels
    assert list(other.labels) == list("abcdef")


def test_an_epoch_is_opened_by_name() -> None:
    name = kept_training()
    assert embedviz.open(f"run:{name}").vectors.tobytes() == vectors_after(3).tobytes()
    assert embedviz.open(f"run:{name}@1").vectors.tobytes() == vectors_after(1).tobytes()
    with pytest.raises(OptionError, match="kept training is opened as it is"):
        embedviz.open(f"run:{name}", partial=True)
    with pytest.raises(OptionError, match=r"after epoch 9 of “small-world-1” are not kept; choose 0–3\."):
        embedviz.open(f"run:{name}@9")


def test_titles(runs: Path) -> None:
    name = kept_training()
    formats.rename_run(name, "  The\nlesson \ud800 of “Monday”\x00 " + "x" * 300)
    run = formats.read_run(name)
    assert run.title.startswith("The lesson ? of “Monday” xxx")
    assert len(run.title) == 200
    assert run.caption == run.title
    formats.rename_run(name, " ")
    assert formats.read_run(name).title == ""
    formats.rename_run(name, "")
    (runs / name / "title.txt").write_bytes(b"\xff\xfeM\x1b[31m" + b"y" * 100)
    assert "\x1b" not in formats.read_run(name).title
    (runs / name / "title.txt").write_bytes(b"y" * 10_000)
    assert formats.read_run(name).title == ""


def test_a_run_that_is_removed_while_a_space_of_it_is_open() -> None:
    epochs = formats.epochs_of(kept_training())
    space = epochs.space(1)
    formats.remove_run(epochs.name)
    assert space.vectors.tobytes() == vectors_after(1).tobytes()
    assert space.neighbors("the", 2).labels
    with pytest.raises(formats.run_store.FileAccessError):
        epochs.space(2)
    with pytest.raises(OptionError, match="There is no run"):
        formats.remove_run(epochs.name)
