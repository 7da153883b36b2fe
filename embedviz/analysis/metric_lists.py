"""One question answered side by side: by each metric, without the mean and the main directions, and on the plot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from embedviz.analysis.lenses import ROUNDING, Lens, Lenses, nearest_steps
from embedviz.errors import EmbedvizError, QueryError
from embedviz.progress import Steps, within
from embedviz.raster import marks_of
from embedviz.raster.plane import Axes, on_plane
from embedviz.space.answer import NOTHING_FOUND, Answer, ask_steps, reading_steps
from embedviz.space.arrays import DoubleArray, RowArray, read_only
from embedviz.space.composing import Composition
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.metrics import METRICS
from embedviz.space.projection import Projection
from embedviz.space.query import Query, Term, evaluate

CENTERED, ALL_BUT_TOP, PLOT = "centered", "all-but-the-top", "plot"
PREPARATIONS = MappingProxyType(
    {
        "cosine": "raw vectors, lengths put aside",
        "dot": "raw vectors, long ones score more",
        "euclidean": "raw vectors, straight distance",
        "manhattan": "raw vectors, sum of differences",
    }
)


@dataclass(frozen=True, eq=False)
class MetricList:
    """The nearest items in one way of comparing: `rows` int64, `labels`, `scores` float64, nearest first.

    `preparation` says what was done to the vectors; `problem` why the list is empty, where it is.
    """

    name: str
    title: str
    preparation: str
    rows: RowArray
    labels: tuple[str, ...]
    scores: DoubleArray
    problem: str = ""


@dataclass(frozen=True, eq=False)
class MetricLists:
    """The lists of one answer; the first is by the answer's own metric and is what the others are measured against."""

    answer: Answer
    lists: tuple[MetricList, ...]

    @property
    def n_kept(self) -> int | None:
        """How many of the first list's items are also among the nearest on the plot; None where none are there."""
        plot = next((each for each in self.lists if each.name == PLOT), None)
        return None if plot is None or plot.problem else len(np.intersect1d(self.lists[0].rows, plot.rows))


def rank_moves(rows: RowArray, reference: RowArray) -> tuple[int | None, ...]:
    """How many ranks each of `rows` stands above (positive) or below its rank in `reference`; None for a new one."""
    at = {int(row): rank for rank, row in enumerate(reference)}
    return tuple(None if int(row) not in at else at[int(row)] - rank for rank, row in enumerate(rows))


def metric_lists_steps(
    space: EmbeddingSpace,
    answer: Answer,
    lenses: Lenses | EmbedvizError,
    projection: Projection | None = None,
    axes: Axes = (0, 1),
) -> Steps[MetricLists]:
    """Answer the question of `answer` again in every way, exactly, over the same rows; `k` is the answer's.

    The items of a formula are prepared first and then added, as if the whole space had been prepared. Lists that
    cannot be are empty and say why; `lenses` may be the error that there are none.
    """
    lists: list[MetricList] = []
    names = [answer.metric, *(name for name in METRICS if name != answer.metric)]
    for at, name in enumerate(names):
        lists.append((yield from within(_by_metric(space, answer, name), at / 7, (at + 1) / 7)))
    lists += yield from within(_through(space, answer, lenses), 4 / 7, 6 / 7)
    lists.append(_on_plot(space, answer, projection, axes))
    return MetricLists(answer, tuple(lists))


def _by_metric(space: EmbeddingSpace, answer: Answer, name: str) -> Steps[MetricList]:
    found, problem = NOTHING_FOUND, ""
    if name == answer.metric and answer.exact:
        found = answer.rows, answer.scores
    else:
        try:
            asked = yield from ask_steps(space, answer.text, answer.k, metric=name, selection=answer.selection)
            other = asked.of_part(answer.part)
            found = other.rows, other.scores
        except QueryError as error:
            problem = str(error)
    return _listed(space, name, METRICS[name].title, PREPARATIONS[name], found, problem)


def _through(space: EmbeddingSpace, answer: Answer, lenses: Lenses | EmbedvizError) -> Steps[list[MetricList]]:
    """The lists without the mean, and without the main directions."""
    n_removed = 0 if isinstance(lenses, EmbedvizError) else len(lenses.all_but_top.directions)
    directions = "1 direction" if n_removed == 1 else f"{n_removed} directions"
    told = {
        CENTERED: ("Centred cosine", "mean removed, then cosine"),
        ALL_BUT_TOP: ("All but the top", f"mean, {directions} removed, cosine"),
    }
    found: dict[str, tuple[RowArray, DoubleArray]] = dict.fromkeys(told, NOTHING_FOUND)
    problems: dict[str, str] = {}
    if isinstance(lenses, EmbedvizError):
        problems = dict.fromkeys(told, str(lenses))
    elif answer.parts and answer.part is None:
        problems = dict.fromkeys(told, "Of a list that is asked apart, choose one part.")
    else:
        query = yield from reading_steps(space, answer.text)
        query = query if answer.part is None else query.apart[answer.part]
        asked: dict[str, tuple[Lens, DoubleArray]] = {}
        for name, lens in ((CENTERED, lenses.centered), (ALL_BUT_TOP, lenses.all_but_top)):
            try:
                asked[name] = lens, evaluate(prepared(space, query, lens), space, "cosine")
            except QueryError as error:
                problems[name] = str(error)
        if asked:
            through, vectors = zip(*asked.values(), strict=True)
            barred = _barred(space, answer)
            ranked = yield from nearest_steps(space, through, vectors, answer.k, barred)
            found |= dict(zip(asked, ranked, strict=True))
    return [_listed(space, name, *said, found[name], problems.get(name, "")) for name, said in told.items()]


def prepared(space: EmbeddingSpace, query: Query, lens: Lens) -> Query:
    """The same question, of items as a lens shows them."""

    def ready(terms: tuple[Term, ...]) -> tuple[Term, ...]:
        return tuple(_prepared_term(space, term, lens) for term in terms)

    return replace(query, expression=ready(query.expression), without=tuple(ready(terms) for terms in query.without))


def _prepared_term(space: EmbeddingSpace, term: Term, lens: Lens) -> Term:
    if term.row is not None:
        text, vector = space.name(term.row), space.vectors[term.row].astype(np.float64)
    else:
        assert term.composed is not None, "a term is a row or a composed word"
        text, vector = term.composed.text, np.asarray(term.composed.vector, np.float64)
    left = lens.prepare(vector[None, :])[0]
    if np.linalg.norm(left) <= ROUNDING * (np.linalg.norm(vector) + np.linalg.norm(lens.mean)):
        left = np.zeros(space.n_dims)
    return Term(None, term.weight, Composition(text, left, 0))


def _barred(space: EmbeddingSpace, answer: Answer) -> RowArray:
    """The rows outside the ranking: the question's own items, and all that it does not ask about."""
    own = np.asarray(answer.inputs, np.int64)
    if answer.within is None:
        return own
    outside = np.ones(space.n_items, np.bool_)
    outside[answer.within] = False
    outside[own] = True
    return np.flatnonzero(outside)


def _on_plot(space: EmbeddingSpace, answer: Answer, projection: Projection | None, axes: Axes) -> MetricList:
    """The nearest on the plot itself: what an eye takes for neighbours."""
    if projection is None:
        return _listed(space, PLOT, "On the plot", "distance on the plot", NOTHING_FOUND, "There is no plot yet.")
    names = [projection.axis_names[axis] for axis in axes if axis < projection.n_components]
    preparation = f"distance on the axes shown: {', '.join(names)}"
    place = marks_of(space, projection, answer, axes=axes).query_point
    if place is None:
        return _listed(space, PLOT, "On the plot", preparation, NOTHING_FOUND, "The question has no place on the plot.")
    gaps = np.asarray(on_plane(projection.points, axes), np.float64) - place
    distances = np.sqrt((gaps * gaps).sum(axis=1))
    distances[_barred(space, answer)] = np.nan
    seen = np.flatnonzero(np.isfinite(distances))
    k = min(answer.k, len(seen))
    if k and len(seen) > 4 * k:
        seen = seen[distances[seen] <= np.partition(distances[seen], k - 1)[k - 1]]
    best = seen[np.lexsort((seen, distances[seen]))[:k]]
    found = read_only(best.astype(np.int64)), read_only(distances[best])
    return _listed(space, PLOT, "On the plot", preparation, found, "")


def _listed(
    space: EmbeddingSpace, name: str, title: str, said: str, found: tuple[RowArray, DoubleArray], problem: str
) -> MetricList:
    rows, scores = found
    labels = tuple(space.name(int(row)) for row in rows)
    return MetricList(name, title, said, rows, labels, scores, problem)
