"""Where a matrix stands while it is read: in memory, or in a file of our cache that is mapped where memory is short."""

from __future__ import annotations

import ctypes
import mmap
import os
import tempfile
from pathlib import Path

import numpy as np

from embedviz import paths
from embedviz.errors import MemoryPlanError
from embedviz.formats.memory_plan import disk_room, free_memory, short_of_memory
from embedviz.space.arrays import FloatArray
from embedviz.space.source import Note

PREFIX = "unpacked-matrix-"
_WORK_BYTES = 1 << 26
_OWN_PAGES_BYTES = 1 << 26  # what is larger never shares its pages with anything else


class RowStore:
    """Room for `most` rows of `n_dims` float32, of which about `expected` will be used; pages not touched cost nothing.

    Raises MemoryPlanError where neither memory nor the disk of our cache has room for what is expected.
    """

    def __init__(self, name: str, expected: int, most: int, n_dims: int, *, extra_bytes: int = 0) -> None:
        self._name = name
        row_bytes = 4 * max(1, n_dims)
        needed = expected * row_bytes + extra_bytes
        free = free_memory()
        self.is_mapped = needed > free
        if not self.is_mapped:
            room = max(expected, min(most, max(0, free - extra_bytes) // row_bytes))
            self.rows: FloatArray = untouched(room, expected, n_dims)
            _advise(self.rows, "MADV_NOHUGEPAGE")
            return
        room_on_disk = disk_room(paths.cache())
        if expected * row_bytes > room_on_disk or extra_bytes + _WORK_BYTES > free or os.name != "posix":
            raise short_of_memory(name, expected, n_dims, needed, free)
        self.rows = _mapped(min(most, room_on_disk // row_bytes), n_dims)

    def whole(self, n_rows: int) -> FloatArray:
        """The first `n_rows` rows; the others are given back. No other view of the rows may be used after."""
        if self.is_mapped:
            return self.rows[:n_rows]
        _advise(self.rows, "MADV_HUGEPAGE")
        self.rows.resize((n_rows, self.rows.shape[1]), refcheck=False)
        return self.rows

    def notes(self) -> list[Note]:
        """A sentence where the matrix is not in memory."""
        if not self.is_mapped:
            return []
        text = (
            f"“{self._name}” is larger than the memory that is free, so its vectors stay in a file of our cache, which "
            "is read where it is needed; questions take longer."
        )
        return [Note("memory_mapped", len(self.rows), text)]


def untouched(most: int, least: int, n_dims: int) -> FloatArray:
    """Rows that take memory only where they are written; fewer where the system will not promise so many."""
    while True:
        try:
            return np.empty((most, n_dims), np.float32)
        except MemoryError:
            if most <= least:
                raise
            most = max(least, most // 2)


def _advise(rows: FloatArray, advice: str) -> None:
    """Tell Linux whether the memory of a large array should be of huge pages, which numpy asks for.

    They serve questions, but in a virtual machine whose free memory went back to its host, to take them takes longer
    than to read a text file into them: small ones are taken first, and Linux joins them later, in the background.
    """
    if rows.nbytes < _OWN_PAGES_BYTES or not hasattr(mmap, advice):
        return
    first = rows.ctypes.data // mmap.PAGESIZE * mmap.PAGESIZE
    length = rows.ctypes.data + rows.nbytes - first
    ctypes.CDLL(None).madvise(ctypes.c_void_p(first), ctypes.c_size_t(length), getattr(mmap, advice))


def _mapped(n_rows: int, n_dims: int) -> FloatArray:
    """Rows in a new sparse file, which has no name any more and goes when nothing uses it."""
    handle, name = tempfile.mkstemp(prefix=PREFIX, dir=paths.cache())
    try:
        with os.fdopen(handle, "r+b") as file:
            file.truncate(4 * n_rows * n_dims)
            return np.memmap(file, np.float32, "r+", shape=(n_rows, n_dims))
    except (OSError, ValueError) as error:
        raise MemoryPlanError(f"No room could be made for the vectors on the disk: {error}.") from error
    finally:
        Path(name).unlink(missing_ok=True)
