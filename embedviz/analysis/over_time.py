"""The epochs of a training one after the other: neighbours, similarities and evaluations as they came about.

Each generator looks at what `spaces` gives for its epochs, all of the same items; one space is held at a time.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from embedviz.analysis.evaluation import AnalogyScore, Similarity, analogy_steps, similarity_steps
from embedviz.analysis.judgments import Analogies, WordPairs
from embedviz.errors import QueryError
from embedviz.formats.opening import prepared
from embedviz.progress import Progress, Steps, within
from embedviz.space.answer import NOTHING_FOUND, ask_steps, check_options
from embedviz.space.arrays import DoubleArray, RowArray, read_only
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.neighbors import search_steps
from embedviz.space.query import Query, Term, evaluate

_TELL_SECONDS = 0.2


class SpacesOverTime(Protocol):
    """The epochs that can be looked at, ascending, and the space after each; 0 is before training."""

    @property
    def epochs(self) -> tuple[int, ...]: ...
    def space(self, epoch: int, /) -> EmbeddingSpace: ...


@dataclass(frozen=True, eq=False)
class EpochNeighbors:
    """The nearest items after an epoch: `rows` int64, `labels`, `scores` float64; `problem` says why there are none."""

    epoch: int
    rows: RowArray
    labels: tuple[str, ...]
    scores: DoubleArray
    problem: str = ""


@dataclass(frozen=True, eq=False)
class NeighborsOverTime:
    """The `k` nearest to what is `asked` after each epoch, by `metric`, exact; `text` is what a person calls it."""

    asked: int | str
    text: str
    k: int
    metric: str
    columns: tuple[EpochNeighbors, ...]

    def is_new(self, at: int) -> tuple[bool, ...]:
        """Which neighbours of a column were not among those of the column before; none of the first is new."""
        if not at:
            return (False,) * len(self.columns[0].rows)
        return tuple((~np.isin(self.columns[at].rows, self.columns[at - 1].rows)).tolist())

    def __str__(self) -> str:
        """A line an epoch; what is new is marked by +."""
        lines = [f"{self.text}: the {self.k} nearest by {self.metric}, epoch by epoch (+ is new)"]
        for at, column in enumerate(self.columns):
            marked = zip(self.is_new(at), column.labels, strict=True)
            said = ", ".join(f"+{label}" if new else label for new, label in marked)
            lines.append(f"{column.epoch:>4}  {column.problem or said}")
        return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class SimilarityOverTime:
    """The cosines of pairs of rows after each epoch, float64 (n_epochs, n_pairs); NaN where one has no direction."""

    epochs: tuple[int, ...]
    pairs: tuple[tuple[int, int], ...]
    scores: DoubleArray


@dataclass(frozen=True)
class EvaluationOverTime:
    """A file of judgments after each epoch: a result an epoch, Spearman's rho or the accuracy of analogies."""

    name: str
    epochs: tuple[int, ...]
    results: tuple[Similarity | AnalogyScore, ...]

    @property
    def measure(self) -> str:
        """What the scores are."""
        return "ρ" if self.results and isinstance(self.results[0], Similarity) else "accuracy"

    @property
    def scores(self) -> tuple[float | None, ...]:
        """Rho or the accuracy of all analogies; None where it is not defined."""
        return tuple(each.rho if isinstance(each, Similarity) else each.total.accuracy for each in self.results)


def neighbors_over_time_steps(
    spaces: SpacesOverTime,
    asked: int | str,
    k: int = 10,
    *,
    metric: str = "cosine",
    known: NeighborsOverTime | None = None,
) -> Steps[NeighborsOverTime]:
    """Search the `k` nearest to a row, or to a typed question, after each epoch; `partial` is what is found so far.

    Columns of `known`, an earlier trace of the same question in the same run, are not searched again. Raises
    OptionError for a bad `k` or metric, and for a typed question what `ask_steps` does.
    """
    check_options(k, metric)
    epochs = spaces.epochs
    is_same = known is not None and (known.asked, known.k, known.metric) == (asked, k, metric)
    before = {each.epoch: each for each in known.columns} if known is not None and is_same else {}
    text = asked if isinstance(asked, str) else spaces.space(epochs[-1]).name(asked)
    columns: list[EpochNeighbors] = []
    told = time.monotonic()
    for at, epoch in enumerate(epochs):
        column = before.get(epoch)
        if column is None:
            looking = _column_steps(spaces.space(epoch), epoch, asked, k, metric)
            column = yield from within(looking, at / len(epochs), (at + 1) / len(epochs))
        columns.append(column)
        if time.monotonic() - told >= _TELL_SECONDS:
            told = time.monotonic()
            so_far = NeighborsOverTime(asked, text, k, metric, tuple(columns))
            yield Progress((at + 1) / len(epochs), _said(epoch), so_far)
    return NeighborsOverTime(asked, text, k, metric, tuple(columns))


def similarity_over_time_steps(spaces: SpacesOverTime, pairs: Sequence[tuple[int, int]]) -> Steps[SimilarityOverTime]:
    """Measure the cosine of each pair of rows after each epoch, in float64."""
    epochs = spaces.epochs
    rows = np.array(pairs, np.int64).reshape(-1, 2)
    scores = np.full((len(epochs), len(rows)), np.nan)
    for at, epoch in enumerate(epochs):
        yield Progress(at / len(epochs), _said(epoch))
        vectors = spaces.space(epoch).vectors
        scores[at] = _cosines(vectors[rows[:, 0]].astype(np.float64), vectors[rows[:, 1]].astype(np.float64))
    return SimilarityOverTime(epochs, tuple((int(a), int(b)) for a, b in rows), read_only(scores))


def evaluation_over_time_steps(spaces: SpacesOverTime, judgments: WordPairs | Analogies) -> Steps[EvaluationOverTime]:
    """Evaluate each epoch on a file of judgments, as `evaluate_steps` does one space."""
    epochs, results = spaces.epochs, []
    for at, epoch in enumerate(epochs):
        space = spaces.space(epoch)
        yield Progress(at / len(epochs), _said(epoch))
        yield from prepared(space)
        if isinstance(judgments, WordPairs):
            evaluating: Steps[Similarity | AnalogyScore] = similarity_steps(space, judgments)
        else:
            evaluating = analogy_steps(space, judgments)
        results.append((yield from within(evaluating, at / len(epochs), (at + 1) / len(epochs))))
    return EvaluationOverTime(judgments.name, epochs, tuple(results))


def _column_steps(space: EmbeddingSpace, epoch: int, asked: int | str, k: int, metric: str) -> Steps[EpochNeighbors]:
    yield Progress(0.0, _said(epoch))
    yield from within(prepared(space), 0.0, 0.8)
    try:
        if isinstance(asked, str):
            answer = yield from within(ask_steps(space, asked, k, metric=metric), 0.8, 1.0)
            return EpochNeighbors(epoch, answer.rows, answer.labels, answer.scores)
        vector = evaluate(_about(space, asked), space, metric)
        searching = search_steps(space, vector, k, metric=metric, exclude=(asked,))
        rows, scores = yield from within(searching, 0.8, 1.0)
    except QueryError as error:  # the vector has no direction there, or is not finite
        return EpochNeighbors(epoch, NOTHING_FOUND[0], (), NOTHING_FOUND[1], str(error))
    return EpochNeighbors(epoch, rows, tuple(space.name(int(row)) for row in rows), scores)


def _about(space: EmbeddingSpace, row: int) -> Query:
    """The question about exactly this item, however it is spelled."""
    name = space.name(row)
    return Query(name, name, (Term(row, 1.0),), (row,), (), is_formula=False, core_end=len(name))


def _cosines(left: DoubleArray, right: DoubleArray) -> DoubleArray:
    with np.errstate(all="ignore"):
        lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
        cosines: DoubleArray = np.clip(np.einsum("ij,ij->i", left, right) / lengths, -1.0, 1.0)
    return cosines


def _said(epoch: int) -> str:
    return f"Looking at epoch {epoch:,}" if epoch else "Looking at how it was before training"
