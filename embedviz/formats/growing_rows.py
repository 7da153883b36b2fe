"""A matrix that fills row by row while nobody knows how many rows there will be."""

from __future__ import annotations

import sys

import numpy as np

from embedviz.errors import FormatError
from embedviz.formats import memory_plan
from embedviz.formats.memory_plan import check_memory
from embedviz.formats.row_store import untouched
from embedviz.space.arrays import FloatArray, RowArray

_STEP_BYTES = 1 << 22


class GrowingRows:
    """float32 rows of one length; takes room as it fills, without ever holding two copies that are both in use.

    Where room cannot be set aside it grows by half, which numpy does while all other threads wait.
    """

    def __init__(self, name: str, n_items: int | None = None, *, can_sample: bool = False) -> None:
        self._name = name
        self._n_items = n_items
        self._can_sample = can_sample
        self._rows: FloatArray | None = None
        self.n_rows = self._n_promised = 0

    @property
    def n_dims(self) -> int | None:
        """The length of the rows, known from the first on."""
        return None if self._rows is None else int(self._rows.shape[1])

    def room(self, n_more: int, n_dims: int) -> FloatArray:
        """The next `n_more` rows of `n_dims`, to be filled by the caller before the next call.

        Raises MemoryPlanError where they do not fit, FormatError past the declared number of rows.
        """
        needed, row_bytes = self.n_rows + n_more, 4 * max(1, n_dims)
        least = max(n_more, _STEP_BYTES // row_bytes) if self._n_items is None else self._n_items
        if self._rows is None:
            check_memory(self._name, least, n_dims, can_sample=self._can_sample)
            most = least
            if self._n_items is None and sys.platform == "linux":  # where what is not touched costs nothing
                most = max(least, memory_plan.free_memory() // row_bytes)
            self._rows, self._n_promised = untouched(most, least, n_dims), least
        elif self._n_items is None and needed > self._n_promised:  # others may have taken memory meanwhile
            check_memory(self._name, least, n_dims)
            self._n_promised = self.n_rows + least
        if needed > len(self._rows):
            if self._n_items is not None:
                raise FormatError(f"“{self._name}” holds more rows than the {self._n_items:,} it declares.")
            most = max(needed, len(self._rows) + len(self._rows) // 2)
            check_memory(self._name, most - self.n_rows, n_dims)
            self._rows.resize((most, n_dims), refcheck=False)
        start, self.n_rows = self.n_rows, needed
        return self._rows[start:needed]

    def keep(self, n_last: int, places: RowArray) -> None:
        """Of the last `n_last` rows keep those at `places` among them, ascending; the others give their room back."""
        assert self._rows is not None, "rows were filled before"
        first = self.n_rows - n_last
        self._rows[first : first + len(places)] = self._rows[first + places]
        self.n_rows = first + len(places)

    def whole(self) -> FloatArray:
        """All rows that were filled; nothing may be added after."""
        if self._rows is None:
            return np.empty((0, 0), np.float32)
        if self.n_rows < len(self._rows):
            self._rows.resize((self.n_rows, self._rows.shape[1]), refcheck=False)
        return self._rows
