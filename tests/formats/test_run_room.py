"""How much disk kept runs take: which epochs are kept, and which runs make room."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from kept_trainings import (
    N_DIMS,
    WORDS,
    begin,
    check_whole,
    keep,
    kept_training,
    run_of,
    vectors_after,
)

from embedviz import formats
from embedviz.errors import OptionError
from embedviz.formats import RunKeeper, run_room

pytestmark = pytest.mark.usefixtures("runs")

EPOCH_BYTES = 4 * len(WORDS) * N_DIMS


@pytest.mark.parametrize(
    ("n_epochs", "n_fitting", "every"),
    [(5, 6, 1), (5, 5, 2), (10, 5, 4), (10, 3, 11), (10, 0, 11), (100, 12, 11), (0, 1, 1), (1, 2, 1)],
)
def test_how_many_epochs_fit(n_epochs: int, n_fitting: int, every: int) -> None:
    assert run_room.spacing(n_epochs, n_fitting) == every
    if n_fitting >= 3:
        kept = {*range(0, n_epochs + 1, every), n_epochs}
        assert len(kept) + (every > 1) <= n_fitting + (every == 1)


def test_of_a_training_too_large_every_nth_epoch_is_kept_and_the_last(runs: Path) -> None:
    keeper = RunKeeper(limit_bytes=20 * EPOCH_BYTES)
    begin(keeper, 20)
    seen = []
    for epoch in range(21):
        keep(keeper, [epoch])
        seen.append(formats.kept_runs()[0].kept_epochs)
        check_whole(formats.kept_runs()[0])
    keeper.finish(run_of(20))
    (run,) = formats.kept_runs()
    every = run.kept_epochs[1]
    assert every > 1
    assert seen == [tuple(sorted({*range(0, epoch + 1, every), epoch})) for epoch in range(21)]
    assert len(list((runs / run.name).glob("epoch-*"))) == len(run.kept_epochs) <= 10
    assert [note.text for note in run.notes] == [
        f"Only every {every}rd epoch is kept, with the first and the last: all 20 would take 0.0 GB."
    ]
    with pytest.raises(OptionError, match="after epoch 1 of “small-world-1” are not kept; choose 0, 3, 6"):
        formats.epochs_of(run.name).space(1)


def test_the_oldest_without_a_title_make_room(runs: Path) -> None:
    names = [kept_training(title="mine" if number == 0 else "") for number in range(4)]
    size = formats.read_run(names[1]).n_bytes
    shown = formats.epochs_of(names[1]).space(0)
    running = RunKeeper()
    begin(running)
    keep(running, [0])
    limit = sum(formats.read_run(run.name).n_bytes for run in formats.kept_runs()) + 10 * EPOCH_BYTES - size // 2
    newest = kept_training(limit_bytes=limit, state_bytes=2 * EPOCH_BYTES)
    left = {run.name for run in formats.kept_runs()}
    assert left == {names[0], names[1], names[3], running.name, newest}
    assert shown.vectors.tobytes() == vectors_after(0).tobytes()
    del shown
    gc.collect()
    kept_training(limit_bytes=limit, state_bytes=2 * EPOCH_BYTES)
    assert names[1] not in {run.name for run in formats.kept_runs()}
    running.close()


def test_what_has_a_title_is_never_removed_for_room() -> None:
    names = [kept_training(title=f"lesson {number}") for number in range(3)]
    keeper = RunKeeper(limit_bytes=sum(run.n_bytes for run in formats.kept_runs()))
    begin(keeper)
    assert keeper.name == ""
    assert "not kept any more: kept trainings may take" in keeper.trouble
    assert "embedviz runs --remove NAME). The training goes on." in keeper.trouble
    keep(keeper, [0, 1])
    keeper.finish(run_of(1))
    assert [run.name for run in formats.kept_runs()] == names[::-1]


def test_a_third_of_the_free_disk_is_the_most(monkeypatch: pytest.MonkeyPatch) -> None:
    kept_training()
    taken = formats.kept_runs()[0].n_bytes

    class Usage:
        free = 3_000_000 - taken

    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage)
    assert run_room.limit() == 1_000_000
    assert run_room.limit(999) == 999
