"""Small spaces with everything in them that is awkward, and the real sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import embedviz
from embedviz.space import EmbeddingSpace, Labels, Source

MakeSpace = Callable[..., EmbeddingSpace]


@pytest.fixture(scope="session")
def make_space() -> MakeSpace:
    """A space of some vectors; labels `w0`, `w1`, ... unless given."""

    def make(vectors: Any, labels: Sequence[str] | None = None) -> EmbeddingSpace:
        rows = np.asarray(vectors, np.float32)
        names = labels if labels is not None else [f"w{row}" for row in range(len(rows))]
        return EmbeddingSpace(rows, Labels.from_strings(names), Source("t", "memory"))

    return make


@pytest.fixture(scope="session")
def words() -> EmbeddingSpace:
    return embedviz.sample("glove-10k")


@pytest.fixture(scope="session")
def awkward(make_space: MakeSpace) -> EmbeddingSpace:
    """120 rows off their origin, with duplicates, zeros and rows that are not finite."""
    vectors = np.random.default_rng(2).normal(size=(120, 7)) + 0.5
    vectors[11] = vectors[12] = vectors[90] = vectors[3]
    vectors[20] = vectors[21] = 0
    vectors[33, 2] = np.nan
    vectors[34, 0] = np.inf
    return make_space(vectors)
