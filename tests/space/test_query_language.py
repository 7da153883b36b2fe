"""`not`, typed vectors, lists asked apart, many questions at once, pasted labels, and what may have been meant."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.errors import EmbedvizError, OptionError, QueryError, UnknownItemError
from embedviz.progress import finish
from embedviz.space import METRICS, Column, EmbeddingSpace, Labels, Source, Table, evaluate, parse, search
from embedviz.space.completion import offers
from embedviz.space.many_questions import Options, ask_many_steps
from embedviz.space.naming import Named, named_rows_steps, names_in
from embedviz.space.query_repair import is_unfinished, repairs, stumble

NAMES = ["king", "queen", "man", "woman", "royal", "not", "2", "3", "new york", "river", "king"]


def _space(n_dims: int = 6, names: list[str] = NAMES) -> EmbeddingSpace:
    vectors = np.random.default_rng(8).normal(size=(len(names), n_dims)).astype(np.float32)
    codes = np.arange(len(names), dtype=np.int32) % 2
    kinds = Column("category", codes, np.zeros(len(names), bool), ("noun.animal", "verb"))
    table = Table(len(names), {"kind": kinds, "part of speech": kinds})
    return EmbeddingSpace(vectors, Labels.from_strings(names), Source("made", "made for a test"), table)


@pytest.fixture(scope="module")
def space() -> EmbeddingSpace:
    return _space()


def residual(vector: np.ndarray, directions: list[np.ndarray]) -> np.ndarray:
    """What least squares leaves: another road than the one of the package."""
    basis = np.array(directions, np.float64).T
    solution, *_ = np.linalg.lstsq(basis, vector, rcond=None)
    return vector - basis @ solution


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean", "manhattan"])
def test_not_projects_away(space: EmbeddingSpace, metric: str) -> None:
    items = space.vectors.astype(np.float64)
    if metric == "cosine":
        items /= np.linalg.norm(items, axis=1, keepdims=True)
    king, man, royal, queen = (items[NAMES.index(name)] for name in ("king", "man", "royal", "queen"))
    for text, expected in [
        ("king not man", residual(king, [man])),
        ("king NOT man, royal", residual(king, [man, royal])),
        ("king not man not royal", residual(king, [man, royal])),
        ("king + queen not man, man", residual(king + queen, [man])),
        ("king not 2 * man - royal", residual(king, [2 * man - royal])),
        ("king, queen not man", residual((king + queen) / 2, [man])),
    ]:
        query = parse(text, space.labels)
        assert evaluate(query, space, metric) == pytest.approx(expected, abs=1e-12)
        assert any("“not” projects away" in remark for remark in query.remarks)
    answer = space.neighbors("king not man", metric=metric)
    assert not set(answer.inputs) & set(answer.rows.tolist())
    assert answer.inputs == (0, 2)
    assert answer.reading == "king without man"


def test_not_is_a_word_where_no_operand_stands_on_both_sides(space: EmbeddingSpace) -> None:
    row = NAMES.index("not")
    for text in ('king "not" man', "not king", "king not", "king + not", "not", "king not + man"):
        query = parse(text, space.labels)
        assert row in query.inputs
        assert not query.without


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("king not king", "Nothing is left"),
        ("king not king, man", "Nothing is left"),
        ("(king not man)", "outside parentheses"),
        ("king not 2 * 3 * 2", "number cannot be taken away"),
        ("king not (man", "not closed"),
    ],
)
def test_not_that_cannot_be_read(space: EmbeddingSpace, text: str, words: str) -> None:
    with pytest.raises(QueryError, match=words):
        space.neighbors(text)


def test_not_without_such_a_label_at_the_beginning_says_how() -> None:
    with pytest.raises(QueryError, match="from what stands before it"):
        _space(names=["king", "man"]).neighbors("not king")


@pytest.mark.parametrize("form", ["[{}]", "[ {} ]", "{}"])
@pytest.mark.parametrize("between", [", ", " ", ",", "\n", "\u2028", "; ", "\t"])
def test_a_vector_is_asked_for(space: EmbeddingSpace, form: str, between: str) -> None:
    numbers = [float(f"{number:.4g}") for number in space.vectors[9]]
    answer = space.neighbors(form.format(between.join(map(repr, numbers))), 3, metric="euclidean")
    rows, scores = search(space, np.array(numbers), 3, metric="euclidean")
    assert (answer.rows.tolist(), answer.scores.tolist()) == (rows.tolist(), scores.tolist())
    assert (answer.inputs, answer.is_formula) == ((), False)
    assert answer.rows[0] == 9
    assert "A vector of 6 numbers was typed." in answer.remarks


def test_a_vector_is_an_operand(space: EmbeddingSpace) -> None:
    vector = space.neighbors("[1, 0, 0, 0, 0, 0] + 2 * [0 1e0 0 0 0 -.5] - king", metric="dot").vector
    assert vector == pytest.approx(np.array([1, 2, 0, 0, 0, -1]) - space.vectors[0].astype(float))


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("[1, 2]", 0, "2 numbers were given, but a vector of this space has 6"),
        ("king + [1]", 7, "1 number was given"),
        ("0.5 0.25 8", 0, "3 numbers were given"),
        ("[1, 2, nan, 4, 5, 6]", 7, "not a finite number"),
        ("[1, 2, 1e999, 4, 5, 6]", 7, "not a finite number"),
        ("[1, 2, x, 4, 5, 6]", 7, "is no number"),
    ],
)
def test_vectors_that_are_none(space: EmbeddingSpace, text: str, position: int, words: str) -> None:
    with pytest.raises(QueryError, match=words) as caught:
        space.neighbors(text)
    assert caught.value.position == position


def test_numbers_that_are_all_labels_stay_labels() -> None:
    space = _space(2)
    assert space.neighbors("2 3").inputs == (6, 7)
    assert space.neighbors("2 4").inputs == ()
    assert space.neighbors("[2 3]").inputs == ()
    with pytest.raises(UnknownItemError):
        space.neighbors("2 4 4")


@pytest.mark.parametrize("text", ["each: king, river, man - woman", "EACH : king river (man - woman)"])
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_each_part_is_asked_apart(space: EmbeddingSpace, text: str, metric: str) -> None:
    answer = space.neighbors(text, 4, metric=metric)
    alone = [space.neighbors(part, 4, metric=metric) for part in ("king", "river", "man - woman")]
    assert [part.rows.tolist() for part in answer.parts] == [each.rows.tolist() for each in alone]
    assert [part.scores.tolist() for part in answer.parts] == [each.scores.tolist() for each in alone]
    sign = -1 if metric == "cosine" else 1
    best: dict[int, float] = {}
    for each in alone:
        for row, score in zip(each.rows.tolist(), each.scores.tolist(), strict=True):
            best[row] = min(best.get(row, np.inf), sign * score)
    nearest = sorted(best, key=lambda row: (best[row], row))[:4]
    assert answer.rows.tolist() == nearest
    assert answer.labels == tuple(space.name(row) for row in nearest)
    assert not any("read as the mean" in remark for remark in answer.remarks)
    assert answer.n_ranked == len(NAMES)
    shown = answer.of_part(1)
    assert (shown.text, shown.part, shown.rows.tolist()) == (answer.text, 1, alone[1].rows.tolist())
    assert shown.of_part(None).rows.tolist() == nearest


def test_each_shares_its_clauses(space: EmbeddingSpace) -> None:
    answer = space.neighbors("each: queen, man not king where kind = verb")
    for part, name in zip(answer.parts, ("queen", "man"), strict=True):
        alone = space.neighbors(f"{name} not king where kind = verb")
        assert part.rows.tolist() == alone.rows.tolist()
        assert part.scope == "where kind = verb"
    assert space.neighbors("each: king").labels == space.neighbors("king").labels
    with pytest.raises(QueryError, match="too many"):
        space.neighbors("each: " + ", ".join(["king"] * 101))
    with pytest.raises(UnknownItemError) as caught:
        space.neighbors("each: king, rivver")
    assert repairs("each: king, rivver", caught.value)[0].question == "each: king, river"


def test_a_list_is_known_part_by_part(space: EmbeddingSpace) -> None:
    assert space.neighbors('king, "new york" , man - woman').listed == ("king", '"new york"', "man - woman")
    assert space.neighbors("king new york").listed == ("king", "new york")
    for text in ("king", "king - man", "king man + woman", "man : king :: woman : ?"):
        assert space.neighbors(text).listed == ()


QUESTIONS = [
    "king", "queen - man", "kinng", "river where kind = verb", "each: king, man", "", "[1 2 3 4 5 6]", "king not man",
    "king top 3", "king where kind = nothing", "king in selection",
]  # fmt: skip


@pytest.mark.parametrize("metric", list(METRICS))
@pytest.mark.parametrize("block", [2, 512])
def test_many_questions_are_answered_as_each_alone(
    monkeypatch: pytest.MonkeyPatch, space: EmbeddingSpace, metric: str, block: int
) -> None:
    monkeypatch.setattr("embedviz.space.many_questions.QUESTIONS_A_BLOCK", block)
    steps = []
    outcomes = finish(ask_many_steps(space, QUESTIONS, Options(4, metric)), steps.append)
    assert [each for step in steps if step.partial for each in step.partial] == outcomes
    for text, outcome in zip(QUESTIONS, outcomes, strict=True):
        if isinstance(outcome, EmbedvizError):
            with pytest.raises(type(outcome), match=re.escape(str(outcome))):
                space.neighbors(text, 4, metric=metric)
            continue
        alone = space.neighbors(text, 4, metric=metric)
        assert outcome.rows.tolist() == alone.rows.tolist()
        assert outcome.scores.tolist() == alone.scores.tolist()
        assert (outcome.text, outcome.remarks, outcome.n_ranked) == (text, alone.remarks, alone.n_ranked)
        assert [part.rows.tolist() for part in outcome.parts] == [part.rows.tolist() for part in alone.parts]
    assert [isinstance(outcome, EmbedvizError) for outcome in outcomes].count(True) == 4


def test_many_by_the_api(space: EmbeddingSpace) -> None:
    answers = space.neighbors_many(["king", "man"], 2, metric="dot", within=[1, 3, 5], exclude_inputs=False)
    assert [answer.rows.tolist() for answer in answers] == [
        space.neighbors(text, 2, metric="dot", within=[1, 3, 5]).rows.tolist() for text in ("king", "man")
    ]
    assert space.neighbors_many([]) == []
    with pytest.raises(UnknownItemError, match="kinng"):
        space.neighbors_many(["king", "kinng"])
    with pytest.raises(OptionError, match="list of texts"):
        space.neighbors_many("king")
    with pytest.raises(OptionError, match="k is 0"):
        space.neighbors_many(["king"], 0)


def test_many_by_an_index_say_its_recall(glove: EmbeddingSpace) -> None:
    answers = glove.neighbors_many(["king", "river top 100"], 5, exact=False)
    assert [answer.exact for answer in answers] == [False, True]
    assert answers[0].recall == glove.indexes["cosine"].recall
    assert any("An index cannot rank some items only" in remark for remark in answers[1].remarks)
    assert answers[1].rows.tolist() == glove.neighbors("river top 100", 5).rows.tolist()


def named(text: str) -> Named:
    return finish(named_rows_steps(Labels.from_strings(NAMES), names_in(text)))


def test_a_pasted_list_names_rows() -> None:
    found = named("King\nnew york\r\n\nnobody\n#9\n#99\nking\n")
    assert found.rows.tolist() == [0, 8, 9, 10]
    assert (found.n_names, found.missing) == (6, ("nobody", "#99"))
    assert named("man, woman,river").rows.tolist() == [2, 3, 9]
    assert named("man\tnew york").rows.tolist() == [2, 8]
    assert named("  \n").rows.tolist() == []


@pytest.mark.parametrize(
    ("text", "questions", "place", "unfinished"),
    [
        ("kingg", ["king"], (0, 5), True),
        ("man + kingg", ["man + king"], (6, 11), True),
        ("rivr - man", ["river - man"], (0, 4), False),
        ("king - nw york", None, (7, 9), False),
        ('"nw york" + king', ['"new york" + king'], (0, 3), False),
        ("king where knd = verb", ["king where kind = verb"], (11, 14), False),
        ("king where part_of_spech = verb", ['king where "part of speech" = verb'], (11, 24), False),
        ("king where kind = verbs", ["king where kind = verb"], (18, 23), True),
        ("kingdom", ["king"], (0, 7), True),
        ("king -", [], (6, 6), True),
        ("(king", [], (0, 5), True),
        ("king * / man", [], (7, 8), False),
        ("zzzz", [], (0, 4), True),
    ],
)
def test_what_may_have_been_meant(
    space: EmbeddingSpace, text: str, questions: list[str] | None, place: tuple[int, int], unfinished: bool
) -> None:
    with pytest.raises(EmbedvizError) as caught:
        space.neighbors(text)
    found = repairs(text, caught.value)
    if questions is not None:
        assert [repair.question for repair in found][: len(questions)] == questions
    assert stumble(text, caught.value) == place
    assert is_unfinished(text, caught.value) is unfinished
    for repair in found:
        if repair.question != text:
            assert repair.name in repair.question.replace('""', '"')


@given(st.text(max_size=12))
@settings(max_examples=100, deadline=None)
def test_a_repair_can_be_asked(text: str) -> None:
    space = _space(names=['say "hi"', "a, b", "e-mail", "where x = 1", "two words", "ß"])
    try:
        space.neighbors(f"{text} + ß")
    except EmbedvizError as error:
        for repair in repairs(f"{text} + ß", error):
            assert repair.question


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        ("king wh", 5, ["where"]),
        ("king no", 5, ["not"]),
        ("king in", 5, ["in selection"]),
        ("king + no", 7, ["not"]),
        ("no", 0, ["not"]),
        ("av", 0, ["avg("]),
        ("ea", 0, ["each:"]),
        ("king where ", 11, ["kind", "part of speech"]),
        ("king where p", 11, ["part of speech"]),
        ("king where speech", 11, ["part of speech"]),
        ("king where kind = ", 18, ["noun.animal", "verb"]),
        ("king where kind = ani", 18, ["noun.animal"]),
        ("king where kind = verb and ki", 27, ["kind"]),
        ('king where "part of speech" != V', 31, ["verb"]),
        ("king where riv", 11, ["river"]),
        ("riv", 0, ["river"]),
    ],
)
def test_completion_knows_words_columns_and_values(
    space: EmbeddingSpace, text: str, start: int, expected: list[str]
) -> None:
    begun, found = offers(space.labels, text, len(text), 10, space.metadata)
    assert (begun, [offer.text for offer in found]) == (start, expected)


def test_what_is_offered_says_what_is_inserted(space: EmbeddingSpace) -> None:
    _, (column,) = offers(space.labels, "king where part", 15, 10, space.metadata)
    assert (column.inserted, column.is_whole) == ('"part of speech" ', False)
    _, (word, *_) = offers(space.labels, "king whe", 8, 10, space.metadata)
    assert (word.inserted, word.is_whole) == ("where ", False)
    assert offers(space.labels, "king whe", 8, 10, None)[1] == []
