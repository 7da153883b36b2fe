"""Words that are no items, composed where a space can: in questions, in formulas, and what is said of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from embedviz.errors import QueryError, UnknownItemError
from embedviz.space import Composition, EmbeddingSpace, Labels, Source, evaluate, parse
from embedviz.space.query_tokens import quoted


class Speller:
    """Composes a word of its letters a, b and c: one sub-word for each."""

    n_bytes = 0

    def compose(self, word: str) -> Composition | None:
        letters = [word.count(letter) for letter in "abc"]
        return Composition(word, np.array(letters, np.float64), sum(letters)) if any(letters) else None


@pytest.fixture
def space() -> EmbeddingSpace:
    labels = Labels.from_strings(["one", "two", "a-b", "Cab"])
    vectors = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]], np.float32)
    return EmbeddingSpace(vectors, labels, Source("made", "made"), subwords=Speller())


def vector(space: EmbeddingSpace, text: str) -> list[float]:
    return evaluate(parse(text, space.labels, space.subwords), space, "dot").tolist()


@pytest.mark.parametrize(
    ("text", "expected", "inputs"),
    [
        ("abc", [1, 1, 1], ()),
        ("  aab  ", [2, 1, 0], ()),
        ("one + aab", [3, 1, 0], (0,)),
        ("2 * abc - two", [2, 1, 2], (1,)),
        ("bb : one :: two : ?", [1, -1, 0], (0, 1)),
        ("b-c", [0, 1, 1], ()),
        ("b - c", [0, 1, -1], ()),
        ("one-two", [1, -1, 0], (0, 1)),
        ("a-b", [0, 0, 1], (2,)),
        ("cab", [1, 1, 1], (3,)),
        ('"b c" one', [0.5, 0.5, 0.5], (0,)),
        ("abc + abc", [2, 2, 2], ()),
        ("-abc", [-1, -1, -1], ()),
    ],
)
def test_composed_words_are_operands(
    space: EmbeddingSpace, text: str, expected: list[float], inputs: tuple[int, ...]
) -> None:
    query = parse(text, space.labels, space.subwords)
    assert sorted(query.inputs) == sorted(inputs)
    assert vector(space, text) == pytest.approx(expected)
    composed = [term.composed for term in query.expression if term.composed is not None]
    assert bool(composed) == any("composed from" in remark for remark in query.remarks)


def test_an_item_wins_over_a_composed_word_in_every_spelling(space: EmbeddingSpace) -> None:
    assert parse("CAB", space.labels, space.subwords).inputs == (3,)
    assert np.array_equal(space.vector("Cab"), [1, 1, 1])
    assert np.array_equal(space.vector("cab"), [1, 1, 1])


def test_without_sub_words_or_known_parts_a_word_stays_unknown(space: EmbeddingSpace) -> None:
    with pytest.raises(UnknownItemError):
        parse("xyz", space.labels, space.subwords)
    with pytest.raises(UnknownItemError):
        parse("abc", space.labels)
    with pytest.raises(UnknownItemError):
        space.vector("xyz")
    with pytest.raises(QueryError, match="no row #9"):
        parse("#9", space.labels, space.subwords)


def test_one_sub_word_is_said_in_the_singular_and_quotes_keep_a_word_whole(space: EmbeddingSpace) -> None:
    assert "composed from 1 sub-word." in parse("a", space.labels, space.subwords).remarks[0]
    query = parse(quoted("b + c"), space.labels, space.subwords)
    assert query.expression[0].composed is not None
    assert query.expression[0].composed.n_subwords == 2


def test_what_is_composed_can_be_useless(space: EmbeddingSpace) -> None:
    class Broken(Speller):
        def compose(self, word: str) -> Composition | None:
            return Composition(word, np.array([np.nan, 0, 0]), 1)

    broken = replace(space, subwords=Broken())
    with pytest.raises(QueryError, match="“abc” holds NaN"):
        broken.neighbors("abc")
    with pytest.raises(QueryError, match="zero vector"):
        space.neighbors("abc - abc")


def test_notes_change_nothing_else(space: EmbeddingSpace) -> None:
    assert space.with_notes(()).subwords is space.subwords
    assert space.neighbors("aab", 2).labels == ("one", "Cab")
    assert not space.vector("aab").flags.writeable
