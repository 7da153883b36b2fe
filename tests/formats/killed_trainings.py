"""Kill a training before each of its file operations in turn, in a process of its own that has one thread.

`python killed_trainings.py FOLDER` prints how many places there were; an exception tells at which one a kept run was
not whole.
"""

from __future__ import annotations

import os
import shutil
import sys
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import kept_trainings
from kept_trainings import N_EPOCHS

from embedviz import formats
from embedviz.formats import RunKeeper
from embedviz.formats.run_holding import hold_run

OPERATIONS = ("open", "write", "fsync", "replace", "unlink", "mkdir")


class Killer:
    """Ends the process before the operation of a number; one that writes has written half by then."""

    def __init__(self, place: int) -> None:
        self.place, self.done = place, 0

    def watch(self, name: str) -> None:
        """Let one function of `os` count."""
        before = getattr(os, name)

        def watched(*arguments: Any, **keywords: Any) -> Any:
            if self.done == self.place:
                if name == "write":
                    before(arguments[0], arguments[1][: len(arguments[1]) // 2])
                os._exit(9)
            self.done += 1
            return before(*arguments, **keywords)

        setattr(os, name, watched)


def train(marks: Path, *, resume: str | None = None) -> None:
    """Train to the end, and note outside the runs folder which epochs are said to be kept."""
    keeper = RunKeeper(resume=hold_run(resume) if resume is not None else None)
    kept_trainings.begin(keeper)
    last = -1 if keeper.last_epoch is None else keeper.last_epoch
    for epoch in range(last, N_EPOCHS + 1):
        if epoch > last:
            kept_trainings.keep(keeper, [epoch], with_parts=True)
        assert not keeper.trouble, keeper.trouble
        (marks / str(epoch)).mkdir(exist_ok=True)
    keeper.finish(kept_trainings.run_of(N_EPOCHS))


def killed_at(place: int, work: Callable[[], None]) -> bool:
    """Do the work in a process that is killed at a place; False if it came to its end before."""
    child = os.fork()
    if not child:
        killer = Killer(place)
        for name in OPERATIONS:
            killer.watch(name)
        try:
            work()
            os._exit(0)
        finally:
            traceback.print_exc()
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, 9), f"place {place}: the training failed"
    return status == 9


def check(place: int, marks: Path) -> None:
    """What is kept is whole, and reaches as far as was said; a training can go on from it, killed once more or not."""
    found = formats.list_runs()
    assert not found.damaged, (place, found.damaged)
    last = max((int(mark.name) for mark in marks.iterdir()), default=-1)
    assert len(found.runs) <= 1, place
    if not found.runs:
        assert last == -1, (place, last)
        return
    run = found.runs[0]
    kept_trainings.check_whole(run, with_parts=True)
    assert run.kept_epochs[-1] in (last, last + 1), (place, last)
    if run.status == "complete":
        assert run.kept_epochs == (0, 1, 2, 3), place
    else:
        assert (run.status, run.resumes_after) == ("interrupted", run.kept_epochs[-1]), place


def main(folder: Path) -> None:
    """Kill at every place of a training, then go on with what was left, killed at a place too."""
    runs, marks = folder / "runs", folder / "marks"
    os.environ["EMBEDVIZ_RUNS"] = str(runs)
    os.fsync = lambda _: None  # what a killed process wrote stays written
    place, was_killed = 0, True
    while was_killed:
        for each in (runs, marks):
            shutil.rmtree(each, ignore_errors=True)
            each.mkdir()
        was_killed = killed_at(place, partial(train, marks))
        check(place, marks)
        names = [run.name for run in formats.kept_runs()]
        if names and was_killed:
            killed_at(place // 2, partial(train, marks, resume=names[0]))
            check(place, marks)
            train(marks, resume=names[0])
            assert formats.kept_runs()[0].status == "complete", place
            check(place, marks)
        else:
            other = kept_trainings.kept_training()  # which sweeps up what was left
            assert {each.name for each in runs.iterdir() if each.is_dir()} == {other, *names}, place
        place += 1
    print(place)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
