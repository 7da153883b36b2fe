"""Matrices as compiled kernels want them: rows padded with zeros to whole vectors of the processor, and aligned."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embedviz.progress import Progress, Steps
from embedviz.space.arrays import FloatArray

LANE = 16
"""Floats in the widest vectors of processors, and in a line of their caches."""

_FLOATS_AT_ONCE = 1 << 18


def padded(n: int) -> int:
    """The width of rows of `n` numbers: a multiple of the lane."""
    return -(-n // LANE) * LANE


def aligned(n_rows: int, width: int) -> FloatArray:
    """A matrix of zeros float32 (n_rows, width) whose rows begin at lines of the cache."""
    floats = np.zeros(n_rows * width + LANE, np.float32)
    first = -floats.ctypes.data // floats.itemsize % LANE
    return floats[first : first + n_rows * width].reshape(n_rows, width)


def draw_steps(matrix: FloatArray, n_dims: int, rng: np.random.Generator) -> Steps[None]:
    """Fill the first `n_dims` columns evenly within ±0.5 / n_dims, as word2vec's program begins."""
    n_rows = max(1, _FLOATS_AT_ONCE // matrix.shape[1])
    for first in range(0, len(matrix), n_rows):
        rows = matrix[first : first + n_rows, :n_dims]
        rows[:] = (rng.random(rows.shape, np.float32) - np.float32(0.5)) / np.float32(n_dims)
        yield Progress(0.0, "Preparing to train")


def copy_steps(matrices: Sequence[FloatArray], targets: Sequence[FloatArray]) -> Steps[None]:
    """Copy matrices into others of the same shapes; ValueError where these differ."""
    for matrix, target in zip(matrices, targets, strict=True):
        if matrix.shape != target.shape:
            raise ValueError(f"a matrix of the shape {matrix.shape} is no start for one of {target.shape}")
        n_rows = max(1, _FLOATS_AT_ONCE // max(1, matrix.shape[1]))
        for first in range(0, len(matrix), n_rows):
            target[first : first + n_rows] = matrix[first : first + n_rows]
            yield Progress(0.0, "Preparing to train")


def packed_steps(matrix: FloatArray, n_dims: int) -> Steps[FloatArray]:
    """The matrix without padding, float32 (n_rows, n_dims), in its own memory, which is used up."""
    n_all, width = matrix.shape
    floats = matrix.reshape(-1)
    n_rows = max(1, _FLOATS_AT_ONCE // width)
    for row in range(0, n_all if n_dims < width else 0, n_rows):
        moved = matrix[row : row + n_rows, :n_dims]
        floats[row * n_dims : row * n_dims + moved.size].reshape(moved.shape)[:] = moved.copy()
        yield Progress(1.0, "Keeping the vectors")
    return floats[: n_all * n_dims].reshape(n_all, n_dims)
