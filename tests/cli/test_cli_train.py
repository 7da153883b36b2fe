"""`embedviz train`: a line for each epoch, one file with its record, and Ctrl-C that keeps what is learned."""

from __future__ import annotations

import errno
import json
import signal
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

import embedviz
from embedviz import training
from embedviz.progress import Progress, Steps
from embedviz.space.run import EpochRecord
from embedviz.training import EncodedCorpus, TrainingOptions
from embedviz.training.moment import Start, Trained

Run = Callable[..., tuple[int, str, str]]
LINES = ("--lines", "running")
USUAL = ("--min-count", "1", "--dims", "3", "--epochs", "3")


class Trainer:
    """A trainer that draws its vectors; `interrupts` says at which steps a person presses Ctrl-C."""

    def __init__(self) -> None:
        self.interrupts: tuple[int, ...] = ()
        self.asked: TrainingOptions | None = None

    def __call__(self, corpus: EncodedCorpus, options: TrainingOptions, start: Start | None) -> Steps[Trained]:
        assert start is None
        self.asked = options
        vectors = np.random.default_rng(1).normal(size=(corpus.n_words, options.n_dims)).astype(np.float32)
        records: list[EpochRecord] = []
        for epoch in range(1, options.epochs + 1):
            records.append(EpochRecord(epoch, 1.5, float("nan"), 0.75, 0.02, 1234.0, "All moved."))
            if epoch in self.interrupts:
                signal.raise_signal(signal.SIGINT)
            command = yield Progress(epoch / options.epochs, "Training", records[-1])
            if command is not None and command.verb == "stop":
                return Trained(vectors, tuple(records), True, 1, stopped=True)
        return Trained(vectors, tuple(records), True, 1, stopped=False)


@pytest.fixture
def trainer(monkeypatch: pytest.MonkeyPatch) -> Trainer:
    made = Trainer()
    monkeypatch.setattr(training, "TRAINERS", {"skip-gram": made})
    return made


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.txt"
    path.write_text("the cat sat on the mat\nthe dog sat too\n", encoding="utf-8")
    return path


@pytest.mark.usefixtures("trainer")
def test_a_line_for_each_epoch_and_one_about_the_file(run_main: Run, corpus: Path) -> None:
    out = corpus.with_name("out.npz")
    code, said, err = run_main("train", str(corpus), "-o", str(out), *USUAL)
    assert (code, err) == (0, "")
    lines = said.splitlines()
    assert [line.split(":")[0] for line in lines[:3]] == ["epoch 1", "epoch 2", "epoch 3"]
    assert "loss 1.5000" in lines[0]
    assert "accuracy 75.0 %" in lines[0]
    assert "nan" not in lines[0], "the trainer has no held-out loss"
    assert lines[0].endswith("All moved.")
    assert f"Wrote {out}: 7 items, 3 dimensions, 3 epochs.\n  beside it: out.run.json\n" in said
    assert out.with_name("out.run.json").is_file()
    space = embedviz.open(out)
    assert space.source.run is not None
    assert len(space.source.run.epochs) == 3


@pytest.mark.usefixtures("trainer")
def test_json_is_an_object_a_line(run_main: Run, corpus: Path) -> None:
    code, said, _ = run_main("train", str(corpus), "-o", str(corpus.with_name("out.vec")), *USUAL, "--json")
    assert code == 0
    records = [json.loads(line, parse_constant=pytest.fail) for line in said.splitlines()]
    assert [record["epoch"] for record in records] == [1, 2, 3]
    expected = {"epoch": 1, "loss": 1.5, "heldout_loss": None, "accuracy": 0.75, "words_per_second": 1234.0}
    assert records[0] == expected


def test_every_option_reaches_the_trainer(run_main: Run, corpus: Path, trainer: Trainer) -> None:
    options = ("--dims", "2", "--window", "3", "--epochs", "4", "--min-count", "1", "--negatives", "6", "--seed", "9")
    more = (
        "--learning-rate",
        "0.05",
        "--subsample",
        "0",
        "--threads",
        "2",
        "--max-vocabulary",
        "5",
        "--lines",
        "running",
    )
    assert run_main("train", str(corpus), "-o", str(corpus.with_name("o.npz")), *options, *more)[0] == 0
    assert trainer.asked == TrainingOptions("skip-gram", 2, 3, 4, 1, 5, 6, 0.05, 0.0, 9, 2, "running")


def test_ctrl_c_stops_and_writes(run_main: Run, corpus: Path, trainer: Trainer) -> None:
    trainer.interrupts = (2,)
    before = signal.getsignal(signal.SIGINT)
    out = corpus.with_name("out.npz")
    code, said, err = run_main("train", str(corpus), "-o", str(out), *USUAL)
    assert code == 130
    assert f"stopped in epoch 2 of 3; what was learned is in {out}" in err
    assert "epoch 3" not in said
    run = embedviz.open(out).source.run
    assert run is not None
    assert (len(run.epochs), run.stopped) == (2, True)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_ctrl_c_gives_up(
    run_main: Run, corpus: Path, trainer: Trainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stubborn(corpus: EncodedCorpus, options: TrainingOptions, start: Start | None) -> Steps[Trained]:
        for step in range(9):
            signal.raise_signal(signal.SIGINT)
            yield Progress(step / 9, "Training")
        raise AssertionError("it was not interrupted")

    monkeypatch.setattr(training, "TRAINERS", {"skip-gram": stubborn})
    before = set(corpus.parent.iterdir())
    code, _, err = run_main("train", str(corpus), "-o", str(corpus.with_name("out.npz")), *USUAL)
    assert (code, err) == (130, "embedviz: interrupted\n")
    assert set(corpus.parent.iterdir()) == before


def test_ctrl_c_while_reading_writes_nothing(
    run_main: Run, corpus: Path, trainer: Trainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embedviz.training.vocabulary.decoded", _interrupting)
    code, said, err = run_main("train", str(corpus), "-o", str(corpus.with_name("out.npz")), *USUAL)
    assert (code, said) == (130, "")
    assert "nothing was learned yet. Nothing was written." in err
    assert list(corpus.parent.iterdir()) == [corpus]


def _interrupting(block: bytes) -> tuple[str, int]:
    if block.strip():
        signal.raise_signal(signal.SIGINT)
    return block.decode(), 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--epochs", "0"), "“0” is not a number from 1 upwards"),
        (("--min-count", "100"), "minimum count of 100 leaves no word"),
        (("--dims", "8"), "8 dimensions are more than the 7 words"),
        (("--learning-rate", "-1"), "The learning rate is -1.0"),
        (("--subsample", "nan"), "Subsample is nan"),
        (("--algorithm", "glove"), "no algorithm “glove”; choose skip-gram"),
    ],
)
@pytest.mark.usefixtures("trainer")
def test_wrong_options_are_one_line(run_main: Run, corpus: Path, arguments: tuple[str, ...], words: str) -> None:
    usual = ("train", str(corpus), "-o", str(corpus.with_name("out.npz")), *USUAL)
    code, said, err = run_main(*usual, *arguments)
    assert (code, said) == (2, "")
    assert words in err
    assert err.count("\n") == 1
    assert list(corpus.parent.iterdir()) == [corpus]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "holds no words"),
        (b"one one", "only one word"),
        ("some text".encode("utf-16"), "UTF-16"),
        (b"\x7fELF\2\1\1\0\0\0", "binary data"),
    ],
)
@pytest.mark.usefixtures("trainer")
def test_bad_texts_are_one_line(run_main: Run, corpus: Path, content: bytes, words: str) -> None:
    corpus.write_bytes(content)
    code, said, err = run_main("train", str(corpus), "-o", str(corpus.with_name("out.npz")), *USUAL)
    assert (code, said, err.count("\n")) == (2, "", 1)
    assert words in err


def test_an_output_that_cannot_be_is_refused_before_the_work(run_main: Run, corpus: Path, trainer: Trainer) -> None:
    (corpus.with_name("old.run.json")).write_text("mine")
    for name, words in (("out.xyz", "names no format"), ("none/out.npz", "no folder"), ("old.npz", "exists already")):
        code, said, err = run_main("train", str(corpus), "-o", str(corpus.parent / name), *USUAL)
        assert (code, said) == (2, "")
        assert words in err
    assert trainer.asked is None


@pytest.mark.usefixtures("trainer")
def test_a_full_disk_loses_nothing(
    run_main: Run, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setenv("EMBEDVIZ_CACHE", str(tmp_path / "cache"))
    with monkeypatch.context() as patch:
        patch.setattr("embedviz.formats.text_writing.write_lines", full)
        patch.setattr("embedviz.formats.npy.write_lines", full)
        code, _, err = run_main("train", str(corpus), "-o", str(corpus.with_name("out.npy")), *USUAL)
    assert code == 2
    assert "the disk is full" in err
    assert err.count("\n") == 1
    (kept,) = (tmp_path / "cache").glob("trained-*.npz")
    assert str(kept) in err
    assert embedviz.open(kept).source.run is not None
    assert {path.name for path in corpus.parent.iterdir()} == {"corpus.txt", "cache"}


def test_the_whole_way_with_the_real_trainer(run_main: Run, tmp_path: Path) -> None:
    corpus = tmp_path / "two.txt"
    rng = np.random.default_rng(3)
    words = (["cat", "dog", "cow", "hen"], ["red", "blue", "pink", "green"])
    lines = [" ".join(rng.choice(words[at % 2], 8)) for at in range(4_000)]
    corpus.write_text("\n".join(lines), encoding="utf-8")
    out = tmp_path / "two.npz"
    options = ("--dims", "8", "--epochs", "2", "--subsample", "0", "--json")
    code, said, err = run_main("train", str(corpus), "-o", str(out), *options)
    assert (code, err) == (0, "")
    epochs = [json.loads(line) for line in said.splitlines()]
    assert [epoch["epoch"] for epoch in epochs] == [1, 2]
    assert epochs[1]["heldout_loss"] < np.log(2) * 6
    assert epochs[1]["accuracy"] > 0.5
    space = embedviz.open(out)
    assert set(space.neighbors("cat", 3).labels) == {"dog", "cow", "hen"}
    again = embedviz.train(corpus, n_dims=8, epochs=2, subsample=0)
    assert np.array_equal(again.vectors, space.vectors)


@pytest.mark.parametrize("algorithm", training.ALGORITHMS)
def test_what_is_not_named_suits_the_algorithm_here_and_in_python(
    run_main: Run, tmp_path: Path, algorithm: str
) -> None:
    corpus, out = tmp_path / "many.txt", tmp_path / "out.npz"
    corpus.write_text("the cat sat on the mat\nthe dog sat too\n" * 60, encoding="utf-8")
    code, _, err = run_main("train", str(corpus), "-o", str(out), "--algorithm", algorithm, "--dims", "3", "--json")
    assert (code, err) == (0, "")
    space = embedviz.train(corpus, algorithm=algorithm, n_dims=3)
    wished = asdict(training.suited_options(algorithm, n_dims=3))
    for run in (embedviz.open(out).source.run, space.source.run):
        assert run is not None
        told = {**run.options, "lines": "auto"}  # it tells what the lines were taken for
        assert {name: told[name] for name in wished} == wished
