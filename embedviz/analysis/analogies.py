"""One analogy, a : b :: c : ?, answered with and without its own words, by two rules; and how parallel its offsets are.

3CosAdd ranks by cos(x, b - a + c) of unit vectors, 3CosMul by cos'(x, b) cos'(x, c) / (cos'(x, a) + eps), where
cos' = (cos + 1) / 2 and eps = 0.001 (Levy and Goldberg, Linguistic Regularities in Sparse and Explicit Word
Representations, 2014, §3 and §6). Leaving the inputs out of the ranking is what makes most analogies come out right
(Linzen, Issues in evaluating semantic spaces using word analogies, 2016), so both rankings stand side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from embedviz.analysis.offsets import OffsetNull, offset_null_steps, parallelism, unit_rows
from embedviz.errors import OptionError
from embedviz.progress import Progress, Steps, within
from embedviz.space.arrays import DoubleArray, RowArray, read_only
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.metrics import metric_named
from embedviz.space.neighbors import unranked_rows

Rule = Literal["3CosAdd", "3CosMul"]
RULES: tuple[Rule, ...] = ("3CosAdd", "3CosMul")
EPSILON = 0.001

_CHUNK_FLOATS = 1 << 20


@dataclass(frozen=True, eq=False)
class Ranking:
    """What one rule answers: `rows` int64 (k,) and `scores` float64 (k,), best first, ties by row."""

    rule: Rule
    with_inputs: bool
    rows: RowArray
    scores: DoubleArray


@dataclass(frozen=True, eq=False)
class Analogy:
    """`inputs` are the rows of a, b and c; `rankings` hold each rule, without the inputs and with them.

    `answer` is the best by 3CosAdd without the inputs, None where no other item is ranked. `parallel` is the cosine of
    the offsets b - a and answer - c of unit vectors, None where one of them is zero; `null` those of random offsets.
    """

    inputs: tuple[int, int, int]
    rankings: tuple[Ranking, ...]
    answer: int | None
    parallel: float | None
    null: OffsetNull

    def ranking(self, rule: Rule, *, with_inputs: bool) -> Ranking:
        """The ranking of one rule."""
        return next(each for each in self.rankings if each.rule == rule and each.with_inputs == with_inputs)


def analogy_lab_steps(space: EmbeddingSpace, a: int, b: int, c: int, k: int = 10) -> Steps[Analogy]:
    """Answer a : b :: c : ? for three rows, over all items, compared in double precision.

    Raises OptionError for a bad `k`, or for an item without a direction.
    """
    inputs = (a, b, c)
    check_directions(space, inputs)
    if k < 1:
        raise OptionError(f"k is {k}; ask for at least 1 answer.")
    cosines = yield from within(_cosine_steps(space, unit_rows(space, np.array(inputs))), 0.0, 0.7)
    target = (
        unit_rows(space, np.array([b]))[0] - unit_rows(space, np.array([a]))[0] + unit_rows(space, np.array([c]))[0]
    )
    length = float(np.linalg.norm(target))
    shifted = (cosines + 1) / 2
    by_rule: dict[Rule, DoubleArray] = {
        "3CosAdd": (cosines[:, 1] - cosines[:, 0] + cosines[:, 2]) / (length if length > 0 else 1.0),
        "3CosMul": shifted[:, 1] * shifted[:, 2] / (shifted[:, 0] + EPSILON),
    }
    barred = unranked_rows(space, metric_named("cosine"))
    rankings: list[Ranking] = []
    for rule in RULES:
        for with_inputs in (False, True):
            yield Progress(0.7 + 0.05 * len(rankings), f"Ranking by {rule}")
            left_out = barred if with_inputs else np.union1d(barred, inputs)
            rankings.append(Ranking(rule, with_inputs, *_best(by_rule[rule], left_out, k)))
    answer = int(rankings[0].rows[0]) if len(rankings[0].rows) else None
    null = yield from within(offset_null_steps(space), 0.9, 1.0)
    parallel = None if answer is None else parallelism(space, (a, b), (c, answer))
    return Analogy(inputs, tuple(rankings), answer, parallel, null)


def check_directions(space: EmbeddingSpace, rows: tuple[int, ...]) -> None:
    """Raise OptionError for rows that are not there, or whose vector has no direction."""
    for row in rows:
        if not 0 <= row < space.n_items:
            raise OptionError(f"There is no item #{row}; this space has {space.n_items:,}.")
        if not (space.finite[row] and space.norms[row] > 0):
            raise OptionError(
                f"The vector of “{space.name(row)}” is zero or holds NaN or infinity, so it has no direction; "
                "choose another item."
            )


def _cosine_steps(space: EmbeddingSpace, units: DoubleArray) -> Steps[DoubleArray]:
    """Cosines float64 (n_items, n) of all items with some unit vectors (n, n_dims)."""
    cosines = np.empty((space.n_items, len(units)))
    step = max(1, _CHUNK_FLOATS // max(1, space.n_dims))
    with np.errstate(all="ignore"):
        for start in range(0, space.n_items, step):
            yield Progress(start / space.n_items, "Comparing all items")
            part = space.vectors[start : start + step].astype(np.float64)
            cosines[start : start + step] = part @ units.T
            cosines[start : start + step] /= space.norms[start : start + step, None]
        return np.clip(cosines, -1.0, 1.0)


def _best(scores: DoubleArray, left_out: RowArray, k: int) -> tuple[RowArray, DoubleArray]:
    ranked = scores.copy()
    ranked[left_out] = -np.inf
    k = min(k, len(ranked) - len(left_out))
    if k == 0:
        return read_only(np.empty(0, np.int64)), read_only(np.empty(0))
    near = np.flatnonzero(ranked >= np.partition(ranked, len(ranked) - k)[len(ranked) - k])
    rows: RowArray = near[np.lexsort((near, -ranked[near]))[:k]]
    return read_only(rows), read_only(ranked[rows])
