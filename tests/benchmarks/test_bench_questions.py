"""Questions that rank some items only beside those over all, and a thousand at once beside a thousand alone."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz.space import Column, EmbeddingSpace, Labels, Source, Table


@pytest.fixture(scope="module")
def space(glove_vectors):
    n_items = len(glove_vectors)
    numbers = Column("number", np.arange(n_items, dtype=np.float64), np.zeros(n_items, bool))
    labels = Labels.from_strings(f"w{row}" for row in range(n_items))
    made = EmbeddingSpace(glove_vectors, labels, Source("bench", "memory"), Table(n_items, {"size": numbers}))
    made.prepare()
    return made


@pytest.mark.parametrize("clause", ["where size < 3", "where size < 200000", "top 50000"])
def test_some_items_beside_all(compare, space, clause):
    compare(
        f"w4321 {clause}, 400,000 x 50",
        lambda: space.neighbors(f"w4321 {clause}"),
        "w4321 over all",
        lambda: space.neighbors("w4321"),
        rounds=21,
    )


def test_many_questions_beside_one_by_one(compare, space):
    texts = [f"w{row}" for row in range(0, 200_000, 800)]
    compare(
        "250 questions at once, 400,000 x 50",
        lambda: space.neighbors_many(texts),
        "one by one",
        lambda: [space.neighbors(text) for text in texts],
        rounds=3,
    )
