"""Sweeping one option: each point is the training that would be made by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from embedviz.errors import FormatError, NothingLearnedError, OptionError
from embedviz.formats.run_store import kept_runs
from embedviz.progress import Command, Progress, finish
from embedviz.training import TrainingOptions, encode_steps, sweep, train_steps
from embedviz.training.sweep import Figure, SweepPoint, comparable, sweep_steps, values_of

OPTIONS = TrainingOptions(n_dims=4, window=2, epochs=2, min_count=1, subsample=0.0, seed=7)


@pytest.fixture
def corpus(text):
    rng = np.random.default_rng(3)
    words = [f"w{n}" for n in range(12)]
    return text("\n".join(" ".join(rng.choice(words, 8)) for _ in range(300)))


def vectors_as_figures(spaces):
    """A measure that remembers what it was given."""

    def measure(space):
        spaces.append(space)
        yield Progress(0.5, "Looking")
        return (Figure("mean", float(space.vectors.mean())),)

    return measure


@pytest.mark.parametrize(
    ("name", "values"), [("n_dims", [2, 9]), ("window", [1, 3]), ("epochs", [1, 3]), ("min_count", [1, 2])]
)
def test_each_point_is_the_training_made_by_itself_bit_for_bit(corpus, name, values) -> None:
    spaces = []
    made = finish(sweep_steps(corpus, OPTIONS, name, values, seeds=2, measure=vectors_as_figures(spaces)))
    asked = [(value, seed) for value in values for seed in (7, 8)]
    assert [(point.value, point.seed) for point in made.points] == asked
    for point, space, (value, seed) in zip(made.points, spaces, asked, strict=True):
        alone = finish(train_steps(corpus, replace(OPTIONS, **{name: value, "seed": seed}), keep=False))
        np.testing.assert_array_equal(space.vectors, alone.vectors)
        last = alone.source.run.epochs[-1]
        assert (point.heldout_loss, point.accuracy) == (last.heldout_loss, last.accuracy)
        assert point.figures == (Figure("mean", float(alone.vectors.mean())),)
        assert point.seconds > 0
    assert not made.stopped


def test_seconds_are_those_of_learning_and_agree_with_the_words_per_second(corpus) -> None:
    spaces = []
    made = finish(sweep_steps(corpus, OPTIONS, "epochs", [1, 3], measure=vectors_as_figures(spaces)))
    for point, space in zip(made.points, spaces, strict=True):
        records = space.source.run.epochs
        assert point.seconds == sum(record.seconds for record in records)
        read = [0.99 * 300 * 8] * len(records)  # one sentence of a hundred is held out
        assert [record.words_per_second * record.seconds for record in records] == pytest.approx(read)


def test_the_points_are_told_as_they_are_made_and_no_run_is_kept(corpus) -> None:
    before = kept_runs()
    steps, fractions = [], []

    def watch(step):
        steps.append(step.partial)
        fractions.append(step.fraction)

    made = finish(sweep_steps(corpus, OPTIONS, "window", [1, 2, 3]), watch)
    assert tuple(each for each in steps if each is not None) == made.points
    told = [each for each in fractions if each is not None]
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1)
    assert kept_runs() == before


def test_the_text_is_read_once_unless_the_option_changes_how(corpus, monkeypatch) -> None:
    read = []

    def counted(*arguments, **options):
        read.append(arguments)
        return encode_steps(*arguments, **options)

    monkeypatch.setattr(sweep, "encode_steps", counted)
    monkeypatch.setattr("embedviz.training.encode_steps", counted)
    finish(sweep_steps(corpus, OPTIONS, "window", [1, 2, 3]))
    assert len(read) == 1
    finish(sweep_steps(corpus, OPTIONS, "min_count", [1, 2, 3]))
    assert len(read) == 4


def stopped_after(n_points, *arguments, **options):
    steps = sweep_steps(*arguments, **options)
    command, seen = None, 0
    try:
        while True:
            step = steps.send(command) if command else next(steps)
            seen += isinstance(step.partial, SweepPoint)
            command = Command("stop") if seen == n_points else None
    except StopIteration as done:
        return done.value


def test_a_stop_keeps_the_points_that_are_complete(corpus) -> None:
    made = stopped_after(2, corpus, OPTIONS, "window", [1, 2, 3, 4])
    assert [point.value for point in made.points] == [1, 2]
    assert made.stopped


def test_a_stop_before_the_first_point_leaves_nothing(corpus) -> None:
    with pytest.raises(NothingLearnedError):
        stopped_after(0, corpus, OPTIONS, "window", [1, 2])


@pytest.mark.parametrize(
    ("name", "values", "why"),
    [
        ("colour", [1], "cannot be swept"),
        ("seed", [1], "cannot be swept"),
        ("n_dims", [], "no value"),
        ("n_dims", [2.5], "whole numbers"),
        ("n_dims", [0], "from 1 to"),
        ("window", [float("inf")], "whole numbers"),
        ("learning_rate", [float("nan")], "numbers"),
        ("learning_rate", ["a"], "numbers"),
        ("n_dims", list(range(1, 300)), "200 trainings"),
    ],
)
def test_what_cannot_be_swept_is_refused_before_anything_is_read(tmp_path, name, values, why) -> None:
    with pytest.raises(OptionError, match=why):
        finish(sweep_steps(tmp_path / "missing.txt", OPTIONS, name, values))


@pytest.mark.parametrize(
    ("algorithm", "name", "others"),
    [
        ("glove", "negatives", "n_dims, window, epochs, min_count, learning_rate"),
        ("ppmi-svd", "epochs", "n_dims, window, min_count"),
        ("random", "window", "n_dims, min_count"),
    ],
)
def test_an_option_that_changes_nothing_for_the_algorithm_is_refused(tmp_path, algorithm, name, others) -> None:
    with pytest.raises(OptionError, match=f"{name!r} changes nothing for {algorithm}; choose {others}\\."):
        finish(sweep_steps(tmp_path / "missing.txt", replace(OPTIONS, algorithm=algorithm), name, [1, 2]))


def test_more_dimensions_than_words_are_refused_at_once(corpus) -> None:
    with pytest.raises(OptionError, match="at most 12 dimensions"):
        finish(sweep_steps(corpus, OPTIONS, "n_dims", [2, 13]))


def test_what_is_wrong_with_the_text_is_told(text) -> None:
    with pytest.raises(FormatError):
        finish(sweep_steps(text(""), OPTIONS, "window", [1, 2]))


def test_typed_values_are_numbers_with_commas_or_blanks_each_once() -> None:
    assert values_of("n_dims", "2, 5,10 50;  5") == [2, 5, 10, 50]
    assert values_of("learning_rate", "0.01 0.1") == [0.01, 0.1]
    for typed in ("", "2, x", "2.5", "nan", "1e999"):
        with pytest.raises(OptionError):
            values_of("n_dims", typed)


def test_it_is_said_what_can_be_compared() -> None:
    assert comparable("n_dims").startswith("All are measured on the same held-out pairs")
    assert comparable("window").startswith("Do not compare the held-out loss")
