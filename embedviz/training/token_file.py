"""The word numbers of a corpus, held on disk where they are many: written once, read a slice at a time."""

from __future__ import annotations

import tempfile
import threading
import weakref
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embedviz.errors import OutputError
from embedviz.space.arrays import read_only

TokenArray = NDArray[np.uint16] | NDArray[np.int32]

HELD_BYTES = 1 << 22
"""Fewer bytes than these stay in memory."""


class TokenFile:
    """Word numbers of one dtype in order; `len` and slices, which are read anew, and may be by several threads at once.

    Above 4 MB they stand in a file of `folder` that has no name and is gone with this object, so that a text of any
    length can be learned from. OutputError where that file cannot be written.
    """

    def __init__(self, folder: Path, dtype: np.dtype[np.uint16] | np.dtype[np.int32]) -> None:
        self.dtype = dtype
        self._n_tokens = 0
        self._lock = threading.Lock()
        self._file = tempfile.SpooledTemporaryFile(HELD_BYTES, dir=str(folder))  # noqa: SIM115  # closed with this object
        weakref.finalize(self, self._file.close)

    def append(self, tokens: NDArray[np.int32]) -> None:
        """Add tokens to the end."""
        try:
            with self._lock:
                self._file.seek(0, 2)
                self._file.write(tokens.astype(self.dtype).data)
        except OSError as error:
            raise OutputError(
                f"The text as numbers cannot be written to the cache: {error.strerror or error}. Make room on that "
                "disk, or name another folder by EMBEDVIZ_CACHE."
            ) from error
        self._n_tokens += len(tokens)

    def __len__(self) -> int:
        """How many tokens there are."""
        return self._n_tokens

    def __getitem__(self, part: slice) -> TokenArray:
        """Tokens from one place to a later one, read-only."""
        first, last, step = part.indices(self._n_tokens)
        tokens = np.empty(max(0, last - first), self.dtype)
        with self._lock:
            self._file.seek(first * self.dtype.itemsize)
            n_read = self._file.readinto(tokens.view(np.uint8).data)
        if n_read != tokens.nbytes:
            raise OutputError("The text as numbers was cut short in the cache; train again.")
        return read_only(tokens[::step])
