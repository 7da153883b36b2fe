"""A training that is killed goes on from its last epoch, and learns what it would have learned."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cut_trainings import OPTIONS, cut_short, story

import embedviz
from embedviz import formats, training
from embedviz.errors import FormatError, OutputError
from embedviz.progress import Progress, Steps
from embedviz.training import resume_steps

pytestmark = pytest.mark.usefixtures("runs")

Run = Callable[..., tuple[int, str, str]]
ASKED = ("--dims", "12", "--epochs", "30", "--min-count", "1", "--window", "3")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows knows no SIGKILL")
def test_a_killed_training_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    corpus, out = story(tmp_path, 10_000), tmp_path / "out.npz"
    program = [sys.executable, "-m", "embedviz", "train"]
    asked = [str(corpus), "-o", str(out), *ASKED, "--json"]
    with subprocess.Popen([*program, *asked], stdout=subprocess.PIPE, text=True, env=os.environ.copy()) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["epoch"] == 2:
                process.kill()
                break
    assert process.returncode == -signal.SIGKILL
    assert not out.exists()
    (run,) = embedviz.runs()
    assert run.status == "interrupted"
    assert run.resumes_after is not None
    assert 2 <= run.resumes_after < 30
    resumed = subprocess.run(
        [*program, "--resume", run.name, "-o", str(out), "--json"], capture_output=True, text=True, check=True
    )
    epochs = [json.loads(line)["epoch"] for line in resumed.stdout.splitlines()]
    assert epochs == list(range(run.resumes_after + 1, 31))
    whole = embedviz.train(corpus, n_dims=12, epochs=30, min_count=1, window=3)
    space = embedviz.open(out)
    assert space.vectors.tobytes() == whole.vectors.tobytes()
    assert space.source.run is not None
    assert whole.source.run is not None
    figures = [[(each.epoch, each.loss, each.heldout_loss) for each in one.source.run.epochs] for one in (space, whole)]
    assert figures[0] == figures[1]
    assert formats.read_run(run.name).status == "complete"


def test_from_python(tmp_path: Path) -> None:
    corpus = story(tmp_path)
    name = cut_short(corpus)
    told: list[object] = []
    space = embedviz.resume(f"run:{name}", on_progress=lambda step: told.append(step.partial))
    whole = embedviz.train(corpus, n_dims=12, epochs=4, min_count=1, window=3)
    assert np.array_equal(space.vectors, whole.vectors)
    found = embedviz.trace(name, "cat", 3)
    assert [column.epoch for column in found.columns] == [0, 1, 2, 3, 4]
    assert found.columns[-1].labels == space.neighbors("cat", 3).labels
    assert [run.status for run in embedviz.runs()] == ["complete", "complete"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda corpus: corpus.unlink(), "story.txt"),
        (lambda corpus: corpus.write_text("other words stand here now\n" * 400, encoding="utf-8"), "has changed since"),
    ],
)
def test_a_text_that_is_gone_or_another_is_told(
    run_main: Run, tmp_path: Path, change: Callable[[Path], object], words: str
) -> None:
    corpus = story(tmp_path)
    name = cut_short(corpus)
    change(corpus)
    code, said, err = run_main("train", "--resume", name, "-o", str(tmp_path / "out.npz"))
    assert (code, said, err.count("\n")) == (2, "", 1)
    assert words in err
    assert formats.read_run(name).resumes_after == 2, "it may still go on once the text is back"


def test_it_is_held_from_the_first_step_on_before_its_text_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_main: Run
) -> None:
    name = cut_short(story(tmp_path))
    read: list[object] = []

    def reading(*asked: object, **_: object) -> Steps[None]:
        read.append(asked)
        yield Progress(0.0, "Reading")

    monkeypatch.setattr(training, "encode_steps", reading)
    steps = resume_steps(name)
    next(steps)
    assert formats.read_run(name).status == "running"
    code, _, err = run_main("train", "--resume", name, "-o", str(tmp_path / "out.npz"))
    assert (code, err.count("\n")) == (2, 1)
    assert f"The run “{name}” is being trained now, here or by another program" in err
    assert len(read) == 1, "the second has read nothing"
    steps.close()
    assert formats.read_run(name).status == "interrupted"


@pytest.mark.parametrize("n_steps", [1, 3, 8, 12])
def test_it_is_let_go_of_wherever_it_is_given_up(tmp_path: Path, n_steps: int) -> None:
    name = cut_short(story(tmp_path))
    steps = resume_steps(name)
    for _ in range(n_steps):
        next(steps)
    steps.close()
    assert formats.read_run(name).status == "interrupted"
    assert embedviz.resume(name).source.options["run"] == name


@pytest.mark.parametrize("where", ["formats.run_holding.kept_in", "training.encode_steps", "training.resumed_steps"])
def test_it_is_let_go_of_where_something_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    name = cut_short(story(tmp_path))

    def fail(*_: object, **__: object) -> None:
        raise FormatError("It fails here.")

    with monkeypatch.context() as patch:
        patch.setattr(f"embedviz.{where}", fail)
        with pytest.raises(FormatError, match="It fails here"):
            embedviz.resume(name)
    assert formats.read_run(name).status == "interrupted"


def test_a_run_that_cannot_be_held_does_not_go_on(tmp_path: Path) -> None:
    name = cut_short(story(tmp_path))
    lock = tmp_path / "runs" / name / "training.lock"
    lock.unlink()
    lock.mkdir()  # which nobody can write to, not even an administrator
    with pytest.raises(OutputError, match="cannot go on, as none of it could be kept"):
        embedviz.resume(name)
    lock.rmdir()
    assert formats.read_run(name).resumes_after == 2


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("-o", "out.npz"), "Name a text to train on"),
        (("--resume", "story-1", "-o", "out.npz", "--dims", "7"), "its own text and options"),
        (("other.txt", "--resume", "story-1", "-o", "out.npz"), "its own text and options"),
        (("--resume", "story-1", "-o", "out.npz", "--sweep", "dims=2,3"), "its own text and options"),
        (("--resume", "nobody-1", "-o", "out.npz"), "There is no run “nobody-1”"),
    ],
)
def test_wrong_use(run_main: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given, words: str) -> None:
    monkeypatch.chdir(tmp_path)
    code, said, err = run_main("train", *given)
    assert (code, said, err.count("\n")) == (2, "", 1)
    assert words in err


def test_a_complete_run_does_not_go_on(run_main: Run, tmp_path: Path) -> None:
    embedviz.train(story(tmp_path), n_dims=OPTIONS.n_dims, epochs=1, min_count=1)
    (run,) = embedviz.runs()
    code, _, err = run_main("train", "--resume", run.name, "-o", str(tmp_path / "out.npz"))
    assert code == 2
    assert "is complete; only one that was cut short can go on" in err


def test_a_run_that_is_stopped_again_says_how_far_it_was_to_go(
    run_main: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from embedviz.cli import train

    name = cut_short(story(tmp_path))
    say_epoch = train._say_epoch

    def interrupting(record, *, as_json: bool) -> None:
        say_epoch(record, as_json=as_json)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(train, "_say_epoch", interrupting)
    code, _, err = run_main("train", "--resume", name, "-o", str(tmp_path / "out.npz"))
    assert code == 130
    assert "stopped in epoch 3 of 4" in err
    assert formats.read_run(name).resumes_after == 3
