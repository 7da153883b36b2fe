"""A compressed index: a first choice of candidates without reading the vectors, which are then compared exactly.

Vectors are turned by a random rotation, so that no few dimensions hold most of them, and cut into short parts; each
part is named by the nearest of 16 centers (product quantization: Jégou, Douze, Schmid 2011). Many vectors at a time
are compared within the registers of the processor (André, Kermarrec, Le Scouarnec 2015), by faiss.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from embedviz.errors import OptionError
from embedviz.progress import Progress, Steps, within
from embedviz.space.arrays import ByteArray, DoubleArray, FloatArray, RowArray
from embedviz.space.batch import search_many_steps
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.faiss_library import faiss_library
from embedviz.space.metrics import Metric, metric_named
from embedviz.space.neighbors import ranked_steps, unranked_rows

INDEXED_METRICS = ("cosine", "dot", "euclidean")
FEWEST_ITEMS = 1_000
"""Fewer items are compared as quickly as an index could be asked."""

_SEED = 1
_N_TRAINED, _N_ROUNDS, _N_CENTERS = 20_000, 10, 16
_MOST_ROTATED = 1_024
_CHUNK_FLOATS = 1 << 22
_N_MEASURED, _K_MEASURED = 200, 10
_DEPTHS = (200, 500, 1_000, 2_000, 4_000, 8_000)
_ENOUGH_RECALL = 0.9995
_PER_NEIGHBOR = 4  # candidates that are compared exactly for each neighbour that is asked for
_FEWEST_EXACT = 200


@dataclass(frozen=True, eq=False)
class SearchIndex:
    """An index of a space for one `metric`; it does not hold the vectors, so whoever asks it gives the space.

    `depth` candidates are compared for ten neighbors; with these, `recall` of the ten exact neighbors of `n_measured`
    items of the space, drawn by seed, were found.
    """

    metric: str
    quantized: Any
    rotation: FloatArray
    depth: int
    recall: float
    n_measured: int

    @property
    def n_bytes(self) -> int:
        """What it weighs."""
        return int(self.quantized.ntotal * self.quantized.code_size + self.rotation.nbytes)

    def search_steps(
        self, space: EmbeddingSpace, vector: DoubleArray, k: int, exclude: tuple[int, ...] = ()
    ) -> Steps[tuple[RowArray, DoubleArray]]:
        """Rows and scores of `k` items near `vector` (n_dims,), in the order of `search`; one or another may be missed.

        Items that no index can hold, because their numbers are very large or small, are compared too.
        """
        yield Progress(0.0, "Asking the index")
        chosen = metric_named(self.metric)
        query = np.asarray(vector, np.float64)
        barred = unranked_rows(space, chosen, exclude)
        rows = _candidates(self, query, max(self.depth, _PER_NEIGHBOR * k) + len(exclude), chosen)
        rows = rows[~np.isin(rows, barred)]
        rows = _best(space, rows, query, max(_FEWEST_EXACT, _PER_NEIGHBOR * k), chosen)
        odd = space.magnitudes.odd_rows
        rows = np.union1d(rows, odd[~np.isin(odd, barred)])
        return (yield from ranked_steps(space, rows, query, min(k, len(rows)), chosen))


def packed(index: SearchIndex) -> ByteArray:
    """The codes and centers of an index as bytes, to be kept."""
    held: ByteArray = faiss_library().serialize_index(index.quantized)
    return held


def unpacked(held: ByteArray) -> Any:
    """The codes and centers of an index from their bytes, which must be those that `packed` gave: faiss believes them.

    ValueError where they are none.
    """
    try:
        return faiss_library().deserialize_index(np.array(held))
    except RuntimeError as error:
        raise ValueError("not an index") from error


def build_steps(space: EmbeddingSpace, metric: str) -> Steps[SearchIndex]:
    """Build an index and measure how many of the true neighbors it finds.

    Raises OptionError for a metric that no index serves, or a space of fewer than 1,000 items.
    """
    chosen = metric_named(metric)
    if metric not in INDEXED_METRICS:
        raise OptionError(f"No index serves {chosen.title}; ask for exact neighbours.")
    if space.n_items < FEWEST_ITEMS:
        raise OptionError(f"{space.n_items:,} items are too few for an index; ask for exact neighbours.")
    rng = np.random.default_rng(_SEED)
    rotation = _rotation(space.n_dims, rng)
    quantized = yield from within(_trained(space, chosen, rotation, rng), 0.0, 0.3)
    yield from within(_filled(space, chosen, rotation, quantized), 0.3, 0.8)
    unmeasured = SearchIndex(metric, quantized, rotation, _DEPTHS[0], 0.0, 0)
    depth, recall, n_measured = yield from within(_measured(space, unmeasured, chosen, rng), 0.8, 1.0)
    return SearchIndex(metric, quantized, rotation, depth, recall, n_measured)


def _rotation(n_dims: int, rng: np.random.Generator) -> FloatArray:
    """A random orthogonal matrix, with columns of zeros up to a whole number of parts (n_dims, width)."""
    part = _part_dims(n_dims)
    width = -(-n_dims // part) * part
    turned = np.zeros((n_dims, width), np.float32)
    if n_dims <= _MOST_ROTATED:
        turned[:, :n_dims] = np.linalg.qr(rng.standard_normal((n_dims, n_dims)))[0]
    else:
        turned[np.arange(n_dims), rng.permutation(n_dims)] = 1
    return turned


def _part_dims(n_dims: int) -> int:
    """How many dimensions a part has: few where vectors are short, so that their codes are still fine enough."""
    return 1 if n_dims <= 64 else 2 if n_dims <= 512 else 4


def _trained(space: EmbeddingSpace, metric: Metric, rotation: FloatArray, rng: np.random.Generator) -> Steps[Any]:
    """An empty index whose centers were found by k-means on a sample of items, part by part."""
    yield Progress(0.0, "Preparing the index")
    faiss = faiss_library()
    width, part = rotation.shape[1], _part_dims(space.n_dims)
    n_parts = width // part
    kind = faiss.METRIC_INNER_PRODUCT if metric.is_similarity else faiss.METRIC_L2
    quantized = faiss.IndexPQFastScan(width, n_parts, 4, kind)
    chosen = np.sort(rng.choice(space.n_items, min(_N_TRAINED, space.n_items), replace=False))
    sample = _prepared(space, metric, chosen) @ rotation
    centers = np.empty((n_parts, _N_CENTERS, part), np.float32)
    for at in range(n_parts):
        faiss.omp_set_num_threads(1)  # of this thread: parts are too small to share
        means = faiss.Kmeans(part, _N_CENTERS, niter=_N_ROUNDS, seed=_SEED, max_points_per_centroid=_N_TRAINED)
        means.train(np.ascontiguousarray(sample[:, at * part : (at + 1) * part]))
        centers[at] = means.centroids
        faiss.omp_set_num_threads(os.cpu_count() or 1)
        yield Progress((at + 1) / n_parts, f"Preparing the index: part {at + 1:,} of {n_parts:,}")
    faiss.copy_array_to_vector(centers.ravel(), quantized.pq.centroids)
    quantized.is_trained = True
    return quantized


def _filled(space: EmbeddingSpace, metric: Metric, rotation: FloatArray, quantized: Any) -> Steps[None]:
    step = max(32, _CHUNK_FLOATS // rotation.shape[1] // 32 * 32)
    for start in range(0, space.n_items, step):
        rows = np.arange(start, min(start + step, space.n_items))
        quantized.add(_prepared(space, metric, rows) @ rotation)
        yield Progress(start / space.n_items, f"Indexing {start + len(rows):,} of {space.n_items:,} items")


def _measured(
    space: EmbeddingSpace, index: SearchIndex, metric: Metric, rng: np.random.Generator
) -> Steps[tuple[int, float, int]]:
    """The least depth that finds nearly all neighbors of some items, its recall, and how many items those are."""
    ranked = np.delete(np.arange(space.n_items), unranked_rows(space, metric))
    asked = np.sort(rng.choice(ranked, min(_N_MEASURED, len(ranked)), replace=False))
    questions = space.vectors[asked].astype(np.float64)
    finding = search_many_steps(
        space, questions, _K_MEASURED, metric=index.metric, exclude=[(row,) for row in asked.tolist()]
    )
    truth = yield from within(finding, 0.0, 0.9)
    depth, recall = 0, 0.0
    for depth in _DEPTHS:
        n_found = n_true = 0
        for row, question, (rows, _) in zip(asked.tolist(), questions, truth, strict=True):
            found = _candidates(index, question, depth + 1, metric)
            n_true += len(rows)
            n_found += int(np.isin(rows, found[found != row]).sum())
        recall = n_found / max(1, n_true)
        yield Progress(0.95, "Measuring the index")
        if recall >= _ENOUGH_RECALL or depth >= space.n_items:
            break
    return depth, recall, len(asked)


def _candidates(index: SearchIndex, query: DoubleArray, n: int, metric: Metric) -> RowArray:
    """The rows that the codes hold for the nearest `n`."""
    length = float(np.sqrt(query @ query))
    scale = 1 / length if metric.is_similarity and length > 0 else 1.0
    turned = (query * scale).astype(np.float32) @ index.rotation
    _, rows = index.quantized.search(turned[None], min(n, index.quantized.ntotal))
    found: RowArray = rows[0]
    return found[found >= 0]


def _best(space: EmbeddingSpace, rows: RowArray, query: DoubleArray, n: int, metric: Metric) -> RowArray:
    """The nearest `n` of some rows in single precision."""
    if len(rows) <= n:
        return rows
    items, asked = space.vectors[rows], query.astype(np.float32)
    with np.errstate(all="ignore"):
        if metric.is_similarity:
            farness = -np.einsum("ij,j->i", items, asked)
            if metric.name == "cosine":
                farness *= space.magnitudes.inverse_norms[rows]
        else:
            items -= asked
            farness = np.einsum("ij,ij->i", items, items)
    best: RowArray = rows[np.argpartition(farness, n)[:n]]
    return best


def _prepared(space: EmbeddingSpace, metric: Metric, rows: RowArray) -> FloatArray:
    """The vectors of some rows as the index holds them: of length 1 by cosine; zero where float32 fails them."""
    items: FloatArray = space.vectors[rows]
    with np.errstate(all="ignore"):
        if metric.name == "cosine":
            items *= space.magnitudes.inverse_norms[rows, None]
    unfit = np.isin(rows, np.union1d(space.magnitudes.odd_rows, unranked_rows(space, metric)))
    items[unfit] = 0
    return items
