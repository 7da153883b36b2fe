"""Runs that are gone on with: in their place, by one at a time, with the same words."""

from __future__ import annotations

import pytest
from kept_trainings import (
    N_EPOCHS,
    WIDTH,
    begin,
    check_whole,
    keep,
    kept_training,
    run_of,
    state_after,
)

from embedviz import formats, paths
from embedviz.errors import FormatError, OptionError
from embedviz.formats import RunKeeper, run_arrays
from embedviz.formats.run_holding import hold_run
from embedviz.formats.run_store import run_state_steps
from embedviz.space.labels import Labels
from embedviz.space.source import Note

pytestmark = pytest.mark.usefixtures("runs")


@pytest.mark.parametrize("stopped", [False, True])
def test_an_interrupted_or_stopped_run_goes_on_in_its_place(stopped: bool) -> None:
    keeper = RunKeeper()
    begin(keeper)
    keep(keeper, [0, 1])
    name = keeper.name
    if stopped:
        keeper.finish(run_of(1, stopped=True), [Note("stopped", 1, "It was stopped.")])
    keeper.close()
    assert formats.read_run(name).resumes_after == 1
    epoch, state = formats.run_state(name)
    assert epoch == 1
    assert all(part.flags.writeable for part in state)
    again = RunKeeper(resume=hold_run(name))
    begin(again)
    assert (again.name, again.last_epoch, again.trouble) == (name, 1, "")
    assert formats.read_run(name).status == "running"
    keep(again, [2, 3])
    again.finish(run_of(3), [Note("rare_words", 9, "9 words were rare.")])
    (run,) = formats.kept_runs()
    assert (run.status, run.kept_epochs) == ("complete", (0, 1, 2, 3))
    assert [note.kind for note in run.notes] == ["rare_words"]
    check_whole(run)


def test_a_large_state_is_read_in_pieces_that_tell_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_arrays, "_BLOCK_BYTES", 2 * 4 * WIDTH)  # two rows
    name = kept_training()
    steps = list(run_state_steps(name))
    assert len(steps) == 3 + 3 + 1, "six rows of two matrices, and four numbers"
    told = [step.fraction for step in steps]
    assert told == sorted(told)
    assert told[-1] == 1
    first = formats.run_state(name)[1][0]
    assert first.tobytes() == state_after(N_EPOCHS)[0].tobytes()
    file = next((paths.runs() / name).glob("state-*-1.npy"))
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    steps = run_state_steps(name)
    for _ in range(5):
        next(steps)
    with pytest.raises(FormatError, match="is damaged"):
        next(steps)


def test_giving_up_a_resumed_run_keeps_what_there_was() -> None:
    keeper = RunKeeper()
    begin(keeper)
    keep(keeper, [0, 1])
    name = keeper.name
    keeper.close()
    again = RunKeeper(resume=hold_run(name))
    begin(again)
    keep(again, [2])
    again.abandon()
    run = formats.read_run(name)
    assert (run.status, run.kept_epochs) == ("interrupted", (0, 1, 2))
    check_whole(run)


def test_a_run_is_not_resumed_with_other_words_nor_twice() -> None:
    first = RunKeeper()
    begin(first)
    keep(first, [0])
    name = first.name
    with pytest.raises(OptionError, match=f"“{name}” is being trained now"):
        hold_run(name)
    first.close()
    held = hold_run(name)
    with pytest.raises(OptionError, match="is being trained now"):
        hold_run(name)
    other = RunKeeper(resume=held)
    begin(other, words=Labels.from_strings("abcdef"))
    assert "has other words now" in other.trouble
    keep(other, [1])
    assert other.name == ""
    other.close()
    (run,) = formats.kept_runs()
    assert (run.kept_epochs, run.status) == ((0,), "interrupted"), "it is let go of"
    with pytest.raises(OptionError, match="There is no run"):
        hold_run("../x")
