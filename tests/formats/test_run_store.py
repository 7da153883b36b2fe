"""Kept runs: every epoch again, named, bounded, resumed, and never what was not kept."""

from __future__ import annotations

import gc
import itertools
import os
from datetime import UTC, datetime
from pathlib import Path

import kept_trainings
import numpy as np
import pytest
from kept_trainings import N_DIMS, N_EPOCHS, WORDS, begin, check_whole, keep, kept_training, run_of, vectors_after

import embedviz
from embedviz import formats
from embedviz.errors import FormatError, OptionError, OutputError
from embedviz.formats import RunKeeper, run_room
from embedviz.progress import finish
from embedviz.space.labels import Labels
from embedviz.space.source import Note

EPOCH_BYTES = 4 * len(WORDS) * N_DIMS


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runs folder of the test's own."""
    monkeypatch.setenv("EMBEDVIZ_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


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


@pytest.mark.parametrize(
    "text",
    ["../../x", "../small-world-1", "/etc/x-1", "small-world-1/", ".", "", "SMALL-WORLD-1", "small-world-01", "x\0-1"],
)
def test_only_names_of_runs_are_looked_for(text: str, tmp_path: Path, runs: Path) -> None:
    kept_training()
    (tmp_path / "small-world-1").symlink_to(runs / "small-world-1")
    for call in (
        lambda: embedviz.open(f"run:{text}"),
        lambda: formats.remove_run(text),
        lambda: formats.rename_run(text, "mine"),
        lambda: formats.run_state(text),
        lambda: formats.epoch_vectors(text, 0),
        lambda: formats.epochs_of(text),
    ):
        with pytest.raises(OptionError, match=r"There is no run “.*”; choose small-world-1"):
            call()
    assert len(formats.kept_runs()) == 1


@pytest.mark.parametrize("epoch", ["", "x", "-1", "1.5", "1@2", "²", "9999999999"])
def test_what_is_no_epoch_is_said(epoch: str) -> None:
    with pytest.raises(OptionError, match=r"is no epoch; write run:NAME@EPOCH, such as run:x-1@3\."):
        embedviz.open(f"run:x-1@{epoch}")


def test_no_run_is_kept_yet() -> None:
    assert formats.list_runs() == formats.RunList((), ())
    with pytest.raises(OptionError, match="There is no run “x-1”; none is kept yet"):
        formats.read_run("x-1")


@pytest.mark.skipif(os.name != "posix", reason="Windows asks for a right to make links")
def test_links_lead_nowhere(runs: Path, tmp_path: Path) -> None:
    name = kept_training()
    elsewhere = tmp_path / "elsewhere-1"
    (runs / name).rename(elsewhere)
    (runs / "elsewhere-1").symlink_to(elsewhere)
    found = formats.list_runs()
    assert found.runs == ()
    assert [(each.name, "link" in each.problem) for each in found.damaged] == [("elsewhere-1", True)]
    for use in (formats.epochs_of, formats.read_run, formats.run_state, lambda text: formats.rename_run(text, "mine")):
        with pytest.raises(FormatError, match="link to another place"):
            use("elsewhere-1")
    formats.remove_run("elsewhere-1")
    assert (elsewhere / "run.json").exists()
    (runs / name).mkdir()
    for file in elsewhere.iterdir():
        (runs / name / file.name).symlink_to(file)
    assert [each.name for each in formats.list_runs().damaged] == [name]
    with pytest.raises(FormatError):
        formats.epoch_vectors(name, 0)
    formats.remove_run(name)
    assert (elsewhere / "epoch-0000.npy").exists()
    assert formats.list_runs() == formats.RunList((), ())


@pytest.mark.skipif(os.name != "posix", reason="there are no named pipes in folders of Windows")
@pytest.mark.parametrize("file", ["run.json", "words.npy", "epoch-0003.npy", "title.txt"])
def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(runs: Path, file: str) -> None:
    name = kept_training(title="mine")
    (runs / name / file).unlink()
    os.mkfifo(runs / name / file)
    formats.list_runs()
    if file != "title.txt":
        with pytest.raises(FormatError):
            formats.epochs_of(name).space(3)


def test_a_training_that_runs_can_be_looked_at_and_not_removed() -> None:
    keeper = RunKeeper()
    begin(keeper)
    assert formats.kept_runs() == ()
    keep(keeper, [0, 1])
    (run,) = formats.kept_runs()
    assert (run.status, run.kept_epochs, run.ended) == ("running", (0, 1), None)
    check_whole(run)
    epochs = formats.epochs_of(run.name)
    assert epochs.epochs == (0, 1)
    with pytest.raises(OptionError, match="is being trained now"):
        formats.remove_run(run.name)
    keep(keeper, [2])
    assert epochs.epochs == (0, 1, 2)
    assert epochs.space(2).vectors.tobytes() == vectors_after(2).tobytes()
    assert epochs.space(2).labels is epochs.labels
    keeper.close()


def test_two_trainings_at_once_are_two_runs() -> None:
    one, other = RunKeeper(), RunKeeper()
    begin(one)
    begin(other)
    for epoch in range(N_EPOCHS + 1):
        keep(one, [epoch])
        keep(other, [epoch])
    one.finish(run_of(N_EPOCHS))
    assert [run.status for run in formats.kept_runs()] == ["running", "complete"]
    other.finish(run_of(N_EPOCHS, stopped=True))
    assert [run.status for run in formats.kept_runs()] == ["stopped", "complete"]
    for run in formats.kept_runs():
        check_whole(run)


def test_a_training_that_was_given_up_leaves_nothing(runs: Path) -> None:
    keeper = RunKeeper()
    begin(keeper)
    keep(keeper, [0, 1])
    keeper.abandon()
    keeper.close()
    assert formats.list_runs() == formats.RunList((), ())
    assert [each.name for each in runs.iterdir()] == [".lock"]


def test_what_was_closed_before_its_start_was_kept_leaves_nothing(runs: Path) -> None:
    keeper = RunKeeper()
    begin(keeper)
    keeper.close()
    assert [each.name for each in runs.iterdir()] == [".lock"]


def test_an_epoch_that_is_cancelled_halfway_is_as_if_it_had_not_begun(runs: Path) -> None:
    keeper = RunKeeper()
    begin(keeper)
    keep(keeper, [0, 1])
    steps = keeper.epoch_steps(2, None, lambda first, last: vectors_after(2)[first:last], kept_trainings.state_after(2))
    next(steps)
    assert list((runs / keeper.name).glob("*.fresh"))
    steps.close()
    assert not list((runs / keeper.name).glob("*.fresh"))
    keeper.close()
    (run,) = formats.kept_runs()
    assert (run.status, run.kept_epochs, run.resumes_after) == ("interrupted", (0, 1), 1)
    check_whole(run)


@pytest.mark.parametrize("stopped", [False, True])
def test_an_interrupted_or_stopped_run_goes_on_in_its_place(stopped: bool) -> None:
    keeper = RunKeeper()
    begin(keeper)
    keep(keeper, [0, 1])
    name = keeper.name
    if stopped:
        keeper.finish(run_of(1, stopped=True), [Note("stopped", 1, "It was stopped.")])
    keeper.close()
    assert formats.read_run(name).resumes_after == 1
    epoch, state = formats.run_state(name)
    assert epoch == 1
    assert all(part.flags.writeable for part in state)
    again = RunKeeper(resume=name)
    begin(again)
    assert (again.name, again.last_epoch, again.trouble) == (name, 1, "")
    assert formats.read_run(name).status == "running"
    keep(again, [2, 3])
    again.finish(run_of(3), [Note("rare_words", 9, "9 words were rare.")])
    (run,) = formats.kept_runs()
    assert (run.status, run.kept_epochs) == ("complete", (0, 1, 2, 3))
    assert [note.kind for note in run.notes] == ["rare_words"]
    check_whole(run)


def test_giving_up_a_resumed_run_keeps_what_there_was() -> None:
    keeper = RunKeeper()
    begin(keeper)
    keep(keeper, [0, 1])
    name = keeper.name
    keeper.close()
    again = RunKeeper(resume=name)
    begin(again)
    keep(again, [2])
    again.abandon()
    run = formats.read_run(name)
    assert (run.status, run.kept_epochs) == ("interrupted", (0, 1, 2))
    check_whole(run)


def test_a_run_is_not_resumed_with_other_words_nor_twice() -> None:
    first = RunKeeper()
    begin(first)
    keep(first, [0])
    twice = RunKeeper(resume=first.name)
    begin(twice)
    assert "is being trained already" in twice.trouble
    first.close()
    other = RunKeeper(resume="small-world-1")
    begin(other, words=Labels.from_strings("abcdef"))
    assert "has other words now" in other.trouble
    keep(other, [1])
    for keeper in (twice, other):
        assert keeper.name == ""
        keeper.close()
    (run,) = formats.kept_runs()
    assert run.kept_epochs == (0,)
    unknown = RunKeeper(resume="../x")
    begin(unknown)
    assert "There is no run" in unknown.trouble


def test_an_epoch_is_kept_once() -> None:
    keeper = RunKeeper()
    begin(keeper)
    keep(keeper, [0, 1])
    with pytest.raises(OptionError, match="Epoch 1 is kept already"):
        keep(keeper, [1])
    keeper.abandon()


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


def test_a_title_outlives_what_the_training_writes() -> None:
    keeper = RunKeeper()
    begin(keeper)
    keep(keeper, [0])
    formats.rename_run(keeper.name, "mine")
    keep(keeper, [1])
    keeper.finish(run_of(1))
    assert formats.kept_runs()[0].title == "mine"


@pytest.mark.parametrize(
    ("n_epochs", "n_fitting", "every"),
    [(5, 6, 1), (5, 5, 2), (10, 5, 4), (10, 3, 11), (10, 0, 11), (100, 12, 11), (0, 1, 1), (1, 2, 1)],
)
def test_how_many_epochs_fit(n_epochs: int, n_fitting: int, every: int) -> None:
    assert run_room.spacing(n_epochs, n_fitting) == every
    if n_fitting >= 3:
        kept = {*range(0, n_epochs + 1, every), n_epochs}
        assert len(kept) + (every > 1) <= n_fitting + (every == 1)


def test_of_a_training_too_large_every_nth_epoch_is_kept_and_the_last(runs: Path) -> None:
    keeper = RunKeeper(limit_bytes=20 * EPOCH_BYTES)
    begin(keeper, 20)
    seen = []
    for epoch in range(21):
        keep(keeper, [epoch])
        seen.append(formats.kept_runs()[0].kept_epochs)
        check_whole(formats.kept_runs()[0])
    keeper.finish(run_of(20))
    (run,) = formats.kept_runs()
    every = run.kept_epochs[1]
    assert every > 1
    assert seen == [tuple(sorted({*range(0, epoch + 1, every), epoch})) for epoch in range(21)]
    assert len(list((runs / run.name).glob("epoch-*"))) == len(run.kept_epochs) <= 10
    assert [note.text for note in run.notes] == [
        f"Only every {every}rd epoch is kept, with the first and the last: all 20 would take 0.0 GB."
    ]
    with pytest.raises(OptionError, match="after epoch 1 of “small-world-1” are not kept; choose 0, 3, 6"):
        formats.epochs_of(run.name).space(1)


def test_the_oldest_without_a_title_make_room(runs: Path) -> None:
    names = [kept_training(title="mine" if number == 0 else "") for number in range(4)]
    size = formats.read_run(names[1]).n_bytes
    shown = formats.epochs_of(names[1]).space(0)
    running = RunKeeper()
    begin(running)
    keep(running, [0])
    limit = sum(formats.read_run(run.name).n_bytes for run in formats.kept_runs()) + 10 * EPOCH_BYTES - size // 2
    newest = kept_training(limit_bytes=limit, state_bytes=2 * EPOCH_BYTES)
    left = {run.name for run in formats.kept_runs()}
    assert left == {names[0], names[1], names[3], running.name, newest}
    assert shown.vectors.tobytes() == vectors_after(0).tobytes()
    del shown
    gc.collect()
    kept_training(limit_bytes=limit, state_bytes=2 * EPOCH_BYTES)
    assert names[1] not in {run.name for run in formats.kept_runs()}
    running.close()


def test_what_has_a_title_is_never_removed_for_room() -> None:
    names = [kept_training(title=f"lesson {number}") for number in range(3)]
    keeper = RunKeeper(limit_bytes=sum(run.n_bytes for run in formats.kept_runs()))
    begin(keeper)
    assert keeper.name == ""
    assert "not kept any more: kept trainings may take" in keeper.trouble
    assert "embedviz runs --remove NAME). The training goes on." in keeper.trouble
    keep(keeper, [0, 1])
    keeper.finish(run_of(1))
    assert [run.name for run in formats.kept_runs()] == names[::-1]


def test_a_third_of_the_free_disk_is_the_most(monkeypatch: pytest.MonkeyPatch) -> None:
    kept_training()
    taken = formats.kept_runs()[0].n_bytes

    class Usage:
        free = 3_000_000 - taken

    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage)
    assert run_room.limit() == 1_000_000
    assert run_room.limit(999) == 999


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


def test_the_runs_folder_cannot_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("EMBEDVIZ_RUNS", str(tmp_path / "file"))
    keeper = RunKeeper()
    begin(keeper)
    keep(keeper, range(3))
    keeper.finish(run_of(2))
    assert "EMBEDVIZ_RUNS names" in keeper.trouble
    with pytest.raises(OutputError, match="EMBEDVIZ_RUNS names"):
        formats.kept_runs()
