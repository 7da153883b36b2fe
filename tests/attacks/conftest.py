"""Attacks stay within bounds of memory: a small file never makes the process large."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from damaged import MOST_BYTES

_CLEAR, _STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")
_FORGET_PEAK = "5"  # see proc(5)


@pytest.fixture
def memory_bounded() -> Iterator[None]:
    """Fail where the process was larger by MOST_BYTES at any moment of the test; Linux alone tells."""
    if not _CLEAR.exists():
        yield
        return
    _CLEAR.write_text(_FORGET_PEAK)
    before = psutil.Process().memory_info().rss
    yield
    peak = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM"))
    assert int(peak.split()[1]) * 1024 - before < MOST_BYTES
