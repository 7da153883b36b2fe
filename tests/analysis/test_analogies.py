"""One analogy: both rules against plain numpy and gensim, with and without its inputs, and how parallel it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors

from embedviz.analysis import analogy_lab_steps
from embedviz.analysis.offsets import offset_null_steps, parallelism
from embedviz.errors import OptionError
from embedviz.progress import finish
from embedviz.space import EmbeddingSpace

MAN, WOMAN, KING = "man", "woman", "king"


@pytest.fixture(scope="module")
def inputs(words: EmbeddingSpace) -> tuple[int, int, int]:
    return words.row(MAN), words.row(WOMAN), words.row(KING)


def test_both_rules_are_those_of_the_paper(words: EmbeddingSpace, inputs: tuple[int, int, int]) -> None:
    found = finish(analogy_lab_steps(words, *inputs, k=12))
    units = words.vectors.astype(np.float64)
    units /= np.linalg.norm(units, axis=1)[:, None]
    a, b, c = (units @ units[row] for row in inputs)
    target = units[inputs[1]] - units[inputs[0]] + units[inputs[2]]
    expected = {
        "3CosAdd": units @ target / np.linalg.norm(target),
        "3CosMul": ((b + 1) / 2) * ((c + 1) / 2) / ((a + 1) / 2 + 0.001),
    }
    for rule, scores in expected.items():
        for with_inputs in (True, False):
            order = [row for row in np.argsort(-scores, kind="stable") if with_inputs or row not in inputs][:12]
            ranking = found.ranking(rule, with_inputs=with_inputs)  # type: ignore[arg-type]
            assert ranking.rows.tolist() == order
            assert ranking.scores == pytest.approx(scores[order], abs=1e-12)
    assert words.labels[found.answer or 0] == "queen"
    assert words.labels[int(found.ranking("3CosAdd", with_inputs=True).rows[0])] == KING


def test_the_order_without_inputs_is_gensims(words: EmbeddingSpace, inputs: tuple[int, int, int]) -> None:
    peer: Any = KeyedVectors(words.n_dims)
    peer.add_vectors(words.labels[:], words.vectors)
    found = finish(analogy_lab_steps(words, *inputs, k=10))
    added = [label for label, _ in peer.most_similar(positive=[WOMAN, KING], negative=[MAN])]
    with pytest.deprecated_call():
        multiplied = [label for label, _ in peer.most_similar_cosmul(positive=[WOMAN, KING], negative=[MAN])]
    assert [words.labels[row] for row in found.ranking("3CosAdd", with_inputs=False).rows.tolist()] == added
    assert [words.labels[row] for row in found.ranking("3CosMul", with_inputs=False).rows.tolist()] == multiplied


def test_how_parallel_the_offsets_are(words: EmbeddingSpace, inputs: tuple[int, int, int]) -> None:
    found = finish(analogy_lab_steps(words, *inputs))
    a, b, c, d = (words.vectors[row].astype(np.float64) for row in (*inputs, found.answer or 0))
    a, b, c, d = (vector / np.linalg.norm(vector) for vector in (a, b, c, d))
    expected = (b - a) @ (d - c) / np.linalg.norm(b - a) / np.linalg.norm(d - c)
    assert found.parallel == pytest.approx(expected)
    assert len(found.null.cosines) == 10_000
    assert abs(float(found.null.cosines.mean())) < 0.01  # either direction is as likely for random pairs
    share = found.null.share_below(expected)
    assert share == pytest.approx(float((found.null.cosines < expected).mean()))
    assert share is not None
    assert share > 0.95


def test_rows_without_a_direction(awkward: EmbeddingSpace) -> None:
    found = finish(analogy_lab_steps(awkward, 0, 1, 2, k=500))
    everything = found.ranking("3CosMul", with_inputs=True).rows
    assert set(everything.tolist()) == set(range(120)) - {20, 21, 33, 34}
    assert len(found.ranking("3CosAdd", with_inputs=False).rows) == 113
    with pytest.raises(OptionError, match="no direction"):
        finish(analogy_lab_steps(awkward, 0, 20, 2))
    with pytest.raises(OptionError, match="no item #500"):
        finish(analogy_lab_steps(awkward, 0, 1, 500))


def test_equal_items_have_no_offset(awkward: EmbeddingSpace) -> None:
    assert parallelism(awkward, (3, 11), (0, 1)) is None
    assert parallelism(awkward, (0, 1), (0, 1)) == pytest.approx(1)
    assert parallelism(awkward, (0, 1), (1, 0)) == pytest.approx(-1)


def test_three_items_have_no_random_offsets(make_space: Any) -> None:
    null = finish(offset_null_steps(make_space(np.eye(3))))
    assert null.share_below(0.3) is None
    found = finish(analogy_lab_steps(make_space(np.eye(3)), 0, 1, 2))
    assert found.answer is None
    assert found.parallel is None
