"""Many questions at once: one product of matrices in place of one product for each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embedviz.progress import Progress, Steps
from embedviz.space.arrays import DoubleArray, FloatArray, RowArray
from embedviz.space.contenders import near_enough, plan_for
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.metrics import metric_named
from embedviz.space.neighbors import check_question, ranked_steps, search_steps, unranked_rows

_MOST_FLOATS = 1 << 24  # products that are held at once
_MOST_QUESTIONS = 64
_CHUNK_FLOATS = 1 << 22


def search_many_steps(
    space: EmbeddingSpace,
    vectors: DoubleArray,
    k: int,
    *,
    metric: str,
    exclude: Sequence[Sequence[int]] | None = None,
) -> Steps[list[tuple[RowArray, DoubleArray]]]:
    """Rows and scores of the `k` items nearest to each of `vectors` (n_questions, n_dims): what `search` says of each.

    `exclude` holds the rows that each question leaves out. Raises as `search` does; Manhattan, which is no product,
    takes as long as so many single questions.
    """
    chosen, queries = metric_named(metric), np.asarray(vectors, np.float64)
    left_out = exclude if exclude is not None else [()] * len(queries)
    for query in queries:
        check_question(space, query, k, chosen)
    n_at_once = int(np.clip(_MOST_FLOATS // max(1, space.n_items), 1, _MOST_QUESTIONS))
    found: list[tuple[RowArray, DoubleArray]] = []
    for first in range(0, len(queries), n_at_once):
        block = queries[first : first + n_at_once]
        plans = [plan_for(space, query, chosen) for query in block]
        planned = [plan for plan in plans if plan is not None]
        products = iter((yield from _products(space, [plan.vector for plan in planned])))
        for at, (query, plan) in enumerate(zip(block, plans, strict=True), first):
            yield Progress(at / len(queries), f"Answering question {at + 1:,} of {len(queries):,}")
            if plan is None:
                found.append((yield from search_steps(space, query, k, metric=metric, exclude=left_out[at])))
                continue
            nearness = next(products)
            if plan.to_nearness is not None:
                plan.to_nearness(nearness)
            barred = unranked_rows(space, chosen, left_out[at])
            n_wanted = min(k, space.n_items - len(barred))
            rows = near_enough(space, nearness, plan.least, n_wanted, barred) if n_wanted else barred[:0]
            found.append((yield from ranked_steps(space, rows, query, n_wanted, chosen)))
    return found


def _products(space: EmbeddingSpace, vectors: Sequence[FloatArray]) -> Steps[FloatArray]:
    """The products of some vectors with all items, float32 (n_vectors, n_items), some hundredths of a second a step."""
    questions = np.array(vectors, np.float32).reshape(len(vectors), space.n_dims)
    products = np.empty((len(vectors), space.n_items), np.float32)
    step = max(1, _CHUNK_FLOATS // max(1, space.n_dims))
    for start in range(0, space.n_items if len(vectors) else 0, step):
        yield Progress(None, "Comparing with all items")
        with np.errstate(all="ignore"):
            np.matmul(questions, space.vectors[start : start + step].T, out=products[:, start : start + step])
    return products
