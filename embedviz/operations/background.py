"""Work that gives way to the window."""

from __future__ import annotations

import os
import sys
import threading
from typing import TypeVar

from embedviz.progress import Steps

Result = TypeVar("Result")

BACKGROUND_NICENESS = 10


def in_background(steps: Steps[Result]) -> Steps[Result]:
    """The same work on a thread that gives way to the window, and so do the threads it starts.

    Linux alone lets one thread of a process give way; elsewhere the work goes on as it is.
    """
    if sys.platform == "linux":
        own = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, own, max(os.getpriority(os.PRIO_PROCESS, own), BACKGROUND_NICENESS))
    return (yield from steps)
