"""Kept trainings: listed, named, removed, gone on with, and offered again when they were cut short."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from cut_trainings import OPTIONS, cut_short, learned, story

import embedviz
from embedviz import formats
from embedviz.formats.run_store import kept_runs
from embedviz.jobs import Jobs
from embedviz.operations import Operations
from embedviz.operations.base import ResumeOffer
from embedviz.session import Session

pytestmark = pytest.mark.usefixtures("runs")


@pytest.fixture
def corpus(tmp_path):
    return story(tmp_path)


@pytest.fixture
def train(corpus):
    return partial(learned, corpus)


@pytest.fixture
def finished(qtbot, operations, idle):
    """Wait until the training ended and everything is quiet."""

    def wait() -> None:
        qtbot.waitUntil(lambda: not operations.is_training, timeout=60_000)
        idle()

    return wait


def names(operations) -> list[str]:
    return [run.name for run in operations.runs.runs]


def test_runs_are_listed_newest_first(qtbot, operations, train, idle):
    first, second = train(), train()
    with qtbot.waitSignal(operations.runs_changed):
        operations.list_runs()
    idle()
    assert names(operations) == [second, first]


def test_a_title_is_seen_at_once_and_kept(operations, train, idle):
    name = train()
    operations.list_runs()
    idle()
    operations.rename_run(name, "  my\n first ")
    assert operations.runs.runs[0].title == "my first"
    idle()
    assert operations.runs.runs[0].title == "my first"
    assert kept_runs()[0].title == "my first"


def test_what_cannot_be_renamed_is_said(operations, said, idle):
    operations.rename_run("nobody-1", "x")
    idle()
    assert "There is no run “nobody-1”" in said[-1].text


def test_removing_the_open_run_leaves_its_space_without_epochs(session, operations, train, said, idle):
    name = train()
    operations.open_run(name)
    idle()
    assert operations.epochs == (0, 1, 2)
    space = session.state.space
    before = space.vectors.copy()
    operations.remove_run(name)
    idle()
    assert f"The training {name} is removed; " in said[-1].text
    assert (names(operations), kept_runs()) == ([], ())
    assert session.state.space is space
    assert np.array_equal(space.vectors, before)
    assert operations.epochs == ()
    operations.ask("cat")
    idle()
    assert session.state.answer.labels


def test_a_run_that_is_trained_is_not_removed(qtbot, operations, corpus, said, finished):
    operations.train(str(corpus), OPTIONS)
    with qtbot.waitSignal(operations.epoch_kept, timeout=60_000):
        pass
    operations.pause_training()
    operations.remove_run(kept_runs()[0].name)
    qtbot.waitUntil(lambda: any("being trained now" in message.text for message in said), timeout=10_000)
    operations.pause_training()
    finished()
    assert kept_runs()[0].status == "complete"


def test_an_interrupted_run_goes_on_as_if_it_had_never_ended(qtbot, session, operations, corpus, finished):
    name = cut_short(corpus)
    frames = []
    operations.frame_seen.connect(frames.append)
    operations.resume_run(name)
    with qtbot.waitSignal(operations.training_began, timeout=10_000):
        pass
    qtbot.waitUntil(lambda: len(operations.epochs_so_far) > 0, timeout=10_000)
    assert [record.epoch for record in operations.epochs_so_far][:2] == [1, 2]
    assert operations.epochs[:3] == (0, 1, 2)
    assert session.state.view.mode == "train"
    finished()
    whole = embedviz.train(corpus, n_dims=12, epochs=4, min_count=1, window=3)
    assert np.array_equal(session.state.space.vectors, whole.vectors)
    assert [record.epoch for record in operations.records] == [1, 2, 3, 4]
    assert operations.epochs == (0, 1, 2, 3, 4)
    assert frames, "it is watched"
    assert formats.read_run(name).status == "complete"


def test_while_it_goes_on_an_earlier_epoch_can_be_opened(qtbot, session, operations, corpus, finished):
    name = cut_short(corpus, options=OPTIONS.__class__(n_dims=12, epochs=2_000, min_count=1, window=3))
    operations.resume_run(name)
    qtbot.waitUntil(lambda: len(operations.epochs) > 4, timeout=60_000)
    operations.show_epoch(1)
    qtbot.waitUntil(lambda: operations.epoch == 1, timeout=10_000)
    operations.stop_training()
    finished()
    assert operations.epoch == operations.epochs[-1] > 4


def test_a_stopped_run_goes_on_too(qtbot, session, operations, corpus, finished):
    operations.train(str(corpus), OPTIONS.__class__(n_dims=12, epochs=2_000, min_count=1, window=3))
    qtbot.waitUntil(lambda: len(operations.epochs_so_far) > 1, timeout=60_000)
    operations.stop_training()
    finished()
    (run,) = kept_runs()
    assert run.status == "stopped"
    operations.resume_run(run.name)
    qtbot.waitUntil(lambda: len(operations.epochs_so_far) > len(run.run.epochs), timeout=60_000)
    operations.stop_training()
    finished()
    assert len(kept_runs()[0].run.epochs) > len(run.run.epochs)


def test_giving_up_a_run_that_goes_on_leaves_what_it_was(qtbot, operations, corpus, finished):
    name = cut_short(corpus, options=OPTIONS.__class__(n_dims=12, epochs=2_000, min_count=1, window=3))
    operations.resume_run(name)
    with qtbot.waitSignal(operations.training_began, timeout=10_000):
        pass
    operations.cancel_training()
    finished()
    run = formats.read_run(name)
    assert run.status == "interrupted"
    assert run.resumes_after >= 2


@pytest.mark.parametrize("is_gone", [True, False])
def test_a_text_that_is_gone_or_changed_is_said(operations, corpus, said, idle, finished, is_gone):
    name = cut_short(corpus)
    if is_gone:
        corpus.unlink()
    else:
        corpus.write_text("other words now\n" * 500, encoding="utf-8")
    operations.resume_run(name)
    idle()
    finished()
    assert ("story.txt" if is_gone else "has changed since the run") in said[-1].text
    assert said[-1].kind == "error"
    assert formats.read_run(name).resumes_after == 2


def test_a_complete_run_does_not_go_on(operations, train, said, idle):
    operations.resume_run(train())
    idle()
    assert "only one that was cut short can go on" in said[-1].text
    assert not operations.is_training


def test_a_second_training_is_refused(qtbot, operations, corpus, said, finished):
    name = cut_short(corpus)
    operations.train(str(corpus), OPTIONS.__class__(n_dims=12, epochs=2_000, min_count=1, window=3))
    with qtbot.waitSignal(operations.epoch_recorded, timeout=60_000):
        pass
    operations.resume_run(name)
    qtbot.waitUntil(lambda: any("is still running" in message.text for message in said), timeout=10_000)
    assert operations.epochs_so_far
    operations.cancel_training()
    finished()


def test_two_windows_cannot_go_on_with_one_run(qtbot, operations, corpus, idle, finished):
    name = cut_short(corpus, options=OPTIONS.__class__(n_dims=12, epochs=2_000, min_count=1, window=3))
    operations.resume_run(name)
    qtbot.waitUntil(lambda: len(operations.epochs_so_far) > 2, timeout=60_000)
    other = Operations(Session(), Jobs())
    messages = []
    other.said.connect(messages.append)
    other.resume_run(name)
    qtbot.waitUntil(lambda: bool(messages), timeout=10_000)
    assert "is being trained now, here or by another program" in messages[0].text
    other.list_runs()
    qtbot.waitUntil(lambda: bool(other.runs.runs), timeout=10_000)
    assert other.runs.runs[0].status == "running"
    assert other.close()
    qtbot.waitUntil(lambda: not other.jobs.alive())
    operations.stop_training()
    finished()


def test_a_run_that_was_cut_short_is_offered_once(operations, corpus, said, idle):
    operations.offer_interrupted()
    idle()
    assert said == []
    name = cut_short(corpus)
    operations.offer_interrupted()
    idle()
    (message,) = said
    assert message.text == "The training “story.txt” was cut short after epoch 2 of 4."
    assert message.offer == ResumeOffer(name, 2)
    assert (message.offer.title, message.offer.refusal) == ("Go on", "Not now")
    operations.decline_offer(message.offer)
    idle()
    operations.offer_interrupted()
    idle()
    assert [each.text for each in said[1:]] == [""], "it is not offered again"
    operations.list_runs()
    idle()
    assert names(operations) == [name]


def test_taking_the_offer_goes_on(operations, corpus, said, idle, finished):
    cut_short(corpus)
    operations.offer_interrupted()
    idle()
    operations.take_offer(said[-1].offer)
    idle()
    finished()
    assert kept_runs()[0].status == "complete"


def test_an_offer_that_could_not_be_taken_is_not_made_again(operations, corpus, said, idle, finished):
    cut_short(corpus)
    corpus.unlink()
    operations.offer_interrupted()
    idle()
    operations.take_offer(said[-1].offer)
    idle()
    finished()
    assert said[-1].kind == "error"
    n_said = len(said)
    operations.offer_interrupted()
    idle()
    assert len(said) == n_said
