"""The leading eigenvectors of a large matrix that is known by its products alone, found in small steps.

Block Lanczos with full reorthogonalization (Golub & Underwood 1977, The block Lanczos method for computing eigenvalues)
and thick restarts (Wu & Simon 2000, Thick-restart Lanczos method for large symmetric eigenvalue problems). For A times
its transpose they are the left singular vectors of A, and its singular values are the roots of the eigenvalues.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.errors import MemoryPlanError
from embedviz.formats.memory_plan import free_memory
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import DoubleArray, FloatArray, read_only

Product = Callable[[FloatArray], Steps[FloatArray]]
"""The matrix times a block float32 (n, width), which is only read; the product is a new array."""

BLOCK = 16
"""Columns of a block: so many floats are a line of the cache."""

_TOLERANCE = 1e-4
_NOISE = 1e-6  # of the largest eigenvalue: what products in float32 cannot tell from nothing
_SMALL = 1_024
_MOST_COLUMNS = 40  # times k, and then it is left as it is
_FLOATS_AT_ONCE = 1 << 22
_GIGABYTE = 1e9


@dataclass(frozen=True, eq=False)
class Leading:
    """Eigenvectors float32 (n, k) in columns, and their `values` float64 (k,), the largest first, none negative.

    The entry of largest size in each column is positive.
    """

    vectors: FloatArray
    values: DoubleArray


def leading_steps(product: Product, n: int, k: int) -> Steps[Leading]:
    """The `k` <= `n` leading eigenvectors of a symmetric matrix (n, n) without negative eigenvalues.

    Each satisfies its equation to a ten-thousandth of its value, which puts the value itself right to about 1e-8. The
    start is always the same, so the result is. A small matrix is decomposed whole. MemoryPlanError where the basis,
    about 8 n k bytes, does not fit.
    """
    if n <= _SMALL:
        return (yield from _whole_steps(product, n, k))
    basis, rng, before = _Basis(n, k), np.random.default_rng(0), None
    block = yield from basis.random_steps(rng)
    n_used = 0
    while True:
        n_used += block.shape[1]
        yield Progress(min(0.95, n_used / (6 * k + 10 * BLOCK)), f"Finding {k:,} directions")
        block = yield from basis.add_steps(block, (yield from product(read_only(block))))
        is_exhausted = not block.shape[1]  # the basis holds whatever its start held: then look beyond
        if basis.n_columns >= k:
            errors = basis.decompose()
            values = basis.values[:k]
            is_settled = bool((errors <= _TOLERANCE * values + _NOISE * values[0]).all())
            if is_exhausted and is_settled:
                is_settled = before is not None and np.allclose(before, values)
                before = values
            if is_settled or basis.n_columns == n or n_used > _MOST_COLUMNS * k + 1_000:
                return _signed((yield from basis.eigenvectors_steps()), values)
            yield from basis.make_room_steps(block.shape[1])
        if is_exhausted:
            block = yield from basis.random_steps(rng)


class _Basis:
    """Orthonormal columns that grow by blocks, and what the matrix is among them (Rayleigh and Ritz)."""

    def __init__(self, n: int, k: int) -> None:
        most = min(n, 2 * k + 4 * BLOCK)
        _check_memory(4 * n * (most + 4 * BLOCK + k))
        self.n_columns = 0
        self.values: DoubleArray = np.zeros(0)
        self._n, self._k, self._most = n, k, most
        self._columns: FloatArray = np.empty((n, most), np.float32)
        self._inner: DoubleArray = np.zeros((most, most))
        self._turns: DoubleArray = np.zeros((0, 0))
        self._new, self._rest = slice(0, 0), np.zeros((0, 0))

    @property
    def columns(self) -> FloatArray:
        """The columns so far, float32 (n, n_columns), as a view."""
        return self._columns[:, : self.n_columns]

    def random_steps(self, rng: np.random.Generator) -> Steps[FloatArray]:
        """An orthonormal block drawn by chance, orthogonal to the columns; as wide as there is room for."""
        block = rng.standard_normal((self._n, min(BLOCK, self._n - self.n_columns)), np.float32)
        yield from _orthogonalize_steps(block, self.columns)
        return (yield from _orthonormal_steps(block, 0.0))[0]

    def add_steps(self, block: FloatArray, product: FloatArray) -> Steps[FloatArray]:
        """Add an orthonormal block, whose product is given and used up; returns the part of that which is new.

        That part is made orthonormal, the next block to add; it has no columns where there is nothing new.
        """
        self._new = new = slice(self.n_columns, self.n_columns + block.shape[1])
        self._columns[:, new] = block
        self.n_columns = new.stop
        size = float(np.linalg.norm(product, axis=0).max())
        self._inner[: new.stop, new] = yield from _orthogonalize_steps(product, self.columns)
        self._inner[new, : new.stop] = self._inner[: new.stop, new].T
        fresh, self._rest = yield from _orthonormal_steps(product, _NOISE * size)
        return fresh

    def decompose(self) -> DoubleArray:
        """Find `values` and vectors among the columns, and how far each of the k leading ones is from its equation."""
        self.values, self._turns = _eigen(self._inner[: self.n_columns, : self.n_columns])
        errors: DoubleArray = np.linalg.norm(self._rest @ self._turns[self._new, : self._k], axis=0)
        return errors

    def make_room_steps(self, width: int) -> Steps[None]:
        """Where another block does not fit, keep only what is best among the columns."""
        if self.n_columns + (width or min(BLOCK, self._n - self.n_columns)) <= self._most:
            return
        n_kept = self._k + (self._most - self._k) // 4
        turns = self._turns[:, :n_kept].astype(np.float32)
        for part in _parts(self.columns):
            self._columns[part, :n_kept] = self._columns[part, : self.n_columns] @ turns
            yield Progress(None, "Keeping the best directions")
        self.n_columns = n_kept
        self._inner[:] = 0
        np.fill_diagonal(self._inner[:n_kept, :n_kept], self.values[:n_kept])

    def eigenvectors_steps(self) -> Steps[FloatArray]:
        """The k leading eigenvectors, float32 (n, k)."""
        vectors: FloatArray = np.empty((self._n, self._k), np.float32)
        turns = self._turns[:, : self._k].astype(np.float32)
        for part in _parts(self.columns):
            vectors[part] = self.columns[part] @ turns
            yield Progress(None, "Keeping the directions")
        return vectors


def _whole_steps(product: Product, n: int, k: int) -> Steps[Leading]:
    """Decompose a small matrix, which is its product with the unit matrix."""
    unit, matrix = np.eye(n, dtype=np.float32), np.empty((n, n))
    for first in range(0, n, BLOCK):
        block = np.ascontiguousarray(unit[:, first : first + BLOCK])
        matrix[:, first : first + BLOCK] = yield from product(read_only(block))
        yield Progress(0.9 * first / n, f"Finding {k:,} directions")
    values, vectors = _eigen(matrix)
    return _signed(np.ascontiguousarray(vectors[:, :k], np.float32), values[:k])


def _eigen(matrix: DoubleArray) -> tuple[DoubleArray, DoubleArray]:
    """Eigenvalues, the largest first and none negative, and eigenvectors in columns, of a small symmetric matrix."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return np.maximum(values[::-1], 0), vectors[:, ::-1]


def _signed(vectors: FloatArray, values: DoubleArray) -> Leading:
    """The entry of largest size in each column made positive (the first of equals)."""
    for column in vectors.T:
        if column[np.argmax(np.abs(column))] < 0:
            column *= -1
    return Leading(read_only(vectors), read_only(values.copy()))


def _orthogonalize_steps(block: FloatArray, columns: FloatArray) -> Steps[DoubleArray]:
    """Take from `block`, in place, its part along orthonormal `columns`; returns what was along each, float64.

    Twice is enough (Giraud et al. 2005, Rounding error analysis of the classical Gram-Schmidt process).
    """
    along = np.zeros((columns.shape[1], block.shape[1]))
    for _ in range(2 if columns.shape[1] else 0):
        found = np.zeros_like(along)
        for part in _parts(columns):
            found += columns[part].T @ block[part]
            yield Progress(None, "Making directions orthogonal")
        along += found
        taken = found.astype(np.float32)
        for part in _parts(columns):
            block[part] -= columns[part] @ taken
            yield Progress(None, "Making directions orthogonal")
    return along


def _orthonormal_steps(block: FloatArray, least: float) -> Steps[tuple[FloatArray, DoubleArray]]:
    """An orthonormal basis (n, r) of what `block` (n, width) spans, and its coordinates there, float64 (r, width).

    Directions along which the block is no longer than `least` are left out.
    """
    coordinates: DoubleArray | None = None
    for _ in range(2):  # the second time mends what the first left inexact
        inner = np.zeros((block.shape[1], block.shape[1]))
        for part in _parts(block):
            exact = block[part].astype(np.float64)
            inner += exact.T @ exact
            yield Progress(None, "Making directions orthogonal")
        squares, turns = _eigen(inner)
        is_kept = squares > max(least * least, 1e-12 * squares.max(initial=0.0))
        lengths, turns = np.sqrt(squares[is_kept]), turns[:, is_kept]
        if coordinates is None:
            coordinates = lengths[:, None] * turns.T
            turns = turns / lengths
        else:
            turns = turns / lengths @ turns.T
        narrowed, turn = np.empty((len(block), len(turns.T)), np.float32), turns.astype(np.float32)
        for part in _parts(block):
            narrowed[part] = block[part] @ turn
            yield Progress(None, "Making directions orthogonal")
        block, least = narrowed, 0.0
    assert coordinates is not None, "the loop runs twice"
    return block, coordinates


def _parts(matrix: NDArray[Any]) -> list[slice]:
    """The rows of a matrix in parts of some milliseconds' work."""
    n_rows = max(1, _FLOATS_AT_ONCE // max(1, matrix.shape[1]))
    return [slice(first, first + n_rows) for first in range(0, len(matrix), n_rows)]


def _check_memory(n_bytes: int) -> None:
    free = free_memory()
    if n_bytes > free:
        raise MemoryPlanError(
            f"Finding the directions of so many words needs {n_bytes / _GIGABYTE:,.1f} GB, and "
            f"{free / _GIGABYTE:,.1f} GB of memory are free; close other programs, or choose fewer dimensions, a "
            "higher minimum count, or a smaller maximum vocabulary."
        )
