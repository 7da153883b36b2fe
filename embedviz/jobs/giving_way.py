"""Threads that give way to the window where there are fewer processors than wishes."""

from __future__ import annotations

import contextlib
import os
import sys
import threading

WORK_NICENESS = 5
"""Of work that somebody waits for: the window is drawn first, and what nobody waits for comes last."""


def give_way(niceness: int) -> None:
    """Let this thread, and those it starts, give way to others of this process by so much, if not by more already.

    Linux alone lets one thread of a process give way; elsewhere, and where a sandbox forbids it, all goes on as it is.
    """
    if sys.platform == "linux":
        own = threading.get_native_id()
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, own, max(os.getpriority(os.PRIO_PROCESS, own), niceness))
