"""Which training that was cut short is offered: the newest that was not declined, until it is cut short again."""

from __future__ import annotations

import pytest
from kept_trainings import begin, keep, kept_training

from embedviz import formats, paths
from embedviz.formats import RunKeeper
from embedviz.formats.run_holding import hold_run
from embedviz.formats.run_offer import decline_run, interrupted_run

pytestmark = pytest.mark.usefixtures("runs")


def cut_short(after: int, *, resume: str | None = None) -> str:
    """Keep some epochs and end as a killed process does."""
    keeper = RunKeeper(resume=hold_run(resume) if resume is not None else None)
    begin(keeper)
    keep(keeper, range(0 if keeper.last_epoch is None else keeper.last_epoch + 1, after + 1))
    name = keeper.name
    keeper.close()
    return name


def test_complete_runs_and_those_without_an_epoch_are_not_offered() -> None:
    assert interrupted_run() is None
    kept_training()
    cut_short(0)
    assert interrupted_run() is None


def test_the_newest_is_offered_until_it_is_declined() -> None:
    older, newer = cut_short(1), cut_short(2)
    run = interrupted_run()
    assert run is not None
    assert (run.name, run.resumes_after) == (newer, 2)
    decline_run(newer, 2)
    run = interrupted_run()
    assert run is not None
    assert run.name == older
    decline_run(older, 1)
    assert interrupted_run() is None
    assert {run.name for run in formats.kept_runs()} == {older, newer}, "they are listed nevertheless"


def test_one_that_goes_on_and_is_cut_short_again_is_offered_again() -> None:
    name = cut_short(1)
    decline_run(name, 1)
    cut_short(2, resume=name)
    run = interrupted_run()
    assert run is not None
    assert (run.name, run.resumes_after) == (name, 2)


def test_one_that_is_trained_now_is_not_offered() -> None:
    name = cut_short(1)
    keeper = RunKeeper(resume=hold_run(name))
    begin(keeper)
    assert interrupted_run() is None
    keeper.close()


def test_declining_what_is_gone_is_nothing() -> None:
    decline_run("nobody-1", 1)
    decline_run("../outside", 1)
    assert not (paths.runs().parent / "declined.txt").exists()
