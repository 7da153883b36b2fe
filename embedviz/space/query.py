"""The query language: a typed text to items and weights, and those to a vector."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from embedviz.errors import QueryError, UnknownItemError
from embedviz.progress import Steps, finish
from embedviz.space.arrays import DoubleArray, read_only
from embedviz.space.completion import completion as completion
from embedviz.space.composing import Composer, Composition
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.lookup import Lookup, Match
from embedviz.space.metrics import metric_named
from embedviz.space.query_formula import FormulaParser
from embedviz.space.query_tokens import tokenize

LONGEST_QUERY = 100_000

_LARGEST = 1e150
_CANCELED = 1e-12
_HYPHENATED = re.compile(r"(?![-–])[^\s+*×/÷−():,\"“„«]+(?<![-–])")


@dataclass(frozen=True)
class Term:
    """One item of a formula and the number it is multiplied by; a composed word has no row."""

    row: int | None
    weight: float
    composed: Composition | None = None


@dataclass(frozen=True)
class Query:
    """A question as understood: `text` as typed, `reading` in plain words, `expression` the items and their weights.

    `inputs` are the rows mentioned (composed words have none), `remarks` say every fall-back, mean and composed word,
    `is_formula` is False for one single item.
    """

    text: str
    reading: str
    expression: tuple[Term, ...]
    inputs: tuple[int, ...]
    remarks: tuple[str, ...]
    is_formula: bool


def parse(text: str, labels: Labels, composer: Composer | None = None) -> Query:
    """Read a typed question: the whole text as one label first, then as a formula over labels.

    `composer` gives vectors to words that are no labels; a hyphenated word is composed whole if a part is unknown.
    Raises QueryError with the character it stumbled on, UnknownItemError with near spellings.
    """
    return finish(parse_steps(text, labels, composer))


def parse_steps(text: str, labels: Labels, composer: Composer | None = None) -> Steps[Query]:
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
    lookup = Lookup(labels, composer)
    row = labels.find(text)
    match = lookup.find(text if row is not None else text.strip())
    if match is None and composer is not None and _HYPHENATED.fullmatch(text.strip()):
        try:
            yield from tokenize(text, Lookup(labels))
        except UnknownItemError:
            match = lookup.compose(text.strip())
    if match is not None:
        return _single(text, match)
    parser = FormulaParser(text, (yield from tokenize(text, lookup)))
    formula = parser.question()
    weights = formula.weights or {}
    return Query(
        text,
        formula.reading,
        tuple(_term(operand, weight) for operand, weight in weights.items()),
        tuple(operand for operand in weights if isinstance(operand, int)),
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
        name, vector = _operand(term, space)
        if not np.isfinite(vector).all():
            raise QueryError(f"The vector of “{name}” holds NaN or infinity, so nothing is near it.")
        length = float(np.sqrt(vector @ vector))
        if is_cosine:
            if length == 0:
                raise QueryError(
                    f"The vector of “{name}” is zero and has no direction, so cosine cannot rank "
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
    term = _term(match.operand, 1.0)
    inputs = () if term.row is None else (term.row,)
    return Query(text, match.name, (term,), inputs, match.remarks, is_formula=False)


def _term(operand: int | Composition, weight: float) -> Term:
    return Term(operand, weight) if isinstance(operand, int) else Term(None, weight, operand)


def _operand(term: Term, space: EmbeddingSpace) -> tuple[str, DoubleArray]:
    if term.row is not None:
        return space.name(term.row), space.vectors[term.row].astype(np.float64)
    assert term.composed is not None, "a term is a row or a composed word"
    return term.composed.text, term.composed.vector
