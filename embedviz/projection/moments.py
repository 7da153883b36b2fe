"""Second moments of many vectors, summed in float64 over chunks that stay in the processor's cache."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.progress import Progress, Steps
from embedviz.space.arrays import DoubleArray, FlagArray, FloatArray

_CHUNK_NUMBERS = 1 << 17
_LONG_ROW = 4096
_BLOCK_DIMS = 1024
_SAMPLE_ROWS = 4096


@dataclass(frozen=True, eq=False)
class Moments:
    """What a pass over all vectors found: `mean` (n_dims,), where rows are `finite`, and the `scatter` matrix.

    `scatter` is the sum of outer products of the centred vectors (n_dims, n_dims), or the Gram matrix of the centred
    finite rows (n_finite, n_finite). Both have the same eigenvalues other than zero, and the same trace.
    """

    mean: DoubleArray
    finite: FlagArray
    scatter: DoubleArray

    @property
    def n_finite(self) -> int:
        """How many vectors are finite."""
        return int(np.count_nonzero(self.finite))


def shifted_chunks(
    vectors: FloatArray, shift: NDArray[np.floating[Any]]
) -> Iterator[tuple[slice, NDArray[np.floating[Any]]]]:
    """Slices of rows and their vectors less `shift`, in its dtype and in one buffer that the next chunk overwrites.

    A chunk has up to 128 K numbers, and 512 rows at least, so that a product is worth its matrix. The shift is laid out
    several times in a row: numpy subtracts a few long rows much faster than many short ones.
    """
    n_items, n_dims = vectors.shape
    repeats = max(1, _LONG_ROW // max(1, n_dims))
    step = min(n_items, max(512, _CHUNK_NUMBERS // max(1, n_dims)) // repeats * repeats or repeats)
    buffer = np.empty((step, n_dims), shift.dtype)
    repeated = np.tile(shift, repeats)
    for start in range(0, n_items, max(1, step)):
        rows = slice(start, min(start + step, n_items))
        chunk = buffer[: rows.stop - start]
        chunk[:] = vectors[rows]
        n_whole = len(chunk) // repeats * repeats
        long_rows = chunk[:n_whole].reshape(-1, repeats * n_dims)
        with np.errstate(over="ignore", invalid="ignore"):
            long_rows -= repeated
            chunk[n_whole:] -= shift
        yield rows, chunk


def scatter_steps(vectors: FloatArray, dtype: type[np.float32] | type[np.float64] = np.float64) -> Steps[Moments]:
    """Sum the scatter matrix of `vectors` float32 (n, n_dims), non-finite rows left out, in one pass.

    Rows are shifted by a mean estimated beforehand and the rest of the shift is taken out at the end (Chan, Golub and
    LeVeque 1983, "Algorithms for computing the sample variance"), so that large offsets do not lose digits. Products
    within a chunk have the precision of `dtype`, sums over chunks are float64.
    """
    n_items, n_dims = vectors.shape
    shift = _rough_mean(vectors)
    total, n_finite = np.zeros(n_dims), 0
    finite = np.zeros(n_items, np.bool_)
    scatter = np.zeros((n_dims, n_dims))
    for rows, chunk in shifted_chunks(vectors, shift.astype(dtype)):
        finite[rows] = kept = _finite_rows(chunk)
        chunk = chunk if kept.all() else chunk[kept]
        n_finite += len(chunk)
        with np.errstate(over="ignore", invalid="ignore"):
            total += np.ones(len(chunk), dtype) @ chunk
        for one, other in _blocks(n_dims):
            with np.errstate(over="ignore", invalid="ignore"):
                scatter[one, other] += chunk[:, one].T @ chunk[:, other]
            yield Progress(rows.start / n_items, "Summing the covariance of all items")
    total /= max(1, n_finite)
    with np.errstate(invalid="ignore"):
        scatter -= n_finite * np.outer(total, total)
    for one, other in _blocks(n_dims):
        scatter[other, one] = scatter[one, other].T
    return Moments(shift + total, finite, scatter)


def gram_steps(vectors: FloatArray) -> Steps[Moments]:
    """Sum the Gram matrix of the centred finite rows of `vectors`: the short way where n_dims exceeds the items."""
    n_items, n_dims = vectors.shape
    finite = np.zeros(n_items, np.bool_)
    for rows in _bands(n_items, n_dims):
        finite[rows] = _finite_rows(vectors[rows].astype(np.float64))
        yield Progress(0.1 * rows.start / max(1, n_items), "Looking for vectors that are not finite")
    n_finite = int(np.count_nonzero(finite))
    mean, gram = np.zeros(n_dims), np.zeros((n_finite, n_finite))
    if n_finite:
        for columns in _bands(n_dims, n_finite):
            band = vectors[:, columns][finite].astype(np.float64)
            mean[columns] = band.mean(axis=0)
            band -= mean[columns]
            gram += band @ band.T
            yield Progress(0.1 + 0.9 * columns.start / n_dims, "Summing the products of all pairs of items")
    return Moments(mean, finite, gram)


def _blocks(n_dims: int) -> Iterator[tuple[slice, slice]]:
    """The blocks of a symmetric matrix on and above its diagonal."""
    starts = range(0, n_dims, _BLOCK_DIMS)
    for first in starts:
        for second in starts[starts.index(first) :]:
            yield slice(first, first + _BLOCK_DIMS), slice(second, second + _BLOCK_DIMS)


def _bands(n: int, width: int) -> Iterator[slice]:
    step = max(64, 2 * _CHUNK_NUMBERS // max(1, width))
    for start in range(0, n, step):
        yield slice(start, min(start + step, n))


def _finite_rows(chunk: NDArray[np.floating[Any]]) -> FlagArray:
    """True where no number of a row is NaN or infinite: by its sum, looked at closely where that is not finite."""
    with np.errstate(over="ignore", invalid="ignore"):
        finite: FlagArray = np.isfinite(chunk @ np.ones(chunk.shape[1], chunk.dtype))
    if not finite.all():
        finite[~finite] = np.isfinite(chunk[~finite]).all(axis=1)
    return finite


def _rough_mean(vectors: FloatArray) -> DoubleArray:
    """The mean of evenly spread rows, rounded to float32 so that equal values are shifted to exactly zero."""
    step = max(1, len(vectors) // _SAMPLE_ROWS)
    sample = vectors[::step][:_SAMPLE_ROWS].astype(np.float64)
    sample = sample[_finite_rows(sample)]
    if not len(sample):
        return np.zeros(vectors.shape[1])
    mean: DoubleArray = sample.mean(axis=0).astype(np.float32).astype(np.float64)
    return mean
