"""Kept runs where the system fails: killed processes, full disks, damaged and foreign bytes."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from kept_trainings import N_EPOCHS, begin, check_whole, keep, kept_training, run_of

from embedviz import formats
from embedviz.errors import EmbedvizError, FormatError
from embedviz.formats import RunKeeper
from embedviz.formats.run_record import seal_of
from embedviz.progress import finish

pytestmark = pytest.mark.usefixtures("runs")

HERE = Path(__file__).parent
EVERY_PLACE = bool(os.environ.get("EMBEDVIZ_EVERY_PLACE"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows cannot copy a process")
def test_a_training_killed_between_any_two_operations_is_whole_up_to_its_last_epoch(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent.parent)])}
    done = subprocess.run(
        [sys.executable, HERE / "killed_trainings.py", tmp_path],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 100


def fail_at(place: int, name: str, error: OSError, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Let calls of one function of `os` fail from the one of a number on; how many there were so far."""
    before, n_calls = getattr(os, name), 0

    def failing(*arguments: Any, **keywords: Any) -> Any:
        nonlocal n_calls
        n_calls += 1
        if n_calls > place:
            raise error
        return before(*arguments, **keywords)

    monkeypatch.setattr(os, name, failing)
    return lambda: n_calls


@pytest.mark.parametrize("lasts", [False, True])
@pytest.mark.parametrize("name", ["write", "fsync", "replace", "open"])
def test_a_disk_that_fails_does_not_end_the_training(
    name: str, lasts: bool, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, failed = 0, True
    while failed:
        with monkeypatch.context() as patch:
            n_calls = fail_at(place, name, OSError(errno.ENOSPC, "No space left on device"), patch)
            keeper = RunKeeper()
            begin(keeper)
            for epoch in range(N_EPOCHS + 1):
                keep(keeper, [epoch])
                if keeper.trouble and not lasts:
                    patch.undo()
            keeper.finish(run_of(N_EPOCHS))
            failed = n_calls() > place
        found = formats.list_runs()
        assert not found.damaged, (place, found.damaged)
        if keeper.trouble:
            assert "the disk is full. The training goes on." in keeper.trouble
        for run in found.runs:
            for epoch in run.kept_epochs:
                formats.epoch_vectors(run.name, epoch)
            if run.status == "interrupted":
                check_whole(run)
            elif keeper.trouble and run.kept_epochs != (0, 1, 2, 3):
                assert [note.kind for note in run.notes] == ["not_kept"]
            assert not list((runs / run.name).glob("*.fresh"))
            formats.remove_run(run.name)
        place += 1
    assert place > 3
    assert not keeper.trouble


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the administrator may write everywhere")
def test_a_folder_that_may_not_be_written_does_not_end_the_training(runs: Path) -> None:
    runs.mkdir(mode=0o500)
    keeper = RunKeeper()
    begin(keeper)
    keep(keeper, [0])
    keeper.finish(run_of(0))
    assert "may not" in keeper.trouble


def whatever_is_there(name: str) -> None:
    """Use a run in every way; only errors for people may come of it."""
    found = formats.list_runs()
    assert len(found.runs) + len(found.damaged) == 1
    for use in (
        lambda: finish(formats.open_run_steps(name)),
        lambda: formats.epochs_of(name).space(1),
        lambda: formats.run_state(name),
        lambda: formats.read_run(name),
    ):
        with suppress(EmbedvizError):
            use()


def test_a_record_with_any_byte_flipped_is_refused(runs: Path) -> None:
    name = kept_training()
    file = runs / name / "run.json"
    content = file.read_bytes()
    step = 1 if EVERY_PLACE else 7
    for place in range(0, len(content), step):
        file.write_bytes(content[:place] + bytes([content[place] ^ 0x15]) + content[place + 1 :])
        found = formats.list_runs()
        if found.runs:  # blanks after the seal
            assert json.loads(file.read_bytes()) == json.loads(content), place
        else:
            assert [each.name for each in found.damaged] == [name], place
            with pytest.raises(FormatError, match=r"is damaged: its run\.json is not what was written"):
                formats.epochs_of(name)
    file.write_bytes(content)
    check_whole(formats.read_run(name))


@pytest.mark.parametrize("file", ["words.npy", "word-offsets.npy", "counts.npy", "epoch-0002.npy", "state-0003-1.npy"])
def test_an_array_with_any_byte_flipped_is_refused(runs: Path, file: str) -> None:
    name = kept_training()
    path = runs / name / file
    content = path.read_bytes()
    for place in range(0, len(content), 1 if EVERY_PLACE else 5):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x15]) + content[place + 1 :])
        try:
            epoch, _ = formats.run_state(name)
            vectors = formats.epochs_of(name).space(2).vectors
        except FormatError:
            continue
        assert b"}" in content[:place], place  # a blank after the header
        assert epoch == 3
        assert vectors.shape == (6, 3)
    assert len(formats.kept_runs()) == 1


@pytest.mark.parametrize("file", ["run.json", "words.npy", "epoch-0001.npy", "epoch-0003.npy", "state-0003-0.npy"])
def test_a_file_that_is_cut_off_lengthened_or_gone_is_refused(runs: Path, file: str) -> None:
    name = kept_training()
    path = runs / name / file
    content = path.read_bytes()
    for cut in (content[:-1], content + b"x", content[: len(content) // 2], content[:1], b""):
        path.write_bytes(cut)
        whatever_is_there(name)
    path.unlink()
    if file != "run.json":
        whatever_is_there(name)
    path.mkdir()
    whatever_is_there(name)
    formats.remove_run(name)
    assert formats.list_runs() == formats.RunList((), ())


def test_one_epoch_that_is_gone_leaves_the_others(runs: Path) -> None:
    name = kept_training()
    (runs / name / "epoch-0001.npy").unlink()
    run = formats.read_run(name)
    assert run.kept_epochs == (0, 2, 3)
    assert [note.text for note in run.notes] == ["epoch-0001.npy cannot be used."]
    assert formats.epochs_of(name).space(2).n_items == 6


def test_what_the_next_test_makes_up_would_be_read(runs: Path) -> None:
    name = kept_training()
    file = runs / name / "run.json"
    facts = json.loads(file.read_bytes())
    body = json.dumps({**facts, "corpus": "elsewhere.txt"}).removesuffix("}") + ", "
    file.write_text(f'{body}"seal": "{seal_of(body.encode())}"}}')
    assert formats.read_run(name).corpus == "elsewhere.txt"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("n_words", 10**15),
        ("n_words", -1),
        ("n_dims", 1 << 60),
        ("kept", [[0, {"dtype": "<f4", "shape": [1 << 40, 3], "rows_at_once": 1, "sums": []}]]),
        ("kept", [[0, {"dtype": "O", "shape": [6, 3], "rows_at_once": 1, "sums": []}]]),
        ("kept", [[0, {"dtype": "<f4", "shape": [6, 3], "rows_at_once": 0, "sums": [1, 2]}]]),
        ("kept", [["../../x", {"dtype": "<f4", "shape": [6, 3], "rows_at_once": 9, "sums": [1]}]]),
        ("kept", []),
        ("state", [{"dtype": "|O", "shape": [1], "rows_at_once": 9, "sums": [1]}]),
        ("state", [{"dtype": "<f4", "shape": [], "rows_at_once": 9, "sums": [1]}]),
        ("status", "interrupted"),
        ("status", []),
        ("began", "yesterday"),
        ("began", "2026-11-22T10:00:00"),
        ("corpus", 5),
        ("options", [1]),
        ("epochs", [{"epoch": 1}]),
        ("every", True),
        ("version", 2),
        ("notes", [["kind", 1]]),
        ("words", []),
    ],
)
def test_a_record_that_was_made_up_is_refused(runs: Path, key: str, value: object) -> None:
    name = kept_training()
    file = runs / name / "run.json"
    facts = json.loads(file.read_bytes())
    del facts["seal"]
    assert key in facts
    body = json.dumps({**facts, key: value}).removesuffix("}") + ", "
    file.write_text(f'{body}"seal": "{seal_of(body.encode())}"}}')
    whatever_is_there(name)
    uses = {"state": formats.run_state, "kept": lambda name: formats.epoch_vectors(name, 0)}
    use: Callable[[str], object] = uses.get(key, formats.epochs_of)
    with pytest.raises(EmbedvizError):
        use(name)


def test_folders_of_others_are_left_alone(runs: Path) -> None:
    kept_training()
    (runs / "photos").mkdir()
    (runs / "holiday-3").mkdir()
    (runs / "holiday-3" / "beach.jpg").touch()
    (runs / "readme-1").touch()
    kept_training()
    assert (runs / "holiday-3" / "beach.jpg").exists()
    assert (runs / "photos").is_dir()
    assert [run.name for run in formats.kept_runs()] == ["small-world-2", "small-world-1"]
