"""What a person wishes while a training runs: pause, resume, another rate; and a start that is not new."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from cut_trainings import story
from skip_gram_oracle import compiled_kernels, corpus_of, grouped_sentences

from embedviz.errors import NothingLearnedError, OptionError
from embedviz.progress import Command, Progress, Steps, finish
from embedviz.training import train_steps
from embedviz.training.moment import Moment, Start, Trained
from embedviz.training.options import TrainingOptions
from embedviz.training.skip_gram import skip_gram_steps

SMALL = TrainingOptions(n_dims=12, epochs=4, min_count=1, window=3)
OPTIONS = TrainingOptions(n_dims=20, epochs=4, subsample=0.0)


@pytest.fixture(scope="module")
def grouped():
    compiled_kernels()
    return corpus_of(grouped_sentences(8, 10, 20_000, seed=1))


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands are heard within an epoch, however short it is."""
    monkeypatch.setattr("embedviz.training.epochs._POLL_SECONDS", 0.001)


def until(steps: Steps[Trained], text: str) -> Progress:
    while not (step := next(steps)).text.startswith(text):
        pass
    return step


def test_a_pause_stands_still_and_the_same_vectors_come_of_it(grouped) -> None:
    plain = finish(skip_gram_steps(grouped, OPTIONS))
    steps = skip_gram_steps(grouped, OPTIONS)
    until(steps, "Training, epoch 2 ")
    steps.send(Command("pause"))
    first = until(steps, "Paused in epoch 2 of 4")
    assert first.partial is None
    later = [next(steps) for _ in range(5)]
    assert {step.text for step in later} == {"Paused in epoch 2 of 4"}
    assert len({step.fraction for step in later[1:]}) == 1, "nothing is learned meanwhile"
    steps.send(Command("resume"))
    paused = finish(steps)
    assert paused.vectors.tobytes() == plain.vectors.tobytes()
    assert paused.records[1].words_per_second > 0.3 * plain.records[1].words_per_second, "a pause is no training time"


@pytest.mark.parametrize("verb", ["stop", "close"])
def test_a_paused_training_can_be_ended(grouped, verb) -> None:
    before = set(threading.enumerate())
    steps = skip_gram_steps(grouped, OPTIONS)
    until(steps, "Training, epoch 2 ")
    steps.send(Command("pause"))
    until(steps, "Paused")
    if verb == "close":
        steps.close()
    else:
        steps.send(Command("stop"))
        assert finish(steps).stopped
    assert set(threading.enumerate()) <= before


def test_a_pause_that_comes_while_an_epoch_is_measured_holds_the_next(grouped) -> None:
    steps = skip_gram_steps(grouped, OPTIONS)
    until(steps, "Measuring epoch 1 ")
    steps.send(Command("pause"))
    until(steps, "Paused in epoch 2 of 4")
    steps.close()


def test_another_learning_rate_counts_from_the_next_slice_on_and_is_told(grouped) -> None:
    plain = finish(skip_gram_steps(grouped, OPTIONS))
    steps = skip_gram_steps(grouped, OPTIONS)
    until(steps, "Measuring epoch 1 ")
    steps.send(Command("set", {"learning_rate": 0.05}))
    changed = finish(steps)
    assert changed.remarks == ("The learning rate was set to 0.05 in epoch 1.",)
    assert changed.records[1].learning_rate == pytest.approx(2 * plain.records[1].learning_rate)
    assert plain.remarks == ()


def test_an_impossible_learning_rate_is_refused(grouped) -> None:
    steps = skip_gram_steps(grouped, OPTIONS)
    until(steps, "Training")
    with pytest.raises(OptionError, match="learning rate"):
        steps.send(Command("set", {"learning_rate": -1.0}))


def test_a_training_goes_on_from_its_state_as_if_it_had_not_ended(grouped) -> None:
    whole = finish(skip_gram_steps(grouped, OPTIONS))
    steps = skip_gram_steps(grouped, OPTIONS)
    records = []
    while len(records) < 2:
        moment = next(steps).partial
        if isinstance(moment, Moment) and moment.record is not None:
            records.append(moment.record)
    start = Start(tuple(matrix.copy() for matrix in moment.state), tuple(records))
    steps.close()
    rest = finish(skip_gram_steps(grouped, OPTIONS, start))
    assert rest.vectors.tobytes() == whole.vectors.tobytes()
    assert [(r.epoch, r.loss, r.sentence) for r in rest.records] == [
        (r.epoch, r.loss, r.sentence) for r in whole.records
    ]


def test_moments_show_the_vectors_as_they_are(grouped) -> None:
    seen: list[np.ndarray] = []

    def look(step: Progress) -> None:
        if isinstance(step.partial, Moment):
            seen.append(step.partial.rows(0, 5).copy())

    trained = finish(skip_gram_steps(grouped, OPTIONS), look)
    assert all(rows.shape == (5, 20) for rows in seen)
    assert np.abs(seen[0]).max() <= 0.5 / 20, "the start"
    assert np.array_equal(seen[-1], trained.vectors[:5])


@pytest.mark.parametrize("at", ["Preparing to train", "Beginning to train"])
def test_a_stop_that_comes_before_the_first_epoch_is_not_lost(tmp_path, at) -> None:
    steps = train_steps(story(tmp_path), SMALL)
    while at not in next(steps).text:
        pass
    with pytest.raises(NothingLearnedError):  # noqa: PT012  # it comes with the command, or soon after
        steps.send(Command("stop"))
        finish(steps)


@pytest.mark.parametrize("at", ["Counting", "Encoding", "Preparing to train", "Beginning to train"])
def test_another_rate_that_is_set_before_it_begins_counts(tmp_path, at) -> None:
    steps = train_steps(story(tmp_path), SMALL)
    while not (step := next(steps)).text.startswith(at) and step.fraction != 1.0:
        pass
    assert step.text.startswith(at)
    steps.send(Command("set", {"learning_rate": 0.1}))
    run = finish(steps).source.run
    assert run.epochs[0].learning_rate > 0.05


def test_a_pause_while_the_text_is_read_holds_the_first_epoch(tmp_path) -> None:
    steps = train_steps(story(tmp_path), SMALL)
    while not next(steps).text.startswith("Counting"):
        pass
    steps.send(Command("pause"))
    until(steps, "Paused in epoch 1 of ")
    steps.close()
