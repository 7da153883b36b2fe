"""The five stages of a sentence, computed by hand for words of two dimensions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import embedviz
from embedviz.analysis.pipeline import followed_steps, pipeline
from embedviz.errors import OptionError
from embedviz.progress import finish
from embedviz.space.composing import Composition
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source
from embedviz.space.table import Column, Table


class Speller:
    """Composes words that begin with “re”."""

    n_bytes = 0

    def compose(self, word: str) -> Composition | None:
        return Composition(word, np.array([2.0, 2.0]), 1) if word.startswith("re") else None


def make(labels=("king", "man", "Rome"), vectors=((1, 0), (0, 2), (4, 4)), counts=(1, 3, 996), subwords=None):
    table = Table(len(labels))
    if counts is not None:
        values = np.array(counts, np.float64)
        table = table.with_column("count", Column("number", values, np.zeros(len(values), np.bool_)))
    made = np.array(vectors, np.float32)
    return EmbeddingSpace(made, Labels.from_strings(labels), Source("three", "made"), table, subwords=subwords)


def test_every_stage_of_a_sentence():
    found = pipeline(make(), "  The KING, a  man\tin Rome!")
    assert found.text == "  The KING, a  man\tin Rome!"
    assert found.preprocessed == "the king, a man in rome!"
    assert found.changes == ("6 letters lower-cased", "blanks made one", "Unicode is NFC")
    assert [(token.text, token.written, token.kind, token.row) for token in found.tokens] == [
        ("the", "The", "unknown", None),
        ("king", "KING", "known", 0),
        ("a", "a", "unknown", None),
        ("man", "man", "known", 1),
        ("in", "in", "unknown", None),
        ("rome", "Rome", "known", 2),
    ]
    assert [token.weight for token in found.tokens] == [0, 1, 0, 1, 0, 1]
    assert found.tokens[0].remark == "no item of this space"
    assert found.tokens[5].remark == "read as “Rome” (as written)"
    assert found.dropped == ",!"
    assert found.vectors.tolist() == [[1, 0], [0, 2], [4, 4]]
    assert found.pooled is not None
    assert found.pooled.tolist() == pytest.approx([5 / 3, 2])
    assert found.norm == pytest.approx(np.hypot(5 / 3, 2))
    assert found.said == "mean of 3 of 6 words"
    assert found.vectors.dtype == found.pooled.dtype == np.float32
    assert not found.vectors.flags.writeable
    assert not found.pooled.flags.writeable


def test_weights_by_inverse_frequency():
    """Of 1000 counted tokens king has p = 0.001, weight 1/2, and man 0.003, weight 1/4."""
    found = pipeline(make(), "king man", weighting="frequency")
    assert [token.weight for token in found.tokens] == pytest.approx([0.5, 0.25])
    assert found.pooled.tolist() == pytest.approx([0.25, 0.25])
    assert found.said == "mean by inverse frequency of 2 words"
    with pytest.raises(OptionError, match="count"):
        pipeline(make(counts=None), "king", weighting="frequency")


def test_composed_words_are_marked():
    found = pipeline(make(subwords=Speller()), "king regal xyz", weighting="frequency")
    assert [token.kind for token in found.tokens] == ["known", "composed", "unknown"]
    assert found.tokens[1].weight == 1
    assert found.pooled.tolist() == pytest.approx([(0.5 + 2) / 2, 1.0])


def test_the_fall_back_is_said():
    found = pipeline(make(("café", "Straße"), ((1, 0), (0, 1)), None), "CAFE\u0301 STRASSE")
    assert [token.row for token in found.tokens] == [0, 1]
    assert "NFKC" in found.tokens[0].remark
    assert "case-folded" in found.tokens[1].remark
    assert "not NFC" in found.changes[-1]


@pytest.mark.parametrize("text", ["", "   ", "?!", "xyz", "\0\x01"])
def test_nothing_known_pools_nothing(text):
    found = pipeline(make(), text)
    assert found.pooled is None
    assert found.question is None
    assert found.vectors.shape == (0, 2)
    assert found.norm == 0
    assert finish(followed_steps(make(), text)).answer is None


def test_the_nearest_are_those_of_the_typed_vector():
    space = make()
    followed = finish(followed_steps(space, "king man", 2, metric="euclidean"))
    answer = followed.answer
    assert answer is not None
    assert answer.text == followed.pipeline.question == "[0.5, 1.0]"
    assert answer.reading == "mean of 2 words"
    again = space.neighbors(answer.text, 2, metric="euclidean")
    assert answer.labels == again.labels
    assert answer.scores.tolist() == again.scores.tolist()
    assert answer.scores.tolist() == pytest.approx([np.hypot(0.5, 1), np.hypot(0.5, 1)])
    assert answer.inputs == ()
    by_cosine = finish(followed_steps(space, "king man", 2)).answer
    assert by_cosine is not None
    assert by_cosine.vector.tolist() == [0.5, 1.0]  # its length says where it lies


def test_words_that_cancel_have_no_neighbors():
    space = make(("up", "down"), ((1, 2), (-1, -2)), None)
    assert finish(followed_steps(space, "up down")).answer is None
    assert finish(followed_steps(space, "up down", metric="dot")).answer is not None


def test_over_lines_it_is_the_words_behind_them(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("king man\nRome\n")
    lines = embedviz.lines(make(), path)
    found = finish(followed_steps(lines, "a man, a king"))
    assert not found.pipeline.are_items
    assert [token.kind for token in found.pipeline.tokens] == ["unknown", "known", "unknown", "known"]
    assert found.answer is not None
    assert found.answer.labels[0] == "king man"


@given(st.text(max_size=60))
def test_any_text_has_its_stages(text):
    found = pipeline(make(), text)
    assert found.n_known == sum(token.kind != "unknown" for token in found.tokens)
    assert all(token.text == token.text.lower() for token in found.tokens)
    assert (found.pooled is None) == (found.n_known == 0)
    assert not any(character.isalnum() and character.isascii() for character in found.dropped)
