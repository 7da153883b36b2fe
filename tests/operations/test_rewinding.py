"""Going back to the epochs of a training: what is open is that of the epoch, in a frame that stands still."""

from __future__ import annotations

import numpy as np
import pytest
from cut_trainings import story

import embedviz
from embedviz.formats.run_epochs import epochs_of
from embedviz.formats.run_store import kept_runs, remove_run
from embedviz.training import TrainingOptions

OPTIONS = TrainingOptions(n_dims=12, epochs=4, min_count=1, window=3)


@pytest.fixture
def corpus(tmp_path):
    return str(story(tmp_path, 1500))


@pytest.fixture
def trained(qtbot, session, operations, corpus, idle):
    """A space that was trained, with `cat` asked."""
    operations.train(corpus, OPTIONS)
    qtbot.waitUntil(lambda: not operations.is_training, timeout=60_000)
    idle()
    operations.ask("cat")
    idle()
    assert session.state.answer is not None
    return session.state


def test_an_epoch_brings_its_vectors_its_neighbors_and_its_scores(session, operations, trained, idle) -> None:
    assert operations.epochs == (0, 1, 2, 3, 4)
    assert operations.epoch == 4
    kept = epochs_of(trained.space.source.options["run"])
    for epoch in (0, 2, 4):
        operations.show_epoch(epoch)
        idle()
        state = session.state
        assert operations.epoch == epoch
        assert np.array_equal(state.space.vectors, kept.vectors(epoch))
        answer = kept.space(epoch).neighbors("cat")
        assert state.answer.labels == answer.labels
        assert np.array_equal(state.answer.scores, answer.scores)
        assert state.space.labels is trained.space.labels
        assert state.space.metadata is trained.space.metadata
    assert np.array_equal(session.state.space.vectors, trained.space.vectors), "the last epoch is what was learned"


def test_the_axes_stand_still(session, operations, trained, idle) -> None:
    operations.show_epoch(1)
    idle()
    state = session.state
    assert state.projection.components is trained.projection.components
    own = state.space.vectors.astype(np.float64)
    wanted = (own - own.mean(axis=0)) @ trained.projection.components.T
    np.testing.assert_allclose(state.projection.points, wanted, atol=1e-4)


def test_going_through_epochs_is_one_step_to_undo_and_keeps_selection_and_colours(
    session, operations, trained, idle
) -> None:
    session.replace(selection=np.array([1, 2]), coloring=None)
    before = session.state
    for epoch in (3, 2, 1):
        operations.show_epoch(epoch)
        idle()
    assert session.state.selection is before.selection
    operations.undo()
    idle()
    assert session.state.space is before.space
    assert operations.epoch == 4


def test_while_it_trains_an_epoch_can_be_opened_and_left_again(qtbot, session, operations, corpus, idle) -> None:
    operations.train(corpus, TrainingOptions(n_dims=12, epochs=2_000, min_count=1, window=3))
    qtbot.waitUntil(lambda: len(operations.epochs) >= 3, timeout=60_000)
    assert operations.is_live
    operations.pause_training()
    operations.show_epoch(1)
    assert not operations.is_live
    qtbot.waitUntil(lambda: operations.epoch == 1, timeout=10_000)
    assert session.state.space.n_items == 12
    operations.show_live()
    assert operations.is_live
    operations.pause_training()
    operations.cancel_training()
    qtbot.waitUntil(lambda: not operations.is_training, timeout=10_000)
    idle()
    assert not operations.is_live
    assert kept_runs() == () or all(run.status != "running" for run in kept_runs())


def test_stopping_shows_the_last_epoch_whatever_was_open(qtbot, session, operations, corpus, idle) -> None:
    operations.train(corpus, TrainingOptions(n_dims=12, epochs=2_000, min_count=1, window=3))
    qtbot.waitUntil(lambda: len(operations.epochs) >= 3, timeout=60_000)
    operations.show_epoch(0)
    qtbot.waitUntil(lambda: operations.epoch == 0, timeout=10_000)
    operations.stop_training()
    qtbot.waitUntil(lambda: not operations.is_training, timeout=10_000)
    idle()
    assert operations.epoch == len(session.state.run.epochs) > 1
    assert operations.epochs[-1] == operations.epoch


def test_a_run_that_is_gone_has_no_epochs(session, operations, trained, space, idle) -> None:
    name = trained.space.source.options["run"]
    operations.open_space(space)
    idle()
    assert (operations.epochs, operations.epoch) == ((), None)
    remove_run(name)
    operations.open_space(trained.space)
    idle()
    assert operations.epochs == ()
    assert [record.epoch for record in operations.records] == [1, 2, 3, 4], "the space still knows its records"


def test_a_question_stays_open_over_a_training_that_can_answer_it(qtbot, session, operations, corpus, idle) -> None:
    operations.open_space(embedviz.train(corpus, n_dims=12, epochs=1, min_count=1, window=3))
    idle()
    operations.ask("cat")
    idle()
    operations.train(corpus, OPTIONS)
    qtbot.waitUntil(lambda: not operations.is_training, timeout=60_000)
    idle()
    assert session.state.answer.text == "cat"
    assert session.state.space.source.run.epochs[-1].epoch == 4


LONG = TrainingOptions(n_dims=12, epochs=2_000, min_count=1, window=3)


def begun(qtbot, operations, corpus, n_epochs: int = 3) -> None:
    """A training that goes on for long, some epochs of it kept."""
    operations.train(corpus, LONG)
    qtbot.waitUntil(lambda: len(operations.epochs) >= n_epochs, timeout=60_000)


def test_rows_of_another_space_mean_nothing_in_an_epoch(qtbot, session, operations, space, corpus, idle) -> None:
    session.replace(selection=np.array([space.n_items - 1]), coloring="nonsense")
    begun(qtbot, operations, corpus)
    operations.show_epoch(1)
    qtbot.waitUntil(lambda: operations.epoch == 1, timeout=10_000)
    assert session.state.selection is None
    assert session.state.coloring is None
    operations.cancel_training()
    idle()


def test_a_file_that_is_opened_meanwhile_is_seen(qtbot, operations, make_space, corpus, idle) -> None:
    begun(qtbot, operations, corpus)
    assert operations.is_live
    operations.open_space(make_space(seed=2))
    qtbot.waitUntil(lambda: not operations.is_live, timeout=10_000)
    operations.show_live()
    assert operations.is_live
    operations.cancel_training()
    idle()


def test_cancelling_keeps_nothing_and_ends_the_pause(qtbot, operations, corpus, idle) -> None:
    before = {run.name for run in kept_runs()}
    begun(qtbot, operations, corpus)
    operations.pause_training()
    operations.cancel_training()
    idle()
    assert not operations.is_paused
    assert {run.name for run in kept_runs()} == before


def test_closing_the_window_leaves_a_run_that_can_go_on(qtbot, operations, corpus) -> None:
    before = {run.name for run in kept_runs()}
    begun(qtbot, operations, corpus)
    assert operations.close()
    (left,) = (run for run in kept_runs() if run.name not in before)
    assert left.status == "interrupted"
    assert left.resumes_after >= 1


def test_an_epoch_of_a_run_that_was_removed_elsewhere_is_refused(session, operations, said, trained, idle) -> None:
    remove_run(trained.space.source.options["run"])
    operations.show_epoch(2)
    idle()
    assert session.state.space is trained.space
    assert operations.epochs == ()
    assert said[-1].kind == "error"
