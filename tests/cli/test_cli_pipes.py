"""Where a file is made, lines that nobody reads do not end the work; where they are the answer, it ends quietly."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedviz import paths
from embedviz.cli import console
from embedviz.formats import list_runs

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has no such pipes, nor /bin/sh")

TEXT = "the cat sat on the mat\nthe dog sat on the rug\n" * 30
TRAIN = ("train", "text.txt", "--dims", "4", "--epochs", "2", "--min-count", "1", "--lines", "sentences")
MAKING = [
    pytest.param((*TRAIN, "-o", "out.npz"), "out.npz", id="train"),
    pytest.param((*TRAIN, "-o", "out.npz", "--json"), "out.npz", id="train-json"),
    pytest.param(("convert", "numbers.txt", "out.npy"), "out.npy", id="convert"),
    pytest.param(("project", "numbers.txt", "-o", "out.csv"), "out.csv", id="project"),
    pytest.param(("render", "numbers.txt", "-o", "out.png", "--size", "200x200"), "out.png", id="render"),
    pytest.param(
        ("lines", "few.txt", "--space", "numbers.txt", "--query", "one", "-o", "out.npz"), "out.npz", id="lines"
    ),
    pytest.param(
        ("neighbors", "numbers.txt", "--queries", "few.txt", "--json", "-o", "out.csv"), "out.csv", id="neighbors"
    ),
    pytest.param(("neighbors", "numbers.txt", "one", "--json", "-o", "out.csv"), "out.csv", id="neighbor"),
]
ANSWERING = [
    pytest.param((*TRAIN, "--sweep", "dims=2,3"), id="sweep"),
    pytest.param(("moved", "numbers.txt", "numbers.txt"), id="moved"),
    pytest.param(("lines", "few.txt", "--space", "numbers.txt", "--query", "one"), id="lines"),
    pytest.param(("neighbors", "numbers.txt", "--queries", "few.txt"), id="neighbors"),
]
CLOSINGS = (">&-", "2>&-", "<&- >&- 2>&-")


@pytest.fixture
def folder(vectors: Path) -> Path:
    vectors.with_name("text.txt").write_text(TEXT, encoding="utf-8")
    vectors.with_name("few.txt").write_text("one two\nthree\nfour\n", encoding="utf-8")
    return vectors.parent


@pytest.fixture
def unread() -> Iterator[int]:
    """The writing end of a pipe whose reader has gone."""
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


@pytest.fixture
def own_runs(environment: dict[str, str], runs: Path) -> dict[str, str]:
    """The environment of a process that keeps its trainings in a folder of the test."""
    return {**environment, "EMBEDVIZ_RUNS": str(runs), "EMBEDVIZ_CACHE": str(paths.cache())}


@pytest.mark.parametrize(("arguments", "made"), MAKING)
def test_a_file_is_made_though_nobody_reads_on(
    command: list[str], own_runs: dict[str, str], folder: Path, unread: int, arguments: tuple[str, ...], made: str
) -> None:
    done = subprocess.run(
        [*command, *arguments],
        env=own_runs,
        cwd=folder,
        stdout=unread,
        stderr=subprocess.PIPE,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert (folder / made).stat().st_size > 0
    assert [run.status for run in list_runs().runs] == (["complete"] if arguments[0] == "train" else [])


@pytest.mark.parametrize("arguments", ANSWERING)
def test_an_answer_that_nobody_reads_on_ends_quietly(
    command: list[str], own_runs: dict[str, str], folder: Path, unread: int, arguments: tuple[str, ...]
) -> None:
    done = subprocess.run(
        [*command, *arguments],
        env=own_runs,
        cwd=folder,
        stdout=unread,
        stderr=subprocess.PIPE,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("closing", CLOSINGS)
@pytest.mark.parametrize(("arguments", "made"), [MAKING[0], MAKING[2]])
def test_a_file_is_made_with_closed_streams(
    command: list[str], own_runs: dict[str, str], folder: Path, arguments: tuple[str, ...], made: str, closing: str
) -> None:
    shell = ["/bin/sh", "-c", f'exec "$@" {closing}', "sh", *command, *arguments]
    done = subprocess.run(shell, env=own_runs, cwd=folder, capture_output=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (folder / made).stat().st_size > 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_full_disk_behind_the_lines_is_told_once_and_the_file_is_made(
    command: list[str], own_runs: dict[str, str], folder: Path
) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*command, *TRAIN, "-o", "out.npz"],
            env=own_runs,
            cwd=folder,
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0
    assert done.stderr.count(b"\n") == 1
    assert b"could not be written: No space left on device. The work goes on without." in done.stderr
    assert (folder / "out.npz").stat().st_size > 0


def test_a_mention_that_is_not_read_is_lost_and_an_answer_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise BrokenPipeError

    abandoned: list[bool] = []
    monkeypatch.setattr(console, "abandon_output", lambda: abandoned.append(True))
    monkeypatch.setattr("builtins.print", gone)
    console.mention("epoch 1")
    assert abandoned == [True]
    with pytest.raises(BrokenPipeError):
        console.say("the answer")
