"""Training from the window's side: records arrive, stop keeps, cancel keeps nothing, prose is offered."""

from __future__ import annotations

import csv
import json
import os
import sys
import threading

import numpy as np
import pytest
from cut_trainings import GROUPS, story

from embedviz import training
from embedviz.operations.background import BACKGROUND_NICENESS
from embedviz.training import TrainingOptions

SMALL = TrainingOptions(n_dims=12, epochs=3, min_count=1, window=3)


@pytest.fixture
def corpus(tmp_path):
    return str(story(tmp_path, 1500))


@pytest.fixture
def trained(qtbot, operations):
    """Wait until the training has ended."""
    return lambda: qtbot.waitUntil(lambda: not operations.is_training, timeout=60_000)


def test_each_epoch_is_recorded_and_the_space_takes_the_place_of_the_open_one(
    session, operations, space, said, corpus, trained, idle
):
    records = []
    operations.epoch_recorded.connect(records.append)
    operations.train(corpus, SMALL)
    assert operations.is_training
    assert session.state.space is space
    trained()
    idle()
    learned = session.state.space
    assert [record.epoch for record in records] == [1, 2, 3]
    assert learned.source.run.epochs == tuple(records)
    assert sorted(learned.labels) == sorted(word for group in GROUPS for word in group)
    assert learned.n_dims == 12
    assert said[-1].text.startswith("Trained 12 words in 3 epochs; held-out loss ")
    operations.undo()
    assert session.state.space is space


def test_a_second_training_is_refused_and_the_first_goes_on(operations, said, corpus, trained, idle):
    operations.train(corpus, SMALL)
    operations.train(corpus, SMALL)
    assert said[-1].kind == "error"
    assert "still running" in said[-1].text
    trained()
    idle()
    assert said[-1].text.startswith("Trained")


def test_stop_keeps_what_is_learned(qtbot, session, operations, said, corpus, trained, idle):
    with qtbot.waitSignal(operations.epoch_recorded, timeout=60_000):
        operations.train(corpus, TrainingOptions(n_dims=12, epochs=1000, min_count=1))
    operations.stop_training()
    trained()
    idle()
    run = session.state.space.source.run
    assert run.stopped
    assert 1 <= len(run.epochs) < 1000
    assert np.isfinite(session.state.space.vectors).all()
    assert "stopped early" in said[-1].text


def test_cancel_keeps_nothing(qtbot, session, operations, space, said, corpus, idle):
    with qtbot.waitSignal(operations.epoch_recorded, timeout=60_000):
        operations.train(corpus, TrainingOptions(n_dims=12, epochs=1000, min_count=1))
    operations.cancel_training()
    idle()
    assert session.state.space is space
    assert said == []
    assert not operations.is_training


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (TrainingOptions(epochs=0), "epochs"),
        (TrainingOptions(min_count=10**6), "count"),
    ],
)
def test_options_that_cannot_be_are_said(session, operations, space, said, corpus, idle, options, words):
    operations.train(corpus, options)
    idle()
    assert said[-1].kind == "error"
    assert words in said[-1].text
    assert session.state.space is space


def test_a_preview_counts_what_is_there(qtbot, operations, corpus, idle):
    with qtbot.waitSignal(operations.corpus_previewed, timeout=10_000) as heard:
        operations.preview_corpus(corpus, SMALL)
    preview = heard.args[0]
    assert (preview.n_tokens, preview.n_words, preview.n_kept, preview.coverage) == (9000, 12, 12, 1.0)
    idle()


def test_opened_prose_is_offered_to_the_training(qtbot, session, operations, space, said, tmp_path, idle):
    story = tmp_path / "novel.txt"
    story.write_text("It was a dark night, and nobody was awake in the house by the river. " * 20, encoding="utf-8")
    with qtbot.waitSignal(operations.corpus_offered, timeout=10_000) as heard:
        operations.open_file(story)
    idle()
    assert heard.args == [str(story)]
    assert session.state.view.mode == "train"
    assert said[-1].text == "“novel.txt” reads as prose, not vectors. Press Train to learn vectors from it."
    assert session.state.space is space


def test_epochs_are_saved_as_csv_and_json(session, operations, said, corpus, trained, idle, tmp_path):
    operations.save_run(tmp_path / "none.csv")
    assert "no epochs" in said[-1].text
    operations.train(corpus, SMALL)
    trained()
    idle()
    operations.save_run(tmp_path / "run.csv")
    operations.save_run(tmp_path / "run.json")
    with (tmp_path / "run.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    epochs = session.state.space.source.run.epochs
    assert [float(row["loss"]) for row in rows] == [record.loss for record in epochs]
    assert [each["accuracy"] for each in json.loads((tmp_path / "run.json").read_text())["epochs"]] == [
        record.accuracy for record in epochs
    ]


def test_epochs_so_far_begin_anew_with_each_training(operations, corpus, trained, idle):
    for _ in range(2):
        operations.train(corpus, SMALL)
        assert operations.epochs_so_far == ()
        trained()
        idle()
        assert [record.epoch for record in operations.epochs_so_far] == [1, 2, 3]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets one thread give way")
def test_training_gives_way_to_the_window(operations, corpus, monkeypatch, trained, idle):
    own, seen = threading.get_native_id(), []

    def watched(*args, **kwargs):
        seen.append((threading.get_native_id(), os.getpriority(os.PRIO_PROCESS, threading.get_native_id())))
        return (yield from train_steps(*args, **kwargs))

    train_steps = training.train_steps
    monkeypatch.setattr(training, "train_steps", watched)
    before = os.getpriority(os.PRIO_PROCESS, own)
    operations.train(corpus, SMALL)
    trained()
    idle()
    ((thread, niceness),) = seen
    assert thread != own
    assert niceness == max(before, BACKGROUND_NICENESS)
    assert os.getpriority(os.PRIO_PROCESS, own) == before
