"""The memory of a matrix while it is read, and after."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from embedviz.formats import row_store
from embedviz.formats.row_store import RowStore

HUGE_PAGES = Path("/sys/kernel/mm/transparent_hugepage")


def flags_at(place: int) -> list[str]:
    """What Linux was told about the memory at an address."""
    found: list[str] = []
    is_there = False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        name, _, rest = line.partition(" ")
        if not name.endswith(":"):
            start, end = (int(each, 16) for each in name.split("-"))
            is_there = start <= place < end
        elif is_there and name == "VmFlags:":
            found = rest.split()
    return found


def test_rows_stay_when_the_room_behind_them_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_store, "_OWN_PAGES_BYTES", 1 << 25)
    store = RowStore("x", 100, 1 << 40, 300)
    written = np.arange(30_000, dtype=np.float32).reshape(100, 300)
    store.rows[:100] = written
    assert np.array_equal(store.whole(100), written)


@pytest.mark.skipif(not sys.platform.startswith("linux") or not HUGE_PAGES.exists(), reason="Linux with huge pages")
def test_small_pages_are_taken_while_rows_are_read_and_joined_later() -> None:
    store = RowStore("x", 60_000, 60_000, 300)
    assert "nh" in flags_at(store.rows.ctypes.data)
    store.rows[:] = 1
    rows = store.whole(59_999)
    assert "hg" in flags_at(rows.ctypes.data)
    assert rows.sum(dtype=np.int64) == 59_999 * 300


def test_a_small_matrix_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda name: pytest.fail("the system was asked"))
    store = RowStore("x", 10, 10, 3)
    store.rows[:] = 2
    assert store.whole(4).tolist() == [[2, 2, 2]] * 4
