"""Memory that was freed, given back to the system: the C library keeps it for what may come, and it counts as ours."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Give back what this process freed, where the C library can (glibc); some ms, during which others run on."""
    if sys.platform.startswith("linux"):
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(ctypes.c_size_t(0))
