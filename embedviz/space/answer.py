"""The answer: the neighbours of a typed question, with everything needed to reproduce it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from embedviz.errors import OptionError
from embedviz.progress import Progress, Steps, finish
from embedviz.space.arrays import ByteArray, DoubleArray, RowArray, read_only
from embedviz.space.contenders import difference
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.metrics import metric_named
from embedviz.space.neighbors import search_steps, unranked_rows
from embedviz.space.query import Query, evaluate, parse_steps
from embedviz.space.query_scope import Scope, scope_of
from embedviz.space.search_index import FEWEST_ITEMS, INDEXED_METRICS, SearchIndex, build_steps

_NO_INDEX = "No index serves this question, so every row was looked at; the answer is exact."
_NOT_BY_INDEX = "An index cannot rank some items only, so these were all looked at; the answer is exact."
_SHOWN, _LONGEST_SHOWN = 3, 60
NOTHING_FOUND = (read_only(np.empty(0, np.int64)), read_only(np.empty(0, np.float64)))


@dataclass(frozen=True, eq=False)
class Answer:
    """Neighbours of a question, nearest first: `rows` int64, `labels`, `scores` float64, all of one length.

    `text` is what was typed, `reading` what was understood, `vector` float64 (n_dims,) what was compared and `inputs`
    the rows it was made of; a composed word has none. Scores are similarities for cosine and dot, distances for
    euclidean and manhattan. `k` neighbours were wished; `recall` is None where `exact`. `n_ranked` items took part;
    `remarks` say every fall-back, mean, composed word and clipping.

    Of a question that ranks some of the `n_items` only, `scope` says which they are and `within_bits` holds a bit for
    each item; `selection` is the one that was asked in. `core_end` is the index in `text` behind what stands
    before `not`, `where` and the like. `listed` is the question as a list, part by part, where it is one. Where its
    parts are asked apart, `parts` holds an answer to each, and this is the answer to one of them (`part`) or, if that
    is None, the nearest to any: `vector` is then their mean, each score that to its nearest part.
    """

    text: str
    reading: str
    vector: DoubleArray
    inputs: tuple[int, ...]
    is_formula: bool
    rows: RowArray
    labels: tuple[str, ...]
    scores: DoubleArray
    metric: str
    k: int
    exact: bool
    recall: float | None
    n_ranked: int
    remarks: tuple[str, ...]
    n_items: int = 0
    scope: str = ""
    within_bits: ByteArray | None = None
    selection: RowArray | None = None
    core_end: int | None = None
    listed: tuple[str, ...] = ()
    parts: tuple[Answer, ...] = ()
    part: int | None = None

    def __repr__(self) -> str:
        """Short, for a prompt: `Answer('king', cosine, exact, 10 of 9,997 items: prince 0.768, ...)`."""
        names = (name if name.isprintable() else ascii(name) for name in self.labels[:_SHOWN])
        first = [f"{name[:_LONGEST_SHOWN]} {score:.3f}" for name, score in zip(names, self.scores, strict=False)]
        more = ["..."] if len(self.labels) > _SHOWN else []
        how = "exact" if self.exact else f"by an index, recall {self.recall}"
        found = f"{len(self.rows):,} of {self.n_ranked:,} items: {', '.join([*first, *more])}"
        return f"Answer({self.text[:_LONGEST_SHOWN]!r}, {self.metric}, {how}, {found})"

    @property
    def within(self) -> RowArray | None:
        """The rows that were ranked (int64, ascending), what was left out among them; None for all."""
        if self.within_bits is None:
            return None
        return np.flatnonzero(np.unpackbits(self.within_bits, count=self.n_items))

    def of_part(self, part: int | None) -> Answer:
        """The answer to one part of a list that was asked apart, or to any of them: the same question still."""
        if not self.parts or part == self.part:
            return self
        if part is None:
            return nearest_to_any(self, self.parts)
        shown = self.parts[part]
        return replace(shown, text=self.text, core_end=self.core_end, listed=self.listed, parts=self.parts, part=part)


@dataclass(frozen=True, eq=False)
class Asking:
    """A question that is understood and not answered yet: its `query`, `vector`, `scope` and what is left out."""

    query: Query
    vector: DoubleArray
    scope: Scope
    exclude: tuple[int, ...]
    selection: RowArray | None


def ask(
    space: EmbeddingSpace,
    text: str,
    k: int = 10,
    *,
    metric: str = "cosine",
    exclude_inputs: bool = True,
    exact: bool = True,
    within: Sequence[int] | RowArray | None = None,
) -> Answer:
    """Answer a typed question with the `k` nearest items over all rows; its own items are left out if `exclude_inputs`.

    Only the rows `within` are ranked where they are given; they are also what `in selection` means. `exact=False` asks
    a compressed index, which is built where there is none yet, and compares only its candidates; the answer tells its
    measured `recall`. Where no index can be, and where only some rows are ranked, the answer is exact and says so.
    Raises QueryError for a question that cannot be read, UnknownItemError for an unknown label, OptionError for a bad
    `k`, metric or row.
    """
    return finish(ask_steps(space, text, k, metric=metric, exclude_inputs=exclude_inputs, exact=exact, within=within))


def ask_steps(
    space: EmbeddingSpace,
    text: str,
    k: int = 10,
    *,
    metric: str = "cosine",
    exclude_inputs: bool = True,
    exact: bool = True,
    within: Sequence[int] | RowArray | None = None,
    selection: RowArray | None = None,
    glimpse: bool = False,
) -> Steps[Answer]:
    """Answer as `ask` does, yielding Progress between the parts of the work.

    `selection` is what `in selection` means, if it is not `within`. With `glimpse`, an exact answer is preceded by that
    of the index, where one stands, as `partial` of a Progress.
    """
    check_options(k, metric)
    yield Progress(0.0, "Reading the question")
    query = yield from reading_steps(space, text)
    scope = scope_of(space, query.clauses, within=within, selection=selection)
    asking = asking_of(space, query, scope, metric, exclude_inputs=exclude_inputs, selection=selection)
    if query.apart:
        parts = []
        for part in query.apart:
            asked = asking_of(space, part, scope, metric, exclude_inputs=exclude_inputs, selection=selection)
            parts.append((yield from _answer_steps(space, asked, k, metric, exact=exact)))
        return nearest_to_any(answer_of(space, asking, NOTHING_FOUND, k, metric, None, exact=exact), tuple(parts))
    return (yield from _answer_steps(space, asking, k, metric, exact=exact, glimpse=glimpse))


def check_options(k: int, metric: str) -> None:
    """OptionError for a metric that is not there or a `k` below 1."""
    metric_named(metric)
    if k < 1:
        raise OptionError(f"k is {k}; ask for at least 1 neighbour.")


def reading_steps(space: EmbeddingSpace, text: str) -> Steps[Query]:
    """Read a question about a space, with its sub-words, vectors and columns."""
    return (
        yield from parse_steps(text, space.labels, space.subwords, n_dims=space.n_dims, columns=tuple(space.metadata))
    )


def asking_of(
    space: EmbeddingSpace,
    query: Query,
    scope: Scope,
    metric: str,
    *,
    exclude_inputs: bool,
    selection: RowArray | None = None,
) -> Asking:
    """A question with its vector; QueryError where that is of no use."""
    inputs = query.inputs
    if query.apart:  # an item of one part may well be near to another
        inputs = tuple(row for row in inputs if all(row in part.inputs for part in query.apart))
    exclude = inputs if exclude_inputs else ()
    used = selection if query.clauses.selected is not None else None
    return Asking(query, evaluate(query, space, metric), scope, exclude, used)


def answer_of(
    space: EmbeddingSpace,
    asking: Asking,
    found: tuple[RowArray, DoubleArray],
    k: int,
    metric: str,
    index: SearchIndex | None,
    *,
    exact: bool,
) -> Answer:
    """The answer that was found, by `index` or by comparing all; `exact` is what was wished."""
    query, scope = asking.query, asking.scope
    rows, scores = found
    barred = unranked_rows(space, metric_named(metric), asking.exclude)
    n_ranked = space.n_items - len(barred) if scope.rows is None else len(difference(scope.rows, barred))
    said = _remarks(query, metric, k, n_ranked)
    if not exact and index is None:
        said.append(_NO_INDEX if scope.rows is None else _NOT_BY_INDEX)
    return Answer(
        text=query.text,
        reading=query.reading,
        vector=asking.vector,
        inputs=query.inputs,
        is_formula=query.is_formula,
        rows=rows,
        labels=tuple(space.name(int(row)) for row in rows),
        scores=scores,
        metric=metric,
        k=k,
        exact=index is None,
        recall=None if index is None else index.recall,
        n_ranked=n_ranked,
        remarks=(*query.remarks, *scope.remarks, *said),
        n_items=space.n_items,
        scope=scope.said,
        within_bits=scope.bits,
        selection=asking.selection,
        core_end=query.core_end,
        listed=query.listed,
    )


def nearest_to_any(whole: Answer, parts: tuple[Answer, ...]) -> Answer:
    """The `k` items nearest to any part of a list that was asked apart, each with its score to the nearest part."""
    rows = np.concatenate([part.rows for part in parts])
    scores = np.concatenate([part.scores for part in parts])
    names = [name for part in parts for name in part.labels]
    sign = -1.0 if metric_named(whole.metric).is_similarity else 1.0
    order = np.lexsort((rows, sign * scores))
    _, first = np.unique(rows[order], return_index=True)
    best = order[np.sort(first)][: whole.k]
    return replace(
        whole,
        rows=read_only(rows[best]),
        scores=read_only(scores[best]),
        labels=tuple(names[at] for at in best.tolist()),
        parts=parts,
        part=None,
    )


def _answer_steps(
    space: EmbeddingSpace, asking: Asking, k: int, metric: str, *, exact: bool, glimpse: bool = False
) -> Steps[Answer]:
    vector, exclude, rows = asking.vector, asking.exclude, asking.scope.rows
    if rows is None and (not exact or (glimpse and metric in space.indexes)):
        index = yield from index_steps(space, metric)
        if index is not None:
            found = yield from index.search_steps(space, vector, k, exclude)
            approximate = answer_of(space, asking, found, k, metric, index, exact=exact)
            if not exact:
                return approximate
            yield Progress(None, "Searching", approximate)
    found = yield from search_steps(space, vector, k, metric=metric, exclude=exclude, within=rows)
    return answer_of(space, asking, found, k, metric, None, exact=exact)


def index_steps(space: EmbeddingSpace, metric: str) -> Steps[SearchIndex | None]:
    """The index of a space, built and kept with it if there is none yet; None where none can be."""
    if metric not in INDEXED_METRICS or space.n_items < FEWEST_ITEMS:
        return None
    if metric not in space.indexes:
        space.indexes[metric] = yield from build_steps(space, metric)
    return space.indexes[metric]


def _remarks(query: Query, metric: str, k: int, n_ranked: int) -> list[str]:
    remarks = []
    if query.is_formula and not query.apart:
        entered = "its unit vector (3CosAdd)" if metric == "cosine" else "it is, not normalized"
        remarks.append(f"Each item entered the formula as {entered}.")
    if k > n_ranked:
        remarks.append(f"k is {k:,} but only {n_ranked:,} items can be ranked.")
    return remarks
