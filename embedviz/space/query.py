"""The query language: a typed text to items and weights, and those to a vector."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

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
from embedviz.space.query_clauses import NO_CLAUSES, RULE, Clauses, split_clauses
from embedviz.space.query_formula import Formula, FormulaParser
from embedviz.space.query_sentence import is_sentence
from embedviz.space.query_tokens import tokenize
from embedviz.space.query_vectors import bare_numbers, bare_vector, vector_match

LONGEST_QUERY = 100_000
MOST_APART = 100

_LARGEST = 1e150
_CANCELED = 1e-12
_SHOWN, _LONGEST_NAME = 12, 60
_EACH = re.compile(r"\s*each\s*:(?!:)", re.IGNORECASE)
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
    `is_formula` is False for one single item. `without` holds the sums that are projected away, `clauses` says which
    items are ranked. `listed` is a plain list as typed, part by part; `apart` holds a question for each part where
    they are asked apart. `core_end` is the index behind what stands before `not` and the clauses.
    """

    text: str
    reading: str
    expression: tuple[Term, ...]
    inputs: tuple[int, ...]
    remarks: tuple[str, ...]
    is_formula: bool
    core_end: int
    without: tuple[tuple[Term, ...], ...] = ()
    clauses: Clauses = NO_CLAUSES
    listed: tuple[str, ...] = ()
    apart: tuple[Query, ...] = ()


def parse(
    text: str,
    labels: Labels,
    composer: Composer | None = None,
    *,
    n_dims: int | None = None,
    columns: Sequence[str] = (),
) -> Query:
    """Read a typed question: the whole text as one label first, then as a formula over labels with its clauses.

    `composer` gives vectors to words that are no labels; a hyphenated word is composed whole if a part is unknown.
    Vectors are read where `n_dims` is given, and `columns` names the metadata. Raises QueryError with the character
    it stumbled on, UnknownItemError with near spellings.
    """
    return finish(parse_steps(text, labels, composer, n_dims=n_dims, columns=columns))


def parse_steps(
    text: str,
    labels: Labels,
    composer: Composer | None = None,
    *,
    n_dims: int | None = None,
    columns: Sequence[str] = (),
) -> Steps[Query]:
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
    lookup = Lookup(labels, composer, n_dims)
    row = labels.find(text)
    match = lookup.find(text if row is not None else text.strip())
    if match is not None:
        return _single(text, match, Clauses(len(text)))
    clauses = split_clauses(text, columns)
    asked = text[: clauses.end]
    match = (yield from _whole(asked, lookup, labels, composer)) or _bare_vector(asked, lookup)
    if match is not None:
        return _single(text, match, clauses)
    each = _EACH.match(asked)
    if each is not None and "::" not in asked and asked[each.end() :].strip():
        asked = " " * each.end() + asked[each.end() :]  # every place stays where it was typed
    else:
        each = None
    try:
        tokens = yield from tokenize(asked, lookup)
    except UnknownItemError as error:
        raise (_condition_begun(asked, error) if columns else None) or error from None
    parser = FormulaParser(asked, tokens, apart=each is not None)
    formula = parser.question()
    whole = _query(text, formula, parser, clauses)
    return whole if each is None else _apart(whole, parser)


def _condition_begun(asked: str, error: UnknownItemError) -> QueryError | None:
    """The error for an unknown word that is the `where` of a condition still to be typed, or stands behind it."""
    before = asked[: error.position].split()
    is_behind = bool(before) and before[-1].lower() == "where"
    return QueryError(f"{RULE}.", len(asked)) if is_behind or (before and error.label.lower() == "where") else None


def _whole(asked: str, lookup: Lookup, labels: Labels, composer: Composer | None) -> Steps[Match | None]:
    """The one item that the question is, in spite of operators in its name, or what is composed whole.

    That is a sentence where the composer pools those, else a hyphenated word.
    """
    match = lookup.find(asked.strip())
    if match is None and lookup.pools_sentences:
        return lookup.compose(asked.strip()) if is_sentence(asked, lookup.n_dims) else None
    if match is None and composer is not None and _HYPHENATED.fullmatch(asked.strip()):
        try:
            yield from tokenize(asked, Lookup(labels))
        except UnknownItemError:
            match = lookup.compose(asked.strip())
    return match


def _bare_vector(asked: str, lookup: Lookup) -> Match | None:
    """Numbers alone are a vector, if there are as many as dimensions and not every one of them is a label."""
    pieces = None if lookup.n_dims is None else bare_numbers(asked)
    if pieces is None or lookup.n_dims is None:
        return None
    n_labels = sum(lookup.find(piece) is not None for piece in pieces)
    if n_labels == len(pieces) or (n_labels and len(pieces) != lookup.n_dims):
        return None
    return vector_match(bare_vector(pieces, asked, lookup.n_dims))


def _query(text: str, formula: Formula, parser: FormulaParser, clauses: Clauses) -> Query:
    without = tuple(_terms(part) for part in parser.without)
    rows = [term.row for terms in (_terms(formula), *without) for term in terms if term.row is not None]
    remarks, reading = parser.remarks, formula.reading
    if without:
        named = ", ".join(part.enclosed for part in parser.without[:_SHOWN])
        more = f", … ({len(without):,} in all)" if len(without) > _SHOWN else ""
        reading = f"{formula.enclosed} without {named}{more}"
        remarks = [
            *remarks,
            "“not” projects away what stands behind it; quoted, it is a word.",
        ]
    return Query(
        text,
        reading,
        _terms(formula),
        tuple(dict.fromkeys(rows)),
        tuple(dict.fromkeys(remarks)),
        is_formula=bool(without) or not formula.is_item,
        core_end=parser.core_end,
        without=without,
        clauses=clauses,
        listed=tuple(typed for _, typed in parser.listed),
    )


def _apart(whole: Query, parser: FormulaParser) -> Query:
    """A question for each part of a list; what is taken away, and the clauses, are the same for all."""
    if len(parser.listed) > MOST_APART:
        raise QueryError(
            f"{len(parser.listed):,} items are too many to be asked apart; at most {MOST_APART} are. Ask a file of "
            "questions from the command line, or for their mean.",
            0,
        )
    parts = parser.listed or []
    if not parts:
        return whole
    taken = [row for terms in whole.without for row in (term.row for term in terms) if row is not None]
    questions = []
    for part, typed in parts:
        if part.weights is None:
            raise QueryError("A number alone has no neighbours; quote it if it is an item.", part.start)
        rows = [term.row for term in _terms(part) if term.row is not None]
        questions.append(
            replace(
                whole,
                text=typed,
                reading=part.reading,
                expression=_terms(part),
                inputs=tuple(dict.fromkeys([*rows, *taken])),
                is_formula=bool(whole.without) or not part.is_item,
                listed=(),
            )
        )
    shown = ", ".join(part.enclosed for part, _ in parts[:_SHOWN])
    more = f", … ({len(parts):,} in all)" if len(parts) > _SHOWN else ""
    return replace(whole, reading=f"nearest to any of {shown}{more}", apart=tuple(questions))


def evaluate(query: Query, space: EmbeddingSpace, metric: str) -> DoubleArray:
    """The vector (n_dims,) float64 of a query; under cosine each item enters as its unit vector (3CosAdd).

    What was composed or typed and is asked about alone keeps its length, which says where it lies.
    3CosAdd: Levy and Goldberg, Linguistic Regularities in Sparse and Explicit Word Representations, 2014, §3.
    Raises QueryError for an item or a formula that gives no usable vector.
    """
    is_cosine = metric_named(metric).name == "cosine"
    total, reach = _sum(query.expression, space, is_cosine and not _is_lone_vector(query))
    if query.without:
        total = _projected_away(total, [_sum(terms, space, is_cosine)[0] for terms in query.without])
        if float(np.abs(total).max(initial=0.0)) <= _CANCELED * reach:
            raise QueryError(f"Nothing is left of {query.reading}: all of it lies along what was taken away.")
    if is_cosine and float(np.abs(total).max(initial=0.0)) <= _CANCELED * reach:
        raise QueryError(
            f"{query.reading} adds up to the zero vector, which has no direction, so cosine cannot rank by it."
        )
    return read_only(total)


def _is_lone_vector(query: Query) -> bool:
    return not query.is_formula and all(term.composed is not None for term in query.expression)


def _sum(terms: Sequence[Term], space: EmbeddingSpace, is_cosine: bool) -> tuple[DoubleArray, float]:
    """The weighted sum of some items, and the greatest length it could have."""
    total, reach = np.zeros(space.n_dims), 0.0
    for term in terms:
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
    return total, reach


def _projected_away(vector: DoubleArray, directions: Sequence[DoubleArray]) -> DoubleArray:
    """What is left of a vector when its components along the span of some directions are taken away."""
    scales = [float(np.abs(direction).max(initial=0.0)) for direction in directions]
    units = [direction / scale for direction, scale in zip(directions, scales, strict=True) if scale > 0]
    if not units:
        return vector
    basis, sizes, _ = np.linalg.svd(np.array([unit / np.linalg.norm(unit) for unit in units]).T, full_matrices=False)
    basis = basis[:, sizes > _CANCELED * max(1.0, float(sizes[0]))]
    left = vector - basis @ (basis.T @ vector)
    cleaned: DoubleArray = left - basis @ (basis.T @ left)  # twice is enough (Parlett 1998, §6.9)
    return cleaned


def _single(text: str, match: Match, clauses: Clauses) -> Query:
    term = _term(match.operand, 1.0)
    inputs = () if term.row is None else (term.row,)
    return Query(
        text, match.name, (term,), inputs, match.remarks, is_formula=False, core_end=clauses.end, clauses=clauses
    )


def _terms(formula: Formula) -> tuple[Term, ...]:
    return tuple(_term(operand, weight) for operand, weight in (formula.weights or {}).items())


def _term(operand: int | Composition, weight: float) -> Term:
    return Term(operand, weight) if isinstance(operand, int) else Term(None, weight, operand)


def _operand(term: Term, space: EmbeddingSpace) -> tuple[str, DoubleArray]:
    if term.row is not None:
        return space.name(term.row), space.vectors[term.row].astype(np.float64)
    assert term.composed is not None, "a term is a row or a composed word"
    name = term.composed.text
    return (name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"), term.composed.vector
