"""Many questions at once say what each says alone."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz.errors import OptionError, QueryError
from embedviz.progress import finish
from embedviz.space import METRICS, EmbeddingSpace, Labels, Source, batch, search
from embedviz.space.batch import search_many_steps


def _space(vectors: np.ndarray) -> EmbeddingSpace:
    return EmbeddingSpace(vectors, Labels.from_strings(map(str, range(len(vectors)))), Source("test", "memory"))


@pytest.fixture(scope="module")
def trap() -> EmbeddingSpace:
    """Duplicates, ties, zeros, non-finite rows, and rows far beyond and far below the rest."""
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(3_000, 12)).astype(np.float32)
    vectors[100:140] = vectors[7]
    vectors[200] = 0
    vectors[300, 3] = np.nan
    vectors[400, 5] = np.inf
    vectors[500] *= np.float32(1e30)
    vectors[600] *= np.float32(1e-30)
    return _space(vectors)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("k", [1, 25, 5_000])
def test_each_answer_is_that_of_the_question_alone(monkeypatch, trap: EmbeddingSpace, metric: str, k: int) -> None:
    monkeypatch.setattr(batch, "_MOST_FLOATS", 8 * trap.n_items)  # several blocks of questions
    rows = [7, 0, 500, 600, 1_000, *range(2_000, 2_015)]
    exclude = [[row] if row % 2 else [] for row in rows]
    found = finish(search_many_steps(trap, trap.vectors[rows].astype(np.float64), k, metric=metric, exclude=exclude))
    for row, left_out, (found_rows, scores) in zip(rows, exclude, found, strict=True):
        alone_rows, alone_scores = search(
            trap, trap.vectors[row].astype(np.float64), k, metric=metric, exclude=left_out
        )
        assert found_rows.tolist() == alone_rows.tolist()
        assert scores.tolist() == alone_scores.tolist()


def test_what_is_outside_is_refused(trap: EmbeddingSpace) -> None:
    assert finish(search_many_steps(trap, np.zeros((0, 12)), 3, metric="cosine")) == []
    with pytest.raises(OptionError, match="k is 0"):
        finish(search_many_steps(trap, np.ones((2, 12)), 0, metric="cosine"))
    with pytest.raises(OptionError, match="12 numbers"):
        finish(search_many_steps(trap, np.ones((2, 11)), 3, metric="dot"))
    with pytest.raises(QueryError, match="zero vector"):
        finish(search_many_steps(trap, np.array([np.ones(12), np.zeros(12)]), 3, metric="cosine"))
