"""Work that gives way to the window."""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import TypeVar

from embedviz.progress import Progress, Steps

Result = TypeVar("Result")

BACKGROUND_NICENESS = 10
_LOOK_SECONDS = 0.05


def in_background(steps: Steps[Result], *, after_seconds: float = 0.0) -> Steps[Result]:
    """The same work on a thread that gives way to the window, and so do the threads it starts.

    It begins `after_seconds`, and may be cancelled before. Linux alone lets one thread of a process give way; elsewhere
    the work goes on as it is.
    """
    begin = time.monotonic() + after_seconds
    while (left := begin - time.monotonic()) > 0:
        yield Progress(None, "Waiting for a quiet moment")
        time.sleep(min(left, _LOOK_SECONDS))
    if sys.platform == "linux":
        own = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, own, max(os.getpriority(os.PRIO_PROCESS, own), BACKGROUND_NICENESS))
    return (yield from steps)
