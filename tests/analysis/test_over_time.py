"""Neighbours, similarities and evaluations epoch by epoch, against plain counting."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import spearmanr

from embedviz.analysis import AnalogyScore, evaluate_steps, read_judgments
from embedviz.analysis.over_time import (
    EpochNeighbors,
    NeighborsOverTime,
    evaluation_over_time_steps,
    neighbors_over_time_steps,
    similarity_over_time_steps,
)
from embedviz.analysis.typed_pairs import typed_pairs
from embedviz.errors import OptionError, UnknownItemError
from embedviz.progress import finish
from embedviz.space import EmbeddingSpace, Labels, Source

WORDS = [f"w{row}" for row in range(30)]


@dataclass
class Epochs:
    """Spaces of the same words, and which were asked for."""

    matrices: dict[int, np.ndarray]
    asked: list[int] = field(default_factory=list)

    @property
    def epochs(self) -> tuple[int, ...]:
        return tuple(self.matrices)

    def space(self, epoch: int) -> EmbeddingSpace:
        self.asked.append(epoch)
        vectors = np.asarray(self.matrices[epoch], np.float32)
        return EmbeddingSpace(vectors, Labels.from_strings(WORDS[: len(vectors)]), Source("t", "memory"))


@pytest.fixture
def spaces() -> Epochs:
    rng = np.random.default_rng(7)
    return Epochs({epoch: rng.normal(size=(30, 5)) for epoch in (0, 1, 3, 4)})


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_neighbors_are_those_of_each_epoch(spaces: Epochs, metric: str) -> None:
    found = finish(neighbors_over_time_steps(spaces, 4, 6, metric=metric))
    assert [column.epoch for column in found.columns] == [0, 1, 3, 4]
    for column in found.columns:
        vectors = np.asarray(spaces.matrices[column.epoch], np.float32).astype(float)
        distances = cdist(vectors[4:5], vectors, metric)[0]
        nearest = [row for row in np.argsort(distances, kind="stable") if row != 4][:6]
        assert column.rows.tolist() == nearest
        assert column.labels == tuple(WORDS[row] for row in nearest)
        wanted = 1 - distances[nearest] if metric == "cosine" else distances[nearest]
        np.testing.assert_allclose(column.scores, wanted, atol=1e-6)


def test_what_is_new_is_what_the_column_before_has_not() -> None:
    def column(epoch: int, *rows: int) -> EpochNeighbors:
        return EpochNeighbors(epoch, np.array(rows), tuple(WORDS[row] for row in rows), np.zeros(len(rows)))

    found = NeighborsOverTime(9, "w9", 3, "cosine", (column(0, 1, 2, 3), column(2, 3, 4, 1), column(3, 4, 1, 3)))
    assert [found.is_new(at) for at in range(3)] == [(False,) * 3, (False, True, False), (False,) * 3]
    assert str(found).splitlines()[2] == "   2  w3, +w4, w1"


def test_columns_that_are_known_are_not_searched_again(spaces: Epochs) -> None:
    first = finish(neighbors_over_time_steps(spaces, 4, 6))
    spaces.matrices[6] = np.random.default_rng(1).normal(size=(30, 5))
    spaces.asked.clear()
    grown = finish(neighbors_over_time_steps(spaces, 4, 6, known=first))
    assert grown.columns[:4] == first.columns
    assert 6 in spaces.asked
    assert not {0, 1, 3, 4} & set(spaces.asked)
    finish(neighbors_over_time_steps(spaces, 4, 7, known=first))
    assert {0, 1, 3, 4} <= set(spaces.asked), "other numbers of neighbours are another question"


def test_a_typed_question_is_asked_in_each_epoch(spaces: Epochs) -> None:
    found = finish(neighbors_over_time_steps(spaces, "w1 - w2 + w3", 4))
    for column in found.columns:
        answer = spaces.space(column.epoch).neighbors("w1 - w2 + w3", 4)
        assert (column.labels, column.scores.tolist()) == (answer.labels, answer.scores.tolist())
    with pytest.raises(UnknownItemError):
        finish(neighbors_over_time_steps(spaces, "nobody", 4))
    with pytest.raises(OptionError):
        finish(neighbors_over_time_steps(spaces, 4, 0))


def test_an_epoch_without_direction_has_no_neighbors_and_says_so(spaces: Epochs) -> None:
    spaces.matrices[1][4] = 0
    spaces.matrices[3][4, 2] = np.nan
    found = finish(neighbors_over_time_steps(spaces, 4, 6))
    assert [len(column.rows) for column in found.columns] == [6, 0, 0, 6]
    assert "no direction" in found.columns[1].problem
    assert "NaN" in found.columns[2].problem
    assert found.is_new(3) == (True,) * 6
    scores = finish(similarity_over_time_steps(spaces, [(4, 5)])).scores[:, 0]
    assert np.isnan(scores).tolist() == [False, True, True, False]


def test_similarities_are_cosines(spaces: Epochs) -> None:
    pairs = [(0, 1), (2, 2), (5, 29)]
    found = finish(similarity_over_time_steps(spaces, pairs))
    assert (found.epochs, found.pairs, found.scores.shape) == ((0, 1, 3, 4), tuple(pairs), (4, 3))
    for scores, vectors in zip(found.scores, spaces.matrices.values(), strict=True):
        wanted = [1 - cdist(vectors[a : a + 1], vectors[b : b + 1], "cosine")[0, 0] for a, b in pairs]
        np.testing.assert_allclose(scores, wanted, atol=1e-6)
    assert not found.scores.flags.writeable


def test_word_pairs_give_a_rho_an_epoch(spaces: Epochs, tmp_path: Path) -> None:
    path = tmp_path / "pairs.txt"
    judged = [(0, 1, 3.0), (2, 3, 9.0), (4, 5, 1.0), (6, 7, 5.0), (8, 9, 7.5)]
    path.write_text("".join(f"w{a}\tw{b}\t{score}\n" for a, b, score in judged), encoding="utf-8")
    found = finish(evaluation_over_time_steps(spaces, read_judgments(path)))
    assert (found.name, found.measure, found.epochs) == ("pairs.txt", "ρ", (0, 1, 3, 4))
    for rho, vectors in zip(found.scores, spaces.matrices.values(), strict=True):
        cosines = [1 - cdist(vectors[[a]], vectors[[b]], "cosine")[0, 0] for a, b, _ in judged]
        assert rho == pytest.approx(spearmanr([score for *_, score in judged], cosines).statistic)


def test_analogies_give_an_accuracy_an_epoch(spaces: Epochs, tmp_path: Path) -> None:
    path = tmp_path / "questions.txt"
    path.write_text(": some\nw0 w1 w2 w3\nw4 w5 w6 w7\n", encoding="utf-8")
    spaces.matrices[3][[0, 1, 2, 3]] = [[9, 0, 0, 0, 0], [9, 9, 0, 0, 0], [0, 0, 9, 0, 0], [0, 9, 9, 0, 0]]
    found = finish(evaluation_over_time_steps(spaces, read_judgments(path)))
    assert found.measure == "accuracy"
    for epoch, result in zip(found.epochs, found.results, strict=True):
        assert isinstance(result, AnalogyScore)
        assert result == finish(evaluate_steps(spaces.space(epoch), path))
    assert found.scores[2] is not None
    assert found.scores[2] >= 0.5


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("", ()),
        (" ; ;\n", ()),
        ("doctor nurse", (("doctor", "nurse"),)),
        ("doctor nurse; paris,london ;", (("doctor", "nurse"), ("paris", "london"))),
        ('"new york" london\ncat, dog', (("new york", "london"), ("cat", "dog"))),
    ],
)
def test_pairs_are_typed_with_semicolons(text: str, pairs: tuple[tuple[str, str], ...]) -> None:
    assert typed_pairs(text) == pairs


@pytest.mark.parametrize("text", ["doctor", "a b; c", "a b c"])
def test_what_is_no_pair_is_named(text: str) -> None:
    with pytest.raises(OptionError, match="not two"):
        typed_pairs(text)
