"""Asking: one exact question over 400,000 x 50 beside numpy's plain product and beside product and argpartition."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.neighbors import search
from embedviz.space.source import Source


@pytest.fixture(scope="module")
def space(glove_vectors):
    labels = Labels.from_strings(f"w{row}" for row in range(len(glove_vectors)))
    made = EmbeddingSpace(glove_vectors, labels, Source("bench", "memory"))
    search(made, made.vectors[17].astype(np.float64), 10, metric="cosine")
    return made


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
def test_one_question_beside_the_plain_product(compare, space, metric):
    query = space.vectors[4321].astype(np.float64)
    single = query.astype(np.float32)
    compare(
        f"search {metric}, 400,000 x 50, k = 10",
        lambda: search(space, query, 10, metric=metric),
        "numpy X @ q",
        lambda: space.vectors @ single,
        rounds=41,
    )


def test_one_question_beside_product_and_argpartition(compare, space):
    unit = (space.vectors / np.maximum(space.norms, 1e-9)[:, None]).astype(np.float32)
    query = space.vectors[4321].astype(np.float64)
    single = (query / np.linalg.norm(query)).astype(np.float32)

    def plain() -> np.ndarray:
        scores = unit @ single
        best = np.argpartition(-scores, 10)[:10]
        return best[np.argsort(-scores[best])]

    compare(
        "search cosine, 400,000 x 50, k = 10",
        lambda: search(space, query, 10, metric="cosine"),
        "numpy X @ q and argpartition",
        plain,
        41,
    )


def test_manhattan_beside_scipy(compare, space):
    from scipy.spatial.distance import cdist

    query = space.vectors[4321].astype(np.float64)
    compare(
        "search manhattan, 400,000 x 50, k = 10",
        lambda: search(space, query, 10, metric="manhattan"),
        "scipy cdist cityblock",
        lambda: cdist(query[None], space.vectors, "cityblock"),
        rounds=9,
    )
