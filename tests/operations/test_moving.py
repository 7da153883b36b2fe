"""What moved, as an operation: from the beginning at hand, from a run of an earlier day, and against the noise."""

from __future__ import annotations

import numpy as np
import pytest

import embedviz
from embedviz.analysis.movement import movement_steps
from embedviz.formats.run_epochs import epochs_of
from embedviz.operations.moving import NO_BEGINNING, NO_SECOND_SEED, STILL_TRAINING, moved_finding
from embedviz.progress import finish
from embedviz.training import TrainingOptions
from embedviz.training.second_seed import second_seed_steps

ANIMALS = ("cat", "dog", "hen", "cow", "owl", "eel")
OPTIONS = TrainingOptions(n_dims=4, window=2, epochs=2, min_count=1, subsample=0.0)


@pytest.fixture
def corpus(tmp_path):
    rng = np.random.default_rng(3)
    path = tmp_path / "text.txt"
    path.write_text("\n".join(" ".join(rng.choice(ANIMALS[:4], 8)) for _ in range(200)))
    return str(path)


@pytest.fixture
def told(operations):
    """What was found or refused, in order."""
    heard = []
    for name in ("movement_began", "movement_found", "movement_refused"):
        getattr(operations, name).connect(lambda value, name=name: heard.append((name, value)))
    operations.movement_ended.connect(lambda: heard.append(("movement_ended", None)))
    return heard


@pytest.fixture
def before(show, make_space):
    return show(make_space(ANIMALS))


@pytest.fixture
def after(qtbot, before, operations, session, corpus, idle):
    """A space that went on from another one."""
    operations.train(corpus, OPTIONS, onto=before)
    qtbot.waitUntil(lambda: session.state.space is not before, timeout=60_000)  # kernels may have to be compiled
    idle()
    assert session.state.space is not before
    return session.state.space


def names(told) -> list[str]:
    return [name for name, _ in told]


def test_it_is_compared_with_what_it_went_on_from(operations, told, before, after, idle):
    assert operations.beginning is before
    operations.find_moved()
    idle()
    assert names(told) == ["movement_began", "movement_found", "movement_ended"]
    found, expected = told[1][1], finish(movement_steps(before, after))
    assert [word.word for word in found.words()] == [word.word for word in expected.words()]
    assert found.noise is None


def test_the_noise_is_that_of_the_next_seed_and_stays_known(operations, told, before, after, idle):
    operations.measure_noise()
    assert operations.is_measuring_noise
    idle()
    found = told[1][1]
    second = finish(second_seed_steps(after, before))
    expected = finish(movement_steps(before, after, noise=second))
    np.testing.assert_array_equal(found.noise, expected.noise)
    told.clear()
    operations.find_moved()
    idle()
    np.testing.assert_array_equal(told[1][1].noise, expected.noise)


def test_an_earlier_epoch_has_the_same_beginning(operations, session, show, before, after, idle):
    show(epochs_of(after.source.options["run"]).space(1))
    assert operations.beginning is before


def test_a_run_of_an_earlier_day_opens_what_it_went_on_from(
    tmp_path, operations, session, show, told, corpus, make_space, idle
):
    path = str(tmp_path / "before.npz")
    embedviz.save(make_space(ANIMALS), path)
    first = finish(embedviz.training.train_steps(corpus, OPTIONS, onto=embedviz.open(path)))
    show(embedviz.open(f"run:{first.source.options['run']}"))
    assert operations.beginning == path
    operations.find_moved()
    idle()
    assert names(told) == ["movement_began", "movement_found", "movement_ended"]
    again = finish(embedviz.training.train_steps(corpus, OPTIONS, onto=first))
    show(again)
    assert operations.beginning == f"run:{first.source.options['run']}@2"
    told.clear()
    operations.measure_noise()
    idle()
    assert told[1][1].noise is not None


def test_a_beginning_that_stands_nowhere_is_told(operations, show, told, corpus, make_space, idle):
    show(finish(embedviz.training.train_steps(corpus, OPTIONS, onto=make_space(ANIMALS, name="gone"), keep=False)))
    operations.find_moved()
    idle()
    assert names(told) == ["movement_began", "movement_refused", "movement_ended"]
    assert "“gone”, which stands in no file" in told[1][1]


def test_any_file_can_be_compared_with(tmp_path, operations, told, before, make_space, idle, said):
    operations.measure_noise()
    assert told == [("movement_refused", NO_BEGINNING)]
    assert said[-1].text == NO_BEGINNING
    path = tmp_path / "other.npz"
    embedviz.save(make_space(ANIMALS, seed=2), path)
    operations.find_moved(path)
    idle()
    assert names(told)[1:] == ["movement_began", "movement_found", "movement_ended"]
    operations.measure_noise()
    assert told[-1] == ("movement_refused", NO_SECOND_SEED)


def test_only_one_training_runs_at_a_time(operations, told, said, before, after, corpus, idle):
    operations.measure_noise()
    operations.train(corpus, OPTIONS)
    assert "to measure the noise" in said[-1].text
    assert not operations.is_training
    operations.learn_next_words(corpus)
    assert not operations.is_learning_next_words
    operations.sweep_option("window", [1])
    assert not operations.is_sweeping
    idle()
    operations.train(corpus, OPTIONS)
    operations.measure_noise()
    assert told[-1] == ("movement_refused", STILL_TRAINING)
    idle()


def test_another_space_ends_what_is_compared(operations, show, told, before, after, make_space, idle):
    operations.measure_noise()
    show(make_space())
    idle()
    assert names(told) == ["movement_began", "movement_refused", "movement_ended"]
    assert told[1][1] == (
        "“Measuring the noise” ended, since another space was opened. Go back to the training that it was about, and "
        "begin anew."
    )
    assert (operations.beginning, operations.movement, operations.comparing) == ("", None, "")


def test_going_through_the_epochs_leaves_what_is_measured(operations, session, show, told, before, after, idle):
    operations.measure_noise()
    run = epochs_of(after.source.options["run"], alike=after)
    show(run.space(1))
    assert operations.is_measuring_noise
    assert operations.comparing == "Measuring the noise"
    idle()
    assert names(told) == ["movement_began", "movement_found", "movement_ended"]
    second = finish(second_seed_steps(after, before))
    expected = finish(movement_steps(before, after, noise=second))
    np.testing.assert_array_equal(told[1][1].noise, expected.noise)
    assert operations.movement is told[1][1]
    assert operations.movement_summary == f"Of epoch 2: {expected.summary}"
    show(run.space(2))
    assert operations.movement_summary == expected.summary, "it is that epoch, opened again"
    operations.find_moved()
    idle()
    np.testing.assert_array_equal(operations.movement.noise, expected.noise)
    show(run.space(1))
    operations.find_moved()
    idle()
    assert operations.movement.noise is None, "what two seeds differ in after two epochs is no measure of one"
    assert "epoch" not in operations.movement_summary


def test_the_words_are_rows_of_the_open_space(operations, told, before, after, idle):
    operations.find_moved()
    idle()
    finding = moved_finding(told[1][1])
    assert finding.heads == ("Word", "Kept of 5", "Cosine", "Lost", "Gained")
    assert [after.labels[row] for (row,) in finding.items] == [cells[0] for cells in finding.cells]
    assert finding.summary == told[1][1].summary
