"""Answers on real words, against figures computed with gensim, and what an answer says about itself."""

from __future__ import annotations

import numpy as np
import pytest
from gensim.models import KeyedVectors

from embedviz.errors import OptionError, QueryError, UnknownItemError
from embedviz.progress import Progress
from embedviz.space import METRICS, EmbeddingSpace, Labels, Source, ask, ask_steps


@pytest.fixture(scope="module")
def oracle(glove: EmbeddingSpace) -> KeyedVectors:
    keyed = KeyedVectors(glove.n_dims)
    keyed.add_vectors(list(glove.labels), np.array(glove.vectors))
    return keyed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("king", [("prince", 0.768), ("queen", 0.751), ("son", 0.702), ("brother", 0.699)]),
        ("king - man + woman", [("queen", 0.770), ("monarch", 0.684)]),
        ("paris - france + italy", [("rome", 0.819)]),
        ("france : paris :: italy : ?", [("rome", 0.819)]),
    ],
)
def test_known_answers(glove: EmbeddingSpace, text: str, expected: list[tuple[str, float]]) -> None:
    answer = ask(glove, text)
    assert answer.labels[: len(expected)] == tuple(name for name, _ in expected)
    assert answer.scores[: len(expected)] == pytest.approx([score for _, score in expected], abs=6e-4)
    assert len(answer.rows) == 10


@pytest.mark.parametrize(
    ("text", "positive", "negative"),
    [
        ("river", ["river"], []),
        ("king - man + woman", ["king", "woman"], ["man"]),
        ("doctor + nurse", ["doctor", "nurse"], []),
        ("doctor nurse", ["doctor", "nurse"], []),
        ("2 * doctor - man", [("doctor", 2.0)], ["man"]),
    ],
)
def test_agrees_with_gensim(
    glove: EmbeddingSpace, oracle: KeyedVectors, text: str, positive: list[str], negative: list[str]
) -> None:
    expected = oracle.most_similar(positive=positive, negative=negative, topn=50)
    answer = ask(glove, text, 50)
    assert answer.labels == tuple(name for name, _ in expected)
    assert answer.scores == pytest.approx([score for _, score in expected], abs=1e-6)


def test_an_answer_holds_what_reproduces_it(glove: EmbeddingSpace) -> None:
    answer = ask(glove, "king queen", 3)
    king, queen = glove.row("king"), glove.row("queen")
    assert answer.text == "king queen"
    assert answer.reading == "mean of king and queen"
    assert answer.inputs == (king, queen)
    assert answer.is_formula
    assert (answer.metric, answer.k, answer.exact, answer.recall) == ("cosine", 3, True, None)
    assert answer.n_ranked == glove.n_items - 2
    units = [glove.vectors[row] / np.linalg.norm(glove.vectors[row]) for row in (king, queen)]
    np.testing.assert_allclose(answer.vector, np.mean(units, axis=0), rtol=1e-6)
    assert any("so it was read as the mean of king and queen" in remark for remark in answer.remarks)
    assert any("unit vector" in remark for remark in answer.remarks)
    assert not {king, queen} & set(answer.rows.tolist())
    assert answer.labels == glove.labels.take(answer.rows)
    assert not answer.scores.flags.writeable
    assert "Each item entered the formula as it is, not normalized." in ask(glove, "king + man", metric="dot").remarks


@pytest.mark.parametrize("metric", list(METRICS))
def test_the_item_itself_comes_first_when_it_is_kept(glove: EmbeddingSpace, metric: str) -> None:
    answer = ask(glove, "river", 5, metric=metric, exclude_inputs=False)
    if metric != "dot":
        assert answer.labels[0] == "river"
        assert answer.scores[0] == pytest.approx(1.0 if metric == "cosine" else 0.0)
    assert answer.n_ranked == glove.n_items
    without = ask(glove, "river", 4, metric=metric)
    assert without.labels == tuple(name for name in answer.labels if name != "river")[:4]


def test_k_is_clipped_and_said(glove: EmbeddingSpace) -> None:
    answer = ask(glove, "King", 20_000)
    assert len(answer.rows) == 9_997
    assert "k is 20,000 but only 9,997 items can be ranked." in answer.remarks
    assert "“King” was read as “king” (case-folded)." in answer.remarks
    assert np.all(np.diff(answer.scores) <= 0)
    for k in (0, -3):
        with pytest.raises(OptionError, match="at least 1"):
            ask(glove, "king", k)


def test_an_approximate_answer_by_no_index_admits_that_it_is_exact(glove: EmbeddingSpace) -> None:
    answer = ask(glove, "king", 3, metric="manhattan", exact=False)
    assert answer.exact
    assert answer.recall is None
    assert any("No index serves" in remark for remark in answer.remarks)


def test_questions_without_an_answer_raise(glove: EmbeddingSpace) -> None:
    with pytest.raises(UnknownItemError) as caught:
        glove.neighbors("kingg")
    assert "king" in caught.value.near
    with pytest.raises(QueryError):
        glove.neighbors("king - king")
    with pytest.raises(OptionError, match="no metric"):
        glove.neighbors("king", metric="hamming")


def test_items_without_a_label_answer_by_row() -> None:
    vectors = np.array([[1, 0], [1, 0.1], [0, 1]], np.float32)
    answer = ask(EmbeddingSpace(vectors, Labels.from_strings(["", "", "x"]), Source("t", "memory")), "#0", 2)
    assert answer.labels == ("#1", "x")
    assert answer.reading == "#0"
    assert not answer.is_formula


def test_steps_can_be_closed_before_the_end(glove: EmbeddingSpace) -> None:
    steps = ask_steps(glove, "king")
    assert isinstance(next(steps), Progress)
    steps.close()
    long = ask_steps(glove, " ".join(glove.labels[:2000]))
    assert sum("Reading" in step.text for step in long) > 3


def test_an_answer_is_short_at_a_prompt(glove: EmbeddingSpace) -> None:
    assert repr(ask(glove, "king", 2)) == "Answer('king', cosine, exact, 2 of 9,997 items: prince 0.768, queen 0.751)"
    more = repr(ask(glove, "king", 100, metric="dot"))
    assert more.startswith("Answer('king', dot, exact, 100 of 9,997 items: ")
    assert more.endswith(", ...)")
    assert more.count(".") < 10
    approximate = repr(ask(glove, "king", 2, exact=False))
    assert "by an index, recall " in approximate
    assert len(repr(ask(glove, "each: king, queen"))) < 250


def test_an_answer_at_a_prompt_cannot_steer_it() -> None:
    labels = Labels.from_strings(["plain", "\x1b[2Jgone\n", "語" * 100])
    space = EmbeddingSpace(np.eye(3, 2, dtype=np.float32) + 1, labels, Source("s", "made"))
    shown = repr(ask(space, "plain"))
    assert shown.isprintable()
    assert len(shown) < 250
