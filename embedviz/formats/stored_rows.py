"""Rows of a matrix that stay in the file of a person, read when they are asked for: never mapped, never out of date."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embedviz.errors import FileAccessError
from embedviz.formats.probe import access_error, state_of
from embedviz.space.arrays import FloatArray, RowArray
from embedviz.space.source import FileState


@dataclass(frozen=True)
class StoredRows:
    """The little-endian float32 matrix of `shape` that begins at byte `at` of the file at `path` while in `state`."""

    path: Path
    state: FileState
    at: int
    shape: tuple[int, int]

    @property
    def nbytes(self) -> int:
        """The memory it holds: none."""
        return 0

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: RowArray) -> FloatArray:
        """Some rows (n, n_dims), in the order asked.

        FileAccessError where the file is gone or another by now, IndexError for a row that is not there.
        """
        n_rows, n_dims = self.shape
        if len(rows) and not 0 <= int(rows.min()) <= int(rows.max()) < n_rows:
            raise IndexError(f"a row outside of {n_rows:,}")
        found = np.empty((len(rows), n_dims), "<f4")
        try:
            with self.path.open("rb", buffering=0) as file:
                if state_of(file) != self.state:
                    raise self._changed()
                for row, target in zip(rows.tolist(), found, strict=True):
                    file.seek(self.at + row * target.nbytes)
                    if file.readinto(target) != target.nbytes:  # type: ignore[arg-type]  # an array is a buffer
                        raise self._changed()
        except OSError as error:
            raise access_error(self.path, error) from error
        return found.astype(np.float32, copy=False)

    def _changed(self) -> FileAccessError:
        return FileAccessError(
            f"“{self.path.name}” changed since it was opened, and the parts of words are read from it; open it again."
        )
