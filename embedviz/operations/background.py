"""Work that gives way to the window."""

from __future__ import annotations

import time
from typing import TypeVar

from embedviz.jobs.giving_way import give_way
from embedviz.progress import Progress, Steps

Result = TypeVar("Result")

BACKGROUND_NICENESS = 10
_LOOK_SECONDS = 0.05


def in_background(steps: Steps[Result], *, after_seconds: float = 0.0) -> Steps[Result]:
    """The same work on a thread that gives way to the window and to work that somebody waits for.

    So do the threads it starts. It begins `after_seconds`, and may be cancelled before.
    """
    begin = time.monotonic() + after_seconds
    while (left := begin - time.monotonic()) > 0:
        yield Progress(None, "Waiting for a quiet moment")
        time.sleep(min(left, _LOOK_SECONDS))
    give_way(BACKGROUND_NICENESS)
    return (yield from steps)
