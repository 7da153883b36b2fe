"""Principal components of all finite items and all dimensions: exact, in chunks, with signs that do not change."""

from __future__ import annotations

import numpy as np

from embedviz.errors import EmbedvizError, MemoryPlanError, OptionError
from embedviz.formats.memory_plan import free_memory
from embedviz.progress import Progress, Steps, within
from embedviz.projection.method import Method
from embedviz.projection.moments import Moments, gram_steps, scatter_steps, shifted_chunks
from embedviz.space.arrays import DoubleArray, FloatArray
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.projection import Projection

_LARGE_PRODUCTS = 2e8
_SMALLEST_VARIANCE = 1e-24
_MATRICES = 4
_EPSILON = float(np.finfo(np.float64).eps)


def pca_steps(space: EmbeddingSpace, *, n_components: int = 2) -> Steps[Projection]:
    """Project `space` onto its first principal components: scores (n_items, n_components), unscaled.

    Eigenvectors are float64 (`numpy.linalg.eigh` of the covariance, or of the Gram matrix where there are fewer items
    than dimensions); nothing is sampled. Large spaces first sum the products within a chunk in float32 and keep that
    only if every variance asked for is then right to about 1e-5 of itself; otherwise, and in small spaces, all sums
    are float64. Variances have the denominator n - 1. The largest absolute loading of each component is positive, the
    first of them if several tie. A component beyond the rank of the data is zero, and so are its scores. Items that
    are not finite are left out and get NaN.

    Raises OptionError unless 1 <= n_components <= n_dims, EmbedvizError if no item is finite.
    """
    if not 1 <= n_components <= space.n_dims:
        raise OptionError(
            f"{n_components:,} principal components were asked for, but there can be 1 to {space.n_dims:,}: "
            "no more than a vector has dimensions."
        )
    use_gram = space.n_items < space.n_dims
    _check_memory(min(space.n_items, space.n_dims))
    moments = yield from within(_moments_steps(space.vectors, n_components, use_gram=use_gram), 0.0, 0.75)
    if not moments.n_finite:
        raise EmbedvizError(
            f"None of the {space.n_items:,} vectors is finite (all hold NaN or infinity), so there is nothing to "
            "project. Open a file with finite numbers."
        )
    yield Progress(0.75, "Solving for the principal components")
    eigenvalues, eigenvectors = _leading(moments.scatter, n_components)
    if use_gram:
        eigenvectors = yield from within(_loadings_steps(space.vectors, moments, eigenvectors), 0.8, 0.85)
    components = _with_signs(np.where(eigenvalues > 0, eigenvectors, 0.0).T)
    points = yield from within(_score_steps(space.vectors, moments, components), 0.85, 1.0)
    total = float(np.trace(moments.scatter))
    return Projection(
        points=points,
        method="pca",
        axis_names=tuple(f"PC {number}" for number in range(1, n_components + 1)),
        options={"n_components": n_components},
        mean=moments.mean,
        components=components,
        explained_variance=eigenvalues / max(1, moments.n_finite - 1),
        explained_variance_ratio=eigenvalues / total if total > 0 else np.zeros(n_components),
    )


METHOD = Method(
    "pca",
    "PCA",
    "The directions in which the vectors spread most; straight, exact, and the same every time.",
    pca_steps,
)


def _moments_steps(vectors: FloatArray, n_components: int, *, use_gram: bool) -> Steps[Moments]:
    if use_gram:
        return (yield from gram_steps(vectors))
    if vectors.size * vectors.shape[1] >= _LARGE_PRODUCTS:
        moments = yield from scatter_steps(vectors, np.float32)
        if _is_accurate(moments, n_components):
            return moments
    return (yield from scatter_steps(vectors))


def _is_accurate(moments: Moments, n_components: int) -> bool:
    """Whether float32 products were enough: nothing overflowed or vanished, and no variance asked for is small.

    Their rounding is some 1e-7 of the largest variance, whatever the variance it falls upon.
    """
    if not np.isfinite(moments.scatter).all():
        return False
    values, _ = _leading(moments.scatter, n_components)
    variances = values / max(1, moments.n_finite)
    return bool(variances[0] > _SMALLEST_VARIANCE and variances[-1] > 0.02 * variances[0])


def _check_memory(size: int) -> None:
    """MemoryPlanError where the matrix whose eigenvectors are wanted, and the work on it, exceed the free memory."""
    needed, free = _MATRICES * 8 * size**2, free_memory()
    if needed > free:
        raise MemoryPlanError(
            f"The principal components of vectors this long need {needed / 1e9:,.1f} GB, and {free / 1e9:,.1f} GB of "
            "memory are free; close other programs or open vectors with fewer dimensions."
        )


def _leading(scatter: DoubleArray, n_components: int) -> tuple[DoubleArray, DoubleArray]:
    """The largest eigenvalues (zero beyond the rank) and their vectors in columns, padded to `n_components`."""
    ascending, vectors = np.linalg.eigh(scatter)
    size = len(ascending)
    noise = max(0.0, float(ascending[-1])) * size * _EPSILON
    values, columns = np.zeros(n_components), np.zeros((size, n_components))
    n_found = min(size, n_components)
    values[:n_found], columns[:, :n_found] = ascending[::-1][:n_found], vectors[:, ::-1][:, :n_found]
    return np.where(values > noise, values, 0.0), columns


def _loadings_steps(vectors: FloatArray, moments: Moments, item_vectors: DoubleArray) -> Steps[DoubleArray]:
    """Unit vectors of the space (n_dims, n_components) from the eigenvectors of the Gram matrix."""
    weights = np.zeros((len(vectors), item_vectors.shape[1]))
    weights[moments.finite] = item_vectors
    loadings = np.zeros((vectors.shape[1], item_vectors.shape[1]))
    for rows, centred in shifted_chunks(vectors, moments.mean):
        kept = moments.finite[rows]
        loadings += centred[kept].T @ weights[rows][kept]
        yield Progress(rows.stop / len(vectors), "Finding the loadings")
    lengths: DoubleArray = np.linalg.norm(loadings, axis=0)
    return loadings / np.where(lengths > 0, lengths, 1.0)


def _with_signs(components: DoubleArray) -> DoubleArray:
    largest = np.abs(components).argmax(axis=1)
    signs = np.where(components[np.arange(len(components)), largest] < 0, -1.0, 1.0)
    return np.ascontiguousarray(components * signs[:, None])


def _score_steps(vectors: FloatArray, moments: Moments, components: DoubleArray) -> Steps[FloatArray]:
    points = np.empty((len(vectors), len(components)), np.float32)
    for rows, centred in shifted_chunks(vectors, moments.mean):
        with np.errstate(over="ignore", invalid="ignore"):
            points[rows] = centred @ components.T
        yield Progress(rows.stop / len(vectors), "Placing all items")
    points[~moments.finite] = np.nan
    return points
