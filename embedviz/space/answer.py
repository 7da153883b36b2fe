"""The answer: the neighbours of a typed question, with everything needed to reproduce it."""

from __future__ import annotations

from dataclasses import dataclass

from embedviz.errors import OptionError
from embedviz.progress import Progress, Steps, finish
from embedviz.space.arrays import DoubleArray, RowArray
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.metrics import metric_named
from embedviz.space.neighbors import search_steps, unranked_rows
from embedviz.space.query import Query, evaluate, parse_steps
from embedviz.space.search_index import FEWEST_ITEMS, INDEXED_METRICS, SearchIndex, build_steps


@dataclass(frozen=True, eq=False)
class Answer:
    """Neighbours of a question, nearest first: `rows` int64, `labels`, `scores` float64, all of one length.

    `text` is what was typed, `reading` what was understood, `vector` float64 (n_dims,) what was compared and `inputs`
    the rows it was made of; a composed word has none. Scores are similarities for cosine and dot, distances for
    euclidean and manhattan. `k` neighbours were wished; `recall` is None where `exact`. `n_ranked` items took part;
    `remarks` say every fall-back, mean, composed word and clipping.
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


def ask(
    space: EmbeddingSpace,
    text: str,
    k: int = 10,
    *,
    metric: str = "cosine",
    exclude_inputs: bool = True,
    exact: bool = True,
) -> Answer:
    """Answer a typed question with the `k` nearest items over all rows; its own items are left out if `exclude_inputs`.

    `exact=False` asks a compressed index, which is built where there is none yet, and compares only its candidates; the
    answer tells its measured `recall`. Where no index can be, the answer is exact and says so. Raises QueryError for a
    question that cannot be read, UnknownItemError for an unknown label, OptionError for a bad `k` or metric.
    """
    return finish(ask_steps(space, text, k, metric=metric, exclude_inputs=exclude_inputs, exact=exact))


def ask_steps(
    space: EmbeddingSpace,
    text: str,
    k: int = 10,
    *,
    metric: str = "cosine",
    exclude_inputs: bool = True,
    exact: bool = True,
    glimpse: bool = False,
) -> Steps[Answer]:
    """Answer as `ask` does, yielding Progress between the parts of the work.

    With `glimpse`, an exact answer is preceded by that of the index, where one stands, as `partial` of a Progress.
    """
    chosen = metric_named(metric)
    if k < 1:
        raise OptionError(f"k is {k}; ask for at least 1 neighbour.")
    yield Progress(0.0, "Reading the question")
    query = yield from parse_steps(text, space.labels, space.subwords)
    vector = evaluate(query, space, chosen.name)
    exclude = query.inputs if exclude_inputs else ()
    n_ranked = space.n_items - len(unranked_rows(space, chosen, exclude))

    def answer(found: tuple[RowArray, DoubleArray], index: SearchIndex | None) -> Answer:
        rows, scores = found
        return Answer(
            text=text,
            reading=query.reading,
            vector=vector,
            inputs=query.inputs,
            is_formula=query.is_formula,
            rows=rows,
            labels=tuple(space.name(int(row)) for row in rows),
            scores=scores,
            metric=chosen.name,
            k=k,
            exact=index is None,
            recall=None if index is None else index.recall,
            n_ranked=n_ranked,
            remarks=(*query.remarks, *_remarks(query, chosen.name, k, n_ranked, no_index=not exact and index is None)),
        )

    if not exact or (glimpse and chosen.name in space.indexes):
        index = yield from index_steps(space, chosen.name)
        if index is not None:
            approximate = answer((yield from index.search_steps(space, vector, k, exclude)), index)
            if not exact:
                return approximate
            yield Progress(None, "Searching", approximate)
    return answer((yield from search_steps(space, vector, k, metric=chosen.name, exclude=exclude)), None)


def index_steps(space: EmbeddingSpace, metric: str) -> Steps[SearchIndex | None]:
    """The index of a space, built and kept with it if there is none yet; None where none can be."""
    if metric not in INDEXED_METRICS or space.n_items < FEWEST_ITEMS:
        return None
    if metric not in space.indexes:
        space.indexes[metric] = yield from build_steps(space, metric)
    return space.indexes[metric]


def _remarks(query: Query, metric: str, k: int, n_ranked: int, *, no_index: bool) -> list[str]:
    remarks = []
    if query.is_formula:
        entered = "its unit vector (3CosAdd)" if metric == "cosine" else "it is, not normalized"
        remarks.append(f"Each item entered the formula as {entered}.")
    if k > n_ranked:
        remarks.append(f"k is {k:,} but only {n_ranked:,} items can be ranked.")
    if no_index:
        remarks.append("No index serves this question, so every row was looked at; the answer is exact.")
    return remarks
