"""What stands at the end of a question: which words are clauses, which stay items, and what each condition keeps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.errors import EmbedvizError, OptionError, QueryError, UnknownItemError
from embedviz.space import Answer, Column, EmbeddingSpace, Labels, Source, Table, ask, parse
from embedviz.space.query_clauses import split_clauses
from embedviz.space.query_conditions import satisfying

N = 12
KINDS = ("noun.animal", "noun.plant", "Rock and roll", "5", "noun.act")
NAMES = ["king", "queen", "man", "woman", "where", "in", "selection", "top", "and", "not", "5", "c++"]


def _table() -> Table:
    rows = np.arange(N)
    missing, none = rows % 4 == 3, np.zeros(N, bool)
    sizes = np.where(missing, np.nan, rows * 10.0)
    sizes[1] = np.nan  # NaN that nobody called missing
    return Table(
        N,
        {
            "size": Column("number", sizes, missing),
            "kind": Column("category", np.where(missing, -1, rows % 5).astype(np.int32), missing, KINDS),
            "grade": Column("category", (rows % 3).astype(np.int32), none, ("1", "2", "10")),
            "title": Column("text", Labels.from_strings(["Top 5", "été", "", "x = y"] * 3), none),
            "is_new": Column("flag", rows % 2 == 0, none),
            "born": Column("time", np.array("2020-01-30", "datetime64[ms]") + rows * np.timedelta64(12, "h"), none),
            "not": Column("number", rows.astype(np.float64), none),
            "a <= b": Column("number", rows.astype(np.float64), none),
            "picture": Column("image", np.zeros((N, 2, 2), np.uint8), none),
        },
    )


@pytest.fixture(scope="module")
def space() -> EmbeddingSpace:
    vectors = np.random.default_rng(3).normal(size=(N, 4)).astype(np.float32)
    return EmbeddingSpace(vectors, Labels.from_strings(NAMES), Source("made", "made for a test"), _table())


def answer_or_error(space: EmbeddingSpace, text: str) -> Answer | QueryError | UnknownItemError:
    try:
        return ask(space, text, 3)
    except (QueryError, UnknownItemError) as error:
        return error


def kept(text: str) -> list[int]:
    clauses = split_clauses(text, tuple(_table()))
    return np.flatnonzero(satisfying(_table(), clauses.conditions).mask).tolist()


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ("size = 20", [2]),
        ("size != 20", [0, 4, 5, 6, 8, 9, 10]),
        ("size < 50", [0, 2, 4]),
        ("size<=50", [0, 2, 4, 5]),
        ("size > 8e1", [9, 10]),
        ("size ≥ 80", [8, 9, 10]),
        ("size <> 20 and size < 50", [0, 4]),
        ("Size == 1,000", []),
        ("kind = noun.plant", [1, 6]),
        ("kind = NOUN.PLANT", [1, 6]),
        ("kind = plant", [1, 6]),
        ("kind != plant", [0, 2, 4, 5, 8, 9, 10]),
        ("kind = rock and roll", [2]),
        ("kind = rock and roll and size > 0", [2]),
        ("size = 0 or size = 20", [0, 2]),
        ('size = 20 and is_new = no OR title = "Top 5"', [0, 4, 8]),
        ("title = Top 5 or size = 20 and is_new = yes", [0, 2, 4, 8]),
        ('kind = "rock and roll" or size = 0', [0, 2]),
        ("kind = rock and roll or size = 0 or size = 60", [0, 2, 6]),
        ('"kind" = "5"', [8]),
        ("kind = 5.0", [8]),
        ("grade = 2", [1, 4, 7, 10]),
        ("grade > 1", [1, 2, 4, 5, 7, 8, 10, 11]),
        ("grade >= 10", [2, 5, 8, 11]),
        ("title = ÉTÉ", [1, 5, 9]),
        ('title = ""', [2, 6, 10]),
        ('title = "x = y"', [3, 7, 11]),
        ('title = "Top 5"', [0, 4, 8]),
        ('title != "Top 5" and is new = no', [1, 3, 5, 7, 9, 11]),
        ("is_new = TRUE and size > 1", [2, 4, 6, 8, 10]),
        ("is_new != yes", [1, 3, 5, 7, 9, 11]),
        ("born = 2020-01-30", [0, 1]),
        ("born < 2020-02", [0, 1, 2, 3]),
        ("born >= 2020-02-03", [8, 9, 10, 11]),
        ("born <= 2020-01-30 12:00", [0, 1]),
        ("born > 2020", []),
        ("born != 2020", []),
        ('"not" < 2', [0, 1]),
        ("not < 2", [0, 1]),
        ('"a <= b" >= 10', [10, 11]),
    ],
)
def test_what_satisfies_a_condition(condition: str, rows: list[int]) -> None:
    assert kept(f"king where {condition}") == rows


def test_missing_values_satisfy_nothing_and_that_is_said(space: EmbeddingSpace) -> None:
    answer = ask(space, "king where kind != plant")
    assert "3 items have no value in “kind”; they satisfy no condition on it." in answer.remarks
    both = set(kept("king where kind = plant")) | set(kept("king where kind != plant"))
    assert both == {row for row in range(N) if row % 4 != 3}


@pytest.mark.parametrize(
    ("text", "end", "selected", "top", "n_conditions"),
    [
        ("king in selection", 5, True, None, 0),
        ("king IN the Selection ", 5, True, None, 0),
        ("king not in selection", 5, False, None, 0),
        ("king top 50,000", 5, None, 50_000, 0),
        ("king top 9 top 3", 5, None, 3, 0),
        ("king where size < 3 in selection top 5", 5, True, 5, 1),
        ("king in selection where size < 3 and kind = plant", 5, True, None, 2),
        ("c++ top 5", 4, None, 5, 0),
        ("(king + queen) top 5", 15, None, 5, 0),
        ('"king" where title = "in selection"', 7, None, None, 1),
        ("king + where", 12, None, None, 0),
        ("king, top 5", 11, None, None, 0),
        ("king + top 5", 12, None, None, 0),
        ("top 5", 5, None, None, 0),
        ("in selection", 12, None, None, 0),
        ("where is king", 13, None, None, 0),
        ('king + "where size = 3"', 23, None, None, 0),
        ("king top five", 13, None, None, 0),
        ("king in a selection", 19, None, None, 0),
    ],
)
def test_where_the_question_ends(
    text: str, end: int, selected: bool | None, top: int | None, n_conditions: int
) -> None:
    clauses = split_clauses(text, ("size", "kind"))
    found = (len(text[: clauses.end].rstrip()), clauses.selected, clauses.top, len(clauses.conditions))
    assert found == (len(text[:end].rstrip()), selected, top, n_conditions)


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("king where sise = 3", 11, "no column “sise”. Near spellings: size."),
        ("king where zzzzzzzz = 3", 11, "Columns: size, kind"),
        ("king where size = three", 18, "holds numbers"),
        ("king where size = nan", 18, "holds numbers"),
        ("king where size =", 17, "value is expected"),
        ("king where size", 15, "COLUMN = value"),
        ("king where kind = plnt", 18, "Near spellings: noun.plant"),
        ("king where kind = noun", 18, "noun.animal, noun.plant, noun.act"),
        ("king where kind < 3", 18, "holds categories"),
        ("king where title < 3", 19, "holds texts"),
        ("king where is_new = maybe", 20, "yes or no"),
        ("king where born = yesterday", 18, "holds times"),
        ("king where born = 2020-13", 18, "holds times"),
        ("king where picture = 3", 11, "pictures"),
        ('king where size = "3', 18, "not closed"),
        ('king where size = "3" nor size = 4', 22, "not expected"),
        ("where size = 3", 0, "type that before it"),
        ("king top 0", 9, "ranks nothing"),
        ("king in selection", 5, "Nothing is selected"),
        ("king - where size = 3", None, ""),
        ("king where " + " and ".join(["size = 3"] * 101), None, "more than 100 conditions"),
    ],
)
def test_what_cannot_be_followed_says_where(space: EmbeddingSpace, text: str, position: int | None, words: str) -> None:
    with pytest.raises(EmbedvizError) as caught:
        ask(space, text)
    assert words in str(caught.value)
    assert position is None or caught.value.position == position


def test_only_what_satisfies_is_ranked(space: EmbeddingSpace) -> None:
    answer = ask(space, "queen where size < 100 top 8", metric="euclidean")
    rows = [0, 2, 4, 5, 6]
    distances = np.linalg.norm(space.vectors[rows].astype(float) - space.vectors[1], axis=1)
    assert answer.rows.tolist() == [rows[at] for at in np.argsort(distances)]
    assert (answer.n_ranked, answer.n_items) == (5, N)
    assert answer.scope == "where size < 100, among the first 8"
    assert answer.reading == "queen"
    assert answer.within.tolist() == rows
    assert ask(space, "queen").within is None


def test_selection_and_rows_given(space: EmbeddingSpace) -> None:
    assert set(space.neighbors("king", within=[0, 3, 5]).rows.tolist()) == {3, 5}
    assert set(space.neighbors("king in selection", within=[3, 5]).rows.tolist()) == {3, 5}
    assert space.neighbors("king", within=np.array([3])).scope == "within the rows given"
    assert len(space.neighbors("king", within=[]).rows) == 0
    for rows in ([12], [-1], [0.5], [[1]]):
        with pytest.raises(OptionError, match="rows to look within"):
            space.neighbors("king", within=rows)


def test_an_empty_scope_is_an_answer(space: EmbeddingSpace) -> None:
    answer = space.neighbors("king where size > 1000")
    assert (len(answer.rows), answer.n_ranked) == (0, 0)
    assert "No item satisfies this: where size > 1000." in answer.remarks


def test_a_space_without_metadata_says_so(glove: EmbeddingSpace) -> None:
    with pytest.raises(QueryError, match="this space has no metadata"):
        glove.neighbors("king where size = 3")


def test_one_label_wins_over_clauses() -> None:
    labels = Labels.from_strings(["king", "king top 5", "king not man", "man", "each: king, man"])
    assert [parse(label, labels).inputs for label in labels] == [(row,) for row in range(5)]
    assert parse("King Top 5", labels).inputs == (1,)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["king", " ", "where", "and", "=", "<", '"', "“", "”", "size", "kind", "plant", "3", "not", "in",
             "selection", "top", "5", "(", ")", "each:", ",", "[", "]", "0.1", "-", "+", ":", "::", "?", "\u2028", "é"]
        ),
        max_size=14,
    )
)  # fmt: skip
def test_any_words_give_an_answer_or_words(space: EmbeddingSpace, pieces: list[str]) -> None:
    text = "".join(pieces)
    outcome = answer_or_error(space, text)
    if isinstance(outcome, Answer):
        assert len(outcome.rows) == len(outcome.scores) <= 3
        return
    assert str(outcome)
    assert outcome.position is None or 0 <= outcome.position <= len(text)
    assert all(0 <= start <= end <= len(text) for start, end in outcome.places)


@pytest.mark.parametrize(
    "text",
    [
        "king where " * 9_000,
        "king " + "in selection " * 7_000,
        "king" + " " * 99_000 + "top 5",
        "king where size = 3" + " and" * 20_000,
        "king not " * 10_000,
        '"' * 100_000,
        "“" * 100_000,
        "[" * 100_000,
        "[0.1," * 16_000,
        "each: " * 16_000,
        "king where " + "a" * 90_000 + " = 3",
        "king not (" * 9_000,
    ],
)
def test_long_texts_end_soon(space: EmbeddingSpace, text: str) -> None:
    outcome = answer_or_error(space, text)
    assert outcome.n_items == N if isinstance(outcome, Answer) else str(outcome)
