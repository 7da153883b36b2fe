"""Leading eigenvectors beside numpy's decomposition of the whole matrix."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz.errors import MemoryPlanError
from embedviz.progress import Progress, finish
from embedviz.training import truncated_svd
from embedviz.training.truncated_svd import BLOCK, Leading, leading_steps


def found(matrix: np.ndarray, k: int, seen: list | None = None) -> Leading:
    exact = np.ascontiguousarray(matrix, np.float32)

    def product(block):
        assert block.flags.c_contiguous
        assert not block.flags.writeable
        yield Progress(None, "Multiplying")
        if seen is not None:
            seen.append(block.shape)
        return exact @ block

    return finish(leading_steps(product, len(matrix), k))


def falling(n: int, power: float, seed: int = 1) -> np.ndarray:
    """A matrix whose eigenvalues fall as i**-power."""
    turned = np.linalg.qr(np.random.default_rng(seed).normal(size=(n, n)))[0]
    return (turned * np.arange(1, n + 1) ** -power) @ turned.T


@pytest.mark.parametrize(("n", "k", "power"), [(60, 60, 0.8), (90, 7, 0.1), (1_300, 40, 0.9), (1_300, 3, 0.2)])
def test_values_and_vectors_are_those_of_the_whole(n: int, k: int, power: float) -> None:
    matrix = falling(n, power)
    leading = found(matrix, k)
    values, vectors = np.linalg.eigh(matrix)
    values, vectors = values[::-1][:k], vectors[:, ::-1][:, :k]
    np.testing.assert_allclose(leading.values, values, rtol=2e-6)
    assert leading.vectors.shape == (n, k)
    np.testing.assert_allclose(leading.vectors.T @ leading.vectors, np.eye(k), atol=2e-5)
    largest = np.abs(leading.vectors).argmax(axis=0)
    assert (leading.vectors[largest, range(k)] > 0).all()
    if power > 0.5:
        same = np.abs((leading.vectors * vectors).sum(axis=0))
        np.testing.assert_allclose(same, 1, atol=1e-4)
    assert not leading.vectors.flags.writeable


def test_a_large_matrix_is_read_a_few_times_and_always_the_same() -> None:
    matrix, seen = falling(1_500, 0.7), []
    first, again = found(matrix, 20, seen), found(matrix, 20)
    assert first.vectors.tobytes() == again.vectors.tobytes()
    assert first.values.tobytes() == again.values.tobytes()
    assert sum(width for _, width in seen) < 20 * BLOCK


@pytest.mark.parametrize("n", [200, 1_200])
def test_fewer_directions_than_are_asked_for(n: int) -> None:
    factors = np.random.default_rng(2).normal(size=(n, 5))
    leading = found(factors @ factors.T, 30)
    wanted = np.linalg.svd(factors, compute_uv=False) ** 2
    np.testing.assert_allclose(leading.values[:5], wanted, rtol=1e-5)
    assert (leading.values[5:] < 1e-5 * wanted[0]).all()
    assert np.isfinite(leading.vectors).all()
    assert not found(np.zeros((n, n)), 4).values.any()


def test_equal_values_are_all_found() -> None:
    """Blocks of 16 cannot tell 40 equal values apart: the basis is exhausted, and what lies beyond it is looked for."""
    matrix = np.diag(np.where(np.arange(1_100) < 40, 3.0, 1.0))
    np.testing.assert_allclose(found(matrix, 50).values, [3.0] * 40 + [1.0] * 10, rtol=1e-5)


def test_a_basis_that_does_not_fit_is_named(monkeypatch) -> None:
    monkeypatch.setattr(truncated_svd, "free_memory", lambda: 1_000)
    with pytest.raises(MemoryPlanError, match="choose fewer dimensions"):
        found(np.eye(1_100), 3)
