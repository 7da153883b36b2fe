"""A training that is kept while it runs: seen by others, given up, closed, cancelled halfway."""

from __future__ import annotations

from pathlib import Path

import kept_trainings
import pytest
from kept_trainings import (
    N_EPOCHS,
    begin,
    check_whole,
    keep,
    run_of,
    vectors_after,
)

from embedviz import formats
from embedviz.errors import OptionError, OutputError
from embedviz.formats import RunKeeper

pytestmark = pytest.mark.usefixtures("runs")


def test_a_training_that_runs_can_be_looked_at_and_not_removed() -> None:
    keeper = RunKeeper()
    begin(keeper)
    assert formats.kept_runs() == ()
    keep(keeper, [0, 1])
    (run,) = formats.kept_runs()
    assert (run.status, run.kept_epochs, run.ended) == ("running", (0, 1), None)
    check_whole(run)
    epochs = formats.epochs_of(run.name)
    assert epochs.epochs == (0, 1)
    with pytest.raises(OptionError, match="is being trained now"):
        formats.remove_run(run.name)
    keep(keeper, [2])
    assert epochs.epochs == (0, 1, 2)
    assert epochs.space(2).vectors.tobytes() == vectors_after(2).tobytes()
    assert epochs.space(2).labels is epochs.labels
    keeper.close()


def test_two_trainings_at_once_are_two_runs() -> None:
    one, other = RunKeeper(), RunKeeper()
    begin(one)
    begin(other)
    for epoch in range(N_EPOCHS + 1):
        keep(one, [epoch])
        keep(other, [epoch])
    one.finish(run_of(N_EPOCHS))
    assert [run.status for run in formats.kept_runs()] == ["running", "complete"]
    other.finish(run_of(N_EPOCHS, stopped=True))
    assert [run.status for run in formats.kept_runs()] == ["stopped", "complete"]
    for run in formats.kept_runs():
        check_whole(run)


def test_a_training_that_was_given_up_leaves_nothing(runs: Path) -> None:
    keeper = RunKeeper()
    begin(keeper)
    keep(keeper, [0, 1])
    keeper.abandon()
    keeper.close()
    assert formats.list_runs() == formats.RunList((), ())
    assert [each.name for each in runs.iterdir()] == [".lock"]


def test_what_was_closed_before_its_start_was_kept_leaves_nothing(runs: Path) -> None:
    keeper = RunKeeper()
    begin(keeper)
    keeper.close()
    assert [each.name for each in runs.iterdir()] == [".lock"]


def test_an_epoch_that_is_cancelled_halfway_is_as_if_it_had_not_begun(runs: Path) -> None:
    keeper = RunKeeper()
    begin(keeper)
    keep(keeper, [0, 1])
    steps = keeper.epoch_steps(2, None, lambda first, last: vectors_after(2)[first:last], kept_trainings.state_after(2))
    next(steps)
    assert list((runs / keeper.name).glob("*.fresh"))
    steps.close()
    assert not list((runs / keeper.name).glob("*.fresh"))
    keeper.close()
    (run,) = formats.kept_runs()
    assert (run.status, run.kept_epochs, run.resumes_after) == ("interrupted", (0, 1), 1)
    check_whole(run)


def test_an_epoch_is_kept_once() -> None:
    keeper = RunKeeper()
    begin(keeper)
    keep(keeper, [0, 1])
    with pytest.raises(OptionError, match="Epoch 1 is kept already"):
        keep(keeper, [1])
    keeper.abandon()


def test_a_title_outlives_what_the_training_writes() -> None:
    keeper = RunKeeper()
    begin(keeper)
    keep(keeper, [0])
    formats.rename_run(keeper.name, "mine")
    keep(keeper, [1])
    keeper.finish(run_of(1))
    assert formats.kept_runs()[0].title == "mine"


def test_the_runs_folder_cannot_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("EMBEDVIZ_RUNS", str(tmp_path / "file"))
    keeper = RunKeeper()
    begin(keeper)
    keep(keeper, range(3))
    keeper.finish(run_of(2))
    assert "EMBEDVIZ_RUNS names" in keeper.trouble
    with pytest.raises(OutputError, match="EMBEDVIZ_RUNS names"):
        formats.kept_runs()
