"""Sweeping as an operation: points come one by one, a stop keeps them, one training at a time."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz.operations.sweeping import Plan, sweep_rows
from embedviz.progress import finish
from embedviz.training import SMALL_WORLD, TrainingOptions
from embedviz.training.sweep import sweep_steps

OPTIONS = TrainingOptions(n_dims=4, window=2, epochs=2, min_count=1, subsample=0.0)


@pytest.fixture
def corpus(tmp_path):
    rng = np.random.default_rng(3)
    path = tmp_path / "text.txt"
    path.write_text("\n".join(" ".join(rng.choice(["cat", "dog", "hen", "cow", "owl"], 8)) for _ in range(200)))
    return str(path)


@pytest.fixture
def planned(operations, corpus):
    operations.plan_training(corpus, OPTIONS)
    return operations


def test_the_plan_is_told_where_it_differs(qtbot, operations, corpus):
    assert operations.plan.corpus == SMALL_WORLD
    with qtbot.waitSignal(operations.plan_changed):
        operations.plan_training(corpus, OPTIONS)
    assert operations.plan == Plan(corpus, OPTIONS)
    assert operations.plan.name == "text.txt"
    with qtbot.assertNotEmitted(operations.plan_changed):
        operations.plan_training(corpus, OPTIONS)


def test_a_sweep_is_that_of_the_plan_and_leaves_the_open_space(planned, session, space, corpus, idle):
    seen = []
    planned.sweep_changed.connect(lambda: seen.append(len(planned.sweep.points)))
    planned.sweep_option("n_dims", [2, 4])
    assert planned.is_sweeping
    idle()
    assert seen == [0, 1, 2, 2]
    alone = finish(sweep_steps(corpus, OPTIONS, "n_dims", [2, 4]))
    assert [(each.value, each.accuracy) for each in planned.sweep.points] == [
        (each.value, each.accuracy) for each in alone.points
    ]
    assert session.state.space is space


def test_a_stop_keeps_what_is_complete(qtbot, planned, idle):
    planned.sweep_option("window", list(range(1, 101)))
    qtbot.waitUntil(lambda: len(planned.sweep.points) >= 2, timeout=20_000)
    planned.stop_sweep()
    idle()
    assert planned.sweep.stopped
    assert 2 <= len(planned.sweep.points) < 100
    assert [each.value for each in planned.sweep.points] == list(range(1, len(planned.sweep.points) + 1))


def test_what_cannot_be_swept_is_refused_and_the_last_sweep_stays(qtbot, planned, corpus, tmp_path, idle):
    planned.sweep_option("window", [1])
    idle()
    before = planned.sweep
    for name, values in (("window", [0]), ("colour", [1])):
        with qtbot.waitSignal(planned.sweep_refused):
            planned.sweep_option(name, values)
    assert planned.sweep is before
    with qtbot.waitSignal(planned.sweep_refused) as refused:
        planned.sweep_option("window", [1], files=[tmp_path / "missing.tsv"])
    assert "missing.tsv" in refused.args[0]
    idle()


def test_no_training_runs_beside_it(planned, corpus, said, idle):
    planned.sweep_option("window", [1, 2, 3])
    planned.train(corpus, OPTIONS)
    assert not planned.is_training
    assert "sweep still runs" in said[-1].text
    planned.learn_next_words(corpus)
    assert not planned.is_learning_next_words
    idle()
    planned.train(corpus, OPTIONS)
    planned.sweep_option("window", [1])
    assert not planned.is_sweeping
    idle()


def test_rows_are_what_was_found(planned, idle):
    planned.sweep_option("window", [1, 3])
    idle()
    heads, rows = sweep_rows(planned.sweep)
    assert heads == ("window", "seed", "accuracy", "heldout_loss", "seconds")
    assert [row[:3] for row in rows] == [
        ("1", 1, planned.sweep.points[0].accuracy),
        ("3", 1, planned.sweep.points[1].accuracy),
    ]
