"""The query language: a typed text to items and weights, and those to a vector."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.errors import QueryError
from embedviz.progress import Steps, finish
from embedviz.space.arrays import DoubleArray, read_only
from embedviz.space.completion import completion as completion
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.lookup import Lookup, Match
from embedviz.space.metrics import metric_named
from embedviz.space.query_formula import FormulaParser
from embedviz.space.query_tokens import tokenize

LONGEST_QUERY = 100_000

_LARGEST = 1e150
_CANCELED = 1e-12


@dataclass(frozen=True)
class Term:
    """One item of a formula and the number it is multiplied by."""

    row: int
    weight: float


@dataclass(frozen=True)
class Query:
    """A question as understood: `text` as typed, `reading` in plain words, `expression` the items and their weights.

    `inputs` are the rows mentioned, `remarks` say every fall-back and mean, `is_formula` is False for one single item.
    """

    text: str
    reading: str
    expression: tuple[Term, ...]
    inputs: tuple[int, ...]
    remarks: tuple[str, ...]
    is_formula: bool


def parse(text: str, labels: Labels) -> Query:
    """Read a typed question: the whole text as one label first, then as a formula over labels.

    Raises QueryError with the character it stumbled on, UnknownItemError with near spellings.
    """
    return finish(parse_steps(text, labels))


def parse_steps(text: str, labels: Labels) -> Steps[Query]:
    """Read a question as `parse` does, yielding Progress while a long one is read."""
    if len(text) > LONGEST_QUERY:
        raise QueryError(
            f"The question has {len(text):,} characters; at most {LONGEST_QUERY:,} are read. Ask for less at once.",
            LONGEST_QUERY,
        )
    if not text.strip():
        raise QueryError(
            "Nothing was asked; type an item, such as a word, or a formula, such as king - man + woman.", 0
        )
    lookup = Lookup(labels)
    row = labels.find(text)
    match = lookup.find(text if row is not None else text.strip())
    if match is not None:
        return _single(text, match)
    parser = FormulaParser(text, (yield from tokenize(text, lookup)))
    formula = parser.question()
    weights = formula.weights or {}
    return Query(
        text,
        formula.reading,
        tuple(Term(row, weight) for row, weight in weights.items()),
        tuple(weights),
        tuple(dict.fromkeys(parser.remarks)),
        is_formula=not formula.is_item,
    )


def evaluate(query: Query, space: EmbeddingSpace, metric: str) -> DoubleArray:
    """The vector (n_dims,) float64 of a query; under cosine each item enters as its unit vector (3CosAdd).

    3CosAdd: Levy and Goldberg, Linguistic Regularities in Sparse and Explicit Word Representations, 2014, §3.
    Raises QueryError for an item or a formula that gives no usable vector.
    """
    is_cosine = metric_named(metric).name == "cosine"
    total, reach = np.zeros(space.n_dims), 0.0
    for term in query.expression:
        vector = space.vectors[term.row].astype(np.float64)
        if not np.isfinite(vector).all():
            raise QueryError(f"The vector of “{space.name(term.row)}” holds NaN or infinity, so nothing is near it.")
        length = float(np.sqrt(vector @ vector))
        if is_cosine:
            if length == 0:
                raise QueryError(
                    f"The vector of “{space.name(term.row)}” is zero and has no direction, so cosine cannot rank "
                    "by it; choose another metric."
                )
            vector, length = vector / length, 1.0
        with np.errstate(over="ignore", invalid="ignore"):
            total += term.weight * vector
        reach += abs(term.weight) * length
    if not np.abs(total).max(initial=0.0) <= _LARGEST:
        raise QueryError("The numbers in this formula make its vector too large to compare; use smaller ones.")
    if is_cosine and float(np.abs(total).max(initial=0.0)) <= _CANCELED * reach:
        raise QueryError(
            f"{query.reading} adds up to the zero vector, which has no direction, so cosine cannot rank by it."
        )
    return read_only(total)


def _single(text: str, match: Match) -> Query:
    return Query(text, match.name, (Term(match.row, 1.0),), (match.row,), match.remarks, is_formula=False)
