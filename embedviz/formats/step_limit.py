"""A limit on the work between two steps, for native libraries that a damaged file sends round in circles."""

from __future__ import annotations

import signal
from typing import TypeVar

from embedviz.progress import Command, Steps

Result = TypeVar("Result")


def limited(steps: Steps[Result], seconds: float) -> Steps[Result]:
    """The same steps; the system ends this process where one of them takes more `seconds` of the processor.

    For the child process only. It is time of the processor, so a slow disk counts for nothing; where the system has no
    such clock (Windows) there is no limit, and the person cancels.
    """
    command: Command | None = None
    set_clock = getattr(signal, "setitimer", None)
    try:
        while True:
            if set_clock is not None:
                set_clock(signal.ITIMER_PROF, seconds)
            step = steps.send(command) if command is not None else next(steps)
            command = yield step
    except StopIteration as stop:
        result: Result = stop.value
        return result
    finally:
        if set_clock is not None:
            set_clock(signal.ITIMER_PROF, 0)
        steps.close()
