"""The query language: a table of cases, and that no text ends in anything but an answer or words."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.errors import EmbedvizError, QueryError, UnknownItemError
from embedviz.space import EmbeddingSpace, Labels, Query, Source, completion, evaluate, parse, quoted

NAMES = [
    "king", "queen", "man", "woman", "e-mail", "c++", "and/or", "new york", "new", "york", "3", "#2", "a:b",
    "rock -- roll", "École", "mail", "e", "1/2", "mercury (planet)", "avg", "-1", "😀", "“x”", "", "king",
    'say "hi"', "Straße", "?", "-",
]  # fmt: skip
LABELS = Labels.from_strings(NAMES)
ROW = {name: NAMES.index(name) for name in NAMES}


def _weights(query: Query) -> dict[str, float]:
    return {NAMES[term.row]: term.weight for term in query.expression}


@pytest.mark.parametrize(
    ("text", "weights", "reading"),
    [
        ("king - man + woman", {"king": 1, "man": -1, "woman": 1}, "king − man + woman"),
        ("king−man+woman", {"king": 1, "man": -1, "woman": 1}, "king − man + woman"),
        ("2 * king", {"king": 2}, "2 × king"),
        ("king × 2 ÷ 4", {"king": 0.5}, "king × 2 / 4"),
        ("-king", {"king": -1}, "−king"),
        ("- - king", {"king": 1}, "king"),
        ("king * -2", {"king": -2}, "king × −2"),
        ("-1 * king", {"king": -1}, "−1 × king"),
        ("(king + queen) / 2 - man", {"king": 0.5, "queen": 0.5, "man": -1}, "(king + queen) / 2 − man"),
        ("king - (man - woman)", {"king": 1, "man": -1, "woman": 1}, "king − (man − woman)"),
        ("king - man - woman", {"king": 1, "man": -1, "woman": -1}, "king − man − woman"),
        ("avg(king, queen)", {"king": 0.5, "queen": 0.5}, "mean of king and queen"),
        ("AVG (king, queen, man + woman)", {"king": 1 / 3, "queen": 1 / 3, "man": 1 / 3, "woman": 1 / 3}, None),
        ("avg(king, king, queen, man)", {"king": 0.5, "queen": 0.25, "man": 0.25}, None),
        ("avg + king", {"avg": 1, "king": 1}, "avg + king"),
        ("king queen", {"king": 0.5, "queen": 0.5}, "mean of king and queen"),
        ("2 * (king queen)", {"king": 1, "queen": 1}, "2 × (mean of king and queen)"),
        ("man : king :: woman : ?", {"king": 1, "man": -1, "woman": 1}, "man : king :: woman : ?"),
        ("man:king::woman:?", {"king": 1, "man": -1, "woman": 1}, "man : king :: woman : ?"),
        ("man : king :: woman", {"king": 1, "man": -1, "woman": 1}, "man : king :: woman : ?"),
        ("man + new : king :: woman : ?", {"king": 1, "man": -1, "new": -1, "woman": 1}, None),
        ("a:b - king", {"a:b": 1, "king": -1}, "“a:b” − king"),
        ("e-mail - mail", {"e-mail": 1, "mail": -1}, "“e-mail” − mail"),
        ("e - mail", {"e": 1, "mail": -1}, "e − mail"),
        ("king-man", {"king": 1, "man": -1}, "king − man"),
        ("c++ + and/or", {"c++": 1, "and/or": 1}, None),
        ("c+++king", {"c++": 1, "king": 1}, None),
        ("(c++)-king", {"c++": 1, "king": -1}, None),
        ("new york - king", {"new york": 1, "king": -1}, "“new york” − king"),
        ("new   york - king", {"new york": 1, "king": -1}, None),
        ('"new york" + “king” + „queen“ + «man»', {"new york": 1, "king": 1, "queen": 1, "man": 1}, None),
        ("new king", {"new": 0.5, "king": 0.5}, "mean of new and king"),
        ("mercury (planet) + king", {"mercury (planet)": 1, "king": 1}, None),
        ("king (queen)", {"king": 0.5, "queen": 0.5}, None),
        ("3 + king", {"3": 1, "king": 1}, "3 + king"),
        ("king / 3", {"king": 1 / 3}, "king / 3"),
        ('"3" * 2', {"3": 2}, "3 × 2"),
        ("1/2 + king", {"1/2": 1, "king": 1}, "“1/2” + king"),
        ("1/2 * king", {"king": 0.5}, "1 / 2 × king"),
        ("king*1/2", {"king": 0.5}, None),
        ("2e-1*king", {"king": 0.2}, None),
        (".5 * king", {"king": 0.5}, None),
        ("#2 + #1", {"#2": 1, "queen": 1}, "#2 + #1"),
        ("😀 + king", {"😀": 1, "king": 1}, "😀 + king"),
        ("? + king", {"?": 1, "king": 1}, None),
        ("(" * 40 + "king + man" + ")" * 40, {"king": 1, "man": 1}, "king + man"),
        ("king, queen", {"king": 0.5, "queen": 0.5}, "mean of king and queen"),
    ],
)
def test_formulas(text: str, weights: dict[str, float], reading: str | None) -> None:
    query = parse(text, LABELS)
    assert _weights(query) == pytest.approx(weights)
    assert set(query.inputs) == {ROW[name] for name in weights}
    assert query.text == text
    assert query.is_formula is (text != "- - king")
    assert reading is None or query.reading == reading


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("queen", "queen", ""),
        ("  queen ", "queen", ""),
        ("(((queen)))", "queen", ""),
        ('"queen"', "queen", ""),
        ("-1", "-1", ""),
        ("-", "-", ""),
        ("?", "?", ""),
        ("3", "3", ""),
        ("“x”", "“x”", ""),
        ("#2", "#2", ""),
        ("#1", "queen", "Row #1 is “queen”."),
        ("Queen", "queen", "“Queen” was read as “queen” (case-folded)."),
        ("E\u0301cole", "École", "(composed Unicode, NFC)"),
        ("STRASSE", "Straße", "(case-folded)"),
        ("ｑｕｅｅｎ", "queen", "(compatible Unicode, NFKC)"),
        ("E-MAIL", "e-mail", "(case-folded)"),
        ('"say ""hi"""', 'say "hi"', ""),
        ('""', "", ""),
        ("king", "king", "2 items are called “king”; the first, #0, was used."),
        ("#19", "-1" if NAMES[19] == "-1" else "avg", f"Row #19 is “{NAMES[19]}”."),
    ],
)
def test_single_items(text: str, name: str, said: str) -> None:
    query = parse(text, LABELS)
    assert not query.is_formula
    assert query.inputs == (NAMES.index(name),)
    assert any(said in remark for remark in query.remarks) if said else not query.remarks


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", 0, "Nothing was asked"),
        (" \t\n", 0, "Nothing was asked"),
        ("+ - *", 0, "only operators"),
        ("((((", 0, "only operators"),
        ("2 * 4", 0, "only numbers"),
        ("king / 0", 7, "divides by zero"),
        ("king / (2 * 0) ", None, "divides by zero"),
        ("king -", 6, "ends where an item is expected"),
        ("king * / 2", 7, "An item is expected at character 8"),
        ("(king", 0, "not closed"),
        ("king)", 4, "not expected"),
        ("king + () ", 7, "empty"),
        ("avg()+king", 0, "empty"),
        ('king + "que', 7, "not closed"),
        ("king * queen", 7, "multiplies two items"),
        ("2 / king", 4, "divides by an item"),
        ("2 * 3 + king", 0, "is a number"),
        ("man : king", 10, "belongs to an analogy"),
        ("man : king :: woman : queen", 22, "ends with what is sought"),
        ("man :: king", 4, "written a : b :: c"),
        ("king + man : ?", 13, "“?” stands only"),
        ("#29", 0, "29 items, rows #0 to #28"),
        ("#" + "9" * 5000, 0, "29 items"),
        ("king * 1e999", 7, "too large"),
        ("(" * 10_000 + "king" + ")" * 10_000, 40, "more than 40 deep"),
        ("king " * 20_001, 100_000, "100,000"),
    ],
)
def test_what_cannot_be_read_says_where(text: str, position: int | None, words: str) -> None:
    with pytest.raises(QueryError, match=re.escape(words)) as caught:
        parse(text, LABELS)
    assert "\n" not in str(caught.value)
    assert position is None or caught.value.position == position


def test_unknown_words_name_near_spellings() -> None:
    with pytest.raises(UnknownItemError) as caught:
        parse("king - quen", LABELS)
    assert caught.value.label == "quen"
    assert caught.value.near[0] == "queen"
    with pytest.raises(UnknownItemError) as caught:
        parse("e-mial", LABELS)
    assert caught.value.near[0] == "e-mail"
    with pytest.raises(UnknownItemError) as caught:
        parse("new yrok", LABELS)
    assert "new york" in caught.value.near
    with pytest.raises(UnknownItemError) as caught:
        parse("zzzzzzzzzzzz", LABELS)
    assert caught.value.near == ()


def test_ten_thousand_words_are_their_mean() -> None:
    query = parse("king queen " * 5000, LABELS)
    assert _weights(query) == pytest.approx({"king": 0.5, "queen": 0.5})
    assert "10,000 in all" in query.remarks[-1]
    assert _weights(parse("king" + "+queen-man" * 5000, LABELS)) == {"king": 1, "queen": 5000, "man": -5000}
    assert _weights(parse("-" * 9999 + "king", LABELS)) == {"king": -1}


@given(st.lists(st.text(max_size=8), max_size=12), st.integers(0, 11))
def test_a_quoted_label_is_found(names: list[str], at: int) -> None:
    names = [name.encode("utf-8", "replace").decode() for name in names] + ["anchor"]
    labels = Labels.from_strings(names)
    wanted = names[at % len(names)]
    typed = quoted(wanted)
    row = names.index(typed) if typed in names else names.index(wanted)
    assert parse(typed, labels).inputs == (row,)
    both = parse(f"{typed} + {quoted('anchor')}", labels)
    assert both.inputs == tuple(dict.fromkeys((names.index(wanted), names.index("anchor"))))


_PIECES = st.sampled_from([*NAMES, "+", "-", "*", "/", "(", ")", ",", ":", "::", "?", '"', "“", "avg(", " ", "2", "#1"])


@settings(max_examples=400)
@given(st.lists(_PIECES, max_size=14).map("".join) | st.lists(_PIECES, max_size=9).map(" ".join) | st.text(max_size=20))
def test_any_text_gives_a_query_or_words(text: str) -> None:
    try:
        query = parse(text, LABELS)
    except EmbedvizError:
        return
    assert query.inputs
    assert all(0 <= term.row < len(NAMES) and np.isfinite(term.weight) for term in query.expression)
    assert query.reading or NAMES[query.inputs[0]] == ""


def _space() -> EmbeddingSpace:
    vectors = np.array([[3, 4], [0, 0], [np.nan, 1], [1, 0], [1e30, 0]], np.float32)
    return EmbeddingSpace(vectors, Labels.from_strings(["a", "zero", "broken", "b", "huge"]), Source("t", "memory"))


def test_cosine_takes_unit_vectors_and_others_take_raw_ones() -> None:
    space = _space()
    query = parse("2 * a - b", space.labels)
    np.testing.assert_allclose(evaluate(query, space, "cosine"), [0.2, 1.6])
    for metric in ("dot", "euclidean", "manhattan"):
        assert evaluate(query, space, metric).tolist() == [5, 8]
    assert evaluate(query, space, "dot").dtype == np.float64
    np.testing.assert_allclose(evaluate(parse("huge + a", space.labels), space, "cosine"), [1.6, 0.8])


@pytest.mark.parametrize(
    ("text", "metric", "words"),
    [
        ("zero", "cosine", "“zero” is zero"),
        ("a + broken", "dot", "“broken” holds NaN"),
        ("a - a", "cosine", "a − a adds up to the zero vector"),
        ("a - b - (a - b)", "cosine", "zero vector"),
        ("a / 3 - a / 6 * 2", "cosine", "zero vector"),
        ("a * 1e200", "dot", "too large"),
    ],
)
def test_vectors_that_cannot_be_asked_for(text: str, metric: str, words: str) -> None:
    space = _space()
    with pytest.raises(QueryError, match=words):
        evaluate(parse(text, space.labels), space, metric)


def test_completion_of_the_word_at_the_cursor() -> None:
    assert completion(LABELS, "ki", 2) == (0, ["king"])
    assert completion(LABELS, "king - wo", 9) == (7, ["woman"])
    assert completion(LABELS, "king-ma", 7) == (5, ["man", "mail"])
    assert completion(LABELS, "king - new y", 12) == (7, ["new york"])
    assert completion(LABELS, "king + e-m", 10) == (7, ["e-mail"])
    assert completion(LABELS, "QUE + man", 3) == (0, ["queen"])
    assert completion(LABELS, 'king + "new yo', 14) == (8, ["new york"])
    assert completion(LABELS, "king + zz", 9) == (7, [])
    assert completion(LABELS, "king + ", 7) == (7, [])
    assert completion(LABELS, "", 0) == (0, [])
    assert completion(LABELS, "m", 1, n=1) == (0, ["man"])


def test_a_word_typed_in_full_is_offered_before_longer_ones_of_lower_rows() -> None:
    labels = Labels.from_strings(["category", "Cat", "cattle", "catch", "cat", "cats"])
    assert completion(labels, "dog + cat", 9, n=3) == (6, ["cat", "category", "cattle"])
    assert completion(labels, "CAT", 3, n=2) == (0, ["cat", "category"])
    assert completion(labels, "cat", 3, n=1) == (0, ["cat"])
    assert completion(labels, "catt", 4) == (0, ["cattle"])
