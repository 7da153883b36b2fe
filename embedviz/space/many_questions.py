"""Many typed questions at once, at the speed of one product of matrices for a block of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedviz.errors import EmbedvizError, OptionError, QueryError, UnknownItemError
from embedviz.progress import Progress, Steps, within
from embedviz.space.answer import (
    NOTHING_FOUND,
    Answer,
    Asking,
    answer_of,
    asking_of,
    check_options,
    index_steps,
    nearest_to_any,
    reading_steps,
)
from embedviz.space.arrays import DoubleArray, RowArray
from embedviz.space.batch import search_many_steps
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.neighbors import search_steps
from embedviz.space.query_scope import scope_of
from embedviz.space.search_index import SearchIndex

QUESTIONS_A_BLOCK = 512

Found = tuple[RowArray, DoubleArray]
Outcome = Answer | EmbedvizError


@dataclass(frozen=True)
class Options:
    """How all the questions are asked, as `ask` takes it."""

    k: int = 10
    metric: str = "cosine"
    exclude_inputs: bool = True
    exact: bool = True
    within: Sequence[int] | RowArray | None = None


@dataclass(frozen=True, eq=False)
class _Pending:
    """A question that is understood: the whole of it, and its parts where they are asked apart."""

    whole: Asking
    parts: tuple[Asking, ...]

    @property
    def searches(self) -> tuple[Asking, ...]:
        return self.parts or (self.whole,)


def ask_many_steps(space: EmbeddingSpace, texts: Sequence[str], options: Options) -> Steps[list[Outcome]]:
    """Answer each text as `ask` does, in their order; a question that cannot be answered gives its error.

    Yields Progress; after each block of questions their outcomes are its `partial`, a tuple. Raises OptionError for a
    bad `k`, metric or row.
    """
    check_options(options.k, options.metric)
    index = None if options.exact else (yield from index_steps(space, options.metric))
    outcomes: list[Outcome] = []
    for first in range(0, len(texts), QUESTIONS_A_BLOCK):
        block = texts[first : first + QUESTIONS_A_BLOCK]
        low, high = first / len(texts), min(1.0, (first + len(block)) / len(texts))
        done = yield from within(_block_steps(space, block, options, index), low, high)
        outcomes += done
        yield Progress(high, f"Answered {len(outcomes):,} of {len(texts):,} questions", tuple(done))
    return outcomes


def answers_steps(space: EmbeddingSpace, texts: Sequence[str], options: Options) -> Steps[list[Answer]]:
    """Answer each text as `ask_many_steps` does, but raise the error of the first that cannot be answered."""
    if isinstance(texts, str):
        raise OptionError("Many questions are given as a list of texts; this is one text.")
    outcomes: list[Answer] = []
    steps = ask_many_steps(space, texts, options)
    command = None
    try:
        while True:
            step = steps.send(command)
            for outcome in step.partial if isinstance(step.partial, tuple) else ():
                if isinstance(outcome, EmbedvizError):
                    raise outcome
                outcomes.append(outcome)
            command = yield step
    except StopIteration:
        return outcomes
    finally:
        steps.close()


def _block_steps(
    space: EmbeddingSpace, texts: Sequence[str], options: Options, index: SearchIndex | None
) -> Steps[list[Outcome]]:
    read: list[_Pending | EmbedvizError] = []
    for at, text in enumerate(texts):
        if at % 64 == 0:
            yield Progress(0.2 * at / len(texts), "Reading the questions")
        read.append((yield from _read(space, text, options)))
    searches = [asking for each in read if isinstance(each, _Pending) for asking in each.searches]
    found = iter((yield from within(_found_steps(space, searches, options, index), 0.2, 1.0)))

    def answer(asking: Asking) -> Answer:
        by = index if asking.scope.rows is None else None
        return answer_of(space, asking, next(found), options.k, options.metric, by, exact=options.exact)

    outcomes: list[Outcome] = []
    for each in read:
        if isinstance(each, EmbedvizError):
            outcomes.append(each)
        elif each.parts:
            whole = answer_of(space, each.whole, NOTHING_FOUND, options.k, options.metric, None, exact=options.exact)
            outcomes.append(nearest_to_any(whole, tuple(answer(part) for part in each.parts)))
        else:
            outcomes.append(answer(each.whole))
    return outcomes


def _read(space: EmbeddingSpace, text: str, options: Options) -> Steps[_Pending | EmbedvizError]:
    try:
        query = yield from reading_steps(space, text)
        scope = scope_of(space, query.clauses, within=options.within)
        whole, *parts = (
            asking_of(space, each, scope, options.metric, exclude_inputs=options.exclude_inputs)
            for each in (query, *query.apart)
        )
    except (QueryError, UnknownItemError) as error:
        return error
    return _Pending(whole, tuple(parts))


def _found_steps(
    space: EmbeddingSpace, searches: Sequence[Asking], options: Options, index: SearchIndex | None
) -> Steps[list[Found]]:
    """What each search finds: those over all items together, those over some items or by an index one by one."""
    together = [at for at, asking in enumerate(searches) if asking.scope.rows is None and index is None]
    found: dict[int, Found] = {}
    if together:
        steps = search_many_steps(
            space,
            np.array([searches[at].vector for at in together]),
            options.k,
            metric=options.metric,
            exclude=[searches[at].exclude for at in together],
        )
        found.update(zip(together, (yield from within(steps, 0.0, len(together) / len(searches))), strict=True))
    for at, asking in enumerate(searches):
        if at in found:
            continue
        rows = asking.scope.rows
        if rows is None and index is not None:
            steps_of_one = index.search_steps(space, asking.vector, options.k, asking.exclude)
        else:
            steps_of_one = search_steps(
                space, asking.vector, options.k, metric=options.metric, exclude=asking.exclude, within=rows
            )
        found[at] = yield from within(steps_of_one, len(found) / len(searches), (len(found) + 1) / len(searches))
    return [found[at] for at in range(len(searches))]
