"""From a text to a space with its run, which is kept beside every file it is saved in."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import embedviz
from embedviz import training
from embedviz.errors import NothingLearnedError, OptionError, OutputError
from embedviz.formats import save_run
from embedviz.progress import Command, finish
from embedviz.space import EmbeddingSpace
from embedviz.space.run import EpochRecord
from embedviz.training import TrainingOptions, train_steps

Text = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("fake_trainer")


@pytest.fixture
def trained(text: Text) -> EmbeddingSpace:
    return embedviz.train(text(), n_dims=3, min_count=1, epochs=3)


def test_a_space_of_words_with_counts_and_a_run(trained: EmbeddingSpace) -> None:
    assert trained.labels[:3] == ["the", "cat", "sat"]
    assert trained.metadata["count"].values.tolist()[:2] == [5, 2]
    assert (trained.n_items, trained.n_dims) == (9, 3)
    source = trained.source
    assert (source.format, source.name) == ("trained", "corpus.txt")
    assert source.options["corpus"].endswith("corpus.txt")
    assert source.run is not None
    assert [epoch.epoch for epoch in source.run.epochs] == [1, 2, 3]
    assert (source.run.n_tokens, source.run.n_words, source.run.seed, source.run.stopped) == (17, 9, 1, False)
    assert source.run.options["n_dims"] == 3


def test_progress_carries_a_record_for_each_epoch(text: Text) -> None:
    partials: list[object] = []
    embedviz.train(text(), n_dims=2, min_count=1, epochs=4, on_progress=lambda step: partials.append(step.partial))
    records = [partial for partial in partials if isinstance(partial, EpochRecord)]
    assert [record.epoch for record in records] == [1, 2, 3, 4]


def test_stop_keeps_what_is_learned(text: Text) -> None:
    steps = train_steps(text(), TrainingOptions(min_count=1, n_dims=2))
    while not isinstance(next(steps).partial, EpochRecord):
        pass
    assert steps.send(Command("stop")).partial is None
    space = finish(steps)
    run = space.source.run
    assert run is not None
    assert (len(run.epochs), run.stopped) == (1, True)
    assert any(note.kind == "stopped" for note in space.notes)


def test_stop_while_the_text_is_read_has_nothing_to_keep(text: Text) -> None:
    steps = train_steps(text(), TrainingOptions(min_count=1, n_dims=2))
    next(steps)
    with pytest.raises(NothingLearnedError, match="nothing was learned"):
        steps.send(Command("stop"))


def test_unknown_algorithms_name_the_known(text: Text) -> None:
    with pytest.raises(OptionError, match="no algorithm “glove”; choose skip-gram"):
        embedviz.train(text(), algorithm="glove")


def test_notes_say_what_was_left_out(text: Text) -> None:
    space = embedviz.train(text(b"caf\xe9 and tea and tea"), n_dims=2, min_count=2)
    told = {note.kind: note.count for note in space.notes}
    assert told["bad_utf8"] == 1
    assert told["rare_words"] == 1


@pytest.mark.parametrize("name", ["out.txt", "out.vec", "out.bin", "out.npy", "out.npz", "out.tsv", "out.parquet"])
def test_the_run_is_saved_beside_any_file_and_read_back(trained: EmbeddingSpace, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    embedviz.save(trained, path)
    assert (tmp_path / "out.run.json").is_file()
    again = embedviz.open(path)
    assert again.source.run == trained.source.run
    assert again.source.companions[-1] == tmp_path / "out.run.json"
    assert np.array_equal(again.vectors, trained.vectors)


def test_numbers_that_are_not_finite_survive(trained: EmbeddingSpace, tmp_path: Path) -> None:
    run = trained.source.run
    assert run is not None
    run = replace(run, epochs=(replace(run.epochs[0], loss=math.nan),))
    space = EmbeddingSpace(trained.vectors, trained.labels, replace(trained.source, run=run))
    embedviz.save(space, tmp_path / "out.npz")
    json.loads((tmp_path / "out.run.json").read_text(), parse_constant=pytest.fail)
    again = embedviz.open(tmp_path / "out.npz").source.run
    assert again is not None
    assert math.isnan(again.epochs[0].loss)


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda facts: facts | {"n_items": 8}, "about 8 items"),
        (lambda facts: facts | {"rows_hash": "0"}, "other vectors"),
        (lambda facts: facts | {"version": 2}, "no run record"),
        (lambda facts: facts | {"epochs": [{}]}, "lacks something"),
        (lambda facts: facts | {"epochs": 3}, "lacks something"),
        (lambda facts: facts | {"n_tokens": "many"}, "lacks something"),
        (lambda facts: [facts], "no run record"),
    ],
)
def test_a_record_that_does_not_fit_is_ignored_with_a_note(
    trained: EmbeddingSpace, tmp_path: Path, damage: Callable[[dict[str, object]], object], why: str
) -> None:
    embedviz.save(trained, tmp_path / "out.npz")
    record = tmp_path / "out.run.json"
    record.write_text(json.dumps(damage(json.loads(record.read_text()))))
    space = embedviz.open(tmp_path / "out.npz")
    assert space.source.run is None
    assert [note for note in space.notes if note.kind == "companion" and why in note.text]


def test_a_truncated_record_never_stops_the_opening(trained: EmbeddingSpace, tmp_path: Path) -> None:
    embedviz.save(trained, tmp_path / "out.npz")
    record = tmp_path / "out.run.json"
    whole = record.read_bytes().rstrip()
    for length in range(0, len(whole), 37):
        record.write_bytes(whole[:length])
        assert embedviz.open(tmp_path / "out.npz").source.run is None


def test_record_and_vectors_are_saved_together_or_not_at_all(
    trained: EmbeddingSpace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("embedviz.formats.saving.write_run", full)
    before = set(tmp_path.iterdir())
    with pytest.raises(OutputError, match="the disk is full"):
        embedviz.save(trained, tmp_path / "out.npz")
    assert set(tmp_path.iterdir()) == before


def test_an_existing_record_is_not_replaced_unasked(trained: EmbeddingSpace, tmp_path: Path) -> None:
    (tmp_path / "out.run.json").write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        embedviz.save(trained, tmp_path / "out.npz")
    assert not (tmp_path / "out.npz").exists()
    embedviz.save(trained, tmp_path / "out.npz", overwrite=True)
    assert embedviz.open(tmp_path / "out.npz").source.run == trained.source.run


def test_the_trace_as_a_table(trained: EmbeddingSpace, tmp_path: Path) -> None:
    run = trained.source.run
    assert run is not None
    save_run(run, tmp_path / "trace.csv")
    with (tmp_path / "trace.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == [1, 2, 3]
    assert [float(row["loss"]) for row in rows] == [epoch.loss for epoch in run.epochs]
    assert rows[0]["sentence"] == run.epochs[0].sentence
    save_run(run, tmp_path / "trace.json")
    facts = json.loads((tmp_path / "trace.json").read_text(encoding="utf-8"))
    assert facts["epochs"][2]["heldout_loss"] == run.epochs[2].heldout_loss
    with pytest.raises(OutputError, match="exists already"):
        save_run(run, tmp_path / "trace.csv")
    with pytest.raises(OutputError, match=r"\.csv or \.json"):
        save_run(run, tmp_path / "trace.txt")


def test_the_trainer_stands_in_one_registry() -> None:
    assert "skip-gram" in training.TRAINERS
    assert finish(train_steps("sample:small-world", TrainingOptions(n_dims=2, epochs=1))).source.name == "small world"
