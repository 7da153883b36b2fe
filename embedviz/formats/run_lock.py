"""A lock on a file that the system gives back when the process that holds it ends, however it ends."""

from __future__ import annotations

import os
import sys
import time
import weakref
from pathlib import Path

_NOT_FOLLOWED = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_WAIT_SECONDS = 0.01


class FileLock:
    """A held lock; `release` gives it back, as does the end of the object or of the process."""

    def __init__(self, descriptor: int) -> None:
        self._release = weakref.finalize(self, os.close, descriptor)

    def release(self) -> None:
        """Give the lock back; a second time does nothing."""
        self._release()


def lock_file(path: Path, *, is_shared: bool = False, patience_seconds: float = 0.0) -> FileLock | None:
    """Lock a file, made if needed; None where somebody else, perhaps in this process, holds it all that time.

    Several may share a lock (not on Windows, where each lock is for one). OSError where the file cannot be made, or its
    disk knows no locks.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | _NOT_FOLLOWED, 0o600)
    deadline = time.monotonic() + patience_seconds
    try:
        while not _try(descriptor, is_shared=is_shared):
            if time.monotonic() >= deadline:
                os.close(descriptor)
                return None
            time.sleep(_WAIT_SECONDS)
    except OSError:
        os.close(descriptor)
        raise
    return FileLock(descriptor)


def is_locked(path: Path) -> bool:
    """Whether somebody holds the lock of a file; False where there is no such file."""
    if not path.exists():
        return False
    try:
        lock = lock_file(path, is_shared=True)
    except OSError:
        return False
    if lock is None:
        return True
    lock.release()
    return False


if sys.platform == "win32":
    import msvcrt

    def _try(descriptor: int, *, is_shared: bool) -> bool:  # noqa: ARG001  # there are none to share
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

else:
    import fcntl

    def _try(descriptor: int, *, is_shared: bool) -> bool:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
